-- A source answers again: requests whose newest read of it said nothing are looked at again at once, and read as if somebody
-- had touched their tickets. How many.
create or replace function governance.source_back(p_source text) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    woken bigint;
begin
    with waiting as materialized (
        select r.id from governance.access_request r
         where r.phase in ('claimed', 'verifying') and r.look_at is not null
           and exists (select from governance.request_item i
                        cross join lateral (select o.outcome from governance.observation o
                                             where o.item_id = i.id and o.generation = r.generation
                                             order by o.id desc limit 1) newest
                        where i.request_id = r.id and i.source = p_source and i.replaced_at is null and newest.outcome = 'unknown')
         order by r.id
           for update)
    update governance.access_request r
       set hinted_at = clock_timestamp(), look_at = clock_timestamp(), seen_updated_ms = 0
      from waiting w
     where r.id = w.id;
    get diagnostics woken = row_count;
    return woken;
end $$;
comment on function governance.source_back(text) is 'A source answers again: look anew at what it could not tell';
