-- All we know about one request, as one document for domain/dossier.h. Times are epoch milliseconds. Most of what the service
-- asks of the database is this: each table is asked once (all of it on the snapshot of the statement that calls, since the
-- function is stable), what cannot be there is not asked for, and times are turned by hand, where governance.ms costs a call each.
-- It is a row: json_build_object finds out anew what each name and each value is. And it is text, where jsonb would be put in order,
-- put together and taken apart again.
create or replace function governance.dossier_text(p_request uuid) returns text
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
    declined boolean := false;
    outdated boolean := false;
    unclear boolean := false;
    given boolean := false;
    refused text;
    goal interval;
    ours_unseen boolean := false;
    plea_covers text := '';
    close_sent boolean;
    has_exception boolean; -- of now or before
    made text;
begin
    select * into r from governance.access_request x where x.id = p_request;
    if not found then
        return null;
    end if;
    select * into t from governance.ticket x where x.request_id = p_request;
    has_ticket := found;
    seen := governance.read_state(t, r);
    if exists (select from governance.approval a where a.request_id = p_request) then
        select coalesce(bool_or(v.decision = 'declined' and not v.withdrawn), false), coalesce(bool_or(v.decision = 'approved' and v.outdated), false)
          into declined, outdated from governance.approval_votes(r) v;
        given := governance.approval_reached(r);
        unclear := r.phase in ('received', 'pending_approval') and governance.approval_is(r, null);
    end if;
    select coalesce(json_agg(json_build_object('kind', f.kind, 'state', f.state, 'cycle', f.cycle,
                                                 'sent_ms', floor(extract(epoch from f.sent_at) * 1000)::bigint,
                                                 'refused_ms', floor(extract(epoch from f.parked_at) * 1000)::bigint,
                                                 'attempts', f.attempt)
                              order by f.state <> 'parked', f.id desc) -- of a kind the one whose turn it is last
                        filter (where f.state not in ('done', 'moot')), '[]') as open,
           coalesce(bool_or(f.kind = 'close' and f.cycle = r.claim_cycle
                            and (f.state in ('calling', 'doubt', 'probing', 'done') or f.sent_at is not null)), false) as close_sent,
           coalesce(bool_or(f.kind = 'create_ticket' and f.state not in ('done', 'moot')), false) as creates,
           -- what was found to be so already moved nothing
           count(*) filter (where f.kind = 'reopen' and l.lately and l.moves) as reopens,
           count(*) filter (where f.kind in ('transition', 'cancel') and l.lately and l.moves) as returns,
           -- calls: a comment that tells somebody is two, see domain/decide.h
           coalesce(sum(greatest(1, (f.payload::jsonb->>'tell')::int))
                        filter (where f.kind in ('comment', 'field_update', 'mend', 'evidence_link', 'remind', 'raise') and f.state <> 'moot' and l.lately), 0) as writes,
           max(f.created_at) filter (where f.kind = 'comment' and f.state = 'done') as commented,
           count(*) filter (where f.state <> 'moot' and (f.kind = 'remind' or f.kind = 'comment' and (f.payload::jsonb->>'tell')::int > 0)) as tells,
           -- one that shows a key that the ticket has no more shows nothing
           (array_agg(case when coalesce(f.for_key, t.issue_key) = t.issue_key then f.cycle end order by f.created_at desc, f.id desc)
                filter (where f.kind = 'evidence_link' and f.state = 'done'))[1] as badge
      into flow
      from governance.flow f
     cross join lateral (select f.created_at > clock_timestamp() - interval '1 hour' as lately,
                                f.state <> 'moot' and (f.state <> 'done' or f.attempt > 0) as moves) l
     where f.request_id = p_request;
    -- a bundle may be stored in portions: each item is read once. Item by item, so that no plan can begin with all that was ever
    -- observed and look for these items among it.
    select max(x.reads) filter (where r.claimed_at is not null) as since_claim, max(x.last) as last
      into read
      from governance.request_item i
     cross join lateral (select count(*) as reads, max(o.observed_at) as last
                           from governance.observation o
                          where o.item_id = i.id and o.generation = r.generation) x
     where i.request_id = p_request;
    has_exception := governance.has_exception(r);
    close_sent := flow.close_sent;
    if close_sent and has_exception then -- on proof: a close under an exception proves nothing when that has ended
        close_sent := exists (
            select from governance.flow f
             where f.request_id = p_request and f.kind = 'close' and f.cycle = r.claim_cycle
               and (f.state in ('calling', 'doubt', 'probing', 'done') or f.sent_at is not null)
               and not exists (select from governance.exception_covers e
                                where e.request_id = p_request and governance.exception_stood(e.void, e.item_id, r.proven_items)
                                  and e.created_at < coalesce(f.ended_at, 'infinity')
                                  and least(e.revoked_at, e.expires_at) > f.created_at));
    end if;
    if flow.creates then -- only who looks for a ticket that he may have made asks
        ours_unseen := exists (
            select from governance.flow f
             where f.site = r.site and f.kind = 'create_ticket' and f.issue_id <> '' and f.state not in ('done', 'moot')
               and (f.state = 'parked' or f.failures > 0) and f.request_id <> p_request
               and not exists (select from governance.ticket k
                                where k.site = f.site and k.issue_id = f.issue_id and k.request_id = f.request_id));
    end if;
    if has_exception then
        plea_covers := coalesce((select e.plea_edit from governance.exception_covers e
                                  where e.request_id = p_request and e.plea_edit <> '' and e.revoked_at is null
                                    and e.expires_at > clock_timestamp()
                                  order by e.exception_id desc limit 1), '');
    end if;
    select (select a.refused from governance.close_attempt a
             where a.request_id = p_request and a.cycle = governance.attempt_cycle(r, t.cycle)),
           (select c.goal from governance.sla_clock c where c.request_id = p_request)
      into refused, goal;
    select row_to_json(x)::text into made
      from (select
           r.id as request_id, r.version, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms, r.kind, r.phase, r.mode,
           r.held, r.hold_text, r.from_ticket, r.emergency, r.is_privileged as privileged, r.generation, r.requester, r.beneficiary,
           floor(extract(epoch from r.requested_at) * 1000)::bigint as requested_ms,
           floor(extract(epoch from r.approved_at) * 1000)::bigint as approved_ms,
           floor(extract(epoch from r.claimed_at) * 1000)::bigint as claimed_ms,
           floor(extract(epoch from r.verified_at) * 1000)::bigint as verified_ms,
           floor(extract(epoch from r.closed_at) * 1000)::bigint as closed_ms,
           floor(extract(epoch from r.access_until) * 1000)::bigint as access_until_ms, governance.approval_wanted(r) as approval_needed, r.cancel_asked, r.approved_hash,
           t.approved_edit, given as approval_given, unclear as approval_unclear, outdated as approval_outdated,
           declined as approval_declined, r.site, r.marker, r.claim_cycle, r.answered_cycle, refused, r.mapped, r.rule, r.request_type,
           r.justification,
           case when has_ticket then json_build_object('issue_id', t.issue_id, 'key', t.issue_key, 'state', t.state,
                   'category', t.category, 'role', t.role, 'status_name', t.status_name, 'cycle', t.cycle,
                   'cycle_at_ms', floor(extract(epoch from t.cycle_at) * 1000)::bigint, 'moved_by', t.moved_by,
                   'moved_by_us', t.moved_by_us, 'resolution_set', t.resolution_set, 'updated_ms', t.updated_ms, 'edit', t.edit,
                   'marker', t.marker, 'markers', t.markers, 'bound_to', t.bound_to, 'bound_elsewhere', t.bound_elsewhere,
                   'resolution_edit', t.resolution_edit, 'shown_hash', t.shown_hash, 'stated_hash', t.stated_hash,
                   'shown_in', t.shown_in,
                   'comment_over', coalesce(t.comment_over_at > flow.commented, false), 'fields_ms', t.fields_ms, 'plea', t.plea, 'approval', t.approval,
                   'awaited', t.awaited,
                   'approved_at_ms', floor(extract(epoch from t.approved_at) * 1000)::bigint, 'mapped_hash', t.mapped_hash,
                   'fresh_ms', case when seen.fresh then floor(extract(epoch from t.read_at) * 1000)::bigint end) end as ticket,
           governance.dossier_items(p_request, r.beneficiary, r.generation, r.closed_cycle is not null, read.last is not null, has_exception) as items,
           flow.open as flows, ours_unseen, close_sent, flow.reopens as reopens_last_hour, flow.returns as returns_last_hour,
           flow.writes as writes_last_hour, r.notice, r.notice_key, floor(extract(epoch from r.notice_at) * 1000)::bigint as notice_ms,
           coalesce(read.since_claim, 0) as reads_since_claim, floor(extract(epoch from read.last) * 1000)::bigint as last_read_ms,
           r.plea_done, r.plea_refused, plea_covers, coalesce(seen.unsteady, false) as unsteady, coalesce(seen.touched, false) as touched,
           flow.tells, flow.badge, r.said_hash, r.said_in, case when r.phase in ('received', 'pending_approval') then governance.dossier_approvals(r) end as approvals,
           case when t.role in ('verify', 'done') then governance.claims_own(r) else false end as claims_own, r.mapping_kept, r.contested,
           floor(extract(epoch from goal) * 1000)::bigint as goal_ms,
           floor(extract(epoch from r.approval_due) * 1000)::bigint as approval_due_ms,
           floor(extract(epoch from r.review_due) * 1000)::bigint as review_due_ms,
           case when r.emergency then exists (select from governance.emergency_review v where v.request_id = r.id) end as reviewed,
           case when r.kind <> 'removal' then governance.dossier_permits(r) end as permits, case when r.kind = 'modify' or exists (select from governance.access_request q where q.follows = r.id and q.cause = 'ahead')
                then governance.dossier_ahead(r) end as ahead, case when r.phase = 'closed' or num_nonnulls(r.follows, r.access_until, r.over_at) > 0 then governance.dossier_after(r) end as after) x;
    return made;
end $$;
comment on function governance.dossier_text(uuid) is 'Everything decide() needs about one request, as one JSON document in text';

-- A look at what is not known afresh reads the ticket before anything is decided, and loads all of this after it: by domain/look.c
-- (look_suffices), which a dossier that is not brief is still judged by. One in three that the service asks for is the first of a look.
create or replace function governance.dossier_first(p_request uuid) returns text
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    made text;
begin
    select row_to_json(x)::text into made
      from (select true as brief, r.id as request_id, r.version, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms,
                   r.kind, r.phase, r.mode, r.site, r.rule, r.request_type, r.mapping_kept,
                   json_build_object('issue_id', t.issue_id, 'key', t.issue_key, 'state', t.state, 'fields_ms', t.fields_ms) as ticket
              from governance.access_request r
              join governance.ticket t on t.request_id = r.id and t.issue_id <> ''
             where r.id = p_request
               and not (r.phase in ('ticketing', 'fulfilling') and t.role = 'open' and t.state = 'here'
                        and t.hinted_updated_ms <= t.updated_ms and t.read_at > coalesce(t.unsure_at, '-infinity'))) x;
    return coalesce(made, governance.dossier_text(p_request));
end $$;
comment on function governance.dossier_first(uuid) is 'What a look begins with: all that is known, or what the ticket is read by where that comes first';

create or replace function governance.dossier(p_request uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog as $$
begin
    return governance.dossier_text(p_request)::jsonb;
end $$;
comment on function governance.dossier(uuid) is 'The same as a value: for tests and eyes, and for programs of an earlier release';

-- p_came_back, p_observed, p_excepted: whether there is anything to ask for of proofs before, observations, exceptions. What only dossier_text asks
-- is planned as that pins it: each setting of a function costs a tenth of a look at one row.
create or replace function governance.dossier_items(p_request uuid, p_person text, p_generation int, p_came_back boolean, p_observed boolean,
                                                    p_excepted boolean) returns json
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select coalesce(json_agg(x), '[]')
              from (select i.id, i.source, s.label, i.account, l.native_id as account_id, i.entitlement, e2.native_id as entitlement_id, i.desired,
                           floor(extract(epoch from s.settle) * 1000)::bigint as settle_ms, s.confirmations,
                           floor(extract(epoch from s.max_age) * 1000)::bigint as max_age_ms, s.over_grant = 'hinder' as extra_hinders,
                           coalesce(e.shown->'stands', 'false') as excepted, e.shown->'until_ms' as excepted_until_ms,
                           e.shown->'from_ms' as excepted_from_ms, e.shown->'owner' as exception_owner,
                           coalesce(e.owed->'stands', 'false') as on_exception, e.owed->'lapsed_ms' as lapsed_ms,
                           case when p_came_back then governance.dossier_proven(p_request, i.id, p_excepted) end as proven_ms,
                           -- what was closed is asked for no more by anybody: it is watched (after.sql)
                           case when i.superseded_by is not null and not exists (
                                        select from governance.access_request x
                                         where x.id = p_request and (x.phase = 'closed' or x.access_until is not null and governance.end_lapsed(x, i)))
                                then governance.dossier_superseded(i.superseded_by) end as superseded_by,
                           case when p_observed then governance.others_changed(i, p_generation) end as others,
                           case when p_observed then governance.dossier_observed(i.id, p_generation) else '[]' end as obs
                      from governance.request_item i join governance.source s on s.name = i.source
                      -- item by item: never by all accounts of a source
                      left join lateral (select x.native_id from governance.account_link x where x.source = i.source and x.account = i.account
                                            and x.person = governance.person_folded(p_person) and x.replaced_at is null offset 0) l on true
                      left join lateral (select x.native_id from governance.entitlement_link x
                                          where x.source = i.source and x.entitlement = i.entitlement and x.replaced_at is null offset 0) e2 on true
                     cross join lateral (select case when p_excepted then governance.dossier_excepted(p_request, i.id) end as shown,
                                                case when p_excepted and p_came_back and i.superseded_by is null -- what was nobody owes, for good
                                                     then governance.dossier_owed(p_request, i.id) end as owed) e
                     where i.request_id = p_request and i.replaced_at is null
                     order by i.id + 0) x); -- by that request: the index of all items has this order, too
end $$;
comment on function governance.dossier_items(uuid, text, int, boolean, boolean, boolean) is
    'What a request wants, with what was observed of it since that claim';

-- Beside what an exception covered the rest was verified: guard_proof asks that of each item, by the view item_verdict.
create or replace function governance.dossier_proven(p_request uuid, p_item bigint, p_excepted boolean) returns bigint
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select governance.ms(greatest(max(a.proven_at), case when p_excepted then (
                       select max(p.proven_at) from governance.late_proof p where p.item_id = p_item) end))
              from governance.close_attempt a
             where a.request_id = p_request
               and (a.proven_as = 'verified' or p_excepted and a.proven_as = 'exception' and not exists (
                       select from governance.exception_covers x join governance.access_request r on r.id = x.request_id
                        where x.item_id = p_item and governance.exception_stood(x.void, x.item_id, r.proven_items) and x.created_at <= a.proven_at
                          and least(x.revoked_at, x.expires_at - interval '60 s') > a.proven_at)));
end $$;
comment on function governance.dossier_proven(uuid, bigint, boolean) is 'When an item was last proven by reads; null: never, or an exception covered it';

create or replace function governance.dossier_observed(p_item bigint, p_generation int) returns json
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select coalesce(json_agg(x), '[]')
              from (select o.outcome, o.account, o.complete, o.canary_ok, floor(extract(epoch from o.source_as_of) * 1000)::bigint as as_of_ms,
                           floor(extract(epoch from o.observed_at) * 1000)::bigint as observed_ms, o.native_id, o.entitlement_id, o.via, o.reason
                      from governance.observation o
                     where o.item_id = p_item and o.generation = p_generation
                     order by o.id desc limit 200) x);
end $$;
comment on function governance.dossier_observed(bigint, int) is 'What was observed of an item, the latest first';

create or replace function governance.dossier_excepted(p_request uuid, p_item bigint) returns json
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select json_build_object('stands', x.stands, 'owner', x.owner, 'from_ms', floor(extract(epoch from x.created_at) * 1000)::bigint,
                                     'until_ms', floor(extract(epoch from x.expires_at) * 1000)::bigint)
              from (select x.exception_id as id, x.owner, x.created_at, x.expires_at, x.plea_edit = '' or not exists (
                               select from governance.ticket t where t.request_id = p_request and t.state = 'here'
                                  and governance.is_later_edit(t.plea->>'edit', x.plea_edit)) as stands
                      from governance.exception_covers x
                     where x.item_id = p_item and x.counts and x.revoked_at is null
                       and x.expires_at > clock_timestamp() + interval '60 s') x
             order by x.stands desc, x.expires_at desc, x.id desc limit 1);
end $$;
comment on function governance.dossier_excepted(uuid, bigint) is 'The exception of an item that holds, or the last one that an answer took back';

create or replace function governance.dossier_owed(p_request uuid, p_item bigint) returns json
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select json_build_object('stands', d.stands, 'lapsed_ms', governance.ms(d.lapsed_at)) from governance.exception_debt(p_request, p_item) d);
end $$;
comment on function governance.dossier_owed(uuid, bigint) is 'Since when nothing covers an item that an exception let close; null: nothing is owed of it';

-- As in domain/plea.c: changelog ids are numbers, and grow.
create or replace function governance.is_later_edit(a text, b text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select case when a ~ '^[0-9]{1,18}$' and b ~ '^[0-9]{1,18}$' then a::bigint > b::bigint else false end
$$;
comment on function governance.is_later_edit(text, text) is 'Is that change of a ticket later than the other one?';
