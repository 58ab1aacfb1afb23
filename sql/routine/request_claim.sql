create or replace function governance.request_claim(p_owner text, p_lease interval, p_batch int) returns setof uuid
language sql set search_path = pg_catalog as $$
    with due as materialized (
        select r.id from governance.access_request r
         where r.look_at <= clock_timestamp() and (r.lease_until is null or r.lease_until <= clock_timestamp())
         order by (r.kind = 'removal') desc, r.look_at
         limit p_batch
           for update skip locked)
    update governance.access_request r
       set lease_owner = p_owner, lease_until = clock_timestamp() + p_lease, looked_at = clock_timestamp(),
           version = r.version + 1
      from due
     where r.id = due.id
    returning r.id
$$;
comment on function governance.request_claim(text, interval, int) is 'Lease due requests, removals first';
