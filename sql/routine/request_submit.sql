-- An identity platform submits. The idempotency key decides: same key and body = the same request; other body = refused. A key is its
-- token's own: what another platform numbers 1 is another wish.
create or replace function governance.request_submit(p_key text, p_body_sha256 text, p jsonb,
                                                     out id uuid, out repeated boolean, out differs boolean, out phase text)
language plpgsql set search_path = pg_catalog as $$
declare
    made governance.access_request;
    own_key text := coalesce(p->>'submitted_by' || ' ', '') || p_key;
begin
    perform pg_advisory_xact_lock(hashtextextended('submit ' || own_key, 0));
    select r.id, r.body_sha256, r.phase into made.id, made.body_sha256, made.phase
      from governance.access_request r where r.idempotency_key = own_key;
    if not found and own_key <> p_key then -- from before keys had an owner
        select r.id, r.body_sha256, r.phase into made.id, made.body_sha256, made.phase
          from governance.access_request r where r.idempotency_key = p_key and r.submitted_by is null;
    end if;
    repeated := made.id is not null;
    differs := repeated and made.body_sha256 <> p_body_sha256;
    if not repeated then
        -- only now: asking again for what is there already is right however late it is
        if to_timestamp((p->>'access_until_ms')::bigint / 1000.0) <= clock_timestamp() then
            raise exception 'access_until must be a time in the future' using errcode = 'CG020';
        end if;
        made := governance.request_create(p || jsonb_build_object('idempotency_key', own_key, 'body_sha256', p_body_sha256), false);
    end if;
    id := made.id;
    phase := made.phase;
end $$;
comment on function governance.request_submit(text, text, jsonb) is 'Submit a governed request once per idempotency key';

-- Many in one transaction and one commit, in the order of their keys, which is the order of their locks. One that is refused refuses
-- all: then they come one by one. n: place of each, from 1.
create or replace function governance.request_submit_many(p_keys text[], p_body_sha256 text[], p text[])
returns table (n int, id uuid, repeated boolean, differs boolean, phase text)
language plpgsql set search_path = pg_catalog as $$
declare
    documents jsonb[] := p::jsonb[];
    made record;
begin
    for n in select o.i from unnest(p_keys) with ordinality as o(key, i)
              order by hashtextextended('submit ' || coalesce(documents[o.i]->>'submitted_by' || ' ', '') || o.key, 0), o.i loop
        made := governance.request_submit(p_keys[n], p_body_sha256[n], documents[n]);
        id := made.id;
        repeated := made.repeated;
        differs := made.differs;
        phase := made.phase;
        return next;
    end loop;
end $$;
comment on function governance.request_submit_many(text[], text[], text[]) is 'Submit many governed requests in one commit';
