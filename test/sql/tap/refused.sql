-- What is refused leaves evidence: who tried what, and why not; the same once in an hour, and so many of one token.
set role countersign_service;
select plan(34);

create function pg_temp.wish(more jsonb, days int default 30) returns jsonb language sql as $$
    select '{"owner": "ann@x.org", "approved_by": "boss@x.org", "reason": "why", "control": "watched", "vouched_by": "portal"}'::jsonb
           || jsonb_build_object('expires_ms', governance.ms(clock_timestamp() + make_interval(days => days))) || more
$$;
create function pg_temp.refused(wish jsonb) returns text language sql as $$ select t.refused from governance.exception_try(wish) t $$;
create function pg_temp.kept(request uuid default null) returns table (said text) language sql as $$
    select concat_ws('/', d.what, d.why, nullif(d.person, ''), nullif(d.other, ''), d.scope, d.source, d.vouched_by)
      from governance.refused_decision d where d.request_id is not distinct from request order by d.id
$$;

-- exceptions
select t.request(more => '{"requester": "asker@x.org", "beneficiary": "someone@x.org"}') as r \gset
select is(pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'approved_by', 'Asker@x.org'))), 'nobody approves for themselves', 'by who asks');
select is(pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'approved_by', 'asker'))) ~ '^nobody can tell', true, 'by who may be');
select is(pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'owner', 'BOSS@x.org'))), 'nobody approves for themselves', 'by its owner');
select is(pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'owner', ' '))), 'an exception has an owner: somebody who answers for it until it ends', 'without an owner');
select is(pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r'), 400)), 'an exception lasts 90 days at the most: renew it when its review still finds it right', 'for 400 days');
select is(pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'scope', 'request'), -1)), 'an exception ends later than now', 'ended already');
select governance.departure_put('gone@x.org', true, 'hr', 'left');
select is(pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'approved_by', 'gone@x.org'))), 'the approver has left: an exception is approved by somebody who is here', 'by who left');
select is(pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'fault', '{"why": "control", "said": "say what mitigates it"}'::jsonb))), 'say what mitigates it', 'and what the program refuses itself');
select results_eq(format('select said from pg_temp.kept(%L)', :'r'),
    array['exception/own/Asker@x.org/ann@x.org/item/portal', 'exception/unclear/asker/ann@x.org/item/portal', 'exception/owner/boss@x.org/BOSS@x.org/item/portal',
          'exception/owner/boss@x.org/ /item/portal', 'exception/end/boss@x.org/ann@x.org/item/portal', 'exception/end/boss@x.org/ann@x.org/request/portal',
          'exception/left/gone@x.org/ann@x.org/item/portal', 'exception/control/boss@x.org/ann@x.org/item/portal'], 'each is kept');
select pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r'), 401));
select is((select count(*) from pg_temp.kept(:'r')), 8::bigint, 'the same within the hour is one');
select pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'owner', '', 'expires_ms', 0, 'vouched_by', 'terse', 'fault', '{"why": "owner", "said": "no owner"}'::jsonb)));
select is((select d.ends_at from governance.refused_decision d where d.vouched_by = 'terse'), null, 'without an end it names none');
select is((select count(*) from governance.exception), 0::bigint, 'and none is granted');
select pg_temp.refused(pg_temp.wish('{"scope": "source", "source": "slow", "owner": "boss@x.org"}'));
select results_eq('select said from pg_temp.kept()', array['exception/owner/boss@x.org/boss@x.org/source/slow/portal'], 'one of a source is of no request');
select is((select t.made is not null and t.refused is null from governance.exception_try(pg_temp.wish(jsonb_build_object('request', :'r'))) t), true, 'one that is well is granted');
select (select id from governance.exception limit 1) as x \gset
select pg_temp.refused(pg_temp.wish(jsonb_build_object('renews', :x, 'approved_by', 'asker@x.org')));
select is((select k.said from pg_temp.kept(:'r') k where k.said like '%/asker@x.org/%'), 'exception/own/asker@x.org/ann@x.org/item/portal', 'of a renewal by what it renews');
select is((select t.made is null and t.refused is null from governance.exception_try(pg_temp.wish(jsonb_build_object('request', gen_random_uuid()))) t), true, 'of no request nothing is tried');

-- delegations
select governance.delegation_add('away@x.org', 'there@x.org', null, now() + interval '7 days', 'hr');
select is((select t.refused from governance.delegation_try('there@x.org', 'Away@x.org', null, now() + interval '1 day', 'hr') t), 'a circle: it would come back to there@x.org', 'a circle is refused');
select is((select t.refused from governance.delegation_try('a@x.org', 'b@x.org', null, now() + interval '91 days', 'hr') t), 'it lasts at most 90 days', 'so is one for ever');
select is((select string_agg(k.said, ' ') from pg_temp.kept() k where k.said like 'delegation%'), 'delegation/circle/there@x.org/Away@x.org/hr delegation/end/a@x.org/b@x.org/hr', 'and both are kept');
select is((select t.made->>'state' from governance.delegation_try('a@x.org', 'b@x.org', null, now() + interval '9 days', 'hr') t), 'live', 'another one is given');
select is((select t.made->>'state' from governance.delegation_try('5b10a2844c20165700ede21a', '5b10a2844c20165700ede21b', null, now() + interval '9 days', 'hr') t), 'live', 'so is one between accounts');
select is((select t.made->>'state' from governance.delegation_try('x@x.org', 'y@x.org', null, now() + interval '9 days', 'hr') t), 'live', 'which stands in the way of no other by address');
select ok((select t.refused from governance.delegation_try('5b10a2844c20165700ede21b', 'x@x.org', null, now() + interval '9 days', 'hr') t) ~ '^nobody can tell',
          'but of one that begins where another ends it may be a circle');

-- approvals that come too late, or of who left; reviews of one's own
select t.request(more => '{"approval_needed": true}') as late \gset
select t.move(:'late', 'pending_approval');
select is((select t.refused from governance.approval_try(:'late', 'gone@x.org', 'approved', 'api', 'portal') t), 'the approver has left', 'who left approves nothing');
select t.move(:'late', 'expired');
select is((select t.refused from governance.approval_try(:'late', 'boss@x.org', 'approved', 'api', 'portal') t) ~ '^the request is expired', true, 'nor anybody afterwards');
select t.request(more => jsonb_build_object('emergency', true, 'kind', 'grant', 'requester', 'asker@x.org', 'access_until_ms', governance.ms(clock_timestamp() + interval '1 hour')),
                 items => array['plain:present']) as fire \gset
select t.verifying(:'fire');
select is((select t.refused from governance.review_try(:'fire', 'asker@x.org', 'in_order', 'mine', 'portal') t), 'nobody reviews what he asked for, used or made', 'nobody reviews his own');
select results_eq(format('select said from pg_temp.kept(%L) union all select said from pg_temp.kept(%L)', :'late', :'fire'),
    array['approval/left/gone@x.org/portal', 'approval/void/boss@x.org/portal', 'review/own/asker@x.org/portal'], 'all of it is kept');

-- so many of one token
select pg_temp.refused(pg_temp.wish(jsonb_build_object('request', :'r', 'owner', 'boss@x.org', 'approved_by', 'boss@x.org', 'source', n, 'reason', 'x', 'vouched_by', 'loud', 'fault', jsonb_build_object('why', n, 'said', 'no'))))
  from generate_series(1, 103) n \g /dev/null
select is((select count(*) from governance.refused_decision where vouched_by = 'loud' and why <> 'more'), 100::bigint, 'of one token a hundred in an hour');
select is((select count(*) from governance.refused_decision where vouched_by = 'loud' and why = 'more'), 1::bigint, 'and one that says that there were more');
select is((select d.why from governance.refused_decision d where d.vouched_by = 'loud' order by d.id desc limit 1), 'more', 'which is the last');

-- in evidence, by commitments
reset role;
select is((select count(*) from governance.evidence_entry where kind = 'decision.refused'), (select count(*) from governance.refused_decision), 'an entry of evidence each');
select is((select c.value from governance.person_commitment c join governance.evidence_entry e on e.seq = c.entry
            where e.kind = 'decision.refused' and e.request_id = :'late' and c.member = 'person' order by e.seq limit 1), 'gone@x.org', 'and commits to who it was');
select is((select string_agg(d.why || ' ' || d.ticket, ', ' order by d.at) from audit.refused_decision_v1 d where d.request_id = :'late'), 'left , void ', 'auditors read it');
select throws_ok($$update governance.refused_decision set why = 'x'$$, 'CG009', null, 'and it stays');
select * from finish();
