-- Tickets before they belong to a request: whose they are, when they are looked at again, and who hears when nobody can read one.
set role countersign_service;
select plan(25);

create function pg_temp.hint(issue text) returns void language sql as $$
    select governance.hint_apply(jsonb_build_array(jsonb_build_object('site', 'acme', 'issue', issue, 'key', 'IAM-' || issue, 'updated', 0)))
$$;
create function pg_temp.claim(issue text) returns bigint language plpgsql as $$
declare
    v bigint;
begin
    perform pg_temp.hint(issue);
    select c.version into v from governance.ticket_claim('me', '1 min', 100) c where c.issue_id = issue;
    return v;
end $$;
-- What adopt.c sends for a ticket of a governed type.
create function pg_temp.open(issue text, markers text, ours boolean) returns uuid language sql as $$
    select governance.request_open('me', issue, pg_temp.claim(issue), jsonb_build_object(
        'site', 'acme', 'kind', 'removal', 'mode', 'enforce', 'rule', 'r', 'request_type', '31', 'requester', 'asker',
        'beneficiary', 'someone', 'justification', 'because', 'privileged', false, 'emergency', false, 'approval_needed', false,
        'hold_text', '', 'mapping_version', encode(sha256('version: 1 # d'), 'hex'), 'mapped', '{}'::jsonb, 'mapped_hash', 'h1', 'sla_goal_ms', 0,
        'items', '[]'::jsonb, 'created_by_us', ours) || case when markers = '' then '{}' else jsonb_build_object('markers', markers) end)
$$;
create function pg_temp.told(request uuid) returns bigint language sql as $$
    select count(*) from governance.escalation where request_id = request and reason = 'ForeignMarker'
$$;

-- a label takes nothing out of governance
select pg_temp.open('100', '', false) as plain \gset
select is(pg_temp.told(:'plain'), 0::bigint, 'a ticket without a marker is opened in silence');
select pg_temp.open('101', 'gar-anything', false) as labelled \gset
select isnt(:'labelled'::text, '', 'a label gar-anything does not keep a ticket from being opened');
select is(pg_temp.told(:'labelled'), 1::bigint, 'and people hear of it');
select is((select site || '/' || issue_id from governance.escalation where request_id = :'labelled'), 'acme/101', 'with the ticket named');

-- our own create, under way
select t.move(t.request(), 'approved');
select id as mine, marker from governance.access_request order by requested_at desc limit 1 \gset
insert into governance.flow (request_id, site, kind) values (:'mine', 'acme', 'create_ticket');
select is(pg_temp.open('102', :'marker', true), null, 'what our unfinished create made is left to it');
select ok((select look_at > clock_timestamp() and ignored is not null and lease_owner is null from governance.ticket where issue_id = '102'),
          'but not for ever');
select is(pg_temp.open('103', 'gar-first ' || :'marker', true), null, 'also when somebody added a label of that kind');
select pg_temp.open('104', :'marker', false) as clone \gset
select isnt(:'clone'::text, '', 'a clone is opened like any ticket');
select isnt(:'clone'::text, :'mine'::text, 'and never bound to the request it was cloned from');
select is((select count(*) from governance.ticket where request_id = :'mine'), 0::bigint, 'which has no ticket yet');

update governance.flow set state = 'checking', version = version + 1 where request_id = :'mine';
update governance.flow set state = 'moot', version = version + 1, ended_at = clock_timestamp() where request_id = :'mine';
select ok(pg_temp.open('102', :'marker', true) is not null, 'the create ended without it: now it is opened');
select ok(pg_temp.open('105', 'gar-of-no-request', true) is not null, 'our account, but no request of this site: opened');

-- not now
select pg_temp.claim('200') as v \gset
select is(governance.ticket_defer('me', 'acme', '200', :v - 1, '1 min'), null, 'no word with an old version');
select is(governance.ticket_defer('you', 'acme', '200', :v, '1 min'), null, 'nor from somebody else');
select ok(governance.ticket_defer('me', 'acme', '200', :v, '1 min') is not null, 'given back');
select ok((select lease_owner is null and look_at between clock_timestamp() + interval '50 s' and clock_timestamp() + interval '1 min'
             from governance.ticket where issue_id = '200'), 'until then and no longer');

-- nobody can read it
select is(governance.ticket_unreadable('acme', '404', 'deep'), null, 'a ticket we do not know');
select pg_temp.hint('300');
select is(governance.ticket_unreadable('acme', '300', 'deep'), 1, 'counted');
select governance.ticket_unreadable('acme', '300', 'deep') from generate_series(1, 3);
select is((select count(*) from governance.escalation where issue_id = '300'), 0::bigint, 'four times may be an accident');
select is((select c.unreadable from governance.ticket_claim('me', '1 min', 100) c where c.issue_id = '300'), 4, 'the claim tells how often');
select governance.ticket_unreadable('acme', '300', 'deep') from generate_series(1, 3);
select is((select string_agg(reason, ',') from governance.escalation where issue_id = '300' and request_id is null), 'TicketUnreadable', 'told once');
select is(governance.health()->>'tickets_unreadable', '1', 'and shown');
update governance.ticket set read_at = clock_timestamp() where issue_id = '300';
select is(governance.ticket_unreadable('acme', '300', 'deep'), 1, 'one good read begins anew');
select governance.ticket_unreadable('acme', '100', 'deep') from generate_series(1, 6);
select is((select string_agg(reason, ',') from governance.escalation where request_id = :'plain'), 'TicketUnreadable', 'also of a bound one');

select throws_ok('insert into governance.escalation (kind, reason, key) values (''operator'', ''x'', ''y'')', '23514', null,
                 'an escalation is about something');
select * from finish();
