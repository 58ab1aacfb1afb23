create or replace function governance.ms(t timestamptz) returns bigint
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return floor(extract(epoch from t) * 1000)::bigint;
end $$;
comment on function governance.ms(timestamptz) is 'Epoch milliseconds';
create or replace function governance.ms(i interval) returns bigint
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return floor(extract(epoch from i) * 1000)::bigint;
end $$;
comment on function governance.ms(interval) is 'Milliseconds';
