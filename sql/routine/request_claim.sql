-- Where many tickets may show Done without proof (p_pressed, as in flow_claim), whoever was claimed a moment ago has been looked at: what is
-- read again of it waits for those who were not, for twenty seconds at most.
create or replace function governance.request_claim(p_owner text, p_lease interval, p_batch int, p_sites text[] default null,
                                                    p_room int[] default null, p_pressed text[] default null)
returns table (id uuid, site text)
language plpgsql set search_path = pg_catalog as $$ -- its plan is kept; a function in SQL is planned at each call
#variable_conflict use_column
begin
    return query with due as materialized (
        select r.id, row_number() over (partition by c.site order by k.later, r.look_at) as place, c.room, k.later, r.look_at
          from governance.claim_room(p_batch, p_sites, p_room) c
          cross join (values (0), (1), (2)) k(later) -- removals first, what is closed last
          cross join lateral (
              select x.id, x.look_at from governance.access_request x
               where x.site = c.site and case when x.phase = 'closed' then 2 when x.kind = 'removal' then 0 else 1 end = k.later
                 and x.look_at <= (select clock_timestamp())
                 and (x.lease_until is null or x.lease_until <= clock_timestamp())
                 and (p_pressed is null or x.claimed_at is null or c.site <> all (p_pressed)
                      or x.claimed_at < (select clock_timestamp() - interval '1 min') or x.look_at <= (select clock_timestamp() - interval '20 s'))
               order by x.look_at
               limit c.room
                 for update skip locked) r),
    chosen as materialized (
        select due.id from due where due.place <= due.room order by due.later, due.look_at limit p_batch)
    update governance.access_request r
       set lease_owner = p_owner, lease_until = clock_timestamp() + p_lease, looked_at = clock_timestamp(),
           version = r.version + 1
      from chosen
     where r.id = chosen.id
    returning r.id, r.site;
end $$;
comment on function governance.request_claim(text, interval, int, text[], int[], text[]) is
    'Lease due requests, removals first, what is closed last, of each site at most its room';
