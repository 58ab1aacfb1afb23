create or replace function governance.site_put(p_name text, p_flavour text, p_url text) returns text
language sql set search_path = pg_catalog as $$
    insert into governance.site as s (name, flavour, url) values (p_name, p_flavour, p_url)
    on conflict (name) do update set flavour = excluded.flavour, url = excluded.url, seen_at = clock_timestamp()
    returning s.name
$$;
comment on function governance.site_put(text, text, text) is 'Register a site of the configuration';

create or replace function governance.source_put(p_name text, p_label text, p_kind text, p_settle_ms bigint,
                                                 p_confirmations int, p_max_age_ms bigint) returns text
language sql set search_path = pg_catalog as $$
    insert into governance.source as s (name, label, kind, settle, confirmations, max_age)
    values (p_name, p_label, p_kind, make_interval(secs => p_settle_ms / 1000.0), p_confirmations,
            make_interval(secs => p_max_age_ms / 1000.0))
    on conflict (name) do update set label = excluded.label, kind = excluded.kind, settle = excluded.settle,
        confirmations = excluded.confirmations, max_age = excluded.max_age, seen_at = clock_timestamp()
    returning s.name
$$;
comment on function governance.source_put(text, text, text, bigint, int, bigint) is 'Register a source of the configuration';

-- What was refused for good may have been refused for the mapping's sake: with another one it is tried again.
-- Definer: the service role itself writes neither table.
create or replace function governance.mapping_put(p_sha256 text, p_body text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    changed boolean;
begin
    insert into governance.mapping_version (sha256, body) values (p_sha256, p_body) on conflict do nothing;
    insert into governance.mapping_live as l (sha256) values (p_sha256)
    on conflict (is_only) do update set sha256 = excluded.sha256, since = clock_timestamp() where l.sha256 <> excluded.sha256
    returning true into changed;
    if changed then
        perform governance.flow_retry(null);
    end if;
    return coalesce(changed, false);
end $$;
comment on function governance.mapping_put(text, text) is 'Register the live mapping; when it is another one, let parked flows try again';
