-- What somebody says of a request: his newest word counts, the same again changes nothing, and what could never count is refused.
set role countersign_service;
select plan(50);

create function pg_temp.asked(approval jsonb default '{}', more jsonb default '{}') returns uuid language plpgsql as $$
declare
    made uuid := t.request(array['plain:present'], more => jsonb_build_object('approval_needed', true, 'kind', 'grant', 'requester', 'r@x.org', 'mapped',
        jsonb_build_object('template', 'x', 'approval', '{"at_least": 2, "channels": ["jsm", "api"], "steps": [], "within_ms": 0, "remind": []}'::jsonb || approval)) || more);
begin
    perform t.move(made, 'pending_approval');
    return made;
end $$;
create function pg_temp.said(request uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', split_part(approver, '@', 1), decision, channel), ', ' order by id) from governance.approval where request_id = request
$$;
create function pg_temp.votes(request uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', split_part(v.approver, '@', 1), v.decision, coalesce(nullif(v.fault, ''), 'counts')), ', ' order by v.id)
      from governance.access_request r, governance.approval_votes(r) v where r.id = request
$$;
create function pg_temp.is_declined(request uuid) returns text language sql as $$ select governance.dossier(request)->>'approval_declined' $$;
create function pg_temp.say(request uuid, who text, what text) returns bigint language sql as $$ select governance.approval_add(request, who, what, 'api', 'portal') $$;
create function pg_temp.refused(request uuid, who text, what text) returns text language plpgsql as $$
begin
    perform pg_temp.say(request, who, what);
    return 'taken';
exception when sqlstate 'CG023' then
    return sqlerrm;
end $$;
-- as a read of the ticket tells of it
create function pg_temp.jira(request uuid, what text, at_ms bigint, who text default '712020:ann') returns void language sql as $$
    select governance.ticket_saw(r, jsonb_build_object('state', 'here', 'category', 'new', 'role', 'open', 'status_name', 'Open', 'cycle', '0', 'cycle_at_ms', 0,
        'moved_by', '', 'moved_by_us', false, 'resolution_set', false, 'updated_ms', 1, 'marker', '', 'approval', what, 'mapped_hash', 'h1', 'approved_at_ms', at_ms,
        'approvers', jsonb_build_array(jsonb_build_object('key', who, 'names', '["address=ann@x.org"]'::jsonb, 'given_ms', at_ms))), clock_timestamp())
      from governance.access_request r where r.id = request
$$;
create function pg_temp.ticketed(number text) returns uuid language plpgsql as $$
declare
    made uuid := pg_temp.asked();
begin
    insert into governance.ticket (site, issue_id, request_id) values ('acme', number, made);
    return made;
end $$;

-- by the API
select pg_temp.asked() as r \gset
select pg_temp.say(:'r', 'ann@x.org', 'approved') as yes \gset
select is(pg_temp.say(:'r', 'Ann@x.org ', 'approved'), :yes::bigint, 'whose answer was lost is answered as before');
select is(pg_temp.said(:'r'), 'ann approved api', 'and said it once');
select pg_temp.say(:'r', 'ann@x.org', 'declined') as no \gset
select is(pg_temp.said(:'r'), 'ann approved api, ann withdrawn api, ann declined api', 'a no that comes after a yes takes it back');
select is(pg_temp.votes(:'r'), 'ann approved withdrawn, ann declined counts', 'and counts');
select is(pg_temp.is_declined(:'r'), 'true', 'so it is declined');
select is(pg_temp.say(:'r', 'ann@x.org', 'declined'), :no::bigint, 'once');
select lives_ok(format('select pg_temp.say(%L, ''bob@x.org'', ''approved'')', :'r'), 'whoever else approves it');
select throws_ok(format('select t.move(%L, ''approved'')', :'r'), 'CG010', null, 'it is not approved');
select pg_temp.say(:'r', 'ANN@x.org', 'approved');
select is(pg_temp.votes(:'r'), 'ann approved withdrawn, ann declined withdrawn, bob approved counts, ANN approved counts', 'until he thinks otherwise again, by whichever spelling');
select is(pg_temp.is_declined(:'r'), 'false', 'before anything came of it');
select pg_temp.say(:'r', 'ann@x.org', 'withdrawn') as back \gset
select is(pg_temp.say(:'r', 'ann@x.org', 'withdrawn'), :back::bigint, 'taking it back is repeated, too');
select throws_ok(format('select pg_temp.say(%L, ''eve@x.org'', ''withdrawn'')', :'r'), 'CG023', 'there is nothing of theirs to take back', 'by those who said anything');
select pg_temp.say(:'r', 'ann@x.org', 'approved');
select lives_ok(format('select t.move(%L, ''approved'')', :'r'), 'enough say yes in the end');
select is(pg_temp.say(:'r', 'bob@x.org', 'approved'), (select id from governance.approval where request_id = :'r' and approver = 'bob@x.org'), 'a repeated yes is answered whenever it comes');

-- on the ticket
select pg_temp.ticketed('1') as j \gset
select pg_temp.jira(:'j', 'approved', 1000);
select pg_temp.jira(:'j', 'approved', 1000);
select is(pg_temp.said(:'j'), '712020:ann approved jsm', 'Jira is read again and again');
select pg_temp.jira(:'j', 'declined', 2000);
select pg_temp.jira(:'j', 'declined', 2000);
select is(pg_temp.votes(:'j'), '712020:ann approved withdrawn, 712020:ann declined counts', 'a later round of it says otherwise');
select pg_temp.jira(:'j', 'approved', 1000);
select is(pg_temp.votes(:'j'), '712020:ann approved withdrawn, 712020:ann declined counts', 'one of before changes nothing');
select pg_temp.jira(:'j', 'approved', 3000);
select is(pg_temp.is_declined(:'j'), 'false', 'the newest counts');
select pg_temp.ticketed('2') as u \gset
select pg_temp.jira(:'u', 'approved', 0);
select pg_temp.jira(:'u', 'approved', 0);
select pg_temp.jira(:'u', 'declined', 0);
select pg_temp.jira(:'u', 'declined', 0);
select is(pg_temp.said(:'u'), '712020:ann approved jsm, 712020:ann withdrawn jsm, 712020:ann declined jsm', 'where Jira does not say when, too');
select pg_temp.jira(:'u', 'approved', 0);
select pg_temp.jira(:'u', 'approved', 0);
select is(pg_temp.said(:'u'), '712020:ann approved jsm, 712020:ann withdrawn jsm, 712020:ann declined jsm, 712020:ann withdrawn jsm, 712020:ann approved jsm', 'however often');

-- both
select pg_temp.ticketed('3') as b \gset
select pg_temp.jira(:'b', 'approved', 1000);
select pg_temp.say(:'b', 'ann@x.org', 'declined');
select is(pg_temp.votes(:'b'), '712020:ann approved withdrawn, ann declined counts', 'a no by the API after a yes on the ticket');
select pg_temp.jira(:'b', 'approved', 1000);
select is(pg_temp.is_declined(:'b'), 'true', 'which is read again');
select pg_temp.jira(:'b', 'approved', 1500);
select is(pg_temp.votes(:'b'), '712020:ann approved withdrawn, ann declined counts, 712020:ann approved counts', 'a yes that is older, and came late, takes no no back');
select is(pg_temp.is_declined(:'b'), 'true', 'of the newest word');

-- what could never count
select pg_temp.asked() as off \gset
select pg_temp.say(:'off', 'ann@x.org', 'approved');
select t.move(:'off', 'cancelled');
select is(pg_temp.refused(:'off', 'bob@x.org', 'approved'), 'the request is cancelled, so that a vote changes nothing: submit it again (or reopen its ticket), and vote on that', 'of what is over');
select is(pg_temp.refused(:'off', 'bob@x.org', 'declined') like 'the request is cancelled%', true, 'a no neither');
select is(pg_temp.refused(:'off', 'ann@x.org', 'withdrawn'), 'taken', 'taking back is always heard');
select t.request(array['plain:present'], '{"kind": "grant"}') as free \gset
select is(pg_temp.refused(:'free', 'bob@x.org', 'approved') like 'nobody has to approve this request%', true, 'of what needs none');
select governance.policy_put('rules:x', '[]');
select is(pg_temp.refused(:'free', 'bob@x.org', 'approved'), 'taken', 'unless a policy may want it yet');
select governance.policy_put('', '[]');
select is(pg_temp.refused(:'r', 'cyd@x.org', 'approved') like 'the request was approved already%', true, 'of what is approved');
select is(pg_temp.refused(:'r', 'cyd@x.org', 'declined') like '%to stop it, cancel it; to put on record that an approval is taken back, send withdrawn', true, 'with what to do');
select is(pg_temp.refused(pg_temp.asked('{"channels": ["jsm"]}'), 'bob@x.org', 'approved'), 'its template takes no approvals by api: approve it by jsm', 'by a way that its template does not take');
select is(pg_temp.refused(pg_temp.asked('{"channels": ["jsm"]}'), 'bob@x.org', 'declined'), 'taken', 'a no is heard by any');
select is(governance.approval_add('00000000-0000-0000-0000-000000000000', 'bob@x.org', 'approved', 'api'), null, 'of what is not there nothing');
-- an emergency is worked on first
select pg_temp.asked('{"at_least": 1}', jsonb_build_object('emergency', true, 'beneficiary', 'kim@x.org', 'access_until_ms', governance.ms(clock_timestamp() + interval '4 hours'))) as glass \gset
select t.verifying(:'glass');
select is(pg_temp.refused(:'glass', 'bob@x.org', 'approved'), 'taken', 'an emergency owes its approval');
select is(pg_temp.refused(:'glass', 'cyd@x.org', 'approved') like 'the request was approved already%', true, 'once');
select is(pg_temp.refused(:'glass', 'bob@x.org', 'declined'), 'taken', 'a no is heard until it is closed');
select is(governance.emergency_owed(:'glass'), '{approval,review}', 'and has it owed again');

-- whose token vouched
select is((select string_agg(distinct vouched_by, ',') from governance.approval where request_id = :'r'), 'portal', 'the token is kept with what it vouched for');
select is((select string_agg(distinct e.body::jsonb->'detail'->>'vouched_by', ',') from governance.evidence_entry e where e.kind = 'request.approval' and e.request_id = :'r'), 'portal', 'and told in the evidence');
select is((select string_agg(distinct vouched_by, ',') from audit.approval_v1 where request_id = :'r'), 'portal', 'to auditors');
select is((select count(*) from governance.evidence_entry e where e.kind = 'request.approval' and e.request_id = :'j' and e.body::jsonb->'detail' ? 'vouched_by'), 0::bigint, 'of what Jira shows nobody has to');

-- of exceptions and reviews, too
create function pg_temp.told(what text, request uuid) returns text language sql as $$
    select string_agg(coalesce(e.body::jsonb->'detail'->>'vouched_by', '-'), ' ' order by e.seq) from governance.evidence_entry e where e.kind = what and e.request_id = request
$$;
select t.verifying(t.request(array['slow:absent'])) as held \gset
select governance.exception_grant(jsonb_build_object('request', :'held', 'owner', 'own@x.org', 'approved_by', 'boss@x.org', 'reason', 'why', 'control', 'watched',
    'expires_ms', governance.ms(clock_timestamp() + interval '1 day'), 'vouched_by', 'portal'))->'exceptions'->0 as granted \gset
select is(:'granted'::jsonb->>'vouched_by', 'portal', 'whoever grants an exception is told whose token it was');
select is(pg_temp.told('exception.granted', :'held'), 'portal', 'the evidence, too');
select is(governance.exception_revoke((:'granted'::jsonb->>'id')::bigint, 'boss@x.org', 'over', 'desk')->>'end_vouched_by', 'desk', 'another one may revoke it');
select is(pg_temp.told('exception.revoked', :'held'), 'desk', 'which is told of the end');
select throws_ok('update governance.exception set end_vouched_by = ''portal''', 'CG002', null, 'and stays');
select throws_ok('update governance.exception set vouched_by = ''desk''', 'CG002', null, 'as does who granted it');
select governance.review_add(:'glass', 'eve@x.org', 'in_order', 'looked', 'desk');
select is((select vouched_by from governance.emergency_review where request_id = :'glass'), 'desk', 'of a review it is kept');
select is(pg_temp.told('emergency.reviewed', :'glass'), 'desk', 'and told');
select * from finish();
