create or replace function governance.guard_ticket() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'UPDATE' and (row(new.site, new.issue_id, new.first_seen_at) is distinct from row(old.site, old.issue_id, old.first_seen_at)
                             or old.request_id is not null and new.request_id is distinct from old.request_id
                                and not (new.request_id is null and new.second_of is not distinct from old.request_id)) then
        raise exception 'a ticket stays with its request' using errcode = 'CG002';
    end if;
    if new.request_id is not null and (tg_op = 'INSERT' or old.request_id is null)
       and new.site <> (select r.site from governance.access_request r where r.id = new.request_id) then
        raise exception 'a request has its ticket on its own site' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_ticket() is 'Trigger: a bound ticket is never bound to another request; its own may go over to its second one';
