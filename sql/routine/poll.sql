create or replace function governance.poll_begin(p_site text, p_owner text, p_lease interval)
returns table (watermark_ms bigint, overlap_ms bigint, fence bigint)
language sql set search_path = pg_catalog as $$
    insert into governance.poll_cursor as c (site, owner, fence, lease, lease_until)
    values (p_site, p_owner, 1, p_lease, clock_timestamp() + p_lease)
    on conflict (site) do update
       set owner = p_owner, fence = c.fence + 1, lease = p_lease, lease_until = clock_timestamp() + p_lease
     where c.lease_until is null or c.lease_until <= clock_timestamp() or c.owner = p_owner
    returning c.watermark_ms, c.overlap_ms, c.fence
$$;
comment on function governance.poll_begin(text, text, interval) is 'Take the walk of a site, one replica at a time';

create or replace function governance.poll_page(p_site text, p_fence bigint, p_hints jsonb, p_last boolean,
                                                p_watermark_ms bigint) returns bigint
language plpgsql set search_path = pg_catalog as $$
begin
    update governance.poll_cursor c
       set lease_until = case when p_last then null else clock_timestamp() + c.lease end,
           owner = case when p_last then null else c.owner end,
           watermark_ms = case when p_last then greatest(c.watermark_ms, p_watermark_ms) else c.watermark_ms end,
           walked_at = case when p_last then clock_timestamp() else c.walked_at end
     where c.site = p_site and c.fence = p_fence and c.lease_until > clock_timestamp();
    if not found then
        return null;
    end if;
    perform governance.hint_apply(p_hints);
    perform governance.hook_polled(p_site, p_hints);
    return p_fence;
end $$;
comment on function governance.poll_page(text, bigint, jsonb, boolean, bigint) is 'Store one page; the cursor moves with the last one, in the same transaction';
