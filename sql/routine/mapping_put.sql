-- What was refused for good may have been refused for the mapping's sake: with another one it is tried again.
-- Definer: the service role itself writes neither table.
create or replace function governance.mapping_put(p_sha256 text, p_body text, p_site text default '') returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    changed boolean;
begin
    insert into governance.mapping_version (sha256, body) values (p_sha256, p_body) on conflict do nothing;
    -- what was told of all sites holds for this one until it has its own
    insert into governance.mapping_live (site, sha256)
    select p_site, sha256 from governance.mapping_live where site = '' on conflict do nothing;
    insert into governance.mapping_live as l (site, sha256) values (p_site, p_sha256)
    on conflict (site) do update set sha256 = excluded.sha256, since = clock_timestamp() where l.sha256 <> excluded.sha256
    returning true into changed;
    if changed then
        update governance.flow f
           set state = 'pending', version = f.version + 1, run_after = clock_timestamp(), failures = 0
         where f.state = 'parked' and (p_site = '' or f.site = p_site) and governance.flow_has_turn(f);
    end if;
    return coalesce(changed, false);
end $$;
comment on function governance.mapping_put(text, text, text) is
    'Register the live mapping of a site; when it is another one, let the site''s parked flows try again';
