-- Which service level a request has: what its mapping rule names; else the goal that stands there; else the first policy that fits.

-- What the configuration says, in one statement: calendars with their spans, and policies in their order. What it says no more is
-- replaced; a clock goes on by what it began with. p: the document of store_sla.c.
create or replace function governance.sla_put(p jsonb) returns int
language plpgsql set search_path = pg_catalog as $$
declare
    c jsonb;
    one bigint;
    kept bigint[] := '{}';
begin
    perform pg_advisory_xact_lock(hashtext('governance.sla_put')); -- replicas begin at once
    for c in select x->'calendar' || jsonb_build_object('sha256', x->'sha256') from jsonb_array_elements(p->'calendars') as x loop
        insert into governance.sla_calendar (name, zone, sha256, said, from_at, until_at)
        values (c->>'name', c->>'zone', c->>'sha256', c->'said', to_timestamp((c->>'from_s')::bigint), to_timestamp((c->>'until_s')::bigint))
        on conflict (name, sha256) do nothing returning id into one;
        continue when one is null;
        insert into governance.sla_span (calendar_id, opens_at, closes_at, before_s)
        select one, to_timestamp((s.x->>0)::bigint), to_timestamp((s.x->>1)::bigint),
               coalesce(sum((s.x->>1)::bigint - (s.x->>0)::bigint) over (order by s.n rows between unbounded preceding and 1 preceding), 0)
          from jsonb_array_elements(c->'spans') with ordinality as s(x, n);
    end loop;
    for c in select x || jsonb_build_object('n', n) from jsonb_array_elements(p->'policies') with ordinality as s(x, n) loop
        select y.id into one from governance.sla_policy y
         where y.name = c->>'name' and y.sha256 = c->>'sha256' and y.replaced_at is null;
        if one is null then
            update governance.sla_policy y set replaced_at = clock_timestamp() where y.name = c->>'name' and y.replaced_at is null;
            insert into governance.sla_policy (name, position, body, sha256, goal, calendar_id)
            values (c->>'name', (c->>'n')::int, c->'body', c->>'sha256',
                    make_interval(secs => (c->'body'->'goals'->>'whole')::bigint / 1000.0),
                    (select k.id from governance.sla_calendar k where k.name = c->>'calendar' and k.sha256 = c->>'calendar_sha256'))
            returning id into one;
        else
            update governance.sla_policy y set position = (c->>'n')::int where y.id = one and y.position <> (c->>'n')::int;
        end if;
        kept := kept || one;
    end loop;
    update governance.sla_policy y set replaced_at = clock_timestamp() where y.replaced_at is null and y.id <> all (kept);
    return cardinality(kept);
end $$;
comment on function governance.sla_put(jsonb) is 'Register calendars and policies of the configuration';

create or replace function governance.sla_choose(r governance.access_request) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select y.id from governance.sla_policy y
             where y.replaced_at is null and y.body->'when' <> '{}'
               and coalesce(y.body->'when'->>'kind', r.kind) = r.kind
               and coalesce((y.body->'when'->>'privileged')::boolean, r.is_privileged) = r.is_privileged
               and coalesce(y.body->'when'->>'lifecycle', r.lifecycle) = r.lifecycle
             order by y.position, y.id limit 1);
end $$;
comment on function governance.sla_choose(governance.access_request) is 'The first policy that fits a request; null: none does';

-- The clocks of new requests. p: their intake documents.
create or replace function governance.clocks_begin(p_requests uuid[], p jsonb[]) returns void
language plpgsql set search_path = pg_catalog as $$
declare
    by_policy boolean;
begin
    with begun as (
        insert into governance.sla_clock (request_id, started_at, goal, policy_id, calendar_id, due_at, next_step_at)
        select d.id, r.requested_at, coalesce(y.goal, said.goal), y.id, y.calendar_id,
               case when y.calendar_id is not null then governance.counted_on(y.calendar_id, r.requested_at, y.goal) end,
               case when y.id is null then r.requested_at + said.goal * 0.75 end
          from unnest(p_requests, p) as d(id, p)
         cross join lateral (select x.requested_at from governance.access_request x where x.id = d.id offset 0) r
         cross join lateral (select nullif(d.p->>'sla_policy', '') as policy, make_interval(secs => nullif((d.p->>'sla_goal_ms')::bigint, 0) / 1000.0) as goal) said
          left join lateral (select x.id from governance.sla_policy x where x.name = said.policy and x.replaced_at is null) named on true
          -- where a name is not, or not yet, known: better another policy than none
          left join lateral (select x.* from governance.sla_policy x
                              where x.id = coalesce(named.id, case when said.goal is null then (
                                                select governance.sla_choose(k) from governance.access_request k where k.id = d.id) end)) y on true
        returning policy_id)
    select bool_or(b.policy_id is not null) into by_policy from begun b;
    if by_policy then
        update governance.sla_clock c set next_step_at = governance.clock_next(c, r)
          from governance.access_request r
         where c.request_id = any (p_requests) and c.policy_id is not null and r.id = c.request_id;
    end if;
end $$;
comment on function governance.clocks_begin(uuid[], jsonb[]) is 'Begin the clocks of new requests, each by the policy that is chosen for it';

-- The request turned out to be of another kind: the policy of that kind counts where it is no easier one.
create or replace function governance.clock_choose_again(r governance.access_request) returns void
language plpgsql set search_path = pg_catalog as $$
declare
    c governance.sla_clock;
    anew governance.sla_clock; -- as it will be: what it was held stays, by the new calendar
    y governance.sla_policy;
begin
    select * into c from governance.sla_clock x where x.request_id = r.id and x.policy_id is not null and x.stopped_at is null;
    select * into y from governance.sla_policy x where x.id = governance.sla_choose(r);
    if c.request_id is null or y.id is null or y.id = c.policy_id
       -- one that a rule names stands, whatever fits
       or c.policy_id is distinct from governance.sla_choose(jsonb_populate_record(r, jsonb_build_object('kind', c.kind, 'is_privileged', c.is_privileged))) then
        return;
    end if;
    anew := c;
    anew.policy_id := y.id;
    anew.calendar_id := y.calendar_id;
    anew.goal := y.goal;
    anew.paused_business := case when y.calendar_id is null then interval '0' else (
        select coalesce(sum(governance.counted(y.calendar_id, p.from_at, p.ended_at)) filter (where p.ended_at is not null), '0')
          from governance.sla_pause p where p.request_id = r.id) end;
    anew.due_at := case when y.calendar_id is not null then governance.clock_due(anew) end;
    if governance.clock_due(anew) > governance.clock_due(c) then
        return;
    end if;
    update governance.sla_clock x
       set policy_id = anew.policy_id, calendar_id = anew.calendar_id, goal = anew.goal, paused_business = anew.paused_business, due_at = anew.due_at
     where x.request_id = r.id
    returning * into c;
    update governance.sla_clock x set next_step_at = governance.clock_next(c, r) where x.request_id = r.id;
end $$;
comment on function governance.clock_choose_again(governance.access_request) is 'Take the policy of what a request turned out to be, where it is no easier one';
