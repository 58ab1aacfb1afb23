-- A service tells what its file says. The same file as before is no news: what a plan or a rollback made live meanwhile stays.
-- Another file becomes live, unless it was live before and others hold the present one: see mapping_hold.
-- Definer: the service role itself writes none of these tables.
create or replace function governance.mapping_put(p_sha256 text, p_body text, p_site text default '', p_owner text default '') returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    was text := (select l.sha256 from governance.mapping_live l where l.site in (p_site, '') order by l.site desc limit 1);
    changed boolean;
begin
    insert into governance.mapping_version (sha256, body) values (p_sha256, p_body) on conflict do nothing;
    -- what was told of all sites holds for this one until it has its own
    insert into governance.mapping_live (site, sha256, from_file)
    select p_site, sha256, from_file from governance.mapping_live where site = '' on conflict do nothing;
    if p_owner <> '' then
        insert into governance.mapping_holder as h (site, owner, sha256) values (p_site, p_owner, p_sha256)
        on conflict (site, owner) do update set sha256 = p_sha256, seen_at = clock_timestamp();
    end if;
    update governance.mapping_live l set from_file = p_sha256, beside = null
     where l.site = p_site and l.sha256 = p_sha256 and (l.from_file is distinct from p_sha256 or l.beside is not null);
    insert into governance.mapping_live as l (site, sha256, from_file) values (p_site, p_sha256, p_sha256)
    on conflict (site) do update set sha256 = excluded.sha256, from_file = excluded.sha256, beside = null, is_applied = false,
                                     since = clock_timestamp(), number = l.number + 1
     where l.sha256 <> excluded.sha256
       and not (l.is_applied and (excluded.sha256 is not distinct from l.from_file or excluded.sha256 is not distinct from l.beside))
       and not (exists (select from governance.mapping_turn t where t.site = p_site and t.sha256 = excluded.sha256)
                and governance.mapping_is_held(p_site, p_owner))
    returning true into changed;
    if changed then
        perform governance.mapping_rebase(l.site, l.number, l.sha256, '[]') from governance.mapping_live l where l.site = p_site;
        perform governance.mapping_went_live(p_site);
        insert into governance.mapping_event (site, act, sha256, number, was, actor)
        select l.site, 'file', l.sha256, l.number, coalesce(was, ''), 'service' from governance.mapping_live l where l.site = p_site;
    end if;
    return coalesce(changed, false);
end $$;
comment on function governance.mapping_put(text, text, text, text) is
    'What the file of a site says becomes live when it is another than before, unless others hold a newer one';

-- What was refused for good may have been refused for the mapping's sake: with another one it is tried again.
-- So is what was none of ours by the request type: many at once are spread over minutes, the last touched first.
create or replace function governance.mapping_went_live(p_site text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.mapping_turn as t (site, sha256, number)
    select l.site, l.sha256, l.number from governance.mapping_live l where l.site = p_site
    on conflict (site, sha256) do update set number = excluded.number;
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
end $$;
comment on function governance.mapping_went_live(text) is 'Another mapping is live on a site: its parked flows and ungoverned tickets are tried again';
