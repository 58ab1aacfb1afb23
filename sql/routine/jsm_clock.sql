-- What the service desk says of its own clocks. p: [{metric, name, cycle, started_ms, stopped_ms, breach_ms, breached, paused, calendar,
-- goal_ms, elapsed_ms, remaining_ms}]; an earlier cycle stays as it was told last.
create or replace function governance.jsm_clock_keep(p_request uuid, p jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.jsm_clock as k (request_id, metric_id, cycle, name, started_at, stopped_at, breach_at, is_breached, is_paused,
           in_calendar_hours, goal_ms, elapsed_ms, remaining_ms)
    select p_request, x.metric, x.cycle, x.name, to_timestamp(x.started_ms / 1000.0), to_timestamp(x.stopped_ms / 1000.0),
           to_timestamp(x.breach_ms / 1000.0), x.breached, coalesce(x.paused, false), x.calendar, x.goal_ms, x.elapsed_ms, x.remaining_ms
      from jsonb_to_recordset(p) as x(metric text, name text, cycle int, started_ms bigint, stopped_ms bigint, breach_ms bigint,
               breached boolean, paused boolean, calendar boolean, goal_ms bigint, elapsed_ms bigint, remaining_ms bigint)
     where exists (select from governance.access_request r where r.id = p_request)
    on conflict (request_id, metric_id, cycle) do update
       set name = excluded.name, started_at = excluded.started_at, stopped_at = excluded.stopped_at, breach_at = excluded.breach_at,
           is_breached = excluded.is_breached, is_paused = excluded.is_paused, in_calendar_hours = excluded.in_calendar_hours,
           goal_ms = excluded.goal_ms, elapsed_ms = excluded.elapsed_ms, remaining_ms = excluded.remaining_ms, read_at = excluded.read_at;
end $$;
comment on function governance.jsm_clock_keep(uuid, jsonb) is 'Keep what the service desk says of its own clocks';
