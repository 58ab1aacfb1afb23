-- What /board shows, from the views that dashboards read: counts and keys of tickets, no names and no words of people. Each part asks
-- only for columns of the clocks, so that the joins of the views fall away; what a ticket is called is looked up for those shown. What ran
-- out unresolved is counted up to a hundred: each one costs some look-ups, and a hundred say it all. In plpgsql the plans are kept.
create or replace function governance.board() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off set random_page_cost = 1.1 as $$
begin return (
    with open_clock as materialized (
        select c.request_id, c.change_kind = 'removal' as is_removal, c.is_privileged, c.started_at, c.due_at, c.band
          from sla.clock_v1 c where c.clock_owner = 'governed' and c.is_open),
    tally as (select is_removal, band, count(*) as n from open_clock group by 1, 2),
    worst as materialized ( -- the worst of what is over, and what is next: neither hides the other
        (select request_id from open_clock where band = 'breached' order by due_at limit 5)
        union all
        (select request_id from open_clock where band in ('under_30_min', 'under_1_hour', 'over_1_hour') order by due_at limit 10)),
    due as materialized ( -- what is shown of few is not counted for all
        select c.* from sla.clock_v1 c where c.clock_owner = 'governed' and c.request_id = any (array(select request_id from worst)))
    select jsonb_build_object(
        'now_ms', governance.ms(clock_timestamp()),
        'open', (select jsonb_build_object('removals', coalesce(sum(n) filter (where is_removal), 0),
                     'removals_late', coalesce(sum(n) filter (where is_removal and band = 'breached'), 0),
                     'others', coalesce(sum(n) filter (where not is_removal), 0),
                     'late', coalesce(sum(n) filter (where band = 'breached'), 0),
                     'under_30_min', coalesce(sum(n) filter (where band = 'under_30_min'), 0),
                     'under_1_hour', coalesce(sum(n) filter (where band = 'under_1_hour'), 0),
                     'over_1_hour', coalesce(sum(n) filter (where band = 'over_1_hour'), 0),
                     'paused', coalesce(sum(n) filter (where band = 'paused'), 0),
                     'no_goal', coalesce(sum(n) filter (where band = 'no_goal'), 0)) from tally),
        'oldest', (select jsonb_build_object('key', c.issue_key, 'ms', c.elapsed_seconds * 1000, 'is_late', c.band = 'breached')
                     from sla.clock_v1 c
                    where c.clock_owner = 'governed' and c.request_id = (
                          select request_id from open_clock where is_removal and is_privileged order by started_at limit 1)),
        'refused', (select jsonb_build_object('closes', count(*), 'stood_ms', coalesce(sum(a.wait_seconds) * 1000, 0)::bigint,
                        'held', count(*) filter (where a.gate_mode = 'enforce'))
                      from sla.close_attempt_v1 a where a.attempted_at > now() - interval '7 days' and a.refused_for is not null),
        'exceptions', (select jsonb_build_object('live', count(*), 'ending', count(*) filter (where x.expires_at < now() + interval '7 days'))
                         from governance.exception x where x.revoked_at is null and x.expires_at > clock_timestamp()
                          and (x.scope <> 'sod' or governance.sod_stands(x))),
        'debts', (select count(*) from (select from sla.exception_v1 x where x.is_expired_unresolved and x.expires_at <= now()
                                           and x.revoked_at is null limit 100) d),
        'unproven', (select count(*) from sla.gate_integrity_v1 g where g.is_enforced and g.found_at > now() - interval '7 days'),
        'due', (select coalesce(jsonb_agg(jsonb_build_object('key', d.issue_key, 'url', d.issue_url,
                        'kind', d.change_kind, 'is_privileged', d.is_privileged, 'band', d.band, 'remaining_ms', d.remaining_seconds * 1000,
                        'due_ms', governance.ms(d.due_at), 'waits_for', w.waits_for, 'state', w.state, 'reason', w.reason, 'next', w.next_action)
                        order by d.due_at, d.request_id), '[]')
                  from due d
                  left join (select * from sla.request_status_v1 q where q.request_id = any (array(select request_id from worst))) w on w.request_id = d.request_id),
        'feeds', (select coalesce(jsonb_agg(jsonb_build_object('feed', f.feed, 'name', f.name, 'lag_ms', f.lag_seconds * 1000,
                        'is_safe', f.is_safe_to_use) order by f.feed = 'source', f.feed, f.name), '[]') from sla.freshness_v1 f)));
end $$;
comment on function governance.board() is 'What the page /board shows: counts, what is due, how fresh it is; no names of people';

-- Of twelve weeks of asking, what became of removals and of all else: a statement of its own, for it is asked for beside the other.
create or replace function governance.board_weeks() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off as $$
begin return (
    with week as (
        select w.week_at, w.change_kind = 'removal' as is_removal, sum(w.asked) as asked, sum(w.verified_within_goal) as in_time,
               sum(w.verified - w.verified_within_goal) as late, sum(w.open_now) as open, sum(w.overdue_now) as overdue,
               sum(w.counted) as counted, sum(w.excepted) as excepted
          from sla.parity_weekly_v1 w
         where w.week_at >= date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' - interval '77 days'
         group by 1, 2)
    select jsonb_build_object('weeks', (
        select coalesce(jsonb_agg(jsonb_build_object('at_ms', governance.ms(w.week_at), 'is_removal', w.is_removal, 'asked', w.asked,
                   'in_time', w.in_time, 'late', w.late, 'open', w.open, 'overdue', w.overdue, 'counted', w.counted, 'excepted', w.excepted)
                   order by w.week_at, w.is_removal), '[]') from week w)));
end $$;
comment on function governance.board_weeks() is 'What the page /board shows of twelve weeks of asking';
