-- What of a request is otherwise in its row, or beside it, than its entries tell (governance.request_told): by name, for whoever is shown it. As
-- in verify_rows a row's time may be a minute from its entry's. Nothing of one whose entries were retained away, all or some: they are in files.

create or replace function governance.request_files(p_request uuid) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_agg(r.export order by r.id)
      from governance.retention_request q join governance.retention r on r.id = q.retention_id where q.request_id = p_request and r.kind = 'evidence'
$$;
comment on function governance.request_files(uuid) is 'Files that entries of a request were retained into; null: none';

create or replace function governance.request_differs(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    with told as materialized (select * from governance.request_told t where t.request_id = r.id),
    clock as materialized ( -- the last that an entry says
        select e.body::jsonb #> '{detail,clock}' as says from governance.evidence_entry e
         where e.request_id = r.id and e.kind in ('request.received', 'request.moved') and e.body like '%"clock":{%' order by e.seq desc limit 1),
    differs as (
        select 1 as place, 'entries' as what where not exists (select from told t where t.is_whole)
        union all
        select 2, 'phase' from told t where t.phase <> r.phase
        union all
        select 3, x.what
          from told t
         cross join lateral (values ('requested', r.requested_at, t.requested_at, false), ('approved', r.approved_at, t.approved_at, true),
                                    ('claimed', r.claimed_at, t.claimed_at, true),
                                    ('verified', case when r.phase in ('verified', 'exception', 'closed') then r.verified_at end, t.verified_at, true),
                                    ('closed', r.closed_at, t.closed_at, true)) x(what, row_at, at, is_optional)
         where t.phase = r.phase and (x.at is null) <> (x.row_at is null) and x.is_optional or abs(extract(epoch from x.at - x.row_at)) > 60
        union all
        select 4, 'clock' from told t left join clock k on true left join governance.sla_clock c on c.request_id = r.id
         where t.phase = r.phase and k.says is not null and (c.request_id is null or jsonb_strip_nulls(k.says || jsonb_build_object('started_us', governance.us(c.started_at))
                   || case when t.outcome is not null then jsonb_build_object('stopped_us', governance.us(c.stopped_at), 'ended', c.ended,
                               'paused_us', governance.us(c.paused), 'business_us', governance.us(c.business)) else '{}' end) <> k.says)
        union all
        select 5, 'approvals' where exists (
            select from governance.approval a where a.request_id = r.id and not exists (
                select from governance.evidence_entry e where e.request_id = r.id and e.kind = 'request.approval'
                    and e.body::jsonb->'detail' @> jsonb_build_object('approval', a.id, 'decision', a.decision)))
        union all
        select 6, 'exceptions' where exists (
            select from governance.exception x left join governance.request_item i on i.id = x.item_id
             where coalesce(x.request_id, i.request_id) = r.id and not exists (
                select from governance.evidence_entry e where e.request_id = r.id and e.kind = 'exception.granted'
                    and e.body::jsonb->'detail' @> jsonb_build_object('exception', x.id, 'scope', x.scope))))
    select jsonb_agg(d.what order by d.place, d.what) from differs d where governance.request_files(r.id) is null
$$;
comment on function governance.request_differs(governance.access_request) is 'What of a request is otherwise than its entries tell; null: nothing';
