-- What changed in a target system without a request. Known from what reads stored anyway: what was asked (its own reads), and whatever
-- else the account held then (a whole list or none). Each is compared with itself only, since a list may name things another way, or
-- leave out what is inherited. A change between two reads is explained by a request that asked for it, was approved by the second read
-- and neither over nor closed before the first.
create or replace view audit.ungoverned_change_v1 as
with read as (
    select o.id, o.source_as_of as at, o.outcome = 'present' as held, string_to_array(lower(o.others), E'\n') as others,
           i.source, i.account, lower(i.entitlement) as entitlement, i.id as item_id, i.request_id
      from governance.observation o join governance.request_item i on i.id = o.item_id
     where o.outcome <> 'unknown' and o.complete),
name as (
    select distinct r.source, r.account, n.name as entitlement from read r cross join lateral unnest(r.others) as n(name) where n.name <> ''),
said as (
    select r.id, r.at, r.held, r.source, r.account, r.entitlement, r.item_id, r.request_id, 'asked' as seen_by from read r
    union all
    select r.id, r.at, n.entitlement = any (r.others), r.source, r.account, n.entitlement, r.item_id, r.request_id, 'beside'
      from read r join name n on n.source = r.source and n.account = r.account
     where r.others is not null and n.entitlement <> r.entitlement),
step as (
    select s.*, lag(s.held) over w as was, lag(s.at) over w as was_at
      from said s window w as (partition by s.source, s.account, s.entitlement, s.seen_by order by s.at, s.id)),
change as (
    select c.* from step c
     where c.held <> c.was
       and not exists (
           select from governance.request_item k join governance.access_request r on r.id = k.request_id
            where k.source = c.source and k.account = c.account and lower(k.entitlement) = c.entitlement
              and k.desired = case when c.held then 'present' else 'absent' end and k.replaced_at is null
              and coalesce(k.superseded_at, 'infinity') > c.was_at
              and coalesce(r.approved_at, case when r.emergency then r.requested_at end) <= c.at
              and coalesce(r.closed_at, 'infinity') >= c.was_at and r.phase not in ('denied', 'cancelled', 'expired', 'orphaned'))),
once as ( -- what both show is told by the read of just that
    select c.* from change c where c.seen_by = 'asked'
    union all
    select c.* from change c
     where c.seen_by = 'beside'
       and not exists (select from change b where b.seen_by = 'asked' and b.source = c.source and b.account = c.account
                          and b.entitlement = c.entitlement and b.held = c.held and b.was_at < c.at and b.at > c.was_at))
select c.source, c.account, c.entitlement, case when c.held then 'present' else 'absent' end as became, c.was_at as not_before, c.at as not_after,
       c.seen_by, c.id as observation_id, c.request_id, coalesce(t.issue_key, '') as ticket,
       exists (select from governance.drift d join governance.request_item i on i.id = d.item_id
                where i.source = c.source and i.account = c.account and lower(i.entitlement) = c.entitlement
                  and d.since > c.was_at and d.since <= c.at) as is_drift
  from once c
  left join governance.ticket t on t.request_id = c.request_id;
comment on view audit.ungoverned_change_v1 is
    'Changes in target systems that no request asked for, as far as reads show them: of accounts that a request was ever about. Names accounts';
comment on column audit.ungoverned_change_v1.source is 'Source';
comment on column audit.ungoverned_change_v1.account is 'Account, as requests name it';
comment on column audit.ungoverned_change_v1.entitlement is 'Entitlement, in lower case';
comment on column audit.ungoverned_change_v1.became is 'present (given) or absent (taken)';
comment on column audit.ungoverned_change_v1.not_before is 'Last read that says otherwise, by the source''s time';
comment on column audit.ungoverned_change_v1.not_after is 'First read that shows it, by the source''s time';
comment on column audit.ungoverned_change_v1.seen_by is 'asked (a read of just that) or beside (what else the account held)';
comment on column audit.ungoverned_change_v1.observation_id is 'Read that shows it';
comment on column audit.ungoverned_change_v1.request_id is 'Request for which was read; it did not ask for this';
comment on column audit.ungoverned_change_v1.ticket is 'Ticket of that; empty: it has none';
comment on column audit.ungoverned_change_v1.is_drift is 'It was found as drift of something proven, and answered';
