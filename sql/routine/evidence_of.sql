-- A page of the entries of one request, oldest first, behind number p_after (0: from the first). Null: there is no such request.
create or replace function governance.evidence_of(p text, p_after bigint, p_limit int) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    with page as (
        select e.* from governance.evidence_entry e where e.request_id = p::uuid and e.seq > p_after order by e.seq limit p_limit)
    select jsonb_build_object('request', p, 'entries', coalesce(jsonb_agg(jsonb_build_object('seq', e.seq, 'at', e.at,
               'kind', e.kind, 'body', e.body, 'prev', encode(e.prev, 'hex'), 'hash', encode(e.hash, 'hex')) order by e.seq), '[]'),
               'next', case when count(*) = p_limit then max(e.seq)::text end)
      from page e
    having exists (select from governance.access_request r where r.id = p::uuid)
$$;
comment on function governance.evidence_of(text, bigint, int) is 'A page of the evidence entries of one request; null: there is no such request';
