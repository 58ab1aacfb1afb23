create or replace view sla.over_grant_v1 as
select i.request_id,
       t.issue_key,
       r.site,
       i.source,
       g.entitlement,
       g.found_at,
       (select g.entitlement = any (string_to_array(o.others, E'\n')) -- not by over_grant_stands(): a dashboard may not call it
          from governance.observation o
         where o.item_id = g.item_id and o.others is not null order by o.id desc limit 1) as stands
  from governance.over_grant g
  join governance.request_item i on i.id = g.item_id
  join governance.access_request r on r.id = i.request_id
  left join governance.ticket t on t.request_id = i.request_id;
comment on view sla.over_grant_v1 is 'More was given than asked for: what an account got while a request was worked on, and no approved request explains';
comment on column sla.over_grant_v1.request_id is 'Request that was worked on';
comment on column sla.over_grant_v1.issue_key is 'Ticket key';
comment on column sla.over_grant_v1.site is 'Site';
comment on column sla.over_grant_v1.source is 'Source';
comment on column sla.over_grant_v1.entitlement is 'What was given beside what was asked for';
comment on column sla.over_grant_v1.found_at is 'When a read first showed it';
comment on column sla.over_grant_v1.stands is 'The newest read still shows it';
