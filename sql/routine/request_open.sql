-- A ticket becomes a governed request. Fenced by the ticket's claim; a ticket that was bound meanwhile changes nothing.
create or replace function governance.request_open(p_owner text, p_issue text, p_version bigint, p jsonb) returns uuid
language plpgsql set search_path = pg_catalog as $$
declare
    made governance.access_request;
begin
    perform from governance.ticket t
      where t.site = p->>'site' and t.issue_id = p_issue and t.version = p_version and t.lease_owner = p_owner
        and t.request_id is null
        for update;
    if not found then
        return null;
    end if;
    if to_timestamp((p->>'done_ms')::bigint / 1000.0) < (select s.registered_at from governance.site s where s.name = p->>'site') then
        -- history: it was closed before we were there to ask for proof
        update governance.ticket
           set ignored = 'closed before the gate', look_at = null, lease_owner = null, lease_until = null,
               version = version + 1
         where site = p->>'site' and issue_id = p_issue;
        return null;
    end if;
    made := governance.request_create(p, true);
    update governance.ticket
       set request_id = made.id, ignored = null, look_at = null, lease_owner = null, lease_until = null,
           version = version + 1
     where site = made.site and issue_id = p_issue;
    return made.id;
end $$;
comment on function governance.request_open(text, text, bigint, jsonb) is 'Open the governed request of a ticket';
