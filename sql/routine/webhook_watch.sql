-- How many changes webhooks lose. A change that polling found and no delivery told of waits in webhook_echo; a delivery that
-- comes after all ends the waiting, and what waited too long is counted as lost. Two changes of one ticket within two
-- seconds are one here: an event is sent a moment after the change it tells of.
create or replace function governance.hook_heard(p jsonb) returns void
language sql set search_path = pg_catalog as $$
    insert into governance.webhook_echo as e (site, issue_id, announced_ms)
    select h.site, h.issue, max(h.announced)
      from jsonb_to_recordset(p) as h(site text, issue text, announced bigint)
     where h.issue is not null and h.announced > 0
     group by h.site, h.issue
     order by h.site, h.issue
    on conflict (site, issue_id) do update
       set announced_ms = excluded.announced_ms,
           polled_ms = case when e.polled_ms > excluded.announced_ms + 2000 then e.polled_ms end,
           polled_at = case when e.polled_ms > excluded.announced_ms + 2000 then e.polled_at end
     where excluded.announced_ms > e.announced_ms
$$;
comment on function governance.hook_heard(jsonb) is 'Deliveries told of these changes. p: [{site, issue, announced}]';

-- What was changed before the service first knew the site is history, not a loss.
create or replace function governance.hook_polled(p_site text, p jsonb) returns void
language sql set search_path = pg_catalog as $$
    insert into governance.webhook_echo as e (site, issue_id, polled_ms, polled_at)
    select p_site, h.issue, max(h.updated), clock_timestamp()
      from jsonb_to_recordset(p) as h(issue text, updated bigint)
      join governance.site s on s.name = p_site
     where h.issue is not null and h.updated > governance.ms(s.registered_at)
     group by h.issue
     order by h.issue
    on conflict (site, issue_id) do update
       set polled_ms = excluded.polled_ms, polled_at = coalesce(e.polled_at, excluded.polled_at)
     where excluded.polled_ms > e.announced_ms + 2000 and excluded.polled_ms > greatest(e.polled_ms, e.counted_ms)
$$;
comment on function governance.hook_polled(text, jsonb) is 'Polling found these changes. p: [{issue, updated}]';

-- Definer: the service role itself deletes nothing.
create or replace function governance.hook_settle(p_site text, p_late_ms bigint)
returns table (lost bigint, awaited bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    n bigint;
begin
    with late as materialized (
        select e.site, e.issue_id from governance.webhook_echo e
         where e.site = p_site and e.polled_at <= (select clock_timestamp() - make_interval(secs => p_late_ms / 1000.0)) -- once, so that an index knows it
         order by e.issue_id
           for update skip locked)
    update governance.webhook_echo e set counted_ms = e.polled_ms, polled_ms = null, polled_at = null
      from late where e.site = late.site and e.issue_id = late.issue_id;
    get diagnostics n = row_count;
    insert into governance.webhook_watch as w (site, lost) values (p_site, n)
    on conflict (site) do update set lost = w.lost + n where n > 0;
    -- settled long ago: the tickets themselves know by then what was shown of them (poll_store asks them first)
    delete from governance.webhook_echo e
     using (select o.site, o.issue_id from governance.webhook_echo o
             where o.site = p_site and o.polled_at is null
               and greatest(o.announced_ms, o.counted_ms) < (select governance.ms(clock_timestamp() - interval '7 days'))
             order by greatest(o.announced_ms, o.counted_ms)
             limit 1000
               for update skip locked) old
     where e.site = old.site and e.issue_id = old.issue_id;
    return query
        select w.lost, (select count(*) from governance.webhook_echo e where e.site = p_site and e.polled_at is not null)
          from governance.webhook_watch w where w.site = p_site;
end $$;
comment on function governance.hook_settle(text, bigint) is 'Count what no delivery told of for so long, say how much that is by now, and forget what was settled a week ago';

-- Looking after a registration: one replica at a time, and not more often than it is due.
create or replace function governance.hook_claim(p_site text, p_owner text, p_lease interval)
returns table (fence bigint, failed_after_ms bigint, now_ms bigint)
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.webhook_watch (site) values (p_site) on conflict do nothing;
    return query
        update governance.webhook_watch w
           set owner = p_owner, fence = w.fence + 1, lease_until = clock_timestamp() + p_lease
          from (select d.site from governance.webhook_watch d
                 where d.site = p_site and (d.next_at is null or d.next_at <= clock_timestamp())
                   and (d.lease_until is null or d.lease_until <= clock_timestamp())
                   for update skip locked) due
         where w.site = due.site
        returning w.fence, w.failed_after_ms, governance.ms(clock_timestamp());
end $$;
comment on function governance.hook_claim(text, text, interval) is 'Take the look at a site''s registration';

create or replace function governance.hook_done(p_site text, p_fence bigint, p_failed_after_ms bigint, p_expires_ms bigint,
                                                p_said text, p_rest_ms bigint) returns bigint
language sql set search_path = pg_catalog as $$
    update governance.webhook_watch w
       set lease_until = null, failed_after_ms = greatest(w.failed_after_ms, p_failed_after_ms), said = p_said,
           expires_at = case when p_expires_ms > 0 then to_timestamp(p_expires_ms / 1000.0) end,
           next_at = clock_timestamp() + make_interval(secs => p_rest_ms / 1000.0)
     where w.site = p_site and w.fence = p_fence and w.lease_until > clock_timestamp()
    returning w.fence
$$;
comment on function governance.hook_done(text, bigint, bigint, bigint, text, bigint) is 'The look is over: what it found, and when the next one is due';
