-- An identity platform submits. The idempotency key decides: same key and body = the same request; other body = refused. A key is its
-- token's own: what another platform numbers 1 is another wish.
create or replace function governance.request_of_key(p_own text, p_key text, out id uuid, out body_sha256 text, out phase text)
language plpgsql stable set search_path = pg_catalog as $$
begin
    select r.id, r.body_sha256, r.phase into id, body_sha256, phase from governance.access_request r where r.idempotency_key = p_own;
    if not found and p_own <> p_key then -- from before keys had an owner
        select r.id, r.body_sha256, r.phase into id, body_sha256, phase
          from governance.access_request r where r.idempotency_key = p_key and r.submitted_by is null;
    end if;
end $$;
comment on function governance.request_of_key(text, text) is 'The request of an idempotency key: of the token''s own, and as it came; nulls: there is none';

-- Of a wish that would be refused by now: was it taken before? {}: with another body; null: it was not.
create or replace function governance.request_known(p_token text, p_key text, p_body_sha256 text) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select case when k.body_sha256 = p_body_sha256 then jsonb_build_object('id', k.id, 'phase', k.phase, 'repeated', true) else '{}' end
      from governance.request_of_key(p_token || ' ' || p_key, p_key) k where k.id is not null
$$;
comment on function governance.request_known(text, text, text) is 'What a repeated submission of a token is answered; null: nothing was submitted with that key';

-- Many in one transaction and one commit. One that is refused refuses all: then they come one by one. n: place of each, from 1.
create or replace function governance.request_submit_many(p_keys text[], p_body_sha256 text[], p text[])
returns table (n int, id uuid, repeated boolean, differs boolean, phase text)
language plpgsql set search_path = pg_catalog as $$
declare
    documents constant jsonb[] := p::jsonb[];
    own constant text[] := array(select coalesce(documents[o.i]->>'submitted_by' || ' ', '') || o.key
                                   from unnest(p_keys) with ordinality as o(key, i) order by o.i);
    ids uuid[]; -- of what is there, by place
    bodies text[];
    phases text[];
    fresh int[]; -- places of those that are new, of each key the first
    made uuid[];
begin
    -- in one order, whoever else comes with some of these keys; what is seen after that is what they left
    perform pg_advisory_xact_lock(l.key) from (select hashtextextended('submit ' || o.key, 0) as key from unnest(own) as o(key) order by 1 offset 0) l;
    select array_agg(x.id order by o.i), array_agg(x.body_sha256 order by o.i), array_agg(x.phase order by o.i) into ids, bodies, phases
      from unnest(own, p_keys) with ordinality as o(own, key, i) cross join lateral governance.request_of_key(o.own, o.key) x;
    fresh := array(select min(o.i)::int from unnest(own, ids) with ordinality as o(key, id, i) where o.id is null group by o.key order by 1);
    -- only now: asking again for what is there already is right however late it is
    if exists (select from unnest(fresh) as f(i) where to_timestamp((documents[f.i]->>'access_until_ms')::bigint / 1000.0) <= clock_timestamp()) then
        raise exception 'access_until must be a time in the future' using errcode = 'CG020';
    end if;
    made := governance.request_create_many(array(
        select documents[f.i] || jsonb_build_object('idempotency_key', own[f.i], 'body_sha256', p_body_sha256[f.i])
          from unnest(fresh) with ordinality as f(i, o) order by f.o), false);
    return query
        select o.i::int, coalesce(o.id, f.id), o.i is distinct from f.i, coalesce(o.body, p_body_sha256[f.i]) <> p_body_sha256[o.i],
               coalesce(o.phase, (select r.phase from governance.access_request r where r.id = f.id))
          from unnest(own, ids, bodies, phases) with ordinality as o(key, id, body, phase, i)
          left join unnest(fresh, made) as f(i, id) on o.id is null and own[f.i] = o.key;
end $$;
comment on function governance.request_submit_many(text[], text[], text[]) is 'Submit governed requests, each once per idempotency key, in one commit';
