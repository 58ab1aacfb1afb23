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
language plpgsql security definer set search_path = pg_catalog as $$
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

create or replace function governance.health() returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_build_object(
        'schema', (select max(m.number) from governance.migration m),
        'read_only', pg_is_in_recovery(),
        'now_ms', governance.ms(clock_timestamp()),
        'inbox_new', (select count(*) from governance.webhook_delivery where state = 'new'),
        'inbox_quarantined', (select count(*) from governance.webhook_delivery where state = 'quarantined'),
        'flows_open', (select count(*) from governance.flow where state not in ('done', 'moot', 'parked')),
        'flows_parked', (select count(*) from governance.flow where state = 'parked'),
        'flow_oldest_seconds', (select coalesce(max(extract(epoch from clock_timestamp() - created_at))::bigint, 0)
                                  from governance.flow where state not in ('done', 'moot', 'parked')),
        'requests_open', (select count(*) from governance.access_request r where not
                             (select is_terminal or name = 'closed' from governance.phase p where p.name = r.phase)),
        'requests_held', (select count(*) from governance.access_request where held),
        'removal_oldest_seconds', (select coalesce(max(extract(epoch from clock_timestamp() - c.started_at))::bigint, 0)
            from governance.sla_clock c join governance.access_request r on r.id = c.request_id
           where c.stopped_at is null and r.kind = 'removal'),
        'closed_without_proof', (select count(*) from governance.escalation where kind = 'breach'),
        'exceptions_live', (select count(*) from governance.exception where revoked_at is null and expires_at > clock_timestamp()),
        'evidence_seq', (select seq from governance.evidence_head))
$$;
comment on function governance.health() is 'Numbers for /readyz and /metrics';
