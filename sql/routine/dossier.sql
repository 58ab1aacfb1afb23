-- All we know about some requests, as one document each for domain/dossier.h, in the order of p_requests; null: there is none. Times are epoch
-- milliseconds. Most of what the service asks of the database is this: to begin a statement costs as much as what it reads of one request, so
-- one asks each table for all of them, by index and request by request (all of it on the snapshot of the statement that calls, since the function
-- is stable). What few have is not asked for of the others: a branch that is not taken, or a function that only such a branch calls. Times are
-- turned by hand, where governance.ms costs a call each.
-- It is a row: json_build_object finds out anew what each name and each value is. And it is text, where jsonb would be put in order,
-- put together and taken apart again.
create or replace function governance.dossier_texts(p_requests uuid[]) returns setof text
language plpgsql stable rows 16 set search_path = pg_catalog -- its plan is kept; a function in SQL is planned at each call
    -- by index, for any request alike: a plan made while tables are small is kept when they have grown; where there is no index
    -- the plan counts as so dear that it would be compiled, for a second
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
begin
    return query select case when x.request_id is not null then row_to_json(x)::text end
      from (select
           r.id as request_id, r.version, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms, r.kind, r.phase, r.mode,
           r.held, r.hold_text, r.from_ticket, r.emergency, r.is_privileged as privileged, r.generation, r.requester, r.beneficiary,
           floor(extract(epoch from r.requested_at) * 1000)::bigint as requested_ms,
           floor(extract(epoch from r.approved_at) * 1000)::bigint as approved_ms,
           floor(extract(epoch from r.claimed_at) * 1000)::bigint as claimed_ms,
           floor(extract(epoch from r.verified_at) * 1000)::bigint as verified_ms,
           floor(extract(epoch from r.closed_at) * 1000)::bigint as closed_ms,
           floor(extract(epoch from r.access_until) * 1000)::bigint as access_until_ms, governance.approval_wanted(r) as approval_needed, r.cancel_asked, r.approved_hash,
           t.approved_edit, coalesce(own.votes->'given', 'false') as approval_given, coalesce(own.votes->'unclear', 'false') as approval_unclear,
           coalesce(own.votes->'outdated', 'false') as approval_outdated, coalesce(own.votes->'declined', 'false') as approval_declined,
           r.site, r.marker, r.claim_cycle, r.answered_cycle,
           (select a.refused from governance.close_attempt a
             where a.request_id = r.id and a.cycle = governance.attempt_cycle(r, t.cycle)) as refused, r.mapped, r.rule, r.request_type,
           r.justification,
           case when t.request_id is not null then json_build_object('issue_id', t.issue_id, 'key', t.issue_key, 'state', t.state,
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
           (select coalesce(json_agg(x), '[]')
              from (select i.id, i.source, s.label, i.account, l.native_id as account_id, i.entitlement, e2.native_id as entitlement_id, i.desired,
                           floor(extract(epoch from s.settle) * 1000)::bigint as settle_ms, s.confirmations,
                           floor(extract(epoch from s.max_age) * 1000)::bigint as max_age_ms, s.over_grant = 'hinder' as extra_hinders,
                           coalesce(e.shown->'stands', 'false') as excepted, e.shown->'until_ms' as excepted_until_ms,
                           e.shown->'from_ms' as excepted_from_ms, e.shown->'owner' as exception_owner,
                           coalesce(e.owed->'stands', 'false') as on_exception, e.owed->'lapsed_ms' as lapsed_ms,
                           case when r.closed_cycle is not null then governance.dossier_proven(r.id, i.id, own.excepted) end as proven_ms,
                           -- what was closed is asked for no more by anybody: it is watched (after.sql)
                           case when i.superseded_by is not null and not (r.phase = 'closed' or r.access_until is not null and governance.end_lapsed(r, i))
                                then governance.dossier_superseded(i.superseded_by) end as superseded_by,
                           case when read.last is not null then governance.others_changed(i, r.generation) end as others,
                           (select coalesce(json_agg(y), '[]') -- the latest first
                              from (select o.outcome, o.account, o.complete, o.canary_ok, floor(extract(epoch from o.source_as_of) * 1000)::bigint as as_of_ms,
                                           floor(extract(epoch from o.observed_at) * 1000)::bigint as observed_ms, o.native_id, o.entitlement_id, o.via, o.reason
                                      from governance.observation o
                                     where o.item_id = i.id and o.generation = r.generation
                                     order by o.id desc limit 200) y) as obs
                      from governance.request_item i join governance.source s on s.name = i.source
                      -- item by item: never by all accounts of a source
                      left join lateral (select x.native_id from governance.account_link x where x.source = i.source and x.account = i.account
                                            and x.person = governance.person_folded(r.beneficiary) and x.replaced_at is null offset 0) l on true
                      left join lateral (select x.native_id from governance.entitlement_link x
                                          where x.source = i.source and x.entitlement = i.entitlement and x.replaced_at is null offset 0) e2 on true
                     cross join lateral (select case when own.excepted then governance.dossier_excepted(r.id, i.id) end as shown,
                                                case when own.excepted and r.closed_cycle is not null and i.superseded_by is null -- what was nobody owes, for good
                                                     then governance.dossier_owed(r.id, i.id) end as owed) e
                     where i.request_id = r.id and i.replaced_at is null
                     order by i.id + 0) x) as items,
           flow.open as flows, case when flow.creates then governance.dossier_unseen(r) else false end as ours_unseen,
           case when flow.close_sent and own.excepted then governance.dossier_close_sent(r) else flow.close_sent end as close_sent,
           flow.reopens as reopens_last_hour, flow.returns as returns_last_hour,
           flow.writes as writes_last_hour, r.notice, r.notice_key, floor(extract(epoch from r.notice_at) * 1000)::bigint as notice_ms,
           coalesce(read.since_claim, 0) as reads_since_claim, floor(extract(epoch from read.last) * 1000)::bigint as last_read_ms,
           r.plea_done, r.plea_refused, case when own.excepted then governance.dossier_plea_covers(r.id) else '' end as plea_covers,
           coalesce(seen.unsteady, false) as unsteady, coalesce(seen.touched, false) as touched,
           flow.tells, flow.badge, r.said_hash, r.said_in, case when r.phase in ('received', 'pending_approval') then governance.dossier_approvals(r) end as approvals,
           case when t.role in ('verify', 'done') then governance.claims_own(r) else false end as claims_own, r.mapping_kept, r.contested,
           (select floor(extract(epoch from c.goal) * 1000)::bigint from governance.sla_clock c where c.request_id = r.id) as goal_ms,
           floor(extract(epoch from r.approval_due) * 1000)::bigint as approval_due_ms,
           floor(extract(epoch from r.review_due) * 1000)::bigint as review_due_ms,
           case when r.emergency then exists (select from governance.emergency_review v where v.request_id = r.id) end as reviewed,
           case when r.kind <> 'removal' then governance.dossier_permits(r) end as permits,
           case when r.kind = 'modify' or exists (select from governance.access_request q where q.follows = r.id and q.cause = 'ahead')
                then governance.dossier_ahead(r) end as ahead,
           case when r.phase = 'closed' or num_nonnulls(r.follows, r.access_until, r.over_at) > 0 then governance.dossier_after(r) end as after
      from unnest(p_requests) with ordinality as a(id, n)
      left join governance.access_request r on r.id = a.id
      left join governance.ticket t on t.request_id = r.id
     cross join lateral (
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
             from governance.flow f
            cross join lateral (select f.created_at > clock_timestamp() - interval '1 hour' as lately,
                                       f.state <> 'moot' and (f.state <> 'done' or f.attempt > 0) as moves) l
            where f.request_id = r.id) flow
     -- a bundle may be stored in portions: each item is read once. Item by item, so that no plan can begin with all that was ever
     -- observed and look for these items among it.
     cross join lateral (
           select max(x.reads) filter (where r.claimed_at is not null) as since_claim, max(x.last) as last
             from governance.request_item i
            cross join lateral (select count(*) as reads, max(o.observed_at) as last
                                  from governance.observation o
                                 where o.item_id = i.id and o.generation = r.generation) x
            where i.request_id = r.id) read
     cross join lateral (
           -- now or before; that there is any at all is asked once for all
           select case when (select exists (select from governance.exception)) then governance.has_exception(r) else false end as excepted,
                  case when exists (select from governance.approval v where v.request_id = r.id) then governance.dossier_votes(r) end as votes
           offset 0) own
     cross join lateral governance.read_state(t, r) seen -- what the read of the ticket is worth
     order by a.n) x;
end $$;
comment on function governance.dossier_texts(uuid[]) is 'Everything decide() needs about requests, as a JSON document in text for each, in their order';

create or replace function governance.dossier_text(p_request uuid) returns text
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select d from governance.dossier_texts(array[p_request]) d);
end $$;
comment on function governance.dossier_text(uuid) is 'The same of one: for dossier_first, and for programs of an earlier release';

-- Asked only of what somebody said something of.
create or replace function governance.dossier_votes(r governance.access_request) returns json
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select json_build_object('declined', coalesce(bool_or(v.decision = 'declined' and not v.withdrawn), false),
                                     'outdated', coalesce(bool_or(v.decision = 'approved' and v.outdated), false),
                                     'given', governance.approval_reached(r),
                                     'unclear', r.phase in ('received', 'pending_approval') and governance.approval_is(r, null))
              from governance.approval_votes(r) v);
end $$;
comment on function governance.dossier_votes(governance.access_request) is 'What becomes of the approvals and refusals of a request';

-- On proof: a close under an exception proves nothing when that has ended.
create or replace function governance.dossier_close_sent(r governance.access_request) returns boolean
language plpgsql stable set search_path = pg_catalog as $$
begin
    return exists (
        select from governance.flow f
         where f.request_id = r.id and f.kind = 'close' and f.cycle = r.claim_cycle
           and (f.state in ('calling', 'doubt', 'probing', 'done') or f.sent_at is not null)
           and not exists (select from governance.exception_covers e
                            where e.request_id = r.id and governance.exception_stood(e.void, e.item_id, r.proven_items)
                              and e.created_at < coalesce(f.ended_at, 'infinity')
                              and least(e.revoked_at, e.expires_at) > f.created_at));
end $$;
comment on function governance.dossier_close_sent(governance.access_request) is 'Was a close of its claim sent on proof? Asked only of what an exception covers or covered';

-- Asked only of who looks for a ticket that he may have made.
create or replace function governance.dossier_unseen(r governance.access_request) returns boolean
language plpgsql stable set search_path = pg_catalog as $$
begin
    return exists (
        select from governance.flow f
         where f.site = r.site and f.kind = 'create_ticket' and f.issue_id <> '' and f.state not in ('done', 'moot')
           and (f.state = 'parked' or f.failures > 0) and f.request_id <> r.id
           and not exists (select from governance.ticket k
                            where k.site = f.site and k.issue_id = f.issue_id and k.request_id = f.request_id));
end $$;
comment on function governance.dossier_unseen(governance.access_request) is 'Did another of the same site make a ticket that nobody has seen yet?';

create or replace function governance.dossier_plea_covers(p_request uuid) returns text
language plpgsql stable set search_path = pg_catalog as $$
begin
    return coalesce((select e.plea_edit from governance.exception_covers e
                      where e.request_id = p_request and e.plea_edit <> '' and e.revoked_at is null
                        and e.expires_at > clock_timestamp()
                      order by e.exception_id desc limit 1), '');
end $$;
comment on function governance.dossier_plea_covers(uuid) is 'The edit of the ticket that asked for the exception that holds; empty: none did';

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
