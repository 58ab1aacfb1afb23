-- Were records of that kind and month taken out because their time was over? Then nothing is missed there. Nothing is taken out yet.
create or replace function governance.is_retained(p_kind text, p_at timestamptz) returns boolean
language sql stable set search_path = pg_catalog as $$ select p_kind is null or p_at is null $$;
comment on function governance.is_retained(text, timestamptz) is 'Were records of that kind and month taken out because their time was over?';
