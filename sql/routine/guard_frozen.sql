create or replace function governance.guard_frozen() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'these columns of % never change', tg_table_name using errcode = 'CG002';
end $$;
comment on function governance.guard_frozen() is 'Trigger (update of columns): these never change';
