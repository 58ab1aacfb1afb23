create or replace function governance.evidence_of(p text) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('request', p, 'entries', coalesce(jsonb_agg(jsonb_build_object('seq', e.seq, 'at', e.at,
               'kind', e.kind, 'body', e.body, 'prev', encode(e.prev, 'hex'), 'hash', encode(e.hash, 'hex')) order by e.seq), '[]'))
      from governance.evidence_entry e
     where e.request_id = p::uuid
    having exists (select from governance.access_request r where r.id = p::uuid)
$$;
comment on function governance.evidence_of(text) is 'The evidence entries of one request; null: there is no such request';
