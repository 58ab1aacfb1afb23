-- Statements of `countersign db migrate` and `db verify`.

-- name: migration_table
-- params:
select to_regclass('governance.migration')

-- name: migration_list
-- params:
select number, sha256 from governance.migration order by number

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

-- name: verify_rows
-- params:
-- Rows that say something else than the evidence of them, each with the entry it contradicts; the program asks it itself, so that nobody
-- answers in its place. Without words of people, which may be erased.
with entry as materialized (
    select e.seq, e.at, e.kind, e.request_id, e.body::jsonb as b, e.body::jsonb->'detail' as d from governance.evidence_entry e),
move as (
    select distinct on (request_id) request_id, seq, at, d->>'to' as phase from entry where kind in ('request.received', 'request.moved')
     order by request_id, seq desc),
wrong as (
    select seq, 'its columns are not those of its text' as why from entry
     where b->>'seq' is distinct from seq::text or b->>'kind' is distinct from kind or (b->>'request')::uuid is distinct from request_id
        or b->>'at' is distinct from to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    union all
    select coalesce(m.seq, 0), format('request %s is in %s, and its last move led to %s', r.id, r.phase, coalesce(m.phase, 'nowhere: it has no entry'))
      from governance.access_request r left join move m on m.request_id = r.id
     where r.phase is distinct from m.phase and not governance.is_retained('evidence', r.requested_at)
    union all
    select m.seq, format('request %s is gone', m.request_id) from move m
     where not exists (select from governance.access_request r where r.id = m.request_id)
    union all
    select m.seq, format('request %s says that it was closed at another time, %s', r.id, governance.utc(r.closed_at))
      from governance.access_request r join move m on m.request_id = r.id
     where r.phase = 'closed' and abs(extract(epoch from m.at - r.closed_at)) > 60
    union all
    select e.seq, format('observation %s is %s', e.d->>'observation', case when o.id is null then 'gone' else 'another one' end)
      from entry e left join governance.observation o on o.id = (e.d->>'observation')::bigint
     where e.kind = 'item.observed' and not (o.id is null and governance.is_retained('observations', e.at))
       and (o.id is null or o.item_id::text is distinct from e.d->>'item' or o.outcome is distinct from e.d->>'outcome'
            or o.account is distinct from e.d->>'account' or o.reason is distinct from e.d->>'reason'
            or o.generation::text is distinct from e.d->>'generation' or o.complete::text is distinct from e.d->>'complete'
            or o.canary_ok::text is distinct from e.d->>'canary' or e.d ? 'raw_sha256' and encode(o.raw_sha256, 'hex') is distinct from e.d->>'raw_sha256'
            or to_char(o.source_as_of at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') is distinct from e.d->>'as_of'
            or abs(extract(epoch from e.at - o.observed_at)) > 60)
    union all
    select 0, format('observation %s has no entry', o.id) from governance.observation o
     where not exists (select from entry e where e.kind = 'item.observed' and e.d->>'observation' = o.id::text)
       and not governance.is_retained('evidence', o.observed_at)
    union all
    select e.seq, format('item %s is %s', e.d->>'item', case when i.id is null then 'gone' else 'another one' end)
      from entry e left join governance.request_item i on i.id = (e.d->>'item')::bigint
     where e.kind = 'item.wanted' and (i.id is null or i.source is distinct from e.d->>'source' or i.desired is distinct from e.d->>'desired')
    union all
    select e.seq, format('approval %s is %s', e.d->>'approval', case when a.id is null then 'gone' else 'another one' end)
      from entry e left join governance.approval a on a.id = (e.d->>'approval')::bigint
     where e.kind = 'request.approval'
       and (a.id is null or a.decision is distinct from e.d->>'decision' or e.d ? 'tuple' and a.tuple_hash is distinct from e.d->>'tuple')
    union all
    select 0, format('approval %s has no entry', a.id) from governance.approval a
     where not exists (select from entry e where e.kind = 'request.approval' and e.d->>'approval' = a.id::text)
       and not governance.is_retained('evidence', a.at)
    union all
    select e.seq, format('exception %s is %s', e.d->>'exception', case when x.id is null then 'gone' else 'another one' end)
      from entry e left join governance.exception x on x.id = (e.d->>'exception')::bigint
     where e.kind = 'exception.granted'
       and (x.id is null or to_char(x.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') is distinct from e.d->>'expires')
    union all
    select 0, format('exception %s has no entry', x.id) from governance.exception x
     where not exists (select from entry e where e.kind = 'exception.granted' and e.d->>'exception' = x.id::text)
       and not governance.is_retained('evidence', x.created_at)
    union all
    select e.seq, format('decision %s of the policy is %s', e.d->>'decision', case when p.id is null then 'gone' else 'another one' end)
      from entry e left join governance.policy_decision p on p.id = (e.d->>'decision')::bigint
     where e.kind = 'policy.decided'
       and (p.id is null or p.permitted::text is distinct from e.d->>'permitted' or e.d ? 'asked_sha256' and encode(p.asked_sha256, 'hex') is distinct from e.d->>'asked_sha256'))
select seq, why from wrong order by seq = 0, seq limit 100
