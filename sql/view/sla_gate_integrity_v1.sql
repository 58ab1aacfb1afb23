-- What went past the gate; sla.gate_v1 shows the gate itself. Which transition it was is Jira's to tell: the roads are in gate_proof.
create or replace view sla.gate_integrity_v1 as
select e.id as breach_id,
       e.at as found_at,
       e.reason as road,
       e.reason <> 'WouldHaveRefused' and (e.reason <> 'RemovalEndedOnTicket' or r.mode = 'enforce') as is_enforced,
       e.request_id,
       k.issue_key,
       s.url || '/browse/' || nullif(k.issue_key, '') as issue_url,
       k.site,
       k.project,
       r.kind as change_kind,
       r.is_privileged,
       a.mode as gate_mode,
       a.refused as refused_for,
       a.proven_at,
       extract(epoch from a.proven_at - e.at)::bigint as unproven_seconds,
       g.open as gate_open,
       g.known as is_gate_known,
       g.at as gate_looked_at
  from governance.escalation e
  left join governance.access_request r on r.id = e.request_id
  left join governance.ticket t on t.request_id = e.request_id
  left join governance.ticket o on e.request_id is null and o.site = e.site and o.issue_id = e.issue_id
 cross join lateral (
        select x.issue_key, coalesce(e.site, r.site) as site, substring(x.issue_key from '^(.+)-[0-9]+$') as project
          from (select coalesce(t.issue_key, o.issue_key) as issue_key) x) k
  left join governance.site s on s.name = k.site
  left join governance.close_attempt a on a.request_id = e.request_id and a.cycle = e.key
  left join governance.gate_proof g on g.site = k.site and g.project = k.project
 where e.kind = 'breach';
comment on view sla.gate_integrity_v1 is 'One row a ticket that was found done without proof; where enforced there must be none. Stable: columns are only added at the end';
comment on column sla.gate_integrity_v1.breach_id is 'Its escalation';
comment on column sla.gate_integrity_v1.found_at is 'When we saw it, UTC';
comment on column sla.gate_integrity_v1.road is 'How: ClosedBeforeProof (moved into a Done status), ResolvedByEdit, WouldHaveRefused (moved, where the gate only watches or warns), RemovalEndedOnTicket (cancelled or declined on the ticket by somebody else than asked for it), or another reason (CamelCase)';
comment on column sla.gate_integrity_v1.is_enforced is 'It should not have been possible';
comment on column sla.gate_integrity_v1.request_id is 'Request; null = a ticket without one';
comment on column sla.gate_integrity_v1.issue_key is 'Ticket key';
comment on column sla.gate_integrity_v1.issue_url is 'Its address';
comment on column sla.gate_integrity_v1.site is 'Site';
comment on column sla.gate_integrity_v1.project is 'Key of the project';
comment on column sla.gate_integrity_v1.change_kind is 'grant, removal or modify; null = no request';
comment on column sla.gate_integrity_v1.is_privileged is 'Privileged access; null = no request';
comment on column sla.gate_integrity_v1.gate_mode is 'Mode of the gate then; null = it was no move of the ticket';
comment on column sla.gate_integrity_v1.refused_for is 'What the gate said to it; null = nothing yet, or it was no move';
comment on column sla.gate_integrity_v1.proven_at is 'Proof of this close after all; null = none';
comment on column sla.gate_integrity_v1.unproven_seconds is 'How long it stood without proof; null = no proof of it';
comment on column sla.gate_integrity_v1.gate_open is 'Ways to close without proof in that project, by the last look; null = never looked';
comment on column sla.gate_integrity_v1.is_gate_known is 'That look could read all of it; null = never looked';
comment on column sla.gate_integrity_v1.gate_looked_at is 'When that was; null = never';
