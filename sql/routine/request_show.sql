create or replace function governance.request_summary(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'id', r.id, 'phase', r.phase, 'reason', r.phase_reason, 'kind', r.kind, 'mode', r.mode, 'site', r.site,
        'ticket', (select jsonb_build_object('key', t.issue_key, 'status', t.status_name, 'url', s.url || '/browse/' || t.issue_key)
                     from governance.ticket t join governance.site s on s.name = t.site where t.request_id = r.id),
        'requester', r.requester, 'beneficiary', r.beneficiary, 'justification', r.justification,
        'status', (select to_jsonb(s) - '{request_id,site,issue_key,phase}'::text[] from governance.request_status s where s.request_id = r.id),
        'held', nullif(r.hold_text, ''), 'requested_at', r.requested_at, 'approved_at', r.approved_at,
        'claimed_at', r.claimed_at, 'verified_at', r.verified_at, 'closed_at', r.closed_at,
        'access_until', r.access_until, 'sponsor', r.sponsor, 'approval', governance.approval_shown(r),
        'cause', nullif(r.cause, 'asked'), 'follows', governance.request_relation(r.follows),
        'followed_by', (select jsonb_agg(governance.request_relation(f.id) order by f.requested_at, f.id)
                          from governance.access_request f where f.follows = r.id),
        'drift', (select jsonb_agg(jsonb_build_object('found_at', d.found_at, 'since', d.since, 'why', d.why, 'answer', d.answer,
                         'opened', d.opened, 'ended_at', d.ended_at) order by d.id)
                    from governance.drift d where d.request_id = r.id),
        'items', (select jsonb_agg(jsonb_build_object('source', i.source, 'account', i.account, 'entitlement', i.entitlement,
                         'desired', i.desired, 'verdict', v.verdict, 'read_at', v.read_at,
                         'superseded_by', case when i.superseded_by is not null then governance.dossier_superseded(i.superseded_by) end)
                         order by i.id)
                    from governance.request_item i left join governance.item_verdict v on v.item_id = i.id
                   where i.request_id = r.id and i.replaced_at is null),
        'parked', (select jsonb_agg(jsonb_build_object('work', f.kind, 'step', nullif(f.step, ''), 'why', f.why))
                     from governance.flow f where f.request_id = r.id and f.state = 'parked')))
$$;
comment on function governance.request_summary(governance.access_request) is 'One request as the API shows it';

-- The other end of "follows": which request, which ticket, and how far it is.
create or replace function governance.request_relation(p_request uuid) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_strip_nulls(jsonb_build_object('id', q.id, 'ticket', t.issue_key, 'cause', nullif(q.cause, 'asked'), 'kind', q.kind,
               'phase', q.phase, 'proven_at', q.verified_at))
      from governance.access_request q left join governance.ticket t on t.request_id = q.id
     where q.id = p_request
$$;
comment on function governance.request_relation(uuid) is 'A request as the one it follows, or that follows it, names it';

create or replace function governance.request_show(p text) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select coalesce((
        select governance.request_summary(r)
          from governance.access_request r
         where r.id::text = p or r.id = (select t.request_id from governance.ticket t where t.issue_key = p and p <> '' order by t.request_id limit 1)), (
        select governance.ticket_summary(t.site, t.issue_id) from governance.ticket_status t where t.issue_key = p and p <> '' limit 1))
$$;
comment on function governance.request_show(text) is 'One request by id or ticket key; of a ticket that nobody can read, why';

create or replace function governance.ticket_summary(p_site text, p_issue text) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'site', t.site, 'ticket', jsonb_build_object('key', t.issue_key, 'url', s.url || '/browse/' || t.issue_key),
        'status', to_jsonb(t) - '{site,issue_id,issue_key}'::text[]))
      from governance.ticket_status t join governance.site s on s.name = t.site
     where t.site = p_site and t.issue_id = p_issue
$$;
comment on function governance.ticket_summary(text, text) is 'A ticket that nobody can read as the API shows it';

-- p: {phase, site, stuck, older_than_s, after, limit}; what is absent holds for all. stuck: what fails or waits for a repair, and on
-- the first page the tickets that are no request yet because nobody can read them.
create or replace function governance.request_list(p jsonb) returns jsonb
language sql stable set search_path = pg_catalog as $$
    with page as (
        select x.id from governance.access_request x
         where x.phase = coalesce(p->>'phase', x.phase) and x.site = coalesce(p->>'site', x.site)
           and x.requested_at <= clock_timestamp() - coalesce(make_interval(secs => (p->>'older_than_s')::bigint), '0')
           and x.id > coalesce((p->>'after')::uuid, '00000000-0000-0000-0000-000000000000')
           and (not coalesce((p->>'stuck')::boolean, false)
                or (exists (select from governance.flow f where f.request_id = x.id and f.state not in ('done', 'moot'))
                    or x.phase not in ('closed', 'denied', 'cancelled', 'expired'))
                   and exists (select from governance.request_status s where s.request_id = x.id and s.state in ('retrying', 'stuck')))
         order by x.id
         limit (p->>'limit')::int)
    select jsonb_build_object(
               'requests', coalesce(jsonb_agg(governance.request_summary(r) order by r.id), '[]'),
               'next', case when count(*) = (p->>'limit')::int then max(r.id::text) end)
           || case when (p->>'stuck')::boolean and p->>'after' is null and p->>'phase' is null then jsonb_build_object('tickets', (
               select coalesce(jsonb_agg(governance.ticket_summary(t.site, t.issue_id) order by t.since), '[]')
                 from (select * from governance.ticket_status k
                        where k.site = coalesce(p->>'site', k.site)
                          and k.since <= clock_timestamp() - coalesce(make_interval(secs => (p->>'older_than_s')::bigint), '0')
                        order by k.since limit 100) t)) else '{}' end
      from page join governance.access_request r on r.id = page.id
$$;
comment on function governance.request_list(jsonb) is 'A page of requests by id';
