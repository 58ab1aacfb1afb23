create or replace function governance.guard_ticket() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    second uuid := case tg_op when 'UPDATE' then coalesce(old.second_of, new.second_of) else new.second_of end;
    retires boolean := false;
begin
    if second is not null then -- what holds a query is run each time: asked only where it matters
        retires := exists (
            select from governance.flow f
             where f.request_id = second and f.kind = 'retire' and f.cycle = new.issue_id and f.state not in ('done', 'moot'));
    end if;
    if tg_op = 'UPDATE' and (row(new.site, new.issue_id, new.first_seen_at) is distinct from row(old.site, old.issue_id, old.first_seen_at)
                             or old.request_id is not null and new.request_id is distinct from old.request_id
                                and not (new.request_id is null and new.second_of is not distinct from old.request_id)) then
        raise exception 'a ticket stays with its request' using errcode = 'CG002';
    end if;
    if tg_op = 'UPDATE' and old.request_id is not null and new.request_id is null then
        if not exists (select from governance.access_request r
                        where r.id = old.request_id
                          and r.phase in ('received', 'pending_approval', 'approved', 'ticketing', 'fulfilling', 'orphaned')) then
            raise exception 'no request goes over to another ticket once it is claimed' using errcode = 'CG002';
        end if;
    end if;
    if tg_op = 'UPDATE' and old.second_of is not null
       and (new.request_id <> old.second_of or new.second_of <> old.second_of
            or num_nulls(new.request_id, new.second_of) = 2 -- let go: only when it is not thrown away after all
               and retires) then
        raise exception 'a second ticket stays with its request' using errcode = 'CG002';
    end if;
    if new.second_of is not null and (tg_op = 'INSERT' or new.second_of is distinct from old.second_of)
       and not retires then
        raise exception 'a second ticket is one that is thrown away' using errcode = 'CG002';
    end if;
    if new.request_id is not null and (tg_op = 'INSERT' or old.request_id is null) then
        if new.site <> (select r.site from governance.access_request r where r.id = new.request_id) then
            raise exception 'a request has its ticket on its own site' using errcode = 'CG002';
        end if;
    end if;
    return new;
end $$;
comment on function governance.guard_ticket() is 'Trigger: a bound ticket is never bound to another request; a request that is not claimed yet may go over to its second one';
