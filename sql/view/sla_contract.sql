create or replace view sla.contract as
select c.relname::text as view_name,
       v.name,
       v.version,
       case when v.version = max(v.version) over (partition by v.name) then 'current' else 'superseded' end as state,
       c.relnatts as column_count,
       'columns are only added at the end; another meaning, name or type is a new version, which stands beside the one before for two releases'::text as rule
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 cross join lateral (
        select substring(c.relname from '^(.*)_v[0-9]+$') as name, substring(c.relname from '_v([0-9]+)$')::int as version) v
 where n.nspname = 'sla' and c.relkind = 'v' and v.version is not null;
comment on view sla.contract is 'One row a view of this schema: its version, and what may change. What it says is all that this view promises of itself';
comment on column sla.contract.view_name is 'View';
comment on column sla.contract.name is 'Its name without the version';
comment on column sla.contract.version is 'Version';
comment on column sla.contract.state is 'current, or superseded by a newer version';
comment on column sla.contract.column_count is 'How many columns it has now';
comment on column sla.contract.rule is 'How it may change';
