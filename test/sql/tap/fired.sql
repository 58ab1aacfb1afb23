-- A trigger on an update names its columns where these are few, and fires by those that a statement sets. So each column that it
-- is about must be named, and none may be set by a trigger before it.
select plan(6);

create view pg_temp.fired as
    select t.oid, t.tgrelid, t.tgname, p.proname, p.prosrc, (t.tgtype & 2) <> 0 as before, pg_get_triggerdef(t.oid) as def,
           array(select a.attname::text from pg_attribute a where a.attrelid = t.tgrelid and a.attnum = any (t.tgattr)) as named
      from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_class c on c.oid = t.tgrelid
     where not t.tgisinternal and c.relnamespace = 'governance'::regnamespace and (t.tgtype & 16) <> 0;

select cmp_ok(count(*), '>', 10::bigint, 'there are such triggers') from pg_temp.fired where named <> '{}';

select is(string_agg(distinct f.tgrelid::regclass || '.' || f.tgname || ': ' || m[1], ', '), null, 'what a condition compares is named')
  from pg_temp.fired f, regexp_matches(f.def, 'old\.([a-z_]+)', 'g') m
 where f.named <> '{}' and m[1] <> all (f.named);

select is(string_agg(distinct f.tgname || ': ' || m[1], ', '), null, 'what freezes is named')
  from pg_temp.fired f, regexp_matches(f.prosrc, '\m(?:new|old)\.([a-z_]+)', 'g') m
 where f.proname = 'guard_tuple' and m[1] not in ('version', 'id') and m[1] <> all (f.named);

select is(string_agg(distinct m[1], ' ' order by m[1]), 'cancel_asked emergency held id',
          'of what the guard of proofs reads, the rest matters to a move only')
  from pg_temp.fired f, regexp_matches(f.prosrc, '\m(?:new|old)\.([a-z_]+)', 'g') m
 where f.proname = 'guard_proof' and m[1] <> all (f.named);

select is(string_agg(distinct a.tgname || ' sets ' || m[1] || ' of ' || f.tgname, ', '), null, 'no trigger sets what another fires by')
  from pg_temp.fired a join pg_temp.fired f on f.tgrelid = a.tgrelid and f.oid <> a.oid,
       regexp_matches(a.prosrc, '\mnew\.([a-z_]+)\s*:=', 'g') m
 where a.before and m[1] = any (f.named);

-- A claim and a hint ask no guard of what they leave alone; a move does, named or not.
select is(string_agg(tgname, ' ' order by tgname), 'guard_asked guard_claimant guard_permit guard_proof guard_tuple', 'guards of a move')
  from pg_temp.fired where tgrelid = 'governance.access_request'::regclass and before and 'phase' = any (named);
