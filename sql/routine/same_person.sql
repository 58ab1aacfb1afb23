create or replace function governance.same_person(a text, b text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select lower(btrim(a, E' \t\r\n')) = lower(btrim(b, E' \t\r\n'))
$$;
comment on function governance.same_person(text, text) is 'Two spellings of one person key: neither case nor blanks around it count';
