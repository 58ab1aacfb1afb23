-- The rows every new request has, whichever way it came. p: the intake document of store_request.c.
create or replace function governance.request_create(p jsonb, p_from_ticket boolean) returns governance.access_request
language plpgsql set search_path = pg_catalog as $$
declare
    made governance.access_request;
    new_id uuid := gen_random_uuid();
    started timestamptz := least(clock_timestamp(),
        coalesce(to_timestamp((p->>'requested_ms')::bigint / 1000.0), clock_timestamp()));
begin
    insert into governance.access_request (id, site, marker, idempotency_key, body_sha256, kind, mode, lifecycle,
        subject_kind, rule, request_type, requester, beneficiary, justification, is_privileged, emergency, approval_needed,
        from_ticket, held, hold_text, mapping_version, mode_by, mode_mapping, mapped, mapped_hash, access_until, requested_at,
        requester_names, beneficiary_names, cause, follows, sponsor, mapping_kept, approval_due, review_due, submitted_by)
    values (new_id, p->>'site', 'gar-' || replace(new_id::text, '-', ''), p->>'idempotency_key', p->>'body_sha256',
        p->>'kind', p->>'mode', coalesce(nullif(p->>'lifecycle', ''), 'standard'),
        coalesce(nullif(p->>'subject_kind', ''), 'human'), p->>'rule', p->>'request_type', p->>'requester',
        p->>'beneficiary', p->>'justification', (p->>'privileged')::boolean, (p->>'emergency')::boolean,
        (p->>'approval_needed')::boolean, p_from_ticket, p->>'hold_text' <> '', p->>'hold_text', p->>'mapping_version',
        coalesce(p->>'mode_by', 'rule'), p->>'mapping_version', p->'mapped', p->>'mapped_hash',
        governance.access_end(p, p_from_ticket, started), started,
        governance.names_joined('{}', p->'requester_names'), governance.names_joined('{}', p->'beneficiary_names'),
        coalesce(p->>'cause', 'asked'), (p->>'follows')::uuid, p->'mapped'->>'sponsor',
        case when p_from_ticket and p->>'hold_text' = '' then p->>'mapping_version' end,
        to_timestamp(nullif((p->>'approval_due_ms')::bigint, 0) / 1000.0), to_timestamp(nullif((p->>'review_due_ms')::bigint, 0) / 1000.0),
        nullif(p->>'submitted_by', ''))
    returning * into made;
    perform governance.request_items_add(made.id, p->'items');
    if p->>'approved_by' <> '' then -- who submitted it vouches for the approval
        insert into governance.approval (request_id, approver, decision, channel, tuple_hash, vouched_by)
        values (made.id, p->>'approved_by', 'approved', 'api', made.mapped_hash, coalesce(p->>'submitted_by', ''));
    end if;
    perform governance.clock_begin(made, p);
    return made;
end $$;
comment on function governance.request_create(jsonb, boolean) is 'Create a request with its items and its clock';
