-- Everything that holds a promise, as text: what it is, who owns it, who may do what. Rights of login roles that a site
-- made itself do not count; those of the public and of our own roles do.
create or replace function governance.rights(p_acl aclitem[]) returns text
language sql stable set search_path = pg_catalog as $$
    select coalesce(string_agg(format('%s:%s', coalesce(r.rolname, 'public'), a.privilege_type), ' '
                               order by r.rolname, a.privilege_type), '')
      from aclexplode(p_acl) a left join pg_roles r on r.oid = a.grantee
     where a.grantee = 0 or r.rolname like 'countersign\_%' and r.rolname <> 'countersign_owner'
$$;
comment on function governance.rights(aclitem[]) is 'Rights of the public and of our roles, in a fixed order';

create or replace function governance.catalog() returns table (kind text, name text, definition text)
language sql stable set search_path = pg_catalog as $$
    with ours as (select n.oid, n.nspname from pg_namespace n where n.nspname in ('governance', 'sla', 'audit')),
    rel as (select c.*, o.nspname from pg_class c join ours o on o.oid = c.relnamespace)
    select 'schema', n.nspname::text, format('owner %s, rights %s', n.nspowner::regrole, governance.rights(n.nspacl))
      from pg_namespace n join ours o on o.oid = n.oid
    union all
    select 'table', format('%s.%s', nspname, relname),
           format('owner %s, rights %s, persistence %s, row security %s', relowner::regrole,
                  governance.rights(coalesce(relacl, acldefault('r', relowner))), relpersistence, relrowsecurity)
      from rel where relkind in ('r', 'p')
    union all
    select 'column', format('%s.%s.%s', nspname, relname, a.attname),
           format('%s%s%s%s, rights %s', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then ' not null' end,
                  ' default ' || pg_get_expr(d.adbin, d.adrelid), case when a.attidentity <> '' then ' identity' end,
                  governance.rights(a.attacl))
      from rel join pg_attribute a on a.attrelid = rel.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where relkind in ('r', 'p')
    union all
    select 'constraint', format('%s.%s.%s', nspname, relname, k.conname), pg_get_constraintdef(k.oid)
      from rel join pg_constraint k on k.conrelid = rel.oid where k.contype <> 't'
    union all
    -- PostgreSQL 15.20 writes one pair of parentheses more around an expression than 15.18: an update of the server is no change of ours
    select 'index', format('%s.%s', nspname, relname),
           regexp_replace(pg_get_indexdef(rel.oid), '^(.* USING \w+ )\(\(\((.*)\)\)\)( INCLUDE .*| WHERE .*)?$', '\1((\2))\3')
      from rel where relkind = 'i'
    union all
    select 'view', format('%s.%s', nspname, relname),
           format('owner %s, rights %s' || chr(10) || '%s', relowner::regrole,
                  governance.rights(coalesce(relacl, acldefault('r', relowner))), pg_get_viewdef(rel.oid))
      from rel where relkind = 'v'
    union all
    select 'function', format('%s.%s(%s)', o.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
           format('owner %s, rights %s' || chr(10) || '%s', p.proowner::regrole,
                  governance.rights(coalesce(p.proacl, acldefault('f', p.proowner))), pg_get_functiondef(p.oid))
      from pg_proc p join ours o on o.oid = p.pronamespace
    union all
    select 'trigger', format('%s.%s.%s', nspname, relname, t.tgname),
           format('%s, %s', pg_get_triggerdef(t.oid), case t.tgenabled when 'O' then 'enabled' else 'disabled' end)
      from rel join pg_trigger t on t.tgrelid = rel.oid where not t.tgisinternal
$$;
comment on function governance.catalog() is 'Every object of ours with its definition, owner and rights';

create or replace function governance.catalog_changes() returns table (kind text, name text, what text)
language sql stable set search_path = pg_catalog as $$
    select coalesce(i.kind, c.kind), coalesce(i.name, c.name),
           case when c.name is null then 'missing' when i.name is null then 'added' else 'changed' end
      from governance.installed i
      full join governance.catalog() c on c.kind = i.kind and c.name = i.name
     where i.sha256 is distinct from encode(sha256(convert_to(c.definition, 'UTF8')), 'hex')
     order by 1, 2
$$;
comment on function governance.catalog_changes() is 'What differs from what db migrate left';
