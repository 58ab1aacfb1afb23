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
    select x.requested_at, x.kind, x.is_privileged, x.phase into r.requested_at, r.kind, r.is_privileged, r.phase
      from governance.access_request x where x.id = new.request_id;
    if tg_op = 'INSERT' then
        if new.started_at <> r.requested_at or new.paused <> interval '0' or new.steps_done <> 0
           or num_nonnulls(new.stopped_at, new.ended, new.business, new.paused_since) > 0 or new.paused_business <> interval '0' then
            raise exception 'a clock begins with its request, and runs' using errcode = 'CG001';
        end if;
        new.kind := r.kind;
        new.is_privileged := r.is_privileged;
        return new;
    end if;
    -- a goal may be set or tightened; of another policy it is measured by when it passes
    if row(new.request_id, new.started_at, new.percents) is distinct from row(old.request_id, old.started_at, old.percents)
       or old.goal is not null and (new.goal is null
           or case when new.policy_id is not distinct from old.policy_id then new.goal > old.goal or new.calendar_id is distinct from old.calendar_id
                   else governance.clock_due(new) > governance.clock_due(old) end)
       or new.steps_done < old.steps_done then
        raise exception 'the clock never goes backwards' using errcode = 'CG002';
    end if;
    -- no pause without a record of it
    if row(new.paused, new.paused_business, new.paused_since, new.paused_until) is distinct from
       row(old.paused, old.paused_business, old.paused_since, old.paused_until)
       and row(new.paused, new.paused_business, new.paused_since, new.paused_until) is distinct from (
           select row(coalesce(sum(p.ended_at - p.from_at), '0'),
                      case when new.calendar_id is null then interval '0'
                           else coalesce(sum(governance.counted(new.calendar_id, p.from_at, p.ended_at)) filter (where p.ended_at is not null), '0') end,
                      max(p.from_at) filter (where p.ended_at is null), max(p.until_at) filter (where p.ended_at is null))
             from governance.sla_pause p where p.request_id = new.request_id) then
        raise exception 'a clock is held by what is recorded, and by nothing else' using errcode = 'CG002';
    end if;
    if new.due_at is distinct from old.due_at
       and new.due_at is distinct from (case when new.calendar_id is not null then governance.clock_due(new) end) then
        raise exception 'the goal passes when its calendar says' using errcode = 'CG002';
    end if;
    if new.business is distinct from (case when new.stopped_at is not null and new.calendar_id is not null
            then governance.counted(new.calendar_id, new.started_at, new.stopped_at) - new.paused_business end) then
        raise exception 'business time is what its calendar counts' using errcode = 'CG002';
    end if;
    if row(new.stopped_at, new.ended) is distinct from row(old.stopped_at, old.ended)
       and (r.phase = 'closed' or new.ended is distinct from governance.clock_end(r.phase) or new.ended is not distinct from old.ended
            or new.stopped_at < now() or new.stopped_at > clock_timestamp()) then
        raise exception 'the clock stops when the request ends, and runs while it does not' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_clock() is 'Trigger: an SLA clock keeps its start, follows its request, and is never eased';
