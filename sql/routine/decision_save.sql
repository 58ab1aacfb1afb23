-- One decision, in one transaction: guarded move, flows, escalation; the clock follows by trigger. p: the decision document of store_request.c.
create or replace function governance.decision_save(p_owner text, p_request uuid, p_version bigint, p jsonb) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.access_request;
    release boolean := (p->>'release')::boolean;
    claim boolean := (p->>'new_claim')::boolean;
    target text := p->>'to';
    t governance.ticket;
    cycle text;
    rest interval := '0'; -- of the next look
    look timestamptz := to_timestamp(nullif((p->>'look_again_ms')::bigint, 0) / 1000.0);
begin
    if target = 'approved' or governance.is_over(target) then
        perform governance.lock_same(p_request);
    end if;
    select * into r from governance.access_request x
     where x.id = p_request and x.version = p_version and x.lease_owner = p_owner and x.lease_until > clock_timestamp()
       for update;
    if not found then
        return null;
    end if;
    select * into t from governance.ticket x where x.request_id = p_request;
    cycle := t.cycle;
    -- most decisions decide little: what there is nothing of is no statement
    if p->'flows' <> '[]' then
        rest := governance.flows_add(r, p->'flows');
    end if;
    if p->'retry' <> '[]' then
        update governance.flow f
           set state = 'pending', version = f.version + 1, run_after = clock_timestamp(), failures = 0
         where f.request_id = p_request and f.state = 'parked' and p->'retry' ? f.kind and governance.flow_has_turn(f);
    end if;
    if (p->>'breach')::boolean then
        insert into governance.escalation (request_id, kind, reason, key)
        values (p_request, 'breach', case r.mode when 'enforce' then 'ClosedBeforeProof' else 'WouldHaveRefused' end, cycle)
        on conflict do nothing;
    end if;
    if p->>'refused' <> '' then
        perform governance.attempt_refused(p_request, p->>'refused');
    end if;
    if (p->>'tampered')::boolean then
        insert into governance.escalation (request_id, kind, reason, key)
        values (p_request, 'tamper', 'MappedFieldsChanged', coalesce(nullif(t.mapped_hash, ''), 'empty')) on conflict do nothing;
    end if;
    if (p->>'edited_back')::boolean then -- what was approved stands there again; in between it did not
        insert into governance.escalation (request_id, kind, reason, key)
        values (p_request, 'tamper', 'MappedFieldsEditedBack', 'edit/' || t.edit) on conflict do nothing;
    end if;
    if (p->>'given_up')::boolean and governance.one_person(governance.person_all(t.moved_by, t.mover_names),
                                                           governance.person_all(r.requester, r.requester_names)) is distinct from true then
        insert into governance.escalation (request_id, kind, reason, key)
        values (p_request, 'breach', 'RemovalEndedOnTicket', 'given-up/' || cycle) on conflict do nothing;
    end if;
    -- of no effect on what is proven, undone where that can be, and never forgotten
    if (p->>'rebound')::boolean or (p->>'unmarked')::boolean or (p->>'resolved')::boolean or (p->>'revokes')::boolean
       or (p->>'refuses')::boolean or (p->>'respoken')::boolean then
        insert into governance.escalation (request_id, kind, reason, key)
        select p_request, x.kind, x.reason, x.key
          from (values ('rebound', 'tamper', 'BindingChanged', 'binding/' || t.updated_ms),
                       ('unmarked', 'tamper', 'MarkerRemoved', 'marker'),
                       ('resolved', 'breach', 'ResolvedByEdit', 'resolution/' || t.resolution_edit),
                       ('revokes', 'operator', 'ExceptionTakenBack', 'plea-end/' || (t.plea->>'edit')),
                       ('refuses', 'operator', 'ExceptionRefused', 'plea/' || (t.plea->>'edit')),
                       -- once for what stands there and the words it stands for
                       ('respoken', 'tamper', 'WordsChanged', concat_ws('/', 'words', t.shown_hash, r.notice_at))) as x(flag, kind, reason, key)
         where (p->>x.flag)::boolean
        on conflict do nothing;
    end if;
    if (p->>'refuses')::boolean and coalesce(p->>'refuses_why', '') <> '' then -- a program of before does not say why
        perform governance.refusal_on_ticket(p_request, 'exception', 'jsm', t.plea->>'decided_by', p->>'refuses_why', t.plea->>'edit', t.plea->>'owner',
                                             to_timestamp(nullif((t.plea->>'until_ms')::bigint, 0) / 1000.0));
    end if;
    if (p->>'revokes')::boolean then
        perform governance.plea_revoke(p_request, t.plea);
    end if;
    if (p->>'grants')::boolean then
        perform governance.plea_grant(p_request, t.plea);
    end if;
    if target = 'approved' and r.approved_hash = '' then
        update governance.ticket x set approved_edit = x.edit where x.request_id = p_request;
    end if;
    if r.emergency and r.approved_at is not null then -- its approval may have been reached by what became known since
        perform governance.approval_settle(p_request);
    end if;
    if p ? 'overdue' then
        perform governance.emergency_overdue(p_request, (p->'overdue'->>'approval')::boolean, (p->'overdue'->>'review')::boolean,
                                             (p->'overdue'->>'declined')::boolean);
    end if;
    if p ? 'settled' then
        perform governance.exception_settle(p_request, (p->>'settled')::bigint);
    end if;
    if p ? 'after' then
        perform governance.after_save(r, p->'after');
    end if;
    if target <> r.phase and governance.is_over(r.phase) and not governance.is_over(target) then -- it asks again for what it left
        update governance.drift d set ended_at = clock_timestamp() where d.request_id = p_request and d.ended_at is null;
    end if;
    if p->'escalations' <> '[]' then
        insert into governance.escalation (request_id, kind, reason, key)
        select p_request, 'operator', e.reason, concat_ws('/', e.reason, r.generation, coalesce(cycle, ''), nullif(e.since_ms, 0))
          from jsonb_to_recordset(p->'escalations') as e(reason text, since_ms bigint)
        on conflict do nothing;
    end if;
    update governance.access_request x
       set version = x.version + 1,
           phase = target,
           phase_reason = case when target <> x.phase then p->>'reason' else x.phase_reason end,
           phase_actor = 'service',
           generation = x.generation + case when claim then 1 else 0 end,
           claimed_at = case when claim then clock_timestamp() else x.claimed_at end,
           claim_cycle = case when claim then cycle else x.claim_cycle end,
           answered_cycle = case when (p->>'answered')::boolean then cycle else x.answered_cycle end,
           approved_at = case when target = 'approved' then coalesce(x.approved_at, clock_timestamp()) else x.approved_at end,
           approved_hash = case when target = 'approved' and x.approved_hash = '' then x.mapped_hash else x.approved_hash end,
           verified_at = case when target in ('verified', 'exception') then clock_timestamp()
                              when target in ('verifying', 'claimed', 'fulfilling', 'received') then null else x.verified_at end,
           closed_at = case when target = 'closed' then coalesce(x.closed_at, clock_timestamp()) end,
           closed_cycle = case when target = 'closed' then coalesce(x.closed_cycle, cycle) else x.closed_cycle end,
           notice = case when p->>'notice' <> '' then p->>'notice' else x.notice end,
           notice_key = case when p->>'notice' <> '' then p->>'notice_key' else x.notice_key end,
           plea_done = case when (p->>'grants')::boolean then t.plea->>'edit' else x.plea_done end,
           said_hash = case when p->>'notice' <> '' then coalesce(p->>'said_hash', '') else x.said_hash end,
           said_in = case when p->>'notice' <> '' then coalesce(p->>'said_in', '') else x.said_in end,
           notice_at = case when p->>'notice' <> '' then clock_timestamp() else x.notice_at end,
           look_at = case when release and x.hinted_at >= x.looked_at then clock_timestamp() + rest
                          when release and look is not null and rest > '0' then greatest(look, clock_timestamp() + rest)
                          when release then look else x.look_at end,
           lease_owner = case when release then null else x.lease_owner end,
           lease_until = case when release then null else greatest(x.lease_until, clock_timestamp() + coalesce((p->>'look_ms')::bigint, 30000) * interval '1 ms') end
     where x.id = p_request;
    return p_version + 1;
end $$;
comment on function governance.decision_save(text, uuid, bigint, jsonb) is 'Apply one decision: move, flows, escalations, due time';

-- Whoever has just claimed reads its sources by what he knows already, and by this.
create or replace function governance.decision_take(p_owner text, p_request uuid, p_version bigint, p jsonb, out version bigint, out claimed_ms bigint)
language plpgsql set search_path = pg_catalog as $$
begin
    version := governance.decision_save(p_owner, p_request, p_version, p);
    if version is not null and (p->>'new_claim')::boolean then
        claimed_ms := (select governance.ms(r.claimed_at) from governance.access_request r where r.id = p_request);
    end if;
end $$;
comment on function governance.decision_take(text, uuid, bigint, jsonb) is 'The same, and when the claim counts from that it takes up';
