create or replace function governance.clock_follow() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    how text := governance.clock_end(new.phase);
    c governance.sla_clock;
begin
    select * into c from governance.sla_clock x where x.request_id = new.id;
    if not found then
        raise exception 'no request without its clock' using errcode = 'CG001';
    end if;
    if new.phase = 'closed' then
        return null; -- ended before, by what let it close
    end if;
    if c.ended is distinct from how then
        if how is not null and c.paused_since is not null then
            perform governance.pause_end(new.id, 'clock');
            select * into c from governance.sla_clock x where x.request_id = new.id;
        end if;
        c.ended := how;
        c.stopped_at := case when how is not null then clock_timestamp() end;
        c.business := case when how is not null and c.calendar_id is not null
                           then governance.counted(c.calendar_id, c.started_at, c.stopped_at) - c.paused_business end;
        update governance.sla_clock x
           set ended = how, stopped_at = c.stopped_at, business = c.business,
               next_step_at = case when how is null then governance.clock_next(c, new) else x.next_step_at end
         where x.request_id = new.id;
    elsif c.policy_id is not null and how is null then -- another checkpoint may have begun
        update governance.sla_clock x set next_step_at = governance.clock_next(c, new) where x.request_id = new.id;
    end if;
    if c.policy_id is not null and governance.checkpoint_of(old.phase) is distinct from governance.checkpoint_of(new.phase) then
        perform governance.checkpoint_over(c, old);
    end if;
    return null;
end $$;
comment on function governance.clock_follow() is 'Trigger: the clock stops with the phase that ends it, and runs on when the request comes back';

create or replace function governance.clock_kind() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if governance.clock_never_held(new.id, new.kind, new.is_privileged) then
        perform governance.pause_end(new.id, 'clock'); -- had it been known, nobody could have held it
    end if;
    perform governance.clock_choose_again(new);
    update governance.sla_clock c set kind = new.kind, is_privileged = new.is_privileged where c.request_id = new.id;
    return null;
end $$;
comment on function governance.clock_kind() is 'Trigger: the clock says what it is of as its request does';
