-- Were records of that kind and month taken out because their time was over? Then nothing is missed there.
create or replace function governance.is_retained(p_kind text, p_at timestamptz) returns boolean
language sql stable set search_path = pg_catalog as $$
    select exists (select from governance.retention r where r.kind = p_kind and r.month = date_trunc('month', p_at at time zone 'utc')::date)
$$;
comment on function governance.is_retained(text, timestamptz) is 'Were records of that kind and month taken out because their time was over?';
