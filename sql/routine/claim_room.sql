-- How much may be claimed of each site: as told, or p_batch of every one. A few sites are what the planner is to expect.
create or replace function governance.claim_room(p_batch int, p_sites text[], p_room int[]) returns table (site text, room int)
language sql stable rows 4 set search_path = pg_catalog as $$
    select x.site, least(x.room, p_batch) from unnest(p_sites, p_room) as x(site, room) where x.room > 0
    union all
    select s.name, p_batch from governance.site s where p_sites is null
$$;
comment on function governance.claim_room(int, text[], int[]) is 'Room for claims, site by site';
