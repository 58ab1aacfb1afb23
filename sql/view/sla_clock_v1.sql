-- Our clock of each request, and beside it those of the service desk. Deadlines are counted in seconds, not in days: a day of which
-- daylight saving takes an hour is no shorter goal. One moment for all rows, that of the statement: a clock that is asked row by row is
-- in the way of every plan.
create or replace view sla.clock_v1 as
select c.request_id,
       t.issue_key,
       s.url || '/browse/' || nullif(t.issue_key, '') as issue_url,
       r.site,
       c.kind as change_kind,
       c.is_privileged,
       'governed'::text as clock_owner,
       c.started_at,
       c.stopped_at,
       c.ended as outcome,
       extract(epoch from c.goal)::bigint as goal_seconds,
       extract(epoch from c.paused)::bigint as paused_seconds,
       extract(epoch from x.elapsed)::bigint as elapsed_seconds,
       extract(epoch from case when c.due_at is null then c.goal - x.elapsed else c.due_at - x.ends end)::bigint as remaining_seconds,
       x.due_at,
       case when x.ends > x.due_at then x.due_at end as breached_at,
       c.stopped_at is null as is_open,
       case
           when c.stopped_at is not null then 'over'
           when c.goal is null then 'no_goal'
           when c.paused_since is not null then 'paused'
           when x.ends > x.due_at then 'breached'
           when x.due_at < x.ends + interval '30 min' then 'under_30_min'
           when x.due_at < x.ends + interval '1 hour' then 'under_1_hour'
           else 'over_1_hour'
       end as band,
       c.steps_done,
       case when c.stopped_at is null then c.next_step_at end as next_step_at,
       null::text as metric,
       null::int as cycle,
       k.name as calendar,
       extract(epoch from c.business)::bigint as business_seconds,
       null::bigint as less_than_governed_seconds
  from governance.sla_clock c
  left join governance.access_request r on r.id = c.request_id -- left: not read where nobody asks for the site
  left join governance.site s on s.name = r.site
  left join governance.ticket t on t.request_id = c.request_id
  left join governance.sla_calendar k on k.id = c.calendar_id
 cross join lateral (
        select n.ends, n.ends - c.started_at - c.paused as elapsed,
               coalesce(c.due_at, c.started_at + make_interval(secs => date_part('epoch', c.goal + c.paused))) as due_at
          from (select coalesce(c.stopped_at, c.paused_since, statement_timestamp()) as ends) n) x
union all
select j.request_id,
       t.issue_key,
       s.url || '/browse/' || nullif(t.issue_key, ''),
       r.site,
       r.kind,
       r.is_privileged,
       'jsm',
       j.started_at,
       j.stopped_at,
       null,
       j.goal_ms / 1000,
       null,
       j.elapsed_ms / 1000,
       j.remaining_ms / 1000,
       j.breach_at,
       case when j.is_breached then j.breach_at end,
       j.stopped_at is null,
       case
           when j.stopped_at is not null then 'over'
           when j.goal_ms is null then 'no_goal'
           when j.is_paused then 'paused'
           when j.is_breached then 'breached'
           when j.remaining_ms < 1800000 then 'under_30_min'
           when j.remaining_ms < 3600000 then 'under_1_hour'
           else 'over_1_hour'
       end,
       null,
       null,
       j.name,
       j.cycle,
       null,
       null,
       extract(epoch from coalesce(c.stopped_at, c.paused_since, statement_timestamp()) - c.started_at - c.paused)::bigint - j.elapsed_ms / 1000
  from governance.jsm_clock j
  join governance.sla_clock c on c.request_id = j.request_id
  join governance.access_request r on r.id = j.request_id
  left join governance.site s on s.name = r.site
  left join governance.ticket t on t.request_id = j.request_id;
comment on view sla.clock_v1 is 'One row a clock: ours from the first request to verified fulfilment (ask for clock_owner = ''governed''), and those of the service desk as it told them last. Stable: columns are only added at the end';
comment on column sla.clock_v1.request_id is 'Request';
comment on column sla.clock_v1.issue_key is 'Ticket key; null until there is a ticket';
comment on column sla.clock_v1.issue_url is 'Its address; null until there is a ticket';
comment on column sla.clock_v1.site is 'Site';
comment on column sla.clock_v1.change_kind is 'grant, removal or modify';
comment on column sla.clock_v1.is_privileged is 'Privileged access';
comment on column sla.clock_v1.clock_owner is 'Whose clock: governed (ours) or jsm (one of the service desk''s; as last read)';
comment on column sla.clock_v1.started_at is 'First trace of the wish, UTC';
comment on column sla.clock_v1.stopped_at is 'Proven, or ended without proof; null = it runs';
comment on column sla.clock_v1.outcome is 'verified, excepted or withdrawn; null = it runs';
comment on column sla.clock_v1.goal_seconds is 'Goal; null = none';
comment on column sla.clock_v1.paused_seconds is 'Recorded pauses that are over: not counted; null = of the service desk';
comment on column sla.clock_v1.elapsed_seconds is 'Counted so far, or until it stopped: around the clock; of the service desk by its own calendar';
comment on column sla.clock_v1.remaining_seconds is 'Until the goal passes; negative = over it; null = no goal';
comment on column sla.clock_v1.due_at is 'When the goal passes; null = no goal';
comment on column sla.clock_v1.breached_at is 'When the goal passed, though it ended later; null = it did not';
comment on column sla.clock_v1.is_open is 'It runs';
comment on column sla.clock_v1.band is 'What is left: over_1_hour, under_1_hour, under_30_min, breached, paused, no_goal or over (it stopped)';
comment on column sla.clock_v1.steps_done is 'Escalation steps taken';
comment on column sla.clock_v1.next_step_at is 'Next escalation step; null = none';
comment on column sla.clock_v1.metric is 'Of the service desk: name of its metric; null = ours';
comment on column sla.clock_v1.cycle is 'Of the service desk: which cycle of it, from 1; null = ours';
comment on column sla.clock_v1.calendar is 'Business calendar that our goal is counted by; null = around the clock, or of the service desk';
comment on column sla.clock_v1.business_seconds is 'Business time until it stopped; null = it runs, or has no calendar';
comment on column sla.clock_v1.less_than_governed_seconds is 'Of the service desk: how much less it has counted than ours of the same request; null = ours';
