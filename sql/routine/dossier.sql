-- All we know about one request, as one document for domain/dossier.h. Times are epoch milliseconds. Most of what the service
-- asks of the database is this: each table is asked once (all of it on the snapshot of the statement that calls, since the
-- function is stable), what cannot be there is not asked for, and times are turned by hand, where governance.ms costs a call each.
create or replace function governance.dossier(p_request uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog -- its plans are kept; a function in SQL is planned at each call
    -- by index, for any request alike: a plan made while tables are small is kept when they have grown; where there is no index
    -- the plan counts as so dear that it would be compiled, for a second
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    r governance.access_request;
    t governance.ticket;
    has_ticket boolean;
    seen record; -- what the read of that ticket is worth
    flow record;
    read record;
    approval record;
    unclear boolean := false;
    given boolean := false;
begin
    select * into r from governance.access_request x where x.id = p_request;
    if not found then
        return null;
    end if;
    select * into t from governance.ticket x where x.request_id = p_request;
    has_ticket := found;
    select * into seen from governance.read_state(t, r);
    select count(*) > 0 as any,
           coalesce(bool_or(a.decision = 'declined'), false) as declined,
           coalesce(bool_or(a.decision = 'approved' and (a.tuple_hash <> r.mapped_hash or a.tuple_hash = '')), false) as outdated
      into approval from governance.approval a where a.request_id = p_request;
    if approval.any then
        given := governance.approval_is(r, true);
        unclear := r.phase in ('received', 'pending_approval') and governance.approval_is(r, null);
    end if;
    select coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'state', f.state, 'cycle', f.cycle,
                                                 'sent_ms', floor(extract(epoch from f.sent_at) * 1000)::bigint,
                                                 'refused_ms', floor(extract(epoch from f.parked_at) * 1000)::bigint,
                                                 'attempts', f.attempt)
                              order by f.state <> 'parked', f.id desc) -- of a kind the one whose turn it is last
                        filter (where f.state not in ('done', 'moot')), '[]') as open,
           coalesce(bool_or(f.kind = 'close' and f.cycle = r.claim_cycle
                            and (f.state in ('calling', 'doubt', 'probing', 'done') or f.sent_at is not null)
                            -- on proof: a close under an exception proves nothing when that has ended
                            and not exists (select from governance.exception e join governance.request_item i on i.id = e.item_id
                                             where i.request_id = p_request and e.created_at < coalesce(f.ended_at, 'infinity')
                                               and least(e.revoked_at, e.expires_at) > f.created_at)), false) as close_sent,
           count(*) filter (where f.kind = 'reopen' and f.state <> 'moot' and l.lately) as reopens,
           count(*) filter (where f.kind = 'transition' and f.state <> 'moot' and l.lately) as returns,
           -- calls: a comment that tells somebody is two, see domain/decide.h
           coalesce(sum(greatest(1, (f.payload::jsonb->>'tell')::int))
                        filter (where f.kind in ('comment', 'field_update', 'mend', 'evidence_link') and f.state <> 'moot' and l.lately), 0) as writes,
           count(*) filter (where f.kind = 'comment' and f.state <> 'moot' and (f.payload::jsonb->>'tell')::int > 0) as tells,
           -- one that shows a key that the ticket has no more shows nothing
           (array_agg(case when coalesce(f.for_key, t.issue_key) = t.issue_key then f.cycle end order by f.created_at desc, f.id desc)
                filter (where f.kind = 'evidence_link' and f.state = 'done'))[1] as badge
      into flow
      from governance.flow f
     cross join lateral (select f.created_at > clock_timestamp() - interval '1 hour' as lately) l
     where f.request_id = p_request;
    select count(distinct o.observed_at) filter (where r.claimed_at is not null) as since_claim, max(o.observed_at) as last
      into read
      from governance.request_item i
      join governance.observation o on o.item_id = i.id and o.generation = r.generation
     where i.request_id = p_request;
    return jsonb_build_object(
        'request_id', r.id, 'version', r.version, 'now_ms', floor(extract(epoch from clock_timestamp()) * 1000)::bigint, 'kind', r.kind,
        'phase', r.phase, 'mode', r.mode, 'held', r.held, 'hold_text', r.hold_text, 'from_ticket', r.from_ticket,
        'emergency', r.emergency, 'privileged', r.is_privileged, 'generation', r.generation, 'requester', r.requester, 'beneficiary', r.beneficiary,
        'requested_ms', floor(extract(epoch from r.requested_at) * 1000)::bigint,
        'approved_ms', floor(extract(epoch from r.approved_at) * 1000)::bigint,
        'claimed_ms', floor(extract(epoch from r.claimed_at) * 1000)::bigint,
        'verified_ms', floor(extract(epoch from r.verified_at) * 1000)::bigint,
        'closed_ms', floor(extract(epoch from r.closed_at) * 1000)::bigint,
        'access_until_ms', floor(extract(epoch from r.access_until) * 1000)::bigint,
        'approval_needed', r.approval_needed, 'cancel_asked', r.cancel_asked, 'approved_hash', r.approved_hash,
        'approved_edit', t.approved_edit, 'approval_given', given, 'approval_unclear', unclear,
        'approval_outdated', approval.outdated, 'approval_declined', approval.declined,
        'site', r.site, 'marker', r.marker, 'claim_cycle', r.claim_cycle, 'answered_cycle', r.answered_cycle,
        'refused', (select a.refused from governance.close_attempt a
                     where a.request_id = p_request and a.cycle = governance.attempt_cycle(r, t.cycle)),
        'mapped', r.mapped, 'rule', r.rule, 'request_type', r.request_type, 'justification', r.justification,
        'ticket', case when has_ticket then jsonb_build_object('issue_id', t.issue_id, 'key', t.issue_key, 'state', t.state,
                          'category', t.category, 'role', t.role, 'status_name', t.status_name, 'cycle', t.cycle,
                          'cycle_at_ms', floor(extract(epoch from t.cycle_at) * 1000)::bigint, 'moved_by', t.moved_by,
                          'moved_by_us', t.moved_by_us, 'resolution_set', t.resolution_set, 'updated_ms', t.updated_ms, 'edit', t.edit,
                          'marker', t.marker, 'markers', t.markers, 'bound_to', t.bound_to, 'bound_elsewhere', t.bound_elsewhere,
                          'resolution_edit', t.resolution_edit, 'shown_hash', t.shown_hash, 'stated_hash', t.stated_hash,
                          'shown_in', t.shown_in, 'plea', t.plea, 'approval', t.approval,
                          'awaited', t.awaited,
                          'approved_at_ms', floor(extract(epoch from t.approved_at) * 1000)::bigint, 'mapped_hash', t.mapped_hash,
                          'fresh_ms', case when seen.fresh then floor(extract(epoch from t.read_at) * 1000)::bigint end) end,
        'items', governance.dossier_items(p_request, r.generation, r.closed_cycle is not null),
        'flows', flow.open,
        'ours_unseen', exists (select from governance.flow f where f.site = r.site and f.kind = 'create_ticket' and f.issue_id <> ''
                                  and f.state not in ('done', 'moot') and (f.state = 'parked' or f.failures > 0) and f.request_id <> p_request
                                  and not exists (select from governance.ticket k where k.site = f.site and k.issue_id = f.issue_id
                                                                                    and k.request_id = f.request_id)),
        'close_sent', flow.close_sent, 'reopens_last_hour', flow.reopens, 'returns_last_hour', flow.returns, 'writes_last_hour', flow.writes,
        'notice', r.notice, 'notice_key', r.notice_key, 'notice_ms', floor(extract(epoch from r.notice_at) * 1000)::bigint,
        'reads_since_claim', read.since_claim, 'last_read_ms', floor(extract(epoch from read.last) * 1000)::bigint)
        || jsonb_build_object( -- a function takes a hundred arguments
        'plea_done', r.plea_done, 'plea_refused', r.plea_refused,
        'plea_covers', coalesce((select e.plea_edit from governance.exception e join governance.request_item i on i.id = e.item_id
                                  where i.request_id = p_request and e.plea_edit <> '' and e.revoked_at is null
                                    and e.expires_at > clock_timestamp()
                                  order by e.id desc limit 1), ''),
        'unsteady', coalesce(seen.unsteady, false), 'touched', coalesce(seen.touched, false), 'tells', flow.tells,
        'badge', flow.badge, 'said_hash', r.said_hash, 'said_in', r.said_in,
        'goal_ms', (select governance.ms(c.goal) from governance.sla_clock c where c.request_id = p_request));
end $$;
comment on function governance.dossier(uuid) is 'Everything decide() needs about one request, as one JSON document';

create or replace function governance.dossier_items(p_request uuid, p_generation int, p_came_back boolean) returns jsonb
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    return (select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'source', i.source, 'label', s.label,
                          'account', i.account, 'entitlement', i.entitlement, 'desired', i.desired,
                          'settle_ms', floor(extract(epoch from s.settle) * 1000)::bigint, 'confirmations', s.confirmations,
                          'max_age_ms', floor(extract(epoch from s.max_age) * 1000)::bigint,
                          'excepted', e.stands is true,
                          'excepted_until_ms', floor(extract(epoch from e.expires_at) * 1000)::bigint,
                          'exception_owner', e.owner,
                          'proven_ms', case when p_came_back then (
                              select governance.ms(max(a.proven_at)) from governance.close_attempt a
                               where a.request_id = p_request and a.proven_as = 'verified') end,
                          'obs', (select coalesce(jsonb_agg(jsonb_build_object('outcome', o.outcome, 'account', o.account,
                                      'complete', o.complete, 'canary_ok', o.canary_ok,
                                      'as_of_ms', governance.ms(o.source_as_of), 'observed_ms', governance.ms(o.observed_at),
                                      'reason', o.reason) order by o.id desc), '[]')
                                    from (select * from governance.observation o
                                           where o.item_id = i.id and o.generation = p_generation
                                           order by o.id desc limit 200) o)) order by i.id), '[]')
              from governance.request_item i join governance.source s on s.name = i.source
              left join lateral (select x.owner, x.expires_at, x.plea_edit = '' or not exists (
                                            select from governance.ticket t where t.request_id = p_request and t.state = 'here'
                                               and governance.is_later_edit(t.plea->>'edit', x.plea_edit)) as stands
                                   from governance.exception x
                                  where x.item_id = i.id and x.revoked_at is null
                                    and x.expires_at > clock_timestamp() + interval '60 s'
                                  order by stands desc, x.expires_at desc, x.id desc limit 1) e on true
             where i.request_id = p_request and i.replaced_at is null);
end $$;
comment on function governance.dossier_items(uuid, int, boolean) is 'What a request wants, with what was observed of it since that claim';

-- As in domain/plea.c: changelog ids are numbers, and grow.
create or replace function governance.is_later_edit(a text, b text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select case when a ~ '^[0-9]{1,18}$' and b ~ '^[0-9]{1,18}$' then a::bigint > b::bigint else false end
$$;
comment on function governance.is_later_edit(text, text) is 'Is that change of a ticket later than the other one?';
