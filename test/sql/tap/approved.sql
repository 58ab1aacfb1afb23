-- What is approved is what is checked: items and approvals follow the ticket's edits until one is approved.
set role countersign_service;
select plan(30);

-- A look at the ticket, as the service makes it.
create function pg_temp.look(request uuid, hash text, role_name text default 'admin', more jsonb default '{}', need boolean default true) returns bigint language plpgsql as $$
declare
    v bigint;
begin
    update governance.access_request r set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min'
     where r.id = request returning version into v;
    return governance.facts_save('me', request, v, jsonb_build_object('observations', '[]'::jsonb, 'ticket', jsonb_build_object(
        'key', 'IAM-1', 'state', 'here', 'category', 'new', 'role', 'open', 'status_name', 'Open', 'cycle', '0', 'cycle_at_ms', 0,
        'moved_by', '', 'moved_by_us', false, 'resolution_set', false, 'updated_ms', 1, 'marker', '', 'approval', 'none', 'approver', '',
        'approved_at_ms', 0, 'mapped_hash', hash, 'hold_text', case hash when '' then 'no role' else '' end) || more
        || case hash when '' then '{}'::jsonb else jsonb_build_object('mapped', jsonb_build_object('kind', 'removal', 'mode', 'enforce',
               'beneficiary', 'someone', 'approval_needed', need, 'privileged', false, 'items', jsonb_build_array(jsonb_build_object(
                   'source', 'plain', 'account', 'someone', 'entitlement', role_name, 'desired', 'absent')))) end));
end $$;
create function pg_temp.decide(request uuid, target text, more jsonb default '{}') returns bigint language plpgsql as $$
declare
    v bigint;
begin
    update governance.access_request r set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min'
     where r.id = request returning version into v;
    return governance.decision_save('me', request, v, jsonb_build_object('to', target, 'reason', 'Because', 'new_claim', false,
        'answered', false, 'breach', false, 'tampered', false, 'escalations', '[]'::jsonb, 'look_again_ms', 0, 'release', true,
        'notice', '', 'notice_key', '', 'flows', '[]'::jsonb, 'retry', '[]'::jsonb) || more);
end $$;
create function pg_temp.wanted(request uuid) returns text language sql as $$
    select string_agg(entitlement, ',' order by id) from governance.request_item where request_id = request and replaced_at is null
$$;
create function pg_temp.given(request uuid) returns text language sql as $$
    select (governance.dossier(request)->>'approval_given') || '/' || (governance.dossier(request)->>'approval_outdated')
$$;
create function pg_temp.ticketed(number text) returns uuid language plpgsql as $$
declare
    made uuid := t.request(more => '{"approval_needed": true, "mapped_hash": "h1", "items": [{"source": "plain", "account": "someone", "entitlement": "admin", "desired": "absent"}]}');
begin
    insert into governance.ticket (site, issue_id, request_id) values ('acme', number, made);
    return made;
end $$;
\set boss '{"approval": "approved", "approver": "boss", "approved_at_ms": 1000}'

-- an edit before approval
select pg_temp.ticketed('1') as a \gset
select pg_temp.look(:'a', 'h1');
select is(pg_temp.wanted(:'a'), 'admin', 'as first read');
select pg_temp.look(:'a', 'h2', 'viewer');
select is(pg_temp.wanted(:'a'), 'viewer', 'an edit before approval replaces the items');
select is((select mapped_hash from governance.access_request where id = :'a'), 'h2', 'and their hash');
select is((select count(*) from governance.request_item where request_id = :'a'), 2::bigint, 'what was wanted before is kept');
select is((select string_agg(kind, ',' order by seq) from governance.evidence_entry where request_id = :'a' and kind not like 'ticket.%'),
    'request.received,item.wanted,item.replaced,item.wanted,request.remapped', 'each with an entry');
select pg_temp.look(:'a', 'h2', 'viewer', :'boss');
select is(pg_temp.given(:'a'), 'true/false', 'approved as it stands');
select lives_ok(format('select pg_temp.decide(%L, ''approved'')', :'a'), 'so it is approved');
select is((select approved_hash from governance.access_request where id = :'a'), 'h2', 'by the hash of the items');
select pg_temp.look(:'a', 'h3', 'admin');
select is(pg_temp.wanted(:'a'), 'viewer', 'an edit after approval changes nothing');
select is((governance.dossier(:'a')->>'approved_hash') || '/' || (governance.dossier(:'a')->'ticket'->>'mapped_hash'), 'h2/h3', 'and can be seen');
select pg_temp.look(:'a', '');
select is(governance.dossier(:'a')->'ticket'->>'mapped_hash', '', 'an emptied field too');
select is(governance.dossier(:'a')->>'held', 'false', 'which holds nothing any more');
select pg_temp.decide(:'a', 'approved', '{"tampered": true}');
select is((select key from governance.escalation where request_id = :'a' and kind = 'tamper'), 'empty', 'and is told');
select throws_ok(format('update governance.access_request set mapped_hash = ''h3'' where id = %L', :'a'), 'CG002', null, 'the hash of what was approved stays');
select throws_ok(format('insert into governance.request_item (request_id, source, account, entitlement, desired) values (%L, ''plain'', ''someone'', ''more'', ''absent'')', :'a'), 'CG002', null, 'so do its items');
select throws_ok(format('update governance.request_item set replaced_at = clock_timestamp() where request_id = %L and replaced_at is null', :'a'), 'CG002', null, 'none is replaced');

-- an approval given before the edit
select pg_temp.ticketed('2') as b \gset
select pg_temp.look(:'b', 'h1', 'admin', :'boss');
select pg_temp.look(:'b', 'h2', 'viewer', :'boss');
select is(pg_temp.given(:'b'), 'false/true', 'an approval of what stood there before does not count');
select throws_ok(format('select pg_temp.decide(%L, ''approved'')', :'b'), 'CG010', null, 'not even by mistake');
select pg_temp.look(:'b', 'h2', 'viewer', '{"approval": "approved", "approver": "boss", "approved_at_ms": 2000}');
select is(pg_temp.given(:'b'), 'true/true', 'given again it does');
select pg_temp.ticketed('3') as c \gset
select pg_temp.look(:'c', 'h2', 'viewer', :'boss');
select is(pg_temp.given(:'c'), 'false/true', 'found in the same look as the edit: nobody knows which came first');
select lives_ok(format('select governance.approval_add(%L, ''boss'', ''approved'', ''api'')', :'c'), 'the same person approves what it is now');
select is(pg_temp.given(:'c'), 'true/true', 'and that counts');
select pg_temp.look(:'c', '');
select is(governance.dossier(:'c')->>'held', 'true', 'emptied before approval: held');
select pg_temp.look(:'c', 'h4', 'other', need => false);
select is(governance.dossier(:'c')->>'approval_needed', 'true', 'no edit talks an approval away');

-- who submits may vouch for the approval
select t.request(more => '{"approval_needed": true, "approved_by": "platform"}') as v \gset
select is((select approver || '/' || decision || '/' || channel || '/' || tuple_hash from governance.approval where request_id = :'v'), 'platform/approved/api/h1', 'recorded under the name of the token');
select lives_ok(format('select pg_temp.decide(%L, ''approved'')', :'v'), 'which is an approval');
select throws_ok('select t.request(more => ''{"approved_by": "asker"}'')', 'CG008', null, 'but not for oneself');
select is((select count(*) from governance.approval a join governance.access_request r on r.id = a.request_id where r.id = t.request(more => '{"approved_by": ""}')), 0::bigint, 'nobody vouched');
-- several on one approval: each who decided so; one that asks it himself spoils nothing, wherever he stands in the list
select pg_temp.ticketed('9') as n \gset
select pg_temp.look(:'n', 'h1');
select pg_temp.look(:'n', 'h1', 'admin', jsonb_build_object('approval', 'approved', 'approved_at_ms', 1000, 'awaited', E'Dana\nBo', 'approvers',
    jsonb_build_array(jsonb_build_object('key', 'boss', 'names', '[]'::jsonb), jsonb_build_object('key', 'chief', 'names', '[]'::jsonb),
                      jsonb_build_object('key', (select requester from governance.access_request where id = :'n'), 'names', '[]'::jsonb))));
select is((select string_agg(approver, ',' order by approver) from governance.approval where request_id = :'n'), 'boss,chief', 'all but who asks');
select is(governance.dossier(:'n')->'ticket'->>'awaited', E'Dana\nBo', 'and who is awaited');

select * from finish();
