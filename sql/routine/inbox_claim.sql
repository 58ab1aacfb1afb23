-- p_bytes bounds the memory of whoever asks: so many bytes of bodies together, and at least one delivery. A body that is
-- longer comes alone and without its bytes; inbox_body gives them piece by piece. Without p_bytes nothing is held back.
-- The planner cannot know how few p_batch is: left to itself it takes a tenth of the table for the batch, and reads all of it.
create or replace function governance.inbox_claim(p_lease interval, p_batch int, p_bytes bigint default null)
returns table (id bigint, site text, delivery_id text, size int, body bytea, received_ms bigint)
language sql set search_path = pg_catalog set enable_hashjoin = off set enable_mergejoin = off as $$
    with due as materialized (
        select d.id, length(d.body) as size from governance.webhook_delivery d
         where d.state = 'new' and (d.lease_until is null or d.lease_until <= clock_timestamp())
         order by d.id
         limit p_batch
           for update skip locked),
    running as (
        select due.id, row_number() over (order by due.id) as place, sum(due.size) over (order by due.id) as bytes from due)
    update governance.webhook_delivery d set lease_until = clock_timestamp() + p_lease
      from running
     where d.id = running.id and (running.place = 1 or p_bytes is null or running.bytes <= p_bytes)
    returning d.id, d.site, d.delivery_id, length(d.body), case when p_bytes is null or length(d.body) <= p_bytes then d.body end,
              governance.ms(d.received_at)
$$;
comment on function governance.inbox_claim(interval, int, bigint) is 'Lease unhandled deliveries, oldest first, within a budget of bytes';

create or replace function governance.inbox_body(p_id bigint, p_from int, p_bytes int) returns bytea
language sql stable set search_path = pg_catalog as $$
    select substring(d.body from p_from + 1 for p_bytes) from governance.webhook_delivery d where d.id = p_id
$$;
comment on function governance.inbox_body(bigint, int, int) is 'A piece of a delivery''s body';
