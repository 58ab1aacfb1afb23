-- The one question that may close a ticket. The same rules as domain/item.c; a test feeds both the same
-- histories. Times count in whole milliseconds here as there; claims are stored so that this excludes nothing (guard_proof).
create or replace view governance.item_verdict as
select i.id as item_id,
       i.request_id,
       i.desired,
       case when x.id is not null and v.said <> 'verified' then 'excepted' else v.said end as verdict, -- a proof is worth more
       n.id as observation_id,
       n.observed_at as read_at,
       n.source_as_of,
       n.reason
  from governance.request_item i
  join governance.access_request r on r.id = i.request_id
  join governance.source s on s.name = i.source
  left join governance.account_link l on l.source = i.source and l.account = i.account
                                     and l.person = governance.person_folded(r.beneficiary)
                                     and l.replaced_at is null
  left join governance.entitlement_link e on e.source = i.source and e.entitlement = i.entitlement and e.replaced_at is null
 cross join lateral (
        select date_trunc('milliseconds', coalesce(r.claimed_at, r.approved_at, r.requested_at)) as since,
               date_trunc('milliseconds', clock_timestamp()) as now) c
  left join lateral (
        select k.exception_id as id from governance.exception_covers k
         where k.item_id = i.id and k.counts and k.revoked_at is null and k.expires_at > clock_timestamp() + interval '60 s'
         limit 1) x on true
  left join lateral (
        select o.*, date_trunc('milliseconds', o.source_as_of) as as_of, date_trunc('milliseconds', o.observed_at) as seen,
               o.account <> 'replaced' and o.native_id in ('', coalesce(l.native_id, o.native_id)) -- of nobody else
               and o.entitlement_id in ('', coalesce(e.native_id, o.entitlement_id)) -- and of nothing else
               and case i.desired when 'absent' then o.outcome = 'absent'
                                  else o.outcome = 'present' and o.account = 'active' end as says_so
          from governance.observation o
         where o.item_id = i.id and o.generation = r.generation
         order by o.id desc
         limit 1) n on true
  left join lateral ( -- what others_changed() told, and the newest read still shows, and nobody had approved meanwhile
        select true as hinders from governance.over_grant g
         where s.over_grant = 'hinder' and n.says_so and i.desired = 'present' and g.item_id = i.id
           and g.entitlement = any (string_to_array(n.others, E'\n'))
           and not exists (select from governance.request_item k join governance.access_request q on q.id = k.request_id
                            where k.source = i.source and k.account = i.account and lower(k.entitlement) = lower(g.entitlement)
                              and k.desired = 'present' and k.replaced_at is null and k.superseded_by is null and q.approved_at is not null
                              and q.phase not in ('denied', 'cancelled', 'expired', 'orphaned')
                              and (q.closed_at is null or q.closed_at > ( -- what was given and closed before, and is new now, is not its
                                   select f.observed_at from governance.observation f
                                    where f.item_id = i.id and f.others is not null order by f.generation, f.id limit 1)))
         limit 1) extra on true
  left join lateral (
        select count(*) as reads, n.as_of - min(date_trunc('milliseconds', o.source_as_of)) as span
          from governance.observation o
         where o.item_id = i.id and o.generation = r.generation
           and o.id > coalesce((
                 select max(b.id) from governance.observation b
                  where b.item_id = i.id and b.generation = r.generation
                    and (date_trunc('milliseconds', b.source_as_of) < c.since
                         or b.entitlement_id not in ('', coalesce(e.native_id, b.entitlement_id))
                         or b.account = 'replaced' or b.native_id not in ('', coalesce(l.native_id, b.native_id))
                         or not case i.desired when 'absent' then b.outcome = 'absent'
                                               else b.outcome = 'present' and b.account = 'active' end)), 0)) run on true
 cross join lateral (
        select case
                   when n.id is null or n.outcome = 'unknown' then 'unknown'
                   when n.as_of < c.since then 'unknown'
                   when c.now - n.seen > s.max_age then 'unknown'
                   when n.says_so and extra.hinders then 'mismatch'
                   when n.says_so and (i.desired = 'present' or (run.reads >= s.confirmations and run.span >= s.settle)) then 'verified'
                   when n.says_so then 'settling'
                   when n.as_of - c.since < s.settle then 'settling'
                   else 'mismatch'
               end as said) v
 where i.replaced_at is null and i.superseded_by is null;
comment on view governance.item_verdict is 'What the reads say about each item: verified, excepted, settling, mismatch or unknown';
comment on column governance.item_verdict.item_id is 'Item';
comment on column governance.item_verdict.request_id is 'Request';
comment on column governance.item_verdict.desired is 'present or absent';
comment on column governance.item_verdict.verdict is 'verified, excepted, settling, mismatch or unknown';
comment on column governance.item_verdict.observation_id is 'Newest read of the present claim';
comment on column governance.item_verdict.read_at is 'When it was stored';
comment on column governance.item_verdict.source_as_of is 'The time the source vouches for';
comment on column governance.item_verdict.reason is 'What the reader said';
