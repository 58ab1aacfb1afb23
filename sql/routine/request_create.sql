-- The rows every new request has, whichever way it came: those of many in as few statements as those of one, for what a statement costs by itself
-- is most of it. p: their intake documents (store_request.c). Answers their ids, in that order.
create or replace function governance.request_create_many(p jsonb[], p_from_ticket boolean) returns uuid[]
language plpgsql set search_path = pg_catalog as $$
declare
    ids constant uuid[] := array(select gen_random_uuid() from generate_subscripts(p, 1));
begin
    insert into governance.access_request (id, site, marker, idempotency_key, body_sha256, kind, mode, lifecycle,
        subject_kind, rule, request_type, requester, beneficiary, justification, is_privileged, emergency, approval_needed,
        from_ticket, held, hold_text, mapping_version, mode_by, mode_mapping, mapped, mapped_hash, access_until, requested_at,
        requester_names, beneficiary_names, cause, follows, sponsor, mapping_kept, approval_due, review_due, submitted_by)
    select d.id, d.p->>'site', 'gar-' || replace(d.id::text, '-', ''), d.p->>'idempotency_key', d.p->>'body_sha256',
        d.p->>'kind', d.p->>'mode', coalesce(nullif(d.p->>'lifecycle', ''), 'standard'),
        coalesce(nullif(d.p->>'subject_kind', ''), 'human'), d.p->>'rule', d.p->>'request_type', d.p->>'requester',
        d.p->>'beneficiary', d.p->>'justification', (d.p->>'privileged')::boolean, (d.p->>'emergency')::boolean,
        (d.p->>'approval_needed')::boolean, p_from_ticket, d.p->>'hold_text' <> '', d.p->>'hold_text', d.p->>'mapping_version',
        coalesce(d.p->>'mode_by', 'rule'), d.p->>'mapping_version', d.p->'mapped', d.p->>'mapped_hash',
        governance.access_end(d.p, p_from_ticket, s.started), s.started,
        governance.names_joined('{}', d.p->'requester_names'), governance.names_joined('{}', d.p->'beneficiary_names'),
        coalesce(d.p->>'cause', 'asked'), (d.p->>'follows')::uuid, d.p->'mapped'->>'sponsor',
        case when p_from_ticket and d.p->>'hold_text' = '' then d.p->>'mapping_version' end,
        to_timestamp(nullif((d.p->>'approval_due_ms')::bigint, 0) / 1000.0), to_timestamp(nullif((d.p->>'review_due_ms')::bigint, 0) / 1000.0),
        nullif(d.p->>'submitted_by', '')
      from unnest(ids, p) as d(id, p)
     cross join lateral (
           select least(clock_timestamp(), coalesce(to_timestamp((d.p->>'requested_ms')::bigint / 1000.0), clock_timestamp())) as started) s;
    perform governance.request_items_add(ids, p);
    if exists (select from unnest(p) as d(p) where d.p->>'approved_by' <> '') then -- who submitted it vouches for the approval
        insert into governance.approval (request_id, approver, decision, channel, tuple_hash, vouched_by)
        select d.id, d.p->>'approved_by', 'approved', 'api', d.p->>'mapped_hash', coalesce(d.p->>'submitted_by', '')
          from unnest(ids, p) as d(id, p) where d.p->>'approved_by' <> '';
    end if;
    perform governance.clocks_begin(ids, p);
    return ids;
end $$;
comment on function governance.request_create_many(jsonb[], boolean) is 'Create requests with their items and their clocks';

create or replace function governance.request_create(p jsonb, p_from_ticket boolean) returns governance.access_request
language plpgsql set search_path = pg_catalog as $$
declare
    made governance.access_request;
    ids constant uuid[] := governance.request_create_many(array[p], p_from_ticket);
begin
    select * into made from governance.access_request r where r.id = ids[1];
    return made;
end $$;
comment on function governance.request_create(jsonb, boolean) is 'Create a request with its items and its clock';
