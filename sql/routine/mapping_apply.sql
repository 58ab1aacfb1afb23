-- A plan, or a mapping of before, becomes live on the sites that it names: all of them or none. Only what it was planned against
-- may be live there. p: {"sha256", "body", "act", "actor", "change", "reason", "detail", "sites": [{"site", "was", "number", "file"}],
-- "rebase": [id of a request]}; file: SHA-256 of the file that stands where this is done, which is passed over as the service's own is,
-- until it is another one; rebase: open requests that are moved to it, also where it is live already (mapping_rebase).
create or replace function governance.mapping_apply(p jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s record;
    live governance.mapping_live;
    moved jsonb;
    is_news boolean;
    did text;
    done jsonb := '[]';
begin
    if p->>'act' not in ('applied', 'rolled_back') then
        raise exception 'a mapping is applied or rolled back' using errcode = 'CG057';
    end if;
    if encode(sha256(convert_to(p->>'body', 'UTF8')), 'hex') is distinct from p->>'sha256' then
        raise exception 'the mapping is not what its hash says' using errcode = 'CG057';
    end if;
    insert into governance.mapping_version (sha256, body) values (p->>'sha256', p->>'body') on conflict do nothing;
    for s in select x.site, x.was, x.number, x.file from jsonb_to_recordset(p->'sites') as x(site text, was text, number bigint, file text) order by x.site loop
        select * into live from governance.mapping_live l where l.site = s.site for update;
        if not found then
            raise exception 'no service was ever started for the site %', s.site using errcode = 'CG057';
        end if;
        if live.sha256 <> s.was or live.number is distinct from s.number then -- the same one again after another is not what was planned against
            raise exception 'the mapping that is live on % is % (number %) by now, not % (number %): somebody was faster, plan again', s.site, left(live.sha256, 12), live.number,
                left(s.was, 12), coalesce(s.number::text, 'not said')
                using errcode = 'CG058';
        end if;
        is_news := live.sha256 <> p->>'sha256';
        did := case when is_news then p->>'act' else 'rebased' end;
        if not is_news and not p ? 'rebase' then
            raise exception 'it is live on % already', s.site using errcode = 'CG057';
        end if;
        if is_news then
            update governance.mapping_live l
               set sha256 = p->>'sha256', is_applied = true, beside = coalesce(nullif(s.file, ''), l.beside),
                   since = clock_timestamp(), number = l.number + 1
             where l.site = s.site
            returning * into live;
        end if;
        moved := governance.mapping_rebase(s.site, live.number, live.sha256, coalesce(p->'rebase', '[]'));
        if is_news then
            perform governance.mapping_went_live(s.site);
        end if;
        insert into governance.mapping_event (site, act, sha256, number, was, actor, change, reason, detail)
        values (s.site, did, live.sha256, live.number, s.was, p->>'actor',
                coalesce(p->>'change', ''), p->>'reason',
                coalesce(p->'detail', '{}') || jsonb_build_object('login', session_user)
                || case when p ? 'rebase' then jsonb_build_object('rebase', moved) else '{}' end);
        done := done || (moved || jsonb_build_object('site', s.site, 'act', did, 'number', live.number, 'at', live.since,
            'open_keep', (select count(*) from governance.access_request r
                           where r.site = s.site and r.mapping_kept <> live.sha256 and r.phase <> 'closed'
                             and not exists (select from governance.phase f where f.name = r.phase and f.is_terminal))));
    end loop;
    if done = '[]' then
        raise exception 'a plan for no site' using errcode = 'CG057';
    end if;
    return done;
end $$;
comment on function governance.mapping_apply(jsonb) is 'A planned mapping, or one of before, becomes live where what it was planned against is';

-- A replica could not take a mapping up: the one before goes on there.
create or replace function governance.mapping_refused(p_site text, p_sha256 text, p_detail jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made bigint;
begin
    insert into governance.mapping_event (site, act, sha256, was, actor, detail)
    select p_site, 'refused', p_sha256, coalesce((select l.sha256 from governance.mapping_live l where l.site = p_site), ''), 'service', p_detail
    returning id into made;
    return made;
end $$;
comment on function governance.mapping_refused(text, text, jsonb) is 'A replica could not take a mapping up, and why';
