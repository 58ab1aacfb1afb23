create or replace function governance.guard_exception() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if tg_op = 'INSERT' then
        new.created_at := clock_timestamp(); -- the 90 days run from now, whatever was said
        return new;
    end if;
    if row(new.item_id, new.owner, new.approved_by, new.reason, new.created_at, new.expires_at)
       is distinct from row(old.item_id, old.owner, old.approved_by, old.reason, old.created_at, old.expires_at)
       or old.revoked_at is not null then
        raise exception 'an exception can only be revoked; a longer one is a new one' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_exception() is 'Trigger: an exception begins now and can only be revoked, once';
