create or replace function governance.append_only() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    -- retain_drop() only: who cannot become the owner cannot say so
    if current_setting('countersign.retains', true) <> '' and current_setting('role') = 'countersign_owner' then
        return case tg_op when 'DELETE' then old else new end;
    end if;
    raise exception '% is append only', tg_table_name using errcode = 'CG009';
end $$;
comment on function governance.append_only() is 'Trigger: refuses update, delete and truncate, but of what is retained away';
