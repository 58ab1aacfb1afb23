-- Turns one row change into one entry. No names of people and no words of theirs: of these a commitment only (evidence_commit.sql), as of
-- hashes of documents that hold some; a plain hash of a name tells whoever guesses it.
--
-- What every request goes through is said as it will stand there, member by member in the order of their names, and costs a change of
-- state a tenth of what sorting it by a query did; of the rest the order is found (canonical_json). A member without a value is none.
create or replace function governance.evidence_write() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    what constant text := tg_argv[0]; -- kind of the entry
    request uuid;
    said text; -- the detail, in canonical order
    own bytea; -- salt of the documents of the request
    members text[]; -- names and words of people: which, and their salts
    salts bytea[];
    clear text[];
    beneficiary text; -- of a request, what some of its moves say beside the others
    requester text;
    cancelled_by text;
    ended_by text;
    clock text;
    proof text;
    tuple text;
    lifecycle text; -- what is frozen once it is approved
    privileged text;
    subject text;
    ends text;
    needed text; -- what is mapped anew with it
    justification text;
    sponsor text;
    fulfiller text; -- whose claim it is
    detail jsonb; -- the detail of the others, and
    people jsonb; -- names and words of people, by the name of the member
    documents jsonb; -- hashes of documents
    other governance.request_item;
    kept governance.ticket;
    seq bigint;
begin
    if tg_table_schema <> 'governance' then
        raise exception 'evidence is of our own tables' using errcode = 'CG009'; -- a table of the same name proves nothing
    end if;
    case tg_table_name
    when 'access_request' then
        request := new.id;
        if what = 'request.mode' then -- not a move: who may close changes
            said := '{' || concat_ws(',',
                '"by":' || to_json(new.mode_by), '"mapping":' || to_json(new.mode_mapping), '"mode":' || to_json(new.mode),
                '"phase":' || to_json(new.phase), '"was":' || to_json(old.mode)) || '}';
        elsif what = 'request.received' then
            own := governance.document_salt(request);
            members := '{beneficiary,requester}';
            clear := array[new.beneficiary, new.requester];
            salts := array[uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid())];
            said := '{' || concat_ws(',',
                '"actor":' || to_json(new.phase_actor), case when new.emergency then '"approval_due_us":' || governance.us(new.approval_due) end,
                '"approval_needed":' || new.approval_needed,
                '"beneficiary_commitment":"' || encode(sha256(salts[1] || convert_to(nullif(new.beneficiary, ''), 'UTF8')), 'hex') || '"',
                '"cause":' || to_json(case when new.follows is not null then new.cause end), '"clock":' || governance.clock_evidence(request),
                '"cycle":' || to_json(nullif(new.claim_cycle, '')),
                '"earlier_proof":' || case when new.follows is not null then governance.canonical_json(governance.earlier_proof(new.follows)) end,
                case when new.emergency then '"emergency":true' end, '"follows":' || to_json(new.follows), '"generation":' || new.generation,
                -- of nothing, too: so that none is added; and each by its name: so that nobody sees which are of the same words, or of none
                '"justification_commitment":"' || encode(sha256(own || convert_to(concat('justification ', new.justification), 'UTF8')), 'hex') || '"',
                '"kind":' || to_json(new.kind), '"mapping":' || to_json(new.mode_mapping), '"mode":' || to_json(new.mode),
                '"mode_by":' || to_json(new.mode_by), '"reason":' || to_json(new.phase_reason),
                '"requester_commitment":"' || encode(sha256(salts[2] || convert_to(nullif(new.requester, ''), 'UTF8')), 'hex') || '"',
                case when new.emergency then '"review_due_us":' || governance.us(new.review_due) end, '"rule":' || to_json(new.rule), '"site":' || to_json(new.site),
                '"sponsor_commitment":"' || encode(sha256(own || convert_to(concat('sponsor ', new.sponsor), 'UTF8')), 'hex') || '"',
                '"submitted_by":' || to_json(new.submitted_by), '"to":' || to_json(new.phase),
                '"tuple_commitment":"' || encode(sha256(own || convert_to(nullif(new.approved_hash, ''), 'UTF8')), 'hex') || '"') || '}';
        else
            select s.salt into own from governance.request_salt s where s.request_id = request;
            if own is null then
                own := governance.document_salt(request);
            end if;
            -- What most moves have nothing of stands apart, each with its name: to make an expression ready, anew in each transaction, costs
            -- more than to compute it.
            if what = 'request.remapped' then -- else they are those of before
                members := '{beneficiary,requester}';
                clear := array[new.beneficiary, new.requester];
                salts := array[uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid())];
                beneficiary := ',"beneficiary_commitment":"' || encode(sha256(salts[1] || convert_to(nullif(new.beneficiary, ''), 'UTF8')), 'hex') || '"';
                requester := ',"requester_commitment":"' || encode(sha256(salts[2] || convert_to(nullif(new.requester, ''), 'UTF8')), 'hex') || '"';
                needed := ',"approval_needed":' || new.approval_needed;
                justification := ',"justification_commitment":"' || encode(sha256(own || convert_to(concat('justification ', new.justification), 'UTF8')), 'hex') || '"';
                sponsor := ',"sponsor_commitment":"' || encode(sha256(own || convert_to(concat('sponsor ', new.sponsor), 'UTF8')), 'hex') || '"';
                clock := ',"clock":' || governance.clock_evidence(request); -- which may be chosen anew (clock_kind)
                tuple := new.mapped_hash;
            end if;
            if new.phase in ('verified', 'exception', 'closed', 'denied', 'cancelled', 'expired')
               or new.phase_reason in ('CancelledOnTicket', 'DeclinedOnTicket') then
                if new.phase_reason in ('CancelledOnTicket', 'DeclinedOnTicket') and what = 'request.moved' then -- by whose hand
                    members := '{ended_by}';
                    clear := array[(select t.moved_by from governance.ticket t where t.request_id = request)];
                    salts := array[uuid_send(gen_random_uuid())];
                    ended_by := ',"ended_by_commitment":"' || encode(sha256(salts[1] || convert_to(nullif(clear[1], ''), 'UTF8')), 'hex') || '"';
                end if;
                if what = 'request.moved' and new.phase = 'cancelled' then
                    cancelled_by := ',"cancelled_by":' || to_json(new.cancelled_by);
                end if;
                if what <> 'request.remapped' and new.phase <> 'closed' and governance.clock_end(new.phase) is not null then
                    clock := ',"clock":' || governance.clock_evidence(request);
                end if;
                if new.phase in ('verified', 'exception', 'closed') then
                    proof := ',"proof":' || governance.canonical_json(jsonb_strip_nulls(governance.proof_of(request)));
                end if;
            end if;
            if new.phase not in ('approved', 'claimed') or what <> 'request.moved' then
                null;
            elsif new.phase = 'claimed' then -- of nobody, too: so that none is added
                fulfiller := ',"fulfiller_commitment":"' || encode(sha256(own || convert_to(concat('fulfiller ', new.claim_cycle, ' ',
                    (select f.person from governance.fulfiller f where f.request_id = request and f.cycle = new.claim_cycle)), 'UTF8')), 'hex') || '"';
            else -- for good (guard_tuple)
                lifecycle := ',"lifecycle":' || to_json(new.lifecycle);
                privileged := ',"privileged":' || new.is_privileged;
                subject := ',"subject_kind":' || to_json(new.subject_kind);
                ends := ',"until":"' || to_char(new.access_until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"';
            end if;
            said := concat('{"actor":', to_json(new.phase_actor), needed, beneficiary, cancelled_by, clock, ',"cycle":' || to_json(nullif(new.claim_cycle, '')),
                case when new.emergency then ',"emergency":true' end, ended_by, ',"from":', to_json(old.phase), fulfiller, ',"generation":', new.generation,
                justification, ',"kind":', to_json(new.kind), lifecycle, ',"mode":', to_json(new.mode), privileged, proof, ',"reason":', to_json(new.phase_reason), requester,
                sponsor, subject, ',"to":', to_json(new.phase),
                ',"tuple_commitment":"' || encode(sha256(own || convert_to(nullif(coalesce(tuple, new.approved_hash), ''), 'UTF8')), 'hex') || '"', ends, '}');
        end if;
    when 'request_item' then
        request := new.request_id;
        members := '{account}';
        clear := array[new.account];
        salts := array[uuid_send(gen_random_uuid())];
        if what = 'item.superseded' then -- by which item of which request
            select * into other from governance.request_item i where i.id = new.superseded_by;
        end if;
        said := '{' || concat_ws(',',
            '"account_commitment":"' || encode(sha256(salts[1] || convert_to(nullif(new.account, ''), 'UTF8')), 'hex') || '"',
            '"by":' || to_json(other.request_id), '"by_item":' || other.id, '"desired":' || to_json(new.desired),
            '"entitlement_sha256":"' || encode(sha256(convert_to(new.entitlement, 'UTF8')), 'hex') || '"', '"item":' || new.id,
            '"source":' || to_json(new.source)) || '}';
    when 'observation' then
        select i.request_id, s.salt into request, own
          from governance.request_item i left join governance.request_salt s on s.request_id = i.request_id where i.id = new.item_id;
        own := coalesce(own, governance.document_salt(request));
        said := '{' || concat_ws(',',
            '"account":' || to_json(new.account),
            '"as_of":"' || to_char(new.source_as_of at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"', '"canary":' || new.canary_ok,
            '"complete":' || new.complete,
            '"entitlement_id_sha256":"' || encode(sha256(convert_to(nullif(new.entitlement_id, ''), 'UTF8')), 'hex') || '"',
            '"generation":' || new.generation,
            '"id_commitment":"' || encode(sha256(own || convert_to(nullif(new.native_id, ''), 'UTF8')), 'hex') || '"', '"item":' || new.item_id,
            '"observation":' || new.id, '"outcome":' || to_json(new.outcome),
            '"raw_commitment":"' || encode(sha256(own || convert_to(encode(new.raw_sha256, 'hex'), 'UTF8')), 'hex') || '"',
            '"reason":' || to_json(new.reason)) || '}';
    when 'flow' then
        request := new.request_id;
        select s.salt into own from governance.request_salt s where s.request_id = request;
        own := coalesce(own, governance.document_salt(request));
        said := '{' || concat_ws(',',
            '"attempts":' || new.attempt, '"cycle":' || to_json(nullif(new.cycle, '')), '"flow":' || new.id, '"kind":' || to_json(new.kind),
            '"payload_commitment":"' || encode(sha256(own || convert_to(encode(sha256(convert_to(new.payload, 'UTF8')), 'hex'), 'UTF8')), 'hex') || '"',
            '"state":' || to_json(new.state)) || '}';
    when 'ticket' then
        request := coalesce(new.request_id, new.second_of);
        if new.second_of is not null then -- both tickets, and both names people know them by
            select * into kept from governance.ticket t where t.request_id = new.second_of;
        end if;
        said := '{' || concat_ws(',',
            '"issue":' || to_json(new.issue_id), '"kept":' || to_json(kept.issue_id), '"kept_key":' || to_json(kept.issue_key),
            '"key":' || to_json(case when new.second_of is not null then new.issue_key else nullif(new.issue_key, '') end), '"site":' || to_json(new.site)) || '}';
    when 'approval' then
        request := new.request_id;
        select s.salt into own from governance.request_salt s where s.request_id = request;
        own := coalesce(own, governance.document_salt(request));
        members := '{approver}';
        clear := array[new.approver];
        salts := array[uuid_send(gen_random_uuid())];
        said := '{' || concat_ws(',',
            case when new.after_work then '"after_work":true' end, '"approval":' || new.id,
            '"approver_commitment":"' || encode(sha256(salts[1] || convert_to(nullif(new.approver, ''), 'UTF8')), 'hex') || '"',
            '"channel":' || to_json(new.channel), '"decision":' || to_json(new.decision),
            '"tuple_commitment":"' || encode(sha256(own || convert_to(nullif(new.tuple_hash, ''), 'UTF8')), 'hex') || '"',
            '"vouched_by":' || to_json(nullif(new.vouched_by, ''))) || '}';
    when 'policy_decision' then -- the bytes stand in the table, held to by their hashes
        request := new.request_id;
        select s.salt into own from governance.request_salt s where s.request_id = request;
        own := coalesce(own, governance.document_salt(request));
        said := '{' || concat_ws(',',
            '"answered_commitment":"' || encode(sha256(own || convert_to(encode(new.answered_sha256, 'hex'), 'UTF8')), 'hex') || '"',
            '"asked_commitment":"' || encode(sha256(own || convert_to(encode(new.asked_sha256, 'hex'), 'UTF8')), 'hex') || '"',
            '"conflicts":' || governance.canonical_json(nullif(to_jsonb(new.conflicts), '[]')), '"decision":' || new.id,
            '"generation":' || new.generation, '"item":' || new.item_id, '"pdp":' || to_json(new.pdp), '"permitted":' || new.permitted,
            '"question":' || to_json(new.question), '"stage":' || to_json(new.stage),
            '"tuple_commitment":"' || encode(sha256(own || convert_to(nullif(new.tuple_hash, ''), 'UTF8')), 'hex') || '"',
            '"why":' || to_json(new.why)) || '}';
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
        detail := jsonb_build_object('delegation', new.id, 'revoked', new.revoked_at is not null,
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
    if said is null then
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
        said := governance.canonical_json(jsonb_strip_nulls(detail));
    end if;
    seq := governance.evidence_append(what, request, said);
    if members is not null then
        for n in 1..cardinality(members) loop
            if clear[n] <> '' then
                insert into governance.person_commitment (entry, member, request_id, salt, value) values (seq, members[n], request, salts[n], clear[n]);
            end if;
        end loop;
    end if;
    return null;
end $$;
comment on function governance.evidence_write() is 'Trigger: one evidence entry for one state change, at commit';
