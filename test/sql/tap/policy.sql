-- Whether a grant may be: nothing is given without an answer; a removal is nobody's question; duties to be kept apart.
set role countersign_service;
select plan(95);

create function pg_temp.grant_of(more jsonb default '{}', items text[] default array['plain:present']) returns uuid language sql as $$
    select t.request(items, jsonb_build_object('kind', 'grant') || more)
$$;
create function pg_temp.answer(request uuid, stage text, permitted boolean, item bigint default null, conflicts text default '[]', reason text default '')
    returns bigint language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.policy_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('look_ms', 30000, 'decisions', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('item', coalesce(item, 0), 'stage', stage,
            'pdp', (select policy from governance.site where name = 'acme'), 'permitted', permitted, 'asked', encode('{"q":1}', 'base64'),
            'answered', case when permitted is not null then encode('{"decision":x}', 'base64') end, 'why', case when permitted is null then 'Timeout' else 'Ok' end,
            'reason', reason, 'conflicts', conflicts::jsonb, 'question', gen_random_uuid(), 'took_ms', 3)))));
$$;
create function pg_temp.permit(request uuid, stage text) returns text language sql as $$
    select governance.permit_of(r, stage)->>'answer' from governance.access_request r where id = request
$$;

-- nobody is asked where nobody is to be
select pg_temp.grant_of() as free \gset
select is(governance.dossier(:'free')->'permits', 'null'::jsonb, 'without a policy nobody is asked');
select lives_ok(format('select t.move(%L, ''approved'')', :'free'), 'and a grant is approved');

select is(governance.policy_put('authzen:https://pdp.example.com', '[]'), 0::bigint, 'a policy is registered');
select is((select policy from governance.site where name = 'acme'), 'authzen:https://pdp.example.com', 'for every site');
select is((select count(*) from governance.evidence_entry where kind = 'site.policy'), 1::bigint, 'which goes into evidence');
select governance.policy_put('authzen:https://pdp.example.com', '[]');
select is((select count(*) from governance.evidence_entry where kind = 'site.policy'), 1::bigint, 'once');

-- a grant waits
select pg_temp.grant_of() as g \gset
select is(pg_temp.permit(:'g', 'intake'), 'open', 'nobody has answered yet');
select throws_ok(format('select t.move(%L, ''approved'')', :'g'), 'CG016', null, 'so it is not approved');
select is(governance.policy_question(:'g', 'intake')->'items', jsonb_build_array(t.item(:'g')), 'its item is asked about');
select is(governance.policy_question(:'g', 'intake')->'holdings', '[]'::jsonb, 'and no duties, at intake');
select pg_temp.answer(:'g', 'intake', null, t.item(:'g'));
select pg_temp.answer(:'g', 'intake', null, t.item(:'g'));
select is(governance.dossier(:'g')->'permits'->'intake'->>'tries', '2', 'who does not answer is counted');
select is((select concat_ws(' ', state, reason, attempts) from governance.request_status where request_id = :'g'), 'retrying PolicyAwaited 2', 'whoever asks why is told');
select throws_ok(format('select t.move(%L, ''approved'')', :'g'), 'CG016', null, 'no answer is no permission');
select pg_temp.answer(:'g', 'intake', true, t.item(:'g'));
select is(pg_temp.permit(:'g', 'intake'), 'given', 'it may be asked for');
select throws_ok(format('select t.move(%L, ''approved'')', :'g'), 'CG016', null, 'which is no permission to give it');
select pg_temp.answer(:'g', 'approval', true, t.item(:'g'));
select is(governance.policy_question(:'g', 'approval')->'items', '[]'::jsonb, 'nobody is asked twice');
select lives_ok(format('select t.move(%L, ''approved'')', :'g'), 'with both it is approved');
select is((select count(*) from governance.evidence_entry where kind = 'policy.decided' and request_id = :'g'), 4::bigint, 'every answer is one entry of the evidence');
reset role;
select is((select body::jsonb->'detail'->>'asked_commitment' from governance.evidence_entry where kind = 'policy.decided' and request_id = :'g' order by seq limit 1),
          (select governance.commitment(encode(sha256('{"q":1}'), 'hex'), s.salt) from governance.request_salt s where s.request_id = :'g'), 'which holds to the bytes');
set role countersign_service;
select is((select count(*) from governance.policy_decision where request_id = :'g' and answered_sha256 = sha256('{"decision":x}')), 2::bigint, 'of the replies too');
select throws_ok(format('update governance.policy_decision set permitted = true where request_id = %L', :'g'), '42501', null, 'nobody changes them');

-- an answer is about what is asked for now
select pg_temp.grant_of() as edited \gset
select pg_temp.answer(:'edited', 'intake', true, t.item(:'edited'));
update governance.access_request set version = version + 1, mapped_hash = 'h2' where id = :'edited';
select is(pg_temp.permit(:'edited', 'intake'), 'open', 'an answer about something else does not count');
select throws_ok(format('insert into governance.policy_decision (request_id, stage, item_id, asked) values (%L, ''intake'', %s, ''x'')', :'edited', t.item(:'g')),
                 'CG002', null, 'nor one about an item of another request');

-- a no
select pg_temp.grant_of() as refused \gset
select pg_temp.answer(:'refused', 'intake', false, t.item(:'refused'), reason => 'not for contractors');
select is(pg_temp.permit(:'refused', 'intake'), 'denied', 'a no is a no');
select is(governance.dossier(:'refused')->'permits'->'intake'->>'why', 'not for contractors', 'with its reason');
select throws_ok(format('select t.move(%L, ''approved'')', :'refused'), 'CG016', null, 'and stops the grant');

-- a bundle needs every yes
select pg_temp.grant_of(items => array['plain:present', 'slow:present']) as bundle \gset
select pg_temp.answer(:'bundle', 'intake', true, t.item(:'bundle', 1));
select is(pg_temp.permit(:'bundle', 'intake'), 'open', 'one yes of two is none');
select is(governance.policy_question(:'bundle', 'intake')->'items', jsonb_build_array(t.item(:'bundle', 2)), 'the other one is asked about');

-- an emergency does not wait, but heeds
select pg_temp.grant_of(jsonb_build_object('emergency', true, 'access_until_ms', governance.ms(clock_timestamp() + interval '1 hour'))) as fire \gset
select lives_ok(format('select t.move(%L, ''approved'')', :'fire'), 'an emergency waits for no answer');
select pg_temp.grant_of(jsonb_build_object('emergency', true, 'access_until_ms', governance.ms(clock_timestamp() + interval '1 hour'))) as heeds \gset
select pg_temp.answer(:'heeds', 'intake', false, t.item(:'heeds'));
select throws_ok(format('select t.move(%L, ''approved'')', :'heeds'), 'CG016', null, 'but heeds a no');

-- removals
select t.request() as removal \gset
select is(governance.dossier(:'removal')->'permits', 'null'::jsonb, 'a removal is nobody''s question');
select lives_ok(format('select t.verifying(%L)', :'removal'), 'and waits for nobody');

-- at verification
select pg_temp.grant_of() as late \gset
select pg_temp.answer(:'late', 'intake', true, t.item(:'late'));
select pg_temp.answer(:'late', 'approval', true, t.item(:'late'));
select t.verifying(:'late');
select t.read(t.item(:'late'), 'present');
select throws_ok(format('select t.move(%L, ''verified'')', :'late'), 'CG016', null, 'what is there is proven only while it may be');
select pg_temp.answer(:'late', 'verification', false, t.item(:'late'), reason => 'frozen');
select is((select concat_ws(' ', state, reason, detail) from governance.request_status where request_id = :'late'), 'waiting NotPermitted frozen', 'a no is told too');
select pg_temp.answer(:'late', 'verification', true, t.item(:'late'));
select lives_ok(format('select t.move(%L, ''verified'')', :'late'), 'which is asked anew');
select t.move(:'late', 'verifying');
select t.claim(:'late');
select is(pg_temp.permit(:'late', 'verification'), 'open', 'for every claim');

-- an emergency is asked about again once somebody approved it: its first answers knew of nobody who did
select pg_temp.grant_of(jsonb_build_object('emergency', true, 'access_until_ms', governance.ms(clock_timestamp() + interval '1 hour'))) as owed \gset
select t.verifying(:'owed');
select t.read(t.item(:'owed'), 'present');
select pg_temp.answer(:'owed', 'verification', true, t.item(:'owed'));
select lives_ok(format('select t.move(%L, ''verified'')', :'owed'), 'an emergency is proven before anybody approved it');
select governance.approval_add(:'owed', 'boss@example.com', 'approved', 'api');
select is(pg_temp.permit(:'owed', 'verification'), 'open', 'which the policy is told once somebody has');
select is(governance.policy_question(:'owed', 'verification')->'items', jsonb_build_array(t.item(:'owed')), 'so it is asked about again');
select governance.review_add(:'owed', 'eve@example.com', 'in_order', 'looked');
select throws_ok(format('select t.move(%L, ''closed'')', :'owed'), 'CG016', null, 'and not closed before that is answered');
update governance.access_request set looked_at = '2020-01-01', version = version + 1 where id = :'owed';
select throws_ok(format('select t.move(%L, ''closed'')', :'owed'), 'CG017', null, 'whoever looked before that approval looks again: it is no refusal');
update governance.access_request set looked_at = clock_timestamp(), version = version + 1 where id = :'owed';
select throws_ok(format('select t.move(%L, ''closed'')', :'owed'), 'CG016', null, 'who has looked since is refused');
select pg_sleep(0.01);
select pg_temp.answer(:'owed', 'verification', true, t.item(:'owed'));
select lives_ok(format('select t.move(%L, ''closed'')', :'owed'), 'with a yes it closes');

-- duties to be kept apart
select is(governance.policy_put('', '[{"name": "payables", "n": 2, "unlinked": "none", "members": [{"source": "plain", "entitlement": "role-1"},
    {"source": "slow", "entitlement": "approver"}]}]'), 1::bigint, 'a set of duties is registered, and the policy taken out');
select governance.policy_put('', '[{"name": "payables", "n": 2, "unlinked": "none", "members": [{"source": "slow", "entitlement": "approver"},
    {"source": "plain", "entitlement": "role-1"}]}]');
select is((select count(*) from governance.sod_set), 1::bigint, 'the same set is the same, in any order');
select pg_temp.grant_of() as one \gset
select is(governance.policy_question(:'one', 'approval')->'sets'->0->>'name', 'payables', 'whoever gets a member is asked about the set');
select is(jsonb_array_length(governance.policy_question(:'one', 'approval')->'holdings'), 1, 'of whom no other account is known: nothing to be read');
insert into governance.account_link (person, source, native_id, how, account, request_id) values ('someone', 'slow', 'S1', 'read', 'some.one', :'one');
select is((select string_agg(h->>'account' || ':' || (h->>'wish'), ' ') from jsonb_array_elements(governance.policy_question(:'one', 'approval')->'holdings') h),
          'someone:given some.one:', 'across linked accounts');
select throws_ok(format('select t.move(%L, ''approved'')', :'one'), 'CG016', null, 'until that is known nothing is given');
select pg_temp.answer(:'one', 'approval', false, conflicts => '["payables"]', reason => 'payables: some.one holds approver');
select is(pg_temp.permit(:'one', 'approval'), 'conflict', 'a conflict');
select is((select reason from governance.request_status where request_id = :'one'), 'DutiesInConflict', 'which is told');
select throws_ok(format('select t.move(%L, ''approved'')', :'one'), 'CG016', null, 'gives nothing');
insert into governance.exception (request_id, scope, sod_set, owner, approved_by, reason, compensating_control, expires_at)
values (:'one', 'sod', 'payables', 'owner', 'other', 'year end', 'every posting is reviewed', clock_timestamp() + interval '1 day');
select is(pg_temp.permit(:'one', 'approval'), 'given', 'but under an exception of its own kind');
select lives_ok(format('select t.move(%L, ''approved'')', :'one'), 'then it is approved');
select pg_temp.grant_of(items => array['slow:present']) as other \gset
select is(governance.policy_question(:'other', 'approval')->'sets', '[]'::jsonb, 'who asks for no member is asked about none');
select t.request(array['plain:present'], '{"kind": "grant", "beneficiary": "Someone"}') as twin \gset
select is((select h->>'wish' from jsonb_array_elements(governance.policy_question(:'twin', 'approval')->'holdings') h where h->>'account' = 'someone'), 'given',
          'what another request of the same person gives counts as given');

-- what let it be ends between the proof and the close
select t.move(:'one', 'ticketing', 'fulfilling');
select t.claim(:'one');
select t.move(:'one', 'verifying');
select pg_sleep(0.002);
select t.read(t.item(:'one'), 'present');
select pg_temp.answer(:'one', 'verification', false, conflicts => '["payables"]', reason => 'payables: some.one holds approver');
select lives_ok(format('select t.move(%L, ''verified'')', :'one'), 'under its exception it is proven');
select governance.exception_revoke((select id from governance.exception where request_id = :'one'), 'ciso', 'no more');
select is(pg_temp.permit(:'one', 'verification'), 'conflict', 'which somebody revokes before it closes');
select throws_ok(format('select t.move(%L, ''closed'')', :'one'), 'CG016', 'closed refused: duties in conflict', 'so it does not close');
update governance.access_request set looked_at = clock_timestamp() - interval '1 min', version = version + 1 where id = :'one';
select throws_ok(format('select t.move(%L, ''closed'')', :'one'), 'CG017', 'closed refused: whether it may be is asked again', 'whoever looked before that looks again');
select lives_ok(format('select t.move(%L, ''verifying'')', :'one'), 'but is looked at again');
insert into governance.exception (request_id, scope, sod_set, owner, approved_by, reason, compensating_control, expires_at)
values (:'one', 'sod', 'payables', 'owner', 'other', 'year end', 'every posting is reviewed', clock_timestamp() + interval '1 day');
select lives_ok(format('select t.move(%L, ''verified'', ''closed'')', :'one'), 'and closes under another exception');

-- a policy may want approvals beside the template's: more people, and people by name
create function pg_temp.wants(request uuid, asks jsonb) returns void language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.policy_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('decisions', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('item', i.id, 'stage', 'intake', 'pdp', (select policy from governance.site where name = 'acme'), 'permitted', true,
            'asked', encode('{}', 'base64'), 'answered', encode('{}', 'base64'), 'why', 'Ok', 'reason', '', 'conflicts', '[]'::jsonb, 'question', '', 'took_ms', 0, 'asks', asks)))
          from governance.request_item i where i.request_id = request and i.replaced_at is null)));
$$;
create function pg_temp.terms(request uuid) returns jsonb language sql as $$
    select governance.approval_terms(r) from governance.access_request r where r.id = request
$$;
select governance.policy_put('rules:x', '[]');
select pg_temp.grant_of() as plain \gset
select pg_temp.wants(:'plain', null);
select is(pg_temp.terms(:'plain'), null, 'mostly it wants none');
select pg_temp.grant_of('{"beneficiary": "jewel@example.com"}') as jewel \gset
select pg_temp.wants(:'jewel', '{"at_least": 2, "steps": [{"who": "risk office", "people": ["ciso@example.com"], "at_least": 1}]}');
select is(pg_temp.terms(:'jewel'), '{"at_least": 2, "channels": ["jsm", "api", "cli"], "remind": [], "within_ms": 0,
    "steps": [{"who": "risk office", "people": ["ciso@example.com"], "at_least": 1}, {"who": "anyone", "people": [], "at_least": 1}]}', 'without a template they stand alone');
create function pg_temp.wanted(request uuid) returns text language sql as $$
    select concat_ws(' ', governance.approval_wanted(r)::text, governance.dossier(r.id)->>'approval_needed', governance.approval_terms(r)->>'at_least')
      from governance.access_request r where r.id = request
$$;
select is(pg_temp.wanted(:'jewel'), 'true true 2', 'and what needed no approval needs one');
select ok(not approval_needed, 'which its template does not') from governance.access_request where id = :'jewel';
select t.move(:'jewel', 'pending_approval');
select pg_temp.answer(:'jewel', 'approval', true, t.item(:'jewel'));
select governance.approval_add(:'jewel', 'boss@example.com', 'approved', 'api'), governance.approval_add(:'jewel', 'other@example.com', 'approved', 'api');
select throws_ok(format('select t.move(%L, ''approved'')', :'jewel'), 'CG010', null, 'two people suffice not');
select is((governance.dossier_approvals(r)->'steps'->0->>'people'), 'ciso@example.com', 'the program knows who is waited for')
  from governance.access_request r where r.id = :'jewel';
select governance.approval_add(:'jewel', 'ciso@example.com', 'approved', 'api');
select lives_ok(format('select t.move(%L, ''approved'')', :'jewel'), 'nor one who is not named');
select ok(governance.approval_wanted(r) and approved_terms->>'at_least' = '2', 'approved, it did need it') from governance.access_request r where id = :'jewel';
select pg_temp.grant_of(jsonb_build_object('approval_needed', true, 'beneficiary', 'both@example.com', 'mapped', '{"approval": {"at_least": 3, "channels": ["jsm"], "remind": [50],
    "within_ms": 7, "steps": [{"who": "manager", "people": ["boss@example.com"], "at_least": 1}]}}'::jsonb), array['plain:present', 'slow:present']) as joined \gset
select pg_temp.wants(:'joined', '{"at_least": 2, "steps": [{"who": "risk office", "people": ["ciso@example.com"], "at_least": 1}]}');
select is(pg_temp.terms(:'joined') - 'steps', '{"at_least": 3, "channels": ["jsm"], "remind": [50], "within_ms": 7}', 'with one: the larger number, its ways and its window');
select is(jsonb_path_query_array(pg_temp.terms(:'joined'), '$.steps[*].who'), '["manager", "risk office", "anyone"]', 'and all steps, the same of two items once');
update governance.access_request set version = version + 1, mapped_hash = 'h2' where id = :'joined';
select is(pg_temp.terms(:'joined')->>'at_least', '3', 'what was wanted of something else counts no more');
select is(jsonb_array_length(pg_temp.terms(:'joined')->'steps'), 1, 'its steps neither');
select throws_ok(format('insert into governance.policy_decision (request_id, stage, item_id, asked, permitted, asks) values (%L, ''intake'', %s, ''x'', false, ''{}'')', :'jewel', t.item(:'jewel')),
                 '23514', null, 'a no wants nothing');
select throws_ok(format('insert into governance.policy_decision (request_id, stage, item_id, asked, permitted, asks) values (%L, %L, %s, ''x'', true, ''{"at_least": 2}'')', :'jewel', s, t.item(:'jewel')),
                 '23514', null, 'nor does a yes that comes later: ' || s) from unnest(array['approval', 'verification']) as s;

-- one that says so at every stage wants nothing else, and one that wants more later is not understood
create function pg_temp.says(request uuid, at_stage text, asks jsonb) returns text language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.policy_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('decisions', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('item', t.item(request), 'stage', at_stage, 'pdp', (select policy from governance.site where name = 'acme'),
            'permitted', true, 'asked', encode('{}', 'base64'), 'answered', encode('{}', 'base64'), 'why', 'Ok', 'reason', '', 'conflicts', '[]'::jsonb, 'question', '', 'took_ms', 0, 'asks', asks)))));
    select concat_ws(' ', permitted, why, asks) from governance.policy_decision where request_id = request order by id desc limit 1
$$;
select pg_temp.grant_of('{"beneficiary": "every@example.com"}') as every \gset
select is(pg_temp.says(:'every', 'intake', '{"at_least": 2}'), 't Ok {"at_least": 2}', 'wanted at intake');
select is(pg_temp.says(:'every', 'approval', '{"at_least": 2}'), 't Ok', 'and said again: it is known');
select is(pg_temp.says(:'every', 'approval', '{"at_least": 3}'), 'OddApprovals', 'more than was wanted is no decision');
select is(pg_temp.says(:'every', 'verification', null), 't Ok', 'nothing wanted is nothing');
select is(pg_temp.says(:'plain', 'verification', '{"at_least": 2}'), 'OddApprovals', 'nor is what was not wanted at all');

-- what a policy wants goes with it, until the request is approved
select pg_temp.grant_of('{"beneficiary": "eased@example.com"}') as eased \gset
select pg_temp.grant_of('{"beneficiary": "told@example.com", "approval_needed": true}') as told \gset
select pg_temp.wants(r, '{"at_least": 2, "steps": [{"who": "risk office", "people": ["ciso@example.com"], "at_least": 1}]}') from unnest(array[:'eased', :'told']::uuid[]) as r;
select t.move(r, 'pending_approval') from unnest(array[:'eased', :'told']::uuid[]) as r;
select is(pg_temp.wanted(:'eased') || ', ' || pg_temp.wanted(:'told'), 'true true 2, true true 2', 'wanted');
select governance.policy_put('rules:y', '[]');
select is(pg_temp.wanted(:'eased') || ', ' || pg_temp.wanted(:'told'), 'false false, true true', 'by another policy it is not, or not yet');
select throws_ok(format('select t.move(%L, ''approved'')', :'eased'), 'CG016', null, 'which is asked first');
select pg_temp.wants(:'eased', null);
select is(pg_temp.wanted(:'eased'), 'false false', 'the new one wants none');
select pg_temp.answer(:'eased', 'approval', true, t.item(:'eased'));
select lives_ok(format('select t.move(%L, ''approved'')', :'eased'), 'so it goes on');
select is(pg_temp.terms(:'jewel')->>'at_least', '2', 'what was approved stands by what it was approved by');
select pg_temp.wants(:'told', '{"at_least": 4}');
select is(pg_temp.wanted(:'told'), 'true true 4', 'or wants more');
select governance.policy_put('', '[]');
select is(pg_temp.wanted(:'told'), 'true true', 'with no policy live the template''s need is left');
select is((governance.approval_shown(r)->>'people')::int, 1, 'and shown') from governance.access_request r where r.id = :'told';
select governance.approval_add(:'told', 'boss@example.com', 'approved', 'api');
select lives_ok(format('select t.move(%L, ''approved'')', :'told'), 'one suffices then');
select is(approved_terms, 'null', 'by no terms of its own') from governance.access_request where id = :'told';
select governance.policy_put('rules:x', '[]');
select ok(governance.approval_reached(r), 'and what comes later changes nothing') from governance.access_request r where r.id = :'told';
select pg_temp.grant_of('{"beneficiary": "twice@example.com"}') as twice \gset
select pg_temp.wants(:'twice', '{"at_least": 2, "steps": [{"who": "x", "people": ["ciso@example.com", "Ciso@Example.com"], "at_least": 1}]}');
select is(pg_temp.terms(:'twice')->'steps'->1->>'who', 'anyone', 'one who is named twice is one');
select * from finish();
