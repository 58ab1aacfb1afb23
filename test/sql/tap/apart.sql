-- Who judges a request is another person than those whom it concerns, by all that is known of them, and is here; and what counts as
-- an approval counts alike wherever it is asked for.
set role countersign_service;
select plan(42);

-- jdoe and john.doe are one: a read found both under one immutable id
insert into governance.account_link (person, source, account, native_id, how) values
    ('jdoe', 'plain', 'jdoe', 'uid-1', 'read'), ('john.doe', 'plain', 'jdoe', 'uid-1', 'read'), ('john.doe', 'slow', 'jd.finance', 'S-1', 'read');
create function pg_temp.except_by(scope text, about jsonb, who text, owner text default 'ann') returns bigint language sql as $$
    insert into governance.exception (scope, item_id, request_id, source, sod_set, owner, approved_by, reason, compensating_control, expires_at)
    values (scope, (about->>'item')::bigint, (about->>'request')::uuid, about->>'source', about->>'sod_set', owner, who, 'why', 'watched',
            clock_timestamp() + interval '1 day') returning id
$$;
create function pg_temp.glass(more jsonb default '{}') returns uuid language sql as $$
    select t.request(array['plain:present'], jsonb_build_object('kind', 'grant', 'emergency', true, 'requester', 'asker@x.org',
        'beneficiary', 'someone@x.org', 'access_until_ms', governance.ms(clock_timestamp() + interval '4 hours')) || more)
$$;
create function pg_temp.ticket(request uuid, role text, mover text, names text[] default '{}') returns void language sql as $$
    insert into governance.ticket (site, issue_id, request_id, state, category, role, cycle, cycle_at, moved_by, mover_names)
    values ('acme', (select (coalesce(max(issue_id::int), 70000) + 1)::text from governance.ticket where issue_id ~ '^7'), request, 'here',
            'indeterminate', role, '10000/1', clock_timestamp(), mover, names)
$$;
create function pg_temp.status(request uuid) returns text language sql as $$ select reason from governance.request_status where request_id = request $$;
create function pg_temp.decides(request uuid, who text, what text, way text default 'api') returns void language sql as $$
    insert into governance.approval (request_id, approver, decision, channel, tuple_hash) values (request, who, what, way, 'h1')
$$;

-- exceptions
select t.verifying(t.request(array['plain:absent', 'slow:absent'], '{"requester": "jdoe"}')) as own \gset
select throws_ok(format('select governance.approval_add(%L, ''john.doe'', ''approved'', ''api'')', :'own'), 'CG008', null, 'who approves nothing of his own');
select throws_ok(format('select pg_temp.except_by(%L, %L, ''john.doe'')', scope, about), 'CG008', 'nobody approves for themselves', 'has no exception from it either: ' || scope)
  from (values ('item', jsonb_build_object('item', t.item(:'own'))), ('request', jsonb_build_object('request', :'own')),
               ('sod', jsonb_build_object('request', :'own', 'sod_set', 'payables'))) as v(scope, about);
select throws_ok(format('select pg_temp.except_by(''item'', %L, ''john.doe'', ''jdoe'')', jsonb_build_object('item', t.item(t.request()))), 'CG008',
                 'nobody approves for themselves', 'nor one that he owns');
select pg_temp.except_by('source', '{"source": "slow"}', 'john.doe');
select is((select string_agg(verdict, ' ' order by item_id) from governance.item_verdict where request_id = :'own'), 'unknown unknown', 'and one of a source covers nothing of his');
select t.verifying(t.request(array['slow:absent'])) as others \gset
select is((select verdict from governance.item_verdict where request_id = :'others'), 'excepted', 'but what is other people''s');
select lives_ok(format('select pg_temp.except_by(''item'', %L, ''boss'')', jsonb_build_object('item', t.item(:'own'))), 'another person may');

-- duties: all his accounts
select governance.policy_put('', '[{"name": "payables", "n": 2, "unlinked": "none", "members": [{"source": "plain", "entitlement": "role-1"}, {"source": "slow", "entitlement": "pay"}]}]');
select t.request(array['plain:present'], '{"kind": "grant", "beneficiary": "jdoe"}') as sod \gset
select is((select string_agg(account || '/' || account_id, ' ') from governance.access_request r, governance.accounts_of(r, 'slow') where r.id = :'sod'), 'jd.finance/S-1', 'his other account is read');
select ok((select jsonb_path_exists(governance.policy_question(:'sod', 'approval'), '$.holdings[*] ? (@.account == "jd.finance" && @.account_id == "S-1")')), 'whoever is asked hears of it');
select governance.policy_put('', '[]');
select t.fulfilling(t.request(array['slow:present'], '{"kind": "grant", "beneficiary": "john.doe"}'));
select is(governance.on_its_way(r, 'slow', 'role-1'), '', 'as of what he gets under the other name') from governance.access_request r where r.id = :'sod';
select is(governance.on_its_way(r, 'slow', 'role-1'), null, 'which is nobody else''s') from governance.access_request r where r.id = :'others';

-- reviews of an emergency
select pg_temp.glass('{"requester": "jdoe"}') as mine \gset
select t.verifying(:'mine');
select throws_ok(format('select governance.review_add(%L, ''john.doe'', ''in_order'', ''mine'')', :'mine'), 'CG008', 'nobody reviews what he asked for, used or made', 'who asked reviews nothing by another name');
select pg_temp.glass() as made \gset
select t.fulfilling(:'made');
select pg_temp.ticket(:'made', 'verify', '712020:agent', '{account=712020:agent,address=Agent@x.org}');
select t.claim(:'made');
select throws_ok(format('select governance.review_add(%L, %L, ''in_order'', ''mine'')', :'made', who), 'CG008', 'nobody reviews what he asked for, used or made', 'nor who made it: ' || who)
  from unnest(array['712020:agent', 'agent@x.org']) as who;
update governance.ticket set moved_by = '712020:bot', moved_by_us = true, mover_names = '{}' where request_id = :'made';
select throws_ok(format('select governance.review_add(%L, ''agent@x.org'', ''in_order'', ''mine'')', :'made'), 'CG008', 'nobody reviews what he asked for, used or made', 'whoever moved it since');
select lives_ok(format('select governance.review_add(%L, ''eve@x.org'', ''in_order'', ''looked'')', :'made'), 'another one does');
select pg_temp.glass() as dark \gset
select t.fulfilling(:'dark');
select pg_temp.ticket(:'dark', 'verify', '712020:agent');
select t.claim(:'dark');
select throws_like(format('select governance.review_add(%L, ''eve@x.org'', ''in_order'', ''looked'')', :'dark'), 'nobody can tell%', 'nor where nobody can tell who made it');

-- an emergency closes as its template has it approved
select pg_temp.glass('{"mapped": {"template": "fire", "approval": {"at_least": 1, "channels": ["jsm"], "steps": [{"who": "security", "people": ["ciso@x.org"], "at_least": 1}], "within_ms": 0, "remind": []}}}') as fire \gset
select t.verifying(:'fire');
select t.read(t.item(:'fire'), 'present');
select t.move(:'fire', 'verified');
select governance.review_add(:'fire', 'eve@x.org', 'in_order', 'looked');
select pg_temp.decides(:'fire', 'outsider@x.org', 'approved'), governance.approval_add(:'fire', 'outsider@x.org', 'withdrawn', 'api'), pg_temp.decides(:'fire', 'ciso@x.org', 'declined', 'jsm');
create function pg_temp.owes(request uuid) returns text language sql as $$
    select concat_ws('/', coalesce(nullif(array_to_string(governance.emergency_owed(r.id), ' and '), ''), '-'), governance.dossier(request)->>'approval_given', pg_temp.status(request), e.approved_at is not null, e.is_declined)
      from governance.access_request r join sla.emergency_v1 e on e.request_id = r.id where r.id = request
$$;
select is(pg_temp.owes(:'fire'), 'approval/false/EmergencyOwed/f/t', 'all say that it is owed');
select throws_ok(format('select t.move(%L, ''closed'')', :'fire'), 'CG010', 'refused: the emergency owes an approval', 'so it does not close');
select pg_temp.decides(:'fire', 'boss@x.org', 'approved', 'jsm');
select is(pg_temp.owes(:'fire'), 'approval/false/EmergencyOwed/f/t', 'nobody makes up for who declines');
select governance.approval_add(:'fire', 'ciso@x.org', 'withdrawn', 'api');
select is(pg_temp.owes(:'fire'), 'approval/false/EmergencyOwed/f/f', 'nor for a step, when that is taken back');
insert into governance.approval (request_id, approver, decision, channel, tuple_hash, given_at) values (:'fire', 'ciso@x.org', 'approved', 'jsm', 'h1', clock_timestamp());
select is(pg_temp.owes(:'fire'), '-/true/Closing/t/f', 'until it is approved');
set role countersign_dashboard;
select is((select (approved_at is not null, is_declined)::text from sla.emergency_v1 where request_id = :'fire'), '(t,f)', 'which dashboards see');
select throws_ok('select governance.approval_reached(r) from governance.access_request r', '42501', null, 'and no more');
set role countersign_service;
select governance.departure_put('ciso@x.org', true, 'hr', 'left');
select is(pg_temp.owes(:'fire'), '-/true/Closing/t/f', 'for good, whoever leaves afterwards');
select lives_ok(format('select t.move(%L, ''closed'')', :'fire'), 'then it closes');

-- who left
select t.request(more => '{"approval_needed": true}') as gone \gset
select t.move(:'gone', 'pending_approval');
select throws_ok(format('select governance.approval_add(%L, ''Ciso@x.org'', ''approved'', ''api'')', :'gone'), 'CG008', 'the approver has left', 'who left approves nothing');
select lives_ok(format('select governance.approval_add(%L, ''ciso@x.org'', ''declined'', ''api'')', :'gone'), 'a no is heard');
select governance.approval_add(:'gone', 'ciso@x.org', 'withdrawn', 'api'), governance.approval_add(:'gone', 'leaver@x.org', 'approved', 'api');
select ok(governance.approval_reached(r), 'who is here does') from governance.access_request r where id = :'gone';
select governance.departure_put('leaver@x.org', true, 'hr', 'left');
select is((select string_agg(v.fault, ' ') from governance.approval_votes(r) v where v.decision = 'approved'), 'left', 'and no more when he leaves') from governance.access_request r where id = :'gone';
select throws_ok(format('select t.move(%L, ''approved'')', :'gone'), 'CG010', null, 'so it may not go on');
select governance.departure_put('leaver@x.org', false, 'hr', 'back');
select ok(governance.approval_reached(r), 'until he is back') from governance.access_request r where id = :'gone';
select throws_ok($$select governance.delegation_add('boss@x.org', 'ciso@x.org', null, now() + interval '1 day', 'console')$$, 'CG024', 'who left answers for nobody, and nobody for him', 'nothing is delegated to who left');
select lives_ok($$select governance.delegation_add('boss', 'john.doe', null, now() + interval '1 day', 'console')$$, 'to one who is here it is');
select throws_ok($$select governance.delegation_add('jdoe', 'boss', null, now() + interval '1 day', 'console')$$, 'CG024', null, 'and not back, by whatever name of his');
select governance.departure_put('jdoe', true, 'hr', 'left');
select throws_ok($$select governance.delegation_add('boss', 'john.doe', null, now() + interval '1 day', 'console')$$, 'CG024', null, 'by whatever name');
select throws_ok(format('select governance.review_add(%L, ''john.doe'', ''in_order'', ''x'')', :'dark'), 'CG008', null, 'nor is anything reviewed by him');

-- who is asked hears of approvals that count
select t.request(more => '{"approval_needed": true, "kind": "grant"}') as told \gset
select t.move(:'told', 'pending_approval');
select governance.approval_add(:'told', 'a@x.org', 'approved', 'api'), governance.approval_add(:'told', 'b@x.org', 'approved', 'api');
select governance.approval_add(:'told', 'a@x.org', 'withdrawn', 'api'), pg_temp.decides(:'told', 'robot', 'approved', 'automation');
select is(governance.policy_question(:'told', 'approval')->'approvers', '["b@x.org"]', 'not of one taken back, nor of one that never counted');

-- without a template: people
select t.request(more => '{"approval_needed": true}') as short \gset
select t.move(:'short', 'pending_approval');
select pg_temp.decides(:'short', 'robot', 'approved', 'automation');
select is((select v.fault from governance.approval_votes(r) v), 'channel', 'an app is no person') from governance.access_request r where id = :'short';
select throws_ok(format('select t.move(%L, ''approved'')', :'short'), 'CG010', null, 'so it may not go on');
select pg_temp.decides(:'short', 'boss', 'approved');
select lives_ok(format('select t.move(%L, ''approved'')', :'short'), 'the API is one as good as Jira');
select * from finish();
