-- As the entries tell it (governance.request_told); its row lends the ticket's key, the site and what it is about, and all of it where entries
-- were retained away. One of which only entries are left is there, too, in the stratum that they tell.
create or replace view audit.population_v1 as
select coalesce(t.request_id, r.id) as request_id,
       coalesce(k.issue_key, '') as ticket,
       r.site,
       coalesce(t.kind, r.kind) as change_kind,
       coalesce(r.lifecycle, t.lifecycle) as lifecycle,
       coalesce(r.subject_kind, t.subject_kind) as subject_kind,
       coalesce(r.is_privileged, t.is_privileged) as is_privileged,
       case when t.is_whole then t.cause else coalesce(r.cause, t.cause) end as cause,
       coalesce(t.phase, r.phase) as phase,
       coalesce(case when t.is_whole and t.phase is not null then t.outcome else c.ended end, '') as outcome,
       case when t.is_whole then t.requested_at else coalesce(r.requested_at, t.requested_at) end as requested_at,
       case when t.is_whole then t.approved_at else coalesce(t.approved_at, r.approved_at) end as approved_at,
       case when t.is_whole then t.claimed_at else coalesce(t.claimed_at, r.claimed_at) end as claimed_at,
       case when t.is_whole and t.phase is not null then case when t.outcome = 'verified' then t.verified_at end
            when c.ended = 'verified' then coalesce(t.verified_at, r.verified_at) end as verified_at,
       case when t.is_whole then t.closed_at else coalesce(t.closed_at, r.closed_at) end as closed_at,
       t.first_entry,
       t.last_entry,
       i.sources,
       i.entitlements
  from governance.request_told t
  full join governance.access_request r on r.id = t.request_id
  left join governance.sla_clock c on c.request_id = r.id
  left join governance.ticket k on k.request_id = r.id
  left join lateral (
        select string_agg(x.source, '; ' order by x.id) as sources, string_agg(x.entitlement, '; ' order by x.id) as entitlements
          from governance.request_item x where x.request_id = r.id and x.replaced_at is null) i on true;
comment on view audit.population_v1 is 'All governed requests, one row each, as their entries tell it, for samples: nothing is left out, whatever became of it';
comment on column audit.population_v1.request_id is 'Request';
comment on column audit.population_v1.ticket is 'Ticket key; empty: it has none';
comment on column audit.population_v1.site is 'Site; null: only its entries are left';
comment on column audit.population_v1.change_kind is 'grant, removal or modify';
comment on column audit.population_v1.lifecycle is 'joiner, mover, leaver, privileged, emergency or standard';
comment on column audit.population_v1.subject_kind is 'human, contractor, service, workload or key';
comment on column audit.population_v1.is_privileged is 'Privileged access; null: only its entries are left, and it was not approved';
comment on column audit.population_v1.cause is 'asked by somebody, drift, expiry or ahead';
comment on column audit.population_v1.phase is 'Where it stands';
comment on column audit.population_v1.outcome is 'How it ended: verified, excepted or withdrawn; empty: it runs';
comment on column audit.population_v1.requested_at is 'First trace of the wish';
comment on column audit.population_v1.approved_at is 'Approved, or found to need no approval';
comment on column audit.population_v1.claimed_at is 'The fulfiller said done';
comment on column audit.population_v1.verified_at is 'Proven in the target system';
comment on column audit.population_v1.closed_at is 'Ticket closed on that proof';
comment on column audit.population_v1.first_entry is 'Its first entry of evidence; null: all were retained away';
comment on column audit.population_v1.last_entry is 'Its last one, so far';
comment on column audit.population_v1.sources is 'Source of each item that is asked for, in their order, with "; " between; null: only its entries are left';
comment on column audit.population_v1.entitlements is 'Entitlement of each of these items, in the same order, with "; " between; null: only its entries are left';
