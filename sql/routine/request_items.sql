-- What is wanted becomes exactly p_items. Only before approval is anything there to be replaced.
create or replace function governance.request_items(p_request uuid, p_items jsonb) returns void
language sql set search_path = pg_catalog as $$
    update governance.request_item x set replaced_at = clock_timestamp()
     where x.request_id = p_request and x.replaced_at is null and not exists (
           select from jsonb_to_recordset(coalesce(p_items, '[]')) as i(source text, account text, entitlement text, desired text)
            where (i.source, i.account, i.entitlement, i.desired) = (x.source, x.account, x.entitlement, x.desired));
    select governance.request_items_add(array[p_request], array[jsonb_build_object('items', p_items)]);
    select governance.ahead_edited(p_request);
$$;
comment on function governance.request_items(uuid, jsonb) is 'Set the wanted items of a request; those it wanted before are kept as replaced';

-- p: documents with "items", one for each request.
create or replace function governance.request_items_add(p_requests uuid[], p jsonb[]) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.request_item (request_id, source, account, entitlement, desired)
    select d.id, i.source, i.account, i.entitlement, i.desired
      from unnest(p_requests, p) as d(id, p)
     cross join lateral jsonb_to_recordset(coalesce(nullif(d.p->'items', 'null'), '[]')) as i(source text, account text, entitlement text, desired text)
    on conflict do nothing;
end $$;
comment on function governance.request_items_add(uuid[], jsonb[]) is 'Add wanted items to requests';
