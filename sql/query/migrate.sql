-- Statements of `countersign db migrate` and `db verify`.

-- name: migration_table
-- params:
select to_regclass('governance.migration')

-- name: migration_list
-- params:
select number, sha256, breaking from governance.migration order by number

-- name: schema_fit
-- params: known int[]
-- Of the migrations that this program knows how many are not applied, and the first of them; of those that it does not know the first
-- on which an older program must not run.
select count(k), coalesce(min(k), 0),
       (select coalesce(min(m.name), '') from governance.migration m where m.breaking and m.number <> all ($1::int[]))
  from unnest($1::int[]) k
 where k not in (select m.number from governance.migration m)

-- name: migration_newer
-- params: known int[]
-- The first migration that this program does not know; none: no row.
select m.name from governance.migration m where m.number <> all ($1::int[]) order by m.number limit 1

-- name: migration_add
-- params: number int, name text, sha256 text, breaking boolean
insert into governance.migration (number, name, sha256, breaking) values ($1::int, $2, $3, $4::boolean)

-- name: migrate_lock
-- params:
select pg_advisory_xact_lock(hashtextextended('countersign migrate', 0))

-- name: become_owner
-- params:
set local role countersign_owner

-- name: lock_patience
-- params:
set local lock_timeout = '10s'

-- name: bodies_later
-- params:
set local check_function_bodies = off

-- name: verify_uncommented
-- params:
select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('governance', 'sla', 'audit') and c.relkind in ('r', 'v') and obj_description(c.oid, 'pg_class') is null

-- name: installed_forget
-- params:
delete from governance.installed

-- name: installed_remember
-- params:
insert into governance.installed
select kind, name, encode(sha256(convert_to(definition, 'UTF8')), 'hex') from governance.catalog()

-- name: verify_catalog
-- params:
select kind, name, what from governance.catalog_changes()

-- name: verify_plans
-- params:
-- to compile so long a statement takes longer than to run it
set local jit = off

-- name: verify_rows
-- params:
-- Rows that say something else than the evidence of them, each with the entry it contradicts; the program asks it itself, so that nobody
-- answers in its place. Without words of people: see verify_commitments. Each table is read once, and nothing for each row.
with entry as materialized (
    select e.seq, e.at, e.kind, coalesce(e.request_id, '00000000-0000-0000-0000-000000000000') as request_id, x.b->'detail' as d,
           e.body like '%\_commitment"%' as commits,
           coalesce(x.b->>'seq' = e.seq::text and x.b->>'kind' = e.kind and (x.b->>'request')::uuid is not distinct from e.request_id
                    and x.b->>'at' = to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), false) as fits
      from governance.evidence_entry e cross join lateral (select e.body::jsonb as b offset 0) x),
-- who was erased: the last entry that names a request, and the last one of all for what is of none. One that names too many says so by their hash.
erased as materialized (
    select coalesce(r.id, '00000000-0000-0000-0000-000000000000') as request_id, max(e.seq) as seq
      from entry e
     cross join lateral (select jsonb_array_elements_text(e.d->'requests')::uuid union all select null
                          union all select unnest(x.requests) from governance.erasure x where e.d ? 'detail_sha256') r(id)
     where e.kind = 'person.erased' group by 1),
-- of which requests records are in a file now, and none of what they say is missed
lost as materialized (select distinct q.request_id, r.kind from governance.retention_request q join governance.retention r on r.id = q.retention_id),
-- What an entry of a row says of it: which row, and whether it is the first of it.
kind(kind, what, member, is_first) as (
    values ('item.wanted', 'item', 'item', true), ('item.replaced', 'item', 'item', false), ('item.superseded', 'item', 'item', false),
           ('item.observed', 'observation', 'observation', true), ('request.approval', 'approval', 'approval', true),
           ('exception.granted', 'exception', 'exception', true), ('exception.revoked', 'exception', 'exception', false),
           ('exception.lapsed', 'exception', 'exception', false), ('policy.decided', 'policy decision', 'decision', true),
           ('account.linked', 'account link', 'link', true), ('entitlement.linked', 'entitlement link', 'link', true),
           ('emergency.reviewed', 'review', 'review', true), ('approval.settled', 'settled approval', 'settled', true)),
-- What a row makes its entries say (evidence_write), and what those of before commitments said: plain hashes, which erasing a person unties.
row as materialized (
    select 'item' as what, i.id, i.request_id, null::timestamptz as at,
           jsonb_build_object('source', i.source, 'desired', i.desired, 'entitlement_sha256', encode(sha256(convert_to(i.entitlement, 'UTF8')), 'hex')) as says,
           jsonb_build_object('subject_sha256', encode(sha256(convert_to(i.account || chr(10) || i.entitlement, 'UTF8')), 'hex')) as said
      from governance.request_item i
    union all
    select 'observation', o.id, i.request_id, o.observed_at,
           jsonb_build_object('item', o.item_id, 'generation', o.generation, 'outcome', o.outcome, 'account', o.account, 'reason', o.reason,
               'complete', o.complete, 'canary', o.canary_ok,
               'entitlement_id_sha256', case when o.entitlement_id <> '' then encode(sha256(convert_to(o.entitlement_id, 'UTF8')), 'hex') end,
               'as_of', to_char(o.source_as_of at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
           jsonb_build_object('raw_sha256', encode(o.raw_sha256, 'hex'))
      from governance.observation o join governance.request_item i on i.id = o.item_id
    union all
    select 'approval', a.id, a.request_id, a.at,
           jsonb_build_object('decision', a.decision, 'channel', a.channel, 'after_work', case when a.after_work then true end),
           jsonb_build_object('tuple', nullif(a.tuple_hash, ''), 'approver_sha256', encode(sha256(convert_to(a.approver, 'UTF8')), 'hex'))
      from governance.approval a
    union all
    select 'settled approval', s.id, s.request_id, s.at,
           jsonb_build_object('outcome', s.outcome, 'effect', s.effect, 'reached', to_char(s.reached_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
               'policy', nullif(s.policy, ''), 'decisions', nullif(to_jsonb(s.decisions), '[]'), 'votes', c.votes), '{}'
      from governance.approval_settled s
      left join (select k.settled_id, jsonb_agg(jsonb_build_object('approval', k.approval_id, 'step', nullif(k.step, 0), 'delegation', k.delegation_id,
                            'stead', case when k.delegation_id is not null then k.stead end, 'person', k.person, 'hats', nullif(k.hats, 0),
                            'maybe', nullif(k.maybe, 0), 'fault', nullif(k.fault, '')) order by k.approval_id, k.step) as votes
                   from (select x.*, count(x.delegation_id) over (partition by x.settled_id order by x.approval_id, x.step) as stead
                           from governance.approval_counted x) k
                  group by k.settled_id) c on c.settled_id = s.id
    union all
    select 'exception', x.id, coalesce(x.request_id, i.request_id), x.created_at,
           jsonb_build_object('item', x.item_id, 'scope', x.scope, 'source', x.source, 'sod_set', x.sod_set, 'sod_set_id', x.sod_set_id, 'renews', x.renews,
               'answer', nullif(x.plea_edit, ''), 'expires', to_char(x.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
           jsonb_build_object('owner_sha256', encode(sha256(convert_to(x.owner, 'UTF8')), 'hex'),
               'approver_sha256', encode(sha256(convert_to(x.approved_by, 'UTF8')), 'hex'), 'reason_sha256', encode(sha256(convert_to(x.reason, 'UTF8')), 'hex'))
      from governance.exception x left join governance.request_item i on i.id = x.item_id
    union all
    select 'policy decision', p.id, p.request_id, p.at,
           jsonb_build_object('stage', p.stage, 'item', p.item_id, 'permitted', p.permitted, 'pdp', p.pdp, 'why', p.why,
               'conflicts', nullif(to_jsonb(p.conflicts), '[]'), 'generation', p.generation, 'question', p.question),
           jsonb_build_object('tuple', nullif(p.tuple_hash, ''), 'asked_sha256', encode(p.asked_sha256, 'hex'), 'answered_sha256', encode(p.answered_sha256, 'hex'))
      from governance.policy_decision p
    union all
    select 'account link', l.id, l.request_id, l.established_at, jsonb_build_object('source', l.source, 'how', l.how, 'replaces', l.replaces),
           jsonb_build_object('subject_sha256', encode(sha256(convert_to(l.account || chr(10) || l.person, 'UTF8')), 'hex'),
               'id_sha256', encode(sha256(convert_to(l.native_id, 'UTF8')), 'hex'))
      from governance.account_link l
    union all
    select 'entitlement link', l.id, l.request_id, l.established_at,
           jsonb_build_object('source', l.source, 'how', l.how, 'replaces', l.replaces, 'entitlement_sha256', encode(sha256(convert_to(l.entitlement, 'UTF8')), 'hex'),
               'id_sha256', encode(sha256(convert_to(l.native_id, 'UTF8')), 'hex')), '{}'
      from governance.entitlement_link l
    union all
    select 'review', v.id, v.request_id, v.at, jsonb_build_object('outcome', v.outcome, 'emergency', true),
           jsonb_build_object('reviewer_sha256', encode(sha256(convert_to(v.reviewer, 'UTF8')), 'hex'), 'note_sha256', encode(sha256(convert_to(v.note, 'UTF8')), 'hex'))
      from governance.emergency_review v),
told as materialized (
    select e.*, k.what, k.is_first, (e.d->>k.member)::bigint as id from entry e join kind k on k.kind = e.kind where e.d ? k.member),
-- what became of a row later, and the last entry of that
later as (
    select 'exception' as what, x.id, coalesce(x.request_id, i.request_id) as request_id, 'exception.revoked' as kind, x.revoked_at as at
      from governance.exception x left join governance.request_item i on i.id = x.item_id
    union all
    select 'item', i.id, i.request_id, 'item.replaced', i.replaced_at from governance.request_item i
    union all
    select 'item', i.id, i.request_id, 'item.superseded', i.superseded_at from governance.request_item i),
moved as materialized (
    select e.request_id, max(e.seq) as seq, min(e.at) filter (where e.d->>'to' = 'approved') as approved_at,
           max(e.at) filter (where e.d->>'to' = 'claimed') as claimed_at, max(e.at) filter (where e.d->>'to' in ('verified', 'exception')) as verified_at,
           max(e.at) filter (where e.d->>'to' = 'closed') as closed_at, max(e.seq) filter (where e.d ? 'clock') as clock_seq,
           max((e.d->'clock'->>'started_us')::bigint) filter (where e.kind = 'request.received') as requested_us
      from entry e where e.kind in ('request.received', 'request.moved') group by 1),
request as materialized (
    select r.id, r.phase, r.generation, r.claim_cycle, r.requested_at, r.approved_at, r.claimed_at, r.verified_at, r.closed_at, m.seq, m.clock_seq, m.requested_us,
           m.approved_at as approved, m.claimed_at as claimed, m.verified_at as verified, m.closed_at as closed, l.request_id is not null as is_lost, e.d
      from governance.access_request r left join moved m on m.request_id = r.id left join entry e on e.seq = m.seq
      left join lost l on l.request_id = r.id and l.kind = 'evidence'),
wrong as (
    select e.seq, 'its columns are not those of its text' as why from entry e where not e.fits
    union all
    select coalesce(r.seq, 0), format('request %s is in %s, and its last move led to %s', r.id, r.phase, coalesce(r.d->>'to', 'nowhere: it has no entry'))
      from request r where r.phase is distinct from r.d->>'to' and not (r.seq is null and r.is_lost)
    union all
    select m.seq, format('request %s is gone', m.request_id) from moved m left join governance.access_request r on r.id = m.request_id where r.id is null
    union all
    select r.seq, format('request %s is of another claim', r.id) from request r
     where r.d is not null and (r.generation::text, nullif(r.claim_cycle, '')) is distinct from (r.d->>'generation', r.d->>'cycle')
    union all
    select coalesce(r.seq, 0), format('request %s says that it was %s at another time, %s', r.id, t.what, coalesce(governance.utc(t.row_at), 'never'))
      from request r
     cross join lateral (values ('approved', r.approved_at, r.approved), ('claimed', r.claimed_at, r.claimed), ('verified', r.verified_at, r.verified),
                                ('closed', r.closed_at, r.closed), ('requested', r.requested_at, to_timestamp(r.requested_us / 1000000.0))) t(what, row_at, at)
     where abs(extract(epoch from t.at - t.row_at)) > case t.what when 'requested' then 0.0001 else 60 end
        or t.at is null and t.row_at is not null and t.what <> 'requested' and not r.is_lost
        or t.at is not null and t.row_at is null and (t.what in ('approved', 'claimed') or r.phase = 'closed')
    union all
    select e.seq, format('the clock of request %s is another one', r.id)
      from request r join entry e on e.seq = r.clock_seq left join governance.sla_clock c on c.request_id = r.id
     cross join lateral (select jsonb_build_object('started_us', governance.us(c.started_at)) || case
               when r.phase in ('verified', 'exception', 'closed', 'denied', 'cancelled', 'expired')
               then jsonb_build_object('stopped_us', governance.us(c.stopped_at), 'ended', c.ended, 'paused_us', governance.us(c.paused), 'business_us', governance.us(c.business))
               else '{}' end as says) s
     where c.request_id is null or jsonb_strip_nulls(e.d->'clock' || s.says) <> e.d->'clock'
    union all
    select t.seq, format('%s %s is %s', t.what, t.id, case when w.id is null then 'gone' else 'another one' end)
      from told t left join row w on w.what = t.what and w.id = t.id left join erased z on z.request_id = t.request_id
      left join lost l on l.request_id = t.request_id and l.kind = 'observations'
     where case when w.id is null then t.what <> 'observation' or l.request_id is null
           else coalesce(w.request_id, '00000000-0000-0000-0000-000000000000') <> t.request_id
                or case when t.commits then jsonb_strip_nulls(t.d || w.says) <> t.d
                        else t.d || w.says <> w.says || t.d -- what both say: entries of before may have had no word for the rest
                             or coalesce(z.seq, 0) < t.seq and t.d || w.said <> w.said || t.d end
                or t.is_first and abs(extract(epoch from t.at - w.at)) > 60 end
    union all
    select 0, format('%s %s has no entry', w.what, w.id)
      from row w left join told t on t.what = w.what and t.id = w.id and t.is_first
      left join lost l on l.request_id = w.request_id and l.kind = 'evidence'
      left join entry e on e.request_id = w.request_id and e.d ? 'detail_sha256' -- which was too long to be written out
     where t.id is null and l.request_id is null and e.seq is null and not (w.request_id is null and governance.is_retained('evidence', w.at))
    union all
    select coalesce(t.seq, 0), format('%s %s says otherwise when it was %s', w.what, w.id, substr(w.kind, position('.' in w.kind) + 1))
      from later w left join (select what, id, kind, max(seq) as seq, max(at) as at from told group by 1, 2, 3) t
                          on t.what = w.what and t.id = w.id and t.kind = w.kind
      left join lost l on l.request_id = w.request_id and l.kind = 'evidence'
     where abs(extract(epoch from t.at - w.at)) > 60 or t.at is not null and w.at is null
        or t.at is null and w.at is not null and l.request_id is null and not (w.request_id is null and governance.is_retained('evidence', w.at))
    union all
    select e.seq, format('the clear text of its %s %s', left(k.member, -11), case when c.entry is null then 'is gone' else 'was erased, and no person' end)
      from entry e cross join lateral jsonb_object_keys(e.d) k(member)
      left join governance.person_commitment c on c.entry = e.seq and c.member = left(k.member, -11)
      left join erased z on z.request_id = e.request_id
     where e.commits and k.member like '%\_commitment' and k.member not in ('tuple_commitment', 'raw_commitment', 'id_commitment', 'payload_commitment',
               'asked_commitment', 'answered_commitment', 'key_commitment', 'terms_commitment') -- of documents
       and (c.entry is null or c.erased_at is not null and coalesce(z.seq, 0) < e.seq)
    union all
    select 0, format('the salt of request %s %s', r.id, case when s.request_id is null then 'is gone' else 'was erased, and no person' end)
      from governance.access_request r left join governance.request_salt s on s.request_id = r.id left join erased z on z.request_id = r.id
     where s.request_id is null or s.erased_at is not null and z.request_id is null
    union all
    select e.seq, format('retention %s names other requests', e.d->>'retention')
      from entry e left join (select q.retention_id, encode(sha256(convert_to(string_agg(q.request_id::text, ',' order by q.request_id), 'UTF8')), 'hex') as said
                                from governance.retention_request q group by 1) q on q.retention_id = (e.d->>'retention')::bigint
     where e.kind = 'records.retained' and q.said is distinct from e.d->>'requests_sha256')
select seq, why from wrong order by seq = 0, seq limit 100

-- name: verify_may
-- params:
-- May this login read the salts?
select (has_table_privilege('governance.person_commitment', 'select') and has_table_privilege('governance.request_salt', 'select'))::int

-- name: verify_commitments
-- params:
-- Names, words and documents of rows that are not what their entries commit to, where they are not erased; for whoever may read the salts.
with entry as materialized (
    select e.seq, e.kind, e.request_id, x.d from governance.evidence_entry e cross join lateral (select e.body::jsonb->'detail' as d offset 0) x
     where e.body like '%\_commitment"%'),
last as materialized ( -- whom a request is of, and what was approved, changes with the entries of it
    select e.request_id, max(e.seq) filter (where e.d ? 'beneficiary_commitment') as people, max(e.seq) filter (where e.kind = 'request.moved') as moved,
           max(e.seq) filter (where e.kind = 'request.remapped') as mapped
      from entry e where e.kind in ('request.received', 'request.moved', 'request.remapped') group by 1),
-- which member of which entries holds which column, and whether it is a document
cell(kind, what, member, is_document) as (
    select k.kind, k.what, c.member, c.is_document
      from (values ('item.wanted', 'item'), ('item.replaced', 'item'), ('item.superseded', 'item'), ('item.observed', 'observation'),
                   ('request.approval', 'approval'), ('exception.granted', 'exception'), ('exception.revoked', 'exception'), ('exception.lapsed', 'exception'),
                   ('policy.decided', 'decision'), ('account.linked', 'link'), ('emergency.reviewed', 'review'), ('approval.settled', 'settled')) k(kind, what)
      join (values ('item', 'account', false), ('observation', 'raw', true), ('observation', 'id', true), ('approval', 'approver', false),
                   ('approval', 'tuple', true), ('exception', 'owner', false), ('exception', 'approver', false), ('exception', 'reason', false),
                   ('exception', 'control', false), ('decision', 'tuple', true), ('decision', 'asked', true), ('decision', 'answered', true),
                   ('link', 'account', false), ('link', 'person', false), ('link', 'native_id', false), ('link', 'actor', false),
                   ('review', 'reviewer', false), ('review', 'note', false), ('settled', 'tuple', true), ('settled', 'terms', true)) c(what, member, is_document) on c.what = k.what),
row as materialized (
    select 'item' as what, i.id, 'account' as member, i.account as value from governance.request_item i
    union all
    select 'observation', o.id, v.member, v.value
      from governance.observation o cross join lateral (values ('raw', encode(o.raw_sha256, 'hex')), ('id', o.native_id)) v(member, value)
    union all
    select 'approval', a.id, v.member, v.value from governance.approval a cross join lateral (values ('approver', a.approver), ('tuple', a.tuple_hash)) v(member, value)
    union all
    select 'exception', x.id, v.member, v.value
      from governance.exception x
     cross join lateral (values ('owner', x.owner), ('approver', x.approved_by), ('reason', x.reason), ('control', x.compensating_control)) v(member, value)
    union all
    select 'decision', p.id, v.member, v.value
      from governance.policy_decision p
     cross join lateral (values ('tuple', p.tuple_hash), ('asked', encode(p.asked_sha256, 'hex')), ('answered', encode(p.answered_sha256, 'hex'))) v(member, value)
    union all
    select 'link', l.id, v.member, v.value
      from governance.account_link l
     cross join lateral (values ('account', l.account), ('person', l.person), ('native_id', l.native_id), ('actor', l.actor)) v(member, value)
    union all
    select 'review', r.id, v.member, v.value from governance.emergency_review r cross join lateral (values ('reviewer', r.reviewer), ('note', r.note)) v(member, value)
    union all
    select 'settled', s.id, v.member, v.value from governance.approval_settled s
     cross join lateral (values ('tuple', s.tuple_hash), ('terms', encode(sha256(convert_to(s.terms::text, 'UTF8')), 'hex'))) v(member, value)),
said as (
    select e.seq, e.request_id, format('%s %s', c.what, w.id) as what, c.member, c.is_document, e.d->>(c.member || '_commitment') as commitment, w.value
      from entry e join cell c on c.kind = e.kind
      join row w on w.what = c.what and w.member = c.member and w.id = (e.d->>c.what)::bigint
    union all -- whom somebody answered for
    select e.seq, e.request_id, format('settled %s', c.settled_id), 'stead_' || c.stead, false, e.d->>('stead_' || c.stead || '_commitment'), c.named
      from entry e join (select x.*, count(x.delegation_id) over (partition by x.settled_id order by x.approval_id, x.step) as stead
                           from governance.approval_counted x) c on c.settled_id = (e.d->>'settled')::bigint
     where e.kind = 'approval.settled' and c.delegation_id is not null
    union all
    select e.seq, e.request_id, format('request %s', r.id), v.member, v.is_document, e.d->>(v.member || '_commitment'), v.value
      from last l join governance.access_request r on r.id = l.request_id
     cross join lateral (values (l.people, 'requester', false, r.requester), (l.people, 'beneficiary', false, r.beneficiary),
                                (l.moved, 'tuple', true, r.approved_hash), (l.mapped, 'tuple', true, r.mapped_hash)) v(seq, member, is_document, value)
      join entry e on e.seq = v.seq)
select s.seq, format('%s has another %s', s.what, s.member) as why
  from said s
  left join governance.person_commitment c on not s.is_document and c.entry = s.seq and c.member = s.member
  left join governance.request_salt q on s.is_document and q.request_id = s.request_id
 where case when s.commitment is null then not s.is_document and s.value <> ''
            else encode(sha256(coalesce(c.salt, q.salt) || convert_to(coalesce(s.value, ''), 'UTF8')), 'hex') <> s.commitment end
 order by s.seq limit 100
