-- What was refused for good may have been refused for the mapping's sake: with another one it is tried again.
-- So is what was none of ours by the request type: many at once are spread over minutes, the last touched first.
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
        -- the order of locks: tickets, in their own order, then flows
        with none_of_ours as materialized (
            select t.site, t.issue_id, t.hinted_updated_ms from governance.ticket t
             where t.ignored = 'request type not governed' and t.request_id is null and t.look_at is null
               and (p_site = '' or t.site = p_site)
             order by t.site, t.issue_id
               for update),
        placed as (
            select n.site, n.issue_id, row_number() over (partition by n.site order by n.hinted_updated_ms desc) as place
              from none_of_ours n)
        update governance.ticket t
           set look_at = clock_timestamp() + case when p.place > 1000 then random() * interval '5 min' else interval '0' end
          from placed p
         where t.site = p.site and t.issue_id = p.issue_id;
        update governance.flow f
           set state = 'pending', version = f.version + 1, run_after = clock_timestamp(), failures = 0
         where f.state = 'parked' and (p_site = '' or f.site = p_site) and governance.flow_has_turn(f);
    end if;
    return coalesce(changed, false);
end $$;
comment on function governance.mapping_put(text, text, text) is
    'Register the live mapping of a site; when it is another one, let the site''s parked flows and ungoverned tickets try again';
