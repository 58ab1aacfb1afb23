-- After a proven close: a drift was read, is recorded once and only ends; what is opened follows the request it is about.
set role countersign_service;
select plan(39);

create function pg_temp.closed(desired text default 'absent', more jsonb default '{}') returns uuid language plpgsql as $$
declare
    r uuid := t.verifying(t.request(array['plain:' || desired], more));
begin
    perform t.read(t.item(r), desired);
    perform t.move(r, 'verified', 'closed');
    return r;
end $$;
create function pg_temp.after(request uuid, path text) returns text language sql as $$
    select governance.dossier_after(r)::jsonb #>> path::text[] from governance.access_request r where r.id = request
$$;
create function pg_temp.save(request uuid, p jsonb) returns void language sql as $$
    select governance.after_save(r, jsonb_build_object('item', t.item(request), 'over', false) || p) from governance.access_request r where r.id = request
$$;
-- What the service makes of a request that follows another one.
create function pg_temp.intake(kind text default 'removal', desired text default 'absent') returns jsonb language sql as $$
    select jsonb_build_object('kind', kind, 'mode', 'enforce', 'rule', 'r', 'request_type', '31', 'justification', 'it came back',
        'privileged', false, 'emergency', false, 'approval_needed', false, 'hold_text', '', 'mapping_version', encode(sha256('version: 1 # d'), 'hex'),
        'mapped', '{}'::jsonb, 'mapped_hash', 'h2', 'sla_goal_ms', 3600000, 'approved_by', '',
        'items', jsonb_build_array(jsonb_build_object('source', 'plain', 'account', 'someone', 'entitlement', 'role-1', 'desired', desired)))
$$;

-- what is known
select is(pg_temp.after(t.request(), '{}'), null, 'nothing follows what is not closed');
select t.verifying(t.request(array['plain:present'], jsonb_build_object('access_until_ms', (extract(epoch from now() + interval '1 day') * 1000)::bigint))) as timed \gset
select is(pg_temp.after(:'timed', '{items,0,ending}'), 'false', 'but of access that ends it is known before');
select pg_temp.closed() as r \gset
select is(pg_temp.after(:'r', '{items,0}')::jsonb, '{"superseded": false, "mending": false, "ending": false, "before": false, "recorded": "", "drifts": [], "ends": []}', 'closed, and all is well');
select ok(pg_temp.after(:'r', '{proof_seq}')::bigint = (select max(seq) from governance.evidence_entry where request_id = :'r' and body::jsonb->'detail'->>'to' = 'verified'), 'its proof is an entry of evidence');
select is(pg_temp.after(:'r', '{cause}'), 'asked', 'somebody asked for it');

-- a drift, and the request that follows
select t.read(t.item(:'r'), 'present');
select pg_temp.save(:'r', jsonb_build_object('answer', 'opened', 'why', 'StillPresent', 'since_ms', 1700000000000, 'cause', 'drift', 'open', pg_temp.intake()));
select id as q from governance.access_request where follows = :'r' \gset
select is((select cause || '/' || kind || '/' || phase || '/' || requester || '/' || from_ticket from governance.access_request where id = :'q'), 'drift/removal/received/asker/false', 'a request of its own, asked for by who asked before');
select is((select format('%s/%s/%s', answer, why, opened = :'q') from governance.drift where request_id = :'r' and ended_at is null), 'opened/StillPresent/t', 'the drift names it');
select is((select reason from governance.escalation where request_id = :'r' and key like 'drift/%'), 'CameBack', 'and people are told');
select is((select count(*)::int from governance.sla_clock where request_id = :'q' and goal = interval '1 hour'), 1, 'its clock runs');
select is(pg_temp.after(:'r', '{items,0}')::jsonb - 'drifts', '{"superseded": false, "mending": true, "ending": false, "before": false, "recorded": "opened", "ends": []}', 'it is being mended');
select is(jsonb_array_length(pg_temp.after(:'r', '{items,0,drifts}')::jsonb), 1, 'once so far');
select is(pg_temp.after(:'r', '{follow}'), 'drift', 'because it came back');
select is((select (body::jsonb->'detail'->>'follows')::uuid from governance.evidence_entry where request_id = :'q' and kind = 'request.received'), :'r'::uuid, 'evidence says which one it follows');
select is((select body::jsonb->'detail'->'earlier_proof'->>'seq' from governance.evidence_entry where request_id = :'q' and kind = 'request.received'), pg_temp.after(:'r', '{proof_seq}'), 'evidence names the proof of before');
select is((select count(*)::int from governance.evidence_entry where request_id = :'r' and kind = 'drift.found'), 1, 'and the drift');
select is((governance.request_show(:'q')->'follows'->>'id')::uuid, :'r'::uuid, 'shown from one end');
select is((governance.request_show(:'r')->'followed_by'->0->>'id')::uuid, :'q'::uuid, 'and from the other');
select is((select format('%s/%s/%s', cause, change_kind, sla_state) from sla.request_v1 where request_id = :'q'), 'drift/removal/running', 'measured like any removal');
select is((select format('%s/%s/%s', answer, is_open, opened_request_id = :'q') from sla.drift_v1 where request_id = :'r'), 'opened/t/t', 'and counted');

-- the later one takes its place
select t.fulfilling(:'q');
select is(pg_temp.after(:'r', '{items,0,superseded}'), 'true', 'approved: the later one is what counts');
update governance.access_request set look_at = null, version = version + 1 where id = :'r';
select t.move(:'q', 'cancelled');
select ok((select look_at <= clock_timestamp() from governance.access_request where id = :'r'), 'nothing came of it: the earlier one is looked at');
select is(pg_temp.after(:'r', '{items,0}')::jsonb - 'drifts', '{"superseded": false, "mending": false, "ending": false, "before": false, "recorded": "opened", "ends": []}', 'cancelled: the earlier one again');
select is(jsonb_array_length(pg_temp.after(:'r', '{items,0,drifts}')::jsonb), 1, 'and that is not forgotten');
select pg_temp.save(:'r', '{"answer": "held", "why": "StillPresent", "since_ms": 1700000000000}');
select is((select string_agg(answer || coalesce('/' || opened::text, ''), ',') from governance.drift where request_id = :'r'), 'held', 'one drift, another answer');
select pg_temp.save(:'r', '{"over": true}');
select is(pg_temp.after(:'r', '{items,0,recorded}'), '', 'over');

-- access that ends
select t.verifying(t.request(array['plain:present'], jsonb_build_object('access_until_ms', (extract(epoch from now() + interval '1 day') * 1000)::bigint))) as timed \gset
select pg_temp.save(:'timed', jsonb_build_object('cause', 'expiry', 'open', pg_temp.intake()));
select is(pg_temp.after(:'timed', '{items,0,ending}'), 'true', 'its removal is asked for');
select is((select count(*)::int from governance.drift where request_id = :'timed'), 0, 'which is no drift');
select pg_temp.save(:'timed', '{"cause": "expiry", "unopened": "NoRuleToAsk"}');
select is((select count(*)::int from governance.escalation where request_id = :'timed' and reason = 'NoRuleToAsk'), 1, 'where no rule can say it people are told');

-- given, not said to be, and expired: whoever cancels its removal is asked again
select t.fulfilling(t.request(array['plain:present'], jsonb_build_object('kind', 'grant', 'access_until_ms', governance.ms(now() + interval '1 day')))) as unsaid \gset
select t.move(:'unsaid', 'expired');
select pg_temp.save(:'unsaid', jsonb_build_object('cause', 'expiry', 'open', pg_temp.intake()));
select t.fulfilling(id) as ending from governance.access_request where follows = :'unsaid' \gset
select is(pg_temp.after(:'unsaid', '{items,0,ending}'), 'true', 'its removal is on its way');
update governance.access_request set look_at = null, version = version + 1 where id = :'unsaid';
select t.move(:'ending', 'cancelled');
select ok((select look_at <= clock_timestamp() from governance.access_request where id = :'unsaid'), 'nothing came of it: what expired is looked at');

-- and so where it was claimed, and superseded by its removal: whoever cancels both keeps nothing
select t.verifying(t.request(array['plain:present'], jsonb_build_object('kind', 'grant', 'access_until_ms', governance.ms(now() + interval '1 day')))) as claimed \gset
select pg_temp.save(:'claimed', jsonb_build_object('cause', 'expiry', 'open', pg_temp.intake()));
select t.fulfilling(id) as ends from governance.access_request where follows = :'claimed' \gset
select t.move(:'claimed', 'cancelled');
select is(pg_temp.after(:'claimed', '{items}'), null, 'superseded: its removal is what counts');
select t.move(:'ends', 'cancelled');
select is(pg_temp.after(:'claimed', '{items,0,ending}'), 'false', 'which came to nothing: it is asked for anew');
select is(governance.dossier(:'claimed')#>>'{items,0,superseded_by}', null, 'of what is not superseded any more');

-- what the database does not take from anybody
select throws_ok(format('insert into governance.drift (request_id, item_id, since, why, observation_id, answer) select %L, %s, now(), ''w'', max(id), ''held'' from governance.observation', :'timed', t.item(:'timed')), 'CG002', null, 'a drift of what is not closed');
select pg_temp.closed() as s \gset
select t.read(t.item(:'s'), 'unknown') as blind \gset
select throws_ok(format('insert into governance.drift (request_id, item_id, since, why, observation_id, answer) values (%L, %s, now(), ''w'', %s, ''held'')', :'s', t.item(:'s'), :'blind'), 'CG007', null, 'on a read that says nothing');
select throws_ok(format('update governance.drift set ended_at = null where request_id = %L', :'r'), 'CG002', null, 'one that has ended goes on');
select throws_ok(format('delete from governance.drift where request_id = %L', :'r'), null, null, 'or is deleted');
select throws_ok(format('update governance.access_request set cause = ''asked'', follows = null, version = version + 1 where id = %L', :'q'), 'CG002', null, 'why a request was opened is forgotten');
select throws_ok(format('insert into governance.drift (request_id, item_id, since, why, observation_id, answer, opened) values (%L, %s, now(), ''w'', %s, ''opened'', %L)', :'s', t.item(:'s'), t.read(t.item(:'s'), 'present'), :'q'), 'CG002', null, 'another request''s follow-up');
select * from finish();
