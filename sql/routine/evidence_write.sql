-- Turns one row change into one entry. No names of people and no words of theirs: of these a commitment only (evidence_commit.sql), as of
-- hashes of documents that hold some; a plain hash of a name tells whoever guesses it.
create or replace function governance.evidence_write() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    request uuid;
    detail jsonb;
    people jsonb; -- names and words of people, by the name of the member
    documents jsonb; -- hashes of documents
    kept jsonb;
    seq bigint;
begin
    if tg_table_schema <> 'governance' then
        raise exception 'evidence is of our own tables' using errcode = 'CG009'; -- a table of the same name proves nothing
    end if;
    case tg_table_name
    when 'access_request' then
        request := new.id;
        detail := jsonb_build_object(
            'from', case when tg_op = 'UPDATE' then old.phase end, 'to', new.phase, 'reason', new.phase_reason,
            'actor', new.phase_actor, 'kind', new.kind, 'mode', new.mode, 'generation', new.generation,
            'cycle', nullif(new.claim_cycle, ''),
            'proof', case when new.phase in ('verified', 'exception', 'closed') then governance.proof_of(new.id) end);
        documents := jsonb_build_object('tuple', case tg_argv[0] when 'request.remapped' then new.mapped_hash else new.approved_hash end);
        people := case when tg_argv[0] in ('request.received', 'request.remapped') -- else they are those of before
                       then jsonb_build_object('requester', new.requester, 'beneficiary', new.beneficiary) end;
        if new.emergency then
            detail := detail || '{"emergency": true}';
        end if;
        if tg_argv[0] = 'request.mode' then -- not a move: who may close changes
            detail := jsonb_build_object('mode', new.mode, 'was', old.mode, 'by', new.mode_by, 'mapping', new.mode_mapping, 'phase', new.phase);
            documents := null;
        elsif tg_argv[0] = 'request.received' then
            detail := detail || jsonb_build_object('mode_by', new.mode_by, 'mapping', new.mode_mapping, 'submitted_by', new.submitted_by)
                || case when new.follows is not null then jsonb_build_object('cause', new.cause, 'follows', new.follows,
                       'earlier_proof', governance.earlier_proof(new.follows)) else '{}' end;
        elsif tg_argv[0] = 'request.moved' and new.phase = 'cancelled' then
            detail := detail || jsonb_build_object('cancelled_by', new.cancelled_by);
        end if;
        if tg_argv[0] = 'request.received' or tg_argv[0] = 'request.moved' and governance.clock_end(new.phase) is not null then
            detail := detail || governance.clock_evidence(new.id);
        end if;
    when 'request_item' then
        request := new.request_id;
        detail := jsonb_build_object('item', new.id, 'source', new.source, 'desired', new.desired,
            'entitlement_sha256', encode(sha256(convert_to(new.entitlement, 'UTF8')), 'hex'));
        people := jsonb_build_object('account', new.account);
        if tg_argv[0] = 'item.superseded' then -- by which item of which request
            detail := detail || (select jsonb_build_object('by_item', i.id, 'by', i.request_id)
                                   from governance.request_item i where i.id = new.superseded_by);
        end if;
    when 'observation' then
        request := (select i.request_id from governance.request_item i where i.id = new.item_id);
        detail := jsonb_build_object('item', new.item_id, 'observation', new.id, 'generation', new.generation,
            'outcome', new.outcome, 'account', new.account, 'reason', new.reason, 'complete', new.complete,
            'canary', new.canary_ok,
            'entitlement_id_sha256', case when new.entitlement_id <> '' then encode(sha256(convert_to(new.entitlement_id, 'UTF8')), 'hex') end,
            'as_of', to_char(new.source_as_of at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
        documents := jsonb_build_object('raw', encode(new.raw_sha256, 'hex'), 'id', new.native_id);
    when 'over_grant' then
        request := (select i.request_id from governance.request_item i where i.id = new.item_id);
        detail := jsonb_build_object('item', new.item_id, 'observation', new.observation_id,
            'entitlement_sha256', encode(sha256(convert_to(new.entitlement, 'UTF8')), 'hex'));
    when 'account_link' then
        request := new.request_id;
        detail := jsonb_build_object('link', new.id, 'source', new.source, 'how', new.how, 'replaces', new.replaces);
        people := jsonb_build_object('account', new.account, 'person', new.person, 'native_id', new.native_id, 'actor', new.actor);
    when 'entitlement_link' then
        request := new.request_id;
        detail := jsonb_build_object('link', new.id, 'source', new.source, 'how', new.how, 'replaces', new.replaces,
            'entitlement_sha256', encode(sha256(convert_to(new.entitlement, 'UTF8')), 'hex'),
            'id_sha256', encode(sha256(convert_to(new.native_id, 'UTF8')), 'hex'));
        people := jsonb_build_object('actor', new.actor);
    when 'flow' then
        request := new.request_id;
        detail := jsonb_build_object('flow', new.id, 'kind', new.kind, 'state', new.state, 'attempts', new.attempt,
            'cycle', nullif(new.cycle, ''));
        documents := jsonb_build_object('payload', encode(sha256(convert_to(new.payload, 'UTF8')), 'hex'));
    when 'ticket' then
        request := coalesce(new.request_id, new.second_of);
        detail := jsonb_build_object('site', new.site, 'issue', new.issue_id);
        if new.second_of is not null then -- both tickets, and both names people know them by
            detail := detail || jsonb_build_object('key', new.issue_key) || coalesce((
                select jsonb_build_object('kept', t.issue_id, 'kept_key', t.issue_key)
                  from governance.ticket t where t.request_id = new.second_of), '{}');
        end if;
    when 'approval' then
        request := new.request_id;
        detail := jsonb_build_object('approval', new.id, 'decision', new.decision, 'channel', new.channel,
            'after_work', case when new.after_work then true end, 'vouched_by', nullif(new.vouched_by, ''));
        people := jsonb_build_object('approver', new.approver);
        documents := jsonb_build_object('tuple', new.tuple_hash);
    when 'approval_settled' then
        request := new.request_id;
        detail := governance.approval_settled_says(new);
        people := governance.approval_settled_people(new.id);
        documents := jsonb_build_object('tuple', new.tuple_hash, 'terms', encode(sha256(convert_to(new.terms::text, 'UTF8')), 'hex'));
    when 'delegation' then
        detail := jsonb_build_object('delegation', new.id, 'revoked', new.revoked_at is not null,
            'ends', to_char(new.ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
        people := jsonb_build_object('delegator', new.delegator, 'delegate', new.delegate, 'actor', coalesce(nullif(new.revoked_by, ''), new.actor));
    when 'policy_decision' then -- the bytes stand in the table, held to by their hashes
        request := new.request_id;
        detail := jsonb_build_object('decision', new.id, 'stage', new.stage, 'item', new.item_id, 'permitted', new.permitted, 'pdp', new.pdp,
            'why', new.why, 'conflicts', nullif(to_jsonb(new.conflicts), '[]'), 'generation', new.generation, 'question', new.question);
        documents := jsonb_build_object('tuple', new.tuple_hash, 'asked', encode(new.asked_sha256, 'hex'), 'answered', encode(new.answered_sha256, 'hex'));
    when 'sod_set' then
        detail := jsonb_build_object('set', new.id, 'name', new.name, 'n', new.n, 'unlinked', new.unlinked, 'ended', new.ended_at is not null,
            'members_sha256', encode(sha256(convert_to(governance.sod_members(new.id)::text, 'UTF8')), 'hex'));
    when 'policy_edition' then
        detail := jsonb_build_object('edition', new.id, 'policy', new.pdp, 'policy_sha256', new.sha256, 'how', new.how);
        people := jsonb_build_object('actor', new.actor, 'reason', new.reason);
    when 'site' then
        detail := jsonb_build_object('site', new.name, 'policy', new.policy, 'was', old.policy);
    when 'exception' then
        request := coalesce(new.request_id, (select i.request_id from governance.request_item i where i.id = new.item_id));
        detail := jsonb_build_object('exception', new.id, 'item', new.item_id, 'scope', new.scope, 'source', new.source, 'sod_set', new.sod_set,
            'sod_set_id', new.sod_set_id, 'revoked', new.revoked_at is not null,
            'answer', nullif(new.plea_edit, ''), 'renews', new.renews, 'why', case when new.lapsed_at is not null and new.revoked_at is null then 'expired' else new.ended_why end,
            'ended_by', case when new.revoked_at is not null and new.plea_edit <> '' then ( -- the change that took the answer back
                select t.plea->>'edit' from governance.ticket t
                 where t.request_id = request and governance.is_later_edit(t.plea->>'edit', new.plea_edit)) end,
            'vouched_by', nullif(case when new.revoked_at is null then new.vouched_by else new.end_vouched_by end, ''),
            'expires', to_char(new.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
        people := jsonb_build_object('owner', new.owner, 'approver', new.approved_by, 'reason', new.reason, 'control', new.compensating_control,
            'ended_by', new.ended_by);
    when 'emergency_review' then
        request := new.request_id;
        detail := jsonb_build_object('review', new.id, 'outcome', new.outcome, 'emergency', true, 'vouched_by', nullif(new.vouched_by, ''));
        people := jsonb_build_object('reviewer', new.reviewer, 'note', new.note);
    when 'late_proof' then
        request := new.request_id;
        detail := jsonb_build_object('item', new.item_id, 'observation', new.observation_id);
    when 'evidence_view' then -- about a request, and none of its own entries: looking changes nothing of what is looked at
        detail := jsonb_build_object('view', new.id, 'of', new.request_id, 'role', new.role);
        people := jsonb_build_object('viewer', new.viewer);
    when 'departure' then
        request := new.request_id;
        detail := jsonb_build_object('departure', new.id, 'how', new.how, 'source', new.source, 'returned', new.returned_at is not null);
        people := jsonb_build_object('person', new.person, 'actor', new.actor);
    when 'sla_pause' then
        request := new.request_id;
        detail := jsonb_build_object('pause', new.id, 'ended_by_clock', new.ended_by = 'clock',
            'from_us', governance.us(new.from_at), 'until_us', governance.us(new.until_at), 'ended_us', governance.us(new.ended_at));
        people := jsonb_build_object('reason', new.reason, 'actor', new.actor, 'ended_by', nullif(new.ended_by, 'clock'));
    when 'sla_calendar' then
        detail := jsonb_build_object('calendar', new.name, 'zone', new.zone, 'sha256', new.sha256, 'said', new.said,
            'from_us', governance.us(new.from_at), 'until_us', governance.us(new.until_at));
    when 'sla_policy' then
        detail := jsonb_build_object('policy', new.name, 'sha256', new.sha256, 'said', new.body, 'replaced', new.replaced_at is not null,
            'calendar_sha256', (select k.sha256 from governance.sla_calendar k where k.id = new.calendar_id));
    when 'escalation' then
        request := new.request_id;
        detail := jsonb_build_object('escalation', new.id, 'kind', new.kind, 'reason', new.reason,
            'key', case when new.reason <> 'MappedFieldsChanged' then new.key end, 'site', new.site, 'issue', new.issue_id)
            || case when new.step_at is not null then jsonb_build_object('checkpoint', new.checkpoint, 'percent', new.percent, 'deed', new.deed,
                   'due_us', governance.us(new.step_at), 'late', new.is_late) else '{}' end;
        documents := case when new.reason = 'MappedFieldsChanged' then jsonb_build_object('key', new.key) end; -- the hash of what it says now
    when 'close_attempt' then -- in observe and warn: what would have been refused
        request := new.request_id;
        detail := jsonb_build_object('mode', new.mode, 'cycle', new.cycle, 'why', new.refused, 'closed', new.is_closed);
    when 'drift' then
        request := new.request_id;
        detail := jsonb_build_object('drift', new.id, 'item', new.item_id, 'why', new.why, 'answer', new.answer,
            'observation', new.observation_id, 'opened', new.opened, 'ended', new.ended_at is not null,
            'since', to_char(new.since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
    when 'operator_act' then
        request := new.request_id;
        detail := jsonb_build_object('act', new.act, 'work', jsonb_path_query_array(new.done, '$.work[*].work'),
            'read_again', new.done ? 'read_again', 'site', new.site, 'issue', nullif(new.issue_id, ''),
            'told_until', new.done->'told_until');
        people := jsonb_build_object('actor', new.actor);
    when 'evidence_fork' then
        detail := jsonb_build_object('origin', new.origin, 'published', new.published, 'head', new.head, 'why', new.why);
    when 'webhook_delivery' then
        detail := jsonb_build_object('delivery', new.id, 'site', new.site, 'reason', new.reason,
            'body_sha256', encode(sha256(new.body), 'hex'));
    when 'source' then
        detail := jsonb_build_object('source', new.name, 'settle_ms', governance.ms(new.settle),
            'confirmations', new.confirmations, 'max_age_ms', governance.ms(new.max_age), 'over_grant', new.over_grant);
    when 'gate_installation' then
        detail := jsonb_build_object('installation', new.id, 'site', new.site, 'project', new.project, 'workflow', new.workflow,
            'mode', new.mode, 'state', new.state, 'version', new.version, 'changes', nullif(new.changes, '[]'),
            'before_sha256', encode(sha256(convert_to(new.before, 'UTF8')), 'hex'),
            'after_sha256', case when new.after <> '' then encode(sha256(convert_to(new.after, 'UTF8')), 'hex') end);
    when 'gate_proof' then
        detail := jsonb_build_object('site', new.site, 'project', new.project, 'known', new.known, 'open', new.open,
            'fingerprint', new.fingerprint, 'roads', new.detail->'open_roads', 'findings', new.detail->'findings',
            'rules', nullif(new.detail->'rules', '[]'));
    when 'mapping_version' then
        detail := jsonb_build_object('mapping', new.sha256);
    when 'mapping_rebase' then -- which mapping a request is understood by
        request := new.request_id;
        detail := jsonb_build_object('mapping', new.sha256, 'was', new.was, 'number', new.number, 'outcome', new.outcome);
        people := jsonb_build_object('reason', new.reason, 'actor', new.actor);
        documents := jsonb_build_object('tuple', new.tuple);
    when 'mapping_event' then
        detail := jsonb_build_object('event', new.id, 'site', new.site, 'act', new.act, 'mapping', nullif(new.sha256, ''), 'number', new.number,
            'was', nullif(new.was, ''), 'change', nullif(new.change, '')) || (new.detail - 'login');
        people := jsonb_build_object('actor', new.actor, 'reason', new.reason, 'login', new.detail->'login');
    when 'erasure' then -- of whom is what is not told
        detail := jsonb_build_object('erasure', new.id, 'requests', nullif(to_jsonb(new.requests), '[]'), 'commitments', new.commitments,
            'cells', new.cells, 'kept', new.kept);
        people := jsonb_build_object('actor', new.actor, 'reason', new.reason);
    when 'retention' then
        detail := jsonb_build_object('retention', new.id, 'kind', new.kind, 'month', new.month, 'export', new.export,
            'sha256', encode(new.sha256, 'hex'), 'rows', new.rows, 'runs_sha256', governance.retention_runs_sha256(new.id),
            'requests_sha256', (select encode(sha256(convert_to(string_agg(q.request_id::text, ',' order by q.request_id), 'UTF8')), 'hex')
                                  from governance.retention_request q where q.retention_id = new.id));
    end case;
    if documents is not null then
        detail := detail || governance.documents_commit(request, documents);
    end if;
    if people is not null then
        kept := governance.people_commit(people);
        detail := detail || (kept->'said');
    end if;
    seq := governance.evidence_append(tg_argv[0], request, detail);
    if kept is not null then
        perform governance.people_committed(seq, request, kept);
    end if;
    return null;
end $$;
comment on function governance.evidence_write() is 'Trigger: one evidence entry for one state change, at commit';
