-- Tickets, requests and log must be as many; where they are not somebody changed one of them. `db verify` names the rows. Once evidence was
-- retained away, the entries are counted with those that are known to be gone; the rest is told by `db verify` alone, row by row.
create or replace view audit.reconciliation_v1 as
with move as (
    select distinct on (e.request_id) e.request_id, e.body::jsonb->'detail'->>'to' as phase
      from governance.evidence_entry e where e.kind in ('request.received', 'request.moved')
     order by e.request_id, e.seq desc),
entry as (select e.kind, count(*) as n, count(distinct e.request_id) as requests from governance.evidence_entry e group by e.kind),
counted as (
    select 'requests in ' || p.phase as what, coalesce(q.n, 0) as counted, coalesce(m.n, 0) as logged
      from (select r.phase, count(*) as n from governance.access_request r group by r.phase) q
      full join (select phase, count(*) as n from move group by phase) m on m.phase = q.phase
     cross join lateral (select coalesce(q.phase, m.phase, '(not known)') as phase) p
    union all
    select 'requests received', (select count(*) from governance.access_request),
           coalesce((select requests from entry where kind = 'request.received'), 0)
    union all
    select 'tickets bound to a request', (select count(*) from governance.ticket t where t.request_id is not null),
           (select count(*) from governance.ticket t where t.request_id is not null
                and exists (select from governance.evidence_entry e where e.request_id = t.request_id and e.kind = 'ticket.bound'))
    union all
    select 'reads of target systems', (select count(*) from governance.observation)
               + (select coalesce(sum(r.rows), 0)::bigint from governance.retention r where r.kind = 'observations'), coalesce((select n from entry where kind = 'item.observed'), 0)
    union all
    select 'approvals', (select count(*) from governance.approval), coalesce((select n from entry where kind = 'request.approval'), 0)
    union all
    select 'approvals settled', (select count(*) from governance.approval_settled), coalesce((select n from entry where kind = 'approval.settled'), 0)
    union all
    select 'entries of the log', (select count(*) from governance.evidence_entry)
               + (select coalesce(sum(r.last - r.first + 1), 0)::bigint from governance.retention_run r), (select h.seq from governance.evidence_head h))
select c.what, c.counted, c.logged, c.counted - c.logged as difference from counted c
 where c.what = 'entries of the log' or not exists (select from governance.retention r where r.kind = 'evidence');
comment on view audit.reconciliation_v1 is 'What is there, beside what the log says is there: each difference must be 0';
comment on column audit.reconciliation_v1.what is 'What is counted';
comment on column audit.reconciliation_v1.counted is 'Rows that are there, or were retained away';
comment on column audit.reconciliation_v1.logged is 'Rows that the log tells of';
comment on column audit.reconciliation_v1.difference is 'More rows than the log tells of; negative: rows are gone';
