create or replace view sla.freshness_v1 as
select 'webhooks'::text as feed,
       s.name as name,
       d.last_at as last_at,
       extract(epoch from clock_timestamp() - d.last_at)::bigint as lag_seconds,
       null::boolean as is_safe_to_use
  from governance.site s
  left join lateral ( -- the last one by its number, which has an index
        select w.received_at as last_at from governance.webhook_delivery w where w.site = s.name order by w.id desc limit 1) d on true
union all
select 'poll', c.site, c.walked_at, extract(epoch from clock_timestamp() - c.walked_at)::bigint,
       coalesce(c.walked_at > clock_timestamp() - interval '5 min', false)
  from governance.poll_cursor c
union all
select 'source', s.name, s.last_known_at, extract(epoch from clock_timestamp() - s.last_known_at)::bigint,
       coalesce(s.last_known_at > clock_timestamp() - s.max_age, false)
  from governance.source s;
comment on view sla.freshness_v1 is 'How fresh the numbers are: last webhook, last complete poll, last readable read of each source';
comment on column sla.freshness_v1.feed is 'webhooks, poll or source';
comment on column sla.freshness_v1.name is 'Site or source';
comment on column sla.freshness_v1.last_at is 'Last time; null = never';
comment on column sla.freshness_v1.lag_seconds is 'Seconds since then';
comment on column sla.freshness_v1.is_safe_to_use is 'Numbers built on it are current; null = quiet is normal';
