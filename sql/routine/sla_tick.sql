-- The request is locked before its clock, as everywhere: the escalation refers to it.
create or replace function governance.sla_tick() returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    c record;
    n int := 0;
begin
    for c in
        select x.* from governance.sla_clock x join governance.access_request r on r.id = x.request_id
         where x.next_step_at <= clock_timestamp() and x.stopped_at is null
         order by x.request_id limit 100 for no key update of r skip locked
    loop
        update governance.sla_clock x
           set steps_done = x.steps_done + 1,
               next_step_at = x.started_at + x.paused + x.goal * x.percents[x.steps_done + 2] / 100.0
         where x.request_id = c.request_id and x.steps_done = c.steps_done and x.stopped_at is null;
        continue when not found; -- another replica took this step since we looked
        insert into governance.escalation (request_id, kind, reason, key)
        values (c.request_id, 'sla', 'DeadlineStep', c.percents[c.steps_done + 1] || '%') on conflict do nothing;
        n := n + 1;
    end loop;
    return n;
end $$;
comment on function governance.sla_tick() is 'Escalate the deadline steps that have come, each once';
