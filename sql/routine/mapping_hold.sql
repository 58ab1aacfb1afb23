create or replace function governance.mapping_hold(p_owner text, p_site text, p_sha256 text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.mapping_holder as h (site, owner, sha256) values (p_site, p_owner, p_sha256)
    on conflict (site, owner) do update set sha256 = p_sha256, seen_at = clock_timestamp();
    delete from governance.mapping_holder h where h.site = p_site and h.seen_at < clock_timestamp() - interval '1 day';
    return case when governance.mapping_is_live(p_site, p_sha256) then 'live'
                when exists (select from governance.mapping_live l where l.site = p_site and l.is_applied) then 'applied'
                when governance.mapping_is_held(p_site, p_owner) then 'older'
                else 'free' end;
end $$;
comment on function governance.mapping_hold(text, text, text) is
    'A replica is there with this mapping: it is live, another was applied and is to be taken up, or it is older than one that others hold, or free to become live';

create or replace function governance.mapping_drop(p_owner text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from governance.mapping_holder where owner = p_owner
$$;
comment on function governance.mapping_drop(text) is 'A replica ends: it holds no mapping any more';

create or replace function governance.mapping_is_live(p_site text, p_sha256 text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$ -- its plan is kept; a function in SQL is planned at each call
begin
    return coalesce((select l.sha256 = p_sha256 from governance.mapping_live l where l.site in (p_site, '') order by l.site desc limit 1), true);
end $$;
comment on function governance.mapping_is_live(text, text) is 'Is this the mapping of the site now? Nobody said what is: yes';

create or replace function governance.mapping_is_held(p_site text, p_owner text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (select from governance.mapping_live l join governance.mapping_holder h on h.site = l.site and h.sha256 = l.sha256
                    where l.site = p_site and h.owner <> p_owner and h.seen_at > clock_timestamp() - interval '1 min')
$$;
comment on function governance.mapping_is_held(text, text) is 'Does another replica work with the live mapping of the site?';
