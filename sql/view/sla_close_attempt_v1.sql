create or replace view sla.close_attempt_v1 as
select a.request_id,
       t.issue_key,
       r.site,
       r.request_type,
       r.rule,
       r.kind as change_kind,
       r.is_privileged,
       a.mode as gate_mode,
       r.mode as gate_mode_now,
       a.at as attempted_at,
       a.is_closed,
       case when a.refused is not null then 'refused' when a.proven_at is not null then 'as_asked' else 'checking' end as verdict,
       a.refused as refused_for,
       a.refused_at,
       a.proven_at,
       a.proven_as = 'exception' as is_excepted,
       extract(epoch from a.proven_at - a.at)::bigint as wait_seconds,
       not exists (select from governance.close_attempt b where b.request_id = a.request_id and b.at > a.at) as is_latest,
       r.phase as request_phase,
       coalesce(t.state = 'here' and t.role = 'done', false) as is_closed_now
  from governance.close_attempt a
  left join governance.access_request r on r.id = a.request_id -- left: not read where nobody asks for it
  left join governance.ticket t on t.request_id = a.request_id;
comment on view sla.close_attempt_v1 is 'One row each time a person said done: what the gate said to it, in whichever mode. Stable: columns are only added at the end';
comment on column sla.close_attempt_v1.request_id is 'Request';
comment on column sla.close_attempt_v1.issue_key is 'Ticket key; null when it has no ticket any more';
comment on column sla.close_attempt_v1.site is 'Site';
comment on column sla.close_attempt_v1.request_type is 'JSM request type id';
comment on column sla.close_attempt_v1.rule is 'Mapping rule';
comment on column sla.close_attempt_v1.change_kind is 'grant, removal or modify';
comment on column sla.close_attempt_v1.is_privileged is 'Privileged access';
comment on column sla.close_attempt_v1.gate_mode is 'Mode then: observe and warn held nobody';
comment on column sla.close_attempt_v1.gate_mode_now is 'Mode of the request now, or when it was closed';
comment on column sla.close_attempt_v1.attempted_at is 'When we saw it, UTC';
comment on column sla.close_attempt_v1.is_closed is 'The ticket stood in a Done status by it; false: in Verifying, where only we close';
comment on column sla.close_attempt_v1.verdict is 'as_asked (proven without ado), refused (in observe and warn: would have been) or checking (neither yet)';
comment on column sla.close_attempt_v1.refused_for is 'StillPresent, Missing, OverGranted, SourceUnreadable, StaleCopy, Unclear, NotApproved or Over; null = not refused';
comment on column sla.close_attempt_v1.refused_at is 'When the gate first said no';
comment on column sla.close_attempt_v1.proven_at is 'Proof of this close; null = not yet';
comment on column sla.close_attempt_v1.is_excepted is 'An exception stood in for the proof; null = neither yet';
comment on column sla.close_attempt_v1.wait_seconds is 'From the close to its proof; null = not proven yet';
comment on column sla.close_attempt_v1.is_latest is 'Nothing was closed again since';
comment on column sla.close_attempt_v1.request_phase is 'Where its request stands now';
comment on column sla.close_attempt_v1.is_closed_now is 'The ticket stands in a Done status, as it was read last';
