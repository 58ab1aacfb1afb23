-- Without names and words of people: owner, approver, reason and control are the auditors' to read (governance.exception).
create or replace view sla.exception_v1 as
select x.id as exception_id,
       q.request_id,
       t.issue_key,
       s.url || '/browse/' || nullif(t.issue_key, '') as issue_url,
       r.site,
       c.kind as change_kind,
       c.is_privileged,
       coalesce(i.source, x.source) as source,
       x.created_at as granted_at,
       x.expires_at,
       x.revoked_at,
       case when x.revoked_at is not null then 'revoked' when x.expires_at <= statement_timestamp() then 'expired' when v.is_void then 'void' else 'live' end as state,
       x.revoked_at is null and x.expires_at > statement_timestamp() and not v.is_void as is_live,
       u.is_expired_unresolved,
       extract(epoch from x.expires_at - x.created_at)::bigint as granted_seconds,
       case when x.revoked_at is null then extract(epoch from x.expires_at - statement_timestamp())::bigint end as remaining_seconds,
       x.plea_edit <> '' as is_from_ticket,
       x.compensating_control <> '' as has_control,
       x.scope,
       x.renews as renews_id,
       x.review_at,
       case when x.revoked_at is not null then coalesce(x.ended_why, 'revoked') when x.expires_at <= statement_timestamp() then 'expired' when v.is_void then 'void' end as ended_as,
       case when isfinite(x.lapsed_at) then x.lapsed_at end as lapsed_at,
       extract(epoch from least(x.revoked_at, statement_timestamp()) - x.created_at)::bigint as age_seconds
  from governance.exception x
  left join governance.request_item i on i.id = x.item_id
 cross join lateral (select coalesce(x.request_id, i.request_id) as request_id) q
  left join governance.sla_clock c on c.request_id = q.request_id
  left join governance.access_request r on r.id = q.request_id
  left join governance.site s on s.name = r.site
  left join governance.ticket t on t.request_id = q.request_id
 cross join lateral ( -- as sod_stands has it: the set of duties was defined anew
        select x.scope = 'sod' and x.revoked_at is null and x.expires_at > statement_timestamp() and exists (
                   select from governance.sod_set s
                    where s.name = x.sod_set and s.id > coalesce(x.sod_set_id, 0) and not exists (
                          select from governance.sod_set o
                           where o.id = x.sod_set_id and (o.n, o.unlinked) = (s.n, s.unlinked)
                             and array(select row(m.source, m.entitlement)::text from governance.sod_member m where m.set_id = o.id order by m.source, m.entitlement)
                                 = array(select row(m.source, m.entitlement)::text from governance.sod_member m where m.set_id = s.id order by m.source, m.entitlement)))
               as is_void) v
 cross join lateral ( -- whoever asks for it in more places than one does so around (… offset 0), else it is found out in each
        select x.revoked_at is null and x.expires_at <= statement_timestamp()
               and c.ended is distinct from 'verified' and c.ended is distinct from 'withdrawn'
               and x.scope <> 'source' and i.replaced_at is null and i.superseded_by is null
               and not exists (select from governance.late_proof p where p.item_id = x.item_id and p.proven_at >= x.created_at)
               -- covered anew: by one that is live, of which there are few, so they are gathered once
               and case when x.item_id is not null
                        then x.item_id not in (select y.item_id from governance.exception y
                                                where y.item_id is not null and y.revoked_at is null and y.expires_at > statement_timestamp())
                        else (x.request_id, coalesce(x.sod_set, '')) not in (
                                 select y.request_id, coalesce(y.sod_set, '') from governance.exception y
                                  where y.request_id is not null and y.revoked_at is null and y.expires_at > statement_timestamp()) end as is_expired_unresolved) u;
comment on view sla.exception_v1 is 'One row an exception: what was let close without proof, and whether that has ended. Stable: columns are only added at the end';
comment on column sla.exception_v1.exception_id is 'Exception';
comment on column sla.exception_v1.request_id is 'Request of the item it covers; null = all requests of its source';
comment on column sla.exception_v1.issue_key is 'Ticket key; null = no ticket, or no one request';
comment on column sla.exception_v1.issue_url is 'Its address; null = no ticket';
comment on column sla.exception_v1.site is 'Site';
comment on column sla.exception_v1.change_kind is 'grant, removal or modify';
comment on column sla.exception_v1.is_privileged is 'Privileged access';
comment on column sla.exception_v1.source is 'Source of the item, or the one it covers; null = its scope is a request or a conflict of one';
comment on column sla.exception_v1.granted_at is 'Granted, UTC';
comment on column sla.exception_v1.expires_at is 'Its end';
comment on column sla.exception_v1.revoked_at is 'Ended early; null = not';
comment on column sla.exception_v1.state is 'live, expired, revoked, or void: it has not ended and covers nothing, for its set of duties was defined anew';
comment on column sla.exception_v1.is_live is 'It covers its item now';
comment on column sla.exception_v1.is_expired_unresolved is 'It ran out, and what it stood for is neither proven nor withdrawn nor covered anew';
comment on column sla.exception_v1.granted_seconds is 'For how long it was granted';
comment on column sla.exception_v1.remaining_seconds is 'Until its end; negative = since then; null = revoked';
comment on column sla.exception_v1.is_from_ticket is 'Asked for and answered on the ticket; false: by the API or the command line';
comment on column sla.exception_v1.has_control is 'A compensating control is named';
comment on column sla.exception_v1.scope is 'What it covers: item, request, source or sod';
comment on column sla.exception_v1.renews_id is 'Earlier exception that it renews; null = none';
comment on column sla.exception_v1.review_at is 'When it is to be reviewed; null = it is too short for that';
comment on column sla.exception_v1.ended_as is 'revoked, taken_back, owner_left, not_needed, edited, expired or void (its approver turned out to be its owner, who asks, who gains or who did the work, or its set of duties was defined anew); null = it lasts';
comment on column sla.exception_v1.lapsed_at is 'When its end was taken up and what it covered was owed again; null = not, or before lapses were';
comment on column sla.exception_v1.age_seconds is 'How long it has lasted';
