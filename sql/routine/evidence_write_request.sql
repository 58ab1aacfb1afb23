-- The entries of a request itself: received, moved or mapped anew, closed by whom it may be. What every request goes through is said as it
-- will stand in the entry, member by member in the order of their names: sorting it by a query (canonical_json) costs several times as much,
-- and an entry is to cost a tenth of its change. A member without a value is none. What few have stands apart, each with its name:
-- to make an expression ready, anew in each transaction, costs more than to compute it.
create or replace function governance.evidence_write_received() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    own constant bytea := governance.document_salt(new.id);
    salts constant bytea[] := array[uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid())];
    emergency text;
    due text;
    review text;
    follows text;
begin
    if new.emergency then
        emergency := '"emergency":true';
        due := '"approval_due_us":' || governance.us(new.approval_due);
        review := '"review_due_us":' || governance.us(new.review_due);
    end if;
    if new.follows is not null then
        follows := concat_ws(',', '"earlier_proof":' || governance.canonical_json(governance.earlier_proof(new.follows)), emergency, '"follows":' || to_json(new.follows));
    end if;
    perform governance.evidence_append(tg_argv[0], new.id, '{' || concat_ws(',',
        '"actor":' || to_json(new.phase_actor), due, '"approval_needed":' || new.approval_needed,
        '"beneficiary_commitment":"' || encode(sha256(salts[1] || convert_to(nullif(new.beneficiary, ''), 'UTF8')), 'hex') || '"',
        case when new.follows is not null then '"cause":' || to_json(new.cause) end, '"clock":' || governance.clock_evidence(new.id),
        '"cycle":' || to_json(nullif(new.claim_cycle, '')), coalesce(follows, emergency), '"generation":' || new.generation,
        -- of nothing, too: so that none is added; and each by its name: so that nobody sees which are of the same words, or of none
        '"justification_commitment":"' || encode(sha256(own || convert_to(concat('justification ', new.justification), 'UTF8')), 'hex') || '"',
        '"kind":' || to_json(new.kind), '"mapping":' || to_json(new.mode_mapping), '"mode":' || to_json(new.mode),
        '"mode_by":' || to_json(new.mode_by), '"reason":' || to_json(new.phase_reason),
        '"requester_commitment":"' || encode(sha256(salts[2] || convert_to(nullif(new.requester, ''), 'UTF8')), 'hex') || '"',
        review, '"rule":' || to_json(new.rule), '"site":' || to_json(new.site),
        '"sponsor_commitment":"' || encode(sha256(own || convert_to(concat('sponsor ', new.sponsor), 'UTF8')), 'hex') || '"',
        '"submitted_by":' || to_json(new.submitted_by), '"to":' || to_json(new.phase),
        '"tuple_commitment":"' || encode(sha256(own || convert_to(nullif(new.approved_hash, ''), 'UTF8')), 'hex') || '"') || '}',
        '{beneficiary,requester}', array[new.beneficiary, new.requester], salts);
    return null;
end $$;
comment on function governance.evidence_write_received() is 'Trigger: the first entry of a request, at commit';

create or replace function governance.evidence_write_moved() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    remapped constant boolean := tg_argv[0] = 'request.remapped';
    own bytea; -- salt of the documents of the request
    members text[]; -- names of people: which, and their salts
    salts bytea[];
    clear text[];
    beneficiary text; -- what some moves say beside the others
    requester text;
    cancelled_by text;
    ended_by text;
    emergency text;
    clock text;
    proof text;
    tuple text := new.approved_hash;
    lifecycle text; -- what is frozen once it is approved
    privileged text;
    subject text;
    ends text;
    needed text; -- what is mapped anew with it
    justification text;
    sponsor text;
    fulfiller text; -- whose claim it is
begin
    select s.salt into own from governance.request_salt s where s.request_id = new.id;
    if own is null then
        own := governance.document_salt(new.id);
    end if;
    if remapped then -- else they are those of before
        members := '{beneficiary,requester}';
        clear := array[new.beneficiary, new.requester];
        salts := array[uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid())];
        beneficiary := ',"beneficiary_commitment":"' || encode(sha256(salts[1] || convert_to(nullif(new.beneficiary, ''), 'UTF8')), 'hex') || '"';
        requester := ',"requester_commitment":"' || encode(sha256(salts[2] || convert_to(nullif(new.requester, ''), 'UTF8')), 'hex') || '"';
        needed := ',"approval_needed":' || new.approval_needed;
        justification := ',"justification_commitment":"' || encode(sha256(own || convert_to(concat('justification ', new.justification), 'UTF8')), 'hex') || '"';
        sponsor := ',"sponsor_commitment":"' || encode(sha256(own || convert_to(concat('sponsor ', new.sponsor), 'UTF8')), 'hex') || '"';
        clock := ',"clock":' || governance.clock_evidence(new.id); -- which may be chosen anew (clock_kind)
        tuple := coalesce(new.mapped_hash, tuple);
    elsif new.phase = 'claimed' then -- of nobody, too: so that none is added
        fulfiller := ',"fulfiller_commitment":"' || encode(sha256(own || convert_to(concat('fulfiller ', new.claim_cycle, ' ',
            (select f.person from governance.fulfiller f where f.request_id = new.id and f.cycle = new.claim_cycle)), 'UTF8')), 'hex') || '"';
    elsif new.phase = 'approved' then -- for good (guard_tuple)
        lifecycle := ',"lifecycle":' || to_json(new.lifecycle);
        privileged := ',"privileged":' || new.is_privileged;
        subject := ',"subject_kind":' || to_json(new.subject_kind);
        ends := ',"until":"' || to_char(new.access_until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"';
    end if;
    if new.phase in ('verified', 'exception', 'closed', 'denied', 'cancelled', 'expired')
       or new.phase_reason in ('CancelledOnTicket', 'DeclinedOnTicket') then
        if new.phase_reason in ('CancelledOnTicket', 'DeclinedOnTicket') and not remapped then -- by whose hand
            members := '{ended_by}';
            clear := array[(select t.moved_by from governance.ticket t where t.request_id = new.id)];
            salts := array[uuid_send(gen_random_uuid())];
            ended_by := ',"ended_by_commitment":"' || encode(sha256(salts[1] || convert_to(nullif(clear[1], ''), 'UTF8')), 'hex') || '"';
        end if;
        if not remapped and new.phase = 'cancelled' then
            cancelled_by := ',"cancelled_by":' || to_json(new.cancelled_by);
        end if;
        if not remapped and new.phase <> 'closed' and governance.clock_end(new.phase) is not null then
            clock := ',"clock":' || governance.clock_evidence(new.id);
        end if;
        if new.phase in ('verified', 'exception', 'closed') then
            proof := ',"proof":' || governance.canonical_json(jsonb_strip_nulls(governance.proof_of(new.id)));
        end if;
    end if;
    if new.emergency then
        emergency := ',"emergency":true';
    end if;
    perform governance.evidence_append(tg_argv[0], new.id, concat('{"actor":', to_json(new.phase_actor), needed, beneficiary, cancelled_by, clock,
        ',"cycle":' || to_json(nullif(new.claim_cycle, '')), emergency, ended_by, ',"from":', to_json(old.phase), fulfiller, ',"generation":', new.generation,
        justification, ',"kind":', to_json(new.kind), lifecycle, ',"mode":', to_json(new.mode), privileged, proof, ',"reason":', to_json(new.phase_reason), requester,
        sponsor, subject, ',"to":', to_json(new.phase),
        ',"tuple_commitment":"' || encode(sha256(own || convert_to(nullif(tuple, ''), 'UTF8')), 'hex') || '"', ends, '}'), members, clear, salts);
    return null;
end $$;
comment on function governance.evidence_write_moved() is 'Trigger: the entry of a request that moved or is mapped anew, at commit';

create or replace function governance.evidence_write_mode() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform governance.evidence_append(tg_argv[0], new.id, '{' || concat_ws(',',
        '"by":' || to_json(new.mode_by), '"mapping":' || to_json(new.mode_mapping), '"mode":' || to_json(new.mode),
        '"phase":' || to_json(new.phase), '"was":' || to_json(old.mode)) || '}');
    return null;
end $$;
comment on function governance.evidence_write_mode() is 'Trigger: one entry where a request may be closed by somebody else from now on, which is no move';
