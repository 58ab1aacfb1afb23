create or replace function governance.guard_clock() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if new.started_at <> old.started_at or new.paused < old.paused then
        raise exception 'the clock never goes backwards' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_clock() is 'Trigger: the start of an SLA clock stays, and pauses only grow';
