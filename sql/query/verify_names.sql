-- What `countersign db verify` asks of names, words and documents: is each what its entry commits to? Like verify.sql it calls no function of ours.

-- name: verify_may
-- params:
-- May this login read the salts?
select (has_table_privilege('governance.person_commitment', 'select') and has_table_privilege('governance.request_salt', 'select'))::int

-- name: verify_commitments
-- params: after uuid, upto uuid, unbound boolean
-- Names, words and documents of rows that are not what their entries commit to, where they are not erased; for whoever may read the salts.
with entry as materialized (
    select e.seq, e.kind, e.request_id, x.d from governance.evidence_entry e cross join lateral (select e.body::jsonb->'detail' as d offset 0) x
     where (e.request_id > $1::uuid and e.request_id <= $2::uuid or $3::boolean and e.request_id is null) and e.body like '%\_commitment"%'),
last as materialized ( -- whom a request is of, and what was approved, changes with the entries of it
    select e.request_id, max(e.seq) filter (where e.d ? 'beneficiary_commitment') as people, max(e.seq) filter (where e.kind = 'request.moved') as moved,
           max(e.seq) filter (where e.kind = 'request.remapped') as mapped, max(e.seq) filter (where e.d ? 'justification_commitment') as why
      from entry e where e.kind in ('request.received', 'request.moved', 'request.remapped') group by 1),
-- which member of which entries holds which column, whether it is a document, and whether it is said since a later release: what an entry of
-- before has no word for says nothing then
cell(kind, what, id, member, is_document, is_later) as (
    select k.kind, k.what, k.id, c.member, c.is_document, c.is_later
      from (values ('item.wanted', 'item', 'item'), ('item.replaced', 'item', 'item'), ('item.superseded', 'item', 'item'),
                   ('item.observed', 'observation', 'observation'), ('request.approval', 'approval', 'approval'),
                   ('exception.granted', 'exception', 'exception'), ('exception.revoked', 'exception', 'exception'),
                   ('exception.lapsed', 'exception', 'exception'), ('exception.revoked', 'end of exception', 'exception'),
                   ('policy.decided', 'decision', 'decision'), ('account.linked', 'link', 'link'), ('entitlement.linked', 'entitlement link', 'link'),
                   ('emergency.reviewed', 'review', 'review'), ('flow.ended', 'flow', 'flow'), ('request.escalated', 'escalation', 'escalation'),
                   ('person.left', 'departure', 'departure'), ('person.returned', 'departure', 'departure'), ('person.returned', 'return', 'departure'),
                   ('approval.delegated', 'delegation', 'delegation'), ('clock.held', 'pause', 'pause'), ('clock.resumed', 'pause', 'pause'),
                   ('clock.resumed', 'end of pause', 'pause'), ('evidence.seen', 'view', 'view'), ('decision.refused', 'refusal', 'refusal'),
                   ('mapping.changed', 'event', 'event'),
                   ('mapping.refused', 'event', 'event'), ('person.erased', 'erasure', 'erasure'), ('approval.settled', 'settled', 'settled'),
                   ('policy.live', 'edition', 'edition'), ('operator.acted', 'act', 'number')) k(kind, what, id)
      join (values ('item', 'account', false, false), ('observation', 'raw', true, false), ('observation', 'id', true, false),
                   ('approval', 'approver', false, false), ('approval', 'tuple', true, false), ('exception', 'owner', false, false),
                   ('exception', 'approver', false, false), ('exception', 'reason', false, false), ('exception', 'control', false, false),
                   ('end of exception', 'ended_by', false, true), ('end of exception', 'ended_reason', false, true),
                   ('decision', 'tuple', true, false), ('decision', 'asked', true, false), ('decision', 'answered', true, false),
                   ('link', 'account', false, false), ('link', 'person', false, false), ('link', 'native_id', false, false), ('link', 'actor', false, false),
                   ('link', 'reason', false, true), ('entitlement link', 'actor', false, true), ('entitlement link', 'reason', false, true),
                   ('review', 'reviewer', false, false), ('review', 'note', false, false), ('flow', 'payload', true, false), ('escalation', 'key', true, false),
                   ('departure', 'person', false, false), ('departure', 'actor', false, false), ('departure', 'reason', false, true),
                   ('return', 'returned_by', false, true), ('delegation', 'delegator', false, false), ('delegation', 'delegate', false, false),
                   ('pause', 'reason', false, false), ('pause', 'actor', false, false), ('end of pause', 'ended_by', false, true),
                   ('view', 'viewer', false, false),
                   ('refusal', 'person', false, false), ('refusal', 'other', false, false), ('refusal', 'said', false, false), ('event', 'actor', false, false), ('event', 'reason', false, false),
                   ('erasure', 'actor', false, false), ('erasure', 'reason', false, false), ('settled', 'tuple', true, false), ('settled', 'terms', true, false),
                   ('edition', 'actor', false, false), ('edition', 'reason', false, false), ('act', 'actor', false, true)) c(what, member, is_document, is_later)
        on c.what = k.what),
item as materialized ( -- by the indexes that there are
    select i.* from governance.request_item i where i.request_id > $1::uuid and i.request_id <= $2::uuid and i.replaced_at is null
    union all
    select i.* from governance.request_item i where i.request_id > $1::uuid and i.request_id <= $2::uuid and i.replaced_at is not null),
row as materialized (
    select 'item' as what, i.id, 'account' as member, i.account as value from item i
    union all
    select 'observation', o.id, v.member, v.value
      from item i join governance.observation o on o.item_id = i.id
     cross join lateral (values ('raw', encode(o.raw_sha256, 'hex')), ('id', o.native_id)) v(member, value)
    union all
    select 'approval', a.id, v.member, v.value from governance.approval a cross join lateral (values ('approver', a.approver), ('tuple', a.tuple_hash)) v(member, value)
     where a.request_id > $1::uuid and a.request_id <= $2::uuid
    union all
    select v.what, x.id, v.member, v.value
      from (select x.* from governance.exception x where x.request_id > $1::uuid and x.request_id <= $2::uuid or $3::boolean and x.request_id is null and x.item_id is null
            union all select x.* from governance.exception x join item i on i.id = x.item_id where x.request_id is null) x
     cross join lateral (values ('exception', 'owner', x.owner), ('exception', 'approver', x.approved_by), ('exception', 'reason', x.reason),
                                ('exception', 'control', x.compensating_control), ('end of exception', 'ended_by', x.ended_by),
                                ('end of exception', 'ended_reason', x.ended_reason)) v(what, member, value)
    union all
    select 'decision', p.id, v.member, v.value
      from governance.policy_decision p
     cross join lateral (values ('tuple', p.tuple_hash), ('asked', encode(p.asked_sha256, 'hex')), ('answered', encode(p.answered_sha256, 'hex'))) v(member, value)
     where p.request_id > $1::uuid and p.request_id <= $2::uuid
    union all
    select 'link', l.id, v.member, v.value
      from governance.account_link l
     cross join lateral (values ('account', l.account), ('person', l.person), ('native_id', l.native_id), ('actor', l.actor), ('reason', l.reason)) v(member, value)
     where l.request_id > $1::uuid and l.request_id <= $2::uuid or $3::boolean and l.request_id is null
    union all
    select 'entitlement link', l.id, v.member, v.value
      from governance.entitlement_link l cross join lateral (values ('actor', l.actor), ('reason', l.reason)) v(member, value)
     where l.request_id > $1::uuid and l.request_id <= $2::uuid or $3::boolean and l.request_id is null
    union all
    select 'act', o.id, 'actor', o.actor
      from governance.operator_act o where o.request_id > $1::uuid and o.request_id <= $2::uuid or $3::boolean and o.request_id is null
    union all
    select 'review', r.id, v.member, v.value from governance.emergency_review r cross join lateral (values ('reviewer', r.reviewer), ('note', r.note)) v(member, value)
     where r.request_id > $1::uuid and r.request_id <= $2::uuid
    union all
    select 'flow', f.id, 'payload', encode(sha256(convert_to(f.payload, 'UTF8')), 'hex') from governance.flow f where f.request_id > $1::uuid and f.request_id <= $2::uuid
    union all
    select 'escalation', x.id, 'key', x.key from governance.escalation x
     where x.reason = 'MappedFieldsChanged' and (x.request_id > $1::uuid and x.request_id <= $2::uuid or $3::boolean and x.request_id is null)
    union all
    select v.what, p.id, v.member, v.value
      from governance.departure p
     cross join lateral (values ('departure', 'person', p.person), ('departure', 'actor', p.actor), ('departure', 'reason', p.reason),
                                ('return', 'returned_by', p.returned_by)) v(what, member, value)
     where p.request_id > $1::uuid and p.request_id <= $2::uuid or $3::boolean and p.request_id is null
    union all
    select 'delegation', g.id, v.member, v.value
      from governance.delegation g cross join lateral (values ('delegator', g.delegator), ('delegate', g.delegate)) v(member, value) where $3::boolean
    union all
    select v.what, p.id, v.member, v.value
      from governance.sla_pause p
     cross join lateral (values ('pause', 'reason', p.reason), ('pause', 'actor', p.actor), ('end of pause', 'ended_by', nullif(p.ended_by, 'clock'))) v(what, member, value)
     where p.request_id > $1::uuid and p.request_id <= $2::uuid
    union all
    select 'view', v.id, 'viewer', v.viewer from governance.evidence_view v where $3::boolean
    union all
    select 'refusal', d.id, v.member, v.value
      from governance.refused_decision d cross join lateral (values ('person', d.person), ('other', d.other), ('said', d.said)) v(member, value)
     where d.request_id > $1::uuid and d.request_id <= $2::uuid or $3::boolean and d.request_id is null
    union all
    select 'event', m.id, v.member, v.value from governance.mapping_event m cross join lateral (values ('actor', m.actor), ('reason', m.reason)) v(member, value) where $3::boolean
    union all
    select 'erasure', x.id, v.member, v.value from governance.erasure x cross join lateral (values ('actor', x.actor), ('reason', x.reason)) v(member, value) where $3::boolean
    union all
    select 'settled', s.id, v.member, v.value from governance.approval_settled s
     cross join lateral (values ('tuple', s.tuple_hash), ('terms', encode(sha256(convert_to(s.terms::text, 'UTF8')), 'hex'))) v(member, value)
     where s.request_id > $1::uuid and s.request_id <= $2::uuid
    union all
    select 'edition', y.id, v.member, v.value from governance.policy_edition y cross join lateral (values ('actor', y.actor), ('reason', y.reason)) v(member, value)
     where $3::boolean),
told as materialized (
    select e.seq, e.request_id, c.what, c.member, c.is_document, (e.d->>c.id)::bigint as id, e.d->>(c.member || '_commitment') as commitment
      from entry e join cell c on c.kind = e.kind where not c.is_later or e.d ? (c.member || '_commitment')),
said as (
    select t.seq, t.request_id, format('%s %s', t.what, t.id) as what, t.member, t.is_document, t.commitment, w.value
      from told t join row w on (w.what, w.member, w.id) = (t.what, t.member, t.id)
    union all -- whom somebody answered for
    select e.seq, e.request_id, format('settled %s', c.settled_id), 'stead_' || c.stead, false, e.d->>('stead_' || c.stead || '_commitment'), c.named
      from entry e
     cross join lateral (select x.settled_id, x.delegation_id, x.named, count(x.delegation_id) over (order by x.approval_id, x.step) as stead
                           from governance.approval_counted x where x.settled_id = (e.d->>'settled')::bigint) c
     where e.kind = 'approval.settled' and c.delegation_id is not null
    union all -- who gave it, or took it back
    select e.seq, e.request_id, format('delegation %s', g.id), 'actor', false, e.d->>'actor_commitment',
           case when (e.d->>'revoked')::boolean then coalesce(nullif(g.revoked_by, ''), g.actor) else g.actor end
      from entry e join governance.delegation g on g.id = (e.d->>'delegation')::bigint
     where e.kind = 'approval.delegated' and e.d ? 'actor_commitment'
    union all
    select e.seq, e.request_id, format('move to mapping %s of request %s', b.number, b.request_id), v.member, v.is_document, e.d->>(v.member || '_commitment'), v.value
      from entry e join governance.mapping_rebase b on b.request_id = e.request_id and b.number = (e.d->>'number')::bigint
     cross join lateral (values ('actor', false, b.actor), ('reason', false, b.reason), ('tuple', true, b.tuple)) v(member, is_document, value)
     where e.kind = 'request.rebased' and e.d->>'outcome' = b.outcome and e.d ? (v.member || '_commitment')
    union all -- nobody, too; of one claim that was made twice it may be known the second time only
    select c.seq, c.request_id, format('claim %s of request %s', c.cycle, c.request_id), 'fulfiller', true, c.commitment, concat('fulfiller ', c.cycle, ' ', f.person)
      from (select distinct on (e.request_id, e.d->>'cycle') e.seq, e.request_id, e.d->>'cycle' as cycle, e.d->>'fulfiller_commitment' as commitment
              from entry e where e.kind = 'request.moved' and e.d ? 'fulfiller_commitment' order by e.request_id, e.d->>'cycle', e.seq desc) c
      left join governance.fulfiller f on f.request_id = c.request_id and f.cycle = c.cycle
    union all
    select e.seq, e.request_id, format('request %s', r.id), v.member, v.is_document, e.d->>(v.member || '_commitment'), v.value
      from last l join governance.access_request r on r.id = l.request_id
     cross join lateral (values (l.people, 'requester', false, r.requester), (l.people, 'beneficiary', false, r.beneficiary),
                                (l.moved, 'tuple', true, r.approved_hash), (l.mapped, 'tuple', true, r.mapped_hash),
                                (l.why, 'justification', true, concat('justification ', r.justification)), (l.why, 'sponsor', true, concat('sponsor ', r.sponsor))) v(seq, member, is_document, value)
     -- by its number: nobody knows how many are among "entry", and each was looked for among all of them
     cross join lateral (select x.seq, x.request_id, x.body::jsonb->'detail' as d from governance.evidence_entry x where x.seq = v.seq offset 0) e)
select s.seq, format('%s has another %s', s.what, s.member) as why
  from said s
  left join governance.person_commitment c on not s.is_document and c.entry = s.seq and c.member = s.member
  left join (select x.request_id, x.salt from governance.request_salt x where x.request_id > $1::uuid and x.request_id <= $2::uuid) q
    on s.is_document and q.request_id = s.request_id
 where case when s.commitment is null then not s.is_document and s.value <> ''
            else encode(sha256(coalesce(c.salt, q.salt) || convert_to(coalesce(s.value, ''), 'UTF8')), 'hex') <> s.commitment end
union all
-- of requests whose evidence is in a file: as request_people() had it then
select 0, format('request %s has other names than when its evidence was retained', r.id)
  from (select distinct on (t.request_id) t.request_id, t.at, t.sha256 from governance.retention_told t
         where t.kind = 'request.people' and t.request_id > $1::uuid and t.request_id <= $2::uuid order by t.request_id, t.at desc) f
  join governance.access_request r on r.id = f.request_id join governance.request_salt s on s.request_id = r.id
  left join (select i.request_id, jsonb_agg(i.account order by i.id) as accounts from item i group by 1) k on k.request_id = r.id
 where f.sha256 <> sha256(s.salt || convert_to(jsonb_build_object('requester', r.requester, 'beneficiary', r.beneficiary, 'approved', r.approved_hash,
           'accounts', k.accounts,
           'approvers', (select jsonb_agg(a.approver order by a.id) from governance.approval a where a.request_id = r.id and a.at <= f.at))::text, 'UTF8'))
union all
select 0, format('request %s has other words, or was done by others, than when its evidence was retained', r.id)
  from (select distinct on (t.request_id) t.request_id, t.sha256 from governance.retention_told t
         where t.kind = 'request.words' and t.request_id > $1::uuid and t.request_id <= $2::uuid order by t.request_id, t.at desc) f
  join governance.access_request r on r.id = f.request_id join governance.request_salt s on s.request_id = r.id
 where not exists (select from entry e where e.request_id = r.id and e.kind in ('request.moved', 'request.remapped'))
   and f.sha256 <> sha256(s.salt || convert_to(jsonb_build_object('justification', r.justification, 'sponsor', r.sponsor,
           'fulfillers', (select jsonb_agg(jsonb_build_array(f.cycle, f.person) order by f.id) from governance.fulfiller f where f.request_id = r.id))::text, 'UTF8'))
 order by 1 limit 100
