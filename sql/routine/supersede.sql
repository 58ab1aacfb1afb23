-- Opposite wishes about one (source, account, entitlement). What was approved last is what shall be: at its approval, in the same
-- transaction, the older ones' items are superseded. Which of two came last, when both are approved at once, is decided by locks.
-- An entitlement is the same by its name, or by the id that two of its names are pinned to. So is an account, for each person by
-- himself; and where a name is pinned to two ids, one person's and another's, they are two accounts.

create or replace function governance.entitlement_names(p_source text, p_entitlement text) returns setof text
language plpgsql stable rows 1 set search_path = pg_catalog, pg_temp as $$
begin
    return next p_entitlement;
    return query select k.entitlement from governance.entitlement_link l
                   join governance.entitlement_link k on k.source = l.source and k.native_id = l.native_id and k.replaced_at is null
                  where l.source = p_source and l.entitlement = p_entitlement and l.replaced_at is null and k.entitlement <> p_entitlement;
end $$;
comment on function governance.entitlement_names(text, text) is 'The names of an entitlement: the one given, and those that are pinned to the same id';

create or replace function governance.account_pinned(p_source text, p_account text, p_request uuid) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select l.native_id from governance.access_request r
              join governance.account_link l on l.source = p_source and l.account = p_account
                                            and l.person = governance.person_folded(r.beneficiary) and l.replaced_at is null
             where r.id = p_request);
end $$;
comment on function governance.account_pinned(text, text, uuid) is 'The id that an account''s name is pinned to for the person a request is about; null: to none';

create or replace function governance.items_beside(p_item bigint) returns setof bigint
language plpgsql stable rows 2 set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    i governance.request_item;
    own text;
begin
    select x.* into i from governance.request_item x where x.id = p_item;
    own := governance.account_pinned(i.source, i.account, i.request_id);
    return query
        select k.id from governance.entitlement_names(i.source, i.entitlement) n(name)
          join governance.request_item k on k.source = i.source and k.account = i.account and k.entitlement = n.name
         where k.replaced_at is null
           and (own is null or coalesce(governance.account_pinned(k.source, k.account, k.request_id), own) = own);
    if own is not null then
        return query
            select k.id from (select x.* from governance.account_link x where x.source = i.source and x.native_id = own offset 0) l -- by that id
             cross join lateral governance.entitlement_names(i.source, i.entitlement) n(name)
              join governance.request_item k on k.source = l.source and k.account = l.account and k.entitlement = n.name
             where l.account <> i.account and l.replaced_at is null
               and k.replaced_at is null and governance.account_pinned(k.source, k.account, k.request_id) = own
             group by k.id;
    end if;
end $$;
comment on function governance.items_beside(bigint) is
    'All that is asked about the same entitlement of the same account as an item asks, itself included: by name, and by the ids that names are pinned to';

create or replace function governance.opposites(p_request uuid) returns table (mine bigint, theirs bigint, request_id uuid)
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    return query
        select i.id, k.id, k.request_id from governance.request_item i
         cross join lateral governance.items_beside(i.id) b(id)
          join governance.request_item k on k.id = b.id and k.desired <> i.desired
         where i.request_id = p_request and i.replaced_at is null and k.request_id <> p_request;
end $$;
comment on function governance.opposites(uuid) is 'What other requests, approved or not, want the opposite of what this one wants';

create or replace function governance.about_same(p_request uuid) returns setof uuid
language plpgsql stable rows 5 set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    return query
        select p_request union
        select k.request_id from governance.request_item i
         cross join lateral governance.items_beside(i.id) b(id)
          join governance.request_item k on k.id = b.id
         where i.request_id = p_request and i.replaced_at is null;
end $$;
comment on function governance.about_same(uuid) is
    'A request with all that are about an entitlement of it for the same account, whatever they want and however far they are';

-- What is done to one may reach every other: whoever approves, or ends, begins with this, before he holds the request itself. Of two
-- that are approved at once the second one waits, and finds the first one approved.
create or replace function governance.lock_same(p_request uuid) returns void
language plpgsql set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    perform from governance.access_request r
      where r.id in (select s.id from governance.about_same(p_request) s(id))
      order by r.id
        for update;
end $$;
comment on function governance.lock_same(uuid) is 'Lock a request with all that are about the same, in the order of their ids';

-- Called by definers alone, for the service itself supersedes nothing; they hold the request and those that want the opposite.
-- p_held: leave all others alone; null: the caller holds all there are.
create or replace function governance.supersede_older(newer governance.access_request, p_before timestamptz, p_held uuid[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    older uuid[];
begin
    with done as (
        update governance.request_item k set superseded_by = o.mine, superseded_at = clock_timestamp()
          from governance.opposites(newer.id) o, governance.access_request r
         where k.id = o.theirs and k.superseded_by is null and r.id = k.request_id
           and (p_held is null or r.id = any (p_held)) -- of a bundle the other items have opposites of their own
           and r.approved_at < p_before and r.phase not in ('denied', 'expired') -- what else is over may come back
           and (newer.mode <> 'observe' or r.mode = 'observe') -- where we only watch, nothing is taken from anybody
           -- access that ends is asked to be taken away again, should nothing come of it: what was closed goes on to watch that
           and not (newer.cause = 'expiry' and newer.follows = r.id and r.phase = 'closed')
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
end $$;
comment on function governance.supersede_older(governance.access_request, timestamptz, uuid[]) is
    'What is approved supersedes what was approved before then and wants the opposite';

create or replace function governance.supersede() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if old.approved_at is null and new.approved_at is not null then
        perform governance.supersede_older(new, 'infinity', null);
    end if;
    return null;
end $$;
comment on function governance.supersede() is 'Trigger: a request is approved: what wants the opposite is superseded';

-- A read showed that two names are one entitlement, or one account: what was approved about either before that is put in order, the oldest first. The
-- caller holds the request, so that the others are out of order: where one of them is in somebody else's hands nobody is waited for,
-- nothing is changed, and all is left to the next read.
create or replace function governance.supersede_by_id(p_request uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    r governance.access_request;
    same uuid[];
    held int;
begin
    if not exists (select from governance.request_item i
                     join governance.entitlement_link l on l.source = i.source and l.entitlement = i.entitlement and l.replaced_at is null
                     join governance.entitlement_link k on k.source = l.source and k.native_id = l.native_id and k.replaced_at is null
                                                       and k.entitlement <> l.entitlement
                    where i.request_id = p_request and i.replaced_at is null and i.superseded_by is null)
       and not exists (select from governance.request_item i -- offset 0: asked once, not for each account of the source
                        cross join lateral (select governance.account_pinned(i.source, i.account, i.request_id) as id offset 0) pinned
                        cross join lateral (select x.* from governance.account_link x where x.source = i.source and x.native_id = pinned.id offset 0) l
                        where i.request_id = p_request and i.replaced_at is null and i.superseded_by is null
                          and l.replaced_at is null and l.account <> i.account) then
        return;
    end if;
    same := array(select s.id from governance.about_same(p_request) s(id));
    perform from governance.access_request x where x.id = any (same) order by x.id for update skip locked;
    get diagnostics held = row_count;
    if held < cardinality(same) then
        return;
    end if;
    for r in select x.* from governance.access_request x
              where x.id = any (same) and x.approved_at is not null and not governance.is_over(x.phase)
              order by x.approved_at, x.id loop
        perform governance.supersede_older(r, r.approved_at, same);
    end loop;
end $$;
comment on function governance.supersede_by_id(uuid) is 'Of opposite wishes about one entitlement of one account, by two names of either, the one approved last counts';

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
            where i.id = new.superseded_by and i.request_id <> new.request_id and i.desired <> new.desired
              and i.id in (select governance.items_beside(new.id))
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
