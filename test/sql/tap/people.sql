-- Approvals, exceptions and what was approved: separation of duties against our own bugs.
set role countersign_service;
select plan(20);

select t.request(more => '{"approval_needed": true}') as r \gset
select throws_ok(format('select t.move(%L, ''approved'')', :'r'), 'CG010', null, 'not without an approval');
select throws_ok(format('select governance.approval_add(%L, ''Asker'', ''approved'', ''api'')', :'r'), 'CG008', null, 'the requester does not approve');
select throws_ok(format('select governance.approval_add(%L, ''SOMEONE'', ''approved'', ''api'')', :'r'), 'CG008', null, 'nor does who gets it');
select lives_ok(format('select governance.approval_add(%L, ''boss'', ''approved'', ''api'')', :'r'), 'another person does');
select throws_ok(format('select governance.approval_add(%L, ''boss'', ''declined'', ''api'')', :'r'), '23505', null, 'once');
select lives_ok(format('select t.move(%L, ''approved'')', :'r'), 'then it is approved');
select t.request(more => '{"approval_needed": true}') as split \gset
select governance.approval_add(:'split', 'boss', 'approved', 'api'), governance.approval_add(:'split', 'other', 'declined', 'api');
select throws_ok(format('select t.move(%L, ''approved'')', :'split'), 'CG010', null, 'one refusal is enough to refuse');
update governance.access_request set version = version + 1, approved_hash = 'h1' where id = :'r';
select throws_ok(format('update governance.access_request set version = version + 1, approved_hash = ''h2'' where id = %L', :'r'), 'CG002', null, 'what was approved stays');
select throws_ok(format('update governance.access_request set requested_at = clock_timestamp() where id = %L', :'r'), 'CG002', null, 'the clock starts once');
select throws_ok(format('update governance.sla_clock set started_at = clock_timestamp() where request_id = %L', :'r'), 'CG002', null, 'and stays started');
select throws_ok(format('update governance.sla_clock set stopped_at = started_at - interval ''1 s'' where request_id = %L', :'r'), '23514', null, 'and never stops before it started');

select t.verifying(t.request()) as e \gset
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, expires_at) values (%s, ''ann'', ''ann'', ''why'', now() + interval ''1 day'')', t.item(:'e')), '23514', null, 'nobody approves an exception for themselves');
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, expires_at) values (%s, ''ann'', ''bob'', ''why'', clock_timestamp() + interval ''91 days'')', t.item(:'e')), '23514', null, 'at most 90 days');
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, created_at, expires_at) values (%s, ''ann'', ''bob'', ''why'', clock_timestamp() + interval ''80 days'', clock_timestamp() + interval ''120 days'')', t.item(:'e')), '23514', null, 'of days that begin now');
select throws_ok(format('insert into governance.exception (item_id, owner, approved_by, reason, expires_at) values (%s, ''ann'', ''bob'', '''', now() + interval ''1 day'')', t.item(:'e')), '23514', null, 'with a reason');
insert into governance.exception (item_id, owner, approved_by, reason, expires_at) values (t.item(:'e'), 'ann', 'bob', 'why', clock_timestamp() + interval '50 s');
select throws_ok(format('select t.move(%L, ''exception'')', :'e'), 'CG007', null, 'one that ends within the minute covers nothing');
insert into governance.exception (item_id, owner, approved_by, reason, expires_at) values (t.item(:'e'), 'ann', 'bob', 'why', clock_timestamp() + interval '1 day') returning id as x \gset
select throws_ok(format('update governance.exception set expires_at = expires_at + interval ''1 day'' where id = %s', :x), 'CG002', null, 'it is not prolonged');
select lives_ok(format('select t.move(%L, ''exception'', ''closed'')', :'e'), 'a live one closes the ticket');
select lives_ok(format('update governance.exception set revoked_at = clock_timestamp() where id = %s', :x), 'it can be revoked');
select throws_ok(format('update governance.exception set revoked_at = null where id = %s', :x), 'CG002', null, 'for good');
select * from finish();
