-- Business time, by the spans of a calendar: the same numbers as connector/domain/calendar.c, to the microsecond.

-- From the first span until then.
create or replace function governance.business_until(p_calendar bigint, p_at timestamptz) returns interval
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    s governance.sla_span;
begin
    select * into s from governance.sla_span x where x.calendar_id = p_calendar and x.opens_at <= p_at order by x.opens_at desc limit 1;
    if not found then
        return interval '0';
    end if;
    -- seconds, never days: what is counted here knows no daylight saving
    return make_interval(secs => s.before_s) + make_interval(secs => extract(epoch from least(p_at, s.closes_at) - s.opens_at));
end $$;
comment on function governance.business_until(bigint, timestamptz) is 'Business time of a calendar before an instant';

create or replace function governance.counted(p_calendar bigint, p_from timestamptz, p_to timestamptz) returns interval
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    if p_to <= p_from then
        return interval '0';
    elsif p_calendar is null then
        return make_interval(secs => extract(epoch from p_to - p_from));
    end if;
    return governance.business_until(p_calendar, p_to) - governance.business_until(p_calendar, p_from);
end $$;
comment on function governance.counted(bigint, timestamptz, timestamptz) is 'Time between two instants as a calendar counts it; without one around the clock';

create or replace function governance.counted_on(p_calendar bigint, p_from timestamptz, p_time interval) returns timestamptz
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    s governance.sla_span;
    target interval;
begin
    if p_calendar is null or p_time <= interval '0' then
        return p_from + make_interval(secs => extract(epoch from greatest(p_time, '0')));
    end if;
    target := governance.business_until(p_calendar, p_from) + make_interval(secs => extract(epoch from p_time));
    -- the first span behind whose end so much has passed
    select * into s from governance.sla_span x
     where x.calendar_id = p_calendar and x.opens_at >= coalesce((
               select max(y.opens_at) from governance.sla_span y where y.calendar_id = p_calendar and y.opens_at <= p_from), '-infinity')
       and make_interval(secs => x.before_s) + (x.closes_at - x.opens_at) >= target
     order by x.opens_at limit 1;
    if not found then -- beyond what is laid out: around the clock from there, so that it passes at all
        return (select c.until_at + (target - governance.business_until(p_calendar, c.until_at)) from governance.sla_calendar c where c.id = p_calendar);
    end if;
    return s.opens_at + (target - make_interval(secs => s.before_s));
end $$;
comment on function governance.counted_on(bigint, timestamptz, interval) is 'The first instant with so much counted time since another';

create or replace function governance.us(p_at timestamptz) returns bigint
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return (extract(epoch from p_at) * 1000000)::bigint;
end $$;
comment on function governance.us(timestamptz) is 'Microseconds since 1970';

create or replace function governance.us(p_time interval) returns bigint
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return (extract(epoch from p_time) * 1000000)::bigint;
end $$;
comment on function governance.us(interval) is 'Microseconds of a time';

-- All that the numbers of a clock follow from, with the records of its pauses: whoever has the evidence counts it again. In canonical
-- order; microseconds as governance.us has them, written out for each new request says this.
create or replace function governance.clock_evidence(p_request uuid) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    c governance.sla_clock;
    policy_name text;
    policy_hash text;
    calendar_hash text;
begin
    select * into c from governance.sla_clock x where x.request_id = p_request;
    if c.policy_id is not null then
        select y.name, y.sha256 into policy_name, policy_hash from governance.sla_policy y where y.id = c.policy_id;
    end if;
    if c.calendar_id is not null then
        select k.sha256 into calendar_hash from governance.sla_calendar k where k.id = c.calendar_id;
    end if;
    return '{' || concat_ws(',',
        '"business_us":' || (extract(epoch from c.business) * 1000000)::bigint, '"calendar_sha256":' || to_json(calendar_hash),
        '"due_us":' || (extract(epoch from governance.clock_due(c)) * 1000000)::bigint, '"ended":' || to_json(c.ended),
        '"goal_us":' || (extract(epoch from c.goal) * 1000000)::bigint, '"paused_us":' || (extract(epoch from c.paused) * 1000000)::bigint,
        '"policy":' || to_json(policy_name), '"policy_sha256":' || to_json(policy_hash),
        '"started_us":' || (extract(epoch from c.started_at) * 1000000)::bigint,
        '"stopped_us":' || (extract(epoch from c.stopped_at) * 1000000)::bigint) || '}';
end $$;
comment on function governance.clock_evidence(uuid) is 'The clock of a request as it goes into evidence';
