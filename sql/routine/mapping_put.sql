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
