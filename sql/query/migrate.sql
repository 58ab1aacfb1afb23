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

-- name: hold_all
-- params:
-- A service that works meanwhile waits, and nobody for each other: tables in the order in which it takes them, all before anything is changed.
do $$ declare t text; begin
    for t in select c.oid::regclass::text from pg_class c where c.relnamespace = to_regnamespace('governance') and c.relkind = 'r'
              order by c.relname in ('evidence_entry', 'evidence_head'), c.relname <> 'access_request', c.relname <> 'ticket', c.relname loop
        execute 'lock table ' || t || ' in access exclusive mode';
    end loop; end $$

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
