create or replace function governance.request_summary(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'id', r.id, 'phase', r.phase, 'reason', r.phase_reason, 'kind', r.kind, 'mode', r.mode, 'site', r.site,
        'provisioning', governance.provisioning(r),
        'ticket', (select jsonb_build_object('key', t.issue_key, 'status', t.status_name, 'url', s.url || '/browse/' || t.issue_key)
                     from governance.ticket t join governance.site s on s.name = t.site where t.request_id = r.id),
        'requester', r.requester, 'beneficiary', r.beneficiary, 'justification', r.justification,
        'status', (select to_jsonb(s) - '{request_id,site,issue_key,phase}'::text[] from governance.request_status s where s.request_id = r.id),
        'held', nullif(r.hold_text, ''), 'requested_at', r.requested_at, 'approved_at', r.approved_at,
        'claimed_at', r.claimed_at, 'verified_at', r.verified_at, 'closed_at', r.closed_at,
        'access_until', r.access_until, 'sponsor', r.sponsor, 'approval', governance.approval_shown(r),
        'lifecycle', r.lifecycle, 'subject_kind', r.subject_kind, 'submitted_by', r.submitted_by, 'cancelled_by', r.cancelled_by,
        'cause', nullif(r.cause, 'asked'), 'follows', governance.request_relation(r.follows),
        'followed_by', (select jsonb_agg(governance.request_relation(f.id) order by f.requested_at, f.id)
                          from governance.access_request f where f.follows = r.id),
        'drift', (select jsonb_agg(jsonb_build_object('found_at', d.found_at, 'since', d.since, 'why', d.why, 'answer', d.answer,
                         'opened', d.opened, 'ended_at', d.ended_at) order by d.id)
                    from governance.drift d where d.request_id = r.id),
        'items', governance.items_shown(r),
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
         where r.id = governance.request_one(p)), (
        select governance.ticket_summary(t.site, t.issue_id)
          from governance.unread_one(p) u join governance.ticket_status t on t.site = u.site and t.issue_id = u.issue_id))
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

-- p: {phase, site, kind, lifecycle, subject_kind, application, since_ms, overdue, stuck, older_than_s, sort, after, limit}; what is absent
-- holds for all. sort: id, requested_at or -requested_at; after: `next` of the page before. stuck: what fails or waits for a repair, and
-- on the first page the tickets that are no request yet because nobody can read them. Of the three orders only the one asked for runs.
create or replace function governance.request_list(p jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
declare -- each planned for what is asked: what is absent is no condition at all
    v_phase text := p->>'phase';
    v_site text := p->>'site';
    v_kind text := p->>'kind';
    v_lifecycle text := p->>'lifecycle';
    v_subject_kind text := p->>'subject_kind';
    v_application text := p->>'application';
    v_since timestamptz := to_timestamp((p->>'since_ms')::bigint / 1000.0);
    v_until timestamptz := clock_timestamp() - make_interval(secs => nullif((p->>'older_than_s')::bigint, 0));
    v_overdue boolean := coalesce((p->>'overdue')::boolean, false);
    overdue uuid[] := case when v_overdue then array(select c.request_id from governance.sla_clock c
        where c.stopped_at is null and c.paused_since is null -- what is held is not late, and by its calendar where it has one
          and coalesce(c.due_at, c.started_at + make_interval(secs => extract(epoch from c.goal + c.paused))) < clock_timestamp()) end;
    v_stuck boolean := coalesce((p->>'stuck')::boolean, false);
    v_sort text := coalesce(p->>'sort', 'id');
    v_after text := p->>'after';
    v_limit int := (p->>'limit')::int;
    v_after_time timestamptz := case when v_sort <> 'id' then governance.after_time(v_after) end;
    v_after_id uuid := case when v_sort <> 'id' then governance.after_id(v_after) else v_after::uuid end;
    -- what may be stuck is not over, or has work left: of all there ever were these are few
    live uuid[] := case when v_stuck then array(
        select x.id from governance.access_request x
         where x.phase in ('received', 'pending_approval', 'approved', 'ticketing', 'fulfilling', 'claimed', 'verifying', 'verified', 'exception', 'orphaned')
        union select f.request_id from governance.flow f where f.state not in ('done', 'moot', 'parked')
        union select f.request_id from governance.flow f where f.state = 'parked'
        union select d.request_id from governance.drift d where d.ended_at is null) end;
    page uuid[];
    listed jsonb;
begin
    with fits as not materialized (
        select x.id, x.requested_at from governance.access_request x
         where (v_phase is null or x.phase = v_phase) and (v_site is null or x.site = v_site) and (v_kind is null or x.kind = v_kind)
           and (v_lifecycle is null or x.lifecycle = v_lifecycle) and (v_subject_kind is null or x.subject_kind = v_subject_kind)
           and (v_until is null or x.requested_at <= v_until) and (v_since is null or x.requested_at >= v_since)
           and (v_application is null -- not as "exists": that would be looked up for all at once, and a page needs few
                or (select true from governance.request_item i where i.request_id = x.id and i.source = v_application and i.replaced_at is null limit 1))
           and (not v_overdue or x.id = any (overdue))
           and (not v_stuck
                or x.id = any (live)
                   and exists (select from governance.request_status s where s.request_id = x.id and s.state in ('retrying', 'stuck')))),
    found as (
        (select f.id from fits f where v_sort = 'id' and (v_after_id is null or f.id > v_after_id) order by f.id limit v_limit)
        union all
        (select f.id from fits f where v_sort = 'requested_at' and (v_after_time is null or (f.requested_at, f.id) > (v_after_time, v_after_id))
          order by f.requested_at, f.id limit v_limit)
        union all
        (select f.id from fits f where v_sort = '-requested_at' and (v_after_time is null or (f.requested_at, f.id) < (v_after_time, v_after_id))
          order by f.requested_at desc, f.id desc limit v_limit))
    select array_agg(found.id) into page from found;
    select jsonb_build_object(
               'requests', coalesce(jsonb_agg(governance.request_summary(r) order by o.n), '[]'),
               'next', case when count(*) = v_limit then
                   (array_agg(case when v_sort = 'id' then r.id::text
                                   else (extract(epoch from r.requested_at) * 1000000)::bigint || '.' || r.id end order by o.n desc))[1] end)
      into listed
      from unnest(page) with ordinality as o(id, n) join governance.access_request r on r.id = o.id;
    if v_stuck and v_after is null and v_phase is null then
        listed := listed || jsonb_build_object('tickets', (
            select coalesce(jsonb_agg(governance.ticket_summary(t.site, t.issue_id) order by t.since), '[]')
              from (select * from governance.ticket_status k
                     where (v_site is null or k.site = v_site) and (v_until is null or k.since <= v_until)
                     order by k.since limit 100) t));
    end if;
    return listed;
end $$;
comment on function governance.request_list(jsonb) is 'A page of requests';

-- The two halves of a place in the order of time: microseconds since 1970, a dot, the id.
create or replace function governance.after_time(p text) returns timestamptz
language sql immutable set search_path = pg_catalog as $$
    select 'epoch'::timestamptz + split_part(p, '.', 1)::bigint * interval '1 microsecond'
$$;
comment on function governance.after_time(text) is 'The time of a place in a list by time';
create or replace function governance.after_id(p text) returns uuid
language sql immutable set search_path = pg_catalog as $$
    select split_part(p, '.', 2)::uuid
$$;
comment on function governance.after_id(text) is 'The id of a place in a list by time';
