-- Who may do what. Applied after all tables, functions and views; revokes first, so that it is the whole truth. Functions of
-- triggers are nobody's to call: on a table of his own a caller could have them write what never happened.
do $$
declare
    r text;
    t text;
begin
    foreach r in array array['countersign_service', 'countersign_ingest', 'countersign_auditor', 'countersign_dashboard'] loop
        foreach t in array array['governance', 'sla', 'audit'] loop
            execute format('revoke all on all tables in schema %I from %I', t, r);
            execute format('revoke all on all sequences in schema %I from %I', t, r);
            execute format('revoke all on all functions in schema %I from %I', t, r);
            execute format('revoke all on schema %I from %I', t, r);
        end loop;
    end loop;
    revoke all on all functions in schema governance from public;
end $$;

grant usage on schema governance to countersign_service, countersign_ingest, countersign_auditor;
grant usage on schema sla to countersign_service, countersign_auditor, countersign_dashboard;
grant usage on schema audit to countersign_service, countersign_auditor;

grant insert (site, delivery_id, retry, body) on governance.webhook_delivery to countersign_ingest;

grant select on all tables in schema governance to countersign_service, countersign_auditor;
grant select on all tables in schema sla to countersign_auditor, countersign_dashboard, countersign_service;
grant select on all tables in schema audit to countersign_auditor, countersign_service;
-- the clear text of what evidence commits to is for auditors; others may know that it is gone
revoke select on governance.person_commitment, governance.request_salt, audit.commitment_v1 from countersign_service;
grant select (entry, member, request_id, erased_at) on governance.person_commitment to countersign_service;
grant select (request_id, erased_at) on governance.request_salt to countersign_service;
grant insert, update on governance.site, governance.source, governance.poll_cursor, governance.ticket,
    governance.access_request, governance.sla_clock, governance.flow, governance.lease, governance.exception,
    governance.sla_policy, governance.ticket_fields, governance.jsm_clock to countersign_service;
grant insert on governance.sla_calendar, governance.sla_span, governance.sla_pause to countersign_service;
grant update (ended_at, ended_by) on governance.sla_pause to countersign_service;
grant update on governance.webhook_delivery to countersign_service;
grant insert, update on governance.webhook_watch, governance.webhook_echo to countersign_service;
grant insert, update on governance.gate_installation, governance.gate_proof, governance.site_rest to countersign_service;
grant insert, update (state, owner, task, said, heard_at, ended_at) on governance.bulk_move to countersign_service;
grant insert, update (outcome, why) on governance.bulk_rider to countersign_service; -- who rides is never changed
grant insert on governance.request_item, governance.observation, governance.approval, governance.policy_decision,
    governance.flow_attempt, governance.escalation, governance.mapping_version, governance.evidence_checkpoint,
    governance.operator_act, governance.over_grant, governance.evidence_fork, governance.late_proof, governance.departure,
    governance.emergency_review, governance.evidence_view, governance.refused_decision to countersign_service;
grant insert on governance.evidence_export to countersign_service;
grant update (returned_at, returned_by, swept_at) on governance.departure to countersign_service;
grant insert, update (ended_at) on governance.sod_set to countersign_service;
grant insert on governance.sod_member, governance.policy_edition to countersign_service;
grant insert, update (native_id, within, read_at) on governance.entitlement_seen to countersign_service;
grant update (replaced_at) on governance.request_item to countersign_service;
grant insert, update (revoked_at, revoked_by, end_vouched_by) on governance.delegation to countersign_service;
grant insert, update (answer, opened, why, ended_at) on governance.drift to countersign_service;
grant insert, update (replaced_at) on governance.account_link, governance.entitlement_link to countersign_service;
grant insert, update on governance.event_subscriber to countersign_service;
grant insert, update (place, meant, tried_at, seq, left_at, failures, said) on governance.evidence_anchor to countersign_service;
grant update (state, attempts, since, run_after, lease_owner, lease_until, status, why, ended_at) on governance.event_delivery
    to countersign_service;
do $$
declare
    f regprocedure;
begin
    for f in select p.oid::regprocedure from pg_proc p
              where p.pronamespace = 'governance'::regnamespace and p.prorettype <> 'trigger'::regtype
                and p.proname <> 'evidence_append' loop
        execute format('grant execute on function %s to countersign_service', f);
    end loop;
end $$;
grant execute on function governance.approval_is(governance.access_request, boolean) to countersign_dashboard, countersign_auditor;
grant execute on function governance.person_folded(text) to countersign_dashboard, countersign_auditor; -- the view item_verdict asks
grant execute on function governance.approval_stands(uuid) to countersign_dashboard, countersign_auditor;
grant execute on function governance.approval_nobody_may(uuid) to countersign_dashboard, countersign_auditor;
grant execute on function governance.emergency_owed(uuid) to countersign_dashboard, countersign_auditor;
grant execute on function governance.permit_in_the_way(governance.access_request) to countersign_dashboard, countersign_auditor;
grant execute on function governance.checkpoint_passes(uuid, text, timestamptz) to countersign_dashboard, countersign_auditor;
grant execute on function governance.evidence_page(text) to countersign_auditor;
grant execute on function governance.utc(timestamptz) to countersign_auditor; -- exports write times by it
grant execute on function governance.exception_counts(governance.exception, governance.access_request),
    governance.exception_void(governance.exception, governance.access_request) to countersign_dashboard, countersign_auditor;
-- auditors put on record what they look at and take away, and run `db verify`
grant execute on function governance.request_named(text), governance.evidence_taken(uuid, text), governance.events_exported(timestamptz, timestamptz),
    governance.evidence_exported(timestamptz, timestamptz, bigint, text) to countersign_auditor;
do $$
declare
    f regprocedure;
begin
    for f in select p.oid::regprocedure from pg_proc p
              where p.pronamespace = 'governance'::regnamespace
                and p.proname in ('rights', 'catalog', 'catalog_changes', 'retention_forged', 'retention_runs_sha256', 'retention_told_sha256',
                                  'commitments_forged', 'is_retained', 'us') loop
        execute format('grant execute on function %s to countersign_auditor', f);
    end loop;
end $$;
