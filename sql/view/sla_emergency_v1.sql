-- Without names and words of people.
create or replace view sla.emergency_v1 as
select r.id as request_id,
       t.issue_key,
       r.site,
       r.phase,
       r.requested_at,
       r.access_until,
       a.reached_at as approved_at,
       r.approval_due as approval_due_at,
       a.is_declined,
       v.at as reviewed_at,
       r.review_due as review_due_at,
       v.outcome as review_outcome,
       w.is_used,
       w.is_used and coalesce(a.reached_at, n.now) > r.approval_due as is_approval_late,
       w.is_used and coalesce(v.at, n.now) > r.review_due as is_review_late,
       w.is_used and (a.reached_at is null and n.now > r.approval_due or v.at is null and n.now > r.review_due) as is_overdue
  from governance.access_request r
  left join governance.ticket t on t.request_id = r.id
 cross join lateral (select clock_timestamp() as now) n
 cross join lateral (select r.approved_at is not null as is_used) w
  left join lateral governance.approval_stands(r.id) a on true
  left join governance.emergency_review v on v.request_id = r.id
 where r.emergency;
comment on view sla.emergency_v1 is 'One row an emergency (break-glass): approved and reviewed afterwards, and in time? Stable: columns are only added at the end';
comment on column sla.emergency_v1.request_id is 'Request';
comment on column sla.emergency_v1.issue_key is 'Ticket key; null = no ticket';
comment on column sla.emergency_v1.site is 'Site';
comment on column sla.emergency_v1.phase is 'Where it stands';
comment on column sla.emergency_v1.requested_at is 'Asked for, UTC';
comment on column sla.emergency_v1.access_until is 'The access ends then';
comment on column sla.emergency_v1.approved_at is 'Approved as its template has it, by other people; null = not';
comment on column sla.emergency_v1.approval_due_at is 'By when that is owed';
comment on column sla.emergency_v1.is_declined is 'Declined, and not taken back';
comment on column sla.emergency_v1.reviewed_at is 'Reviewed; null = not';
comment on column sla.emergency_v1.review_due_at is 'By when that is owed';
comment on column sla.emergency_v1.review_outcome is 'in_order or objected; null = not reviewed';
comment on column sla.emergency_v1.is_used is 'It was put to work: both are owed';
comment on column sla.emergency_v1.is_approval_late is 'The approval came, or still is, late';
comment on column sla.emergency_v1.is_review_late is 'The review came, or still is, late';
comment on column sla.emergency_v1.is_overdue is 'Something is owed now, and late';
