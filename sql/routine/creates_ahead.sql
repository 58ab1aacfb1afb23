-- For how long the creates that are due at a site are ahead of what its new tickets are to say: a hundredth of a second each, as
-- fast as Jira takes them, ten seconds at most. Every one of them is for somebody who has no ticket yet. Only those of that lane or
-- one before it: no removal waits for grants.
create or replace function governance.creates_ahead(p_site text, p_priority int) returns interval
language plpgsql stable set search_path = pg_catalog -- its plan is kept; a function in SQL is planned at each call
    -- by index, as flow_claim: creates and what goes before them come first in it
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    return (select count(*) * interval '10 ms'
              from (select from (select x.* from governance.flow x where x.site = p_site and x.priority <= p_priority
                                                               and x.state not in ('done', 'moot', 'parked') offset 0) f -- not of all creates there ever were
                     where f.kind = 'create_ticket' and f.state = 'pending'
                       and f.lease_until is null and f.run_after <= (select clock_timestamp())
                     limit 1000) f);
end $$;
comment on function governance.creates_ahead(text, int) is 'How long creates that are due keep a site from what is said on its new tickets';
