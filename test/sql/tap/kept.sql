-- A read of a ticket serves the next look too: kept by the create that made it, until somebody tells of a change, or it is old.
set role countersign_service;
select plan(21);

create function pg_temp.hint(issue text, updated bigint) returns void language sql as $$
    select governance.hint_apply(jsonb_build_array(jsonb_build_object('site', 'acme', 'issue', issue, 'updated', updated)))
$$;
create function pg_temp.seen(updated bigint, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('key', 'IAM-1', 'state', 'here', 'category', 'new', 'role', 'open', 'status_name', 'Open', 'cycle', '0',
        'cycle_at_ms', 0, 'moved_by', '', 'moved_by_us', true, 'resolution_set', false, 'updated_ms', updated, 'edit', '0',
        'marker', '', 'approval', 'none', 'approver', '', 'approved_at_ms', 0, 'mapped_hash', 'h1', 'hold_text', '') || more
$$;
-- A create whose look began so long ago and saw its ticket.
create function pg_temp.bind(request uuid, issue text, seen jsonb, ago interval default '0', target text default 'done') returns bigint
language plpgsql as $$
declare
    f governance.flow;
begin
    insert into governance.flow (request_id, site, kind) values (request, 'acme', 'create_ticket') on conflict do nothing;
    update governance.flow x set lease_owner = 'me', lease_until = clock_timestamp() + '1 min', version = x.version + 1
     where x.request_id = request and x.state = 'pending';
    update governance.flow x set state = 'checking', version = x.version + 1 where x.request_id = request and x.state in ('pending', 'calling');
    select * into f from governance.flow x where x.request_id = request;
    return governance.flow_save('me', f.id, f.version, jsonb_build_object('to', target, 'rest_ms', 0, 'lease_s', 60,
        'count_attempt', false, 'failed', false, 'settled', true, 'issue_id', issue, 'key', 'IAM-1', 'bind', true, 'ticket', seen,
        'looked_ms', governance.ms(clock_timestamp() - ago)));
end $$;
create function pg_temp.new() returns uuid language plpgsql as $$
declare
    made uuid := t.request();
begin
    perform t.move(made, 'approved', 'ticketing');
    return made;
end $$;
create function pg_temp.fresh(issue text) returns bigint language sql as $$
    select governance.ms(t.read_at) from governance.ticket t join governance.access_request r on r.id = t.request_id,
           governance.read_state(t, r) s
     where t.issue_id = issue and s.fresh
$$;
create function pg_temp.wait() returns void language sql as $$ select pg_sleep(0.002) $$; -- times are kept in milliseconds

select pg_temp.new() as r \gset
select pg_temp.bind(:'r', '300', pg_temp.seen(1000), '2 s') as v \gset
select ok(:v > 0, 'bound with what the look saw');
select is((select state || ' ' || role || ' ' || updated_ms || ' ' || hinted_updated_ms from governance.ticket where issue_id = '300'),
          'here open 1000 1000', 'which stands in its row');
select ok(pg_temp.fresh('300') between governance.ms(clock_timestamp() - interval '3 s') and governance.ms(clock_timestamp() - interval '1 s'),
          'as old as the look that read it');
select is((governance.dossier(:'r')->'ticket'->>'fresh_ms')::bigint, pg_temp.fresh('300'), 'and whoever looks next is told so');
select is((governance.dossier(:'r')->'ticket'->>'role'), 'open', 'with what it saw');

select pg_temp.hint('300', 1000);
select ok(pg_temp.fresh('300') is not null, 'a hint of what the look saw already ends nothing');
select pg_temp.hint('300', 1001);
select is(pg_temp.fresh('300'), null, 'a hint of a later change does');
select ok((select hinted_at >= looked_at or looked_at is null from governance.access_request where id = :'r'), 'and the request is looked at');

-- the change was told of while the look was under way
select pg_temp.new() as r \gset
select pg_temp.hint('301', 2000);
select pg_temp.bind(:'r', '301', pg_temp.seen(2000), '-1 ms');
select ok(pg_temp.fresh('301') is not null, 'told of before, and the look saw it');
select pg_temp.new() as r \gset
select pg_temp.hint('302', 2001);
select pg_temp.bind(:'r', '302', pg_temp.seen(2000));
select is(pg_temp.fresh('302'), null, 'the look saw an earlier state than the hint tells of');
select pg_temp.new() as r \gset
select pg_temp.hint('303', 0);
select pg_temp.bind(:'r', '303', pg_temp.seen(2000), '1 s');
select is(pg_temp.fresh('303'), null, 'a hint without a time that came after the look began: nobody knows');
select pg_temp.new() as r \gset
select pg_temp.hint('304', 0);
select pg_temp.wait();
select pg_temp.bind(:'r', '304', pg_temp.seen(2000));
select ok(pg_temp.fresh('304') is not null, 'the same, before the look began: it saw what that was about');
select pg_temp.hint('304', 0);
select is(pg_temp.fresh('304'), null, 'and after it: read again');
select governance.hint_apply('[{"site": "acme", "issue": "301", "updated": 1}, {"site": "acme", "issue": "301"}]');
select is(pg_temp.fresh('301'), null, 'one without a time is not lost beside an old one');

-- an older look does not undo a newer one
select pg_temp.new() as r \gset
select pg_temp.bind(:'r', '305', pg_temp.seen(1000), '0', 'calling');
select pg_temp.bind(:'r', '305', pg_temp.seen(900, '{"role": "verify"}'), '5 s');
select is((select role from governance.ticket where issue_id = '305'), 'open', 'what began earlier does not replace what was read later');
select is((select state from governance.flow where request_id = :'r'), 'done', 'though its flow goes on');

-- the request's own look keeps its read too; one that does not say when it began keeps none
select pg_temp.new() as r \gset
select pg_temp.bind(:'r', '306', pg_temp.seen(1000));
update governance.access_request set lease_owner = 'me', lease_until = clock_timestamp() + '1 min', version = version + 1 where id = :'r' returning version as v \gset
select governance.facts_save('me', :'r', :v, jsonb_build_object('ticket', pg_temp.seen(1000), 'observations', '[]'::jsonb));
select is(pg_temp.fresh('306'), null, 'a program that does not say when its look began');
select governance.facts_save('me', :'r', :v + 1, jsonb_build_object('ticket', pg_temp.seen(1000), 'observations', '[]'::jsonb,
                                                                    'looked_ms', governance.ms(clock_timestamp()) + 1));
select ok(pg_temp.fresh('306') is not null, 'one that does');
select governance.facts_save('me', :'r', :v + 2, jsonb_build_object('ticket', pg_temp.seen(1000, '{"state": "gone"}'),
                                                                    'observations', '[]'::jsonb, 'looked_ms', governance.ms(clock_timestamp()) + 1));
select is(pg_temp.fresh('306'), null, 'that it is gone is proven anew each time');

-- a refusal: what we saw may not be so any more
select pg_temp.new() as r \gset
select pg_temp.bind(:'r', '307', pg_temp.seen(1000), '0', 'calling');
select ok(pg_temp.fresh('307') is not null, 'kept while its link is made');
select pg_temp.bind(:'r', '307', pg_temp.seen(1000), '10 s', 'parked');
select is(pg_temp.fresh('307'), null, 'and not once Jira refuses that');
