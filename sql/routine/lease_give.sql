-- Give it back under its fence; nobody, ourselves included, takes it again for p_rest.
create or replace function governance.lease_give(p_name text, p_owner text, p_fence bigint, p_rest interval) returns bigint
language sql set search_path = pg_catalog as $$
    update governance.lease x set owner = null, until = case when p_rest > '0' then clock_timestamp() + p_rest end
     where x.name = p_name and x.owner = p_owner and x.fence = p_fence and x.until > clock_timestamp()
    returning x.fence
$$;
comment on function governance.lease_give(text, text, bigint, interval) is 'Give a lease back, or let it rest for a while';
