-- Why is it stuck, and who may try again what: only what was refused or could not be read, and it is written down who asked.
set role countersign_service;
select plan(25);

create function pg_temp.status(request uuid) returns text language sql as $$
    select concat_ws(' ', reason, state, waits_for, attempts, detail) from governance.request_status where request_id = request
$$;
create function pg_temp.refused(request uuid, kind text, reason text) returns void language plpgsql as $$
declare
    f bigint;
    target text;
begin
    insert into governance.flow (request_id, site, kind) values (request, 'acme', kind) returning id into f;
    update governance.flow set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = f;
    foreach target in array array['checking', 'calling', 'parked'] loop
        perform governance.flow_save('me', f, (select version from governance.flow where id = f), jsonb_build_object('to', target, 'rest_ms', 0,
            'lease_s', case target when 'parked' then 0 else 60 end, 'count_attempt', target = 'calling', 'failed', false,
            'settled', target = 'parked', 'step', case target when 'calling' then 'create' end, 'why', case target when 'parked' then reason end));
    end loop;
end $$;

select t.request() as r \gset
select t.move(:'r', 'approved', 'ticketing');
select is(pg_temp.status(:'r'), 'TicketWanted moving us 0', 'a new one moves');
select throws_ok(format('select governance.request_retry(%L, ''ops'')', :'r'), 'CG021', null, 'what was not refused is not retried');
select pg_temp.refused(:'r', 'create_ticket', 'Role is required');
select is(pg_temp.status(:'r'), 'TicketRefused stuck governance_owner 1 create: Role is required', 'refused: why, and whose turn it is');
select ok((select parked_at > clock_timestamp() - interval '1 min' and sent_at is null from governance.flow where request_id = :'r'), 'when it was refused is kept; nothing is in doubt');
select is((select (governance.dossier(:'r')->'flows'->0->>'refused_ms')::bigint > 0), true, 'and decided on');
select is((select next_at from governance.request_status where request_id = :'r'), null, 'not by itself');
select is(governance.request_list('{"stuck": true, "limit": 10}')->'requests'->0->>'id', :'r', 'listed as stuck');
select is(jsonb_array_length(governance.request_list('{"stuck": true, "limit": 10, "older_than_s": 60}')->'requests'), 0, 'not yet for long');
select is(governance.request_retry(:'r', 'ops'), '{"retried": 1, "work": [{"work": "create_ticket", "why": "Role is required"}]}', 'retried: says what');
select is(pg_temp.status(:'r'), 'TicketWanted moving us 0', 'it moves again');
select is((select concat_ws(' ', actor, act, request_id) from governance.operator_act), 'ops retry ' || :'r', 'it is kept who asked');
select is((select body::jsonb->'detail'->'work' from governance.evidence_entry where kind = 'operator.acted'), '["create_ticket"]', 'in evidence too');
select ok((select body not like '%ops%' and body not like '%Role%' from governance.evidence_entry where kind = 'operator.acted'), 'without names and words');
select throws_ok('update governance.operator_act set actor = ''x''', '42501', null, 'for good');

-- beside its course: what is left to do on a ticket that is made, a second ticket, words
select t.fulfilling(t.request()) as b \gset
select pg_temp.refused(:'b', 'create_ticket', 'issuelinks is required');
select is(pg_temp.status(:'b'), 'TicketRefused stuck governance_owner 1 create: issuelinks is required', 'no ticket is bound yet');
reset role;
insert into governance.ticket (site, issue_id, issue_key, request_id) values ('acme', '810', 'IAM-810', :'b');
set role countersign_service;
select pg_temp.refused(:'b', 'comment', 'no comments');
select pg_temp.refused(:'b', 'retire', 'no such transition');
select is(pg_temp.status(:'b'), 'TicketUnfinished stuck governance_owner 1 create: issuelinks is required', 'made, and not finished');
select is((select next_at from governance.request_status where request_id = :'b'), null, 'not by itself');
update governance.flow set state = 'pending', version = version + 1 where request_id = :'b' and kind = 'create_ticket';
select is(pg_temp.status(:'b'), 'RetireRefused stuck governance_owner 1 create: no such transition', 'a second ticket stays');
select ok((select next_at > clock_timestamp() from governance.request_status where request_id = :'b'), 'tried again by itself');
update governance.flow set state = 'pending', version = version + 1 where request_id = :'b' and kind = 'retire';
select is(pg_temp.status(:'b'), 'WordsRefused stuck governance_owner 1 create: no comments', 'words come last');
select is(governance.request_retry(:'b', 'ops')->'work'->0->>'work', 'comment', 'retried');
select is(pg_temp.status(:'b'), 'WorkAwaited waiting agent 0', 'and the work goes on beside it');

-- a ticket that nobody can read, and that is no request yet
insert into governance.ticket (site, issue_id, issue_key, look_at) values ('acme', '777', 'IAM-777', clock_timestamp() + interval '1 hour');
select governance.ticket_unreadable('acme', '777', 'an empty answer');
select is((governance.request_show('IAM-777')->'status'->>'reason') || ' ' || (governance.request_show('IAM-777')->'status'->>'detail'), 'TicketReadFails an empty answer', 'shown by its key');
select is(governance.request_retry('IAM-777', 'ops')->>'read_again', 'IAM-777', 'read again');
select ok((select look_at <= clock_timestamp() from governance.ticket where issue_id = '777'), 'at once');
select * from finish();
