-- One of two tickets of a request is thrown away: the one just claimed (p_issue), or, with p_swap, the one the request had
-- (p_kept), which then goes over to the other. Null, and nothing is done, when it is not as it was seen: it is judged again.
create or replace function governance.ticket_retire(p_owner text, p_site text, p_issue text, p_version bigint, p_request uuid,
                                                    p_kept text, p_swap boolean) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.access_request;
    loser text := case when p_swap then p_kept else p_issue end;
begin
    -- the order of locks everywhere: request, then ticket, then flow
    select * into r from governance.access_request x where x.id = p_request for update;
    perform from governance.ticket t where t.site = p_site and t.issue_id = p_kept and t.request_id = p_request for update;
    if not found or p_swap and r.phase not in ('received', 'pending_approval', 'approved', 'ticketing', 'fulfilling', 'orphaned') then
        return null;
    end if;
    perform from governance.ticket t
      where t.site = p_site and t.issue_id = p_issue and t.version = p_version and t.lease_owner = p_owner
        and t.request_id is null
        for update;
    if not found then
        return null;
    end if;
    if p_swap then -- the request goes over to one that was to be thrown away, and could not be: it is not any more
        update governance.flow f set state = 'moot', ended_at = clock_timestamp(), version = f.version + 1
         where f.request_id = p_request and f.kind = 'retire' and f.cycle = p_issue and f.state = 'parked';
        if exists (select from governance.flow f where f.request_id = p_request and f.kind = 'retire' and f.cycle = p_issue
                      and f.state not in ('done', 'moot')) then
            return null; -- it may be on its way
        end if;
    end if;
    if not exists (select from governance.flow f where f.request_id = p_request and f.kind = 'retire' and f.cycle = loser
                      and f.state not in ('done', 'moot')) then
        insert into governance.flow (request_id, site, kind, cycle, issue_id, priority)
        values (p_request, p_site, 'retire', loser, loser, case when r.kind = 'removal' then 3 else 4 end)
        on conflict do nothing;
        if not found then -- another one of its tickets is being thrown away
            return null;
        end if;
    end if;
    if p_swap then
        update governance.ticket t
           set request_id = null, second_of = p_request, ignored = 'a second ticket of its request', look_at = null,
               version = t.version + 1
         where t.site = p_site and t.issue_id = p_kept;
    end if;
    update governance.ticket t
       set request_id = case when p_swap then p_request end, second_of = case when p_swap then null else p_request end,
           ignored = case when p_swap then null else 'a second ticket of its request' end, look_at = null,
           lease_owner = null, lease_until = null, version = t.version + 1
     where t.site = p_site and t.issue_id = p_issue;
    insert into governance.escalation (request_id, site, issue_id, kind, reason, key)
    values (p_request, p_site, loser, 'operator', 'SecondTicket', 'second/' || loser)
    on conflict do nothing;
    if p_swap then -- whoever looks at the request looks at the other ticket from now on, which says nothing yet
        update governance.access_request x
           set version = x.version + 1, hinted_at = clock_timestamp(), look_at = clock_timestamp(), lease_owner = null,
               lease_until = null, notice = 'none', notice_key = '', notice_at = null
         where x.id = p_request;
    end if;
    return p_version + 1;
end $$;
comment on function governance.ticket_retire(text, text, text, bigint, uuid, text, boolean) is
    'Throw one of two tickets of a request away; the request keeps, or goes over to, the other';
