create or replace function governance.append_only() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception '% is append only', tg_table_name using errcode = 'CG009';
end $$;
comment on function governance.append_only() is 'Trigger: refuses update, delete and truncate';
