-- Our open tickets of a site by their ids, in pages: for a look that needs no search and costs one call for a hundred. Where many are open a
-- page is read in the order of its index; left to itself the planner reads all tickets for each. Where few are, among all that were closed
-- in years, these few are read and put in order.
create or replace function governance.sweep_ids(p_site text, p_after numeric, p_batch int)
returns table (issue_id text, issue_key text, updated_ms bigint)
language plpgsql stable set search_path = pg_catalog set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set jit = off as $$
#variable_conflict use_column
declare
    few constant int := 250;
    opened uuid[] := array(select r.id from governance.access_request r
                            where r.site = p_site and r.phase in ('received', 'pending_approval', 'approved', 'ticketing', 'fulfilling', 'claimed',
                                                                  'verifying', 'verified', 'exception')
                            limit few);
begin
    if cardinality(opened) < few then
        return query
            select t.issue_id, t.issue_key, t.hinted_updated_ms
              from unnest(opened) o(id) cross join lateral (select x.* from governance.ticket x where x.request_id = o.id offset 0) t
             where t.state <> 'gone' and t.issue_id::numeric > p_after
             order by t.issue_id::numeric
             limit p_batch;
    else
        return query
            select t.issue_id, t.issue_key, t.hinted_updated_ms
              from governance.ticket t join governance.access_request r on r.id = t.request_id
             where t.site = p_site and t.request_id is not null and t.state <> 'gone' and t.issue_id::numeric > p_after
               and r.phase not in ('denied', 'cancelled', 'expired', 'closed', 'orphaned')
             order by t.issue_id::numeric
             limit p_batch;
    end if;
end $$;
comment on function governance.sweep_ids(text, numeric, int) is 'Our open tickets of a site, in order of their ids';

-- One replica sweeps a site, once in so long.
create or replace function governance.sweep_take(p_site text, p_every interval) returns bigint
language sql set search_path = pg_catalog as $$
    update governance.poll_cursor c set swept_at = clock_timestamp()
     where c.site = p_site and (c.swept_at is null or c.swept_at <= clock_timestamp() - p_every)
    returning governance.ms(c.swept_at)
$$;
comment on function governance.sweep_take(text, interval) is 'Take the next sweep of a site, when it is due';
