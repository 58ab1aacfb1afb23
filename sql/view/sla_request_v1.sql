-- From the clock, which each request has and which says what it is of: so its ticket, site, policy and the request itself are read only
-- where somebody asks for what they alone know.
create or replace view sla.request_v1 as
select c.request_id,
       t.issue_key,
       r.site,
       r.request_type,
       r.rule,
       c.kind as change_kind,
       c.is_privileged,
       r.subject_kind,
       r.lifecycle,
       r.mode as gate_mode,
       r.mapping_version,
       r.requested_at,
       r.approved_at,
       r.claimed_at as fulfilled_claimed_at,
       case when c.ended = 'verified' then r.verified_at end as verified_at,
       r.closed_at,
       r.phase,
       case when c.ended is null or c.ended = 'verified'
            then extract(epoch from coalesce(c.stopped_at, c.paused_since, n.now) - c.started_at - c.paused)::bigint end
           as initiation_to_verified_seconds,
       c.stopped_at is null as is_open,
       extract(epoch from c.goal)::bigint as goal_seconds,
       case
           when c.goal is null then 'exempt'
           when c.stopped_at is not null and (c.stopped_at <= c.due_at or c.due_at is null and c.stopped_at - c.started_at - c.paused <= c.goal)
               then case c.ended when 'verified' then 'met' else c.ended end
           when c.stopped_at is not null then 'missed'
           when c.paused_since is not null then 'paused'
           when n.now > c.due_at or c.due_at is null and n.now - c.started_at - c.paused > c.goal then 'breached'
           when coalesce(b.counted, n.now - c.started_at - c.paused) >= c.goal * 0.75 then 'at_risk'
           else 'running'
       end as sla_state,
       (select count(*) from governance.escalation e where e.request_id = c.request_id and e.kind = 'breach') as refused_closes,
       (select count(*) from governance.escalation e where e.request_id = c.request_id and e.kind = 'sla') as escalation_level,
       c.ended as outcome,
       r.cause,
       r.follows,
       r.access_until,
       case when c.ended is null or c.ended = 'verified' then extract(epoch from coalesce(c.business, b.counted))::bigint end
           as initiation_to_verified_business_seconds,
       y.name as sla_policy,
       k.name as calendar,
       coalesce(c.due_at, c.started_at + make_interval(secs => extract(epoch from c.goal + c.paused))) as due_at,
       (select string_agg(distinct i.source, ', ' order by i.source)
          from governance.request_item i where i.request_id = c.request_id and i.replaced_at is null) as application,
       (select max(x.exception_id) from governance.exception_covers x
         where x.request_id = c.request_id and x.void = ''
           and (x.created_at <= c.stopped_at or c.ended is distinct from 'verified' and c.ended is distinct from 'withdrawn')) as exception_id,
       s.url || '/browse/' || nullif(t.issue_key, '') as issue_url,
       c.stopped_at
  from governance.sla_clock c
  left join governance.access_request r on r.id = c.request_id
  left join governance.sla_policy y on y.id = c.policy_id
  left join governance.sla_calendar k on k.id = c.calendar_id
 cross join lateral (select statement_timestamp() as now) n -- one moment for all rows
  left join lateral ( -- business time so far of one that runs: governance.business_until, which dashboards may not call
        select make_interval(secs => max(e.open) - coalesce(max(a.open), 0)) - c.paused_business as counted
          from (select s.before_s + extract(epoch from least(coalesce(c.paused_since, n.now), s.closes_at) - s.opens_at) as open
                  from governance.sla_span s where s.calendar_id = c.calendar_id and s.opens_at <= coalesce(c.paused_since, n.now)
                 order by s.opens_at desc limit 1) e
          left join (select s.before_s + extract(epoch from least(c.started_at, s.closes_at) - s.opens_at) as open
                       from governance.sla_span s where s.calendar_id = c.calendar_id and s.opens_at <= c.started_at
                      order by s.opens_at desc limit 1) a on true) b on c.calendar_id is not null and c.stopped_at is null
  left join governance.site s on s.name = r.site
  left join governance.ticket t on t.request_id = c.request_id;
comment on view sla.request_v1 is 'One row a governed request: from the first request to verified fulfilment. Stable: columns are only added at the end';
comment on column sla.request_v1.request_id is 'Request';
comment on column sla.request_v1.issue_key is 'Ticket key; null until there is a ticket';
comment on column sla.request_v1.site is 'Site';
comment on column sla.request_v1.request_type is 'JSM request type id';
comment on column sla.request_v1.rule is 'Mapping rule';
comment on column sla.request_v1.change_kind is 'grant, removal or modify';
comment on column sla.request_v1.is_privileged is 'Privileged access';
comment on column sla.request_v1.subject_kind is 'human, contractor, service, workload or key';
comment on column sla.request_v1.lifecycle is 'joiner, mover, leaver, privileged, emergency or standard';
comment on column sla.request_v1.gate_mode is 'observe (nobody was held), warn (told) or enforce; of a closed one as it was closed';
comment on column sla.request_v1.mapping_version is 'SHA-256 of the mapping it was made with';
comment on column sla.request_v1.requested_at is 'First trace of the wish, UTC';
comment on column sla.request_v1.approved_at is 'Approved, or found to need no approval';
comment on column sla.request_v1.fulfilled_claimed_at is 'The fulfiller said done (last claim)';
comment on column sla.request_v1.verified_at is 'Proven in the target system; null = not yet';
comment on column sla.request_v1.closed_at is 'Ticket closed on that proof';
comment on column sla.request_v1.phase is 'Where it stands';
comment on column sla.request_v1.initiation_to_verified_seconds is 'Seconds from request to proof; for open ones, until now (censored); null = ended without proof';
comment on column sla.request_v1.is_open is 'Neither proven nor ended: count it in every share and percentile';
comment on column sla.request_v1.goal_seconds is 'Goal; null = none';
comment on column sla.request_v1.sla_state is 'met (proven in time), missed (the goal had passed when it ended, however it ended), excepted or withdrawn (ended in time, not proven), running, at_risk (from 75 %), paused (held by a record), breached or exempt';
comment on column sla.request_v1.refused_closes is 'Closes found without proof, where enforced or warned of';
comment on column sla.request_v1.escalation_level is 'Deadline steps escalated';
comment on column sla.request_v1.outcome is 'How it ended: verified, excepted (an exception covered it) or withdrawn (denied, cancelled, expired); null = it runs';
comment on column sla.request_v1.cause is 'asked by somebody, drift (what an earlier request proved is not so any more), expiry (the time it gave access for ends) or ahead (what it takes away does not wait for what it gives)';
comment on column sla.request_v1.follows is 'That earlier request';
comment on column sla.request_v1.access_until is 'Access was asked for until then; null = without end';
comment on column sla.request_v1.initiation_to_verified_business_seconds is 'The same in business time of its calendar; null = its goal counts around the clock, or it ended without proof';
comment on column sla.request_v1.sla_policy is 'Policy whose goals and ladder it has; null = the goal stands with its mapping rule';
comment on column sla.request_v1.calendar is 'Business calendar that its goals are counted by; null = around the clock';
comment on column sla.request_v1.due_at is 'When the goal passes; while it is paused, without what that pause adds; null = no goal';
comment on column sla.request_v1.application is 'Application it is about: the source that is read; several are in one text, by name; null = nothing is asked for that maps';
comment on column sla.request_v1.exception_id is 'Latest exception that covers it or an item of it, granted before its clock was stopped otherwise, live or not; null = none';
comment on column sla.request_v1.issue_url is 'Address of the ticket; null until there is a ticket';
comment on column sla.request_v1.stopped_at is 'When its clock stopped, however it ended; null = it runs';
