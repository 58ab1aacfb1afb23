-- Approvals, exceptions and what was approved: separation of duties against our own bugs.
set role countersign_service;
select plan(122);

select t.request(more => '{"approval_needed": true}') as r \gset
select throws_ok(format('select t.move(%L, ''approved'')', :'r'), 'CG010', null, 'not without an approval');
select throws_ok(format('select governance.approval_add(%L, ''Asker'', ''approved'', ''api'')', :'r'), 'CG008', null, 'the requester does not approve');
select throws_ok(format('select governance.approval_add(%L, ''SOMEONE'', ''approved'', ''api'')', :'r'), 'CG008', null, 'nor does who gets it');
select lives_ok(format('select governance.approval_add(%L, ''boss'', ''approved'', ''api'')', :'r'), 'another person does');
select is(governance.approval_add(:'r', 'boss', 'approved', 'api'), (select id from governance.approval where request_id = :'r'), 'once');
select lives_ok(format('select t.move(%L, ''approved'')', :'r'), 'then it is approved');
select t.request(more => '{"approval_needed": true}') as split \gset
select governance.approval_add(:'split', 'boss', 'approved', 'api'), governance.approval_add(:'split', 'other', 'declined', 'api');
select throws_ok(format('select t.move(%L, ''approved'')', :'split'), 'CG010', null, 'one refusal is enough to refuse');
update governance.access_request set version = version + 1, approved_hash = 'h1' where id = :'r';
select throws_ok(format('update governance.access_request set version = version + 1, approved_hash = ''h2'' where id = %L', :'r'), 'CG002', null, 'what was approved stays');
select throws_ok(format('update governance.access_request set requested_at = clock_timestamp() where id = %L', :'r'), 'CG002', null, 'the clock starts once');
select throws_ok(format('update governance.sla_clock set started_at = clock_timestamp() where request_id = %L', :'r'), 'CG002', null, 'and stays started');

-- one person, however it is spelled
select t.request(more => '{"approval_needed": true}') as spelled \gset
select throws_ok(format('select governance.approval_add(%L, %L, ''approved'', ''api'')', :'spelled', who), 'CG008', null, 'not as ' || quote_literal(who))
  from unnest(array[' asker', e'Someone\t', ' ']) as who;
select t.request(more => '{"approval_needed": true, "requester": "anna.müller@x.org"}') as seen \gset
select throws_ok(format('select governance.approval_add(%L, %L, ''approved'', ''api'')', :'seen', who), 'CG008', 'nobody approves for themselves', 'nor with ' || what)
  from (values ('other case', 'ANNA.MÜLLER@X.ORG'), ('a no-break space', U&'anna.m\00fcller@x.org\00a0'), ('a zero width space', U&'anna.m\00fcller\200b@x.org'),
               ('a letter in two parts', U&'anna.mu\0308ller@x.org'), ('letters of full width', U&'\FF41nna.m\00fcller\FF20x.org'),
               ('a soft hyphen', U&'anna\00ad.m\00fcller@x.org'), ('a mark of direction', U&'\202eanna.m\00fcller@x.org'), ('a tag', U&'anna.m\00fcller@x.org\+0e0041'),
               ('mailto:', ' MailTo:anna.müller@x.org'), ('a display name', 'Müller, Anna <anna.müller@x.org>')) as v(what, who);
select is(governance.person_folded(key), said, 'folded: ' || quote_literal(key))
  from (values (e' Okafor\t', 'okafor'), ('712020:Ab', '712020:ab'), (U&'\200b \00a0', ''), ('a<b', 'a<b'), ('mailto:', ''), ('Zoë', 'zoë')) as v(key, said);
select throws_ok(format('insert into governance.delegation (delegator, delegate, starts_at, ends_at, actor) values (''z@x.org'', %L, now(), now() + interval ''1 day'', ''z'')', who),
                 'CG024', said, 'delegation: ' || said)
  from (values (U&'Z@x.org\00a0', 'nobody delegates to themselves'), (U&'\2060', 'whose approvals, and who gives them instead, is named')) as v(who, said);

-- a login and a name that begins alike: nobody can tell, unless of both is known what Jira calls them
select is(governance.one_person(a, b), said, a::text || ' and ' || b::text)
  from (values (array['word=reyes'], array['account=712020:a', 'address=Reyes@example.com'], null::boolean), (array['address=reyes+jira@x.org'], array['word=reyes'], null),
               (array['word=CORP\reyes'], array['address=reyes@x.org'], null), (array['word=uid=reyes,ou=people'], array['address=reyes@x.org'], null),
               (array['word=CORP\reyes'], array['account=reyes'], null), (array['word=corp\reyes'], array['word=reyes'], null),
               (array['word=reyes', 'account=712020:b'], array['account=712020:a', 'address=reyes@x.org'], false),
               (array['word=reyes'], array['address=okafor@x.org', 'account=712020:a'], false), (array['word=reyes'], array['word=okafor'], false),
               (array['address=reyes@x.org'], array['address=reyes@y.org'], false)) as v(a, b, said);

insert into governance.approval (request_id, approver, decision, tuple_hash, at) values (:'spelled', 'boss', 'approved', 'h1', now() - interval '1 year');
select ok((select at > now() - interval '1 min' from governance.approval where request_id = :'spelled'), 'an approval is of now');

-- one person, by whatever names: those that Jira showed count beside the key, in every combination
create function pg_temp.asked(requester text, requester_names jsonb, beneficiary text, beneficiary_names jsonb) returns uuid language sql as $$
    select t.request(more => jsonb_build_object('approval_needed', true, 'requester', requester, 'requester_names', requester_names,
                                                'beneficiary', beneficiary, 'beneficiary_names', beneficiary_names))
$$;
create function pg_temp.approved_by(request uuid, approver text, variadic names text[]) returns text language plpgsql as $$
begin
    insert into governance.approval (request_id, approver, approver_names, decision, tuple_hash) values (request, approver, names, 'approved', 'h1');
    return (governance.dossier(request)->>'approval_given') || '/' || (governance.dossier(request)->>'approval_unclear');
exception when sqlstate 'CG008' then
    return 'own';
end $$;
select is(pg_temp.approved_by(pg_temp.asked('cleo@x.org', '[]', key, names), 'ana@x.org', 'account=712020:a', 'address=ana@x.org'), said,
          'the subject is ' || key || ' ' || names)
  from (values ('712020:a', '[]'::jsonb, 'own'), ('712020:A', '[]', 'own'), ('ana@x.org', '[]', 'own'),
               ('712020:b', '[]', 'true/false'), ('bo@x.org', '[]', 'true/false'), ('okafor', '[]', 'true/false'),
               ('okafor', '["account=712020:a"]', 'own'), ('bo@x.org', '["account=712020:a"]', 'own'),
               ('712020:b', '["account=712020:b", "address=Ana@x.org"]', 'own'), ('ana', '[]', 'false/true'),
               ('ana', '["account=712020:b"]', 'true/false')) as v(key, names, said);
select is(pg_temp.approved_by(pg_temp.asked(key, names, '712020:k', '[]'), '712020:a', 'account=712020:a'), said, 'who asks is ' || key || ' ' || names)
  from (values ('712020:a', '[]'::jsonb, 'own'), ('ana@x.org', '["account=712020:a", "address=ana@x.org"]', 'own'),
               ('ana@x.org', '[]', 'false/true'), ('ana@x.org', '["account=712020:z"]', 'true/false'), ('hr-system', '[]', 'true/false'),
               ('', '[]', 'false/true')) as v(key, names, said);
-- a login may be anybody's whose address is hidden; a word that asks is more often a system's
select is(pg_temp.approved_by(pg_temp.asked('hr-system', '[]', 'okafor', names), '712020:a', variadic approver), said,
          'of a login ' || names::text || ' approves ' || approver::text)
  from (values ('[]'::jsonb, array['account=712020:a'], 'false/true'), ('["account=712020:o"]', array['account=712020:a'], 'true/false'),
               ('[]', array['account=712020:a', 'address=ana@x.org'], 'true/false'),
               ('[]', array['account=712020:a', 'word=ana'], 'true/false')) as v(names, approver, said);
select is(pg_temp.approved_by(pg_temp.asked('bo', '["account=bo", "account=JIRAUSER7"]', key, names), 'ana', 'account=ana', 'account=JIRAUSER9'), said,
          'at a Data Center the subject is ' || key || ' ' || names)
  from (values ('ana', '[]'::jsonb, 'own'), ('ana.of.before', '["account=ana.of.before", "account=JIRAUSER9"]', 'own'),
               ('JIRAUSER9', '[]', 'own'), ('cleo', '["account=cleo", "account=JIRAUSER8"]', 'true/false'),
               ('ana@x.org', '[]', 'false/true')) as v(key, names, said);
select pg_temp.asked('cleo@x.org', '[]', 'ana@x.org', '[]') as unclear \gset
select pg_temp.approved_by(:'unclear', '712020:a', 'account=712020:a');
select throws_ok(format('select t.move(%L, ''approved'')', :'unclear'), 'CG010', null, 'what nobody can tell is no approval');
update governance.access_request set beneficiary_names = '{account=712020:b}', requester_names = '{account=712020:c}' where id = :'unclear';
select is(governance.dossier(:'unclear')->>'approval_given', 'true', 'until it is known who they are');
select throws_ok(format('update governance.access_request set beneficiary_names = ''{}'' where id = %L', :'unclear'), 'CG002', null, 'which is not forgotten');
select lives_ok(format('select t.move(%L, ''approved'')', :'unclear'), 'then it counts');

-- who sends an approval hears when nobody can tell
select pg_temp.asked('cleo@x.org', '[]', '712020:a', '[]') as sent \gset
select throws_like(format('select governance.approval_add(%L, ''ana@x.org'', ''approved'', ''api'')', :'sent'), 'nobody can tell%', 'an address tells nothing of an account');
select throws_ok(format('select governance.approval_add(%L, ''712020:A'', ''approved'', ''api'')', :'sent'), 'CG008', null, 'the account itself does');
select lives_ok(format('select governance.approval_add(%L, ''ana@x.org'', ''declined'', ''api'')', :'sent'), 'anybody may refuse');
select t.verifying(t.request(more => '{"requester": "cleo@x.org", "requester_names": ["account=712020:c"], "beneficiary": "712020:a",
                                       "beneficiary_names": ["account=712020:a", "address=ana@x.org"]}')) as owed \gset
create function pg_temp.except_by(item bigint, who text) returns bigint language sql as $$
    insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (item, 'ann', who, 'why', 'watched', now() + interval '1 day')
    returning id
$$;
select throws_ok(format('select pg_temp.except_by(%s, ''Ana@X.org'')', t.item(:'owed')), 'CG008', 'nobody approves for themselves', 'nor an exception for oneself by another name');
select throws_ok(format('select pg_temp.except_by(%s, ''712020:c'')', t.item(:'owed')), 'CG008', 'nobody approves for themselves', 'nor for what one asked for');
select lives_ok(format('select pg_temp.except_by(%s, ''bo@x.org'')', t.item(:'owed')), 'another person does');

-- what was asked for, between the wish and the approval, and after it
select throws_ok(format('update governance.access_request set approval_needed = false where id = %L', :'spelled'), 'CG002', null, 'an approval that is needed stays needed');
select throws_ok(format('update governance.access_request set %s where id = %L', change, :'spelled'), 'CG002', null, 'from the first: ' || change)
  from unnest(array['requester = ''boss''', 'mode = ''observe''', 'emergency = true, access_until = now()', 'site = ''other''', 'from_ticket = true', 'body_sha256 = ''x''']) as change;
select throws_ok(format('update governance.access_request set approved_hash = ''h9'' where id = %L', :'spelled'), 'CG002', null, 'approved is what is approved');
select lives_ok(format('update governance.access_request set beneficiary = ''other'', kind = ''grant'', mapped_hash = ''h2'' where id = %L', :'spelled'), 'an edited ticket is mapped anew');
select throws_ok(format('select t.move(%L, ''approved'')', :'spelled'), 'CG010', null, 'the approval was of something else');
update governance.access_request set beneficiary = 'Boss', mapped_hash = 'h1' where id = :'spelled';
select throws_ok(format('select t.move(%L, ''approved'')', :'spelled'), 'CG010', null, 'or came from whom it is now for');
update governance.access_request set beneficiary = 'someone' where id = :'spelled';
select throws_ok(format('update governance.access_request set version = version + 1, phase = ''approved'', approved_hash = ''h9'' where id = %L', :'spelled'), 'CG002', null, 'only what is mapped is approved');
select lives_ok(format('select t.move(%L, ''approved'')', :'spelled'), 'approved as it is mapped');
select throws_ok(format('update governance.access_request set %s where id = %L', change, :'spelled'), 'CG002', null, 'once approved: ' || change)
  from unnest(array['beneficiary = ''other''', 'kind = ''removal''', 'is_privileged = true', 'access_until = now()', 'approval_needed = false', 'held = true', 'mapped = ''{"x": 1}''', 'mapped_hash = ''''']) as change;
select throws_ok(format('insert into governance.request_item (request_id, source, account, entitlement, desired) values (%L, ''plain'', ''x'', ''y'', ''absent'')', :'spelled'), 'CG002', null, 'nor is anything added');
select t.request(array[]::text[], '{"approval_needed": true, "hold_text": "Which?", "mapped_hash": ""}') as held \gset
select throws_ok(format('update governance.access_request set approval_needed = false where id = %L', :'held'), 'CG002', null, 'a held request is no way around it');
select throws_ok(format('select t.move(%L, ''approved'')', :'held'), 'CG010', null, 'nor is it approved');
select lives_ok(format('update governance.access_request set held = false, approval_needed = false, mapped_hash = ''h1'' where id = %L', :'held'), 'its first mapping says whether one is needed');
select t.request(more => '{"approval_needed": true}') as away \gset
select t.move(:'away', 'orphaned');
select throws_ok(format('select t.move(%L, ''fulfilling'')', :'away'), 'CG010', null, 'a ticket that was away does not skip the approval');
select lives_ok(format('select t.move(%L, ''received'')', :'away'), 'it starts over');

select t.verifying(t.request()) as e \gset
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (%s, ''ann'', ''ann'', ''why'', ''watched'', now() + interval ''1 day'')', t.item(:'e')), 'CG008', null, 'nobody approves an exception for themselves');
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (%s, ''Ann'', %L, ''why'', ''watched'', now() + interval ''1 day'')', t.item(:'e'), who), 'CG008', null, 'not as ' || quote_literal(who))
  from unnest(array['ann', ' ANN ', 'Asker', 'someone ']) as who;
create function pg_temp.owned_by(item bigint, who text, variadic names text[]) returns bigint language sql as $$
    insert into governance.exception (item_id, owner, owner_names, approved_by, reason, compensating_control, expires_at)
    values (item, who, names, '712020:b', 'why', 'watched', clock_timestamp() + interval '30 s') returning id
$$;
select throws_like(format('select pg_temp.owned_by(%s, ''ann@x.org'', ''address=ann@x.org'')', t.item(:'e')), 'nobody can tell%owns it%',
                   'an account approves what an address owns: that may be one person');
select throws_ok(format('select pg_temp.owned_by(%s, ''ann@x.org'', ''account=712020:B'')', t.item(:'e')), 'CG008', 'nobody approves for themselves', 'it is');
select throws_like(format('select pg_temp.owned_by(%s, ''ann@x.org'', ''account=712020:z'')', t.item(:'e')), 'nobody can tell%who it is for%',
                   'an account approves what is for a login: that may be one person, too');
select t.verifying(t.request(more => '{"beneficiary": "712020:k"}')) as known \gset
select lives_ok(format('select pg_temp.owned_by(%s, ''ann@x.org'', ''account=712020:z'')', t.item(:'known')), 'it is not');
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (%s, ''ann'', ''bob'', ''why'', ''watched'', clock_timestamp() + interval ''91 days'')', t.item(:'e')), '23514', null, 'at most 90 days');
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, created_at, expires_at) values (%s, ''ann'', ''bob'', ''why'', ''watched'', clock_timestamp() + interval ''80 days'', clock_timestamp() + interval ''120 days'')', t.item(:'e')), '23514', null, 'of days that begin now');
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (%s, ''ann'', ''bob'', '''', ''watched'', now() + interval ''1 day'')', t.item(:'e')), '23514', null, 'with a reason');
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (t.item(:'e'), 'ann', 'bob', 'why', 'watched', clock_timestamp() + interval '50 s');
select throws_ok(format('select t.move(%L, ''exception'')', :'e'), 'CG007', null, 'one that ends within the minute covers nothing');
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (t.item(:'e'), 'ann', 'bob', 'why', 'watched', clock_timestamp() + interval '1 day') returning id as x \gset
select throws_ok(format('update governance.exception set expires_at = expires_at + interval ''1 day'' where id = %s', :x), 'CG002', null, 'it is not prolonged');
select lives_ok(format('select t.move(%L, ''exception'', ''closed'')', :'e'), 'a live one closes the ticket');
select lives_ok(format('update governance.exception set revoked_at = clock_timestamp() where id = %s', :x), 'it can be revoked');
select throws_ok(format('update governance.exception set revoked_at = null where id = %s', :x), 'CG002', null, 'for good');
select * from finish();
