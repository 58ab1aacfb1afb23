-- What else an account held when work on an item began, beside what it held at the newest read. gone, new: only where that read says
-- that what is asked for is not so; they name what was changed instead. extra: what a grant brought beside what was asked. What an
-- approved request asked for is its own, and does not count: one that is not over, or was closed since; what was cancelled, denied or
-- superseded asks for nothing.
create or replace function governance.others_changed(i governance.request_item, p_generation int) returns json
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    last governance.observation;
    first governance.observation;
    as_asked boolean;
begin
    select * into last from governance.observation o where o.item_id = i.id and o.generation = p_generation order by o.id desc limit 1;
    as_asked := (last.outcome = 'present') = (i.desired = 'present');
    if last.others is null or last.outcome = 'unknown' or as_asked and i.desired = 'absent' then
        return null;
    end if;
    select * into first from governance.observation o
     where o.item_id = i.id and o.others is not null order by o.generation, o.id limit 1;
    if first.others = last.others then
        return null;
    end if;
    return (select json_build_object(
                'gone', string_agg(x.name, E'\n' order by x.name) filter (where x.was and not as_asked),
                'new', string_agg(x.name, E'\n' order by x.name) filter (where not x.was and not as_asked),
                -- only beside how it was before work began
                'extra', string_agg(x.name, E'\n' order by x.name) filter (where not x.was and as_asked and first.generation < p_generation))
              from (select n.name, bool_or(n.was) as was
                      from (select string_to_table(first.others, E'\n') as name, true as was
                             union all select string_to_table(last.others, E'\n'), false) n
                     where n.name <> '' group by n.name having count(distinct n.was) = 1) x
             where not (as_asked and lower(x.name) = lower(i.entitlement))
               and not exists (select from governance.request_item k join governance.access_request r on r.id = k.request_id
                                where k.source = i.source and k.account = i.account and lower(k.entitlement) = lower(x.name)
                                  and k.desired = case when x.was then 'absent' else 'present' end
                                  and k.replaced_at is null and k.superseded_by is null and r.approved_at is not null
                                  and not governance.is_over(r.phase)
                                  and coalesce(r.closed_at, 'infinity') > first.observed_at));
end $$;
comment on function governance.others_changed(governance.request_item, int) is
    'What else an account lost and got since work on it began, without what other approved requests ask for';

-- What a look's reads show of that is kept, each thing once: nothing that is decided waits for it.
create or replace function governance.over_grants_keep(p_request uuid, p_generation int) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.over_grant (item_id, entitlement, observation_id)
    select i.id, e.name, (select max(o.id) from governance.observation o where o.item_id = i.id and o.generation = p_generation)
      from governance.request_item i
     cross join lateral (select governance.others_changed(i, p_generation)->>'extra' as names) x
     cross join lateral string_to_table(x.names, E'\n') as e(name)
     where i.request_id = p_request and i.desired = 'present' and i.replaced_at is null and i.superseded_by is null
     order by i.id, e.name
        on conflict do nothing;
end $$;
comment on function governance.over_grants_keep(uuid, int) is 'Keep what accounts of a request got beside what was asked for';

create or replace function governance.over_grants(p_request uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select jsonb_agg(jsonb_build_object('item', g.item_id, 'entitlement', g.entitlement, 'found_at', g.found_at, 'still', s.still)
                             order by g.id)
              from governance.over_grant g
              join governance.request_item i on i.id = g.item_id
             cross join lateral (select governance.over_grant_stands(g) as still) s
             where i.request_id = p_request);
end $$;
comment on function governance.over_grants(uuid) is 'What accounts of a request got beside what was asked for, and whether the newest read still shows it';

create or replace function governance.over_grant_stands(g governance.over_grant) returns boolean
language plpgsql stable set search_path = pg_catalog as $$
begin
    return (select g.entitlement = any (string_to_array(o.others, E'\n'))
              from governance.observation o
             where o.item_id = g.item_id and o.others is not null order by o.id desc limit 1);
end $$;
comment on function governance.over_grant_stands(governance.over_grant) is 'Does the newest read that tells what else is held still show it?';
