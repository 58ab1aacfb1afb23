create or replace view sla.drift_v1 as
select d.id as drift_id,
       d.request_id,
       t.issue_key,
       r.site,
       r.kind as change_kind,
       i.source,
       i.desired,
       d.why,
       d.answer,
       p.proven_at,
       r.closed_at,
       d.since,
       d.found_at,
       extract(epoch from d.found_at - d.since)::bigint as seconds_to_detect,
       d.opened as opened_request_id,
       k.issue_key as opened_issue_key,
       coalesce(d.ended_at, case when q.phase = 'closed' then q.verified_at end) as ended_at,
       coalesce(d.ended_at, case when q.phase = 'closed' then q.verified_at end) is null as is_open
  from governance.drift d
  join governance.access_request r on r.id = d.request_id
  join governance.request_item i on i.id = d.item_id
  left join governance.ticket t on t.request_id = r.id
  left join governance.access_request q on q.id = d.opened
  left join governance.ticket k on k.request_id = q.id
 cross join lateral (select max(a.proven_at) as proven_at from governance.close_attempt a
                      where a.request_id = r.id and a.proven_as = 'verified') p;
comment on view sla.drift_v1 is 'What was closed on proof and was not so any more, and access that was left behind by what came to nothing. Stable: columns are only added at the end';
comment on column sla.drift_v1.drift_id is 'Drift';
comment on column sla.drift_v1.request_id is 'Request that was closed on proof, or came to nothing';
comment on column sla.drift_v1.issue_key is 'Its ticket';
comment on column sla.drift_v1.site is 'Site';
comment on column sla.drift_v1.change_kind is 'grant, removal or modify';
comment on column sla.drift_v1.source is 'Source that was read';
comment on column sla.drift_v1.desired is 'present or absent: what was asked and proven';
comment on column sla.drift_v1.why is 'What the reads say (CamelCase); AccessLeft: a request that was cancelled, declined or expired had given it all the same';
comment on column sla.drift_v1.answer is 'opened (a request with a ticket of its own), held (too often for another one) or recorded (nothing)';
comment on column sla.drift_v1.proven_at is 'It was proven then; null = it never was: access that was left';
comment on column sla.drift_v1.closed_at is 'Its ticket was closed then; null = reopened since';
comment on column sla.drift_v1.since is 'First read that says otherwise, by the source''s time; of what was left: when its request ended';
comment on column sla.drift_v1.found_at is 'Believed then';
comment on column sla.drift_v1.seconds_to_detect is 'From the first such read until it was believed';
comment on column sla.drift_v1.opened_request_id is 'The latest request that was opened because of it';
comment on column sla.drift_v1.opened_issue_key is 'Its ticket';
comment on column sla.drift_v1.ended_at is 'As proven again, by itself or by that request, or gone, or asked for anew; null = not that we know';
comment on column sla.drift_v1.is_open is 'It is still so';
