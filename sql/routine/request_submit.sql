-- An identity platform submits. The idempotency key decides: same key and body = the same request; other body = refused.
create or replace function governance.request_submit(p_key text, p_body_sha256 text, p jsonb)
returns table (id uuid, repeated boolean, differs boolean, phase text)
language plpgsql set search_path = pg_catalog as $$
declare
    made governance.access_request;
begin
    perform pg_advisory_xact_lock(hashtextextended('submit ' || p_key, 0));
    select r.* into made from governance.access_request r where r.idempotency_key = p_key;
    if found then
        return query select made.id, true, made.body_sha256 <> p_body_sha256, made.phase;
        return;
    end if;
    -- only now: asking again for what is there already is right however late it is
    if to_timestamp((p->>'access_until_ms')::bigint / 1000.0) <= clock_timestamp() then
        raise exception 'access_until must be a time in the future' using errcode = 'CG020';
    end if;
    made := governance.request_create(p || jsonb_build_object('idempotency_key', p_key, 'body_sha256', p_body_sha256), false);
    return query select made.id, false, false, made.phase;
end $$;
comment on function governance.request_submit(text, text, jsonb) is 'Submit a governed request once per idempotency key';
