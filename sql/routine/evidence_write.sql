-- Turns one row change into one entry. No names of people and no words of theirs: of these a commitment only (evidence_commit.sql), as of
-- hashes of documents that hold some; a plain hash of a name tells whoever guesses it. A member without a value is none. What every request
-- goes through has functions of its own, which cost less (evidence_write_request.sql, evidence_write_step.sql).
create or replace function governance.evidence_write() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    request uuid;
    detail jsonb;
    people jsonb; -- names and words of people, by the name of the member
    documents jsonb; -- hashes of documents
    own bytea; -- salt of the documents of the request
    members text[]; -- of people: which, and their salts
    salts bytea[];
    clear text[];
begin
    if tg_table_schema <> 'governance' then
        raise exception 'evidence is of our own tables' using errcode = 'CG009'; -- a table of the same name proves nothing
    end if;
    case tg_table_name
    when 'over_grant' then
        request := (select i.request_id from governance.request_item i where i.id = new.item_id);
        detail := jsonb_build_object('item', new.item_id, 'observation', new.observation_id,
            'entitlement_sha256', encode(sha256(convert_to(new.entitlement, 'UTF8')), 'hex'));
    when 'account_link' then
        request := new.request_id;
        detail := jsonb_build_object('link', new.id, 'source', new.source, 'how', new.how, 'replaces', new.replaces);
        people := jsonb_build_object('account', new.account, 'person', new.person, 'native_id', new.native_id, 'actor', new.actor, 'reason', new.reason);
    when 'entitlement_link' then
        request := new.request_id;
        detail := jsonb_build_object('link', new.id, 'source', new.source, 'how', new.how, 'replaces', new.replaces,
            'entitlement_sha256', encode(sha256(convert_to(new.entitlement, 'UTF8')), 'hex'),
            'id_sha256', encode(sha256(convert_to(new.native_id, 'UTF8')), 'hex'));
        people := jsonb_build_object('actor', new.actor, 'reason', new.reason);
    when 'approval_settled' then
        request := new.request_id;
        detail := governance.approval_settled_says(new);
        people := governance.approval_settled_people(new.id);
        documents := jsonb_build_object('tuple', new.tuple_hash, 'terms', encode(sha256(convert_to(new.terms::text, 'UTF8')), 'hex'));
    when 'delegation' then
        detail := jsonb_build_object('delegation', new.id, 'revoked', new.revoked_at is not null, 'end_vouched_by', nullif(new.end_vouched_by, ''),
            'starts_us', governance.us(new.starts_at), 'ends', to_char(new.ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
        people := jsonb_build_object('delegator', new.delegator, 'delegate', new.delegate, 'actor', coalesce(nullif(new.revoked_by, ''), new.actor));
    when 'sod_set' then
        detail := jsonb_build_object('set', new.id, 'name', new.name, 'n', new.n, 'unlinked', new.unlinked, 'ended', new.ended_at is not null,
            'members_sha256', encode(sha256(convert_to(governance.sod_members(new.id)::text, 'UTF8')), 'hex'));
    when 'policy_edition' then
        detail := jsonb_build_object('edition', new.id, 'policy', new.pdp, 'policy_sha256', new.sha256, 'how', new.how,
            'duties_sha256', encode(sha256(convert_to(new.duties::text, 'UTF8')), 'hex'));
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
            'ended_by', new.ended_by, 'ended_reason', new.ended_reason);
    when 'emergency_review' then
        request := new.request_id;
        detail := jsonb_build_object('review', new.id, 'outcome', new.outcome, 'emergency', true, 'vouched_by', nullif(new.vouched_by, ''));
        people := jsonb_build_object('reviewer', new.reviewer, 'note', new.note);
    when 'late_proof' then
        request := new.request_id;
        detail := jsonb_build_object('item', new.item_id, 'observation', new.observation_id);
    when 'refused_decision' then
        request := new.request_id;
        detail := jsonb_build_object('refusal', new.id, 'what', new.what, 'channel', new.channel, 'why', new.why, 'scope', new.scope, 'source', new.source,
            'sod_set', new.sod_set, 'answer', nullif(new.answer, ''), 'vouched_by', nullif(new.vouched_by, ''),
            'ends', to_char(new.ends_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
        people := jsonb_build_object('person', new.person, 'other', new.other, 'said', new.said);
    when 'evidence_view' then -- about a request, and none of its own entries: looking changes nothing of what is looked at
        detail := jsonb_build_object('view', new.id, 'of', new.request_id, 'role', new.role);
        people := jsonb_build_object('viewer', new.viewer);
    when 'departure' then
        request := new.request_id;
        detail := jsonb_build_object('departure', new.id, 'how', new.how, 'source', new.source, 'returned', new.returned_at is not null);
        people := jsonb_build_object('person', new.person, 'actor', new.actor, 'reason', new.reason, 'returned_by', new.returned_by);
    when 'sla_pause' then
        request := new.request_id;
        detail := jsonb_build_object('pause', new.id, 'ended_by_clock', new.ended_by = 'clock',
            'from_us', governance.us(new.from_at), 'until_us', governance.us(new.until_at), 'ended_us', governance.us(new.ended_at),
            'due_us', case when new.ended_at is not null then ( -- its goal passes later by it
                select governance.us(governance.clock_due(c)) from governance.sla_clock c where c.request_id = request) end);
        people := jsonb_build_object('reason', new.reason, 'actor', new.actor, 'ended_by', nullif(new.ended_by, 'clock'));
    when 'sla_calendar' then
        detail := jsonb_build_object('calendar', new.name, 'zone', new.zone, 'sha256', new.sha256, 'said', new.said,
            'spans_sha256', (select encode(sha256(convert_to(coalesce(string_agg(concat_ws(' ', governance.us(s.opens_at), governance.us(s.closes_at), s.before_s), ',' order by s.opens_at), ''),
                                                             'UTF8')), 'hex') from governance.sla_span s where s.calendar_id = new.id),
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
            'told_until', new.done->'told_until', 'number', new.id);
        people := jsonb_build_object('actor', new.actor);
    when 'evidence_fork' then
        detail := jsonb_build_object('origin', new.origin, 'published', new.published, 'head', new.head, 'why', new.why);
    when 'webhook_delivery' then
        detail := jsonb_build_object('delivery', new.id, 'site', new.site, 'reason', new.reason,
            'body_sha256', encode(sha256(new.body), 'hex'));
    when 'source' then
        detail := jsonb_build_object('source', new.name, 'kind', new.kind, 'settle_ms', governance.ms(new.settle),
            'confirmations', new.confirmations, 'max_age_ms', governance.ms(new.max_age), 'over_grant', new.over_grant);
    when 'gate_installation' then
        detail := jsonb_build_object('installation', new.id, 'site', new.site, 'project', new.project, 'workflow', new.workflow,
            'mode', new.mode, 'state', new.state, 'version', new.version, 'changes', nullif(new.changes, '[]'),
            'before_sha256', encode(sha256(convert_to(new.before, 'UTF8')), 'hex'),
            'after_sha256', case when new.after <> '' then encode(sha256(convert_to(new.after, 'UTF8')), 'hex') end);
    when 'gate_proof' then
        detail := jsonb_build_object('site', new.site, 'project', new.project, 'known', new.known, 'open', new.open,
            'fingerprint', new.fingerprint, 'roads', new.detail->'open_roads', 'findings', new.detail->'findings',
            'rules', nullif(new.detail->'rules', '[]'), 'shown_sha256', encode(sha256(convert_to(
                jsonb_build_array(new.detail->'open_roads', new.detail->'findings', new.detail->'rules')::text, 'UTF8')), 'hex'));
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
            'sha256', encode(new.sha256, 'hex'), 'rows', new.rows, 'kinds', new.kinds, 'runs_sha256', governance.retention_runs_sha256(new.id), 'told_sha256', governance.retention_told_sha256(new.id),
            'requests_sha256', (select encode(sha256(convert_to(string_agg(q.request_id::text, ',' order by q.request_id), 'UTF8')), 'hex')
                                  from governance.retention_request q where q.retention_id = new.id));
    end case;
    if documents is not null then
        own := governance.document_salt(request);
        detail := detail || coalesce((select jsonb_object_agg(d.key || '_commitment', governance.commitment(d.value, own))
                                        from jsonb_each_text(documents) d where d.value <> ''), '{}');
    end if;
    if people is not null then
        select array_agg(e.key), array_agg(e.value), array_agg(uuid_send(gen_random_uuid())) into members, clear, salts
          from jsonb_each_text(people) e where e.value <> '';
        detail := detail || coalesce((select jsonb_object_agg(w.member || '_commitment', governance.commitment(w.value, w.salt))
                                        from unnest(members, clear, salts) as w(member, value, salt)), '{}');
    end if;
    perform governance.evidence_append(tg_argv[0], request, governance.canonical_json(jsonb_strip_nulls(detail)), members, clear, salts);
    return null;
end $$;
comment on function governance.evidence_write() is 'Trigger: one evidence entry for one state change, at commit';
