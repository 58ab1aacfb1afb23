-- What a request asks for, entitlement by entitlement, as the API shows it.

-- Where one item stands in the words of others. What is proven is done, whatever the others are; what goes ahead of the rest is as far as its
-- own request, unless that came to nothing: then the first one goes on asking for it.
create or replace function governance.provisioning_of_item(r governance.access_request, i governance.request_item) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    ahead governance.access_request;
    said governance.provisioning_state;
    stands text := r.phase;
    standing_now text := 'plain';
begin
    if r.kind = 'modify' and i.desired = 'absent' then
        select q.* into ahead from governance.gone_ahead(r, i.id) q limit 1;
    end if;
    if governance.item_done(r, i.id) then
        stands := 'verified';
    elsif i.superseded_by is not null then
        stands := 'cancelled';
    elsif r.phase in ('verified', 'exception', 'closed') then
        standing_now := 'excepted';
    elsif ahead.id is not null and not governance.is_over(ahead.phase) then
        return governance.provisioning(ahead);
    else
        return governance.provisioning(r);
    end if;
    select s.* into said from governance.provisioning_state s where s.phase = stands and s.standing = standing_now;
    return jsonb_build_object('arap', said.arap, 'sailpoint', said.sailpoint, 'midpoint', said.midpoint);
end $$;
comment on function governance.provisioning_of_item(governance.access_request, governance.request_item) is 'Where one item of a request stands in the words of identity platforms';

-- Of a request with one item that says all, the item says nothing of it again.
create or replace function governance.items_shown(r governance.access_request) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_agg(jsonb_build_object('source', i.source, 'account', i.account, 'entitlement', i.entitlement,
               'desired', i.desired, 'verdict', v.verdict, 'read_at', v.read_at,
               'superseded_by', case when i.superseded_by is not null then governance.dossier_superseded(i.superseded_by) end,
               'provisioning', case when n.items > 1 then governance.provisioning_of_item(r, i) end,
               'ahead', case when r.kind = 'modify' and i.desired = 'absent' then
                   (select governance.request_relation(q.id) from governance.gone_ahead(r, i.id) q limit 1) end)
               order by i.id)
      from governance.request_item i
     cross join lateral (select count(*) as items from governance.request_item k where k.request_id = r.id and k.replaced_at is null) n
      left join governance.item_verdict v on v.item_id = i.id
     where i.request_id = r.id and i.replaced_at is null
$$;
comment on function governance.items_shown(governance.access_request) is 'The items of a request as the API shows them';
