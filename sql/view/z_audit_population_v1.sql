create or replace view audit.population_v1 as
select r.request_id,
       coalesce(r.issue_key, '') as ticket,
       r.site,
       r.change_kind,
       r.lifecycle,
       r.subject_kind,
       r.is_privileged,
       r.cause,
       r.phase,
       coalesce(r.outcome, '') as outcome,
       r.requested_at,
       r.approved_at,
       r.fulfilled_claimed_at as claimed_at,
       r.verified_at,
       r.closed_at,
       e.first_entry,
       e.last_entry
  from sla.request_v1 r
 cross join lateral (select min(x.seq) as first_entry, max(x.seq) as last_entry from governance.evidence_entry x
                      where x.request_id = r.request_id) e;
comment on view audit.population_v1 is 'All governed requests, one row each, for samples: nothing is left out, whatever became of it';
comment on column audit.population_v1.request_id is 'Request';
comment on column audit.population_v1.ticket is 'Ticket key; empty: it has none';
comment on column audit.population_v1.site is 'Site';
comment on column audit.population_v1.change_kind is 'grant, removal or modify';
comment on column audit.population_v1.lifecycle is 'joiner, mover, leaver, privileged, emergency or standard';
comment on column audit.population_v1.subject_kind is 'human, contractor, service, workload or key';
comment on column audit.population_v1.is_privileged is 'Privileged access';
comment on column audit.population_v1.cause is 'asked by somebody, drift, expiry or ahead';
comment on column audit.population_v1.phase is 'Where it stands';
comment on column audit.population_v1.outcome is 'How it ended: verified, excepted or withdrawn; empty: it runs';
comment on column audit.population_v1.requested_at is 'First trace of the wish';
comment on column audit.population_v1.approved_at is 'Approved, or found to need no approval';
comment on column audit.population_v1.claimed_at is 'The fulfiller said done';
comment on column audit.population_v1.verified_at is 'Proven in the target system';
comment on column audit.population_v1.closed_at is 'Ticket closed on that proof';
comment on column audit.population_v1.first_entry is 'Its first entry of evidence';
comment on column audit.population_v1.last_entry is 'Its last one, so far';
