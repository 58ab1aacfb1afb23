-- Promise 8: one entry for every state change, in the same transaction; a chain that anybody can check.
select plan(18);

create function t.entries() returns bigint language sql as $$select count(*) from governance.evidence_entry$$;
select t.entries() as before \gset
begin;
select t.fulfilling(t.request()) as r \gset
rollback;
select is(t.entries(), :before::bigint, 'a change that did not happen leaves nothing');

select t.fulfilling(t.request()) as r \gset
select results_eq(format($$select kind, body::jsonb->'detail'->>'to' from governance.evidence_entry where request_id = %L order by seq$$, :'r'),
    $$values ('request.received', 'received'), ('item.wanted', null), ('request.moved', 'approved'), ('request.moved', 'ticketing'), ('request.moved', 'fulfilling')$$,
    'each move has its entry, in order');
select t.claim(:'r');
select t.move(:'r', 'verifying');
select t.read(t.item(:'r'), 'absent') as proof \gset
select t.move(:'r', 'verified', 'closed');
select is((select body::jsonb->'detail'->'proof'->0->>'observation' from governance.evidence_entry
            where request_id = :'r' and body::jsonb->'detail'->>'to' = 'closed'), :'proof', 'the close names the read that proves it');
select is((select count(*) from governance.evidence_entry where request_id = :'r' and kind = 'request.moved'),
          (select version - 1 from governance.access_request where id = :'r'), 'as many moves as entries');

-- checked without our code
select is_empty($$select seq from (select seq, prev, hash, body, lag(hash, 1, decode(repeat('00', 32), 'hex')) over (order by seq) as before
                    from governance.evidence_entry) e where prev <> before or hash <> sha256(before || convert_to(body, 'UTF8'))$$, 'each entry carries the hash of the one before');
select is((select max(seq) from governance.evidence_entry), t.entries(), 'no gaps');
select is((select seq from governance.evidence_head), t.entries(), 'the head knows the last');
select is_empty($$select seq from (select seq, at, lag(at) over (order by seq) as before from governance.evidence_entry) e where at < before$$, 'time does not run backwards');
select is_empty($$select seq from governance.evidence_entry where (body::jsonb->>'seq')::bigint <> seq or body::jsonb->>'kind' <> kind$$, 'the hashed text says what the columns say');
select is_empty($$select seq from governance.evidence_entry where body like '%someone%' or body like '%asker%'$$, 'no names of people');

-- a table of the caller's own proves nothing
set role countersign_service;
create temp table escalation (id bigint, request_id uuid, kind text, reason text, key text);
select throws_ok('create trigger forge after insert on escalation for each row execute function governance.evidence_write(''request.moved'')',
                 '42501', null, 'the service has no way to have evidence written by a trigger of its own');
reset role;
create trigger forge after insert on escalation for each row execute function governance.evidence_write('request.moved');
select throws_ok('insert into escalation values (1, null, ''a'', ''b'', ''c'')', 'CG009', null, 'nor has anybody, on a table that is not ours');

-- how people call its ticket is bound, too
insert into governance.ticket (site, issue_id, issue_key, request_id) values ('acme', '10001', 'IAM-1', :'r');
update governance.ticket set issue_key = 'IAM-1' where issue_id = '10001';
update governance.ticket set issue_key = 'SEC-7' where issue_id = '10001';
select results_eq(format($$select kind, body::jsonb->'detail'->>'key' from governance.evidence_entry where kind like 'ticket.%%' and request_id = %L order by seq$$, :'r'),
    $$values ('ticket.bound', 'IAM-1'), ('ticket.named', 'SEC-7')$$, 'by its key, and by the one it has after a move');
insert into governance.ticket (site, issue_id, issue_key) values ('acme', '10002', 'IAM-2');
update governance.ticket set issue_key = 'SEC-8' where issue_id = '10002';
select is_empty($$select seq from governance.evidence_entry where body like '%SEC-8%'$$, 'a ticket of no request is called as it likes');

-- the rules by which reads count
select t.entries() as before \gset
select governance.source_put('plain', 'Plain', 'sql', 0, 1, 900000);
select is(t.entries(), :before::bigint, 'the same configuration again is no change');
select governance.source_put('plain', 'Plain', 'sql', 0, 1, 900001);
select is(t.entries(), :before::bigint + 1, 'other rules for proofs leave an entry');

-- an entry fits into the published log, whatever it is about
reset role;
select governance.evidence_append('test.long', null, '{"a":"' || repeat('x', 70000) || '"}') as long \gset
select ok(octet_length(e.body) < 65536 and e.body ~ '"detail":{"detail_sha256":"[0-9a-f]{64}"}', 'a detail that is too long is there as its hash')
  from governance.evidence_entry e where e.seq = :long;

-- a long transaction holds nobody up: the chain is locked at the commit only
begin;
select t.request();
select count(*) as locks from pg_locks where relation = 'governance.evidence_head'::regclass and mode <> 'AccessShareLock' \gset
rollback;
select is(:locks, 0, 'the chain is not locked before the commit');
select * from finish();
