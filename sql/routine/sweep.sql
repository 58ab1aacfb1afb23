-- A closed request waits for nothing: its ticket is read again once a day (96 quarters of an hour), in case every word of a
-- reopening was lost.
create or replace function governance.sweep(p_max_age interval) returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    n int;
begin
    update governance.access_request r
       set hinted_at = clock_timestamp(), look_at = clock_timestamp()
      from governance.ticket t
     where t.request_id = r.id and r.phase not in ('denied', 'cancelled', 'expired') and r.lease_owner is null
       and (r.look_at is null or r.look_at > clock_timestamp())
       and coalesce(t.read_at, t.first_seen_at)
           < clock_timestamp() - case when r.phase = 'closed' then 96 * p_max_age else p_max_age end;
    get diagnostics n = row_count;
    return n;
end $$;
comment on function governance.sweep(interval) is 'Make our tickets due that were not read for a while, whatever hints said';
