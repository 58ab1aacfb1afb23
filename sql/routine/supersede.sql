-- Opposite wishes about one (source, account, entitlement). What was approved last is what shall be: at its approval, in the same
-- transaction, the older ones' items are superseded. Which of two came last, when both are approved at once, is decided by locks.

-- Whoever approves holds all requests that want the opposite, approved or not, in the order of their ids: of two that are approved at
-- once the second one waits, and finds the first one approved.
create or replace function governance.opposites_lock(p_request uuid) returns void
language plpgsql set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    perform from governance.access_request r
      where r.id in (
            select p_request
            union all
            select k.request_id from governance.request_item i
              join governance.request_item k on k.source = i.source and k.account = i.account and k.entitlement = i.entitlement
                                            and k.desired = case i.desired when 'present' then 'absent' else 'present' end
             where i.request_id = p_request and i.replaced_at is null and k.replaced_at is null)
      order by r.id
        for update;
end $$;
comment on function governance.opposites_lock(uuid) is 'Lock a request with all that want the opposite of it, in one order';

-- What nobody works on any more and nobody proved: of others about the same, it takes the place of none.
create or replace function governance.is_over(p_phase text) returns boolean
language sql immutable set search_path = pg_catalog as $$
    select p_phase in ('denied', 'cancelled', 'expired', 'orphaned')
$$;
comment on function governance.is_over(text) is 'Did a request in this phase come to nothing?';

-- Definer: the service itself supersedes nothing.
create or replace function governance.supersede() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    older uuid[];
begin
    if old.approved_at is null and new.approved_at is not null then
        with done as (
            update governance.request_item k set superseded_by = i.id, superseded_at = clock_timestamp()
              from governance.request_item i, governance.access_request r
             where i.request_id = new.id and i.replaced_at is null and k.source = i.source and k.account = i.account
               and k.entitlement = i.entitlement and k.desired = case i.desired when 'present' then 'absent' else 'present' end
               and k.replaced_at is null and k.superseded_by is null
               and r.id = k.request_id and r.id <> new.id and r.approved_at is not null and r.phase not in ('denied', 'expired')
               and (new.mode <> 'observe' or r.mode = 'observe') -- where we only watch, nothing is taken from anybody
               -- access that ends is asked to be taken away again, should nothing come of it: what was closed goes on to watch that
               and not (new.cause = 'expiry' and new.follows = r.id and r.phase = 'closed')
            returning k.request_id, k.id),
        over as ( -- what came back of it is as it shall be now
            update governance.drift d set ended_at = clock_timestamp() from done where d.item_id = done.id and d.ended_at is null)
        select array_agg(distinct done.request_id order by done.request_id) into older from done;
        if older is not null then
            -- whoever looks at one of them now looked at what is so no more, and saves nothing of it; he keeps his lease, for one
            -- that is taken away may be claimed anew by the same replica, and two looks would be one to the fence
            update governance.access_request r
               set version = r.version + 1, hinted_at = clock_timestamp(), look_at = clock_timestamp()
             where r.id = any (older);
        end if;
    end if;
    if governance.is_over(new.phase) and not governance.is_over(old.phase) then
        -- what it took the place of does not come back by itself: where that was a removal, or this was to end access in time, access
        -- stays that nobody asks to be taken away
        insert into governance.escalation (request_id, kind, reason, key)
        select distinct on (k.request_id) k.request_id, 'operator', 'RemovalLapsed', 'superseded/' || new.id
          from governance.request_item i join governance.request_item k on k.superseded_by = i.id
         where i.request_id = new.id and (k.desired = 'absent' or new.cause = 'expiry')
         order by k.request_id
        on conflict do nothing;
        -- what was closed before goes on to be watched, from now on
        update governance.access_request r
           set hinted_at = clock_timestamp(), look_at = case when r.lease_owner is null then clock_timestamp() else r.look_at end
         where r.phase = 'closed' and r.id in (
                   select k.request_id from governance.request_item i
                     join governance.request_item k on k.source = i.source and k.account = i.account and k.entitlement = i.entitlement
                    where i.request_id = new.id and k.request_id <> new.id and k.replaced_at is null);
    end if;
    return null;
end $$;
comment on function governance.supersede() is 'Trigger: what is approved now supersedes what was approved before it and wants the opposite';

-- Nothing of it is asked for any more.
create or replace function governance.is_superseded(p_request uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select from governance.request_item i where i.request_id = p_request and i.superseded_by is not null)
       and not exists (select from governance.request_item i
                        where i.request_id = p_request and i.replaced_at is null and i.superseded_by is null);
end $$;
comment on function governance.is_superseded(uuid) is 'Is all that a request asked for superseded by later ones?';

-- Superseding is of the database's own making: by a request that is approved, for the opposite of the same, once and for good.
create or replace function governance.guard_superseded() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' or old.superseded_by is not null or new.replaced_at is not null or not exists (
           select from governance.request_item i
             join governance.access_request r on r.id = i.request_id
             join governance.access_request mine on mine.id = new.request_id
            where i.id = new.superseded_by and i.request_id <> new.request_id and i.replaced_at is null
              and i.source = new.source and i.account = new.account and i.entitlement = new.entitlement and i.desired <> new.desired
              and r.approved_at >= mine.approved_at) then
        raise exception 'only what is approved later, and wants the opposite, supersedes' using errcode = 'CG015';
    end if;
    return new;
end $$;
comment on function governance.guard_superseded() is 'Trigger: an item is superseded by the opposite, approved later, once';

create or replace function governance.dossier_superseded(p_by bigint) returns text
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select coalesce(nullif(t.issue_key, ''), i.request_id::text)
              from governance.request_item i left join governance.ticket t on t.request_id = i.request_id
             where i.id = p_by);
end $$;
comment on function governance.dossier_superseded(bigint) is 'What people call the request of the item that took the place of another: its ticket''s key, or its id';
