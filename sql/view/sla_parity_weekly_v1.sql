-- Removals measured like grants. A week is that in which it was asked for, so what is still open counts against its own week for
-- ever. The week begins on Monday 00:00 UTC (345600 s is such a one). An index (sla_clock_week) holds all that is asked here in the
-- order of the groups, with the seconds of what is over: these three expressions are its own, letter by letter. One moment, that of
-- the statement, for all rows.
create or replace view sla.parity_weekly_v1 as
select w.week_at,
       w.change_kind,
       w.is_privileged,
       w.asked,
       w.verified,
       w.verified_within_goal,
       w.excepted,
       w.withdrawn,
       w.open_now,
       w.overdue_now,
       w.oldest_open_seconds,
       round(w.verified_within_goal::numeric / nullif(w.counted, 0), 4) as share_within_goal,
       nullif(w.p50, 'infinity')::bigint as p50_seconds,
       nullif(w.p90, 'infinity')::bigint as p90_seconds,
       w.p90_least::bigint as p90_at_least_seconds,
       case when w.change_kind = 'removal' then
           round((coalesce(nullif(w.p90, 'infinity'), w.p90_least)
                  / nullif(max(coalesce(nullif(w.p90, 'infinity'), w.p90_least)) filter (where w.change_kind = 'grant')
                           over (partition by w.week_at, w.is_privileged), 0))::numeric, 2) end as removal_to_grant_ratio,
       w.counted
  from (select date_bin('7 days', c.started_at, to_timestamp(345600)) as week_at,
               c.kind as change_kind,
               c.is_privileged,
               count(*) as asked,
               count(*) filter (where c.ended = 'verified') as verified,
               count(*) filter (where c.ended = 'verified' and x.is_within) as verified_within_goal,
               count(*) filter (where c.ended = 'excepted') as excepted,
               count(*) filter (where c.ended = 'withdrawn') as withdrawn,
               count(*) filter (where c.stopped_at is null) as open_now,
               count(*) filter (where c.stopped_at is null and not x.is_within) as overdue_now,
               extract(epoch from max(e.elapsed) filter (where c.stopped_at is null))::bigint as oldest_open_seconds,
               -- in this order: of most it is known by the first word
               count(*) filter (where c.goal is not null and (c.ended is null or c.ended <> 'withdrawn' or not x.is_within)) as counted,
               percentile_disc(0.5) within group (order by x.proven) filter (where x.counts) as p50,
               percentile_disc(0.9) within group (order by x.proven) filter (where x.counts) as p90,
               percentile_disc(0.9) within group (order by x.age) filter (where x.counts) as p90_least
          from governance.sla_clock c
         cross join lateral (select coalesce(c.stopped_at, c.paused_since, statement_timestamp()) as ends) n
         cross join lateral (select n.ends - c.started_at - c.paused as elapsed,
                                    round(date_part('epoch', c.stopped_at - c.started_at - c.paused)) as took) e
         cross join lateral (
                select case when c.due_at is null then e.elapsed <= c.goal else n.ends <= c.due_at end as is_within,
                       c.ended is null or c.ended = 'verified' as counts,
                       case when c.stopped_at is null then round(date_part('epoch', e.elapsed)) else e.took end as age,
                       case when c.stopped_at is null then float8 'infinity' else e.took end as proven) x
         group by 1, 2, 3) w;
comment on view sla.parity_weekly_v1 is 'One row a week of asking, kind of change and privilege: are removals as fast as grants? Open requests count. Stable: columns are only added at the end';
comment on column sla.parity_weekly_v1.week_at is 'Monday 00:00 UTC of the week it was asked for in';
comment on column sla.parity_weekly_v1.change_kind is 'grant, removal or modify';
comment on column sla.parity_weekly_v1.is_privileged is 'Privileged access';
comment on column sla.parity_weekly_v1.asked is 'Requests of that week';
comment on column sla.parity_weekly_v1.verified is 'Of these proven by now';
comment on column sla.parity_weekly_v1.verified_within_goal is 'Of these within their goal';
comment on column sla.parity_weekly_v1.excepted is 'Ended by an exception: not proven';
comment on column sla.parity_weekly_v1.withdrawn is 'Denied, cancelled or expired';
comment on column sla.parity_weekly_v1.open_now is 'Neither proven nor ended';
comment on column sla.parity_weekly_v1.overdue_now is 'Of these over their goal';
comment on column sla.parity_weekly_v1.oldest_open_seconds is 'Age of the oldest open one; null = none is open';
comment on column sla.parity_weekly_v1.share_within_goal is 'verified_within_goal of counted, 0 to 1: open ones are not yet; null = none has a goal';
comment on column sla.parity_weekly_v1.p50_seconds is 'Half of the proven and open ones were proven by then, open ones counted as slowest; null = less than half are proven';
comment on column sla.parity_weekly_v1.p90_seconds is 'Nine tenths were proven by then, open ones counted as slowest; null = fewer are proven';
comment on column sla.parity_weekly_v1.p90_at_least_seconds is 'Least that can become of p90_seconds: open ones counted with their present age';
comment on column sla.parity_weekly_v1.removal_to_grant_ratio is 'p90 of removals by that of grants of the same week and privilege (p90_at_least where there is none yet); over 1: removals are slower; null = no removal, or no grant to compare with';
comment on column sla.parity_weekly_v1.counted is 'Those with a goal, less what was withdrawn within it: what the share is of';
