-- Many tickets that may show Done without proof: who is claimed meanwhile, and what waits for them.
set role countersign_service;
select plan(18);

create function pg_temp.lease(request uuid) returns bigint language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min'
     where id = request returning version
$$;
create function pg_temp.decision(request uuid, more jsonb) returns jsonb language sql as $$
    select jsonb_build_object('to', (select phase from governance.access_request where id = request), 'reason', '', 'new_claim', false, 'answered', false,
            'breach', false, 'tampered', false, 'escalations', '[]'::jsonb, 'retry', '[]'::jsonb, 'look_again_ms', 0, 'release', true, 'notice', '',
            'notice_key', '', 'flows', '[]'::jsonb) || more
$$;
create function pg_temp.claims(pressed text[]) returns setof uuid language plpgsql as $$
begin -- and gives them back
    return query select c.id from governance.request_claim('you', '1 min', 100, array['acme'], array[100], pressed) c;
    update governance.access_request set version = version + 1, lease_owner = null, lease_until = null where lease_owner = 'you';
end $$;
create function pg_temp.flows(pressed text[]) returns setof text language plpgsql as $$
begin
    return query select c.kind from governance.flow_claim('you', '1 min', 100, array['acme'], array[100], pressed) c;
    update governance.flow set version = version + 1, state = 'pending', lease_owner = null, lease_until = null where lease_owner = 'you';
end $$;

update governance.access_request set version = version + 1, look_at = 'infinity';
select t.verifying(t.request()) as claimed \gset
select t.move(t.request(), 'approved', 'ticketing', 'fulfilling');
select id as fresh from governance.access_request order by requested_at desc limit 1 \gset
update governance.access_request set version = version + 1, look_at = clock_timestamp() - interval '1 s' where id in (:'claimed', :'fresh');
select set_eq('select pg_temp.claims(null)', array[:'claimed', :'fresh']::uuid[], 'both are due');
select set_eq('select pg_temp.claims(array[''other''])', array[:'claimed', :'fresh']::uuid[], 'another site keeps nobody');
select set_eq('select pg_temp.claims(array[''acme''])', array[:'fresh']::uuid[], 'whoever was claimed a moment ago waits for those who were not');
update governance.access_request set version = version + 1, look_at = clock_timestamp() - interval '21 s' where id = :'claimed';
select set_eq('select pg_temp.claims(array[''acme''])', array[:'claimed', :'fresh']::uuid[], 'and for twenty seconds at most');

-- words wait, what closes, opens and makes does not
update governance.flow set version = version + 1, run_after = 'infinity' where state = 'pending';
insert into governance.flow (request_id, site, kind, priority, run_after)
select r, 'acme', k, p, clock_timestamp() - interval '1 s'
  from (values (:'claimed'::uuid, 'reopen', 1), (:'claimed', 'comment', 5), (:'fresh', 'create_ticket', 3)) as x(r, k, p);
select set_eq('select pg_temp.flows(null)', array['reopen', 'create_ticket', 'comment'], 'all are due');
select set_eq('select pg_temp.flows(array[''acme''])', array['reopen', 'create_ticket'], 'words wait');
update governance.flow set version = version + 1, run_after = clock_timestamp() - interval '21 s' where kind = 'comment';
select set_eq('select pg_temp.flows(array[''acme''])', array['reopen', 'create_ticket', 'comment'], 'and for twenty seconds at most');
update governance.flow set version = version + 1, run_after = 'infinity' where state in ('pending', 'checking');

-- the look after a reopen was ordered waits as its words do, when others are due
update governance.access_request set version = version + 1, look_at = 'infinity' where id = :'claimed';
select t.verifying(t.request()) as goes_back \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, cycle) values ('acme', '10950', 'IAM-950', :'goes_back', '10950/7');
select pg_temp.lease(:'goes_back') as v \gset
select ok(governance.decision_save('me', :'goes_back', :v, pg_temp.decision(:'goes_back', '{"look_again_ms": 1, "flows": [{"kind": "reopen", "cycle": "10950/7"}, {"kind": "comment"}]}')) is not null, 'it goes back');
select ok((select r.look_at > clock_timestamp() from governance.access_request r where id = :'goes_back'), 'not looked at at once');
select ok((select r.look_at >= f.run_after and r.look_at < f.run_after + interval '10 s'
             from governance.access_request r join governance.flow f on f.request_id = r.id and f.kind = 'comment' where r.id = :'goes_back'), 'but when its words are due');
select ok((select run_after <= clock_timestamp() from governance.flow where request_id = :'goes_back' and kind = 'reopen'), 'the reopen is, at once');

-- whoever claims is told since when, and what a look begins with is brief where the ticket is read first
select pg_temp.lease(:'fresh') as v \gset
update governance.ticket set request_id = null where request_id = :'fresh';
insert into governance.ticket (site, issue_id, issue_key, request_id, cycle, role, category, state, read_at, updated_ms, hinted_updated_ms)
values ('acme', '10951', 'IAM-951', :'fresh', '10951/7', 'open', 'indeterminate', 'here', clock_timestamp(), 5, 5);
select ok(not governance.dossier_first(:'fresh')::jsonb ? 'brief', 'open, and nobody told of a change: all is known');
update governance.ticket set hinted_updated_ms = 6 where issue_id = '10951';
select is(governance.dossier_first(:'fresh')::jsonb->>'brief', 'true', 'somebody did: it is read first');
select is(governance.dossier_first(:'fresh')::jsonb - 'brief' - 'now_ms' - 'ticket' <@ governance.dossier(:'fresh'), true, 'and says nothing else than the whole');
update governance.ticket set hinted_updated_ms = 5, role = 'done' where issue_id = '10951';
select is(governance.dossier_first(:'fresh')::jsonb->>'brief', 'true', 'what may be a claim is read, however fresh');
select version as w, claimed_ms as ms from governance.decision_take('me', :'fresh', :v, pg_temp.decision(:'fresh', '{"to": "claimed", "new_claim": true, "release": false}')) \gset
select is((select row(version, governance.ms(claimed_at)) from governance.access_request where id = :'fresh'), row(:w::bigint, :ms::bigint), 'a claim says when it counts from');
select is((select d.claimed_ms from governance.decision_take('me', :'fresh', :v + 1, pg_temp.decision(:'fresh', '{"release": true}')) d), null, 'any other decision does not');
select is((select d.version from governance.decision_take('me', :'fresh', 1, pg_temp.decision(:'fresh', '{}')) d), null, 'nor one that comes too late');
select * from finish();
