create or replace function governance.utc(t timestamptz) returns text
language sql immutable parallel safe set search_path = pg_catalog as $$
    select to_char(t at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
comment on function governance.utc(timestamptz) is 'A moment as exports and evidence write it (RFC 3339)';
