-- Jira answered for this ticket and nobody could make sense of it. What stays so is told to people, once for each time it
-- began: a ticket must never be out of governance because of what it looks like.
create or replace function governance.ticket_unreadable(p_site text, p_issue text, p_why text) returns int
language plpgsql set search_path = pg_catalog as $$
declare
    t governance.ticket;
    tries constant int := 5;
begin
    -- the order of locks everywhere: request, then ticket
    perform from governance.access_request r
      where r.id = (select x.request_id from governance.ticket x where x.site = p_site and x.issue_id = p_issue)
        for key share;
    update governance.ticket x
       set unreadable = case when x.read_at > x.unreadable_at then 1 else x.unreadable + 1 end,
           unreadable_at = clock_timestamp(), unreadable_why = p_why
     where x.site = p_site and x.issue_id = p_issue
    returning * into t;
    if not found then
        return null;
    end if;
    if t.unreadable >= tries then
        insert into governance.escalation (request_id, site, issue_id, kind, reason, key)
        values (t.request_id, p_site, p_issue, 'operator', 'TicketUnreadable',
                'unreadable/' || coalesce(governance.ms(t.read_at), 0))
        on conflict do nothing;
    end if;
    return t.unreadable;
end $$;
comment on function governance.ticket_unreadable(text, text, text) is 'Count a read that nobody could make sense of; tell people when it stays so';
