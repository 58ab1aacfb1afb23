create or replace function governance.inbox_claim(p_lease interval, p_batch int)
returns table (id bigint, site text, delivery_id text, body bytea)
language sql set search_path = pg_catalog as $$
    with due as materialized (
        select d.id from governance.webhook_delivery d
         where d.state = 'new' and (d.lease_until is null or d.lease_until <= clock_timestamp())
         order by d.id
         limit p_batch
           for update skip locked)
    update governance.webhook_delivery d set lease_until = clock_timestamp() + p_lease
      from due
     where d.id = due.id
    returning d.id, d.site, d.delivery_id, d.body
$$;
comment on function governance.inbox_claim(interval, int) is 'Lease unhandled deliveries, oldest first';
