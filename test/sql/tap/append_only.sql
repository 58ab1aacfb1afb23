-- What happened stays, even for the owner.
select plan(15);
select t.verifying(t.request()) as r \gset
select t.read(t.item(:'r'), 'absent');
insert into governance.approval (request_id, approver, decision, channel, tuple_hash) values (:'r', 'boss', 'approved', 'api', 'h1');

set role countersign_service;
select throws_ok('delete from governance.observation', '42501', null, 'the service deletes no read');
select throws_ok('update governance.observation set outcome = ''absent''', '42501', null, 'nor changes one');
select throws_ok('update governance.approval set decision = ''approved''', '42501', null, 'nor an approval');
select throws_ok('update governance.evidence_entry set body = ''''', '42501', null, 'nor evidence');
select throws_ok('insert into governance.evidence_entry values (1, now(), ''x'', null, ''{}'', ''x'', ''x'')', '42501', null, 'nor writes it by hand');
select throws_ok('delete from governance.access_request', '42501', null, 'nor forgets a request');
reset role;

set role countersign_owner;
select throws_ok('update governance.observation set outcome = ''absent''', 'CG009', null, 'the owner changes no read');
select throws_ok('delete from governance.approval', 'CG009', null, 'no approval');
select throws_ok('update governance.evidence_entry set body = ''{}''', 'CG009', null, 'no evidence');
select throws_ok('truncate governance.evidence_entry', 'CG009', null, 'not all of it at once either');
select throws_ok('delete from governance.evidence_head', 'CG009', null, 'nor the head of the chain');
select throws_ok('delete from governance.request_item', 'CG009', null, 'nor what was asked for');
select throws_ok('truncate governance.access_request cascade', 'CG009', null, 'nor requests');
reset role;

select governance.request_create('{"site": "acme", "kind": "grant", "mode": "enforce", "rule": "", "request_type": "", "requester": "a", "beneficiary": "b",
    "privileged": false, "emergency": false, "approval_needed": false, "hold_text": "", "mapped_hash": "", "items": []}', false);
insert into governance.ticket (site, issue_id, request_id) values ('acme', '10001', :'r');
select throws_ok(format('update governance.ticket set request_id = (select id from governance.access_request where id <> %L limit 1) where issue_id = ''10001''', :'r'), 'CG002', null, 'a ticket stays with its request');
select throws_ok(format('insert into governance.ticket (site, issue_id, request_id) values (''acme'', ''10002'', %L)', :'r'), '23505', null, 'and a request has one ticket');
select * from finish();
