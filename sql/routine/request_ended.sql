-- A request ended: the one place that says so to whoever waits for it.

-- What nobody works on any more and nobody proved: of others about the same, it takes the place of none. Asked at every decision.
create or replace function governance.is_over(p_phase text) returns boolean
language plpgsql immutable set search_path = pg_catalog as $$
begin
    return p_phase in ('denied', 'cancelled', 'expired', 'orphaned');
end $$;
comment on function governance.is_over(text) is 'Did a request in this phase come to nothing?';

-- Nobody waits any more, and nobody works: it is over, or closed.
create or replace function governance.is_at_rest(p_phase text) returns boolean
language sql immutable set search_path = pg_catalog as $$
    select p_phase = 'closed' or governance.is_over(p_phase)
$$;
comment on function governance.is_at_rest(text) is 'Is a request in this phase closed, or came to nothing?';

-- Definer: the service wakes no request by itself. Whoever ends a request holds all that are about the same (lock_same).
create or replace function governance.request_ended() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    if governance.is_over(old.phase) then
        return null; -- as it was
    end if;
    -- what it took the place of does not come back by itself: where that was a removal, or this was to end access in time, access
    -- stays that nobody asks to be taken away
    insert into governance.escalation (request_id, kind, reason, key)
    select distinct on (k.request_id) k.request_id, 'operator', 'RemovalLapsed', 'superseded/' || new.id
      from governance.request_item i join governance.request_item k on k.superseded_by = i.id
     where i.request_id = new.id and (k.desired = 'absent' or new.cause = 'expiry')
     order by k.request_id
    on conflict do nothing;
    if new.kind = 'modify' or new.cause = 'ahead' then
        perform governance.ahead_told(new);
    end if;
    -- what was closed before goes on to be watched, from now on, and the access of an emergency, or for a time, to be ended, however that
    -- came to rest; and nobody asks any more for what an earlier one may have left
    update governance.access_request r
       set hinted_at = clock_timestamp(), look_at = case when r.lease_owner is null then clock_timestamp() else r.look_at end
     where (r.phase = 'closed' or (r.emergency or r.access_until is not null and r.approved_at is not null or governance.may_be_left(r))
                                    and r.id <> new.id and governance.is_over(r.phase)) and r.id in (select s.id from governance.about_same(new.id) s(id));
    return null;
end $$;
comment on function governance.request_ended() is 'Trigger: a request came to nothing: whoever waits for it is woken, and people are told what lapses';
