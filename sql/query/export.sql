-- What `evidence export` asks beside store.sql; as there, one statement is one transaction.

-- name: evidence_exported
-- params: from text, to text, requests bigint, manifest text
select governance.evidence_exported($1::timestamptz, $2::timestamptz, $3::bigint, $4)

-- name: events_exported
-- params: from text, to text
select governance.events_exported(nullif($1, '')::timestamptz, nullif($2, '')::timestamptz)

-- name: export_entries
-- params: from text, to text, after bigint, upto bigint, names boolean, page int
-- Entries of a time with what stands beside them. Without functions of ours: a role that may only read exports, too.
with page as materialized ( -- first what is told, then what stands beside it: not the other way round
    select * from governance.evidence_entry e
     where e.seq > $3::bigint and e.seq <= $4::bigint and ($1 = '' or e.at >= nullif($1, '')::timestamptz) and ($2 = '' or e.at < nullif($2, '')::timestamptz)
     order by e.seq limit $6::int)
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
                        and i.id = any (array(select (p.item->>'item')::bigint
                                                from jsonb_array_elements(case jsonb_typeof(d.detail->'proof') when 'array' then d.detail->'proof' else '[]' end
                                                                          || jsonb_build_object('item', d.detail->'item')) p(item))))))
  from page e
 cross join lateral (select e.body::jsonb->'detail' as detail) d
  left join lateral (select q.site, q.kind, q.is_privileged from governance.access_request q where q.id = e.request_id limit 1) r on true
  left join lateral (select k.issue_key from governance.ticket k where k.request_id = e.request_id limit 1) t on true
 order by e.seq

-- name: report_ungoverned
-- params: since_ms bigint, age_ms bigint, rows int
-- One document. Without functions of ours, as above.
with span as (
    select date_trunc('milliseconds', coalesce(to_timestamp(nullif($1::bigint, 0) / 1000.0), clock_timestamp() - make_interval(secs => $2::bigint / 1000.0))) as since,
           date_trunc('milliseconds', clock_timestamp()) as until),
change as (
    select c.*, row_number() over (order by c.not_after desc, c.source, c.account, c.entitlement) as place, count(*) over () as size
      from audit.ungoverned_change_v1 c, span s where c.not_after >= s.since)
select jsonb_build_object(
    'report', 'ungoverned', 'version', 1,
    'since', to_char(s.since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'until', to_char(s.until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'found', coalesce((select max(c.size) from change c), 0),
    'changes', coalesce((select jsonb_agg(jsonb_build_object('source', c.source, 'account', c.account, 'entitlement', c.entitlement, 'became', c.became,
                   'not_before', to_char(c.not_before at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                   'not_after', to_char(c.not_after at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                   'seen_by', c.seen_by, 'request', c.request_id, 'ticket', c.ticket, 'drift', c.is_drift) order by c.place)
                           from change c where c.place <= $3::int), '[]'),
    'counts', (select jsonb_agg(jsonb_build_object('what', r.what, 'counted', r.counted, 'logged', r.logged, 'difference', r.difference) order by r.what)
                 from audit.reconciliation_v1 r),
    'tickets', coalesce((select jsonb_agg(jsonb_build_object('what', k.what, 'tickets', k.n) order by k.what)
                  from (select case when t.request_id is not null then 'governed' when t.second_of is not null then 'second'
                                    when t.ignored is not null then 'ungoverned: ' || t.ignored else 'not looked at yet' end as what, count(*) as n
                          from governance.ticket t group by 1) k), '[]'))
  from span s
