-- Nothing is known of it yet (Jira is away, told us to wait, or nobody can read it): not now. Fenced by the claim.
create or replace function governance.ticket_defer(p_owner text, p_site text, p_issue text, p_version bigint, p_rest interval)
returns bigint
language sql set search_path = pg_catalog as $$
    update governance.ticket
       set look_at = clock_timestamp() + greatest(p_rest, interval '0'), lease_owner = null, lease_until = null,
           version = version + 1
     where site = p_site and issue_id = p_issue and version = p_version and lease_owner = p_owner and request_id is null
    returning version
$$;
comment on function governance.ticket_defer(text, text, text, bigint, interval) is 'Give a claimed ticket back until later';
