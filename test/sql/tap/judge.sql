-- Which part in a request bars from which deed: each deed by each part, for sure and where nobody can tell.
set role countersign_service;
select plan(11);

select t.request(more => '{"approval_needed": true, "requester": "asks@x.org", "beneficiary": "gains@x.org"}') as r \gset
select t.move(:'r', 'pending_approval');
insert into governance.ticket (site, issue_id, issue_key, request_id, state, role, verifier) values ('acme', '700', 'IAM-700', :'r', 'here', 'open', '5c:99');
reset role; -- a row that a claim writes
insert into governance.fulfiller (request_id, cycle, person, names) values (:'r', '1', '5c:77', '{account=5c:77,address=works@x.org}');
set role countersign_service;
create function pg_temp.faults(who text, request uuid) returns text language sql as $$
    select string_agg(deed || '=' || governance.judge_fault(r, governance.person_all(who, '{}'), deed), ' ' order by n)
      from governance.access_request r cross join unnest(array['approve', 'vote', 'stand', 'review', 'except', 'owe']) with ordinality as d(deed, n) where r.id = request
$$;
select is(pg_temp.faults('asks@x.org', :'r'), 'approve=own vote=own stand=own review=own except=own owe=own', 'who asks');
select is(pg_temp.faults('Gains@x.org', :'r'), 'approve=own vote=own stand=own review=own except=own owe=own', 'who gains');
select is(pg_temp.faults('works@x.org', :'r'), 'approve=work vote=work stand= review=work except=work owe=', 'who did the work');
select is(pg_temp.faults('5c:99', :'r'), 'approve=check vote=check stand=check review=unclear except=unclear owe=unclear', 'who verifies, of whom nobody knows whether he asks');
select is(pg_temp.faults('5c:12', :'r'), 'approve= vote=unclear stand=unclear review=unclear except=unclear owe=unclear', 'whoever may be who asks');
select is(pg_temp.faults('else@x.org', :'r'), 'approve= vote= stand= review= except= owe=', 'somebody else');
select governance.departure_put('else@x.org', true, 'hr', 'left');
select is(pg_temp.faults('else@x.org', :'r'), 'approve=left vote=left stand=left review=left except=left owe=left', 'who has left');
select throws_ok(format('select governance.judge_fault(r, ''{word=x}'', ''anything'') from governance.access_request r where r.id = %L', :'r'), '20000', null, 'there is no other deed');

-- nobody is named as who asks or gains: that alone is no doubt of an exception, but whoever filed it asks for it
select t.request(more => '{"requester": "", "beneficiary": ""}') as nameless \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state, role, filer_names) values ('acme', '701', 'IAM-701', :'nameless', 'here', 'open', '{account=5c:33}');
select is(pg_temp.faults('5c:44', :'nameless'), 'approve= vote=unclear stand=unclear review=unclear except= owe=', 'somebody, where nobody is named');
select is(pg_temp.faults('5c:33', :'nameless'), 'approve=own vote=own stand=own review=own except=own owe=own', 'who filed it');
select throws_ok(format('insert into governance.exception (scope, request_id, owner, approved_by, reason, compensating_control, expires_at)
    values (''request'', %L, ''owner@x.org'', ''5c:33'', ''why'', ''watched'', now() + interval ''1 day'')', :'nameless'), 'CG008', null, 'who excepts nothing of it');
select * from finish();
