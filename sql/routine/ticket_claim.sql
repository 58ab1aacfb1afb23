create or replace function governance.ticket_claim(p_owner text, p_lease interval, p_batch int, p_sites text[] default null,
                                                   p_room int[] default null)
returns table (site text, issue_id text, issue_key text, version bigint, unreadable int)
language plpgsql set search_path = pg_catalog as $$ -- its plan is kept; a function in SQL is planned at each call
#variable_conflict use_column
begin
    return query with due as materialized (
        select t.site, t.issue_id from governance.claim_room(p_batch, p_sites, p_room) c
          cross join lateral (
              select x.site, x.issue_id, x.look_at from governance.ticket x
               where x.site = c.site and x.request_id is null and x.look_at <= (select clock_timestamp())
                 and (x.lease_until is null or x.lease_until <= clock_timestamp())
               order by x.look_at
               limit c.room
                 for update skip locked) t
         order by t.look_at
         limit p_batch)
    update governance.ticket t
       set lease_owner = p_owner, lease_until = clock_timestamp() + p_lease, version = t.version + 1,
           look_at = clock_timestamp() + p_lease
      from due
     where t.site = due.site and t.issue_id = due.issue_id
    returning t.site, t.issue_id, t.issue_key, t.version,
              case when t.read_at > t.unreadable_at then 0 else t.unreadable end;
end $$;
comment on function governance.ticket_claim(text, interval, int, text[], int[]) is
    'Lease due tickets that belong to no request yet, of each site at most its room';
