-- What is ours on a ticket: facts that are kept, what is recorded of forgeries, exceptions asked for there, and who touched it.
set role countersign_service;
select plan(42);

select t.move(t.request(), 'approved', 'ticketing', 'fulfilling');
select id as r from governance.access_request order by requested_at desc limit 1 \gset
insert into governance.ticket (site, issue_id, issue_key, request_id) values ('acme', '900', 'IAM-900', :'r');
create function pg_temp.look(request uuid, updated bigint, more jsonb, obs jsonb default '[]') returns bigint language plpgsql as $$
declare
    v bigint;
begin
    update governance.access_request set version = version + 1, look_at = clock_timestamp(), lease_owner = null, lease_until = null where id = request;
    perform governance.request_claim('me', '1 min', 100);
    select version into v from governance.access_request where id = request;
    return governance.facts_save('me', request, v, jsonb_build_object('observations', obs, 'ticket', jsonb_build_object(
        'key', 'IAM-900', 'state', 'here', 'category', 'new', 'role', 'open', 'status_name', 'x', 'cycle', '5', 'cycle_at_ms', 0,
        'moved_by', '', 'moved_by_us', false, 'resolution_set', false, 'updated_ms', updated, 'edit', '0', 'marker', '',
        'approval', 'none', 'approver', '', 'approved_at_ms', 0, 'mapped_hash', 'h1', 'hold_text', '') || more));
end $$;
create function pg_temp.decide(request uuid, more jsonb) returns bigint language plpgsql as $$
declare
    r governance.access_request;
begin
    select * into r from governance.access_request where id = request;
    return governance.decision_save('me', request, r.version, jsonb_build_object('to', r.phase, 'reason', '', 'new_claim', false,
        'answered', false, 'breach', false, 'tampered', false, 'edited_back', false, 'look_again_ms', 0, 'release', false,
        'notice', '', 'notice_key', '', 'escalations', '[]'::jsonb, 'flows', '[]'::jsonb, 'retry', '[]'::jsonb) || more);
end $$;
create function pg_temp.work(request uuid, what text, words jsonb, variadic states text[]) returns void language plpgsql as $$
declare
    made bigint;
    target text;
begin
    insert into governance.flow (request_id, site, kind, payload) values (request, 'acme', what, words::text) returning id into made;
    foreach target in array states loop
        update governance.flow set state = target, version = version + 1, attempt = attempt + case target when 'calling' then 1 else 0 end,
               sent_at = case when target = 'calling' then clock_timestamp() end,
               ended_at = case when target in ('done', 'moot') then clock_timestamp() end
         where id = made;
    end loop;
end $$;
create function pg_temp.dossier(request uuid, name text) returns text language sql as $$
    select coalesce(governance.dossier(request)->>name, governance.dossier(request)->'ticket'->>name)
$$;

select isnt(pg_temp.look(:'r', 1000, '{"bound_to": "another", "bound_elsewhere": true, "markers": "gar-1", "resolution_edit": "7",
                                       "shown_hash": "00000000000000aa"}'), null, 'what a look saw is kept');
select is(pg_temp.dossier(:'r', 'bound_to') || pg_temp.dossier(:'r', 'bound_elsewhere') || pg_temp.dossier(:'r', 'markers')
          || pg_temp.dossier(:'r', 'resolution_edit') || pg_temp.dossier(:'r', 'shown_hash'), 'anothertruegar-1700000000000000aa', 'and told');

-- who touched it
select is(pg_temp.dossier(:'r', 'touched'), 'true', 'nobody has looked at it yet');
select pg_temp.look(:'r', 1000, '{}', jsonb_build_array(jsonb_build_object('item', (select id from governance.request_item where request_id = :'r' limit 1),
    'as_of_ms', 1, 'outcome', 'unknown', 'account', 'unknown', 'via', 'none', 'reason', 'SourceDown', 'complete', false, 'canary_ok', false, 'native_id', '')));
select is(pg_temp.dossier(:'r', 'touched'), 'false', 'read since');
select pg_temp.look(:'r', 2000, '{}');
select is(pg_temp.dossier(:'r', 'touched'), 'true', 'somebody did something to it');
select pg_temp.work(:'r', 'field_update', '{}', 'checking', 'calling', 'done');
select is(pg_temp.dossier(:'r', 'unsteady'), 'true', 'a write of ours ended during this look');
select pg_temp.look(:'r', 3000, '{}');
select is(pg_temp.dossier(:'r', 'touched') || pg_temp.dossier(:'r', 'unsteady'), 'falsefalse', 'after a write of ours it was us');

-- forgeries are recorded, each once
select pg_temp.decide(:'r', '{"rebound": true, "unmarked": true, "resolved": true, "respoken": true, "refuses": false}');
select is((select string_agg(kind || ':' || reason, ' ' order by reason) from governance.escalation where request_id = :'r'),
          'tamper:BindingChanged tamper:MarkerRemoved breach:ResolvedByEdit tamper:WordsChanged', 'all of it, by its kind') ;
select pg_temp.decide(:'r', '{"rebound": true, "unmarked": true, "resolved": true, "respoken": true, "refuses": false}');
select is((select count(*) from governance.escalation where request_id = :'r'), 4::bigint, 'the same again is the same');

-- calls are counted: a comment that tells somebody is two
select pg_temp.work(:'r', 'comment', '{"tell": 1}', 'checking', 'calling', 'done');
select pg_temp.work(:'r', 'comment', '{"tell": 2}', 'checking', 'calling', 'done');
select pg_temp.work(:'r', 'comment', '{"tell": 2}', 'checking', 'moot');
select pg_temp.work(:'r', 'mend', '{}', 'checking', 'calling', 'done');
select is(pg_temp.dossier(:'r', 'writes_last_hour') || '/' || pg_temp.dossier(:'r', 'tells'), '5/2', 'what was not sent does not count');

-- an exception that was asked for on the ticket
\set plea '{"reason": "vendor", "control": "watched", "owner": "lee", "decided_by": "reyes", "asked_by": "alex", "answer": 1, "edit": "77"}'
select pg_temp.look(:'r', 4000, jsonb_build_object('plea', :'plea'::jsonb || jsonb_build_object(
    'until_ms', governance.ms(clock_timestamp() + interval '10 days'))));
select is(governance.dossier(:'r')->'ticket'->'plea'->>'owner', 'lee', 'it is told');
select pg_temp.decide(:'r', '{"grants": true}');
select is((select count(*) from governance.exception e join governance.request_item i on i.id = e.item_id where i.request_id = :'r'
             and e.owner = 'lee' and e.approved_by = 'reyes'), (select count(*) from governance.request_item where request_id = :'r'),
          'every item that is not proven is covered');
select is(pg_temp.dossier(:'r', 'plea_done'), '77', 'and it is carried out once');
select is(governance.dossier(:'r')->'items'->0->>'exception_owner', 'lee', 'who owns it is told');
select is(pg_temp.dossier(:'r', 'plea_covers') || (select plea_edit from governance.exception limit 1), '7777', 'which answer granted it is kept');
select throws_ok('update governance.exception set plea_edit = ''''', 'CG002', null, 'for good');
select pg_temp.decide(:'r', '{"revokes": true}');
select is((select count(*) from governance.exception where revoked_at is not null), 0::bigint, 'while that answer stands nothing ends');
select pg_temp.look(:'r', 4400, '{"plea": {"edit": "78", "answer": 0}}');
select is((select string_agg(distinct concat_ws('/', i->>'excepted', i->>'excepted_until_ms' is not null), ' ')
             from jsonb_array_elements(governance.dossier(:'r')->'items') as i), 'false/t', 'one whose answer was taken back counts no more');
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
select id, 'lee', 'reyes', 'by the API', 'watched', clock_timestamp() + interval '2 days' from governance.request_item where request_id = :'r' limit 1;
select pg_temp.look(:'r', 4500, '{"plea": {"edit": "78", "answer": 0}}');
select is(governance.dossier(:'r')->'items'->0->>'excepted' || '/' || pg_temp.dossier(:'r', 'plea_covers'), 'true/77', 'another one does');
select pg_temp.decide(:'r', '{"revokes": true}');
select is((select string_agg(distinct reason, ',') filter (where revoked_at is null) || '/' || bool_and(revoked_at is not null) filter (where plea_edit <> '')
             from governance.exception), 'by the API/true', 'taken back, it ends; one from the API stays');
select is(pg_temp.dossier(:'r', 'plea_covers'), '', 'and covers nothing');
select is((select count(*) from governance.escalation where request_id = :'r' and reason = 'ExceptionTakenBack' and key = 'plea-end/78'), 1::bigint,
          'people hear of it');
set constraints all immediate; -- evidence is written at commit
select is((select count(*) from governance.evidence_entry where request_id = :'r' and kind = 'exception.revoked' and body::jsonb #>> '{detail,answer}' = '77'),
          (select count(*) from governance.request_item where request_id = :'r'), 'it is in evidence, with the answer that granted it');
set role countersign_auditor;
select is((select string_agg(distinct concat_ws('/', a.value, w.value, e.body::jsonb #>> '{detail,ended_by}'), ' ')
             from governance.evidence_entry e
             join audit.commitment_v1 a on a.entry = e.seq and a.member = 'approver'
             join audit.commitment_v1 w on w.entry = e.seq and w.member = 'reason'
            where e.request_id = :'r' and e.kind = 'exception.revoked' and e.body::jsonb #>> '{detail,answer}' = '77'),
          'reyes/vendor/78', 'who approved what, and what ended it');
set role countersign_service;
update governance.exception set revoked_at = clock_timestamp() where revoked_at is null;
select pg_temp.look(:'r', 5000, jsonb_build_object('plea', :'plea'::jsonb || jsonb_build_object('owner', 'REYES', 'edit', '78',
    'until_ms', governance.ms(clock_timestamp() + interval '10 days'))));
select isnt(pg_temp.decide(:'r', '{"grants": true}'), null, 'the same person under two spellings breaks no decision');
select is((select count(*) from governance.exception e where e.revoked_at is null), 0::bigint, 'and is granted nothing');
select is((select count(*) from governance.escalation where request_id = :'r' and reason = 'ExceptionRefused'), 1::bigint, 'which people hear of');
select is(pg_temp.dossier(:'r', 'plea_refused'), 'owner', 'with the reason');

-- known by an account alone, where Jira hides addresses
create function pg_temp.plea(request uuid, edit text, more jsonb) returns text language plpgsql as $$
begin
    perform pg_temp.look(request, 6000 + edit::bigint, jsonb_build_object('plea', jsonb_build_object('reason', 'vendor', 'control', 'watched', 'owner', '5c:9',
        'decided_by', '5c:1', 'decided_names', '["account=5c:1"]'::jsonb, 'answer', 1, 'edit', edit,
        'until_ms', governance.ms(clock_timestamp() + interval '10 days')) || more));
    perform pg_temp.decide(request, '{"grants": true}');
    return (select plea_refused from governance.access_request where id = request)
        || (select count(*) from governance.exception e join governance.request_item i on i.id = e.item_id
             where i.request_id = request and e.plea_edit = edit);
end $$;
select t.move(t.request(more => '{"requester": "ann@example.com", "beneficiary": "bob@example.com"}'), 'approved', 'ticketing', 'fulfilling');
select id as r from governance.access_request order by requested_at desc limit 1 \gset
insert into governance.ticket (site, issue_id, issue_key, request_id) values ('acme', '901', 'IAM-901', :'r');
select is(pg_temp.plea(:'r', '80', '{}'), 'unclear0', 'an account, and two addresses: nobody can tell');
select is(governance.people_keep(:'r', '5c:1', ''), :'r'::uuid, 'a create found out whose account one of them is');
select is(pg_temp.plea(:'r', '81', '{}'), 'own0', 'the one that answered: he approves for himself');
select is(pg_temp.plea(:'r', '82', '{"decided_by": "5c:2", "decided_names": ["account=5c:2"]}'), 'unclear0', 'another may still be the other one');
select governance.people_keep(:'r', '5c:1', '5c:3');
select is((select requester_names || beneficiary_names from governance.access_request where id = :'r'), array['account=5c:1', 'account=5c:3'],
          'known once, and kept');
select is(pg_temp.plea(:'r', '83', '{"decided_by": "5c:2", "decided_names": ["account=5c:2"], "owner_names": ["address=x@example.com", "account=5c:2"]}'),
          'owner0', 'he may not own it under another name');
select is(pg_temp.plea(:'r', '84', '{"decided_by": "5c:2", "decided_names": ["account=5c:2"]}'), '1', 'nor be known to be one of them: granted');

-- a comment of ours that somebody else changed: no field shows it, a delivery tells it
create function pg_temp.heard(more jsonb) returns int language sql as $$
    select governance.hint_apply(jsonb_build_array(jsonb_build_object('site', 'acme', 'issue', '901') || more))
$$;
select pg_temp.heard('{"updated": 1000, "over": true}');
select is(pg_temp.dossier(:'r', 'comment_over'), 'false', 'we have written none yet');
select pg_temp.work(:'r', 'comment', '{}', 'checking', 'calling', 'done');
select is(pg_temp.dossier(:'r', 'comment_over'), 'false', 'it is ours since');
select is(pg_temp.heard('{"updated": 1000}'), 0, 'what is known already is no news');
select is(pg_temp.heard('{"updated": 1000, "over": true}'), 1, 'that somebody changed it is, whatever a poll told before');
select is(pg_temp.dossier(:'r', 'comment_over'), 'true', 'and it is known');
select pg_temp.heard('{"updated": 1001}');
select is(pg_temp.dossier(:'r', 'comment_over'), 'true', 'as long as it is so');
select pg_temp.work(:'r', 'comment', '{}', 'checking', 'calling', 'done');
select is(pg_temp.dossier(:'r', 'comment_over'), 'false', 'written again, it is ours');
select * from finish();
