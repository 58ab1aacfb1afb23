-- The ladder. Level-triggered: which rungs there are follows from the clock, its policy and where the request stands; which were
-- taken is what people were told (governance.escalation). A rung is taken once, late rather than never, and then marked late.

create or replace function governance.clock_due(c governance.sla_clock) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return case when c.calendar_id is null then c.started_at + make_interval(secs => extract(epoch from c.goal + c.paused))
                else governance.counted_on(c.calendar_id, c.started_at, c.goal + c.paused_business) end;
end $$;
comment on function governance.clock_due(governance.sla_clock) is 'When the goal of a clock passes, by the pauses that are over';

-- Of a checkpoint as it runs: approve until it may be worked on, fulfil until somebody says done, verify anew with each claim. Business
-- time is counted for what is asked alone: not for what was taken, and where the goal passes only of what is due.
create or replace function governance.clock_rungs(c governance.sla_clock, r governance.access_request)
returns table (key text, checkpoint text, percent int, deed text, value text, field text, at timestamptz, passes_at timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$ -- else planned for each clock anew
begin
    if c.policy_id is null then
        return query
        select x.p || '%', 'whole'::text, x.p, 'event'::text, ''::text, ''::text, a.at,
               case when a.at <= clock_timestamp() then c.started_at + c.paused + c.goal end
          from unnest(c.percents) with ordinality as x(p, n)
         cross join lateral (select c.started_at + c.paused + c.goal * x.p / 100.0 as at offset 0) a
         where x.n > c.steps_done and c.goal is not null
           and not exists (select from governance.escalation e where e.request_id = c.request_id and e.kind = 'sla' and e.key = x.p || '%');
        return;
    end if;
    return query
    select w.key, w.of, w.percent, w.deed, coalesce(w.value, ''), coalesce(w.field, ''), a.at,
           case when a.at <= clock_timestamp() then governance.counted_on(c.calendar_id, w.begins, b.goal + b.held) end
      from ( -- first which are to come: offset
            select y.body, k.key, u.of, u.percent, u.deed, u.value, u.field, s.begins
              from governance.sla_policy y
             cross join lateral (
                    select x.n, x.j->>'of' as of, (x.j->>'percent')::int as percent, x.j->>'deed' as deed, x.j->>'value' as value, x.j->>'field' as field
                      from jsonb_array_elements(y.body->'rungs') with ordinality as x(j, n)) u
             cross join lateral (
                    select case when u.of = 'whole' then c.started_at
                                when u.of = governance.checkpoint_of(r.phase) then
                                     case u.of when 'approve' then c.started_at when 'fulfil' then r.approved_at else r.claimed_at end end as begins) s
             cross join lateral (
                    select concat_ws('/', u.of, case when u.of = 'verify' then r.generation end, u.percent || '%', u.deed, u.n) as key) k
             where y.id = c.policy_id and s.begins is not null
               and not exists (select from governance.escalation e where e.request_id = c.request_id and e.kind = 'sla' and e.key = k.key)
            offset 0) w
     cross join lateral (
            select make_interval(secs => (w.body->'goals'->>w.of)::bigint / 1000.0) as goal,
                   case when c.paused = interval '0' then interval '0' else (
                       select coalesce(sum(governance.counted(c.calendar_id, greatest(p.from_at, w.begins), p.ended_at)), '0')
                         from governance.sla_pause p where p.request_id = c.request_id and p.ended_at is not null) end as held
            offset 0) b
     cross join lateral (select governance.counted_on(c.calendar_id, w.begins, (b.goal * w.percent / 100.0) + b.held) as at offset 0) a;
end $$;
comment on function governance.clock_rungs(governance.sla_clock, governance.access_request) is
    'The rungs of a clock as its request stands that are not taken, and when each is due; of those that are, when their goal passes';

create or replace function governance.clock_next(c governance.sla_clock, r governance.access_request) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if c.paused_since is not null then
        return c.paused_until;
    elsif c.policy_id is null then
        return c.started_at + c.paused + c.goal * c.percents[c.steps_done + 1] / 100.0;
    end if;
    return (select min(x.at) from governance.clock_rungs(c, r) x);
end $$;
comment on function governance.clock_next(governance.sla_clock, governance.access_request) is 'When its next rung is due; null: none is';

-- What a rung does to the ticket, as a row of intent. Gives what is done: event where nothing can be; null: not now.
create or replace function governance.rung_act(r governance.access_request, p_deed text, p_value text, p_field text,
                                               p_key text, p_due timestamptz) returns text
language plpgsql set search_path = pg_catalog as $$
declare
    work text := case p_deed when 'comment' then 'remind' when 'ticket' then 'escalate' else 'raise' end;
    busy int;
    writes int;
    tells int;
begin
    if p_deed = 'event' or r.mode = 'observe' or work <> 'escalate' -- which helps most where there is no ticket to press
       and not exists (select from governance.ticket t where t.request_id = r.id and t.state = 'here' and t.role in ('open', 'verify')) then
        return 'event';
    end if;
    -- the allowance of a ticket, as domain/decide.h has it: 6 writes an hour, 3 comments that are new
    select count(*) filter (where f.kind = work and f.state not in ('pending', 'parked', 'done', 'moot')),
           count(*) filter (where f.state <> 'moot' and f.created_at > clock_timestamp() - interval '1 hour'
                              and f.kind in ('comment', 'field_update', 'mend', 'evidence_link', 'remind', 'raise')),
           count(*) filter (where f.state <> 'moot' and (f.kind = 'remind' or f.kind = 'comment' and (f.payload::jsonb->>'tell')::int > 0))
      into busy, writes, tells
      from governance.flow f where f.request_id = r.id;
    if work = 'remind' and tells >= 3 then
        return 'event';
    elsif busy > 0 or writes >= 6 and work <> 'escalate' then -- that writes nothing on the ticket
        return null;
    end if;
    -- what nobody has begun says what this one says better
    update governance.flow f
       set state = 'moot', ended_at = clock_timestamp(), version = f.version + 1, lease_owner = null, lease_until = null
     where f.request_id = r.id and f.kind = work and f.state in ('pending', 'parked') and f.sent_at is null
       and (work <> 'escalate' or f.issue_id = '') and (work <> 'raise' or f.payload::jsonb->>'deed' = p_deed);
    if exists (select from governance.flow f
                where f.request_id = r.id and f.kind = work and f.state not in ('done', 'moot')
                  and not (work = 'escalate' and f.state = 'parked' and f.issue_id <> '')) then -- made, and refused is its link
        return null;
    end if;
    insert into governance.flow (request_id, site, kind, cycle, payload, priority, deadline)
    values (r.id, r.site, work, p_key,
            jsonb_build_object('deed', p_deed, 'value', p_value, 'field', p_field, 'due_ms', floor(extract(epoch from p_due) * 1000)::bigint,
                               'passed', clock_timestamp() > p_due)::text,
            case when r.kind = 'removal' then 3 else 4 end, p_due);
    return p_deed;
end $$;
comment on function governance.rung_act(governance.access_request, text, text, text, text, timestamptz) is 'Commit what a rung of the ladder does to the ticket';

-- One clock, its request locked: every rung that is due. Gives how many were taken.
create or replace function governance.clock_step(p_request uuid) returns int
language plpgsql set search_path = pg_catalog as $$
declare
    c governance.sla_clock;
    r governance.access_request;
    g record;
    did text;
    n int := 0;
    to_come timestamptz;
    later timestamptz;
begin
    select * into c from governance.sla_clock x where x.request_id = p_request for update;
    if c.stopped_at is not null or c.next_step_at is null or c.next_step_at > clock_timestamp() then
        return 0; -- another replica took this step since we looked
    end if;
    if c.paused_since is not null then
        perform governance.pause_end(p_request, 'clock');
        select * into c from governance.sla_clock x where x.request_id = p_request;
    end if;
    select * into r from governance.access_request x where x.id = p_request;
    for g in select x.* from governance.clock_rungs(c, r) x where x.at is not null order by x.at, x.key
    loop
        if g.passes_at is null then
            to_come := g.at; -- the first that is not due
            exit;
        end if;
        did := governance.rung_act(r, g.deed, g.value, g.field, g.key, g.passes_at);
        if did is null then
            later := clock_timestamp() + interval '1 min';
            continue;
        end if;
        insert into governance.escalation (request_id, kind, reason, key, checkpoint, percent, deed, step_at, is_late)
        values (p_request, 'sla', 'DeadlineStep', g.key, g.checkpoint, g.percent, did, g.at,
                clock_timestamp() > g.at + interval '10 s' or clock_timestamp() > g.passes_at and g.percent < 100)
        on conflict do nothing;
        n := n + 1;
        exit when c.policy_id is null; -- one at a time, as ever
    end loop;
    c.steps_done := c.steps_done + n;
    if c.policy_id is null then
        to_come := governance.clock_next(c, r);
    end if;
    update governance.sla_clock x set steps_done = c.steps_done, next_step_at = coalesce(later, to_come) where x.request_id = p_request;
    return n;
end $$;
comment on function governance.clock_step(uuid) is 'Take every rung of one clock that is due';

-- The request is locked before its clock, as everywhere: the escalation refers to it.
create or replace function governance.sla_tick() returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    one uuid;
    n int := 0;
begin
    for one in
        -- first which are due, by their index: a plan for both at once walks all clocks in the order of the locks
        with due as materialized (
            select x.request_id from governance.sla_clock x
             where x.next_step_at <= clock_timestamp() and x.stopped_at is null order by x.next_step_at limit 100)
        select r.id from due join governance.access_request r on r.id = due.request_id
         order by r.id for no key update of r skip locked
    loop
        n := n + governance.clock_step(one);
    end loop;
    return n;
end $$;
comment on function governance.sla_tick() is 'Take the rungs of deadlines that have come, each once';
