create or replace function governance.site_put(p_name text, p_flavour text, p_url text) returns text
language sql set search_path = pg_catalog as $$
    insert into governance.site as s (name, flavour, url) values (p_name, p_flavour, p_url)
    on conflict (name) do update set flavour = excluded.flavour, url = excluded.url, seen_at = clock_timestamp()
    returning s.name
$$;
comment on function governance.site_put(text, text, text) is 'Register a site of the configuration';

create or replace function governance.source_put(p_name text, p_label text, p_kind text, p_settle_ms bigint,
                                                 p_confirmations int, p_max_age_ms bigint,
                                                 p_over_grant text default 'tell') returns text
language sql set search_path = pg_catalog as $$
    insert into governance.source as s (name, label, kind, settle, confirmations, max_age, over_grant)
    values (p_name, p_label, p_kind, make_interval(secs => p_settle_ms / 1000.0), p_confirmations,
            make_interval(secs => p_max_age_ms / 1000.0), p_over_grant)
    on conflict (name) do update set label = excluded.label, kind = excluded.kind, settle = excluded.settle,
        confirmations = excluded.confirmations, max_age = excluded.max_age, over_grant = excluded.over_grant, seen_at = clock_timestamp()
    returning s.name
$$;
comment on function governance.source_put(text, text, text, bigint, int, bigint, text) is 'Register a source of the configuration';
