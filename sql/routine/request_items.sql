create or replace function governance.request_items(p_request uuid, p_items jsonb) returns void
language sql set search_path = pg_catalog as $$
    insert into governance.request_item (request_id, source, account, entitlement, desired)
    select p_request, i.source, i.account, i.entitlement, i.desired
      from jsonb_to_recordset(coalesce(p_items, '[]')) as i(source text, account text, entitlement text, desired text)
    on conflict do nothing
$$;
comment on function governance.request_items(uuid, jsonb) is 'Add the wanted items of a request';
