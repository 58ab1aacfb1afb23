-- No beginning of a request's own: whoever finds it on a ticket takes that for none of its tickets.
create or replace function governance.escalation_marker(p_marker text, p_flow bigint) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$ select 'late-' || p_marker || '-' || p_flow $$;
comment on function governance.escalation_marker(text, bigint) is 'By what the ticket of one escalation is found again';

-- One reading of the clock is what an index can be asked by: all that waits for later costs next to nothing.
-- Where many tickets may show Done without proof (p_pressed: whoever claims has them in hand), what is only said waits for these, and for
-- twenty seconds at most.
-- By lane (priority), then by deadline. Of each site at most its room, so that one that hangs holds no more than that.
-- What is claimed is looked at first, so its move to there is written with the claim; a call under way whose worker died has another
-- way to go, which domain/flow.c decides.
create or replace function governance.flow_claim(p_owner text, p_lease interval, p_batch int, p_sites text[] default null,
                                                 p_room int[] default null, p_pressed text[] default null)
returns table (id bigint, kind text, state text, version bigint, attempt int, failures int, site text, request_id uuid,
               marker text, issue_id text, cycle text, payload text, sent_ms bigint, now_ms bigint)
language plpgsql set search_path = pg_catalog -- its plan is kept; a function in SQL is planned at each call
    -- and kept for tables of any size: the planner takes a tenth of the table for a batch, and so plans each call anew
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
    set jit = off as $$
#variable_conflict use_column
begin
    return query with due as materialized (
        select f.id, f.state as was from governance.claim_room(p_batch, p_sites, p_room) c
          cross join lateral (
              select x.id, x.state, x.priority, x.deadline from governance.flow x
               where x.site = c.site and x.state not in ('done', 'moot', 'parked') and x.run_after <= (select clock_timestamp())
                 and (x.lease_until is null or x.lease_until <= clock_timestamp())
                 and (p_pressed is null or x.priority <= 4 or c.site <> all (p_pressed)
                      or x.run_after <= (select clock_timestamp() - interval '20 s'))
               order by x.priority, x.deadline, x.id
               limit c.room
                 for update skip locked) f
         order by f.priority, f.deadline, f.id
         limit p_batch),
    taken as (
        update governance.flow f
           set lease_owner = p_owner, lease_until = clock_timestamp() + p_lease, version = f.version + 1,
               state = case f.state when 'pending' then 'checking' when 'doubt' then 'probing' else f.state end
          from due
         where f.id = due.id
        returning f.*, due.was),
    looks as (
        insert into governance.flow_attempt (flow_id, from_state, to_state, why)
        select f.id, f.was, f.state, '' from taken f where f.state in ('checking', 'probing'))
    select f.id, f.kind, f.state, f.version, f.attempt, f.failures, f.site, f.request_id,
           case f.kind when 'escalate' then governance.escalation_marker(r.marker, f.id) else r.marker end,
           case when f.kind in ('retire', 'escalate') then f.issue_id else coalesce(t.issue_id, f.issue_id) end, f.cycle, f.payload, coalesce(governance.ms(f.sent_at), 0),
           governance.ms(clock_timestamp())
      from taken f
      join governance.access_request r on r.id = f.request_id
      left join governance.ticket t on t.request_id = f.request_id
     order by f.priority, f.deadline, f.id;
end $$;
comment on function governance.flow_claim(text, interval, int, text[], int[], text[]) is
    'Lease due outbound work: gate before creation before words, removals first, then the earliest deadline';
