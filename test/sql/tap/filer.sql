-- Whoever files a ticket asks for it, whomever a field of it names as the requester.
set role countersign_service;
select plan(7);

select t.request(more => '{"approval_needed": true, "requester": "hr@x.org", "beneficiary": "kim@x.org"}') as r \gset
select t.move(:'r', 'pending_approval');
insert into governance.ticket (site, issue_id, issue_key, request_id, state, role) values ('acme', '700', 'IAM-700', :'r', 'here', 'open');
create function pg_temp.hats(who text) returns int[] language sql as $$
    select governance.hats_of(r, governance.person_all(who, '{}')) from governance.access_request r order by r.requested_at desc limit 1
$$;
select is(pg_temp.hats('Clerk@x.org'), '{0,0}', 'nobody special');
update governance.ticket set filer_names = '{account=5b10ac8d82e05b22cc7d4ef5,address=clerk@x.org,account=712020:app}' where request_id = :'r';
select is(pg_temp.hats('Clerk@x.org'), '{1,0}', 'who filed it asks for it');
select is(pg_temp.hats('hr@x.org'), '{1,0}', 'so does who is named');
select is(pg_temp.hats('reyes'), '{0,0}', 'of those who filed it doubt is none');
select throws_ok(format('select governance.approval_add(%L, ''clerk@x.org'', ''approved'', ''api'')', :'r'), 'CG008', 'nobody approves for themselves', 'and does not approve it');
select throws_ok(format('insert into governance.exception (scope, request_id, owner, approved_by, reason, compensating_control, expires_at)
    values (''request'', %L, ''712020:owner'', ''5b10ac8d82e05b22cc7d4ef5'', ''why'', ''watched'', now() + interval ''1 day'')', :'r'), 'CG008', 'nobody approves for themselves', 'nor an exception of it');
select lives_ok(format('select governance.approval_add(%L, ''boss@x.org'', ''approved'', ''api'')', :'r'), 'somebody else does');
select * from finish();
