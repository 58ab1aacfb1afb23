create or replace function governance.guard_item() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    -- locked, or an approval in another session would not see this item
    if (select governance.is_settled(r) from governance.access_request r where r.id = new.request_id for share) then
        raise exception 'what was approved never changes' using errcode = 'CG002';
    end if;
    if tg_op = 'UPDATE' and (old.replaced_at is not null
           or row(new.request_id, new.source, new.account, new.entitlement, new.desired)
              is distinct from row(old.request_id, old.source, old.account, old.entitlement, old.desired)) then
        raise exception 'an item can only be replaced, once' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_item() is 'Trigger: items follow the ticket until something is approved, and are replaced by others, never changed';
