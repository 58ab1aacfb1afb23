-- Jira told a replica to send nothing for so long: all of them keep to it.
create or replace function governance.site_told(p_site text, p_wait interval) returns void
language sql set search_path = pg_catalog as $$
    insert into governance.site_rest as r (site, told_until) values (p_site, clock_timestamp() + p_wait)
    on conflict (site) do update set told_until = greatest(r.told_until, excluded.told_until)
$$;
comment on function governance.site_told(text, interval) is 'Jira wants no call to this site for so long';

-- The p_tries-th refusal within p_window ends the trying until the first of them is p_window ago, and people are told, once until
-- the secret is accepted. Another secret (p_mark) begins anew.
create or replace function governance.site_refused(p_site text, p_mark text, p_tries int, p_window interval) returns void
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.site_rest;
    tried timestamptz[];
begin
    insert into governance.site_rest (site) values (p_site) on conflict do nothing;
    select * into r from governance.site_rest x where x.site = p_site for update;
    if r.mark <> p_mark then
        r.refused_at := '{}';
        r.refused_since := null;
    end if;
    tried := r.refused_at || clock_timestamp();
    tried := tried[greatest(1, cardinality(tried) - p_tries + 1):];
    update governance.site_rest x
       set mark = p_mark, refused_at = tried, refused_since = coalesce(r.refused_since, tried[1]),
           refused_until = case when cardinality(tried) = p_tries then tried[1] + p_window end
     where x.site = p_site
    returning * into r;
    if r.refused_until > clock_timestamp() then
        insert into governance.escalation (site, issue_id, kind, reason, key)
        values (p_site, '', 'operator', 'SiteRefusesUs', 'refused/' || governance.ms(r.refused_since)) on conflict do nothing;
    end if;
end $$;
comment on function governance.site_refused(text, text, int, interval) is 'A site refused our credential once more';

create or replace function governance.site_accepted(p_site text) returns void
language sql set search_path = pg_catalog as $$
    update governance.site_rest set refused_at = '{}', refused_since = null, refused_until = null
     where site = p_site and refused_since is not null
$$;
comment on function governance.site_accepted(text) is 'A site accepts our credential';

create or replace function governance.site_rests() returns jsonb
language sql stable set search_path = pg_catalog as $$
    select coalesce(jsonb_agg(jsonb_build_object(
               'site', r.site, 'mark', r.mark,
               'told_ms', greatest(0, ceil(extract(epoch from r.told_until - clock_timestamp()) * 1000)::bigint),
               'refused_ms', greatest(0, ceil(extract(epoch from r.refused_until - clock_timestamp()) * 1000)::bigint))), '[]')
      from governance.site_rest r
     where r.told_until > clock_timestamp() or r.refused_until > clock_timestamp()
$$;
comment on function governance.site_rests() is 'Sites that nobody may call now, and for how many milliseconds';
