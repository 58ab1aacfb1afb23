create or replace function governance.ticket_claim(p_owner text, p_lease interval, p_batch int)
returns table (site text, issue_id text, issue_key text, version bigint, unreadable int)
language sql set search_path = pg_catalog as $$
    with due as materialized (
        select t.site, t.issue_id from governance.ticket t
         where t.request_id is null and t.look_at <= clock_timestamp()
           and (t.lease_until is null or t.lease_until <= clock_timestamp())
         order by t.look_at
         limit p_batch
           for update skip locked)
    update governance.ticket t
       set lease_owner = p_owner, lease_until = clock_timestamp() + p_lease, version = t.version + 1,
           look_at = clock_timestamp() + p_lease
      from due
     where t.site = due.site and t.issue_id = due.issue_id
    returning t.site, t.issue_id, t.issue_key, t.version,
              case when t.read_at > t.unreadable_at then 0 else t.unreadable end
$$;
comment on function governance.ticket_claim(text, interval, int) is 'Lease due tickets that belong to no request yet';
