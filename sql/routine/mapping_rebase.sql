-- Open requests of a site are moved to its live mapping: those that a plan names, and those that were held because the one of before read
-- something else in them. Nothing was approved yet: it is understood anew by its next read, as if it were edited, and an approval for
-- something else does not count. Approved: its next read decides, see rebase_follow; what is held stays so until then. What keeps the mapping
-- that is live again has nothing to wait for. The order of locks: requests by their ids. Returns how many of each.
create or replace function governance.mapping_rebase(p_site text, p_number bigint, p_sha256 text, p_requests jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    named uuid[] := array(select x.id::uuid from jsonb_array_elements_text(p_requests) as x(id));
    locked uuid[] := array(
        select r.id from governance.access_request r
         where r.site = p_site
           and r.id in (select unnest(named) union
                        select b.request_id from governance.mapping_rebase b where b.number < p_number and b.outcome in ('asked', 'held'))
         order by r.id
           for update);
    ids uuid[] := array(
        select r.id from governance.access_request r
         where r.id = any (locked) and r.mapping_kept <> p_sha256 and not governance.is_at_rest(r.phase)
           and (r.id = any (named) or r.contested)
         order by r.id);
    freed uuid[] := array(
        select r.id from governance.access_request r
         where r.id = any (locked) and r.mapping_kept = p_sha256 and r.contested
         order by r.id);
    asked bigint;
    anew bigint;
begin
    update governance.mapping_rebase b set outcome = 'void', ended_at = clock_timestamp() -- what was not decided before is not any more
     where b.request_id = any (locked) and b.number < p_number and b.outcome in ('asked', 'held')
       and (b.request_id = any (ids || freed) -- what is over and held stays so: it may come back
            or not exists (select from governance.access_request r where r.id = b.request_id and r.contested));
    with those as (
        insert into governance.mapping_rebase as x (request_id, number, sha256, was, outcome, ended_at)
        select r.id, p_number, p_sha256, r.mapping_kept, s.outcome, case s.outcome when 'anew' then clock_timestamp() end
          from governance.access_request r
         cross join lateral (select case when governance.is_settled(r) then 'asked' else 'anew' end as outcome) s
         where r.id = any (ids)
        on conflict (request_id, number) do update
           set outcome = excluded.outcome, tuple = '', actor = '', reason = '', asked_at = clock_timestamp(), ended_at = excluded.ended_at
         where x.outcome in ('held', 'kept') -- its ticket may say something else by now
        returning x.outcome)
    select count(*) filter (where t.outcome = 'asked'), count(*) filter (where t.outcome = 'anew') into asked, anew from those t;
    update governance.access_request r -- what looks at it now saves nothing more: it read by the mapping of before
       set version = r.version + 1, contested = r.contested and r.mapping_kept <> p_sha256, mapping_kept = case when governance.is_settled(r) then r.mapping_kept end,
           hinted_at = clock_timestamp(), lease_owner = null, lease_until = null, -- and replicas have the new one in seconds
           look_at = case when governance.is_at_rest(r.phase) then r.look_at
                          else clock_timestamp() + case when o.place > 1000 then random() * interval '5 min' else interval '3 s' end end
      from unnest(ids || freed) with ordinality as o(id, place)
     where r.id = o.id;
    return jsonb_build_object('anew', anew, 'asked', asked);
end $$;
comment on function governance.mapping_rebase(text, bigint, text, jsonb) is 'Move open requests to the live mapping: understood anew where nothing was approved, else decided by their next read; what keeps it already waits no longer';

-- A ticket of an approved request was read by the mapping it keeps and by the live one, and it is to be moved there. Only where both read
-- what was approved; else it is held, and somebody is told. Returns the mapping that it keeps from now on. The caller holds its row.
create or replace function governance.rebase_follow(r governance.access_request, t jsonb) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    same boolean := r.mapped_hash <> '' and t->>'mapped_hash' = r.mapped_hash and t->>'live_hash' = r.mapped_hash;
    x governance.mapping_rebase;
begin
    update governance.mapping_rebase b
       set outcome = case when same then 'moved' else 'held' end, tuple = t->>'live_hash', ended_at = clock_timestamp()
     where b.request_id = r.id and b.outcome = 'asked' and b.sha256 = t->>'mapping' and b.was = r.mapping_kept
       and b.number = (select l.number from governance.mapping_live l where l.site in (r.site, '') order by l.site desc limit 1)
    returning * into x;
    if x.outcome = 'held' then
        update governance.access_request q set contested = true where q.id = r.id;
        insert into governance.escalation (request_id, kind, reason, key)
        select r.id, 'operator', 'MappingChangesApproved', 'rebase/' || x.number
         where not exists (select from governance.mapping_rebase b -- held for the same by the mapping of just before: that was told
                            where b.request_id = r.id and b.number = x.number - 1 and b.outcome = 'void' and b.tuple = x.tuple and b.tuple <> '')
            on conflict do nothing;
    elsif x.outcome = 'moved' then
        update governance.access_request q set contested = false where q.id = r.id and q.contested;
        -- it looks for edits of other fields: from its next read on
        update governance.ticket k set approved_edit = '' where k.request_id = r.id;
        return x.sha256;
    end if;
    return r.mapping_kept;
end $$;
comment on function governance.rebase_follow(governance.access_request, jsonb) is 'What becomes of an approved request that is to be moved to the live mapping, as one read of its ticket shows';

-- Somebody decides that a held request goes on as it was approved, by the mapping it keeps. p: id or ticket key; null: there is no such thing.
create or replace function governance.mapping_keep(p text, p_actor text, p_reason text) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
begin
    select * into r from governance.access_request x where x.id = governance.request_one(p) for update;
    if not found then
        return null;
    end if;
    if not r.contested then
        raise exception 'no mapping reads anything else in it than was approved' using errcode = 'CG057';
    end if;
    update governance.mapping_rebase b
       set outcome = 'kept', actor = p_actor, reason = p_reason, ended_at = clock_timestamp()
     where b.request_id = r.id and b.outcome in ('asked', 'held');
    update governance.access_request x
       set version = x.version + 1, contested = false, hinted_at = clock_timestamp(), look_at = clock_timestamp(), lease_owner = null, lease_until = null
     where x.id = r.id;
    return jsonb_build_object('id', r.id, 'phase', r.phase);
end $$;
comment on function governance.mapping_keep(text, text, text) is 'A held request goes on as it was approved: somebody decided so';
