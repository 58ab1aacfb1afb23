create or replace function governance.poll_begin(p_site text, p_owner text, p_lease interval)
returns table (watermark_ms bigint, overlap_ms bigint, fence bigint, asked_ms bigint, lag text, held_ms bigint, held_known bigint)
language sql set search_path = pg_catalog as $$
    insert into governance.poll_cursor as c (site, owner, fence, lease, lease_until)
    values (p_site, p_owner, 1, p_lease, clock_timestamp() + p_lease)
    on conflict (site) do update
       set owner = p_owner, fence = c.fence + 1, lease = p_lease, lease_until = clock_timestamp() + p_lease
     where c.lease_until is null or c.lease_until <= clock_timestamp() or c.owner = p_owner
    returning c.watermark_ms, c.overlap_ms, c.fence, c.asked_ms, array_to_string(c.lag, ' '),
              case when c.held_since is null then 0
                   else 1 + (extract(epoch from clock_timestamp() - c.held_since) * 1000)::bigint end,
              c.held_known
$$;
comment on function governance.poll_begin(text, text, interval) is 'Take the walk of a site, one replica at a time';

-- One page. p: {hints, last, and with the last: watermark_ms, asked_ms, overlap_ms, lag, lifts:
-- this walk knew that the site was held, and says that it is not any more}. What is known already is told apart
-- without a lock or a write: the tickets are the seen-set that survives us. Null: the fence did not hold.
create or replace function governance.poll_store(p_site text, p_fence bigint, p jsonb)
returns table (hints int, unannounced int)
language plpgsql set search_path = pg_catalog as $$
declare
    ends boolean := (p->>'last')::boolean;
    walked timestamptz;
    lifts boolean := ends and coalesce((p->>'lifts')::boolean, true);
    fresh jsonb;
begin
    select c.walked_at into walked from governance.poll_cursor c where c.site = p_site;
    update governance.poll_cursor c
       set lease_until = case when ends then null else clock_timestamp() + c.lease end,
           owner = case when ends then null else c.owner end,
           watermark_ms = case when ends then greatest(c.watermark_ms, (p->>'watermark_ms')::bigint) else c.watermark_ms end,
           asked_ms = case when ends then coalesce((p->>'asked_ms')::bigint, 0) else c.asked_ms end,
           overlap_ms = case when ends then coalesce((p->>'overlap_ms')::bigint, c.overlap_ms) else c.overlap_ms end,
           lag = case when ends and p ? 'lag' then array(select jsonb_array_elements_text(p->'lag')::bigint) else c.lag end,
           held_since = case when lifts then null else c.held_since end,
           held_why = case when lifts then null else c.held_why end,
           held_known = case when lifts then 0 else c.held_known end,
           walked_at = case when ends then clock_timestamp() else c.walked_at end
     where c.site = p_site and c.fence = p_fence and c.lease_until > clock_timestamp();
    if not found then
        return;
    end if;
    -- announced: read at least as it is by now, or named by a delivery since the walk before
    select jsonb_agg(h.hint), count(*), count(*) filter (where not h.announced) into fresh, hints, unannounced
      from (select x.hint, coalesce(t.delivered_at > walked - interval '1 min', false) as announced
              from jsonb_array_elements(p->'hints') as x(hint)
              left join lateral (select k.* from governance.ticket k where k.site = p_site and k.issue_id = x.hint->>'issue' offset 0) t on true -- one by one
             where t.site is null or t.state = 'gone' or coalesce((x.hint->>'updated')::bigint, 0) = 0
                or (x.hint->>'updated')::bigint > t.hinted_updated_ms) h;
    if fresh is not null then
        perform governance.hint_apply(fresh);
        perform governance.hook_polled(p_site, fresh);
    end if;
    return next;
end $$;
comment on function governance.poll_store(text, bigint, jsonb) is 'Store one page; the cursor moves with the last one, in the same transaction';

-- For programs of the release before.
create or replace function governance.poll_page(p_site text, p_fence bigint, p_hints jsonb, p_last boolean,
                                                p_watermark_ms bigint) returns bigint
language sql set search_path = pg_catalog as $$
    select p_fence from governance.poll_store(p_site, p_fence,
        jsonb_build_object('hints', p_hints, 'last', p_last, 'watermark_ms', p_watermark_ms))
$$;
comment on function governance.poll_page(text, bigint, jsonb, boolean, bigint) is 'poll_store, as earlier releases call it';

-- A site that shows less than half of what it did: a right was lost, not half of the tickets. The walk ends, the cursor stays,
-- people are told once for each time it began. Returns for how long it has been so, in ms. p_fence: of the walk that ends so, 0 =
-- a sweep says it; p_known: so many changes it expected.
create or replace function governance.poll_hold(p_site text, p_why text, p_fence bigint default 0, p_known bigint default 0)
returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    since timestamptz;
begin
    insert into governance.poll_cursor as c (site, held_since, held_why, held_known) values (p_site, clock_timestamp(), p_why, p_known)
    on conflict (site) do update
       set held_since = coalesce(c.held_since, clock_timestamp()), held_why = p_why, held_known = greatest(c.held_known, p_known),
           lease_until = case when c.fence = p_fence then null else c.lease_until end,
           owner = case when c.fence = p_fence then null else c.owner end
    returning c.held_since into since;
    insert into governance.escalation (site, issue_id, kind, reason, key)
    values (p_site, '', 'operator', 'SiteShowsLess', 'shows-less/' || governance.ms(since)) on conflict do nothing;
    return (extract(epoch from clock_timestamp() - since) * 1000)::bigint;
end $$;
comment on function governance.poll_hold(text, text, bigint, bigint) is 'Hold the cursor of a site that suddenly shows less, and tell people';

create or replace function governance.poll_release(p_site text) returns int
language plpgsql set search_path = pg_catalog as $$
declare
    n int;
begin
    update governance.poll_cursor set held_since = null, held_why = null, held_known = 0 where site = p_site and held_since is not null;
    get diagnostics n = row_count;
    return n;
end $$;
comment on function governance.poll_release(text) is 'The site shows what it did: the cursor may move again';

-- While it is, no ticket of the site is believed to be gone, by no replica; after a day it is (domain/poll.h: poll_is_held).
create or replace function governance.site_is_held(p_site text) returns boolean
language sql stable set search_path = pg_catalog as $$
    select exists (select from governance.poll_cursor c
                    where c.site = p_site and c.held_since > clock_timestamp() - interval '1 day')
$$;
comment on function governance.site_is_held(text) is 'Does the site show less than half of what it did, for less than a day?';
