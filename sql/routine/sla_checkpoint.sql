-- Checkpoints: the goals on the way, each of a stretch of phases. They count whether or not a rung of the ladder stands on them.

create or replace function governance.checkpoint_of(p_phase text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$ -- no plan needed
begin
    return case when p_phase in ('received', 'pending_approval') then 'approve' when p_phase in ('approved', 'ticketing', 'fulfilling') then 'fulfil'
                when p_phase in ('claimed', 'verifying') then 'verify' end;
end $$;
comment on function governance.checkpoint_of(text) is 'The checkpoint a phase is on the way to; null: there is none but the whole';

-- Pauses count as they were when it could pass: one that began after it had does not take that back.
create or replace function governance.checkpoint_passes(p_request uuid, p_checkpoint text, p_begins timestamptz) returns timestamptz
-- with its owner's rights: a dashboard's view asks
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    c governance.sla_clock;
    goal interval;
    held interval := '0';
    passes timestamptz;
    p record;
begin
    select * into c from governance.sla_clock x where x.request_id = p_request;
    select make_interval(secs => (y.body->'goals'->>p_checkpoint)::bigint / 1000.0) into goal from governance.sla_policy y where y.id = c.policy_id;
    passes := governance.counted_on(c.calendar_id, p_begins, goal);
    if c.paused > interval '0' then
        for p in select x.from_at, x.ended_at from governance.sla_pause x
                  where x.request_id = p_request and x.ended_at > p_begins order by x.from_at
        loop
            exit when p.from_at >= passes;
            held := held + governance.counted(c.calendar_id, greatest(p.from_at, p_begins), p.ended_at);
            passes := governance.counted_on(c.calendar_id, p_begins, goal + held);
        end loop;
    end if;
    return passes;
end $$;
comment on function governance.checkpoint_passes(uuid, text, timestamptz) is
    'When the goal of a checkpoint that began then passes, pauses that are over left out; null: it has none';

-- Its phases are left, its goal had passed, and no ticker came meanwhile: people are told now. The ticket is left alone, for
-- whoever was waited for has answered.
create or replace function governance.checkpoint_over(c governance.sla_clock, r governance.access_request) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    ends timestamptz := coalesce(c.paused_since, clock_timestamp());
    n int;
begin
    insert into governance.escalation (request_id, kind, reason, key, checkpoint, percent, deed, step_at, is_late)
    select c.request_id, 'sla', 'DeadlineStep', x.key, x.checkpoint, x.percent, 'event', x.at, true
      from governance.clock_rungs(c, r) x
     where x.checkpoint = governance.checkpoint_of(r.phase) and x.at <= ends and x.passes_at < ends
     order by x.at, x.key
    on conflict do nothing;
    get diagnostics n = row_count;
    if n > 0 then
        update governance.sla_clock x set steps_done = x.steps_done + n where x.request_id = c.request_id;
    end if;
end $$;
comment on function governance.checkpoint_over(governance.sla_clock, governance.access_request) is
    'Take the rungs of a checkpoint whose phases a request leaves too late; r: as it was';
