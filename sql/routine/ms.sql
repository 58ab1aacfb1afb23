create or replace function governance.ms(t timestamptz) returns bigint
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select floor(extract(epoch from t) * 1000)::bigint
$$;
comment on function governance.ms(timestamptz) is 'Epoch milliseconds';
create or replace function governance.ms(i interval) returns bigint
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select floor(extract(epoch from i) * 1000)::bigint
$$;
comment on function governance.ms(interval) is 'Milliseconds';
