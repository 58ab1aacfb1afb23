-- A closed request waits for nothing: its ticket is read again once a day (96 quarters of an hour), in case every word of a
-- reopening was lost. Of what was closed in years a part is gone through each time, by its ids, a few thousand of them: this is asked
-- every few seconds.
create or replace function governance.sweep(p_max_age interval) returns int
language plpgsql set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off set jit = off as $$
declare
    parts int := (select case when c.reltuples < 4096 then 1 else least(256, 1 << ceil(log(2, c.reltuples::numeric / 4096))::int) end
                    from pg_class c where c.oid = 'governance.access_request'::regclass);
    width int := 256 / parts;
    part int := width * floor(random() * parts)::int;
    opened int;
    closed int;
begin
    update governance.access_request r
       set hinted_at = clock_timestamp(), look_at = clock_timestamp()
      from governance.ticket t
     where t.request_id = r.id and r.lease_owner is null and (r.look_at is null or r.look_at > clock_timestamp())
       and r.phase in ('received', 'pending_approval', 'approved', 'ticketing', 'fulfilling', 'claimed', 'verifying', 'verified', 'exception', 'orphaned')
       and coalesce(t.read_at, t.first_seen_at) < clock_timestamp() - p_max_age;
    get diagnostics opened = row_count;
    update governance.access_request r
       set hinted_at = clock_timestamp(), look_at = clock_timestamp()
      from governance.ticket t
     where t.request_id = r.id and r.lease_owner is null and (r.look_at is null or r.look_at > clock_timestamp())
       and r.phase = 'closed'
       and r.id between (lpad(to_hex(part), 2, '0') || '000000-0000-0000-0000-000000000000')::uuid
                    and (lpad(to_hex(part + width - 1), 2, '0') || 'ffffff-ffff-ffff-ffff-ffffffffffff')::uuid
       and coalesce(t.read_at, t.first_seen_at) < clock_timestamp() - 96 * p_max_age;
    get diagnostics closed = row_count;
    return opened + closed;
end $$;
comment on function governance.sweep(interval) is 'Make our tickets due that were not read for a while, whatever hints said';
