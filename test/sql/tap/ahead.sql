-- What a request takes away does not wait for what it gives: once, by a request of its own, measured from the same moment.
set role countersign_service;
select plan(53);

create function pg_temp.mover(more jsonb default '{}') returns uuid language sql as $$
    select t.request(array['plain:present', 'plain:absent'], jsonb_build_object('kind', 'modify', 'approval_needed', true,
        'requested_ms', governance.ms(clock_timestamp() - interval '1 hour')) || more)
$$;
create function pg_temp.doc(request uuid, path text) returns text language sql as $$
    select governance.dossier(request) #>> path::text[]
$$;
-- As the service saves it: about the second item of a mover.
create function pg_temp.open(request uuid, more jsonb default '{}') returns void language sql as $$
    select governance.after_save(r, jsonb_build_object('item', i.id, 'over', false, 'cause', 'ahead', 'open', jsonb_build_object(
               'kind', 'removal', 'mode', 'enforce', 'rule', 'leaver', 'request_type', '31', 'justification', 'it does not wait', 'privileged', false,
               'emergency', false, 'approval_needed', false, 'hold_text', '', 'mapping_version', encode(sha256('version: 1 # d'), 'hex'), 'mapped', '{}'::jsonb,
               'mapped_hash', 'h2', 'sla_goal_ms', 14400000, 'approved_by', '', 'requested_ms', governance.ms(r.requested_at),
               'items', jsonb_build_array(jsonb_build_object('source', i.source, 'account', i.account, 'entitlement', i.entitlement, 'desired', 'absent'))) || more))
      from governance.access_request r join governance.request_item i on i.request_id = r.id and i.desired = 'absent' and i.replaced_at is null
     where r.id = request
$$;

-- what is known
select t.request() as plain \gset
select is(governance.dossier(:'plain')->'ahead', 'null'::jsonb, 'a removal has nothing that waits');
select pg_temp.mover() as m \gset
select is(governance.dossier(:'m')->'ahead', '{"together": false, "items": null, "left": null}', 'nothing went ahead yet');
select pg_temp.mover('{"mapped": {"removal": "together"}}') as both \gset
select is(pg_temp.doc(:'both', '{ahead,together}'), 'true', 'its template lets both wait');

-- the removal of its own
select pg_temp.open(:'m');
select id as r from governance.access_request where follows = :'m' \gset
select is((select format('%s/%s/%s/%s/%s', cause, kind, phase, beneficiary, approval_needed) from governance.access_request where id = :'r'), 'ahead/removal/received/someone/f', 'a removal, of the same person, that waits for no approval');
select is((select c.started_at from governance.sla_clock c where c.request_id = :'r'), (select date_trunc('milliseconds', requested_at) from governance.access_request where id = :'m'), 'its clock runs from the first request');
select is((select format('%s/%s', change_kind, sla_state) from sla.request_v1 where request_id = :'r'), 'removal/running', 'measured like any removal');
select is(governance.dossier(:'m')#>'{ahead,items,0}', jsonb_build_object('id', t.item(:'m', 2), 'key', '', 'over', false), 'the first one knows it');
insert into governance.ticket (site, issue_id, issue_key, request_id, category, role, cycle) values ('acme', '10001', 'IAM-77', :'r', 'indeterminate', 'open', '0');
select is(pg_temp.doc(:'m', '{ahead,items,0,key}'), 'IAM-77', 'and its ticket');
select is(pg_temp.doc(:'r', '{after,cause}'), 'ahead', 'it knows why it was opened');
select is((select body::jsonb->'detail'->>'cause' from governance.evidence_entry where request_id = :'r' and kind = 'request.received'), 'ahead', 'so does the evidence');
select is((governance.request_show(:'m')->'followed_by'->0->>'cause'), 'ahead', 'shown from one end');
select is((governance.request_show(:'r')->'follows'->>'id')::uuid, :'m'::uuid, 'and from the other');
select pg_temp.open(:'m');
select is((select count(*)::int from governance.access_request where follows = :'m'), 1, 'nothing is opened twice');

-- both ask for the same: neither supersedes the other, and each is proven by reads of its own
select t.verifying(:'r');
select t.read(t.item(:'r'), 'absent');
select t.move(:'r', 'verified', 'closed');
select is((select format('%s/%s', phase, cardinality(proven_items)) from governance.access_request where id = :'r'), 'closed/1', 'proven while the first one waits');
select governance.approval_add(:'m', 'boss', 'approved', 'api');
select t.verifying(:'m');
select t.read(t.item(:'m', 1), 'present');
select throws_ok(format('select t.move(%L, ''verified'')', :'m'), 'CG007', null, 'the first one owes the removal as well');
select t.read(t.item(:'m', 2), 'absent');
select t.move(:'m', 'verified', 'closed');
select is((select count(*)::int from governance.request_item i where i.request_id in (:'m', :'r') and i.superseded_by is not null), 0, 'equal wishes do not supersede each other');
select is(pg_temp.doc(:'r', '{after,items,0,superseded}'), 'true', 'and it is watched by the one approved later');
select is(pg_temp.doc(:'m', '{after,items,1,ends}')::jsonb || pg_temp.doc(:'m', '{after,items,1,drifts}')::jsonb, '[]', 'what went ahead is no drift and no end');

-- whatever becomes of the first one
select pg_temp.mover() as d \gset
select pg_temp.open(:'d');
select id as rd from governance.access_request where follows = :'d' \gset
select t.fulfilling(:'rd');
select t.move(:'d', 'denied');
select is((select phase from governance.access_request where id = :'rd'), 'fulfilling', 'declined: what went ahead stays');
select is((select reason from governance.escalation where request_id = :'d' and key = 'ahead/' || :'rd'), 'RemovalGoesOn', 'and people are told');
select is(pg_temp.doc(:'d', '{ahead,items,0,over}'), 'false', 'its ticket too');
select pg_temp.mover() as c \gset
select pg_temp.open(:'c');
select id as rc from governance.access_request where follows = :'c' \gset
select t.move(:'rc', 'cancelled');
select is(pg_temp.doc(:'c', '{ahead,items,0,over}'), 'true', 'what went ahead was cancelled');
select is((select reason from governance.escalation where request_id = :'c' and key = 'ahead/' || :'rc'), 'RemovalLapsed', 'people are told that the access stays until the first one goes on');
select pg_temp.open(:'c');
select is((select count(*)::int from governance.access_request where follows = :'c'), 1, 'who cancelled it is not asked again');

-- as identity platforms are told, item by item
create function pg_temp.word(request uuid, wanted text) returns text language sql as $$
    select x->'provisioning'->>'sailpoint' from jsonb_array_elements(governance.request_show(request::text)->'items') x where x->>'desired' = wanted
$$;
select is(pg_temp.word(:'m', 'present') || pg_temp.word(:'m', 'absent'), 'FINISHEDFINISHED', 'both are proven');
select is(pg_temp.word(:'d', 'present') || pg_temp.word(:'d', 'absent'), 'FAILEDPENDING', 'declined: what is given is not, what goes ahead is on its way');
select is(pg_temp.word(:'c', 'present') || pg_temp.word(:'c', 'absent'), 'PENDINGPENDING', 'what went ahead came to nothing: the first one goes on asking for it');
select pg_temp.mover() as o \gset
select pg_temp.open(:'o');
select t.move(t.fulfilling(id), 'orphaned') from governance.access_request where follows = :'o';
select is(pg_temp.word(:'o', 'present') || pg_temp.word(:'o', 'absent'), 'PENDINGPENDING', 'so it does where the ticket of what went ahead is gone');
select pg_temp.mover() as x \gset
select governance.approval_add(:'x', 'boss', 'approved', 'api');
select t.verifying(:'x');
select t.read(t.item(:'x', 1), 'present');
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
values (t.item(:'x', 2), 'ann', 'bob', 'why', 'watched', clock_timestamp() + interval '1 day');
select t.move(:'x', 'exception', 'closed');
select is(pg_temp.word(:'x', 'present') || pg_temp.word(:'x', 'absent'), 'FINISHEDUNVERIFIABLE', 'a part is proven, and the other is not called done');
select is(governance.request_show(:'plain')->'items'->0->'provisioning', null, 'one item says no more than its request');

-- edited before the approval: what it asks for no more is withdrawn, unless somebody said that it was done
create function pg_temp.edit(request uuid, takes text) returns void language sql as $$
    select governance.request_items(request, jsonb_build_array(
        jsonb_build_object('source', 'plain', 'account', i.account, 'entitlement', i.entitlement, 'desired', 'present'),
        jsonb_build_object('source', 'plain', 'account', i.account, 'entitlement', takes, 'desired', 'absent')))
      from governance.request_item i where i.request_id = request and i.desired = 'present' and i.replaced_at is null
$$;
create function pg_temp.taken(request uuid) returns text language sql as $$
    select i.entitlement from governance.request_item i where i.request_id = request and i.desired = 'absent' and i.replaced_at is null
$$;
select pg_temp.mover() as e \gset
select pg_temp.taken(:'e') as typo \gset
select pg_temp.open(:'e');
select id as re from governance.access_request where follows = :'e' \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, category, role, cycle) values ('acme', '10002', 'IAM-78', :'re', 'indeterminate', 'open', '0'), ('acme', '10003', 'IAM-79', :'e', 'indeterminate', 'open', '0');
select t.fulfilling(:'re');
select is(pg_temp.doc(:'re', '{after,left}'), 'false', 'the first one asks for it');
select pg_temp.edit(:'e', 'meant');
select ok((select cancel_asked from governance.access_request where id = :'re'), 'edited: nobody worked on it, it is withdrawn');
select is(pg_temp.doc(:'re', '{after,left}') || pg_temp.doc(:'re', '{after,earlier_key}'), 'trueIAM-79', 'its ticket says why');
select is((governance.dossier(:'e')#>'{ahead,left,0}') - 'at_ms'::text - 'account'::text, jsonb_build_object('entitlement', :'typo', 'key', 'IAM-78', 'over', true), 'so does the first one''s');
select t.move(:'re', 'cancelled');
select is((select count(*)::int from governance.escalation where reason in ('RemovalGoesOn', 'RemovalLapsed') and request_id in (:'e', :'re')), 0, 'nobody has to look at it');
select is(pg_temp.doc(:'e', '{ahead,items}'), null, 'what is meant has not gone ahead yet');
select pg_temp.open(:'e');
select id as rm from governance.access_request where follows = :'e' and id <> :'re' \gset
select is((select count(*)::int from governance.access_request where follows = :'e'), 2, 'and goes');
select t.fulfilling(:'rm');
select t.claim(:'rm');
select pg_temp.edit(:'e', :'typo');
select ok((select not cancel_asked from governance.access_request where id = :'rm'), 'somebody said that it was done: it goes on');
select is((select reason from governance.escalation where request_id = :'e' and key = 'ahead/' || :'rm'), 'RemovalGoesOn', 'and people are told');
select ok((select look_at <= clock_timestamp() from governance.access_request where id = :'rm'), 'its ticket is told now');
select is(pg_temp.doc(:'e', '{ahead,left,0,over}'), 'false', 'so is the first one''s');
select is(pg_temp.doc(:'e', '{ahead,items}'), null, 'edited back: what was withdrawn is not on its way');
select pg_temp.open(:'e');
select is((select count(*)::int from governance.access_request where follows = :'e'), 3, 'and goes ahead anew');
select is(jsonb_array_length(governance.dossier(:'e')#>'{ahead,items}'), 1, 'once');
select is(jsonb_array_length(governance.dossier(:'e')#>'{ahead,left}'), 1, 'only what nobody asks for is left over');

-- edited to what takes nothing away any more, by a form that only gives
select pg_temp.mover() as n \gset
select pg_temp.open(:'n');
select id as rn from governance.access_request where follows = :'n' \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, category, role, cycle) values ('acme', '10004', 'IAM-80', :'rn', 'indeterminate', 'open', '0');
select t.fulfilling(:'rn');
select governance.request_items(:'n', (select jsonb_agg(jsonb_build_object('source', i.source, 'account', i.account, 'entitlement', i.entitlement, 'desired', i.desired))
    from governance.request_item i where i.request_id = :'n' and i.desired = 'present'));
update governance.access_request set kind = 'grant' where id = :'n';
select ok((select cancel_asked from governance.access_request where id = :'rn'), 'a plain grant: what went ahead is withdrawn');
select is(pg_temp.doc(:'n', '{ahead,left,0,key}') || pg_temp.doc(:'n', '{ahead,left,0,over}'), 'IAM-80true', 'and its own ticket says so');
select is(jsonb_path_query_array(governance.request_show(:'n'), '$.items[*].desired'), '["present"]', 'it gives, and nothing else');
select is(governance.dossier(:'rn')->'ahead', 'null'::jsonb, 'of what went ahead nothing went ahead');

-- what the database does not take from anybody
select pg_temp.mover() as g \gset
select throws_ok(format('select pg_temp.open(%L, ''{"kind": "grant"}'')', :'g'), 'CG002', null, 'a grant goes ahead');
select throws_ok(format('select pg_temp.open(%L, ''{"approval_needed": true}'')', :'g'), 'CG002', null, 'it waits for an approval');
select throws_ok(format('select pg_temp.open(%L, ''{"requested_ms": null}'')', :'g'), 'CG002', null, 'its clock begins when it is opened');
select throws_ok(format('select pg_temp.open(%L)', :'plain'), 'CG002', null, 'of what gives nothing');
select * from finish();
