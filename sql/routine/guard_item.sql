create or replace function governance.guard_item() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    -- locked, or an approval in another session would not see this item
    if (select governance.is_settled(r) from governance.access_request r where r.id = new.request_id for share) then
        raise exception 'what was approved never changes' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_item() is 'Trigger: nothing is added to a request once it is approved';
