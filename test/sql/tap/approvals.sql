-- Who has to approve, who may not, by when: the rules of domain/approval.c against our own bugs.
set role countersign_service;
select plan(116);

-- A request that its template has approved so; the tuple is what the mapping writes.
create function pg_temp.asked(approval jsonb, more jsonb default '{}') returns uuid language plpgsql as $$
declare
    made uuid := t.request(more => jsonb_build_object('approval_needed', true, 'kind', 'grant', 'mapped', jsonb_build_object(
        'template', 'x', 'approval', '{"at_least": 1, "channels": ["jsm", "api"], "steps": [], "within_ms": 0, "remind": []}'::jsonb || approval)) || more);
begin
    perform t.move(made, 'pending_approval');
    return made;
end $$;
create function pg_temp.by(request uuid, who text, variadic names text[] default '{}') returns text language plpgsql as $$
begin
    insert into governance.approval (request_id, approver, approver_names, decision, channel, tuple_hash)
    values (request, who, names, 'approved', 'api', 'h1');
    return pg_temp.stands(request);
exception when sqlstate 'CG008' then
    return 'own';
end $$;
create function pg_temp.stands(request uuid) returns text language sql as $$
    select case when governance.approval_reached(r) then 'reached' else coalesce(
               (select string_agg(v.fault, ' ' order by v.id) from governance.approval_votes(r) v where v.fault <> ''), 'waits') end
      from governance.access_request r where r.id = request
$$;
create function pg_temp.may_move(request uuid) returns boolean language plpgsql as $$
begin
    perform t.move(request, 'approved');
    return true;
exception when sqlstate 'CG010' then
    return false;
end $$;
create function pg_temp.ticket(request uuid, role text, mover text, names text[] default '{}', verifier text default '') returns void language sql as $$
    insert into governance.ticket (site, issue_id, request_id, state, category, role, cycle, cycle_at, moved_by, mover_names, verifier)
    values ('acme', (select (coalesce(max(issue_id::int), 70000) + 1)::text from governance.ticket where issue_id ~ '^7'), request, 'here',
            'indeterminate', role, '10000/1', clock_timestamp(), mover, names, verifier)
$$;

-- each step, and so many people
select pg_temp.asked('{"steps": [{"who": "manager", "people": ["boss@x.org"], "at_least": 1}, {"who": "security", "people": ["a@x.org", "b@x.org", "c@x.org"], "at_least": 2}]}') as two \gset
select is(pg_temp.stands(:'two'), 'waits', 'nobody answered');
select is(pg_temp.by(:'two', 'boss@x.org'), 'waits', 'one step did');
select is(pg_temp.by(:'two', 'a@x.org'), 'waits', 'and one of two');
select is(pg_temp.by(:'two', 'stranger@x.org'), 'unnamed', 'somebody else does not make up for it');
select is(pg_temp.by(:'two', '712020:a', 'address=A@X.org'), 'unnamed', 'nor the same person under another name');
select ok(not pg_temp.may_move(:'two'), 'so it may not go on');
select is(pg_temp.by(:'two', 'c@x.org'), 'reached', 'the second of the group does');
select ok(pg_temp.may_move(:'two'), 'then it may');
select pg_temp.asked('{"at_least": 2, "steps": [{"who": "manager", "people": ["boss@x.org"], "at_least": 1}, {"who": "owner", "people": ["boss@x.org", "o@x.org"], "at_least": 1}]}') as both \gset
select is(pg_temp.by(:'both', 'boss@x.org'), 'waits', 'one who is both is one person');
select is(pg_temp.by(:'both', 'o@x.org'), 'reached', 'two are two');

-- the ways on which it counts
select pg_temp.asked('{"channels": ["jsm"]}') as way \gset
select is(pg_temp.by(:'way', 'boss@x.org'), 'channel', 'not on a way that the template does not take');
insert into governance.approval (request_id, approver, decision, channel, tuple_hash) values (:'way', 'robot', 'approved', 'automation', 'h1');
select is(pg_temp.stands(:'way'), 'channel channel', 'nor by an app');
select ok(not pg_temp.may_move(:'way'), 'so it may not go on');
insert into governance.approval (request_id, approver, decision, channel, tuple_hash) values (:'way', 'dana', 'approved', 'jsm', 'h1');
select is(pg_temp.stands(:'way'), 'reached', 'but in Jira');

-- the matrix: who asks, who it is for, who did the work, who checks it; by address, by account, by an account that a read found
insert into governance.account_link (person, source, account, native_id, how) values ('linked@x.org', 'plain', 'ljones', 'uid-7', 'read'), ('ljones@old.org', 'slow', 'lj', 'uid-8', 'read'),
    ('linked@x.org', 'slow', 'lj', 'uid-8', 'read');
create function pg_temp.hats(requester text, beneficiary text, worker text, verifier text) returns uuid language plpgsql as $$
declare
    made uuid := t.request(more => jsonb_build_object('approval_needed', true, 'requester', requester, 'beneficiary', beneficiary));
begin
    perform pg_temp.ticket(made, 'open', '', '{}', verifier);
    perform t.move(made, 'pending_approval');
    return made;
end $$;
select is(pg_temp.by(pg_temp.hats(case hat when 1 then who else 'r@x.org' end, case hat when 2 then who else 'b@x.org' end, '', case hat when 8 then '712020:me' else '712020:bot' end),
                     case hat when 8 then '712020:me' else said end), 'own', 'hat ' || hat || ': ' || who || ' is ' || said)
  from (values (1), (2), (8)) as h(hat),
       (values ('me@x.org', 'ME@x.org'), ('linked@x.org', 'ljones'), ('ljones', 'linked@x.org'), ('linked@x.org', 'LJones@old.org')) as w(who, said)
 where hat <> 8 or who = 'me@x.org';
select is(pg_temp.by(pg_temp.hats('r@x.org', 'b@x.org', '', '712020:bot'), 'linked@x.org'), 'reached', 'of other people an account says nothing');

-- who did the work: at the approval, and again at the claim
select t.request(more => '{"approval_needed": true}') as work \gset
select pg_temp.ticket(:'work', 'open', '');
select is(pg_temp.by(:'work', 'agent@x.org', 'account=712020:agent', 'address=agent@x.org'), 'reached', 'an agent may approve');
select t.fulfilling(:'work');
update governance.ticket set role = 'verify', moved_by = '712020:agent' where request_id = :'work';
select ok(governance.claims_own(r), 'and says done himself') from governance.access_request r where id = :'work';
select is(governance.dossier(:'work')->>'claims_own', 'true', 'which the core hears');
select throws_ok(format('select t.claim(%L)', :'work'), 'CG022', null, 'then it is no claim');
update governance.ticket set moved_by = '', mover_names = '{address=AGENT@x.org}' where request_id = :'work';
select ok(not governance.claims_own(r), 'nobody is nobody') from governance.access_request r where id = :'work';
update governance.ticket set moved_by = '5b10', mover_names = '{account=5b10,address=AGENT@x.org}' where request_id = :'work';
select throws_ok(format('select t.claim(%L)', :'work'), 'CG022', null, 'by whatever name');
update governance.ticket set moved_by = '712020:other', mover_names = '{}' where request_id = :'work';
select lives_ok(format('select t.claim(%L)', :'work'), 'somebody else may');
select results_eq(format('select person, names from governance.fulfiller where request_id = %L', :'work'), $$values ('712020:other', '{account=712020:other}'::text[])$$, 'who is remembered');
select throws_ok(format('select governance.approval_add(%L, ''712020:other'', ''approved'', ''api'')', :'work'), 'CG008', 'who did the work does not approve it', 'and approves nothing of it');
select t.request(more => '{"approval_needed": true, "mode": "warn"}') as warned \gset
select pg_temp.ticket(:'warned', 'open', '');
select pg_temp.by(:'warned', 'agent@x.org', 'account=712020:agent');
select t.fulfilling(:'warned');
update governance.ticket set role = 'done', moved_by = '712020:agent' where request_id = :'warned';
select lives_ok(format('select t.claim(%L)', :'warned'), 'where nothing is refused it is taken up');
select isnt_empty(format('select from governance.escalation where request_id = %L and reason = ''ApproverFulfils''', :'warned'), 'and told');
select ok(governance.claims_own(r), 'having done it once makes him no less an approver') from governance.access_request r where id = :'warned';

-- who approved it stays one who did, once it is settled
select t.request(more => '{"approval_needed": true}') as regret \gset
select is(pg_temp.by(:'regret', 'agent@x.org'), 'reached', 'an agent approves');
select t.fulfilling(:'regret');
select governance.approval_add(:'regret', 'agent@x.org', 'withdrawn', 'api');
select pg_temp.ticket(:'regret', 'verify', 'agent@x.org');
select ok(governance.claims_own(r), 'taken back after that it was given all the same') from governance.access_request r where id = :'regret';
select throws_ok(format('select t.claim(%L)', :'regret'), 'CG022', null, 'so he does not do the work');
select t.request(more => '{"approval_needed": true}') as early \gset
select pg_temp.by(:'early', 'agent@x.org');
select governance.approval_add(:'early', 'agent@x.org', 'withdrawn', 'api');
select is(pg_temp.by(:'early', 'boss@x.org'), 'reached', 'taken back before, and another one approves');
select pg_sleep(0.002);
select t.fulfilling(:'early');
select pg_temp.ticket(:'early', 'verify', 'agent@x.org');
select lives_ok(format('select t.claim(%L)', :'early'), 'then he may');
select pg_temp.asked('{"steps": [{"who": "manager", "people": ["chief@x.org"], "at_least": 1}]}') as given \gset
select pg_temp.asked('{"steps": [{"who": "manager", "people": ["chief@x.org"], "at_least": 1}]}', '{"beneficiary": "other@x.org"}') as waits \gset
select governance.delegation_add('chief@x.org', 'deputy9@x.org', null, now() + interval '7 days', 'console');
select is(pg_temp.by(:'given', 'deputy9@x.org') || pg_temp.by(:'waits', 'deputy9@x.org'), 'reachedreached', 'a deputy approves');
select t.fulfilling(:'given');
select pg_sleep(0.002);
select governance.departure_put('chief@x.org', true, 'hr', 'left');
select is(pg_temp.stands(:'given'), 'reached', 'whom he answered for leaves: what was settled stands');
select is((governance.approval_stands(:'given')).reached_at is null, false, 'also for whoever counts');
select is(pg_temp.stands(:'waits'), 'unnamed', 'what waits does not');
select pg_temp.ticket(:'given', 'verify', 'deputy9@x.org');
select ok(governance.claims_own(r), 'the deputy has approved it') from governance.access_request r where id = :'given';
select throws_ok(format('select t.claim(%L)', :'given'), 'CG022', null, 'and does not do the work');
select is(approved_terms->'steps', '[{"who": "manager", "people": ["chief@x.org"], "at_least": 1}]', 'what it was approved by is kept') from governance.access_request where id = :'given';
update governance.access_request set version = version + 1, approved_terms = 'null' where id = :'given';
select isnt(approved_terms, 'null', 'and nobody changes it') from governance.access_request where id = :'given';
select governance.delegation_revoke((select id from governance.delegation where delegator = 'chief@x.org'), 'hr');

-- whom a step names, and nobody of them may
select pg_temp.asked('{"steps": [{"who": "sponsor", "people": ["asker9@x.org"], "at_least": 1}, {"who": "security", "people": ["Asker9@x.org", "sec1@x.org"], "at_least": 1},
                                 {"who": "two", "people": ["asker9@x.org", "sec1@x.org"], "at_least": 2}, {"who": "anyone", "people": [], "at_least": 1},
                                 {"who": "manager", "people": ["chief@x.org"], "at_least": 1}]}',
                     '{"requester": "asker9@x.org"}') as barred \gset
select is((governance.dossier(:'barred')->'approvals'->>'barred')::int, 1 + 4 + 16, 'the core hears that who asks, or has left, cannot be who approves');
select pg_temp.asked('{"steps": [{"who": "sponsor", "people": ["5b10ac8d82e05b22cc7d4ef5"], "at_least": 1}]}', '{"requester": "asker9@x.org"}') as hidden \gset
select is((governance.dossier(:'hidden')->'approvals'->>'barred')::int, 0, 'where nobody can tell it may turn out');
select pg_temp.asked('{}', '{"requester": "asker9@x.org"}') as open \gset
select is((governance.dossier(:'open')->'approvals'->>'barred')::int, 0, 'where nobody is named anybody may');
select governance.departure_put('chief@x.org', false, 'hr', 'back');
select is((governance.dossier(:'barred')->'approvals'->>'barred')::int, 1 + 4, 'who is back may');

-- the window
select pg_temp.asked('{"within_ms": 60000}') as late \gset
select is(governance.approval_until(r), date_trunc('milliseconds', r.approval_asked_at) + interval '1 min', 'it ends') from governance.access_request r where id = :'late';
select is((governance.dossier(:'late')->'approvals'->>'asked_ms')::bigint, governance.ms(r.approval_asked_at), 'the core hears since when') from governance.access_request r where id = :'late';
insert into governance.approval (request_id, approver, decision, channel, tuple_hash, given_at)
    values (:'late', 'dana', 'approved', 'jsm', 'h1', clock_timestamp() + interval '61 s');
select is(pg_temp.stands(:'late'), 'late', 'what was given after it does not count');
select ok(not pg_temp.may_move(:'late'), 'so it may not go on');
insert into governance.approval (request_id, approver, decision, channel, tuple_hash, given_at)
    values (:'late', 'eve', 'approved', 'jsm', 'h1', clock_timestamp() + interval '30 s');
select is(pg_temp.stands(:'late'), 'reached', 'what was given in time does');
update governance.access_request set approval_asked_at = '2000-01-01' where id = :'late';
select ok(approval_asked_at > now() - interval '1 min', 'the window cannot be moved') from governance.access_request where id = :'late';
select lives_ok(format('select t.move(%L, ''expired'')', pg_temp.asked('{}')), 'it may end');

-- taken back
select pg_temp.asked('{}') as back \gset
select governance.approval_add(:'back', 'boss@x.org', 'approved', 'api');
select is(pg_temp.stands(:'back'), 'reached', 'said');
select throws_ok(format('select governance.approval_add(%L, ''other@x.org'', ''withdrawn'', ''api'')', :'back'), 'CG023', null, 'another person takes nothing back');
select governance.approval_add(:'back', 'Boss@x.org', 'withdrawn', 'api');
select is(pg_temp.stands(:'back'), 'withdrawn', 'taken back');
select ok(not pg_temp.may_move(:'back'), 'so it may not go on');
select governance.approval_add(:'back', 'boss@x.org', 'approved', 'api');
select is(pg_temp.stands(:'back'), 'reached', 'and said again');
select pg_temp.asked('{}') as no \gset
select governance.approval_add(:'no', 'boss@x.org', 'declined', 'api');
select is(governance.dossier(:'no')->>'approval_declined', 'true', 'a no');
select governance.approval_add(:'no', 'boss@x.org', 'withdrawn', 'api');
select is(governance.dossier(:'no')->>'approval_declined', 'false', 'taken back');

-- after the fact
select pg_temp.asked('{}') as after \gset
select pg_temp.ticket(:'after', 'verify', '712020:agent');
select pg_temp.by(:'after', 'boss@x.org');
select results_eq(format('select after_work from governance.approval where request_id = %L', :'after'), array[true], 'what comes after the work is on record');
select isnt_empty(format('select from governance.escalation where request_id = %L and reason = ''ApprovedAfterWork''', :'after'), 'and told');
select isnt_empty(format('select from governance.evidence_entry where request_id = %L and kind = ''request.approval'' and body::jsonb->''detail''->>''after_work'' = ''true''', :'after'), 'and in evidence');
select results_eq(format('select after_work from governance.approval where request_id = %L', :'two'), 'select false from generate_series(1, 5)', 'what comes before it is not');

-- one answers for another one
select pg_temp.asked('{"steps": [{"who": "manager", "people": ["boss@x.org"], "at_least": 1}]}') as away \gset
select lives_ok($$select governance.delegation_add('boss@x.org', 'deputy@x.org', null, now() + interval '7 days', 'console')$$, 'for a time');
select is(pg_temp.by(:'away', 'deputy@x.org'), 'reached', 'the other one answers');
select pg_temp.asked('{"steps": [{"who": "manager", "people": ["boss@x.org"], "at_least": 1}]}', '{"requester": "boss@x.org"}') as own \gset
select is(pg_temp.by(:'own', 'deputy@x.org'), 'unnamed', 'not for one who may not approve it himself');
select pg_temp.asked('{"steps": [{"who": "manager", "people": ["boss@x.org"], "at_least": 1}]}', '{"requester": "deputy@x.org"}') as own2 \gset
select is(pg_temp.by(:'own2', 'deputy@x.org'), 'own', 'nor for what he asks for himself');
select throws_ok($$select governance.delegation_add('deputy@x.org', 'Boss@x.org', null, now() + interval '1 day', 'console')$$, 'CG024', null, 'not back again');
select lives_ok($$select governance.delegation_add('deputy@x.org', 'third@x.org', null, now() + interval '1 day', 'console')$$, 'somebody else may');
select throws_ok($$select governance.delegation_add('third@x.org', 'boss@x.org', null, now() + interval '1 day', 'console')$$, 'CG024', null, 'but in no circle');
select lives_ok($$select governance.delegation_add('third@x.org', 'boss@x.org', now() + interval '8 days', now() + interval '9 days', 'console')$$, 'unless at another time');
select pg_temp.asked('{"steps": [{"who": "manager", "people": ["boss@x.org"], "at_least": 1}]}') as passed \gset
select is(pg_temp.by(:'passed', 'third@x.org'), 'unnamed', 'and it is not passed on');
select throws_ok($$select governance.delegation_add('a@x.org', 'A', null, now() + interval '1 day', 'console')$$, 'CG024', 'nobody can tell whether these are two people: name both alike, by e-mail address or by account id', 'not to who may be oneself');
select throws_ok($$select governance.delegation_add('third@x.org', 'BOSS', null, now() + interval '1 day', 'console')$$, 'CG024', 'nobody can tell whether it would come back to third@x.org: name people alike in all delegations, by e-mail address or by account id', 'nor in what may be a circle');
select throws_ok($$select governance.delegation_add('a@x.org', 'A@x.org', null, now() + interval '1 day', 'console')$$, 'CG024', null, 'not to oneself');
select throws_ok($$select governance.delegation_add('a@x.org', 'b@x.org', null, now() + interval '91 days', 'console')$$, 'CG024', 'it lasts at most 90 days', 'not for ever');
select throws_ok($$select governance.delegation_add(E' \t', 'b@x.org', null, now() + interval '1 day', 'console')$$, 'CG024', 'whose approvals, and who gives them instead, is named', 'nor of nobody');
select throws_ok($$select governance.delegation_add('a@x.org', 'b@x.org', null, now() - interval '1 day', 'console')$$, 'CG024', null, 'not in hindsight');
select throws_ok($$update governance.delegation set ends_at = ends_at + interval '1 day'$$, '42501', null, 'it does not grow');
select is(governance.delegation_revoke(424242, 'hr'), null, 'none of that id is ended');
select is(governance.delegation_revoke((select id from governance.delegation where delegator = 'boss@x.org'), 'hr@x.org', 'desk') - array['id', 'starts_at', 'ends_at', 'revoked_at'],
          '{"to": "deputy@x.org", "from": "boss@x.org", "state": "revoked", "given_by": "console", "revoked_by": "hr@x.org", "end_vouched_by": "desk"}', 'it is ended early');
select throws_ok(format('select governance.delegation_revoke(%s, %L)', id, 'hr'), 'CG024', null, 'once') from governance.delegation where delegator = 'boss@x.org';
select is(pg_temp.stands(:'away'), 'reached', 'what was decided under it stands');
select results_eq($$select d->>'state' from jsonb_array_elements(governance.delegation_list(false, 'Boss@x.org', 9)->'delegations') as d order by 1$$,
                  array['planned', 'revoked'], 'all of one person, on either side');
select is(jsonb_array_length(governance.delegation_list(true, '', 9)->'delegations'), 2, 'or those that last or will');
select is(governance.delegation_list(false, null, 1)->'more', 'true', 'a page of them');
select pg_temp.asked('{"steps": [{"who": "manager", "people": ["boss@x.org"], "at_least": 1}]}') as revoked \gset
select is(pg_temp.by(:'revoked', 'deputy@x.org'), 'unnamed', 'and ends early');

-- facts of a template are taken with what is mapped, and frozen with it
select t.request(more => '{"mapped": {"access_until_ms": 4102444800000, "sponsor": "s@x.org", "lifecycle": "joiner", "subject_kind": "contractor"}, "lifecycle": "joiner", "subject_kind": "contractor"}') as facts \gset
select results_eq(format('select access_until, sponsor, lifecycle, subject_kind from governance.access_request where id = %L', :'facts'),
                  $$values ('2100-01-01 00:00:00+00'::timestamptz, 's@x.org', 'joiner', 'contractor')$$, 'kept beside it');
select is(governance.approval_shown(r)->'steps'->0->>'who', 'manager', 'who is waited for is shown') from governance.access_request r where id = :'away';
-- what is one's own is no approval, and on record: on the ticket once for each time it was given, by the API once an hour
select pg_temp.asked('{}', '{"requester": "r@x.org", "beneficiary": "reyes@x.org"}') as tried \gset
select pg_temp.ticket(:'tried', 'open', '');
create function pg_temp.tried(request uuid) returns setof text language sql as $$
    select e.key from governance.escalation e where e.request_id = request and e.reason = 'SelfApproval' order by e.id
$$;
create function pg_temp.seen(request uuid, who text, given_ms bigint, app boolean default false) returns void language sql as $$
    select governance.ticket_saw(r, to_jsonb(x) || jsonb_build_object('state', 'here', 'approval', 'approved', 'key', x.issue_key, 'updated_ms', 1, 'mapped_hash', 'h1',
               'moved_by_us', false, 'resolution_set', false, 'approvers', jsonb_build_array(jsonb_build_object('key', who, 'names', '[]'::jsonb, 'app', app, 'given_ms', given_ms))), clock_timestamp())
      from governance.access_request r join governance.ticket x on x.request_id = r.id where r.id = request
$$;
select pg_temp.seen(:'tried', ' Reyes@x.org', 1000) from generate_series(1, 2);
select results_eq(format('select pg_temp.tried(%L)', :'tried'), array['self/jsm/beneficiary/1000'], 'on the ticket');
select pg_temp.seen(:'tried', 'reyes@x.org', 2000), pg_temp.seen(:'tried', 'boss@x.org', 3000);
select results_eq(format('select pg_temp.tried(%L)', :'tried'), array['self/jsm/beneficiary/1000', 'self/jsm/beneficiary/2000'], 'each time, and of nobody else');
select is((select string_agg(a.approver, ' ') from governance.approval a where a.request_id = :'tried'), 'boss@x.org', 'which is no approval; another one''s is');
select is(governance.dossier(:'tried')->'approvals'->>'own_tried', 'true', 'the core hears');
select is((select string_agg(lower(btrim(d.person)) || ' ' || d.channel || ' ' || d.why, ', ' order by d.id) from governance.refused_decision d where d.request_id = :'tried'),
          'reyes@x.org jsm own, reyes@x.org jsm own', 'and who it was is kept');

-- an answer that was taken for a person's and turns out to be a program's
select isnt((select governance.approval_since_now(r) from governance.access_request r where r.id = :'tried'), null, 'whoever that is approved it');
select pg_temp.seen(:'tried', 'boss@x.org', 3000, true) from generate_series(1, 2);
select is((select governance.approval_since_now(r) from governance.access_request r where r.id = :'tried'), null, 'a program did not');
select is((select string_agg(a.channel || ' ' || a.decision, ', ' order by a.id) from governance.approval a where a.request_id = :'tried'),
          'jsm approved, automation withdrawn, automation approved', 'each is kept as it was taken for');
select governance.departure_put('gone@x.org', true, 'hr', 'left');
select pg_temp.seen(:'tried', 'gone@x.org', 4000) from generate_series(1, 2);
select is((select string_agg(d.person || ' ' || d.why, ', ') from governance.refused_decision d where d.request_id = :'tried' and d.why = 'left'), 'gone@x.org left', 'one of who left is kept, too, once');
select is((select count(*) from governance.escalation where request_id = :'tried' and reason = 'ApproverLeft'), 1::bigint, 'and told');
select pg_temp.asked('{}', '{"requester": "r@x.org", "beneficiary": "r@x.org"}') as sent \gset
select is((select t.refused from governance.approval_try(:'sent', e'R@x.org\u00a0', 'approved', 'api') t), 'nobody approves for themselves', 'by the API') from generate_series(1, 2);
select is((select string_agg(k, ' ') from pg_temp.tried(:'sent') k) ~ '^self/api/requester\+beneficiary/[-0-9]+T[0-9]+Z$', true, 'once an hour');
select results_eq(format('select made is not null, refused from governance.approval_try(%L, ''boss@x.org'', ''approved'', ''api'')', :'sent'), $$values (true, null::text)$$, 'another one''s is none');
select is((select t.refused from governance.approval_try(:'sent', ' ', 'approved', 'api') t), 'nobody approves for themselves', 'nor does who is not named');
select is((select string_agg(d.what || ' ' || btrim(d.person, U&'\00a0') || ' ' || d.why || ': ' || d.said, ', ') from governance.refused_decision d where d.request_id = :'sent'),
          'approval R@x.org own: nobody approves for themselves', 'who tried it is kept, once in an hour, and of nobody nothing');
select is((select t.made from governance.approval_try(gen_random_uuid(), 'boss@x.org', 'approved', 'api') t), null, 'nor has anybody of what is not there');
select is(governance.dossier(:'sent')->'approvals'->>'own_tried', 'true', 'the core hears of that, too');
reset role;
select is((select count(*) from governance.evidence_entry v where v.request_id = :'sent' and v.body::jsonb->'detail'->>'reason' = 'SelfApproval'), 1::bigint, 'so does the evidence');
set role countersign_service;

select * from finish();
