-- Pin the names of entitlements that were read now for the first time to the ids they were found with; as account_pin.
create or replace function governance.entitlement_pin(p_request uuid, p_observations jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.entitlement_link (source, entitlement, native_id, how, request_id)
    select distinct on (i.source, i.entitlement) i.source, i.entitlement, o.entitlement_id, 'read', p_request
      from jsonb_to_recordset(p_observations) as o(item bigint, outcome text, entitlement_id text)
      join governance.request_item i on i.id = o.item and i.request_id = p_request
     where o.outcome <> 'unknown' and o.entitlement_id <> ''
       and not exists (select from governance.entitlement_link l where l.source = i.source and l.entitlement = i.entitlement
                          and l.replaced_at is null)
     order by i.source, i.entitlement, i.id
        on conflict (source, entitlement) where replaced_at is null do nothing;
    if p_observations @? '$[*].entitlement_id ? (@ <> "")' then
        perform governance.supersede_by_id(p_request);
    end if;
end $$;
comment on function governance.entitlement_pin(uuid, jsonb) is 'Pin entitlements that were read for the first time to their immutable ids';

-- An operator says that the name is rightly another entitlement's now (a group was made anew). Null: there is no such link, or it names
-- that id already.
create or replace function governance.entitlement_relink(p_source text, p_entitlement text, p_native_id text, p_actor text, p_reason text)
returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    was governance.entitlement_link;
    made bigint;
begin
    select * into was from governance.entitlement_link l
     where l.source = p_source and l.entitlement = p_entitlement and l.replaced_at is null
       for update;
    if not found or was.native_id = p_native_id then
        return null;
    end if;
    update governance.entitlement_link l set replaced_at = clock_timestamp() where l.id = was.id;
    insert into governance.entitlement_link (source, entitlement, native_id, how, actor, reason, replaces)
    values (p_source, p_entitlement, p_native_id, 'operator', p_actor, p_reason, was.id)
    returning id into made;
    -- what waits for it is looked at again at once, and read as if somebody had touched its ticket
    with waits as materialized (
        select r.id from governance.access_request r
         where r.phase in ('fulfilling', 'claimed', 'verifying') and r.look_at is not null
           and exists (select from governance.request_item i where i.request_id = r.id and i.source = p_source
                          and i.entitlement = p_entitlement and i.replaced_at is null)
         order by r.id
           for update)
    update governance.access_request r set look_at = clock_timestamp(), seen_updated_ms = 0 from waits where r.id = waits.id;
    return made;
end $$;
comment on function governance.entitlement_relink(text, text, text, text, text) is 'Pin an entitlement''s name to another id, because an operator says so';
