-- A second ticket of one request: which is thrown away, who is told, and that the request never loses its last one.
set role countersign_service;
select plan(53);

create function pg_temp.claim(issue text) returns bigint language plpgsql as $$
declare
    v bigint;
begin
    perform governance.hint_apply(jsonb_build_array(jsonb_build_object('site', 'acme', 'issue', issue, 'key', 'IAM-' || issue, 'updated', 0)));
    select c.version into v from governance.ticket_claim('me', '1 min', 100) c where c.issue_id = issue;
    return v;
end $$;
-- A request whose create is done and bound to that ticket.
create function pg_temp.bound(issue text) returns uuid language plpgsql as $$
declare
    made uuid := t.fulfilling(t.request());
    f governance.flow;
begin
    insert into governance.flow (request_id, site, kind) values (made, 'acme', 'create_ticket') returning * into f;
    select c.version into f.version from governance.flow_claim('me', '1 min', 100) c where c.id = f.id;
    f.version := governance.flow_save('me', f.id, f.version, '{"to":"checking","rest_ms":0,"lease_s":60}');
    f.version := governance.flow_save('me', f.id, f.version, jsonb_build_object('to', 'done', 'rest_ms', 0, 'lease_s', 0, 'bind', true, 'issue_id', issue, 'key', 'IAM-' || issue));
    return made;
end $$;
create function pg_temp.retire(issue text, request uuid, kept text, swap boolean) returns bigint language sql as $$
    select governance.ticket_retire('me', 'acme', issue, pg_temp.claim(issue), request, kept, swap)
$$;
create function pg_temp.flow(request uuid) returns text language sql as $$
    select string_agg(cycle || ' ' || issue_id || ' ' || state, ', ' order by id) from governance.flow where request_id = request and kind = 'retire'
$$;

-- bound as soon as it was seen, before the last step
select t.fulfilling(t.request()) as early \gset
insert into governance.flow (request_id, site, kind) values (:'early', 'acme', 'create_ticket') returning id as f \gset
select version as v from governance.flow_claim('me', '1 min', 100) where id = :f \gset
select governance.flow_save('me', :f, :v, '{"to":"checking","rest_ms":0,"lease_s":60}') as v \gset
select is((select count(*) from governance.ticket where request_id = :'early'), 0::bigint, 'made, and not seen yet: not bound');
select ok(governance.flow_save('me', :f, :v, '{"to":"calling","rest_ms":0,"lease_s":60,"bind":true,"issue_id":"900","key":"IAM-900"}') is not null,
          'seen, and a step follows');
select is((select issue_id from governance.ticket where request_id = :'early'), '900', 'bound before it');

-- the second one goes
select pg_temp.bound('100') as r \gset
select marker from governance.access_request where id = :'r' \gset
select is((select request_id || ' ' || issue_id from governance.second_ticket('acme', '101', 'gar-x ' || :'marker')), :'r' || ' 100', 'whose it is');
select is((select count(*) from governance.second_ticket('acme', '100', :'marker')), 0::bigint, 'its own is not a second one');
select is(governance.ticket_retire('me', 'acme', '131', pg_temp.claim('131') - 1, :'r', '100', false), null, 'no word with an old version');
select is(pg_temp.retire('132', :'r', '999', false), null, 'nor while the request has another ticket than was seen');
select ok(pg_temp.retire('101', :'r', '100', false) is not null, 'it is thrown away');
select is(pg_temp.flow(:'r'), '101 101 pending', 'by a flow that names it');
select is((select issue_id from governance.flow_claim('me', '1 min', 100) where kind = 'retire'), '101', 'which is claimed for it, not for the ticket of the request');
select is((select issue_id from governance.ticket where request_id = :'r'), '100', 'the request keeps its own');
select is((select issue_id from governance.escalation where request_id = :'r' and reason = 'SecondTicket'), '101', 'people are told');
select is(pg_temp.retire('102', :'r', '100', false), null, 'one after the other');
reset role;
select is((select (body::jsonb->'detail') - 'site'::text from governance.evidence_entry where kind = 'ticket.second' and request_id = :'r'),
          '{"issue":"101","key":"IAM-101","kept":"100","kept_key":"IAM-100"}'::jsonb, 'and both names stand in the evidence');
set role countersign_service;

-- people began on it: handed back
select id as f, version as v from governance.flow where request_id = :'r' and kind = 'retire' \gset
select governance.flow_save('me', :f, :v, '{"to":"checking","rest_ms":0,"lease_s":60}') as v \gset
select governance.flow_save('me', :f, :v, '{"to":"moot","rest_ms":0,"lease_s":0}');
select ok((select look_at <= clock_timestamp() and second_of is null from governance.ticket where issue_id = '101'), 'it is judged afresh');

-- and is the one to keep: the request goes over to it
select version from governance.access_request where id = :'r' \gset before_
select ok(pg_temp.retire('101', :'r', '100', true) is not null, 'the request goes over');
select is((select issue_id from governance.ticket where request_id = :'r'), '101', 'to the second');
select is((select second_of::text || coalesce(request_id::text, '') from governance.ticket where issue_id = '100'), :'r', 'the first is the second now');
select ok((select version = :before_version + 1 and notice_key = '' and look_at <= clock_timestamp() from governance.access_request where id = :'r'),
          'and is looked at anew, from nothing said');
select is(pg_temp.flow(:'r'), '101 101 moot, 100 100 pending', 'the first is thrown away');
select throws_ok(format('update governance.ticket set request_id = null, version = version + 1 where issue_id = ''101'''), 'CG002', null,
                 'no ticket just leaves its request');
select throws_ok(format('update governance.ticket set request_id = %L, version = version + 1 where issue_id = ''101''', :'early'), 'CG002', null,
                 'nor goes to another one');
select throws_ok(format('update governance.ticket set request_id = null, second_of = %L, version = version + 1 where issue_id = ''101''', :'r'), 'CG002', null,
                 'nor becomes a second one that nobody throws away');
select throws_ok(format('update governance.ticket set request_id = %L, second_of = null, version = version + 1 where issue_id = ''100''', :'early'), 'CG002', null,
                 'a second one goes to no other request');
select throws_ok(format('update governance.ticket set second_of = %L, version = version + 1 where issue_id = ''100''', :'early'), 'CG002', null,
                 'nor is it made one of another');
select throws_ok('update governance.ticket set second_of = null, version = version + 1 where issue_id = ''100''', 'CG002', null,
                 'nor is it let go while it is being thrown away');

-- a claim was made on the first: it stays
select t.claim(pg_temp.bound('200'));
select request_id as c from governance.ticket where issue_id = '200' \gset
select is(pg_temp.retire('201', :'c', '200', true), null, 'no request goes over that is claimed');
select is((select issue_id from governance.ticket where request_id = :'c'), '200', 'nothing changed');
select is((select count(*) from governance.flow where request_id = :'c' and kind = 'retire'), 0::bigint, 'nothing is thrown away');
insert into governance.flow (request_id, site, kind, cycle, issue_id) values (:'c', 'acme', 'retire', '200', '200');
select throws_ok(format('update governance.ticket set request_id = null, second_of = %L, version = version + 1 where issue_id = ''200''', :'c'), 'CG002', null,
                 'nor does its ticket leave it, by whatever way');
select is((select count(*) from governance.ticket where request_id = :'c'), 1::bigint, 'it keeps its ticket');

-- a third ticket while the second could not be cancelled: the refused one waits until the other is through
select pg_temp.bound('300') as m \gset
select pg_temp.retire('301', :'m', '300', false);
select id as f, version as v from governance.flow_claim('me', '1 min', 100) where request_id = :'m' and kind = 'retire' \gset
select governance.flow_save('me', :f, :v, '{"to":"checking","rest_ms":0,"lease_s":60}') as v \gset
select governance.flow_save('me', :f, :v, '{"to":"calling","rest_ms":0,"lease_s":60}') as v \gset
select governance.flow_save('me', :f, :v, '{"to":"parked","rest_ms":0,"lease_s":0}');
select ok(pg_temp.retire('302', :'m', '300', false) is not null, 'a third one is thrown away too');
select is(governance.flow_retry(:'m')->>'retried', '0', 'one at a time: the first is not tried while the other is on its way');
select id as g, version as v from governance.flow_claim('me', '1 min', 100) where request_id = :'m' and kind = 'retire' \gset
select governance.flow_save('me', :g, :v, '{"to":"checking","rest_ms":0,"lease_s":60}') as v \gset
select governance.flow_save('me', :g, :v, '{"to":"calling","rest_ms":0,"lease_s":60}') as v \gset
select governance.flow_save('me', :g, :v, '{"to":"parked","rest_ms":0,"lease_s":0}');
select is(pg_temp.flow(:'m'), '301 301 parked, 302 302 parked', 'both refused');
select is(governance.request_retry(:'m', 'ops')->>'retried', '1', 'one is tried again');
select is(pg_temp.flow(:'m'), '301 301 pending, 302 302 parked', 'the older');
select ok(governance.mapping_put(repeat('f', 64), 'six', 'acme'), 'a new mapping is taken all the same');

-- opened again while its second ticket is being cancelled, and its own one is gone: the second may be the last
select id as f, version as v from governance.flow_claim('me', '1 min', 100) where request_id = :'m' and kind = 'retire' \gset
select governance.flow_save('me', :f, :v, '{"to":"checking","rest_ms":0,"lease_s":60}') as v \gset
update governance.ticket set state = 'gone', version = version + 1 where issue_id = '300';
select is(governance.flow_save('me', :f, :v, '{"to":"calling","rest_ms":0,"lease_s":60}'), null, 'what may be the last one is not cancelled');
update governance.ticket set state = 'here', version = version + 1 where issue_id = '300';
select ok(governance.flow_save('me', :f, :v, '{"to":"calling","rest_ms":0,"lease_s":60}') is not null, 'beside another one it is');

-- people work on others with its marker: those are judged first
select ok(governance.second_is_next('acme', '{}', 'left alone'), 'nobody works on another');
select is(governance.second_is_next('acme', '{100,888}', 'left alone'), null, 'one that nobody has told of yet goes first');
select ok(governance.second_is_next('acme', '{200,300}', 'left alone'), 'those of requests were judged');
select pg_temp.claim('320') as v \gset
select is(governance.second_is_next('acme', '{320}', 'left alone'), null, 'one that is looked at goes first');
select governance.ticket_ignore('me', 'acme', '320', :v, 'left alone');
select ok(governance.second_is_next('acme', '{200,320}', 'left alone'), 'one that is none of ours does not');
select is(governance.second_is_next('acme', '{200,320}', 'something else'), null, 'of that it must be said');

-- a create that nobody can tell the fate of: an operator can
select t.move(t.request(), 'approved', 'ticketing');
select id as q from governance.access_request where phase = 'ticketing' \gset
insert into governance.flow (request_id, site, kind) values (:'q', 'acme', 'create_ticket') returning id as f \gset
update governance.flow set state = 'checking', version = version + 1 where id = :f;
update governance.flow set state = 'calling', version = version + 1, sent_at = clock_timestamp() - interval '14 min' where id = :f;
update governance.flow set state = 'doubt', version = version + 1, run_after = clock_timestamp() + interval '1 min' where id = :f;
select is(governance.flow_retry(:'q')->>'retried', '0', 'not while Jira may still be at it');
update governance.flow set sent_at = clock_timestamp() - interval '16 min', version = version + 1 where id = :f;
select is(governance.flow_retry(null)->>'retried', '0', 'nor with all that is parked');
select is(governance.flow_retry(:'q')->>'retried', '1', 'who names it has looked');
select ok((select sent_at is null and run_after <= clock_timestamp() from governance.flow where id = :f), 'nothing is in doubt any more');
-- people work on the one that was to be thrown away, and the request goes over to it
select pg_temp.bound('800') as over \gset
select pg_temp.retire('801', :'over', '800', false);
select is(pg_temp.retire('801', :'over', '800', true), null, 'not while its end may be on its way');
select id as f, version as v from governance.flow_claim('me', '1 min', 100) where request_id = :'over' \gset
select governance.flow_save('me', :f, :v, '{"to":"checking","rest_ms":0,"lease_s":60}') as v \gset
select governance.flow_save('me', :f, :v, '{"to":"parked","rest_ms":0,"lease_s":0,"why":"refused"}');
select ok(governance.ticket_retire('me', 'acme', '801', (select version from governance.ticket where issue_id = '801'), :'over', '800', true) is not null, 'once that was refused it may');
select is(pg_temp.flow(:'over'), '801 801 moot, 800 800 pending', 'and nobody tries again to throw away what is its ticket');
select is((select issue_id from governance.ticket where request_id = :'over'), '801', 'which it is');
select * from finish();
