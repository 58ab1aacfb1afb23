-- Single-flight work that is no row of its own. fence null: not ours, and wait_ms says for how long; resting: nobody does it
-- either, by the word of who did it last.
create or replace function governance.lease_take(p_name text, p_owner text, p_lease interval)
returns table (fence bigint, wait_ms bigint, resting boolean)
language plpgsql set search_path = pg_catalog as $$
declare
    l governance.lease;
begin
    insert into governance.lease as x (name, owner, fence, until) values (p_name, p_owner, 1, clock_timestamp() + p_lease)
    on conflict (name) do update set owner = p_owner, fence = x.fence + 1, until = clock_timestamp() + p_lease
     where x.until is null or x.until <= clock_timestamp() or x.owner = p_owner
    returning * into l;
    if found then
        return query select l.fence, 0::bigint, false;
        return;
    end if;
    return query select null::bigint, greatest(governance.ms(x.until - clock_timestamp()), 1), x.owner is null
                   from governance.lease x where x.name = p_name;
end $$;
comment on function governance.lease_take(text, text, interval) is 'Take a lease that is free, over or our own';
