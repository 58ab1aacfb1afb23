-- Hints (from deliveries and polls) to due times, in one transaction. p: [{delivery, site, issue, key, updated,
-- poison, ignore, request_type, echo}]. ignore: why a ticket that has no request need not be read, and of which request type it is; a look
-- that is due already stays so. echo: we did it ourselves, so its look waits for tickets that may show Done without proof, as long as
-- closes_ahead says; so does what a poll tells of a ticket that we have just opened again. over: somebody else edited or deleted a comment
-- of ours.
create or replace function governance.hint_apply(p jsonb) returns int
language plpgsql set search_path = pg_catalog as $$
declare
    applied int;
begin
    -- the order of locks everywhere: request, then ticket, then flow. What is known already, most of what a poll tells after
    -- deliveries did, is no news: nobody at work waits for it
    perform from governance.access_request r
      where r.id in (select t.request_id
                       from jsonb_to_recordset(p) as h(site text, issue text, updated bigint, over boolean)
                      cross join lateral (select k.* from governance.ticket k where k.site = h.site and k.issue_id = h.issue offset 0) t -- one by one
                      where coalesce(h.updated, 0) = 0 or h.over or h.updated > t.hinted_updated_ms or t.state = 'gone')
      order by r.id
        for update;

    update governance.webhook_delivery d
       set state = case when h.poison is null then 'handled' else 'quarantined' end,
           reason = h.poison, handled_at = clock_timestamp(), lease_until = null
      from jsonb_to_recordset(p) as h(delivery bigint, poison text)
     where d.id = h.delivery and d.state = 'new';

    with ahead as materialized (
        select site, governance.closes_ahead(site) as rest
          from (select distinct site from jsonb_to_recordset(p) as x(site text, delivery bigint, echo boolean)
                 where echo or delivery is null) y),
    h as (
        select site, issue, max(key) as key, max(updated) as updated,
               case when max(delivery) is not null then clock_timestamp() end as delivered,
               case when count(*) = count(ignore) then max(ignore) end as ignore, left(max(request_type), 64) as request_type,
               bool_and(coalesce(echo, false)) as echo, max(delivery) is null as polled,
               case when count(*) > count(nullif(updated, 0)) then clock_timestamp() end as unsure,
               case when bool_or(over) then clock_timestamp() end as over
          from jsonb_to_recordset(p) as x(site text, issue text, key text, updated bigint, poison text, delivery bigint,
                                          ignore text, request_type text, echo boolean, over boolean)
         where poison is null and issue is not null
         group by site, issue
         order by site, issue),
    news as (
        select h.* from h
          left join lateral (select k.* from governance.ticket k where k.site = h.site and k.issue_id = h.issue offset 0) t on true
         where t.site is null or h.unsure is not null or h.over is not null or h.updated > t.hinted_updated_ms or t.state = 'gone'
         order by h.site, h.issue),
    up as (
        insert into governance.ticket as t (site, issue_id, issue_key, hinted_updated_ms, look_at, delivered_at, ignored, unsure_at, request_type,
                                             comment_over_at)
        select site, issue, coalesce(key, ''), coalesce(updated, 0), case when ignore is null then clock_timestamp() end,
               delivered, ignore, unsure, request_type, over from news
        on conflict (site, issue_id) do update
           set look_at = case when t.request_id is not null then null
                              when excluded.ignored is null then clock_timestamp() else t.look_at end,
               ignored = case when t.request_id is null then coalesce(excluded.ignored, t.ignored) end,
               request_type = coalesce(excluded.request_type, t.request_type),
               issue_key = case when excluded.issue_key <> '' then excluded.issue_key else t.issue_key end,
               hinted_updated_ms = greatest(t.hinted_updated_ms, excluded.hinted_updated_ms),
               delivered_at = coalesce(excluded.delivered_at, t.delivered_at),
               unsure_at = coalesce(excluded.unsure_at, t.unsure_at),
               comment_over_at = coalesce(excluded.comment_over_at, t.comment_over_at)
         where excluded.unsure_at is not null or excluded.comment_over_at is not null or excluded.hinted_updated_ms > t.hinted_updated_ms
            or t.state = 'gone'
        returning t.request_id, t.site, t.issue_id)
    update governance.access_request r
       set hinted_at = clock_timestamp(),
           look_at = case when r.lease_owner is not null then r.look_at
                          when h.echo
                            or h.polled and exists (select from governance.flow f
                                                     where f.request_id = r.id and f.kind = 'reopen' and f.state = 'done'
                                                       and f.ended_at > clock_timestamp() - interval '20 s')
                          then least(r.look_at, clock_timestamp() + (select rest from ahead where ahead.site = up.site))
                          else clock_timestamp() end
      from up
      join h on h.site = up.site and h.issue = up.issue_id
     where r.id = up.request_id;
    get diagnostics applied = row_count;
    return applied;
end $$;
comment on function governance.hint_apply(jsonb) is 'Mark deliveries handled or quarantined and make their tickets due for a fresh read';
