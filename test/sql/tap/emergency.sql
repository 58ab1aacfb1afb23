-- Break-glass: a reason and an end, work before the approval, and no close without approval and review.
set role countersign_service;
select plan(25);

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
select * from finish();
