-- What is over, and comes back; what Jira refused, and is tried again; who is told, once.
set role countersign_service;
select plan(15);

create function pg_temp.decide(request uuid, target text, more jsonb default '{}') returns bigint language plpgsql as $$
declare
    v bigint;
begin
    update governance.access_request r set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min'
     where r.id = request returning version into v;
    return governance.decision_save('me', request, v, jsonb_build_object('to', target, 'reason', 'Because', 'new_claim', false,
        'answered', false, 'breach', false, 'tampered', false, 'escalations', '[]'::jsonb, 'look_again_ms', 0, 'release', true,
        'notice', '', 'notice_key', '', 'flows', '[]'::jsonb, 'retry', '[]'::jsonb) || more);
end $$;
create function pg_temp.told(request uuid) returns text language sql as $$
    select string_agg(reason, ',' order by id) from governance.escalation where request_id = request
$$;

select t.fulfilling(t.request()) as r \gset
insert into governance.ticket (site, issue_id, request_id, cycle, role) values ('acme', '7', :'r', '100', 'cancelled');
select pg_temp.decide(:'r', 'cancelled');
select is((select stopped_at is not null from governance.sla_clock where request_id = :'r'), true, 'the clock stands');
select lives_ok(format('select pg_temp.decide(%L, ''fulfilling'')', :'r'), 'the ticket is opened again');
select is((select stopped_at is null from governance.sla_clock where request_id = :'r'), true, 'and runs on from where it began');
select pg_temp.decide(:'r', 'cancelled');
select governance.request_cancel(:'r');
select throws_ok(format('select pg_temp.decide(%L, ''fulfilling'')', :'r'), 'CG012', null, 'what the platform withdrew does not come back');
select throws_ok(format('select pg_temp.decide(%L, ''received'')', :'r'), 'CG012', null, 'not by any road');
select throws_ok(format('update governance.access_request set cancel_asked = false where id = %L', :'r'), 'CG002', null, 'and is not asked back');

select t.request(more => '{"approval_needed": true}') as u \gset
select pg_temp.decide(:'u', 'cancelled');
select throws_ok(format('select pg_temp.decide(%L, ''fulfilling'')', :'u'), 'CG010', null, 'nor work that nobody approved');
select lives_ok(format('select pg_temp.decide(%L, ''received'')', :'u'), 'that waits for its approval');
select pg_temp.decide(:'u', 'orphaned');
select throws_ok(format('select pg_temp.decide(%L, ''fulfilling'')', :'u'), 'CG010', null, 'so with a ticket that was away');

select t.fulfilling(t.request()) as p \gset
insert into governance.flow (request_id, site, kind, cycle) values (:'p', 'acme', 'reopen', '5') returning id as f \gset
update governance.flow set version = version + 1, state = 'checking' where id = :f;
update governance.flow set version = version + 1, state = 'calling', sent_at = clock_timestamp(), attempt = 1 where id = :f;
update governance.flow set version = version + 1, state = 'parked' where id = :f;
select is(governance.dossier(:'p')->'flows'->0->>'cycle', '5', 'a refused flow shows what it answers');
select ok((governance.dossier(:'p')->'flows'->0->>'refused_ms')::bigint > 0, 'and when it was refused');
select pg_temp.decide(:'p', 'fulfilling', '{"retry": ["close"], "escalations": [{"reason": "CannotReopen", "since_ms": 0}]}');
select is((select state from governance.flow where id = :f), 'parked', 'another kind is tried again');
select pg_temp.decide(:'p', 'fulfilling', '{"retry": ["reopen"], "escalations": [{"reason": "CannotReopen", "since_ms": 0}]}');
select is((select state from governance.flow where id = :f), 'pending', 'it is tried again');
select is(pg_temp.told(:'p'), 'CannotReopen', 'somebody is told, once');
select pg_temp.decide(:'p', 'fulfilling', '{"escalations": [{"reason": "SourceUnreadable", "since_ms": 5}, {"reason": "SourceUnreadable", "since_ms": 5}, {"reason": "SourceUnreadable", "since_ms": 9}]}');
select is(pg_temp.told(:'p'), 'CannotReopen,SourceUnreadable,SourceUnreadable', 'once a run');
select * from finish();
