-- Where a request stands in the words of identity platforms: only what is proven is called done.
set role countersign_service;
select plan(22);

create function pg_temp.says(request uuid, as_of text default null) returns text language sql as $$
    select concat_ws(' ', p->>'arap', p->>'sailpoint', p->>'midpoint')
      from governance.access_request r, governance.provisioning(r, as_of) p where r.id = request
$$;
create function pg_temp.except_(item bigint) returns void language sql as $$
    insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
    values (item, 'owner@example.com', 'boss@example.com', 'because', 'watched', clock_timestamp() + interval '30 days')
$$;

select t.request() as a \gset
select is(pg_temp.says(:'a'), 'pending PENDING in_progress', 'received');
select t.move(:'a', 'approved', 'ticketing');
insert into governance.flow (request_id, site, kind, cycle) values (:'a', 'acme', 'create_ticket', '') returning id as f \gset
select is(pg_temp.says(:'a'), 'pending PENDING in_progress', 'its ticket is being made');
update governance.flow set version = version + 1, state = 'checking' where id = :f;
update governance.flow set version = version + 1, state = 'pending', failures = failures + 1 where id = :f;
select is(pg_temp.says(:'a'), 'pending RETRY in_progress', 'which did not work yet');
select t.move(:'a', 'fulfilling');
select is(pg_temp.says(:'a'), 'pending PENDING in_progress', 'people work on it');
select t.claim(:'a');
select is(pg_temp.says(:'a'), 'pending COMMITED in_progress', 'done, they say: that is no proof');
select is(pg_temp.says(:'a', 'fulfilling'), 'pending PENDING in_progress', 'and as of before that');

select t.verifying(t.request()) as b \gset
select is(pg_temp.says(:'b'), 'pending COMMITED in_progress', 'nor while it is read');
select t.read(t.item(:'b'), 'absent');
select t.move(:'b', 'verified');
select is(pg_temp.says(:'b'), 'approved FINISHED success', 'proven is done');
select t.move(:'b', 'closed');
select is(pg_temp.says(:'b'), 'approved FINISHED success', 'and stays so');

select t.verifying(t.request(array['plain:absent', 'plain:absent'])) as c \gset
select t.read(t.item(:'c'), 'absent');
select pg_temp.except_(t.item(:'c', 2));
select t.move(:'c', 'exception');
select is(pg_temp.says(:'c'), 'partial UNVERIFIABLE partial_error', 'one proven, one excepted');
select t.move(:'c', 'closed');
select is(pg_temp.says(:'c'), 'partial UNVERIFIABLE partial_error', 'closed with both');

select t.verifying(t.request()) as d \gset
select pg_temp.except_(t.item(:'d'));
select t.move(:'d', 'exception', 'closed');
select is(pg_temp.says(:'d'), 'pending UNVERIFIABLE warning', 'closed without any proof is not done');

-- whatever it covers, and after its end too
select t.verifying(t.request(array['plain:absent', 'slow:absent'])) as e \gset
insert into governance.exception (scope, request_id, owner, approved_by, reason, compensating_control, expires_at)
values ('request', :'e', 'owner@example.com', 'boss@example.com', 'because', 'watched', clock_timestamp() + interval '30 days') returning id as wide \gset
select t.move(:'e', 'exception', 'closed');
select is(pg_temp.says(:'e'), 'pending UNVERIFIABLE warning', 'an exception of the request proves none of its items');
select governance.exception_revoke(:wide, 'boss@example.com', 'enough');
select is(pg_temp.says(:'e'), 'pending UNVERIFIABLE warning', 'nor does its end');
select t.read(t.item(:'e'), 'absent');
select governance.exception_settle(:'e', t.item(:'e'));
select is(pg_temp.says(:'e'), 'partial UNVERIFIABLE partial_error', 'a read does, of what it read');
select t.verifying(t.request(array['slow:absent'])) as f \gset
insert into governance.exception (scope, source, owner, approved_by, reason, compensating_control, expires_at)
values ('source', 'slow', 'owner@example.com', 'boss@example.com', 'because', 'watched', clock_timestamp() + interval '30 days');
select t.move(:'f', 'exception', 'closed');
select is(pg_temp.says(:'f'), 'pending UNVERIFIABLE warning', 'one of a source proves nothing');
select is(pg_temp.says(:'b'), 'approved FINISHED success', 'and takes no proof away');

select t.move(t.request() , 'denied');
select is(pg_temp.says((select id from governance.access_request where phase = 'denied')), 'denied FAILED fatal_error', 'denied');
select t.move(t.request() , 'expired');
select is(pg_temp.says((select id from governance.access_request where phase = 'expired')), 'expired FAILED fatal_error', 'expired');
select t.move(t.request() , 'cancelled');
select is(pg_temp.says((select id from governance.access_request where phase = 'cancelled')), 'cancelled FAILED not_applicable', 'withdrawn');
select t.move(t.request() , 'orphaned');
select is(pg_temp.says((select id from governance.access_request where phase = 'orphaned')), 'failed UNVERIFIABLE unknown', 'its ticket is gone');
select is_empty($$select p.name from governance.phase p where not exists (select from governance.provisioning_state s where s.phase = p.name and s.standing = 'plain')$$,
                'each phase has its words');
select * from finish();
