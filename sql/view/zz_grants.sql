-- Who may do what. Applied after all tables, functions and views; revokes first, so that it is the whole truth.
do $$
declare
    r text;
    t text;
begin
    foreach r in array array['countersign_service', 'countersign_ingest', 'countersign_auditor', 'countersign_dashboard'] loop
        foreach t in array array['governance', 'sla', 'audit'] loop
            execute format('revoke all on all tables in schema %I from %I', t, r);
            execute format('revoke all on all sequences in schema %I from %I', t, r);
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
grant insert, update on governance.site, governance.source, governance.poll_cursor, governance.ticket,
    governance.access_request, governance.sla_clock, governance.flow, governance.lease, governance.exception,
    governance.sla_policy to countersign_service;
grant update on governance.webhook_delivery to countersign_service;
grant insert on governance.request_item, governance.observation, governance.approval, governance.policy_decision,
    governance.flow_attempt, governance.escalation, governance.mapping_version, governance.evidence_checkpoint
    to countersign_service;
grant update (replaced_at) on governance.request_item to countersign_service;
grant execute on all functions in schema governance to countersign_service;
revoke execute on function governance.evidence_append(text, uuid, jsonb) from countersign_service;
