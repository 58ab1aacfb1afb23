-- How much may be claimed of each site: as told, or p_batch of every one. A few sites are what the planner is to expect.
create or replace function governance.claim_room(p_batch int, p_sites text[], p_room int[]) returns table (site text, room int)
language plpgsql stable rows 4 set search_path = pg_catalog as $$ -- its plans are kept; a function in SQL is planned at each call
#variable_conflict use_column
begin
    if p_sites is null then
        return query select s.name, p_batch from governance.site s;
    else
        return query select x.site, least(x.room, p_batch) from unnest(p_sites, p_room) as x(site, room) where x.room > 0;
    end if;
end $$;
comment on function governance.claim_room(int, text[], int[]) is 'Room for claims, site by site';
