-- A ticket becomes a governed request. Fenced by the ticket's claim; a ticket that was bound meanwhile changes nothing.
-- markers: labels on it that look like ours, separated by blanks; created_by_us: our account made it, for this site.
create or replace function governance.request_open(p_owner text, p_issue text, p_version bigint, p jsonb) returns uuid
language plpgsql set search_path = pg_catalog as $$
declare
    made governance.access_request;
    markers text[] := string_to_array(nullif(p->>'markers', ''), ' ');
begin
    perform from governance.ticket t
      where t.site = p->>'site' and t.issue_id = p_issue and t.version = p_version and t.lease_owner = p_owner
        and t.request_id is null
        for update;
    if not found or not governance.mapping_is_live(p->>'site', p->>'mapping_version') then
        return null; -- as said by a mapping that is not live: looked at again when the claim runs out
    end if;
    if (p->>'created_by_us')::boolean and exists (
           select from governance.access_request r join governance.flow f on f.request_id = r.id
            where r.site = p->>'site' and r.marker = any (markers) and f.kind = 'create_ticket'
              and f.state not in ('done', 'moot')) then
        -- the answer to our own create is not in yet: that flow reads it and binds it, or ends without it, and then it is
        -- looked at again. Where the answer was lost this is it, sooner than a search can tell.
        with due as materialized (
            select f.id
              from governance.access_request r join governance.flow f on f.request_id = r.id
             where r.site = p->>'site' and r.marker = any (markers) and f.kind = 'create_ticket'
               and (f.state in ('doubt', 'pending', 'parked') and f.sent_at is not null and f.issue_id = ''
                    or f.state = 'parked' and f.issue_id not in ('', p_issue)) -- the one it knows is not shown to us
               and (f.lease_until is null or f.lease_until <= clock_timestamp())
               for update of f skip locked) -- we hold the ticket, whoever runs the flow may wait for it
        update governance.flow f
           set issue_id = p_issue, version = f.version + 1,
               -- no failures: it rests because Jira told it to
               run_after = case when f.failures > 0 or f.state = 'parked' then clock_timestamp() else f.run_after end,
               state = case f.state when 'parked' then 'pending' else f.state end
          from due
         where f.id = due.id;
        update governance.ticket
           set ignored = 'our own create is under way',
               look_at = clock_timestamp() + case when found then interval '1 min' else interval '5 s' end, lease_owner = null,
               lease_until = null, version = version + 1, read_at = clock_timestamp()
         where site = p->>'site' and issue_id = p_issue;
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
    if markers is not null then
        -- anyone may write a label, and clones carry them: it takes nothing out of governance, and people hear of it
        insert into governance.escalation (request_id, site, issue_id, kind, reason, key)
        values (made.id, made.site, p_issue, 'operator', 'ForeignMarker', 'marker/' || left(p->>'markers', 255));
    end if;
    return made.id;
end $$;
comment on function governance.request_open(text, text, bigint, jsonb) is 'Open the governed request of a ticket';
