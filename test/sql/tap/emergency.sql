-- Break-glass: a reason and an end, work before the approval, and no close without approval and review.
set role countersign_service;
select plan(58);

create function pg_temp.glass(more jsonb default '{}', lasts interval default '4 hours') returns uuid language sql as $$
    select t.request(array['plain:present'], jsonb_build_object('kind', 'grant', 'emergency', true, 'requester', 'asker@example.com',
        'beneficiary', 'someone@example.com', 'access_until_ms', governance.ms(clock_timestamp() + lasts)) || more)
$$;
create function pg_temp.told(request uuid) returns text language sql as $$
    select coalesce(string_agg(reason, ' ' order by id), '') from governance.escalation where request_id = request
$$;

select throws_ok('select pg_temp.glass(''{"justification": " "}'')', 'CG023', null, 'it says why');
select throws_ok('select pg_temp.glass(lasts => ''4 days'')', 'CG023', null, 'it ends soon');
select throws_ok('select pg_temp.glass(''{"access_until_ms": null}'')', 'CG023', null, 'it ends');
select throws_ok('select pg_temp.glass(''{"kind": "removal"}'')', 'CG023', null, 'a removal needs no glass broken');
select pg_temp.glass() as r \gset
select is(pg_temp.told(:'r'), 'EmergencyAccess', 'people are told at once');
select is((select approval_needed and approval_due = requested_at + interval '4 hours' and review_due = access_until + interval '1 day'
             from governance.access_request where id = :'r'), true, 'approval and review are owed by a time');
select is((select body::jsonb->'detail'->>'emergency' from governance.evidence_entry where request_id = :'r' and kind = 'request.received'), 'true', 'evidence says what it is');
select throws_ok(format('update governance.access_request set review_due = review_due + interval ''1 year'' where id = %L', :'r'), 'CG002', null, 'the time stays');
select throws_ok(format('select governance.review_add(%L, ''eve@example.com'', ''in_order'', ''looked'')', :'r'), 'CG023', null, 'nothing to review yet');
select lives_ok(format('select t.verifying(%L)', :'r'), 'it is worked on before anybody approves');
select t.read(t.item(:'r'), 'present');
select lives_ok(format('select t.move(%L, ''verified'')', :'r'), 'and proven');
select throws_ok(format('select t.move(%L, ''closed'')', :'r'), 'CG010', 'refused: the emergency owes an approval and a review', 'and not closed');
select throws_ok(format('select governance.approval_add(%L, ''asker@example.com'', ''approved'', ''api'')', :'r'), 'CG008', null, 'nobody approves for himself');
select isnt(governance.approval_add(:'r', 'boss@example.com', 'approved', 'api'), null, 'somebody else approves');
select throws_ok(format('select t.move(%L, ''closed'')', :'r'), 'CG010', 'refused: the emergency owes a review', 'that is half of it');
select throws_ok(format('select governance.review_add(%L, ''Someone@example.com'', ''in_order'', ''mine'')', :'r'), 'CG008', null, 'who used it reviews it not');
select throws_ok(format('select governance.review_add(%L, ''asker@example.com'', ''in_order'', ''mine'')', :'r'), 'CG008', null, 'nor who asked');
select throws_ok(format('select governance.review_add(%L, ''5c:77'', ''in_order'', ''who am I'')', :'r'), 'CG008', null, 'nor where nobody can tell');
select is(governance.review_add(gen_random_uuid(), 'eve@example.com', 'in_order', 'x'), null, 'of no request none');
select isnt(governance.review_add(:'r', 'eve@example.com', 'objected', 'not an emergency'), null, 'somebody else does');
select throws_ok(format('select governance.review_add(%L, ''eve@example.com'', ''in_order'', ''again'')', :'r'), 'CG023', null, 'once');
select is(pg_temp.told(:'r'), 'EmergencyAccess EmergencyObjected', 'an objection is told');
select lives_ok(format('select t.move(%L, ''closed'')', :'r'), 'then it closes');
select governance.emergency_overdue(:'r', true, true, false), governance.emergency_overdue(:'r', true, true, false);
select is(pg_temp.told(:'r'), 'EmergencyAccess EmergencyObjected EmergencyNotApproved EmergencyNotReviewed', 'what is late is told once');
select pg_temp.glass(), pg_temp.glass('{"beneficiary": "ASKER@example.com"}');
select is((select count(*) from governance.escalation where reason = 'EmergenciesTooOften'), 1::bigint, 'the third within thirty days is told');

-- approved by one who answers for another one: that one leaves, and what was given stands
select pg_temp.glass('{"beneficiary": "kim@example.com", "mapped": {"template": "glass", "approval": {"at_least": 1, "channels": ["api"], "within_ms": 0,
    "remind": [], "steps": [{"who": "security", "people": ["chief@example.com"], "at_least": 1}]}}}') as lent \gset
select t.verifying(:'lent');
select governance.delegation_add('chief@example.com', 'deputy@example.com', null, now() + interval '7 days', 'console');
select governance.approval_add(:'lent', 'deputy@example.com', 'approved', 'api');
select is(governance.emergency_owed(:'lent'), '{review}', 'a deputy approves an emergency');
select pg_sleep(0.002);
select governance.departure_put('chief@example.com', true, 'hr', 'left');
select is(governance.emergency_owed(:'lent'), '{review}', 'it owes no approval again');
select isnt((governance.approval_stands(:'lent')).reached_at, null, 'and keeps when it was approved');
select throws_ok(format('select governance.review_add(%L, ''chief@example.com'', ''in_order'', ''x'')', :'lent'), 'CG008', null, 'who left reviews nothing');

-- its end is the rule's, or earlier the form's
create function pg_temp.ends_in(request uuid) returns interval language sql as $$
    select date_trunc('second', access_until - requested_at + interval '500 ms') from governance.access_request where id = request
$$;
create function pg_temp.form(ends interval) returns jsonb language sql as $$
    select jsonb_build_object('mapped', jsonb_build_object('access_until_ms', governance.ms(clock_timestamp() + ends)))
$$;
select pg_temp.glass(pg_temp.form('2 days')) as late \gset
select is(pg_temp.ends_in(:'late'), '4 hours', 'the form puts nothing off');
select is(pg_temp.ends_in(pg_temp.glass(pg_temp.form('2 hours'))), '2 hours', 'it may say less');
select is(pg_temp.ends_in(pg_temp.glass(pg_temp.form('9 days'))), '4 hours', 'more than an emergency may last is no reason not to govern it');
select is(pg_temp.ends_in(t.request(more => pg_temp.form('9 days') || jsonb_build_object('access_until_ms', governance.ms(clock_timestamp())))), '9 days', 'of what is no emergency the form says it');
select is(governance.access_end(jsonb_build_object('emergency', true, 'access_until_ms', governance.ms(now() + interval '73 hours')), true, now()), now() + interval '3 days', 'the clock of Jira may be ahead');
select is((governance.terms_taken(r, pg_temp.form('365 days')->'mapped')).access_until, r.access_until, 'an edit puts nothing off either')
  from governance.access_request r where r.id = :'late';
select ok((governance.terms_taken(r, pg_temp.form('1 hour')->'mapped')).access_until < r.access_until, 'it may say less')
  from governance.access_request r where r.id = :'late';
select throws_ok(format('update governance.access_request set access_until = access_until + interval ''1 hour'' where id = %L', :'late'), 'CG023', null, 'nobody does');
select throws_ok(format('update governance.access_request set access_until = null where id = %L', :'late'), 'CG023', null, 'nor without an end');
select lives_ok(format('update governance.access_request set access_until = access_until - interval ''1 hour'' where id = %L', :'late'), 'earlier it may end');

create function pg_temp.to_end(request uuid) returns uuid language sql as $$
    select governance.request_follow(r, 'expiry', jsonb_build_object('kind', 'removal', 'mode', 'enforce', 'rule', 'r', 'request_type', '31',
               'justification', 'it ends', 'privileged', false, 'emergency', false, 'approval_needed', false, 'hold_text', '',
               'mapping_version', encode(sha256('version: 1 # d'), 'hex'), 'mapped', '{}'::jsonb, 'mapped_hash', 'h2', 'sla_goal_ms', 1000, 'approved_by', '',
               'items', jsonb_build_array(jsonb_build_object('source', 'plain', 'account', 'someone', 'entitlement', 'role-1', 'desired', 'absent'))))
      from governance.access_request r where r.id = request
$$;
create function pg_temp.known(request uuid, path text) returns text language sql as $$
    select governance.dossier_after(r)::jsonb #>> path::text[] from governance.access_request r where r.id = request
$$;

-- ended, its access is not: what was to take it away came to nothing
select pg_temp.glass('{"beneficiary": "who.cancels@example.com"}') as over \gset
select t.fulfilling(:'over');
select t.move(:'over', 'denied');
select is(pg_temp.known(:'over', '{items,0,ending}'), 'false', 'what is over is known as what is not');
select pg_temp.to_end(:'over') as ends \gset
select t.fulfilling(:'ends');
update governance.access_request set look_at = null, version = version + 1 where id = :'over';
select t.move(:'ends', 'cancelled');
select ok((select look_at <= clock_timestamp() from governance.access_request where id = :'over'), 'the emergency is looked at again');

-- superseded by the removal that it is followed by, and that one cancelled too
select pg_temp.glass('{"beneficiary": "cancels.both@example.com"}') as both \gset
select t.fulfilling(:'both');
select pg_temp.to_end(:'both') as ends \gset
select is(pg_temp.known(:'both', '{items,0,ending}'), 'true', 'it is being ended');
select t.fulfilling(:'ends');
select t.move(:'both', 'cancelled');
select is(pg_temp.known(:'both', '{items}'), null, 'its removal takes its place');
select t.move(:'ends', 'cancelled');
select is(pg_temp.known(:'both', '{items,0}')::jsonb - '{ends,drifts}'::text[], '{"superseded": false, "mending": false, "ending": false, "before": false, "recorded": ""}', 'then the access may be there still');
select is(jsonb_array_length(pg_temp.known(:'both', '{items,0,ends}')::jsonb), 1, 'asked for once by now');
select is(governance.dossier(:'both') #>> '{items,0,superseded_by}', null, 'and the item is in the dossier again');
select t.fulfilling(pg_temp.to_end(:'both'));
select is(pg_temp.known(:'both', '{items,0,superseded}'), 'true', 'until another removal stands');
-- reviewed on the ticket: by an approval that Jira asked for once somebody had said done, and by no other
create function pg_temp.saw(request uuid, decision text, variadic who jsonb[]) returns void language sql as $$
    select governance.ticket_saw(r, jsonb_build_object('state', 'here', 'category', 'indeterminate', 'role', 'verify', 'status_name', 'Verifying access',
               'cycle', '10000/9', 'cycle_at_ms', 1700000000000, 'moved_by', 'agent@example.com', 'moved_by_us', false, 'resolution_set', false,
               'updated_ms', 1700000000000, 'marker', '', 'approval', decision, 'approved_at_ms', 1699999999900, 'mapped_hash', 'h1', 'approvers', to_jsonb(who)), clock_timestamp())
      from governance.access_request r where r.id = request
$$;
create function pg_temp.answer(who text, asked_s int, given_s int) returns jsonb language sql as $$
    select jsonb_build_object('key', who, 'app', false, 'asked_ms', 1700000000000 + asked_s * 1000, 'given_ms', 1700000000000 + given_s * 1000)
$$;
create function pg_temp.used(beneficiary text) returns uuid language plpgsql as $$
declare
    made uuid := pg_temp.glass(jsonb_build_object('beneficiary', beneficiary));
begin
    insert into governance.ticket (site, issue_id, request_id, state, category, role, cycle, cycle_at, moved_by)
    values ('acme', (select (coalesce(max(issue_id::bigint), 80000) + 1)::text from governance.ticket where issue_id ~ '^[0-9]+$'), made, 'here', 'indeterminate',
            'verify', '10000/9', timestamptz 'epoch' + interval '1700000000 s', 'agent@example.com');
    perform t.verifying(made);
    return made;
end $$;
create function pg_temp.review(request uuid) returns text language sql as $$
    select string_agg(reviewer || ' ' || outcome, ', ') from governance.emergency_review where request_id = request
$$;
select pg_temp.used('rita@example.com') as seen \gset
select pg_temp.saw(:'seen', 'approved', pg_temp.answer('boss@example.com', -60, -50));
select is(pg_temp.review(:'seen'), null, 'the approval of the access reviews nothing');
select pg_temp.saw(:'seen', 'approved', pg_temp.answer('other@example.com', -60, 90), pg_temp.answer('boss@example.com', -60, -50));
select is(pg_temp.review(:'seen'), null, 'nor does another answer to it, however late');
select pg_temp.saw(:'seen', 'approved', jsonb_set(pg_temp.answer('eve@example.com', 0, 0), '{given_ms}', '1699999999900'));
select is(pg_temp.review(:'seen'), null, 'nor one that was answered in the moment before the work');
select pg_temp.saw(:'seen', 'approved', jsonb_set(pg_temp.answer('eve@example.com', 0, 0), '{given_ms}', '0'));
select is(pg_temp.review(:'seen'), null, 'nor one that was answered in the moment before the work, as the ticket says');
select pg_temp.saw(:'seen', 'approved', pg_temp.answer('agent@example.com', 0, 100), pg_temp.answer('rita@example.com', 0, 100));
select is(pg_temp.review(:'seen'), null, 'nor one of who did the work, or used it');
update governance.ticket set moved_by = 'eve@example.com' where request_id = :'seen'; -- answering moves it
select pg_temp.saw(:'seen', 'approved', pg_temp.answer('eve@example.com', 0, 120));
select is(pg_temp.review(:'seen'), 'eve@example.com in_order', 'what is asked with the move to done is the review');
select t.read(t.item(:'seen'), 'present');
select t.move(:'seen', 'verified');
select lives_ok(format('select t.move(%L, ''closed'')', :'seen'), 'so it closes');
select pg_temp.used('nina@example.com') as late \gset
select pg_temp.saw(:'late', 'approved', pg_temp.answer('boss@example.com', 10, 20));
select is(pg_temp.review(:'late'), null, 'an approval that is owed still is that first');
select pg_temp.saw(:'late', 'declined', pg_temp.answer('eve@example.com', 30, 40));
select is(pg_temp.review(:'late') || ' ' || pg_temp.told(:'late'), 'eve@example.com objected EmergencyAccess EmergenciesTooOften EmergencyObjected', 'declined it objects');
-- by another account of his
reset role;
insert into governance.account_link (person, source, account, native_id, how) values ('asker@example.com', 'plain', 'asker', 'uid-emergency', 'read'),
    ('asker.admin@example.com', 'plain', 'adm-asker', 'uid-emergency', 'read');
set role countersign_service;
select pg_temp.glass('{"requester": "asker.admin@example.com", "beneficiary": "ada@example.com"}') as other \gset
select is(pg_temp.told(:'other'), 'EmergencyAccess EmergenciesTooOften', 'who has many has them by all of his accounts');
select pg_temp.glass('{"requester": "first.time@example.com", "beneficiary": "ada@example.com"}') as once \gset
select is(pg_temp.told(:'once'), 'EmergencyAccess', 'and nobody else has');

select * from finish();
