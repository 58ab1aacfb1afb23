-- Which function guards which table. Applied after all functions (file name order). A trigger on an update names the columns it
-- is about, where these are few: a claim or a hint, most of what is written, then asks no guard of what it leaves alone, and reads
-- no condition. It fires by the columns that a statement sets, so no trigger before it may set another of them. A condition is made
-- ready anew by each statement, used or not: short, with no call of ours, and a list of words as one array.
create or replace trigger guard before insert or update on governance.access_request
    for each row execute function governance.guard_request();
create or replace trigger guard_proof
    before update of phase, generation, claim_cycle, claimed_at, approved_at, approved_terms, verified_at, closed_at, proven_items on governance.access_request
    for each row execute function governance.guard_proof();
create or replace trigger guard_tuple
    before update of phase, cancel_asked, requester, requester_names, emergency, approval_due, review_due, mode, mode_mapping, mode_at, beneficiary,
        beneficiary_names, approval_needed, held, mapped_hash, approved_hash, kind, is_privileged, access_until, lifecycle, subject_kind,
        sponsor, justification, rule, request_type, mapping_version, mapping_kept, contested, mapped on governance.access_request
    for each row execute function governance.guard_tuple();
create or replace trigger guard_permit before update of phase on governance.access_request for each row
    when (old.phase is distinct from new.phase and new.phase = 'approved') execute function governance.guard_permit();
create or replace trigger guard before insert on governance.policy_decision
    for each row execute function governance.guard_policy();
create or replace trigger clock_follow after update of phase on governance.access_request
    for each row when (old.phase is distinct from new.phase) execute function governance.clock_follow();
create or replace trigger clock_kind after update of kind, is_privileged on governance.access_request
    for each row when (row(old.kind, old.is_privileged) is distinct from row(new.kind, new.is_privileged)) execute function governance.clock_kind();
create or replace trigger attempt_follow after update of phase on governance.access_request
    for each row when (old.phase is distinct from new.phase) execute function governance.attempt_follow();
create or replace trigger guard before update on governance.close_attempt
    for each row execute function governance.guard_attempt();
create or replace trigger guard before insert or update on governance.flow
    for each row execute function governance.guard_flow();
create or replace trigger link_key before insert on governance.flow for each row
    when (new.kind = 'evidence_link') execute function governance.link_key();
create or replace trigger guard before insert on governance.approval
    for each row execute function governance.guard_approval();
create or replace trigger follow after insert on governance.approval
    for each row execute function governance.approval_follow();
create or replace trigger settle after insert on governance.approval
    for each row execute function governance.approval_said();
create or replace trigger settle_approval after update of phase on governance.access_request for each row
    when (old.phase is distinct from new.phase and new.phase = any ('{approved,denied,expired}'::text[])) execute function governance.approval_moved();
create or replace trigger guard_asked before update of phase, approval_asked_at on governance.access_request
    for each row execute function governance.guard_asked();
create or replace trigger guard_claimant before update of phase on governance.access_request
    for each row when (old.phase is distinct from new.phase and new.phase = 'claimed') execute function governance.guard_claimant();
create or replace trigger fulfiller_keep after update of phase on governance.access_request
    for each row when (old.phase is distinct from new.phase and new.phase = 'claimed') execute function governance.fulfiller_keep();
create or replace trigger fulfiller_voids after update of phase on governance.access_request -- once he is one: by its name
    for each row when (old.phase is distinct from new.phase and new.phase = 'claimed') execute function governance.exceptions_worked();
create or replace trigger guard before insert or update on governance.delegation
    for each row execute function governance.guard_delegation();
create or replace trigger guard before insert or update on governance.exception
    for each row execute function governance.guard_exception();
create or replace trigger guard_emergency before insert on governance.access_request for each row
    when (new.emergency) execute function governance.guard_emergency();
create or replace trigger guard_emergency_end before update of access_until on governance.access_request for each row
    when (new.emergency and new.access_until is distinct from old.access_until) execute function governance.guard_emergency_end();
create or replace trigger guard_ahead before insert on governance.access_request for each row
    when (new.cause = 'ahead') execute function governance.guard_ahead();
create or replace trigger emergency_told after insert on governance.access_request for each row
    when (new.emergency) execute function governance.emergency_told();
create or replace trigger guard before insert on governance.emergency_review
    for each row execute function governance.guard_review();
create or replace trigger of_sod_set before insert or update on governance.exception for each row
    when (new.scope = 'sod') execute function governance.exception_of_sod_set();
create or replace trigger guard before insert on governance.late_proof
    for each row execute function governance.guard_late_proof();
create or replace trigger guard before update on governance.departure
    for each row execute function governance.guard_departure();
create or replace trigger exceptions_edited after update of mapped_hash, beneficiary on governance.access_request for each row
    when (row(old.mapped_hash, old.beneficiary) is distinct from row(new.mapped_hash, new.beneficiary)) execute function governance.exceptions_edited();
create or replace trigger closed_needless after update of phase on governance.access_request for each row
    when (old.phase = 'verified' and new.phase = 'closed') execute function governance.closed_needless();
create or replace trigger leaver_left after update of phase on governance.access_request for each row
    when (new.lifecycle = 'leaver' and old.phase = 'verified' and new.phase = 'closed') execute function governance.leaver_left();
create or replace trigger account_disabled after insert on governance.observation for each row
    when (new.account = 'disabled' and new.outcome <> 'unknown') execute function governance.account_disabled();
create or replace trigger account_active after insert on governance.observation for each row
    when (new.account = 'active' and new.outcome <> 'unknown') execute function governance.account_active();
create or replace trigger guard before insert or update of id, request_id, source, account, entitlement, desired, replaced_at
    on governance.request_item for each row execute function governance.guard_item();
create or replace trigger guard_superseded before update of superseded_by, superseded_at on governance.request_item
    for each row execute function governance.guard_superseded();
create or replace trigger guard_superseded_new before insert on governance.request_item for each row
    when (num_nonnulls(new.superseded_by, new.superseded_at) > 0) execute function governance.guard_superseded();
create or replace trigger unholds after insert on governance.request_item for each row
    when (new.desired = 'absent') execute function governance.item_unholds();
create or replace trigger supersede after update of phase on governance.access_request for each row
    when (old.phase is distinct from new.phase and new.phase = 'approved') execute function governance.supersede();
create or replace trigger ended after update of phase on governance.access_request for each row
    when (old.phase is distinct from new.phase and new.over_at is not null) execute function governance.request_ended();
create or replace trigger guard before update of id, person, source, account, native_id, how, established_at, request_id, actor, reason, replaces
    on governance.account_link for each row execute function governance.guard_frozen();
create or replace trigger guard before update of id, source, entitlement, native_id, how, established_at, request_id, actor, reason, replaces
    on governance.entitlement_link for each row execute function governance.guard_frozen();
create or replace trigger guard before insert on governance.observation
    for each row execute function governance.guard_observation();
create or replace trigger guard before update of request_id, number, sha256, was on governance.mapping_rebase
    for each row execute function governance.guard_frozen();
create or replace trigger guard before insert or update on governance.ticket
    for each row execute function governance.guard_ticket();
create or replace trigger guard before insert or update on governance.drift
    for each row execute function governance.guard_drift();
create or replace trigger guard before insert or update on governance.sla_clock
    for each row execute function governance.guard_clock();
create or replace trigger guard before insert or update on governance.sla_pause
    for each row execute function governance.guard_pause();
create or replace trigger follow after insert or update on governance.sla_pause
    for each row execute function governance.pause_follow();
create or replace trigger guard before update of id, name, body, sha256, goal, calendar_id, at
    on governance.sla_policy for each row execute function governance.guard_frozen();
create or replace trigger guard before update of name, registered_at on governance.site
    for each row execute function governance.guard_frozen(); -- a later start would turn closes without proof into history
create or replace trigger guard before update on governance.person_commitment for each row
    when ((new.salt is null) <> (new.erased_at is not null) or (new.value is null) <> (new.erased_at is not null)) execute function governance.guard_erased();
create or replace trigger guard before update on governance.request_salt for each row
    when ((new.salt is null) <> (new.erased_at is not null)) execute function governance.guard_erased();
create or replace trigger guard before update of site, delivery_id, received_at, body on governance.webhook_delivery
    for each row execute function governance.guard_frozen();

do $$
declare
    t text;
begin
    foreach t in array array['observation', 'approval', 'policy_decision', 'flow_attempt', 'evidence_entry',
                             'evidence_checkpoint', 'evidence_fork', 'mapping_version', 'mapping_event', 'operator_act', 'over_grant', 'late_proof',
                             'emergency_review', 'fulfiller', 'approval_settled', 'approval_counted', 'policy_edition', 'sla_calendar', 'sla_span', 'evidence_view', 'refused_decision', 'erasure', 'retention', 'retention_run',
                             'retention_request', 'retention_told'] loop
        execute format('create or replace trigger append_only before update or delete on governance.%I
                        for each row execute function governance.append_only()', t);
        execute format('create or replace trigger no_truncate before truncate on governance.%I
                        for each statement execute function governance.append_only()', t);
    end loop;
    foreach t in array array['access_request', 'request_item', 'exception', 'escalation', 'sla_clock', 'evidence_head',
                             'close_attempt', 'gate_installation', 'account_link',
                             'entitlement_link', 'drift', 'departure', 'sod_set', 'sod_member', 'delegation', 'sla_pause', 'sla_policy'] loop
        execute format('create or replace trigger no_delete before delete on governance.%I
                        for each row execute function governance.append_only()', t);
        execute format('create or replace trigger no_truncate before truncate on governance.%I
                        for each statement execute function governance.append_only()', t);
    end loop;
end $$;

-- Evidence. Constraint triggers cannot be replaced in place: drop and create inside the same transaction.
do $$
declare
    t record;
begin
    for t in select * from (values
        ('access_request', 'evidence_new', 'after insert', '', 'request.received'),
        ('access_request', 'evidence_move', 'after update of phase', 'when (old.phase is distinct from new.phase)', 'request.moved'),
        ('access_request', 'evidence_remap', 'after update of mapped_hash, beneficiary, justification, sponsor, approval_needed',
            'when (row(old.mapped_hash, old.beneficiary, old.justification, old.sponsor, old.approval_needed)
                   is distinct from row(new.mapped_hash, new.beneficiary, new.justification, new.sponsor, new.approval_needed))', 'request.remapped'),
        ('access_request', 'evidence_mode', 'after update of mode', 'when (old.mode is distinct from new.mode)', 'request.mode'),
        ('policy_decision', 'evidence_new', 'after insert', '', 'policy.decided'),
        ('sod_set', 'evidence_new', 'after insert', '', 'sod_set.began'),
        ('sod_set', 'evidence_end', 'after update of ended_at', 'when (old.ended_at is distinct from new.ended_at)', 'sod_set.ended'),
        ('policy_edition', 'evidence_new', 'after insert', '', 'policy.live'),
        ('site', 'evidence_policy', 'after update of policy', 'when (old.policy is distinct from new.policy)', 'site.policy'),
        ('close_attempt', 'evidence_new', 'after insert', 'when (new.refused is not null)', 'close.refused'),
        ('close_attempt', 'evidence_refused', 'after update', 'when (old.refused is distinct from new.refused)', 'close.refused'),
        ('request_item', 'evidence_new', 'after insert', '', 'item.wanted'),
        ('request_item', 'evidence_replaced', 'after update', 'when (old.replaced_at is distinct from new.replaced_at)', 'item.replaced'),
        ('request_item', 'evidence_superseded', 'after update of superseded_by',
            'when (old.superseded_by is distinct from new.superseded_by)', 'item.superseded'),
        ('observation', 'evidence_new', 'after insert', '', 'item.observed'),
        ('over_grant', 'evidence_new', 'after insert', '', 'item.overgranted'),
        ('account_link', 'evidence_new', 'after insert', '', 'account.linked'),
        ('entitlement_link', 'evidence_new', 'after insert', '', 'entitlement.linked'),
        ('approval', 'evidence_new', 'after insert', '', 'request.approval'),
        ('approval_settled', 'evidence_new', 'after insert', '', 'approval.settled'),
        ('delegation', 'evidence_new', 'after insert', '', 'approval.delegated'),
        ('delegation', 'evidence_end', 'after update', 'when (old.revoked_at is distinct from new.revoked_at)', 'approval.delegated'),
        ('exception', 'evidence_new', 'after insert', '', 'exception.granted'),
        ('exception', 'evidence_end', 'after update', 'when (old.revoked_at is distinct from new.revoked_at)', 'exception.revoked'),
        ('exception', 'evidence_lapse', 'after update', 'when (old.lapsed_at is distinct from new.lapsed_at and new.ended_why is distinct from ''not_needed'')',
            'exception.lapsed'),
        ('emergency_review', 'evidence_new', 'after insert', '', 'emergency.reviewed'),
        ('late_proof', 'evidence_new', 'after insert', '', 'exception.settled'),
        ('evidence_view', 'evidence_new', 'after insert', '', 'evidence.seen'),
        ('refused_decision', 'evidence_new', 'after insert', '', 'decision.refused'),
        ('departure', 'evidence_new', 'after insert', '', 'person.left'),
        ('departure', 'evidence_back', 'after update', 'when (old.returned_at is distinct from new.returned_at)', 'person.returned'),
        ('escalation', 'evidence_new', 'after insert', '', 'request.escalated'),
        ('sla_calendar', 'evidence_new', 'after insert', '', 'sla.calendar'),
        ('sla_policy', 'evidence_new', 'after insert', '', 'sla.policy'),
        ('sla_policy', 'evidence_end', 'after update', 'when (old.replaced_at is distinct from new.replaced_at)', 'sla.policy'),
        ('sla_pause', 'evidence_new', 'after insert', '', 'clock.held'),
        ('sla_pause', 'evidence_end', 'after update', 'when (old.ended_at is distinct from new.ended_at)', 'clock.resumed'),
        ('drift', 'evidence_new', 'after insert', '', 'drift.found'),
        ('drift', 'evidence_change', 'after update', 'when (row(old.answer, old.opened, old.ended_at) is distinct from row(new.answer, new.opened, new.ended_at))', 'drift.changed'),
        ('operator_act', 'evidence_new', 'after insert', '', 'operator.acted'),
        ('erasure', 'evidence_new', 'after insert', '', 'person.erased'),
        ('retention', 'evidence_new', 'after insert', '', 'records.retained'),
        ('evidence_fork', 'evidence_new', 'after insert', '', 'evidence.forked'),
        ('mapping_version', 'evidence_new', 'after insert', '', 'mapping.live'),
        ('mapping_event', 'evidence_new', 'after insert', 'when (new.act <> ''refused'')', 'mapping.changed'),
        ('mapping_event', 'evidence_refused', 'after insert', 'when (new.act = ''refused'')', 'mapping.refused'),
        ('mapping_rebase', 'evidence_new', 'after insert', 'when (new.outcome <> ''asked'')', 'request.rebased'),
        ('mapping_rebase', 'evidence_end', 'after update of outcome',
            'when (old.outcome is distinct from new.outcome and new.outcome <> ''asked'')', 'request.rebased'),
        ('gate_installation', 'evidence_new', 'after insert', '', 'gate.changed'),
        ('gate_installation', 'evidence_move', 'after update', 'when (old.state is distinct from new.state)', 'gate.changed'),
        ('gate_proof', 'evidence_new', 'after insert', '', 'gate.proved'),
        ('gate_proof', 'evidence_drift', 'after update', 'when (row(old.fingerprint, old.open, old.detail->''open_roads'', old.detail->''findings'', old.detail->''rules'')
                    is distinct from row(new.fingerprint, new.open, new.detail->''open_roads'', new.detail->''findings'', new.detail->''rules''))', 'gate.proved'),
        ('source', 'evidence_new', 'after insert', '', 'source.rules'),
        ('source', 'evidence_rules', 'after update', 'when (row(old.kind, old.settle, old.confirmations, old.max_age, old.over_grant)
                                                            is distinct from row(new.kind, new.settle, new.confirmations, new.max_age, new.over_grant))', 'source.rules'),
        ('ticket', 'evidence_bound', 'after update of request_id',
            'when (old.request_id is distinct from new.request_id and new.request_id is not null)', 'ticket.bound'),
        ('ticket', 'evidence_second', 'after update of second_of',
            'when (old.second_of is distinct from new.second_of and new.second_of is not null)', 'ticket.second'),
        ('ticket', 'evidence_new', 'after insert', 'when (new.request_id is not null)', 'ticket.bound'),
        ('ticket', 'evidence_named', 'after update of issue_key, request_id', -- moved elsewhere, people know it by another key
            'when (old.issue_key is distinct from new.issue_key and old.request_id = new.request_id)', 'ticket.named'),
        ('webhook_delivery', 'evidence_quarantine', 'after update of state',
            'when (old.state is distinct from new.state and new.state = ''quarantined'')', 'delivery.quarantined'),
        ('flow', 'evidence_move', 'after update of state',
            'when (old.state is distinct from new.state and new.state = any (''{done,moot,parked}''::text[]))', 'flow.ended'))
        as x(tab, name, event, cond, kind)
      left join (values
        ('request.received', 'received'), ('request.moved', 'moved'), ('request.remapped', 'moved'), ('request.mode', 'mode'), ('item.wanted', 'item'),
        ('item.replaced', 'item'), ('item.superseded', 'item'), ('item.observed', 'observation'), ('flow.ended', 'flow'), ('ticket.bound', 'ticket'),
        ('ticket.second', 'ticket'), ('ticket.named', 'ticket'), ('request.approval', 'approval'), ('policy.decided', 'policy'))
        as y(kind, writer) using (kind) -- of what every request goes through
    loop
        execute format('drop trigger if exists %I on governance.%I', t.name, t.tab);
        execute format('create constraint trigger %I %s on governance.%I deferrable initially deferred
                        for each row %s execute function governance.%I(%L)', t.name, t.event, t.tab, t.cond,
                       concat_ws('_', 'evidence_write', t.writer), t.kind);
    end loop;
end $$;
