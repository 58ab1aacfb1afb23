create or replace function governance.flow_claim(p_owner text, p_lease interval, p_batch int)
returns table (id bigint, kind text, state text, version bigint, attempt int, failures int, site text, request_id uuid,
               marker text, issue_id text, cycle text, payload text, sent_ms bigint, now_ms bigint)
language sql set search_path = pg_catalog as $$
    with due as materialized (
        select f.id from governance.flow f
         where f.state not in ('done', 'moot', 'parked') and f.run_after <= clock_timestamp()
           and (f.lease_until is null or f.lease_until <= clock_timestamp())
         order by f.priority, f.run_after, f.id
         limit p_batch
           for update skip locked),
    taken as (
        update governance.flow f
           set lease_owner = p_owner, lease_until = clock_timestamp() + p_lease, version = f.version + 1
          from due
         where f.id = due.id
        returning f.*)
    select f.id, f.kind, f.state, f.version, f.attempt, f.failures, f.site, f.request_id, r.marker,
           case f.kind when 'retire' then f.issue_id else coalesce(t.issue_id, f.issue_id) end, f.cycle, f.payload, coalesce(governance.ms(f.sent_at), 0),
           governance.ms(clock_timestamp())
      from taken f
      join governance.access_request r on r.id = f.request_id
      left join governance.ticket t on t.request_id = f.request_id
$$;
comment on function governance.flow_claim(text, interval, int) is 'Lease due outbound work: gate before creation before words, removals first';
