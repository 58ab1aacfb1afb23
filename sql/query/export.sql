-- What `evidence export` asks beside store.sql; as there, one statement is one transaction.

-- name: evidence_exported
-- params: from text, to text, requests bigint, manifest text
select governance.evidence_exported($1::timestamptz, $2::timestamptz, $3::bigint, $4)

-- name: export_entries
-- params: from text, to text, after bigint, upto bigint, names boolean, page int
-- Entries of a time with what stands beside them. Without functions of ours: a role that may only read exports, too.
select e.seq, e.body, jsonb_strip_nulls(jsonb_build_object(
           'at_ms', (extract(epoch from e.at) * 1000)::bigint, 'hash', encode(e.hash, 'hex'), 'site', r.site, 'ticket', nullif(t.issue_key, ''),
           'change', r.kind, 'privileged', r.is_privileged,
           'latest', case when e.kind = 'item.observed' then not exists (
               select from governance.evidence_entry n where n.request_id = e.request_id and n.seq > e.seq and n.seq <= $4::bigint
                   and n.kind = 'item.observed' and n.body::jsonb->'detail'->'item' = d.detail->'item') end,
           'items', (select jsonb_agg(jsonb_build_object('item', i.id, 'source', i.source, 'source_kind', s.kind, 'desired', i.desired,
                               'account', case when $5::boolean then i.account end, 'entitlement', i.entitlement) order by i.id)
                       from governance.request_item i join governance.source s on s.name = i.source
                      where i.request_id = e.request_id
                        and (to_jsonb(i.id) = d.detail->'item' or d.detail->'proof' @> jsonb_build_array(jsonb_build_object('item', i.id))))))
  from governance.evidence_entry e
 cross join lateral (select e.body::jsonb->'detail' as detail) d
  left join governance.access_request r on r.id = e.request_id
  left join governance.ticket t on t.request_id = e.request_id
 where e.seq > $3::bigint and e.seq <= $4::bigint and ($1 = '' or e.at >= nullif($1, '')::timestamptz) and ($2 = '' or e.at < nullif($2, '')::timestamptz)
 order by e.seq limit $6::int
