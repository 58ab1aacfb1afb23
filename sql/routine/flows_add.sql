-- For how long what is said of it waits, and with it the next look: what a ticket that goes back is reopened for, and whether it is as
-- asked by now, is asked when no other may show Done.
create or replace function governance.flows_add(r governance.access_request, p_flows jsonb) returns interval
language plpgsql set search_path = pg_catalog as $$ -- its plan is kept; a function in SQL is planned at each call
declare
    rest interval := '0'; -- of words
begin
    if p_flows @? '$[*].kind ? (@ == "reopen")' then
        rest := governance.closes_ahead(r.site);
    end if;
    -- a parked comment or field update says yesterday's words, a parked transition answers an earlier claim: replaced
    update governance.flow f
       set state = 'moot', ended_at = clock_timestamp(), version = f.version + 1, lease_owner = null, lease_until = null
      from jsonb_to_recordset(p_flows) as n(kind text, cycle text)
     where f.request_id = r.id and f.kind = n.kind and f.state = 'parked' and f.kind <> 'create_ticket'
       and (f.kind in ('comment', 'field_update') or f.cycle <> coalesce(n.cycle, ''));
    insert into governance.flow (request_id, site, kind, cycle, payload, priority, deadline, run_after)
    select r.id, r.site, n.kind, coalesce(n.cycle, ''), coalesce(n.payload, '{}'),
           case n.kind when 'close' then 2 when 'reopen' then 2 when 'transition' then 2
                       when 'create_ticket' then 4 else 6 end - case when r.kind = 'removal' then 1 else 0 end,
           coalesce((select coalesce(c.due_at, c.started_at + c.goal + c.paused) from governance.sla_clock c where c.request_id = r.id), 'infinity'),
           clock_timestamp() + case when n.kind in ('comment', 'field_update') then rest else '0' end
      from jsonb_to_recordset(p_flows) as n(kind text, cycle text, payload text)
     where not exists (select from governance.flow f
                        where f.request_id = r.id and f.kind = n.kind
                          and (f.state = 'parked'
                               -- one that was done since this look began was it already: the look that its end asks for sees it
                               or f.kind in ('transition', 'reopen', 'close') and f.state = 'done' and f.ended_at >= r.looked_at))
    on conflict do nothing;
    return rest;
end $$;
comment on function governance.flows_add(governance.access_request, jsonb) is 'Add outbound work, once per kind; how long words and looks of the request wait then';
