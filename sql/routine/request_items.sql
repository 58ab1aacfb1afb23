-- What is wanted becomes exactly p_items. Only before approval is anything there to be replaced.
create or replace function governance.request_items(p_request uuid, p_items jsonb) returns void
language sql set search_path = pg_catalog as $$
    update governance.request_item x set replaced_at = clock_timestamp()
     where x.request_id = p_request and x.replaced_at is null and not exists (
           select from jsonb_to_recordset(coalesce(p_items, '[]')) as i(source text, account text, entitlement text, desired text)
            where (i.source, i.account, i.entitlement, i.desired) = (x.source, x.account, x.entitlement, x.desired));
    select governance.request_items_add(p_request, p_items);
    select governance.ahead_edited(p_request);
$$;
comment on function governance.request_items(uuid, jsonb) is 'Set the wanted items of a request; those it wanted before are kept as replaced';

-- The same of a new request, which wants nothing yet.
create or replace function governance.request_items_add(p_request uuid, p_items jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.request_item (request_id, source, account, entitlement, desired)
    select p_request, i.source, i.account, i.entitlement, i.desired
      from jsonb_to_recordset(coalesce(p_items, '[]')) as i(source text, account text, entitlement text, desired text)
    on conflict do nothing;
end $$;
comment on function governance.request_items_add(uuid, jsonb) is 'Add wanted items to a request';
