-- Where the time goes. The stages of a request follow each other without a gap: together they are from its start to its end, pauses and all. A claim
-- that was sent back ends nothing: the work for it goes on.
create or replace view sla.stage_v1 as
select r.id as request_id,
       t.issue_key,
       s.url || '/browse/' || nullif(t.issue_key, '') as issue_url,
       r.site,
       r.kind as change_kind,
       r.is_privileged,
       g.stage,
       g.position,
       g.waits_for,
       g.started_at,
       g.ended_at,
       extract(epoch from coalesce(g.ended_at, statement_timestamp()) - g.started_at)::bigint as seconds,
       g.ended_at is null as is_open,
       (m.goal_ms / 1000)::bigint as goal_seconds,
       case when m.passes_at >= g.started_at and m.passes_at < least(coalesce(g.ended_at, statement_timestamp()), c.paused_since)
            then m.passes_at end as breached_at
  from governance.access_request r
  join governance.sla_clock c on c.request_id = r.id
  left join governance.site s on s.name = r.site
  left join governance.ticket t on t.request_id = r.id
  left join governance.sla_policy y on y.id = c.policy_id
 cross join lateral (
        select case when r.phase in ('claimed', 'verifying', 'verified', 'exception', 'closed')
                      or c.stopped_at is not null and r.answered_cycle <> r.claim_cycle then r.claimed_at end as claimed_at) k
  left join lateral ( -- the first read of each item that can answer the claim; of all of them the last
        select max(f.at) as read_at
          from (select (select o.observed_at from governance.observation o
                         where o.item_id = i.id and o.generation = r.generation and o.outcome <> 'unknown'
                           and date_trunc('milliseconds', o.source_as_of) >= k.claimed_at
                         order by o.id limit 1) as at
                  from governance.request_item i
                 where i.request_id = r.id and i.replaced_at is null and i.superseded_by is null) f
        having count(f.at) = count(*)) w on k.claimed_at is not null
 cross join lateral (values
        ('approve', 1::smallint, case when r.approval_needed or r.approval_asked_at is not null then 'approver' else 'us' end, c.started_at, coalesce(r.approved_at, c.stopped_at)),
        ('fulfil', 2::smallint, 'agent', r.approved_at, coalesce(k.claimed_at, c.stopped_at)),
        ('wait_for_read', 3::smallint, 'source', k.claimed_at, least(w.read_at, c.stopped_at)),
        ('verify', 4::smallint, 'us', w.read_at, c.stopped_at)) as g(stage, position, waits_for, started_at, ended_at)
 cross join lateral (select case when g.position < 3 then g.stage else 'verify' end as checkpoint) h
 cross join lateral (
        select x.goal_ms, case when x.goal_ms is not null then
                   governance.checkpoint_passes(r.id, h.checkpoint, case when g.position < 3 then g.started_at else k.claimed_at end) end as passes_at
          from (select (y.body->'goals'->>h.checkpoint)::bigint as goal_ms) x) m
 where g.started_at <= coalesce(g.ended_at, 'infinity');
comment on view sla.stage_v1 is 'One row a request and stage it has come to: where the time goes. Stable: columns are only added at the end';
comment on column sla.stage_v1.request_id is 'Request';
comment on column sla.stage_v1.issue_key is 'Ticket key; null until there is a ticket';
comment on column sla.stage_v1.issue_url is 'Its address; null until there is a ticket';
comment on column sla.stage_v1.site is 'Site';
comment on column sla.stage_v1.change_kind is 'grant, removal or modify';
comment on column sla.stage_v1.is_privileged is 'Privileged access';
comment on column sla.stage_v1.stage is 'approve, fulfil (ticket and work, until the last claim), wait_for_read (until a read can answer it) or verify';
comment on column sla.stage_v1.position is 'Order of the stages: 1 to 4';
comment on column sla.stage_v1.waits_for is 'Whose turn: approver, agent, source or us';
comment on column sla.stage_v1.started_at is 'Begun, UTC';
comment on column sla.stage_v1.ended_at is 'Ended, or the request did; null = it stands there now';
comment on column sla.stage_v1.seconds is 'How long, pauses and all; of an open one until now. The stages of a request add up to its clock, but for rounding and for what that was held';
comment on column sla.stage_v1.is_open is 'It stands there now';
comment on column sla.stage_v1.goal_seconds is 'Goal of its checkpoint; wait_for_read and verify share that of verify, which counts from the claim. In time of the calendar of the clock. null = none';
comment on column sla.stage_v1.breached_at is 'When that goal passed, where the request stood in this stage then and left it later, or has not; pauses are left out. null = it did not';
