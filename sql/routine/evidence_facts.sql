-- What the evidence page of one request shows (connector/console/evidence_page.h): the service, `evidence export --html` and whoever
-- is given the statement read the same. Times are epoch milliseconds. People are named here; who may not see names is shown none by
-- the page.

-- As people know somebody: by address, where Jira shows one.
create or replace function governance.person_shown(p_key text, p_names text[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce((select substr(x, 9) from unnest(p_names) x where x like 'address=%' order by x limit 1), p_key)
$$;
comment on function governance.person_shown(text, text[]) is 'The name of a person on a page: the address that Jira shows, else the key';

-- Runs of reads that say the same stand as their first and their last; more: how many between them, gap_ms: the longest time between
-- two of them. proves: the request was found proven on it. unsaid: no entry of the chain says so, or it says otherwise.
create or replace function governance.evidence_reads(r governance.access_request, p_rows int) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    with moved as materialized (
        select e.body::jsonb->'detail' as detail from governance.evidence_entry e where e.request_id = r.id and e.kind = 'request.moved'),
    proof as materialized ( -- of each claim the newest
        select (x->>'item')::bigint as item_id, (m.detail->>'generation')::int as generation, max((x->>'observation')::bigint) as id
          from moved m cross join lateral jsonb_array_elements(case jsonb_typeof(m.detail->'proof') when 'array' then m.detail->'proof' else '[]' end) x
         where m.detail->>'to' = 'verified' and x->>'verdict' = 'verified'
         group by 1, 2),
    entry as materialized (
        select (e.body::jsonb->'detail'->>'observation')::bigint as id, e.seq, e.body::jsonb->'detail' as detail
          from governance.evidence_entry e where e.request_id = r.id and e.kind = 'item.observed'),
    said as materialized (
        select o.*, i.desired, row_number() over (order by o.id) as number,
               case i.desired when 'absent' then o.outcome = 'absent' else o.outcome = 'present' and o.account = 'active' end as so,
               o.generation = r.generation
               and date_trunc('milliseconds', o.source_as_of) < date_trunc('milliseconds', coalesce(r.claimed_at, r.approved_at, r.requested_at)) as old,
               e.seq as entry, case when e.seq is null then governance.request_files(r.id) is null
                                    else e.detail || x.says <> x.says || e.detail end as unsaid -- entries of before may have had no word for some of it
          from governance.observation o join governance.request_item i on i.id = o.item_id left join entry e on e.id = o.id
         cross join lateral (select jsonb_build_object('item', o.item_id, 'generation', o.generation, 'outcome', o.outcome, 'account', o.account,
                                 'reason', o.reason, 'complete', o.complete, 'canary', o.canary_ok) as says) x
         where i.request_id = r.id and i.replaced_at is null),
    row as materialized ( -- of reads that agree, up to the one it was found proven on
        select p.item_id, p.generation, p.id as until, coalesce(max(b.id), 0) as behind
          from proof p left join said b on b.item_id = p.item_id and b.generation = p.generation and b.id <= p.id and (not b.so or b.old)
         group by 1, 2, 3),
    weighed as materialized (
        select s.*, coalesce(s.so and not s.old and not s.unsaid and s.id <= k.until and s.id > case s.desired when 'present' then k.until - 1 else k.behind end, false) as proves
          from said s left join row k on k.item_id = s.item_id and k.generation = s.generation),
    broken as (
        select w.*, (w.generation, w.outcome, w.account, w.via, w.reason, w.old, w.proves, w.unsaid) is distinct from
                    (lag(w.generation) over i, lag(w.outcome) over i, lag(w.account) over i, lag(w.via) over i, lag(w.reason) over i,
                     lag(w.old) over i, lag(w.proves) over i, lag(w.unsaid) over i) as begins,
               governance.ms(w.observed_at) - governance.ms(lag(w.observed_at) over i) as since_ms
          from weighed w window i as (partition by w.item_id order by w.id)),
    run as (select b.*, sum(b.begins::int) over (partition by b.item_id order by b.id) as run from broken b),
    edge as (
        select n.*, row_number() over u as place, count(*) over w as size,
               coalesce(max(n.since_ms) filter (where not n.begins) over w, 0) as gap_ms
          from run n window u as (partition by n.item_id, n.run order by n.id), w as (partition by n.item_id, n.run)),
    shown as (select g.* from edge g where g.place in (1, g.size) order by g.id desc limit p_rows)
    select jsonb_strip_nulls(jsonb_build_object('unsaid', nullif((select count(*) from said s where s.unsaid), 0))) || jsonb_build_object(
        'count', (select count(*) from said),
        'unknown', (select count(*) from said s where s.outcome = 'unknown'),
        'proving', (select count(*) from weighed w where w.proves and w.generation = r.generation),
        'rows', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'number', s.number, 'item', s.item_id, 'claim', s.generation, 'at_ms', governance.ms(s.observed_at), 'as_of_ms', governance.ms(s.source_as_of),
            'outcome', s.outcome, 'account', s.account, 'via', s.via, 'reason', s.reason, 'canary', s.canary_ok, 'complete', s.complete,
            'raw', encode(s.raw_sha256, 'hex'), 'entry', s.entry, 'as_asked', s.so, 'older_than_claim', nullif(s.old, false),
            'proves', nullif(s.proves, false), 'unsaid', nullif(s.unsaid, false), 'more', case when s.place = 1 and s.size > 2 then s.size - 2 end,
            'gap_ms', case when s.place = 1 and s.size > 1 then s.gap_ms end)) order by s.id)
                            from shown s), '[]'))
$$;
comment on function governance.evidence_reads(governance.access_request, int) is 'All reads of what a request asks for, equal ones in a row as two';

-- Entries of the chain that tell what people and we decided; reads stand in evidence_reads, words on the ticket are counted only.
create or replace function governance.evidence_acts(r governance.access_request, p_rows int) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    with entry as materialized (
        select e.seq, e.at, e.kind, e.hash, e.body::jsonb->'detail' as detail from governance.evidence_entry e where e.request_id = r.id),
    act as materialized (
        select n.*, row_number() over (order by n.seq) as place, count(*) over () as size
          from entry n
         where n.kind not in ('item.observed', 'account.linked', 'entitlement.linked')
           and not (n.kind = 'flow.ended' and (n.detail->>'state' = 'moot' or n.detail->>'kind' in ('comment', 'field_update', 'evidence_link')))),
    shown as (select * from act a where a.place <= p_rows / 2 or a.place > a.size - p_rows / 2)
    select jsonb_build_object(
        'entries', (select count(*) from entry), 'first', (select min(n.seq) from entry n), 'last', (select max(n.seq) from entry n),
        'acts', (select count(*) from act),
        'rows', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'entry', s.seq, 'at_ms', governance.ms(s.at), 'kind', s.kind, 'hash', encode(s.hash, 'hex'),
            'detail', s.detail - '{proof}'::text[], 'who', w.who, 'whom', w.whom)) order by s.seq)
            from shown s
            left join lateral (
                select governance.person_shown(r.requester, r.requester_names) as who, null as whom where s.kind = 'request.received'
                union all
                select governance.person_shown(a.approver, a.approver_names), null from governance.approval a
                 where s.kind = 'request.approval' and a.id = (s.detail->>'approval')::bigint
                union all
                select governance.person_shown(f.person, f.names), null from governance.fulfiller f
                 where s.kind = 'request.moved' and s.detail->>'to' = 'claimed' and f.request_id = r.id and f.cycle = s.detail->>'cycle'
                union all
                select case when s.kind = 'exception.granted' then x.approved_by else nullif(x.ended_by, '') end, x.owner
                  from governance.exception x where s.kind like 'exception.%' and x.id = (s.detail->>'exception')::bigint
                union all
                select v.reviewer, null from governance.emergency_review v where s.kind = 'emergency.reviewed' and v.id = (s.detail->>'review')::bigint
                union all
                select nullif(d.person, ''), nullif(d.other, '') from governance.refused_decision d where s.kind = 'decision.refused' and d.id = (s.detail->>'refusal')::bigint
                union all
                select case s.kind when 'clock.held' then p.actor else p.ended_by end, null from governance.sla_pause p
                 where s.kind in ('clock.held', 'clock.resumed') and p.id = (s.detail->>'pause')::bigint
                 limit 1) w on true), '[]'))
$$;
comment on function governance.evidence_acts(governance.access_request, int) is 'Who did what, entry by entry of the chain';

-- Who asked, approved, did the work and checked it; hats, maybe: bits as in hats_of, of what else he is to the request.
create or replace function governance.evidence_people(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'requester', governance.person_shown(r.requester, r.requester_names),
        'beneficiary', governance.person_shown(r.beneficiary, r.beneficiary_names), 'sponsor', r.sponsor,
        'approvals', (select jsonb_agg(jsonb_build_object('who', governance.person_shown(v.approver, a.approver_names), 'decision', v.decision,
                                 'channel', v.channel, 'at_ms', governance.ms(v.at), 'why_not', nullif(v.fault, ''), 'after_work', a.after_work,
                                 'vouched_by', nullif(a.vouched_by, ''), 'hats', h.hats[1], 'maybe', h.hats[2]) -- as is known now, also of a vote that counted
                                 || governance.approval_counted_shown(governance.approval_standing(r.id), v.id) order by v.id)
                        from governance.approval_votes(r) v join governance.approval a on a.id = v.id
                       cross join lateral (select governance.hats_of(r, governance.person_all(a.approver, a.approver_names)) as hats) h),
        'settled', (select jsonb_agg((s - 'at') || jsonb_build_object('at_ms', governance.ms((s->>'at')::timestamptz)) order by n)
                      from jsonb_array_elements(governance.approval_settled_shown(r.id)) with ordinality as x(s, n)),
        'fulfillers', (select jsonb_agg(jsonb_build_object('who', governance.person_shown(f.person, f.names), 'at_ms', governance.ms(f.at),
                                 'hats', h.hats[1] & 11, 'maybe', h.hats[2] & 11) order by f.id)
                         from (select * from governance.fulfiller f where f.request_id = r.id order by f.id desc limit 20) f
                        cross join lateral (select governance.hats_of(r, governance.person_all(f.person, f.names)) as hats) h),
        'verifier', (select nullif(t.verifier, '') from governance.ticket t where t.request_id = r.id)))
$$;
comment on function governance.evidence_people(governance.access_request) is 'Requester, approvers, fulfillers and verifier, and whether two are one person';

create or replace function governance.evidence_clock(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'started_ms', governance.ms(c.started_at), 'stopped_ms', governance.ms(c.stopped_at), 'ended', c.ended, 'goal_ms', governance.ms(c.goal),
        'paused_ms', governance.ms(c.paused), 'business_ms', governance.ms(c.business), 'paused_since_ms', governance.ms(c.paused_since),
        'due_ms', governance.ms(coalesce(c.due_at, c.started_at + make_interval(secs => extract(epoch from c.goal + c.paused)))),
        'policy', y.name, 'calendar', k.name, 'zone', k.zone,
        'pauses', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('from_ms', governance.ms(p.from_at), 'until_ms', governance.ms(p.ended_at),
                              'reason', p.reason, 'actor', p.actor)) order by p.id)
                     from (select * from governance.sla_pause p where p.request_id = r.id order by p.id desc limit 20) p)))
      from governance.sla_clock c
      left join governance.sla_policy y on y.id = c.policy_id
      left join governance.sla_calendar k on k.id = c.calendar_id
     where c.request_id = r.id
$$;
comment on function governance.evidence_clock(governance.access_request) is 'The clock of a request, its goal and what held it';

create or replace function governance.evidence_exceptions(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'number', x.id, 'scope', x.scope, 'item', x.item_id, 'source', x.source, 'duties', x.sod_set, 'owner', x.owner, 'approved_by', x.approved_by,
               'reason', x.reason, 'control', nullif(x.compensating_control, ''), 'from_ms', governance.ms(x.created_at),
               'until_ms', governance.ms(x.expires_at), 'revoked_ms', governance.ms(x.revoked_at), 'ended_by', nullif(x.ended_by, ''),
               'vouched_by', nullif(x.vouched_by, ''), 'end_vouched_by', nullif(x.end_vouched_by, '')))
               order by x.id), '[]')
      from (select x.* from governance.exception x
             where x.id = any (array( -- item by item, never by all exceptions
                       select v.exception_id from governance.request_item i
                        cross join lateral (select k.* from governance.exception_covers k where k.item_id = i.id offset 0) v
                        where i.request_id = r.id and (v.scope <> 'source' or v.created_at < coalesce(r.closed_at, 'infinity'))
                          and governance.exception_stood(v.void, i.id, coalesce(r.proven_items, array[i.id]))
                        union select k.id from governance.exception k where k.scope = 'sod' and k.request_id = r.id))
             order by x.id desc limit 50) x
$$;
comment on function governance.evidence_exceptions(governance.access_request) is 'What covered a request without proof';

-- The request as its entries tell it, and what is shown of it otherwise.
create or replace function governance.evidence_told(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('entries', coalesce(max(t.entries), 0), 'phase', max(t.phase), 'outcome', max(t.outcome),
               'files', governance.request_files(r.id), 'differs', governance.request_differs(r))
      from governance.request_told t where t.request_id = r.id
$$;
comment on function governance.evidence_told(governance.access_request) is 'Where the chain says that a request stands, and what is otherwise in the tables';

-- The newest checkpoint that was signed of the log, whether or not it holds the last entry of this request yet.
create or replace function governance.evidence_sealed() returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('origin', c.origin, 'entries', c.seq, 'root', encode(c.root, 'hex'), 'at_ms', governance.ms(c.at),
               'left_with', c.anchored_to, 'note', c.note)
      from governance.evidence_checkpoint c where c.root is not null order by c.at desc, c.seq desc limit 1
$$;
comment on function governance.evidence_sealed() is 'The newest signed checkpoint of the chain';

create or replace function governance.evidence_facts(p_request uuid) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'id', r.id, 'site', r.site, 'ticket', t.issue_key, 'issue', t.issue_id, 'url', s.url || '/browse/' || nullif(t.issue_key, ''),
        'status', nullif(t.status_name, ''), 'kind', r.kind, 'mode', r.mode, 'lifecycle', r.lifecycle, 'subject_kind', r.subject_kind,
        'privileged', nullif(r.is_privileged, false), 'emergency', nullif(r.emergency, false), 'cause', nullif(r.cause, 'asked'),
        'rule', nullif(r.rule, ''), 'mapping', r.mapping_version, 'approved_hash', nullif(r.approved_hash, ''),
        'approval_needed', governance.approval_wanted(r), 'phase', r.phase, 'reason', r.phase_reason, 'held', nullif(r.hold_text, ''),
        'waits', (select jsonb_strip_nulls(jsonb_build_object('reason', q.reason, 'waits_for', q.waits_for, 'next_action', q.next_action,
                     'next_ms', governance.ms(q.next_at), 'detail', q.detail)) from governance.request_status q where q.request_id = r.id and q.state <> 'over'),
        'justification', nullif(r.justification, ''), 'submitted_by', nullif(r.submitted_by, ''), 'cancelled_by', nullif(r.cancelled_by, ''),
        'claim', r.generation, 'requested_ms', governance.ms(r.requested_at), 'approved_ms', governance.ms(r.approved_at),
        'claimed_ms', governance.ms(r.claimed_at), 'verified_ms', governance.ms(r.verified_at), 'closed_ms', governance.ms(r.closed_at),
        'access_until_ms', governance.ms(r.access_until),
        'approval_due_ms', governance.ms(r.approval_due), 'review_due_ms', governance.ms(r.review_due),
        'review', (select jsonb_build_object('who', v.reviewer, 'outcome', v.outcome, 'note', v.note, 'at_ms', governance.ms(v.at))
                     from governance.emergency_review v where v.request_id = r.id),
        'follows', governance.request_relation(r.follows),
        'items', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('item', i.id, 'source', c.label, 'account', i.account, 'entitlement', i.entitlement,
                             'desired', i.desired,
                             'verdict', case when r.phase in ('fulfilling', 'claimed', 'verifying') then v.verdict end, -- else what was proven grows old
                             'superseded', nullif(i.superseded_by is not null, false),
                             'settle_ms', governance.ms(c.settle), 'confirmations', c.confirmations, 'max_age_ms', governance.ms(c.max_age))) order by i.id)
                    from governance.request_item i join governance.source c on c.name = i.source
                    left join governance.item_verdict v on v.item_id = i.id
                   where i.request_id = r.id and i.replaced_at is null),
        'told', governance.evidence_told(r), 'reads', governance.evidence_reads(r, 60), 'acts', governance.evidence_acts(r, 80), 'people', governance.evidence_people(r),
        'clock', governance.evidence_clock(r), 'exceptions', governance.evidence_exceptions(r),
        'closes', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('at_ms', governance.ms(a.at), 'refused', a.refused, 'refused_ms', governance.ms(a.refused_at),
                              'proven_ms', governance.ms(a.proven_at), 'mode', a.mode, 'closed', nullif(a.is_closed, false))) order by a.at)
                     from (select * from governance.close_attempt a where a.request_id = r.id order by a.at desc limit 50) a),
        'drift', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('found_ms', governance.ms(d.found_at), 'since_ms', governance.ms(d.since), 'why', d.why,
                             'answer', d.answer, 'opened', governance.request_relation(d.opened), 'ended_ms', governance.ms(d.ended_at))) order by d.id)
                    from (select * from governance.drift d where d.request_id = r.id order by d.id desc limit 20) d)))
      from governance.access_request r
      join governance.site s on s.name = r.site
      left join governance.ticket t on t.request_id = r.id
     where r.id = p_request
$$;
comment on function governance.evidence_facts(uuid) is 'All that the evidence page of one request shows';

-- The clock is no part of what is hashed: of a closed request the hash stays the same until something happens to it.
create or replace function governance.evidence_made(p_facts jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('facts', p_facts, 'sealed', governance.evidence_sealed(), 'made', jsonb_build_object(
               'sha256', encode(sha256(convert_to(p_facts::text, 'UTF8')), 'hex'), 'at_ms', governance.ms(clock_timestamp()),
               'zone', current_setting('TimeZone'), 'server', current_setting('server_version'), 'database', current_database(), 'role', session_user,
               'migration', (select max(m.number) from governance.migration m),
               'views', (select count(*) from governance.evidence_view v where v.request_id = (p_facts->>'id')::uuid)))
$$;
comment on function governance.evidence_made(jsonb) is 'Facts with their hash, the clock and the database they are of';

-- Of several each is named. Null: there is none.
create or replace function governance.evidence_page(p text) returns jsonb
-- with its owner's rights: an auditor may read all of it, and calls none of the functions that put it together
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select case count(*) when 0 then null
                         when 1 then (select governance.evidence_made(governance.evidence_facts(min(x.id::text)::uuid)))
                         else jsonb_build_object('ambiguous', jsonb_agg(x.name order by x.name)) end
      from governance.request_named(p) x
$$;
comment on function governance.evidence_page(text) is 'The facts of one request by id or ticket key, and how they were read';
