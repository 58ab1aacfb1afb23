create or replace function governance.flow_has_turn(f governance.flow) returns boolean
language sql stable set search_path = pg_catalog as $$
    select not exists (select from governance.flow o
                        where o.request_id = f.request_id and o.kind = f.kind and o.id <> f.id and o.state not in ('done', 'moot')
                          and (o.state <> 'parked' or o.id < f.id))
$$;
comment on function governance.flow_has_turn(governance.flow) is
    'Whether refused work may try again: one of a kind at a time, the oldest first. Two tickets of a request may wait to be cancelled';
