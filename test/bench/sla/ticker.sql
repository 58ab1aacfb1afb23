-- The open clocks of the seed as a policy with a calendar and a ladder of five rungs has them, begun evenly over the last eight hours: what
-- has come of each is taken already, what is to come comes evenly. Past the guards, as seed.sql.
\set ON_ERROR_STOP on
set session_replication_role = replica;
set synchronous_commit = off;
select governance.sla_put(jsonb_build_object(
    'calendars', jsonb_build_array(jsonb_build_object('sha256', repeat('b', 64), 'calendar', jsonb_build_object('name', 'office', 'zone', 'UTC', 'said', '{}'::jsonb,
        'from_s', extract(epoch from date_trunc('day', now()))::bigint - 3 * 365 * 86400, 'until_s', extract(epoch from date_trunc('day', now()))::bigint + 5 * 365 * 86400,
        -- two open times a day, as a lunch break makes them, so that always one is open: what is measured is counting
        'spans', (select jsonb_agg(jsonb_build_array(d + h, d + h + 43199) order by d + h)
                    from generate_series(extract(epoch from date_trunc('day', now()))::bigint - 3 * 365 * 86400,
                                         extract(epoch from date_trunc('day', now()))::bigint + 5 * 365 * 86400 - 1, 86400) as d, unnest(array[0, 43200]) as h)))),
    'policies', jsonb_build_array(jsonb_build_object('name', 'open', 'sha256', 'p', 'calendar', 'office', 'calendar_sha256', repeat('b', 64), 'body', jsonb_build_object(
        'when', '{}'::jsonb, 'goals', '{"whole": 28800000, "fulfil": 14400000}'::jsonb,
        'rungs', '[{"of": "whole", "percent": 50, "deed": "comment"}, {"of": "whole", "percent": 70, "deed": "priority", "value": "High"},
                   {"of": "fulfil", "percent": 80, "deed": "event"}, {"of": "whole", "percent": 90, "deed": "event"},
                   {"of": "whole", "percent": 100, "deed": "event"}]'::jsonb)))));
create temp table open as select request_id, row_number() over (order by request_id) as n, count(*) over () as all from governance.sla_clock where stopped_at is null;
update governance.sla_clock c
   set policy_id = y.id, calendar_id = y.calendar_id, goal = y.goal, started_at = now() - interval '8 hours' * o.n / o.all, next_step_at = null
  from open o, governance.sla_policy y where c.request_id = o.request_id;
update governance.access_request r set approved_at = c.started_at + interval '1 min'
  from open o join governance.sla_clock c using (request_id) where r.id = o.request_id and r.approved_at is not null;
update governance.sla_clock c set due_at = governance.clock_due(c) from open o where c.request_id = o.request_id;
insert into governance.escalation (request_id, kind, reason, key, checkpoint, percent, deed, step_at, is_late)
select c.request_id, 'sla', 'DeadlineStep', x.key, x.checkpoint, x.percent, 'event', x.at, false
  from open o join governance.sla_clock c using (request_id) join governance.access_request r on r.id = c.request_id
 cross join lateral governance.clock_rungs(c, r) x where x.at <= now()
on conflict do nothing;
update governance.sla_clock c set next_step_at = governance.clock_next(c, r)
  from open o join governance.access_request r on r.id = o.request_id where c.request_id = o.request_id;
reset session_replication_role;
vacuum analyze governance.sla_clock, governance.escalation, governance.access_request;
