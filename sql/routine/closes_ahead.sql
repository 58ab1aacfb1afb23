-- For how long what is said on a ticket that was reopened waits for others that may show Done without proof: many closed in bulk are
-- all taken back before it is explained on each. Four hundredths of a second for each look that is due at the site and each reopen,
-- three times what one of them takes on two processors; twenty seconds where there are 125 and more, for if they were counted on,
-- each of a thousand tickets would count all the others.
create or replace function governance.closes_ahead(p_site text) returns interval
language plpgsql stable set search_path = pg_catalog -- its plan is kept; a function in SQL is planned at each call
    -- by index, as the claims
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    return (select case when count(*) < 125 then count(*) * interval '40 ms' else '20 s' end
              from ((select from governance.access_request r
                      where r.site = p_site and r.look_at <= (select clock_timestamp()) and r.lease_owner is null
                      limit 125)
                    union all
                    (select from governance.flow f
                      where f.site = p_site and f.priority <= 2 and f.kind = 'reopen' and f.state not in ('done', 'moot', 'parked')
                      limit 125)
                    limit 125) x);
end $$;
comment on function governance.closes_ahead(text) is 'How long tickets that may show Done without proof keep a site from words on reopened ones';
