-- What the alerts of deadlines ask (deploy/dashboards/prometheus), with the other numbers of health.sql.

create or replace function governance.privileged_removals_late() returns bigint
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select count(*) from governance.sla_clock c
     where c.stopped_at is null and c.is_privileged and c.goal is not null
       and clock_timestamp() > coalesce(c.due_at, c.started_at + make_interval(secs => date_part('epoch', c.goal + c.paused)))
       and governance.clock_never_held(c.request_id, c.kind, c.is_privileged)
$$;
comment on function governance.privileged_removals_late() is 'How many privileged removals, or changes by which something goes, run over their goal';

-- Over 100 in both weeks: fourteen days in which what shall go took longer than what shall come. By the moment of the statement, so
-- that two weeks are found by their index; by the clock on the wall all weeks there ever were are counted first.
create or replace function governance.removal_to_grant_percent() returns int
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select coalesce(max(x.percent), 0)
      from (select (min(w.removal_to_grant_ratio) * 100)::int as percent
              from sla.parity_weekly_v1 w
             cross join lateral (select date_trunc('week', statement_timestamp() at time zone 'UTC') at time zone 'UTC' as week_at) n
             where w.week_at >= n.week_at - interval '336 hours' and w.week_at < n.week_at and w.removal_to_grant_ratio is not null
             group by w.is_privileged having count(*) = 2) x
$$;
comment on function governance.removal_to_grant_percent() is
    'p90 of removals in percent of that of grants, of the better of the last two whole weeks and the worse class of privilege; 0: nothing to compare';
