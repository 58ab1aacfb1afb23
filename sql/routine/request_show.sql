create or replace function governance.request_summary(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'id', r.id, 'phase', r.phase, 'reason', r.phase_reason, 'kind', r.kind, 'mode', r.mode, 'site', r.site,
        'ticket', (select jsonb_build_object('key', t.issue_key, 'status', t.status_name, 'url', s.url || '/browse/' || t.issue_key)
                     from governance.ticket t join governance.site s on s.name = t.site where t.request_id = r.id),
        'requester', r.requester, 'beneficiary', r.beneficiary, 'justification', r.justification,
        'held', nullif(r.hold_text, ''), 'requested_at', r.requested_at, 'approved_at', r.approved_at,
        'claimed_at', r.claimed_at, 'verified_at', r.verified_at, 'closed_at', r.closed_at,
        'access_until', r.access_until,
        'items', (select jsonb_agg(jsonb_build_object('source', i.source, 'account', i.account, 'entitlement', i.entitlement,
                         'desired', i.desired, 'verdict', v.verdict, 'read_at', v.read_at) order by i.id)
                    from governance.request_item i join governance.item_verdict v on v.item_id = i.id
                   where i.request_id = r.id),
        'parked', (select jsonb_agg(jsonb_build_object('work', f.kind, 'step', nullif(f.step, ''), 'why', f.why))
                     from governance.flow f where f.request_id = r.id and f.state = 'parked')))
$$;
comment on function governance.request_summary(governance.access_request) is 'One request as the API shows it';

create or replace function governance.request_show(p text) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select governance.request_summary(r)
      from governance.access_request r
     where r.id::text = p or r.id = (select t.request_id from governance.ticket t where t.issue_key = p and p <> '' limit 1)
$$;
comment on function governance.request_show(text) is 'One request by id or ticket key';

create or replace function governance.request_list(p_phase text, p_after text, p_limit int) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_build_object('requests', coalesce(jsonb_agg(governance.request_summary(r) order by r.id), '[]'),
                              'next', case when count(*) = p_limit then max(r.id::text) end)
      from (select * from governance.access_request x
             where (p_phase = '' or x.phase = p_phase) and (p_after = '' or x.id::text > p_after)
             order by x.id limit p_limit) as page
      join governance.access_request r on r.id = page.id
$$;
comment on function governance.request_list(text, text, int) is 'A page of requests by id';
