-- One clock a request. Deadlines are counted in seconds, not in days: a day of which daylight saving takes an hour is no shorter goal.
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
       extract(epoch from c.goal - x.elapsed)::bigint as remaining_seconds,
       x.due_at,
       case when coalesce(c.stopped_at, x.now) > x.due_at then x.due_at end as breached_at,
       c.stopped_at is null as is_open,
       case
           when c.stopped_at is not null then 'over'
           when c.goal is null then 'no_goal'
           when x.elapsed > c.goal then 'breached'
           when c.goal - x.elapsed < interval '30 min' then 'under_30_min'
           when c.goal - x.elapsed < interval '1 hour' then 'under_1_hour'
           else 'over_1_hour'
       end as band,
       c.steps_done,
       case when c.stopped_at is null then c.next_step_at end as next_step_at
  from governance.sla_clock c
  left join governance.access_request r on r.id = c.request_id -- left: not read where nobody asks for the site
  left join governance.site s on s.name = r.site
  left join governance.ticket t on t.request_id = c.request_id
 cross join lateral (
        select n.now, coalesce(c.stopped_at, n.now) - c.started_at - c.paused as elapsed,
               c.started_at + make_interval(secs => extract(epoch from c.goal + c.paused)) as due_at
          from (select clock_timestamp() as now) n) x;
comment on view sla.clock_v1 is 'One row a clock: from the first request to verified fulfilment, in real seconds around the clock. Stable: columns are only added at the end';
comment on column sla.clock_v1.request_id is 'Request';
comment on column sla.clock_v1.issue_key is 'Ticket key; null until there is a ticket';
comment on column sla.clock_v1.issue_url is 'Its address; null until there is a ticket';
comment on column sla.clock_v1.site is 'Site';
comment on column sla.clock_v1.change_kind is 'grant, removal or modify';
comment on column sla.clock_v1.is_privileged is 'Privileged access';
comment on column sla.clock_v1.clock_owner is 'Whose clock: governed (ours). Ask for it by name: clocks of the service desk may come to stand beside it';
comment on column sla.clock_v1.started_at is 'First trace of the wish, UTC';
comment on column sla.clock_v1.stopped_at is 'Proven, or ended without proof; null = it runs';
comment on column sla.clock_v1.outcome is 'verified, excepted or withdrawn; null = it runs';
comment on column sla.clock_v1.goal_seconds is 'Goal; null = none';
comment on column sla.clock_v1.paused_seconds is 'Recorded pauses: not counted';
comment on column sla.clock_v1.elapsed_seconds is 'Counted so far, or until it stopped';
comment on column sla.clock_v1.remaining_seconds is 'Goal less that; negative = over it; null = no goal';
comment on column sla.clock_v1.due_at is 'When the goal passes; null = no goal';
comment on column sla.clock_v1.breached_at is 'When the goal passed, though it ended later; null = it did not';
comment on column sla.clock_v1.is_open is 'It runs';
comment on column sla.clock_v1.band is 'What is left: over_1_hour, under_1_hour, under_30_min, breached, no_goal or over (it stopped)';
comment on column sla.clock_v1.steps_done is 'Escalation steps taken';
comment on column sla.clock_v1.next_step_at is 'Next escalation step; null = none';
