create or replace function governance.guard_ticket() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if old.request_id is not null and new.request_id is distinct from old.request_id then
        raise exception 'a ticket stays with its request' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_ticket() is 'Trigger: a bound ticket is never bound to another request';
