-- The clock of a request follows its phase (clock_follow.sql); nobody else stops it, starts it again, or eases its goal.
create or replace function governance.clock_end(p_phase text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$ -- no plan needed; a function in SQL is planned at each call
begin
    return case when p_phase = 'verified' then 'verified' when p_phase = 'exception' then 'excepted'
                when p_phase in ('denied', 'cancelled', 'expired') then 'withdrawn' end;
end $$;
comment on function governance.clock_end(text) is 'How a phase ends the clock; null: it runs, or for closed stays as it is';

create or replace function governance.guard_clock() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
begin
    select * into r from governance.access_request x where x.id = new.request_id;
    if tg_op = 'INSERT' then
        if new.started_at <> r.requested_at or new.paused <> interval '0' or new.steps_done <> 0
           or num_nonnulls(new.stopped_at, new.ended) > 0 then
            raise exception 'a clock begins with its request, and runs' using errcode = 'CG001';
        end if;
        new.kind := r.kind;
        new.is_privileged := r.is_privileged;
        return new;
    end if;
    -- no pause without a record of it, and there is none yet; a goal may be set or tightened
    if row(new.request_id, new.started_at, new.paused, new.percents) is distinct from
       row(old.request_id, old.started_at, old.paused, old.percents)
       or old.goal is not null and (new.goal is null or new.goal > old.goal)
       or new.steps_done < old.steps_done then
        raise exception 'the clock never goes backwards' using errcode = 'CG002';
    end if;
    if row(new.stopped_at, new.ended) is distinct from row(old.stopped_at, old.ended)
       and (r.phase = 'closed' or new.ended is distinct from governance.clock_end(r.phase) or new.ended is not distinct from old.ended
            or new.stopped_at < now() or new.stopped_at > clock_timestamp()) then
        raise exception 'the clock stops when the request ends, and runs while it does not' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_clock() is 'Trigger: an SLA clock keeps its start, follows its request, and is never eased';
