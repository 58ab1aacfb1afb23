-- A clock is held by a record of who, why, from when until when, and by nothing else; never that of what is privileged and is to go
-- (a removal, or the old role or key of a change), and never once its goal has passed: what was missed is not paused away.
create or replace function governance.takes(p_request uuid) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (select from governance.request_item i
                    where i.request_id = p_request and i.replaced_at is null and i.superseded_by is null and i.desired = 'absent')
$$;
comment on function governance.takes(uuid) is 'Is anything to go, as far as it is still asked for?';

create or replace function governance.clock_never_held(p_request uuid, p_kind text, p_privileged boolean) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return p_privileged and (p_kind = 'removal' or governance.takes(p_request));
end $$;
comment on function governance.clock_never_held(uuid, text, boolean) is 'Is it privileged, and is anything of it to go?';

-- A change may come to take something after it was held: with another item, or by its kind (clock_kind).
create or replace function governance.item_unholds() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from governance.sla_clock c where c.request_id = new.request_id and c.is_privileged and c.paused_since is not null) then
        perform governance.pause_end(new.request_id, 'clock');
    end if;
    return null;
end $$;
comment on function governance.item_unholds() is 'Trigger: what is privileged and takes something more is held no longer';

create or replace function governance.guard_pause() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    c governance.sla_clock;
begin
    if tg_op = 'UPDATE' then
        if row(new.id, new.request_id, new.reason, new.actor, new.from_at, new.until_at) is distinct from
           row(old.id, old.request_id, old.reason, old.actor, old.from_at, old.until_at) or old.ended_at is not null
           or new.ended_at is distinct from least(new.until_at, new.ended_at) or new.ended_at > clock_timestamp()
           or new.ended_at < now() and new.ended_at <> new.until_at then
            raise exception 'a pause ends once, now or when it was to end' using errcode = 'CG002';
        end if;
        return new;
    end if;
    select * into c from governance.sla_clock x where x.request_id = new.request_id for update;
    if governance.clock_never_held(new.request_id, c.kind, c.is_privileged) then
        raise exception 'the clock of a privileged removal is never held' using errcode = 'CG001';
    elsif c.request_id is null or c.goal is null or c.stopped_at is not null then
        raise exception 'there is no clock that runs to a goal' using errcode = 'CG001';
    elsif c.paused_since is not null then
        raise exception 'it is held already' using errcode = 'CG001';
    elsif clock_timestamp() >= governance.clock_due(c) then
        raise exception 'its goal has passed: a pause would hide that' using errcode = 'CG001';
    elsif btrim(new.reason) = '' then
        raise exception 'a pause says why' using errcode = '23514';
    elsif new.until_at <= new.from_at or new.until_at > new.from_at + interval '30 days' then
        raise exception 'a pause ends later than now, and after 30 days at the most' using errcode = '23514';
    elsif new.from_at < now() or new.from_at > clock_timestamp() or new.ended_at is not null then
        raise exception 'a pause begins now' using errcode = 'CG001';
    end if;
    return new;
end $$;
comment on function governance.guard_pause() is 'Trigger: who may hold which clock';

create or replace function governance.pause_follow() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    c governance.sla_clock;
begin
    select * into c from governance.sla_clock x where x.request_id = new.request_id for update;
    if new.ended_at is null then
        c.paused_since := new.from_at;
        c.paused_until := new.until_at;
        c.next_step_at := new.until_at;
    else
        c.paused_since := null;
        c.paused_until := null;
        c.paused := c.paused + governance.counted(null, new.from_at, new.ended_at);
        if c.calendar_id is not null then
            c.paused_business := c.paused_business + governance.counted(c.calendar_id, new.from_at, new.ended_at);
            c.due_at := governance.clock_due(c);
        end if;
        c.next_step_at := governance.clock_next(c, (select r from governance.access_request r where r.id = new.request_id));
    end if;
    update governance.sla_clock x
       set paused_since = c.paused_since, paused_until = c.paused_until, paused = c.paused, paused_business = c.paused_business,
           due_at = c.due_at, next_step_at = c.next_step_at
     where x.request_id = new.request_id;
    return null;
end $$;
comment on function governance.pause_follow() is 'Trigger: the clock follows the record of its pause';

create or replace function governance.pause_begin(p_request uuid, p_actor text, p_reason text, p_until timestamptz) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    made bigint;
begin
    perform from governance.access_request r where r.id = p_request for no key update;
    if not found then
        return null;
    end if;
    insert into governance.sla_pause (request_id, actor, reason, from_at, until_at)
    values (p_request, p_actor, p_reason, clock_timestamp(), p_until) returning id into made;
    return made;
end $$;
comment on function governance.pause_begin(uuid, text, text, timestamptz) is 'Hold the clock of a request, for a reason and until a time; null: there is no such request';

create or replace function governance.pause_end(p_request uuid, p_actor text) returns boolean
language plpgsql set search_path = pg_catalog as $$
begin
    perform from governance.access_request r where r.id = p_request for no key update;
    update governance.sla_pause p
       set ended_at = least(p.until_at, clock_timestamp()), ended_by = case when p.until_at <= clock_timestamp() then 'clock' else p_actor end
     where p.request_id = p_request and p.ended_at is null;
    return found;
end $$;
comment on function governance.pause_end(uuid, text) is 'Let the clock of a request run on; false: nothing holds it';

create or replace function governance.clock_resume(p_request uuid, p_actor text) returns boolean
language plpgsql set search_path = pg_catalog as $$
begin
    if not exists (select from governance.access_request r where r.id = p_request) then
        return null;
    elsif not governance.pause_end(p_request, p_actor) then
        raise exception 'nothing holds its clock' using errcode = 'CG001';
    end if;
    return true;
end $$;
comment on function governance.clock_resume(uuid, text) is 'Let the clock of a request run on; null: there is no such request';
