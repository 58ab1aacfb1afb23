create or replace function governance.clock_follow() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    how text := governance.clock_end(new.phase);
begin
    if not exists (select from governance.sla_clock c where c.request_id = new.id) then
        raise exception 'no request without its clock' using errcode = 'CG001';
    end if;
    update governance.sla_clock c
       set ended = how,
           stopped_at = case when how is not null then clock_timestamp() end,
           next_step_at = case when how is null then c.started_at + c.paused + c.goal * c.percents[c.steps_done + 1] / 100.0
                               else c.next_step_at end
     where c.request_id = new.id and new.phase <> 'closed' -- ended before, by what let it close
       and c.ended is distinct from how;
    return null;
end $$;
comment on function governance.clock_follow() is 'Trigger: the clock stops with the phase that ends it, and runs on when the request comes back';

create or replace function governance.clock_kind() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    update governance.sla_clock c set kind = new.kind, is_privileged = new.is_privileged where c.request_id = new.id;
    return null;
end $$;
comment on function governance.clock_kind() is 'Trigger: the clock says what it is of as its request does';
