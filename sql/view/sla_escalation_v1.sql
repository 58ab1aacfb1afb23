create or replace view sla.escalation_v1 as
select e.id as escalation_id,
       e.at as escalated_at,
       e.kind,
       e.reason,
       e.request_id,
       coalesce(t.issue_key, o.issue_key) as issue_key,
       s.url || '/browse/' || nullif(coalesce(t.issue_key, o.issue_key), '') as issue_url,
       coalesce(e.site, r.site) as site,
       r.kind as change_kind,
       r.is_privileged,
       coalesce(e.percent, p.step_percent) as step_percent,
       coalesce(e.step_at, p.step_at) as step_at,
       p.due_at,
       e.at <= p.due_at as is_before_due,
       greatest(extract(epoch from e.at - coalesce(e.step_at, p.step_at)), 0)::bigint as late_seconds,
       e.checkpoint,
       e.deed,
       e.is_late
  from governance.escalation e
  left join governance.access_request r on r.id = e.request_id
  left join governance.sla_clock c on c.request_id = e.request_id
  left join governance.ticket t on t.request_id = e.request_id
  left join governance.ticket o on e.request_id is null and o.site = e.site and o.issue_id = e.issue_id
  left join governance.site s on s.name = coalesce(e.site, r.site)
 cross join lateral (select case when e.kind = 'sla' then substring(e.key from '^([0-9]{1,6})%$')::int end as step_percent) k
 cross join lateral (
        select k.step_percent,
               c.started_at + make_interval(secs => extract(epoch from c.goal * k.step_percent / 100.0 + c.paused)) as step_at,
               coalesce(c.due_at, c.started_at + make_interval(secs => extract(epoch from c.goal + c.paused))) as due_at) p;
comment on view sla.escalation_v1 is 'One row each time people were told: deadlines, closes without proof, tampering, stuck work. Stable: columns are only added at the end';
comment on column sla.escalation_v1.escalation_id is 'Escalation';
comment on column sla.escalation_v1.escalated_at is 'When, UTC';
comment on column sla.escalation_v1.kind is 'sla (a step of a deadline), breach (closed without proof), tamper or operator';
comment on column sla.escalation_v1.reason is 'What happened (CamelCase)';
comment on column sla.escalation_v1.request_id is 'Request; null = about a ticket without one, or about a site';
comment on column sla.escalation_v1.issue_key is 'Ticket key; null = no ticket';
comment on column sla.escalation_v1.issue_url is 'Its address; null = no ticket';
comment on column sla.escalation_v1.site is 'Site';
comment on column sla.escalation_v1.change_kind is 'grant, removal or modify; null = no request';
comment on column sla.escalation_v1.is_privileged is 'Privileged access; null = no request';
comment on column sla.escalation_v1.step_percent is 'Of a deadline: how much of the goal had passed; null = another kind';
comment on column sla.escalation_v1.step_at is 'When that step was due, by the goal as it is now; null = another kind';
comment on column sla.escalation_v1.due_at is 'When the goal passes; null = no goal';
comment on column sla.escalation_v1.is_before_due is 'Told before the goal passed; null = no goal';
comment on column sla.escalation_v1.late_seconds is 'How late the step was taken; null = another kind';
comment on column sla.escalation_v1.checkpoint is 'Of a deadline: whole (from the first request to proof), approve, fulfil or verify; null = another kind, or taken before there were checkpoints';
comment on column sla.escalation_v1.deed is 'Of a deadline: event (people and platforms are told), comment, priority, assignee, group or ticket (one of its own); null = as checkpoint';
comment on column sla.escalation_v1.is_late is 'Of a deadline: taken more than ten seconds late, or after the goal had passed; null = as checkpoint';
