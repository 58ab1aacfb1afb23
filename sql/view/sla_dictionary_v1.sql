create or replace view sla.dictionary_v1 as
select c.relname::text as view_name,
       a.attnum as position,
       a.attname::text as column_name,
       format_type(a.atttypid, a.atttypmod) as type,
       case
           when a.atttypid = 'timestamptz'::regtype then 'UTC'
           when a.atttypid = 'boolean'::regtype then 'yes or no'
           when a.attname ~ 'seconds$' then 's'
           when a.attname ~ '^share_|_ratio$' then '1'
           when a.attname ~ '_percent$' then '%'
           when a.attname ~ '(_id|^position|version)$' then 'id'
           when a.atttypid in ('bigint'::regtype, 'int'::regtype, 'smallint'::regtype) then 'count'
           else 'text'
       end as unit,
       col_description(c.oid, a.attnum) as meaning,
       obj_description(c.oid, 'pg_class') as view_meaning
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where n.nspname = 'sla' and c.relkind = 'v';
comment on view sla.dictionary_v1 is 'One row a column of this schema: what it means, its type and unit. Stable: columns are only added at the end';
comment on column sla.dictionary_v1.view_name is 'View';
comment on column sla.dictionary_v1.position is 'Place of the column in it';
comment on column sla.dictionary_v1.column_name is 'Column';
comment on column sla.dictionary_v1.type is 'Its type';
comment on column sla.dictionary_v1.unit is 'UTC, s, count, 1 (a share or ratio), %, yes or no, id or text';
comment on column sla.dictionary_v1.meaning is 'What it says, and what null means';
comment on column sla.dictionary_v1.view_meaning is 'What a row of the view is';
