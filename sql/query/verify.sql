-- What `countersign db verify` asks of the rows that people work with: is each what the evidence says of it, and is none there that it does
-- not tell of? The program asks it itself, without functions of ours, so that nobody answers in its place.

-- name: verify_total
-- params:
select count(*) from governance.access_request

-- name: verify_page
-- params: after uuid, page int
-- Where the next page of requests ends; no row: there is none. What is of no request is a page of its own.
select p.id from (select r.id from governance.access_request r where r.id > $1::uuid order by r.id limit $2::int) p order by p.id desc limit 1

-- name: verify_rows
-- params: after uuid, upto uuid, unbound boolean
-- Rows that say something else than their entries, each with the entry it contradicts: of requests behind $1 up to $2, or ($3) of no
-- request. Without words of people: see verify_commitments.
with entry as materialized (
    select e.seq, e.at, e.kind, coalesce(e.request_id, '00000000-0000-0000-0000-000000000000') as request_id, x.b->'detail' as d,
           e.body like '%\_commitment"%' as commits,
           coalesce(x.b->>'seq' = e.seq::text and x.b->>'kind' = e.kind and (x.b->>'request')::uuid is not distinct from e.request_id
                    and x.b->>'at' = to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), false) as fits
      from governance.evidence_entry e cross join lateral (select e.body::jsonb as b offset 0) x
     where e.request_id > $1::uuid and e.request_id <= $2::uuid or $3::boolean and e.request_id is null),
-- Entries that are told by themselves: few, whatever they are about.
gone as materialized (
    select e.seq, e.at, e.kind, e.body::jsonb->'detail' as d from governance.evidence_entry e where e.kind in ('person.erased', 'records.retained')),
-- who was erased: the last entry that names a request, and the last one of all for what is of none. One that names too many says so by their hash.
erased as materialized (
    select coalesce(r.id, '00000000-0000-0000-0000-000000000000') as request_id, max(e.seq) as seq
      from gone e
     cross join lateral (select jsonb_array_elements_text(e.d->'requests')::uuid union all select null
                          union all select unnest(x.requests) from governance.erasure x where e.d ? 'detail_sha256') r(id)
     where e.kind = 'person.erased' and (r.id > $1::uuid and r.id <= $2::uuid or r.id is null) group by 1),
-- What is in files, as retention kept it: a hash of what an entry said of its row, or the number of a row that went itself.
filed as materialized (
    select q.retention_id, coalesce(q.request_id, '00000000-0000-0000-0000-000000000000') as request_id, q.kind, q.at, q.led_to, q.sha256, q.record
      from governance.retention_told q where q.request_id > $1::uuid and q.request_id <= $2::uuid or $3::boolean and q.request_id is null),
-- Files of before that was kept excuse all of their kind that a request of theirs misses, or of no request in their month.
lost as materialized (
    select distinct q.request_id, e.d->>'kind' as kind
      from gone e join governance.retention_request q on q.retention_id = (e.d->>'retention')::bigint
     where e.kind = 'records.retained' and not e.d ? 'told_sha256' and q.request_id > $1::uuid and q.request_id <= $2::uuid),
lost_month as materialized (
    select distinct e.d->>'kind' as kind, (e.d->>'month')::date as month from gone e where e.kind = 'records.retained' and not e.d ? 'told_sha256'),
-- What an entry of a kind tells of: which row, by which members ("@": its request), and as what. One that made a row stands as long as the
-- row does, and of it there is one (once). plain: it never said a word of people or of a document, so none is from before commitments.
kind(kind, what, form, once, plain, m1, m2, m3, m4, among) as (values
    ('item.wanted', 'item', 'wanted', true, false, 'item', null, null, null, null::jsonb),
    ('item.replaced', 'item', 'replaced', false, false, 'item', null, null, null, null),
    ('item.superseded', 'item', 'superseded', false, false, 'item', null, null, null, null),
    ('item.observed', 'observation', 'made', true, false, 'observation', null, null, null, null),
    ('item.overgranted', 'over-grant', 'found', true, true, 'item', 'observation', 'entitlement_sha256', null, null),
    ('account.linked', 'account link', 'made', true, false, 'link', null, null, null, null),
    ('entitlement.linked', 'entitlement link', 'made', true, false, 'link', null, null, null, null),
    ('request.approval', 'approval', 'given', true, false, 'approval', null, null, null, null),
    ('approval.settled', 'settled approval', 'made', true, false, 'settled', null, null, null, null),
    ('policy.live', 'live policy', 'made', true, false, 'edition', null, null, null, null),
    ('approval.delegated', 'delegation', 'given', true, false, 'delegation', null, null, null, '{"revoked": false}'),
    ('approval.delegated', 'delegation', 'revoked', false, false, 'delegation', null, null, null, '{"revoked": true}'),
    ('exception.granted', 'exception', 'granted', true, false, 'exception', null, null, null, null),
    ('exception.revoked', 'exception', 'revoked', false, false, 'exception', null, null, null, null),
    ('exception.lapsed', 'exception', 'lapsed', false, false, 'exception', null, null, null, null),
    ('exception.settled', 'late proof', 'found', true, true, 'item', 'observation', null, null, null),
    ('emergency.reviewed', 'review', 'given', true, false, 'review', null, null, null, null),
    ('policy.decided', 'policy decision', 'given', true, false, 'decision', null, null, null, null),
    ('sod_set.began', 'set of duties', 'begun', true, true, 'set', null, null, null, null),
    ('sod_set.ended', 'set of duties', 'ended', false, true, 'set', null, null, null, null),
    ('site.policy', 'policy of site', 'set', false, true, 'site', null, null, null, null),
    ('close.refused', 'close', 'refused', false, true, '@', 'cycle', null, null, null),
    ('evidence.seen', 'view', 'recorded', true, false, 'view', null, null, null, null),
    ('decision.refused', 'refused decision', 'made', true, false, 'refusal', null, null, null, null),
    ('person.left', 'departure', 'told', true, false, 'departure', null, null, null, null),
    ('person.returned', 'departure', 'ended', false, false, 'departure', null, null, null, null),
    ('request.escalated', 'escalation', 'made', true, false, 'escalation', null, null, null, null),
    ('sla.calendar', 'calendar', 'made', true, true, 'calendar', 'sha256', 'from_us', null, null),
    ('sla.policy', 'SLA policy', 'made', true, true, 'policy', 'sha256', null, null, '{"replaced": false}'),
    ('sla.policy', 'SLA policy', 'replaced', false, true, 'policy', 'sha256', null, null, '{"replaced": true}'),
    ('clock.held', 'pause', 'begun', true, false, 'pause', null, null, null, null),
    ('clock.resumed', 'pause', 'ended', false, false, 'pause', null, null, null, null),
    ('drift.found', 'drift', 'found', true, true, 'drift', null, null, null, null),
    ('drift.found', 'drift', 'changed', false, true, 'drift', null, null, null, null),
    ('drift.changed', 'drift', 'changed', false, true, 'drift', null, null, null, null),
    ('operator.acted', 'act of an operator', 'done', true, false, '@', 'act', 'site', 'issue', null),
    ('person.erased', 'erasure', 'done', true, false, 'erasure', null, null, null, null),
    ('records.retained', 'retention', 'done', true, true, 'retention', null, null, null, null),
    ('evidence.forked', 'fork', 'found', true, true, 'origin', 'why', null, null, null),
    ('mapping.live', 'mapping', 'live', true, true, 'mapping', null, null, null, null),
    ('mapping.changed', 'change of a mapping', 'made', true, false, 'event', null, null, null, null),
    ('mapping.refused', 'change of a mapping', 'made', true, false, 'event', null, null, null, null),
    ('request.rebased', 'move to a mapping', 'decided', false, false, '@', 'number', null, null, null),
    ('gate.changed', 'gate', 'changed', false, true, 'installation', null, null, null, null),
    ('gate.proved', 'proof of the gate', 'made', false, true, 'site', 'project', null, null, null),
    ('source.rules', 'source', 'configured', false, true, 'source', null, null, null, null),
    ('ticket.bound', 'ticket of request', 'bound', false, true, '@', null, null, null, null),
    ('ticket.named', 'ticket of request', 'bound', false, true, '@', null, null, null, null),
    ('ticket.second', 'second ticket', 'found', false, true, 'site', 'issue', null, null, null),
    ('delivery.quarantined', 'delivery', 'quarantined', false, true, 'delivery', null, null, null, null),
    ('flow.ended', 'flow', 'ended', false, false, 'flow', null, null, null, null)),
told as materialized ( -- n counts from the last of one row and form
    select x.*, row_number() over (partition by x.what, x.key, x.form order by x.seq desc) as n
      from (select e.*, k.what, k.form, k.once, k.plain, -- of an act the entry has no number, nor of a policy
                   v.key || case when k.what in ('act of an operator', 'SLA policy')
                                 then '#' || row_number() over (partition by k.what, v.key, k.form order by e.seq desc) else '' end as key
              from entry e join kind k on k.kind = e.kind and (k.among is null or e.d @> k.among)
             cross join lateral (select concat_ws('/', case k.m1 when '@' then e.request_id::text else e.d->>k.m1 end, e.d->>k.m2, e.d->>k.m3, e.d->>k.m4) as key) v
             where not e.d ? 'detail_sha256') x),
item as materialized ( -- by the indexes that there are
    select i.* from governance.request_item i where i.request_id > $1::uuid and i.request_id <= $2::uuid and i.replaced_at is null
    union all
    select i.* from governance.request_item i where i.request_id > $1::uuid and i.request_id <= $2::uuid and i.replaced_at is not null),
exception as materialized (
    select x.*, coalesce(x.request_id, '00000000-0000-0000-0000-000000000000') as of from governance.exception x
     where x.request_id > $1::uuid and x.request_id <= $2::uuid or $3::boolean and x.request_id is null and x.item_id is null
    union all
    select x.*, i.request_id from governance.exception x join item i on i.id = x.item_id where x.request_id is null),
-- What a row makes its entries say (evidence_write). ever: every entry of that form says it; last: so does the last one. first_at, last_at: when
-- these were written, if the row knows. must: there is one. said: what the last entry says too if it is of a release that says so, and no person
-- of it was erased since; entries of before commitments have plain hashes of it, and a file keeps nothing of it. Before a file takes them away, evidence_compared() reads the same out of entries.
row as materialized (
    select 'item' as what, i.id::text as key, i.request_id, v.form, v.must, v.at as first_at, v.at as last_at,
           jsonb_build_object('item', i.id, 'source', i.source, 'desired', i.desired, 'entitlement_sha256', encode(sha256(convert_to(i.entitlement, 'UTF8')), 'hex')) as ever,
           v.last, jsonb_build_object('subject_sha256', encode(sha256(convert_to(i.account || chr(10) || i.entitlement, 'UTF8')), 'hex')) as said
      from item i
      left join governance.request_item o on o.id = i.superseded_by
     cross join lateral (values ('wanted', true, null, '{}'::jsonb), ('replaced', i.replaced_at is not null, i.replaced_at, '{}'),
                                ('superseded', i.superseded_at is not null, i.superseded_at, jsonb_build_object('by_item', o.id, 'by', o.request_id))) v(form, must, at, last)
     where v.must
    union all
    select 'observation', o.id::text, i.request_id, 'made', true, o.observed_at, null,
           jsonb_build_object('item', o.item_id, 'observation', o.id, 'generation', o.generation, 'outcome', o.outcome, 'account', o.account, 'reason', o.reason,
               'complete', o.complete, 'canary', o.canary_ok,
               'entitlement_id_sha256', case when o.entitlement_id <> '' then encode(sha256(convert_to(o.entitlement_id, 'UTF8')), 'hex') end,
               'as_of', to_char(o.source_as_of at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
           '{}', jsonb_build_object('raw_sha256', encode(o.raw_sha256, 'hex'))
      from item i join governance.observation o on o.item_id = i.id
    union all
    select 'over-grant', concat_ws('/', g.item_id, g.observation_id, h.said), i.request_id, 'found', true, g.found_at, null,
           jsonb_build_object('item', g.item_id, 'observation', g.observation_id, 'entitlement_sha256', h.said), '{}', '{}'
      from item i join governance.over_grant g on g.item_id = i.id cross join lateral (select encode(sha256(convert_to(g.entitlement, 'UTF8')), 'hex') as said) h
    union all
    select 'late proof', concat_ws('/', l.item_id, l.observation_id), i.request_id, 'found', true, l.proven_at, null,
           jsonb_build_object('item', l.item_id, 'observation', l.observation_id), '{}', '{}'
      from item i join governance.late_proof l on l.item_id = i.id
    union all
    select 'account link', l.id::text, coalesce(l.request_id, '00000000-0000-0000-0000-000000000000'), 'made', true, l.established_at, null,
           jsonb_build_object('link', l.id, 'source', l.source, 'how', l.how, 'replaces', l.replaces), '{}',
           jsonb_build_object('subject_sha256', encode(sha256(convert_to(l.account || chr(10) || l.person, 'UTF8')), 'hex'),
               'id_sha256', encode(sha256(convert_to(l.native_id, 'UTF8')), 'hex'))
      from governance.account_link l where l.request_id > $1::uuid and l.request_id <= $2::uuid or $3::boolean and l.request_id is null
    union all
    select 'entitlement link', l.id::text, coalesce(l.request_id, '00000000-0000-0000-0000-000000000000'), 'made', true, l.established_at, null,
           jsonb_build_object('link', l.id, 'source', l.source, 'how', l.how, 'replaces', l.replaces,
               'entitlement_sha256', encode(sha256(convert_to(l.entitlement, 'UTF8')), 'hex'), 'id_sha256', encode(sha256(convert_to(l.native_id, 'UTF8')), 'hex')), '{}', '{}'
      from governance.entitlement_link l where l.request_id > $1::uuid and l.request_id <= $2::uuid or $3::boolean and l.request_id is null
    union all
    select 'approval', a.id::text, a.request_id, 'given', true, a.at, null,
           jsonb_build_object('approval', a.id, 'decision', a.decision, 'channel', a.channel, 'after_work', case when a.after_work then true end,
               'vouched_by', nullif(a.vouched_by, '')), '{}',
           jsonb_build_object('tuple', nullif(a.tuple_hash, ''), 'approver_sha256', encode(sha256(convert_to(a.approver, 'UTF8')), 'hex'))
      from governance.approval a where a.request_id > $1::uuid and a.request_id <= $2::uuid
    union all
    select 'settled approval', s.id::text, s.request_id, 'made', true, s.at, null,
           jsonb_build_object('settled', s.id, 'outcome', s.outcome, 'effect', s.effect, 'reached', to_char(s.reached_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
               'policy', nullif(s.policy, ''), 'decisions', nullif(to_jsonb(s.decisions), '[]'), 'votes', c.votes), '{}', '{}'
      from governance.approval_settled s
     cross join lateral (
            select jsonb_agg(jsonb_build_object('approval', k.approval_id, 'step', nullif(k.step, 0), 'delegation', k.delegation_id,
                       'stead', case when k.delegation_id is not null then k.stead end, 'person', k.person, 'hats', nullif(k.hats, 0),
                       'maybe', nullif(k.maybe, 0), 'fault', nullif(k.fault, '')) order by k.approval_id, k.step) as votes
              from (select x.*, count(x.delegation_id) over (order by x.approval_id, x.step) as stead
                      from governance.approval_counted x where x.settled_id = s.id) k) c
     where s.request_id > $1::uuid and s.request_id <= $2::uuid
    union all
    select 'live policy', y.id::text, '00000000-0000-0000-0000-000000000000', 'made', true, y.at, null,
           jsonb_build_object('edition', y.id, 'policy', y.pdp, 'policy_sha256', y.sha256, 'how', y.how), '{}',
           jsonb_build_object('duties_sha256', encode(sha256(convert_to(y.duties::text, 'UTF8')), 'hex'))
      from governance.policy_edition y where $3::boolean
    union all
    select 'delegation', g.id::text, '00000000-0000-0000-0000-000000000000', v.form, true, v.at, v.at,
           jsonb_build_object('delegation', g.id, 'revoked', v.form = 'revoked', 'ends', to_char(g.ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
               'end_vouched_by', case when v.form = 'revoked' then nullif(g.end_vouched_by, '') end), '{}',
           jsonb_build_object('starts_us', (extract(epoch from g.starts_at) * 1000000)::bigint)
      from governance.delegation g cross join lateral (values ('given', g.created_at), ('revoked', g.revoked_at)) v(form, at)
     where $3::boolean and v.at is not null
    union all
    select 'exception', x.id::text, x.of, v.form, v.must, v.at, v.at,
           jsonb_build_object('exception', x.id, 'item', x.item_id, 'scope', x.scope, 'source', x.source, 'sod_set', x.sod_set, 'sod_set_id', x.sod_set_id, 'renews', x.renews,
               'answer', nullif(x.plea_edit, ''), 'expires', to_char(x.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
               'vouched_by', nullif(case when v.form = 'granted' or x.revoked_at is null then x.vouched_by else x.end_vouched_by end, '')), '{}',
           jsonb_build_object('owner_sha256', encode(sha256(convert_to(x.owner, 'UTF8')), 'hex'),
               'approver_sha256', encode(sha256(convert_to(x.approved_by, 'UTF8')), 'hex'), 'reason_sha256', encode(sha256(convert_to(x.reason, 'UTF8')), 'hex'))
               || case v.form when 'revoked' then jsonb_build_object('why', x.ended_why) else '{}' end
      from exception x
     cross join lateral (values ('granted', true, x.created_at), ('revoked', true, x.revoked_at), -- what was not needed any more lapsed in silence
                                ('lapsed', x.ended_why is distinct from 'not_needed', x.lapsed_at)) v(form, must, at)
     where v.at is not null
    union all
    select 'review', v.id::text, v.request_id, 'given', true, v.at, null, jsonb_build_object('review', v.id, 'outcome', v.outcome, 'emergency', true, 'vouched_by', nullif(v.vouched_by, '')), '{}',
           jsonb_build_object('reviewer_sha256', encode(sha256(convert_to(v.reviewer, 'UTF8')), 'hex'), 'note_sha256', encode(sha256(convert_to(v.note, 'UTF8')), 'hex'))
      from governance.emergency_review v where v.request_id > $1::uuid and v.request_id <= $2::uuid
    union all
    select 'policy decision', p.id::text, p.request_id, 'given', true, p.at, null,
           jsonb_build_object('decision', p.id, 'stage', p.stage, 'item', p.item_id, 'permitted', p.permitted, 'pdp', p.pdp, 'why', p.why,
               'conflicts', nullif(to_jsonb(p.conflicts), '[]'), 'generation', p.generation, 'question', p.question), '{}',
           jsonb_build_object('tuple', nullif(p.tuple_hash, ''), 'asked_sha256', encode(p.asked_sha256, 'hex'), 'answered_sha256', encode(p.answered_sha256, 'hex'))
      from governance.policy_decision p where p.request_id > $1::uuid and p.request_id <= $2::uuid
    union all
    select 'set of duties', s.id::text, '00000000-0000-0000-0000-000000000000', v.form, true, v.at, v.at,
           jsonb_build_object('set', s.id, 'name', s.name, 'n', s.n, 'unlinked', s.unlinked, 'ended', v.form = 'ended', 'members_sha256',
               (select encode(sha256(convert_to(coalesce(jsonb_agg(jsonb_build_object('source', m.source, 'entitlement', m.entitlement) order by m.source, m.entitlement), '[]')::text,
                                                'UTF8')), 'hex') from governance.sod_member m where m.set_id = s.id)), '{}', '{}'
      from governance.sod_set s cross join lateral (values ('begun', s.since), ('ended', s.ended_at)) v(form, at)
     where $3::boolean and v.at is not null
    union all
    select 'policy of site', s.name, '00000000-0000-0000-0000-000000000000', 'set', s.policy <> '', null, null,
           jsonb_build_object('site', s.name), jsonb_build_object('policy', s.policy), '{}'
      from governance.site s where $3::boolean
    union all
    select 'close', concat_ws('/', a.request_id, a.cycle), a.request_id, 'refused', true, null, null,
           jsonb_build_object('mode', a.mode, 'cycle', a.cycle, 'closed', a.is_closed), jsonb_build_object('why', a.refused), '{}'
      from governance.close_attempt a where a.request_id > $1::uuid and a.request_id <= $2::uuid and a.refused is not null
    union all
    select 'view', v.id::text, '00000000-0000-0000-0000-000000000000', 'recorded', true, v.at, null,
           jsonb_build_object('view', v.id, 'of', v.request_id, 'role', v.role), '{}', '{}'
      from governance.evidence_view v where $3::boolean
    union all
    select 'refused decision', d.id::text, coalesce(d.request_id, '00000000-0000-0000-0000-000000000000'), 'made', true, d.at, null,
           jsonb_build_object('refusal', d.id, 'what', d.what, 'channel', d.channel, 'why', d.why, 'scope', d.scope, 'source', d.source, 'sod_set', d.sod_set,
               'answer', nullif(d.answer, ''), 'vouched_by', nullif(d.vouched_by, ''), 'ends', to_char(d.ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), '{}', '{}'
      from governance.refused_decision d where d.request_id > $1::uuid and d.request_id <= $2::uuid or $3::boolean and d.request_id is null
    union all
    select 'departure', p.id::text, coalesce(p.request_id, '00000000-0000-0000-0000-000000000000'), v.form, true, v.at, v.at,
           jsonb_build_object('departure', p.id, 'how', p.how, 'source', p.source, 'returned', v.form = 'ended'), '{}', '{}'
      from governance.departure p cross join lateral (values ('told', p.left_at), ('ended', p.returned_at)) v(form, at)
     where (p.request_id > $1::uuid and p.request_id <= $2::uuid or $3::boolean and p.request_id is null) and v.at is not null
    union all
    select 'escalation', x.id::text, coalesce(x.request_id, '00000000-0000-0000-0000-000000000000'), 'made', true, x.at, null,
           jsonb_build_object('escalation', x.id, 'kind', x.kind, 'reason', x.reason, 'site', x.site, 'issue', x.issue_id)
               || case when x.step_at is not null then jsonb_build_object('checkpoint', x.checkpoint, 'percent', x.percent, 'deed', x.deed,
                      'due_us', (extract(epoch from x.step_at) * 1000000)::bigint, 'late', x.is_late) else '{}' end, '{}',
           case when x.reason <> 'MappedFieldsChanged' then jsonb_build_object('key', x.key) else '{}' end
      from governance.escalation x where x.request_id > $1::uuid and x.request_id <= $2::uuid or $3::boolean and x.request_id is null
    union all
    select 'calendar', concat_ws('/', k.name, k.sha256, w.from_us), '00000000-0000-0000-0000-000000000000', 'made', true, k.at, null,
           jsonb_build_object('calendar', k.name, 'zone', k.zone, 'sha256', k.sha256, 'said', k.said, 'from_us', w.from_us,
               'until_us', (extract(epoch from k.until_at) * 1000000)::bigint), '{}',
           jsonb_build_object('spans_sha256', (
               select encode(sha256(convert_to(coalesce(string_agg(concat_ws(' ', (extract(epoch from s.opens_at) * 1000000)::bigint,
                          (extract(epoch from s.closes_at) * 1000000)::bigint, s.before_s), ',' order by s.opens_at), ''), 'UTF8')), 'hex')
                 from governance.sla_span s where s.calendar_id = k.id))
      from governance.sla_calendar k cross join lateral (select (extract(epoch from k.from_at) * 1000000)::bigint as from_us) w where $3::boolean
    union all
    select 'SLA policy', concat_ws('/', y.name, y.sha256) || '#' || row_number() over (partition by y.name, y.sha256, v.form order by y.id desc),
           '00000000-0000-0000-0000-000000000000', v.form, true, v.at, v.at,
           jsonb_build_object('policy', y.name, 'sha256', y.sha256, 'said', y.body, 'replaced', v.form = 'replaced', 'calendar_sha256', k.sha256), '{}', '{}'
      from governance.sla_policy y left join governance.sla_calendar k on k.id = y.calendar_id
     cross join lateral (values ('made', y.at), ('replaced', y.replaced_at)) v(form, at)
     where $3::boolean and v.at is not null
    union all
    select 'pause', p.id::text, p.request_id, v.form, true, v.at, null,
           jsonb_build_object('pause', p.id, 'from_us', (extract(epoch from p.from_at) * 1000000)::bigint, 'until_us', (extract(epoch from p.until_at) * 1000000)::bigint),
           case v.form when 'ended' then jsonb_build_object('ended_by_clock', p.ended_by = 'clock', 'ended_us', (extract(epoch from p.ended_at) * 1000000)::bigint) else '{}' end, '{}'
      from governance.sla_pause p
     cross join lateral (values ('begun', true, p.from_at), ('ended', p.ended_at is not null, null)) v(form, must, at) -- one that ran out is ended later
     where p.request_id > $1::uuid and p.request_id <= $2::uuid and v.must
    union all
    select 'drift', f.id::text, f.request_id, v.form, true, v.at, null,
           jsonb_build_object('drift', f.id, 'item', f.item_id, 'observation', f.observation_id, 'since', to_char(f.since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
           case v.form when 'changed' then jsonb_build_object('answer', f.answer, 'opened', f.opened, 'ended', f.ended_at is not null) else '{}' end,
           jsonb_build_object('why', f.why)
      from governance.drift f cross join lateral (values ('found', f.found_at), ('changed', null)) v(form, at)
     where f.request_id > $1::uuid and f.request_id <= $2::uuid
    union all
    select 'act of an operator', concat_ws('/', coalesce(o.request_id, '00000000-0000-0000-0000-000000000000'), o.act, o.site, nullif(o.issue_id, '')) || '#'
               || row_number() over (partition by o.request_id, o.act, o.site, o.issue_id order by o.id desc),
           coalesce(o.request_id, '00000000-0000-0000-0000-000000000000'), 'done', true, o.at, null,
           jsonb_build_object('act', o.act, 'site', o.site, 'issue', nullif(o.issue_id, '')), '{}', '{}'
      from governance.operator_act o where o.request_id > $1::uuid and o.request_id <= $2::uuid or $3::boolean and o.request_id is null
    union all
    select 'erasure', x.id::text, '00000000-0000-0000-0000-000000000000', 'done', true, null, null, -- the entry comes when all is done
           jsonb_build_object('erasure', x.id, 'requests', nullif(to_jsonb(x.requests), '[]'), 'commitments', x.commitments, 'cells', x.cells, 'kept', x.kept), '{}', '{}'
      from governance.erasure x where $3::boolean
    union all
    select 'retention', x.id::text, '00000000-0000-0000-0000-000000000000', 'done', true, null, null,
           jsonb_build_object('retention', x.id, 'kind', x.kind, 'month', x.month, 'export', x.export, 'sha256', encode(x.sha256, 'hex'), 'rows', x.rows, 'kinds', x.kinds), '{}', '{}'
      from governance.retention x where $3::boolean
    union all
    select 'fork', concat_ws('/', x.origin, x.why), '00000000-0000-0000-0000-000000000000', 'found', true, x.at, null,
           jsonb_build_object('origin', x.origin, 'published', x.published, 'head', x.head, 'why', x.why), '{}', '{}'
      from governance.evidence_fork x where $3::boolean
    union all
    select 'mapping', m.sha256, '00000000-0000-0000-0000-000000000000', 'live', true, m.live_from, null, jsonb_build_object('mapping', m.sha256), '{}', '{}'
      from governance.mapping_version m where $3::boolean
    union all
    select 'change of a mapping', m.id::text, '00000000-0000-0000-0000-000000000000', 'made', true, m.at, null,
           jsonb_build_object('event', m.id, 'site', m.site, 'act', m.act, 'mapping', nullif(m.sha256, ''), 'number', m.number,
               'was', nullif(m.was, ''), 'change', nullif(m.change, '')), '{}', '{}'
      from governance.mapping_event m where $3::boolean
    union all
    select 'move to a mapping', concat_ws('/', b.request_id, b.number), b.request_id, 'decided', b.outcome <> 'asked', null, null,
           jsonb_build_object('mapping', b.sha256, 'was', b.was, 'number', b.number),
           case when b.outcome <> 'asked' then jsonb_build_object('outcome', b.outcome) else '{}' end, '{}'
      from governance.mapping_rebase b where b.request_id > $1::uuid and b.request_id <= $2::uuid
    union all
    select 'gate', g.id::text, '00000000-0000-0000-0000-000000000000', 'changed', true, null, null,
           jsonb_build_object('installation', g.id, 'site', g.site, 'project', g.project, 'workflow', g.workflow, 'mode', g.mode,
               'before_sha256', encode(sha256(convert_to(g.before, 'UTF8')), 'hex')), jsonb_build_object('state', g.state),
           jsonb_build_object('version', g.version, 'changes', nullif(g.changes, '[]'),
               'after_sha256', case when g.after <> '' then encode(sha256(convert_to(g.after, 'UTF8')), 'hex') end)
      from governance.gate_installation g where $3::boolean
    union all
    select 'proof of the gate', concat_ws('/', p.site, p.project), '00000000-0000-0000-0000-000000000000', 'made', true, null, null,
           jsonb_build_object('site', p.site, 'project', p.project), jsonb_build_object('open', p.open, 'fingerprint', p.fingerprint),
           jsonb_build_object('shown_sha256', encode(sha256(convert_to(
               jsonb_build_array(p.detail->'open_roads', p.detail->'findings', p.detail->'rules')::text, 'UTF8')), 'hex'))
      from governance.gate_proof p where $3::boolean
    union all
    select 'source', s.name, '00000000-0000-0000-0000-000000000000', 'configured', true, null, null, jsonb_build_object('source', s.name),
           jsonb_build_object('settle_ms', floor(extract(epoch from s.settle) * 1000)::bigint, 'confirmations', s.confirmations,
               'max_age_ms', floor(extract(epoch from s.max_age) * 1000)::bigint, 'over_grant', s.over_grant),
           jsonb_build_object('kind', s.kind)
      from governance.source s where $3::boolean
    union all
    select 'ticket of request', t.request_id::text, t.request_id, 'bound', true, null, null, '{}', jsonb_build_object('site', t.site, 'issue', t.issue_id),
           jsonb_build_object('key', nullif(t.issue_key, ''))
      from governance.ticket t where t.request_id > $1::uuid and t.request_id <= $2::uuid
    union all
    select 'second ticket', concat_ws('/', t.site, t.issue_id), t.second_of, 'found', true, null, null, '{}', jsonb_build_object('site', t.site, 'issue', t.issue_id), '{}'
      from governance.ticket t where t.second_of > $1::uuid and t.second_of <= $2::uuid
    union all
    select 'delivery', w.id::text, '00000000-0000-0000-0000-000000000000', 'quarantined', true, null, null,
           jsonb_build_object('delivery', w.id, 'site', w.site, 'reason', w.reason), '{}', jsonb_build_object('body_sha256', encode(sha256(w.body), 'hex'))
      from governance.webhook_delivery w where $3::boolean and w.state = 'quarantined'
    union all
    select 'flow', f.id::text, f.request_id, 'ended', f.state in ('done', 'moot', 'parked'), null,
           case when f.state in ('done', 'moot') then f.ended_at when f.state = 'parked' then f.parked_at end,
           jsonb_build_object('flow', f.id, 'kind', f.kind, 'cycle', nullif(f.cycle, '')),
           case when f.state in ('done', 'moot', 'parked') then jsonb_build_object('state', f.state, 'attempts', f.attempt) else '{}' end, '{}'
      from governance.flow f where f.request_id > $1::uuid and f.request_id <= $2::uuid),
against as materialized ( -- entries that no row says the same as
    select t.seq, t.at, t.request_id, t.what, t.key, t.form, w.what is not null as has_row
      from told t left join row w on (w.what, w.key, w.form) = (t.what, t.key, t.form) left join erased z on z.request_id = t.request_id
     where w.what is null or w.request_id <> t.request_id
        or case when t.commits or t.plain
                then jsonb_strip_nulls(t.d || w.ever) <> t.d or t.n = 1 and jsonb_strip_nulls(t.d || w.last) <> t.d
                else t.d || w.ever <> w.ever || t.d or t.n = 1 and t.d || w.last <> w.last || t.d end -- entries of before may have had no word for the rest
        or t.n = 1 and (coalesce(z.seq, 0) < t.seq or t.what in ('live policy', 'delegation', 'calendar', 'drift', 'gate', 'proof of the gate', 'source')) -- of nobody
           and t.d || w.said <> w.said || t.d
        or t.once and abs(extract(epoch from t.at - w.first_at)) > 60),
missing as materialized (
    select w.*, sha256(convert_to(jsonb_strip_nulls(w.ever || w.last)::text, 'UTF8')) as sha256
      from row w left join told t on (t.what, t.key, t.form) = (w.what, w.key, w.form) where w.must and t.seq is null),
-- hashes in files, and what of them is found among the rows
filed_of as materialized (
    select distinct f.retention_id, f.request_id, f.kind, f.at, f.sha256, k.what, k.form, k.once
      from filed f join kind k on k.kind = f.kind where f.record is null and not (k.what = 'drift' and k.form = 'found')),
-- Those without an entry and without a hash of one in a file. Not joined: to the planner both are few, and it would compare each with each.
untold as materialized (
    select u.* from (
        select m.*, array_agg(m.told_at) filter (where m.told_at is not null) over (partition by m.request_id, m.what, m.form, m.sha256)
                        || array_agg(m.told_at) filter (where m.told_at is not null and m.sha256 is null) over (partition by m.request_id, m.what, m.form) as all_told
          from (select w.request_id, w.what, w.key, w.form, w.first_at, w.last_at, w.sha256, null::timestamptz as told_at from missing w
                union all
                select f.request_id, f.what, null, f.form, null, null, f.sha256, f.at from filed_of f) m) u
     where u.told_at is null
       and not exists (select from unnest(u.all_told) a where abs(extract(epoch from a - coalesce(u.last_at, u.first_at, a))) <= 60)),
still as materialized ( -- those of entries that a row goes on saying, each: of the rest the last one only
    select f.retention_id, f.request_id, f.kind, count(*) as n
      from (select f.retention_id, f.request_id, f.kind, f.at, f.sha256, f.what, min(f.form) as form from filed_of f
             where f.sha256 is not null and (f.once and f.kind <> 'drift.found' or f.kind in ('item.replaced', 'approval.delegated', 'exception.revoked', 'exception.lapsed',
                       'sod_set.ended', 'person.returned', 'sla.policy', 'clock.resumed'))
             group by 1, 2, 3, 4, 5, 6) f
     where not exists (select from row w where w.request_id = f.request_id and w.what = f.what
                          and (w.form = f.form or f.kind in ('approval.delegated', 'sla.policy')) -- which tell the form themselves
                          and sha256(convert_to(jsonb_strip_nulls(w.ever || w.last)::text, 'UTF8')) = f.sha256)
     group by 1, 2, 3
    union all
    -- of the rest the last one, which hashes do not tell from those of its minute: none of these is said any more, and nothing was told, opened again or let go since
    select max(f.retention_id), f.request_id, max(f.kind), 1
      from (select x.*, max(x.at) over (partition by x.request_id, x.what) as last_at from filed_of x
             where x.what in ('ticket of request', 'close', 'flow', 'drift', 'move to a mapping', 'policy of site', 'gate', 'proof of the gate', 'source')) f
     where f.at >= f.last_at - interval '60 s'
       and not exists (select from kind k join entry e on e.kind = k.kind where k.what = f.what and e.request_id = f.request_id)
       and not exists (select from filed r where r.request_id = f.request_id and r.kind = f.what and r.record is not null)
       and not exists (select from lost l where l.request_id = f.request_id and l.kind = f.what || 's')
     group by f.request_id, f.what
    having bool_and(f.sha256 is not null and not exists (
               select from row w where w.request_id = f.request_id and w.what = f.what
                  and (w.what in ('flow', 'move to a mapping') and not w.must or sha256(convert_to(jsonb_strip_nulls(w.ever || w.last)::text, 'UTF8')) = f.sha256)))),
move as materialized (
    select e.request_id, e.seq, e.at, e.kind, e.d->>'to' as led_to, e.d, null::bytea as sha256 from entry e where e.kind in ('request.received', 'request.moved')
    union all
    select f.request_id, null, f.at, f.kind, f.led_to, null, f.sha256 from filed f where f.kind in ('request.received', 'request.moved')),
moved as materialized (
    select m.request_id, max(m.seq) as seq, min(m.at) filter (where m.led_to = 'approved') as approved_at,
           max(m.at) filter (where m.led_to = 'claimed') as claimed_at, max(m.at) filter (where m.led_to in ('verified', 'exception')) as verified_at,
           max(m.at) filter (where m.led_to = 'closed') as closed_at, max(m.at) filter (where m.led_to in ('denied', 'cancelled', 'expired', 'orphaned')) as over_at,
           max((m.d->'clock'->>'started_us')::bigint) filter (where m.kind = 'request.received') as requested_us,
           (array_agg(m.led_to order by m.at desc, m.seq desc nulls last))[1] as led_to, (array_agg(m.sha256 order by m.at desc, m.seq desc nulls last))[1] as sha256
      from move m group by 1),
-- The last entry that says it. is_new: the first one is of a release that says all of a clock, and of what is asked for.
latest as materialized (
    select e.request_id, max(e.seq) filter (where e.kind = 'request.received') as received, max(e.seq) filter (where e.kind <> 'request.mode') as asked,
           max(e.seq) filter (where e.d ? 'approval_needed') as needed, max(e.seq) filter (where e.kind in ('request.received', 'request.mode')) as moded,
           max(e.seq) filter (where e.kind in ('request.received', 'request.moved')) as moved, max(e.seq) filter (where e.d->>'to' = 'cancelled') as cancelled,
           max(e.seq) filter (where e.d ? 'clock') as clock, max(e.seq) filter (where e.kind = 'request.remapped') as remapped,
           coalesce(bool_or(e.d ? 'justification_commitment' and e.kind = 'request.received'), false) as is_new
      from entry e where e.kind in ('request.received', 'request.moved', 'request.remapped', 'request.mode') group by 1),
pauses as materialized (
    select p.request_id, coalesce(sum(extract(epoch from p.ended_at - p.from_at)), 0) as paused, max(p.from_at) filter (where p.ended_at is null) as since,
           max(p.until_at) filter (where p.ended_at is null) as until
      from governance.sla_pause p where p.request_id > $1::uuid and p.request_id <= $2::uuid group by 1),
resumed as materialized (
    select distinct on (e.request_id) e.request_id, e.seq, e.d->'due_us' as due from entry e where e.kind = 'clock.resumed' order by e.request_id, e.seq desc),
mode as materialized (
    select distinct on (e.request_id) e.request_id, e.seq, e.d->>'mode' as mode from entry e
     where e.kind in ('request.received', 'request.moved', 'request.mode') and e.d ? 'mode' order by e.request_id, e.seq desc),
request as materialized (
    select r.id, r.phase, r.generation, r.claim_cycle, r.mode, r.requested_at, r.approved_at, r.claimed_at, r.verified_at, r.closed_at, r.over_at, m.seq, y.clock as clock_seq, m.requested_us,
           m.approved_at as approved, m.claimed_at as claimed, m.verified_at as verified, m.closed_at as closed, m.over_at as over, l.request_id is not null as is_lost, e.d,
           m.led_to, m.sha256, jsonb_build_object('started_us', (extract(epoch from c.started_at) * 1000000)::bigint) || case
               when r.phase in ('verified', 'exception', 'closed', 'denied', 'cancelled', 'expired')
               then jsonb_build_object('stopped_us', (extract(epoch from c.stopped_at) * 1000000)::bigint, 'ended', c.ended,
                        'paused_us', (extract(epoch from c.paused) * 1000000)::bigint, 'business_us', (extract(epoch from c.business) * 1000000)::bigint)
               else '{}' end as clock, c.started_at,
           -- what else a clock says, and when its goal passes: by the last pause, if it ended after that was said
           jsonb_build_object('goal_us', (extract(epoch from c.goal) * 1000000)::bigint, 'policy', sp.name, 'policy_sha256', sp.sha256,
               'calendar_sha256', (select k.sha256 from governance.sla_calendar k where k.id = c.calendar_id)) as terms,
           to_jsonb((extract(epoch from coalesce(c.due_at, c.started_at + make_interval(secs => extract(epoch from c.goal + c.paused)))) * 1000000)::bigint) as due,
           coalesce(y.is_new, false) as is_new, coalesce(y.remapped > y.clock, false) as is_chosen_since, coalesce(u.seq > y.clock, false) as is_held_since, u.due as resumed_due, u.seq as resumed_seq
      from governance.access_request r left join moved m on m.request_id = r.id left join entry e on e.seq = m.seq
      left join lost l on l.request_id = r.id and l.kind = 'evidence' left join governance.sla_clock c on c.request_id = r.id
      left join governance.sla_policy sp on sp.id = c.policy_id left join latest y on y.request_id = r.id left join resumed u on u.request_id = r.id
     where r.id > $1::uuid and r.id <= $2::uuid),
wrong as (
    select e.seq, 'its columns are not those of its text' as why from entry e where not e.fits
    union all
    select coalesce(r.seq, 0), format('request %s is in %s, and its last move led to %s', r.id, r.phase, coalesce(r.led_to, 'nowhere: it has no entry'))
      from request r where r.phase is distinct from r.led_to and not (r.led_to is null and r.is_lost)
    union all
    select coalesce(m.seq, 0), format('request %s is gone', m.request_id) from moved m left join governance.access_request r on r.id = m.request_id where r.id is null
    union all
    select coalesce(r.seq, 0), format('request %s is of another claim', r.id) from request r
     where case when r.d is not null then (r.generation::text, nullif(r.claim_cycle, '')) is distinct from (r.d->>'generation', r.d->>'cycle')
                else r.sha256 <> sha256(convert_to(jsonb_strip_nulls(jsonb_build_object('to', r.phase, 'generation', r.generation,
                         'cycle', nullif(r.claim_cycle, '')))::text, 'UTF8')) end
    union all
    select m.seq, format('request %s is held to its proof otherwise: its mode is %s', r.id, r.mode) from request r join mode m on m.request_id = r.id where r.mode <> m.mode
    union all
    select a.seq, format('request %s has another %s than when it was approved: %s', r.id, t.what, coalesce(t.said, 'none'))
      from (select distinct on (e.request_id) e.request_id, e.seq, e.d from entry e
             where e.kind = 'request.moved' and e.d->>'to' = 'approved' order by e.request_id, e.seq desc) a
      join governance.access_request r on r.id = a.request_id
     cross join lateral (values ('lifecycle', r.lifecycle), ('subject_kind', r.subject_kind), ('privileged', r.is_privileged::text),
                                ('until', to_char(r.access_until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))) t(what, said)
     where a.d ? 'privileged' and a.d->>t.what is distinct from t.said -- one of before does not say
    union all
    select coalesce(r.seq, 0), format('request %s says that it was %s at another time, %s', r.id, t.what,
               coalesce(to_char(t.row_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'never'))
      from request r
     cross join lateral (values ('approved', r.approved_at, r.approved), ('claimed', r.claimed_at, r.claimed), ('verified', r.verified_at, r.verified),
                                ('closed', r.closed_at, r.closed),
                                ('over', r.over_at, case when r.led_to in ('denied', 'cancelled', 'expired', 'orphaned') then r.over end), -- what came back is not over
                                ('requested', r.requested_at, coalesce(to_timestamp(r.requested_us / 1000000.0), r.started_at))) t(what, row_at, at)
     where abs(extract(epoch from t.at - t.row_at)) > case t.what when 'requested' then 0.0001 else 60 end
        or t.at is null and t.row_at is not null and t.what <> 'requested' and not r.is_lost
        or t.at is not null and t.row_at is null and (t.what in ('approved', 'claimed') or r.phase = 'closed')
    union all
    select e.seq, format('request %s says otherwise than its entry, by its %s: %s', r.id, t.column, coalesce(t.says, 'none'))
      from latest l join governance.access_request r on r.id = l.request_id
     cross join lateral (values
         (l.asked, 'kind', 'kind', r.kind, false), (l.needed, 'approval_needed', 'approval_needed', r.approval_needed::text, false),
         (l.received, 'cause', 'cause', case when r.follows is not null then r.cause end, l.is_new), (l.received, 'follows', 'follows', r.follows::text, l.is_new),
         (l.received, 'submitted_by', 'submitted_by', r.submitted_by, l.is_new), (l.received, 'mapping_version', 'mapping', r.mapping_version, false),
         (l.received, 'rule', 'rule', r.rule, false), (l.received, 'site', 'site', r.site, false),
         (l.received, 'approval_due', 'approval_due_us', (extract(epoch from r.approval_due) * 1000000)::bigint::text, l.is_new),
         (l.received, 'review_due', 'review_due_us', (extract(epoch from r.review_due) * 1000000)::bigint::text, l.is_new),
         (l.received, 'emergency', 'emergency', case when r.emergency then 'true' end, l.is_new),
         (l.moded, 'mode_by', 'mode_by', r.mode_by, false), (l.moded, 'mode_by', 'by', r.mode_by, false), (l.moded, 'mode_mapping', 'mapping', r.mode_mapping, false),
         (l.moved, 'phase_reason', 'reason', r.phase_reason, false),
         (case when r.phase = 'cancelled' then l.cancelled end, 'cancelled_by', 'cancelled_by', r.cancelled_by, false)) t(seq, "column", member, says, always) -- always: without a word of it there is none
      join entry e on e.seq = t.seq
     where e.d->>t.member is distinct from t.says and (t.always or e.d ? t.member) and not e.d ? 'detail_sha256'
    union all
    select coalesce(l.moved, 0), format('request %s is not what it was approved as', r.id)
      from governance.access_request r left join latest l on l.request_id = r.id
     where r.id > $1::uuid and r.id <= $2::uuid and r.approved_hash <> '' and r.mapped_hash <> r.approved_hash
    union all
    select coalesce(t.seq, 0), format('policy decision %s has another text than its hash is of', p.id)
      from governance.policy_decision p left join told t on t.what = 'policy decision' and t.key = p.id::text
     where p.request_id > $1::uuid and p.request_id <= $2::uuid
       and (p.asked is not null and p.asked_sha256 <> sha256(p.asked) or p.answered is not null and p.answered_sha256 <> sha256(p.answered))
    union all
    select coalesce(e.seq, 0), format('SLA policy %s has another goal than its text says', p.name)
      from governance.sla_policy p
      left join entry e on e.kind = 'sla.policy' and (e.d->>'policy', e.d->>'sha256', e.d->>'replaced') = (p.name, p.sha256, 'false')
     where $3::boolean and p.body->'goals' ? 'whole' and p.goal is distinct from make_interval(secs => (p.body->'goals'->>'whole')::bigint / 1000.0)
    union all
    select coalesce(e.seq, 0), format('mapping %s is live on site %s, and its last change was to %s', l.sha256, l.site, m.sha256)
      from governance.mapping_live l
     cross join lateral (select x.* from governance.mapping_event x where x.site = l.site and x.act <> 'refused' order by x.id desc limit 1) m
      left join entry e on e.kind = 'mapping.changed' and (e.d->>'event')::bigint = m.id
     where $3::boolean and m.number is not null and (l.sha256, l.number) <> (m.sha256, m.number)
    union all
    select 0, format('mapping %s has another text than its hash is of', m.sha256)
      from governance.mapping_version m where $3::boolean and m.sha256 <> encode(sha256(convert_to(m.body, 'UTF8')), 'hex')
    union all
    select e.seq, format('the clock of request %s is another one', r.id)
      from request r join entry e on e.seq = r.clock_seq
     where r.started_at is null or jsonb_strip_nulls(e.d->'clock' || r.clock) <> e.d->'clock'
        or not r.is_chosen_since and case when r.is_new then jsonb_strip_nulls(e.d->'clock' || r.terms) <> e.d->'clock'
                                          else e.d->'clock' || r.terms <> r.terms || (e.d->'clock') end -- one of before has no word for some of it
        or not r.is_chosen_since and not r.is_held_since and (r.is_new or e.d->'clock' ? 'due_us') and e.d #> '{clock,due_us}' is distinct from r.due
    union all
    select r.resumed_seq, format('the goal of request %s passes at another time', r.id) from request r where r.is_held_since and r.resumed_due <> r.due
    union all
    select coalesce(l.clock, 0), format('the clock of request %s is not of what it is, or not held as is recorded', r.id)
      from governance.sla_clock c join governance.access_request r on r.id = c.request_id left join pauses p on p.request_id = r.id
      left join latest l on l.request_id = r.id
     where r.id > $1::uuid and r.id <= $2::uuid
       and ((c.kind, c.is_privileged) is distinct from (r.kind, r.is_privileged) or extract(epoch from c.paused) <> coalesce(p.paused, 0)
            or c.paused_since is distinct from p.since or c.paused_until is distinct from p.until)
    union all
    select 0, format('the clock of request %s is another one than when its evidence was retained', r.id)
      from request r
      join (select distinct on (f.request_id) f.request_id, f.sha256 from filed f where f.kind = 'request.clock' order by f.request_id, f.at desc) f on f.request_id = r.id
     where r.clock_seq is null and r.clock ? 'ended' and f.sha256 is distinct from sha256(convert_to(jsonb_strip_nulls(r.clock)::text, 'UTF8'))
    union all -- as request_row() had it then, and nothing was told of it since
    select 0, format('request %s says otherwise than when its evidence was retained', r.id)
      from (select distinct on (f.request_id) f.request_id, f.sha256 from filed f where f.kind = 'request.row' order by f.request_id, f.at desc) f
      join governance.access_request r on r.id = f.request_id
      left join governance.sla_clock c on c.request_id = r.id
      left join governance.sla_policy y on y.id = c.policy_id left join governance.sla_calendar k on k.id = c.calendar_id
      left join latest l on l.request_id = r.id
     where l.request_id is null and f.sha256 <> sha256(convert_to(jsonb_strip_nulls(jsonb_build_object('reason', r.phase_reason, 'kind', r.kind, 'lifecycle', r.lifecycle,
               'subject_kind', r.subject_kind, 'privileged', r.is_privileged, 'until_us', (extract(epoch from r.access_until) * 1000000)::bigint,
               'approval_needed', r.approval_needed, 'cause', r.cause, 'follows', r.follows, 'submitted_by', r.submitted_by, 'rule', r.rule, 'site', r.site,
               'mapping', r.mapping_version, 'emergency', r.emergency, 'approval_due_us', (extract(epoch from r.approval_due) * 1000000)::bigint,
               'review_due_us', (extract(epoch from r.review_due) * 1000000)::bigint, 'mode', r.mode, 'mode_by', r.mode_by, 'mode_mapping', r.mode_mapping,
               'goal_us', (extract(epoch from c.goal) * 1000000)::bigint, 'policy', y.sha256, 'calendar', k.sha256,
               'due_us', (extract(epoch from c.due_at) * 1000000)::bigint))::text, 'UTF8'))
    union all
    select t.seq, case when t.has_row then format('%s %s is another one', t.what, t.key)
                       when exists (select from row o where (o.what, o.key) = (t.what, t.key)) then format('%s %s says otherwise when it was %s', t.what, t.key, t.form)
                       else format('%s %s is gone', t.what, t.key) end
      from against t
     where t.has_row -- else it may be in a file, be let go, or have been tried again
        or t.what <> 'second ticket' and not (t.what = 'delivery' and exists (select from governance.webhook_delivery d where d.id::text = t.key))
           and not exists (select from filed f where f.kind = t.what and f.record::text = t.key)
           and not exists (select from lost l where l.request_id = t.request_id and l.kind = t.what || 's')
           and not exists (select from lost_month y where t.what = 'delivery' and y.kind = 'deliveries' and y.month = date_trunc('month', t.at at time zone 'utc')::date)
    union all
    select t.seq, format('%s %s says otherwise when it was %s', w.what, w.key, w.form)
      from row w join told t on (t.what, t.key, t.form) = (w.what, w.key, w.form) and t.n = 1 and not t.once where abs(extract(epoch from t.at - w.last_at)) > 60
    union all
    select 0, case when k.once or not exists (select from row o where (o.what, o.key) = (w.what, w.key) and o.form <> w.form)
                   then format('%s %s has no entry', w.what, w.key) else format('%s %s says otherwise when it was %s', w.what, w.key, w.form) end
      from untold w join lateral (select bool_or(k.once) as once, array_agg(k.kind) as kinds from kind k where k.what = w.what and k.form = w.form) k on true
      left join lost l on l.request_id = w.request_id and l.kind = 'evidence'
     where l.request_id is null
       and not (w.what = 'drift' and w.form = 'found' and exists (select from filed f where f.request_id = w.request_id and f.kind = 'drift.found'
                   and abs(extract(epoch from f.at - w.first_at)) <= 60))
       and not exists (select from entry e where e.request_id = w.request_id and e.kind = any (k.kinds) and e.d ? 'detail_sha256' -- too long to be written out
                          and abs(extract(epoch from e.at - coalesce(w.last_at, w.first_at, e.at))) <= 60)
       and not exists (select from lost_month y where y.kind = 'evidence' and w.request_id = '00000000-0000-0000-0000-000000000000'
                          and y.month = date_trunc('month', coalesce(w.first_at, w.last_at) at time zone 'utc')::date)
    union all
    select g.seq, format('%s of %s that had an entry %s are not as they were when it was retained', s.n - coalesce(d.n, 0),
               case s.request_id when '00000000-0000-0000-0000-000000000000' then 'no request' else format('request %s', s.request_id) end, s.kind)
      from still s join gone g on g.kind = 'records.retained' and (g.d->>'retention')::bigint = s.retention_id
      left join (select f.request_id, f.kind, count(*) as n from filed f where f.record is not null group by 1, 2) d
        on d.request_id = s.request_id and d.kind = 'observation' and s.kind = 'item.observed'
     where s.n > coalesce(d.n, 0)
    union all
    select e.seq, format('the clear text of its %s %s', left(k.member, -11), case when c.entry is null then 'is gone' else 'was erased, and no person' end)
      from entry e cross join lateral jsonb_object_keys(e.d) k(member)
      left join governance.person_commitment c on c.entry = e.seq and c.member = left(k.member, -11)
      left join erased z on z.request_id = e.request_id
     where e.commits and k.member like '%\_commitment' and k.member not in ('tuple_commitment', 'raw_commitment', 'id_commitment', 'payload_commitment',
               'asked_commitment', 'answered_commitment', 'key_commitment', 'terms_commitment', 'justification_commitment', 'sponsor_commitment',
               'fulfiller_commitment') -- of documents, and what is committed to as they are
       and (c.entry is null or c.erased_at is not null and coalesce(z.seq, 0) < e.seq)
    union all
    select 0, format('the salt of request %s %s', r.id, case when s.request_id is null then 'is gone' else 'was erased, and no person' end)
      from request r left join (select x.request_id, x.erased_at from governance.request_salt x where x.request_id > $1::uuid and x.request_id <= $2::uuid) s on s.request_id = r.id
      left join erased z on z.request_id = r.id
     where s.request_id is null or s.erased_at is not null and z.request_id is null)
select distinct seq, why, seq = 0 from wrong order by 3, 1 limit 100

-- name: verify_retentions
-- params:
-- Files whose record names other requests, or keeps something else of what is in them, than the evidence says.
with kept as (
    select e.seq, (e.d->>'retention')::bigint as id, e.d->>'requests_sha256' as requests, e.d->>'told_sha256' as told
      from (select k.seq, k.body::jsonb->'detail' as d from governance.evidence_entry k where k.kind = 'records.retained') e),
told as (
    select r.retention_id, encode(sha256(convert_to(string_agg(r.said, '' order by r.said), 'UTF8')), 'hex') as said
      from (select t.retention_id, encode(sha256(convert_to(string_agg(concat_ws(' ', coalesce(t.request_id::text, '-'), t.kind, (extract(epoch from t.at) * 1000000)::bigint,
                       coalesce(t.led_to, '-'), coalesce(encode(t.sha256, 'hex'), '-'), coalesce(t.record::text, '-')), chr(10)
                       order by t.at, t.kind collate "C", t.sha256, t.record), 'UTF8')), 'hex') as said
              from governance.retention_told t group by t.retention_id, t.request_id) r
     group by 1)
select k.seq, format('retention %s names other requests', k.id) as why
  from kept k left join (select q.retention_id, encode(sha256(convert_to(string_agg(q.request_id::text, ',' order by q.request_id), 'UTF8')), 'hex') as said
                           from governance.retention_request q group by 1) q on q.retention_id = k.id
 where q.said is distinct from k.requests
union all
select k.seq, format('retention %s keeps something else of what is in its file', k.id)
  from kept k left join told t on t.retention_id = k.id
 where k.told is distinct from t.said and not (k.told = encode(sha256(''), 'hex') and t.said is null)
 order by 1 limit 100
