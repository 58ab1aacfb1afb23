-- What else an account held when work on an item began, beside what it held at the newest read: only where that read says that
-- what is asked for is not so. What another request asked of the same account meanwhile is its own, and does not count.
create or replace function governance.others_changed(i governance.request_item, p_generation int) returns json
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    last governance.observation;
    first governance.observation;
begin
    select * into last from governance.observation o where o.item_id = i.id and o.generation = p_generation order by o.id desc limit 1;
    if last.others is null or (last.outcome = 'present') <> (i.desired = 'absent') or last.outcome = 'unknown' then
        return null;
    end if;
    select * into first from governance.observation o
     where o.item_id = i.id and o.others is not null order by o.generation, o.id limit 1;
    if first.others = last.others then
        return null;
    end if;
    return (select json_build_object('gone', string_agg(x.name, E'\n' order by x.name) filter (where x.was),
                                     'new', string_agg(x.name, E'\n' order by x.name) filter (where not x.was))
              from (select n.name, bool_or(n.was) as was
                      from (select string_to_table(first.others, E'\n') as name, true as was
                             union all select string_to_table(last.others, E'\n'), false) n
                     where n.name <> '' group by n.name having count(distinct n.was) = 1) x
             where not exists (select from governance.request_item k join governance.access_request r on r.id = k.request_id
                                where k.source = i.source and k.account = i.account and lower(k.entitlement) = lower(x.name)
                                  and coalesce(r.closed_at, 'infinity') > first.observed_at));
end $$;
comment on function governance.others_changed(governance.request_item, int) is
    'What else an account lost and got since work on it began, without what other requests ask for';
