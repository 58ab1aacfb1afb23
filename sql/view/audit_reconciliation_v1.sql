-- Tickets, requests and log must be as many; where they are not somebody changed one of them. `db verify` names the rows. What was retained away
-- counts as there, by what the evidence of its file says (records.retained, which is never retained itself): of which requests, and how many
-- entries of each kind. Files of before that was said (0175) leave out the counts that need it.
create or replace view audit.reconciliation_v1 as
with move as (
    select l.request_id, e.body::jsonb->'detail'->>'to' as phase
      from (select n.request_id, max(n.seq) as seq from governance.evidence_entry n where n.kind in ('request.received', 'request.moved') group by 1) l
      join governance.evidence_entry e on e.seq = l.seq),
entry as (select e.kind, count(*) as n, count(distinct e.request_id) as requests from governance.evidence_entry e group by e.kind),
retained as materialized (
    select e.body::jsonb->'detail'->>'kind' as kind, (e.body::jsonb->'detail'->>'rows')::bigint as rows, e.body::jsonb->'detail'->'kinds' as kinds
      from governance.evidence_entry e where e.kind = 'records.retained'),
gone as materialized (
    select coalesce(sum((r.kinds->>'item.observed')::bigint), 0)::bigint as reads, coalesce(sum((r.kinds->>'request.approval')::bigint), 0)::bigint as approvals,
           coalesce(sum((r.kinds->>'approval.settled')::bigint), 0)::bigint as settled, coalesce(bool_and(r.kinds is not null), true) as is_known
      from retained r where r.kind = 'evidence'),
lost as materialized ( -- whose entries, or some of them, are in a file
    select distinct q.request_id from governance.retention_request q join governance.retention r on r.id = q.retention_id where r.kind = 'evidence'),
counted as (
    select 'requests in ' || p.phase as what, coalesce(q.n, 0) as counted, coalesce(m.n, 0) as logged
      from (select r.phase, count(*) as n from governance.access_request r where r.id not in (select request_id from lost) group by r.phase) q
      full join (select m.phase, count(*) as n from move m where m.request_id not in (select request_id from lost) group by m.phase) m on m.phase = q.phase
     cross join lateral (select coalesce(q.phase, m.phase, '(not known)') as phase) p
    union all
    select 'requests retained into files', (select count(*) from lost l join governance.access_request r on r.id = l.request_id), count(*)
      from lost having count(*) > 0
    union all
    select 'requests received', (select count(*) from governance.access_request),
           (select count(*) from (select e.request_id from governance.evidence_entry e where e.kind = 'request.received' union select l.request_id from lost l) x)
    union all
    select 'tickets bound to a request', (select count(*) from governance.ticket t where t.request_id is not null),
           (select count(*) from governance.ticket t where t.request_id is not null
                and (exists (select from governance.evidence_entry e where e.request_id = t.request_id and e.kind = 'ticket.bound')
                     or t.request_id in (select request_id from lost)))
    union all
    select 'reads of target systems', (select count(*) from governance.observation)
               + (select coalesce(sum(r.rows), 0)::bigint from retained r where r.kind = 'observations'),
           coalesce((select n from entry where kind = 'item.observed'), 0) + g.reads from gone g where g.is_known
    union all
    select 'approvals', (select count(*) from governance.approval), coalesce((select n from entry where kind = 'request.approval'), 0) + g.approvals
      from gone g where g.is_known
    union all
    select 'approvals settled', (select count(*) from governance.approval_settled), coalesce((select n from entry where kind = 'approval.settled'), 0) + g.settled
      from gone g where g.is_known
    union all
    select 'entries of the log', (select count(*) from governance.evidence_entry)
               + (select coalesce(sum(r.last - r.first + 1), 0)::bigint from governance.retention_run r), (select h.seq from governance.evidence_head h))
select c.what, c.counted, c.logged, c.counted - c.logged as difference from counted c;
comment on view audit.reconciliation_v1 is 'What is there, beside what the log says is there: each difference must be 0';
comment on column audit.reconciliation_v1.what is 'What is counted';
comment on column audit.reconciliation_v1.counted is 'Rows that are there, or were retained away';
comment on column audit.reconciliation_v1.logged is 'Rows that the log tells of';
comment on column audit.reconciliation_v1.difference is 'More rows than the log tells of; negative: rows are gone';
