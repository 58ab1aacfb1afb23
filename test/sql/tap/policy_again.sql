-- Another policy, other duties: what was answered before is asked again, and whoever it concerns is looked at now.
set role countersign_service;
select plan(32);

create function pg_temp.answer(request uuid, stage text, permitted boolean, item bigint, conflicts text default '[]', pdp text default null) returns bigint language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.policy_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('look_ms', 30000, 'decisions', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('item', coalesce(item, 0), 'stage', stage,
            'pdp', coalesce(pdp, (select policy from governance.site where name = 'acme')), 'permitted', permitted, 'asked', encode('q', 'base64'), 'answered', encode('a', 'base64'), 'why', 'Ok', 'reason', '',
            'conflicts', conflicts::jsonb, 'took_ms', 3)))));
$$;
create function pg_temp.permit(request uuid, stage text) returns text language sql as $$
    select governance.permit_of(r, stage)->>'answer' from governance.access_request r where r.id = request
$$;
create function pg_temp.asleep(request uuid) returns void language sql as $$
    update governance.access_request set version = version + 1, look_at = null, lease_owner = null, lease_until = null where id = request
$$;
create function pg_temp.awake(request uuid) returns boolean language sql as $$
    select look_at <= clock_timestamp() from governance.access_request where id = request
$$;
create function pg_temp.set_of(member text) returns text language sql as $$
    select format('[{"name": "payables", "n": 2, "unlinked": "none", "members": [{"source": "plain", "entitlement": "role-1"}, {"source": "slow", "entitlement": "%s"}]}]', member)
$$;

select governance.policy_put('rules:1', pg_temp.set_of('approver')::jsonb);
select t.request(array['plain:present'], '{"kind": "grant"}') as g \gset
select t.request(array['plain:absent']) as taken \gset
select governance.source_put('elsewhere', 'Elsewhere', 'sql', 0, 1, 900000);
select t.request(array['elsewhere:present'], '{"kind": "grant"}') as closed \gset
select pg_temp.answer(:'g', 'intake', true, t.item(:'g'));
select pg_temp.answer(:'g', 'approval', true, t.item(:'g'));
select pg_temp.answer(:'g', 'approval', true, null);
select is(pg_temp.permit(:'g', 'approval'), 'given', 'permitted, and nothing is in conflict');
select pg_temp.asleep(:'g'), pg_temp.asleep(:'taken');
select version as before from governance.access_request where id = :'g' \gset
select governance.policy_put('rules:1', pg_temp.set_of('approver')::jsonb);
select is(pg_temp.awake(:'g'), null, 'the same once more changes nothing');

-- another rule file
select governance.policy_put('rules:2', pg_temp.set_of('approver')::jsonb);
select ok(pg_temp.awake(:'g'), 'another rule file: what it has a say in is looked at');
select is(pg_temp.awake(:'taken'), null, 'a removal is nobody''s question');
select is((select version from governance.access_request where id = :'g'), :before + 1::bigint, 'whoever looks at it now saves nothing of it');
select is(pg_temp.permit(:'g', 'intake'), 'open', 'and is asked about again');
select is(governance.policy_question(:'g', 'intake')->'items', jsonb_build_array(t.item(:'g')), 'item by item');
select pg_temp.answer(:'g', 'intake', true, t.item(:'g'));
select pg_temp.answer(:'g', 'approval', true, t.item(:'g'));
select is(pg_temp.permit(:'g', 'intake') || pg_temp.permit(:'g', 'approval'), 'givengiven', 'what was answered about duties stands');

-- other duties
select pg_temp.asleep(:'g'), pg_temp.asleep(:'closed');
select governance.policy_put('rules:2', pg_temp.set_of('auditor')::jsonb);
select ok(pg_temp.awake(:'g'), 'a set that is defined anew wakes what it may cover');
select is(pg_temp.awake(:'closed'), null, 'and nothing else');
select is(pg_temp.permit(:'g', 'approval'), 'open', 'its duties are asked about again');
select is(pg_temp.permit(:'g', 'intake'), 'given', 'what the policy said stands');
select pg_temp.answer(:'g', 'approval', false, null, '["payables"]');
select is(pg_temp.permit(:'g', 'approval'), 'conflict', 'in conflict now');

-- an exception is of the set as it was
select governance.exception_grant(jsonb_build_object('request', :'g', 'scope', 'sod', 'sod_set', 'payables', 'owner', 'own', 'approved_by', 'boss',
    'reason', 'r', 'control', 'c', 'expires_ms', governance.ms(clock_timestamp() + interval '5 days')));
select is(pg_temp.permit(:'g', 'approval'), 'given', 'covered by an exception');
select governance.policy_put('rules:2', pg_temp.set_of('payer')::jsonb);
select is((select count(*)::int from governance.escalation where request_id = :'g' and reason = 'SodExceptionLapsed'), 1, 'defined anew it is not: people are told');
select governance.policy_put('rules:2', '[]');
select is(pg_temp.permit(:'g', 'approval'), 'given', 'a set that is gone is in nobody''s way');

-- taken out and put back as it was, a set is the same one; as another one, it is told also when nothing of it was live in between
select t.request(array['plain:present'], '{"kind": "grant"}') as h \gset
create function pg_temp.shown(exception bigint) returns text language sql as $$
    select governance.exception_shown(x)->>'state' from governance.exception x where x.id = exception
$$;
select governance.policy_put('rules:2', pg_temp.set_of('payer')::jsonb);
select governance.exception_grant(jsonb_build_object('request', :'h', 'scope', 'sod', 'sod_set', 'payables', 'owner', 'own', 'approved_by', 'boss',
    'reason', 'r', 'control', 'c', 'expires_ms', governance.ms(clock_timestamp() + interval '5 days')))#>>'{exceptions,0,id}' as x \gset
select governance.policy_put('rules:2', '[]');
select governance.policy_put('rules:2', pg_temp.set_of('payer')::jsonb);
select ok(governance.sod_excepted(:'h', 'payables'), 'taken out and put back as it was: the exception covers it');
select is(pg_temp.shown(:x), 'live', 'and is shown so');
set role countersign_dashboard;
select is((select concat_ws(' ', state, is_live, ended_as) from sla.exception_v1 where exception_id = :x), 'live t', 'to dashboards, too');
set role countersign_service;
select is((select count(*)::int from governance.escalation where request_id = :'h'), 0, 'nobody is told anything');
select governance.policy_put('rules:2', '[]');
select is(pg_temp.shown(:x), 'live', 'taken out it stays what it was');
select governance.policy_put('rules:2', pg_temp.set_of('auditor')::jsonb);
select ok(not governance.sod_excepted(:'h', 'payables'), 'put back as another one it does not');
select is(pg_temp.shown(:x), 'void', 'and is shown so');
set role countersign_dashboard;
select is((select concat_ws(' ', state, is_live, ended_as) from sla.exception_v1 where exception_id = :x), 'void f void', 'to dashboards, too');
set role countersign_service;
select is((select count(*)::int from governance.escalation where request_id = :'h' and reason = 'SodExceptionLapsed'), 1, 'and people are told');
select is(governance.exception_list(jsonb_build_object('live', true, 'request', :'h', 'limit', 10))->'exceptions', '[]', 'it is not among those that are live');
select is((governance.health()->>'exceptions_live')::int, jsonb_array_length(governance.exception_list('{"live": true, "limit": 100}')->'exceptions'), 'nor counted among them');
select governance.policy_put('rules:2', pg_temp.set_of('payer')::jsonb);
select ok(not governance.sod_excepted(:'h', 'payables'), 'what was told to be over does not come back');
select governance.policy_put('rules:2', '[]');

-- a replica that has not taken the live policy up
select t.request(array['plain:present'], '{"kind": "grant"}') as old \gset
select pg_temp.answer(:'old', 'intake', true, t.item(:'old'));
select is(pg_temp.permit(:'old', 'intake'), 'given', 'the live policy permits it');
select throws_ok(format('select pg_temp.answer(%L, ''intake'', true, %s, ''[]'', ''rules:1'')', :'old', t.item(:'old')), 'CG016',
    'another policy is live than this replica has', 'what another one says is not taken');
reset role;
insert into governance.policy_decision (request_id, stage, item_id, pdp, permitted, asked, answered, tuple_hash)
select :'old', 'intake', t.item(:'old'), 'rules:1', false, 'q', 'a', r.mapped_hash from governance.access_request r where r.id = :'old';
set role countersign_service;
select is(pg_temp.permit(:'old', 'intake') || (governance.policy_question(:'old', 'intake')->>'items'), 'given[]', 'nor counted');

-- one that has faults
select governance.policy_refused('{"code": "C172", "file": "policy.yaml", "line": 4, "sha256": "ab"}'), governance.policy_refused('{"code": "C172", "file": "policy.yaml", "line": 4, "sha256": "ab"}');
select is((select count(*)::int from governance.evidence_entry where body::jsonb->'detail'->>'reason' = 'PolicyRefused'), 1, 'is told once, and in evidence');
select * from finish();
