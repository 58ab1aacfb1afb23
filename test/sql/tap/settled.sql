-- What was decided about an approval is stored when it is decided, and nothing that becomes known later changes it.
set role countersign_service;
select plan(53);

create function pg_temp.asked(approval jsonb default null, more jsonb default '{}') returns uuid language plpgsql as $$
declare
    made uuid := t.request(array['plain:present'], more => jsonb_build_object('approval_needed', true, 'kind', 'grant', 'requester', 'r@x.org', 'mapped',
        jsonb_strip_nulls(jsonb_build_object('template', 'x', 'approval', '{"at_least": 1, "channels": ["jsm", "api"], "steps": [], "within_ms": 0, "remind": []}'::jsonb || approval))) || more);
begin
    perform t.move(made, 'pending_approval');
    return made;
end $$;
create function pg_temp.by(request uuid, variadic who text[]) returns void language sql as $$
    insert into governance.approval (request_id, approver, decision, channel, tuple_hash) select request, w, 'approved', 'api', 'h1' from unnest(who) w;
$$;
-- each vote of the decisions about a request: whose, whether it counted, for which step, in whose stead
create function pg_temp.kept(request uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', outcome, effect, ':', approver, nullif(why_not, ''), step_who, 'for ' || in_stead_of), ', ' order by settled_id, approval_id, step)
      from audit.approval_v1 where request_id = request
$$;
create function pg_temp.votes(request uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', v.approver, v.decision, coalesce(nullif(v.fault, ''), 'counts'), v.steps), ', ' order by v.id)
      from governance.access_request r, governance.approval_votes(r) v where r.id = request
$$;
create function pg_temp.said(request uuid) returns setof jsonb language sql as $$
    select body::jsonb->'detail' from governance.evidence_entry where request_id = request and kind = 'approval.settled' order by seq
$$;

-- nothing is decided where nobody is asked
select t.request(array['plain:present'], '{"kind": "grant"}') as none \gset
select t.move(:'none', 'approved');
select is(pg_temp.kept(:'none'), null, 'what needs no approval leaves no decision about one');

-- two steps; one by who is named, one by who answers for another one
select governance.delegation_add('boss@x.org', 'deputy@x.org', null, now() + interval '7 days', 'console') ->> 'id' as lent \gset
select pg_temp.asked('{"at_least": 2, "steps": [{"who": "manager", "people": ["boss@x.org"], "at_least": 1}, {"who": "security", "people": ["a@x.org", "b@x.org"], "at_least": 1}]}') as two \gset
select pg_temp.by(:'two', 'stranger@x.org', 'deputy@x.org', 'A@x.org');
select is(pg_temp.kept(:'two'), null, 'nothing is decided before it is');
select t.move(:'two', 'approved');
select is(pg_temp.kept(:'two'), 'approved decides : stranger@x.org unnamed, approved decides : deputy@x.org manager for boss@x.org, approved decides : A@x.org security',
          'then each vote as it was judged: for which step, in whose stead');
select results_eq(format('select named, delegation_id, hats, maybe from audit.approval_v1 where request_id = %L and step = 1', :'two'),
                  format('select ''boss@x.org'', %s::bigint, 0, 0', :'lent'), 'by which delegation');
select is(reached_at, (select max(given_at) from audit.approval_v1 x where x.request_id = :'two' and is_counted), 'and when enough had') from audit.approval_v1 where request_id = :'two' limit 1;
select is(terms->>'at_least', '2', 'by which terms') from audit.approval_v1 where request_id = :'two' limit 1;
select is((select count(*) from pg_temp.said(:'two')), 1::bigint, 'the chain says it once');
select is(d - '{settled,reached,tuple_commitment,terms_commitment,stead_1_commitment,votes}'::text[], '{"outcome": "approved", "effect": "decides"}', 'what was decided') from pg_temp.said(:'two') d;
select is((select string_agg(concat_ws('/', v->>'step', v->>'stead', v->>'fault'), ' ' order by n) from jsonb_array_elements(d->'votes') with ordinality as x(v, n)), 'unnamed 1/1 2', 'vote by vote')
  from pg_temp.said(:'two') d;
select ok(d::text not like '%x.org%', 'without names') from pg_temp.said(:'two') d;
reset role;
select is(c.value, 'boss@x.org', 'but with a commitment to whom he answered for') from governance.person_commitment c join governance.evidence_entry e on e.seq = c.entry
 where e.kind = 'approval.settled' and e.request_id = :'two' and c.member = 'stead_1';
set role countersign_service;
select pg_temp.votes(:'two') as votes, (governance.dossier(:'two')->>'approval_given') as given \gset
select is(:'votes'::text, 'stranger@x.org approved unnamed 0, deputy@x.org approved counts 1, A@x.org approved counts 2', 'whoever asks is told what was decided');

-- what becomes known later
select pg_sleep(0.002);
select governance.delegation_revoke(:lent, 'hr');
select governance.departure_put('boss@x.org', true, 'hr', 'left'), governance.departure_put('a@x.org', true, 'hr', 'left');
select is(pg_temp.votes(:'two'), :'votes'::text, 'a delegation revoked, and people who leave, change nothing of it');
reset role;
insert into governance.account_link (person, source, account, native_id, how) values ('r@x.org', 'plain', 'rr', 'uid-r', 'read'), ('A@x.org', 'slow', 'aa', 'uid-a', 'read'), ('a@x.org', 'plain', 'rr', 'uid-r', 'read');
set role countersign_service;
select is((governance.hats_of(r, governance.person_all('a@x.org', '{}')))[1] & 1, 1, 'one of them turns out to be who asks') from governance.access_request r where id = :'two';
select is(pg_temp.votes(:'two'), :'votes'::text, 'which changes nothing of it either');
select ok(governance.approval_reached(r), 'it is approved') from governance.access_request r where id = :'two';
select is(governance.approval_since(r), (select reached_at from governance.approval_settled where request_id = :'two'), 'since then') from governance.access_request r where id = :'two';
select ok(not (governance.approval_since_now(r) is not null), 'though nobody would approve it so now') from governance.access_request r where id = :'two';
select is(governance.evidence_facts(:'two')->'people'->'approvals'->1->>'in_stead_of', 'boss@x.org', 'pages tell it');
select is((governance.evidence_facts(:'two')->'people'->'approvals'->2) - '{at_ms,steps,who,channel,after_work,maybe}'::text[], '{"decision": "approved", "hats": 1}',
          'and that one who counted turned out to be who asks');
select is(governance.evidence_facts(:'two')->'people'->'settled'->0->>'outcome', 'approved', 'and what was decided');
select is(governance.approval_shown(r)->'given'->1->'steps', '["manager"]', 'and the API') from governance.access_request r where id = :'two';
select is(governance.policy_question(:'two', 'verification')->'approvers', '["deputy@x.org", "A@x.org"]', 'and who is asked whether it may be');

-- what is said later
select pg_temp.by(:'two', 'late@x.org');
select is(split_part(pg_temp.votes(:'two'), ', ', 4), 'late@x.org approved unnamed 0', 'a vote that comes later is judged as it is');
select pg_temp.by(:'two', 'b@x.org');
select is(split_part(pg_temp.votes(:'two'), ', ', 5), 'b@x.org approved after 2', 'and is not one that it was approved by');
select governance.approval_add(:'two', 'deputy@x.org', 'withdrawn', 'api');
select is(pg_temp.votes(:'two') like :'votes' || '%', true, 'one who takes it back did give it');
select is(split_part(pg_temp.kept(:'two'), ', ', 4), 'withdrawn none : deputy@x.org withdrawn', 'which is put down');
select is((select count(*) from pg_temp.said(:'two')), 2::bigint, 'and said');
select governance.approval_add(:'two', 'stranger@x.org', 'withdrawn', 'api');
select is((select count(*) from pg_temp.said(:'two')), 2::bigint, 'of one that never counted nothing is');
select t.move(:'two', 'ticketing', 'fulfilling');
insert into governance.ticket (site, issue_id, request_id, state, category, role, cycle, cycle_at, moved_by) values ('acme', '900', :'two', 'here', 'indeterminate', 'verify', '10000/1', clock_timestamp(), 'deputy@x.org');
select ok(governance.claims_own(r), 'nor may he do the work') from governance.access_request r where id = :'two';

-- declined, and nobody in time
select pg_temp.asked() as no \gset
select governance.approval_add(:'no', 'boss2@x.org', 'declined', 'api');
update governance.access_request set phase_reason = 'Declined', version = version + 1, phase = 'denied' where id = :'no';
select is(pg_temp.kept(:'no'), 'declined decides : boss2@x.org', 'who declined it');
select governance.approval_add(:'no', 'boss2@x.org', 'withdrawn', 'api');
select is(pg_temp.votes(:'no'), 'boss2@x.org declined counts 0', 'stays one who did');
select pg_temp.asked('{"at_least": 2, "within_ms": 1000}') as late \gset
select pg_temp.by(:'late', 'c@x.org');
update governance.access_request set phase_reason = 'ApprovalExpired', version = version + 1, phase = 'expired' where id = :'late';
select is(pg_temp.kept(:'late'), 'lapsed decides : c@x.org', 'who approved what nobody else did in time');
select is(pg_temp.kept(pg_temp.asked()), null, 'what waits is not decided');

-- a policy says who has to, and its answers are told
select governance.policy_put('rules:x', '[]');
select pg_temp.asked() as ruled \gset
insert into governance.policy_decision (request_id, stage, item_id, pdp, permitted, asked, answered, took_ms, why, tuple_hash, asks)
select :'ruled', s, t.item(:'ruled'), 'rules:x', true, '{}', '{}', 1, 'Ok', 'h1', case s when 'intake' then '{"at_least": 1, "steps": [{"who": "risk", "people": ["ciso@x.org"], "at_least": 1}]}'::jsonb end
  from unnest(array['intake', 'approval']) s;
select pg_temp.by(:'ruled', 'ciso@x.org');
select t.move(:'ruled', 'approved');
select is(pg_temp.kept(:'ruled'), 'approved decides : ciso@x.org risk, approved decides : ciso@x.org anyone', 'whom the policy wanted');
select results_eq(format('select policy, decisions from governance.approval_settled where request_id = %L', :'ruled'),
                  format('select ''rules:x'', array_agg(id order by id) from governance.policy_decision where request_id = %L', :'ruled'), 'and what it answered');
select governance.policy_put('', '[]');
select is(pg_temp.votes(:'ruled'), 'ciso@x.org approved counts 3', 'whatever is asked afterwards');

-- an emergency is worked on first, and decided when enough have approved; until it is closed that may be taken back
select pg_temp.asked('{"steps": [{"who": "security", "people": ["x@x.org", "y@x.org"], "at_least": 1}]}',
    jsonb_build_object('emergency', true, 'beneficiary', 'kim@x.org', 'access_until_ms', governance.ms(clock_timestamp() + interval '4 hours'))) as glass \gset
select t.verifying(:'glass');
select is(pg_temp.kept(:'glass'), null, 'nobody approved an emergency yet');
select pg_temp.by(:'glass', 'x@x.org');
select is(pg_temp.kept(:'glass'), 'approved decides : x@x.org security', 'until somebody does');
select governance.approval_add(:'glass', 'x@x.org', 'withdrawn', 'api');
select is(split_part(pg_temp.kept(:'glass'), ', ', 2), 'withdrawn reopens : x@x.org withdrawn', 'and takes it back');
select is(governance.emergency_owed(:'glass'), '{approval,review}', 'then it is owed again');
select pg_temp.by(:'glass', 'y@x.org');
select is(split_part(pg_temp.kept(:'glass'), ', ', 4), 'approved decides : y@x.org security', 'until another one approves');
select is(governance.approval_settle(:'glass'), null, 'once');
select governance.departure_put('y@x.org', true, 'hr', 'left');
select is(governance.emergency_owed(:'glass'), '{review}', 'and leaves');

-- nobody writes it by hand
select throws_ok(format('insert into governance.approval_settled (request_id, outcome, effect, reached_at, terms, tuple_hash, policy, decisions)
    values (%L, ''approved'', ''decides'', now(), ''null'', ''h1'', '''', ''{}'')', :'no'), '42501', null, 'the service puts nothing down by itself');
select is(governance.approval_settle(:'no'), null, 'and has nothing put down that is not so');
reset role;
select throws_ok('update governance.approval_counted set fault = ''own''', 'CG009', null, 'nobody changes it');
select throws_ok('delete from governance.approval_settled', 'CG009', null, 'or takes it away');
select is((select count(*) from audit.reconciliation_v1 where difference <> 0), 0::bigint, 'rows and log are as many');

-- whom somebody answered for is erased as everybody is
update governance.access_request set version = version + 1, phase = 'cancelled', look_at = null where id = :'two';
update governance.access_request set look_at = null where phase in ('denied', 'expired', 'cancelled');
select is((governance.person_erase('boss@x.org', '[]', true, 'dpo', 'case 1'))->'kept', '[]', 'whom somebody answered for is erased');
select is((select count(*) from audit.approval_v1 v where v::text like '%boss@x.org%'), 0::bigint, 'from what was decided, too');
select ok(c.value is null, 'and from what the chain commits to') from governance.person_commitment c join governance.evidence_entry e on e.seq = c.entry
 where e.kind = 'approval.settled' and e.request_id = :'two' and c.member = 'stead_1';
select is((select string_agg(concat(v.fault, '/', v.steps), ' ' order by v.id) from governance.access_request r, governance.approval_votes(r) v where r.id = :'two' and v.fault <> 'after'), 'unnamed/0 /1 /2',
          'which stands as it was decided');
select * from finish();
