-- The entries of what most requests go through beside their own moves: items, reads, calls, the ticket, approvals, decisions of policy. Written as
-- those of the request are (evidence_write_request.sql).
create or replace function governance.evidence_write_item() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    salt constant bytea := uuid_send(gen_random_uuid());
    other governance.request_item;
begin
    if tg_argv[0] = 'item.superseded' then -- by which item of which request
        select * into other from governance.request_item i where i.id = new.superseded_by;
    end if;
    perform governance.evidence_append(tg_argv[0], new.request_id, '{' || concat_ws(',',
        '"account_commitment":"' || encode(sha256(salt || convert_to(nullif(new.account, ''), 'UTF8')), 'hex') || '"',
        '"by":' || to_json(other.request_id), '"by_item":' || other.id, '"desired":' || to_json(new.desired),
        '"entitlement_sha256":"' || encode(sha256(convert_to(new.entitlement, 'UTF8')), 'hex') || '"', '"item":' || new.id,
        '"source":' || to_json(new.source)) || '}', '{account}', array[new.account], array[salt]);
    return null;
end $$;
comment on function governance.evidence_write_item() is 'Trigger: one entry for an item that is asked for, or no more, at commit';

create or replace function governance.evidence_write_observation() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    request uuid;
    own bytea;
begin
    select i.request_id, s.salt into request, own
      from governance.request_item i left join governance.request_salt s on s.request_id = i.request_id where i.id = new.item_id;
    own := coalesce(own, governance.document_salt(request));
    perform governance.evidence_append(tg_argv[0], request, '{' || concat_ws(',',
        '"account":' || to_json(new.account),
        '"as_of":"' || to_char(new.source_as_of at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"', '"canary":' || new.canary_ok,
        '"complete":' || new.complete,
        '"entitlement_id_sha256":"' || encode(sha256(convert_to(nullif(new.entitlement_id, ''), 'UTF8')), 'hex') || '"',
        '"generation":' || new.generation,
        '"id_commitment":"' || encode(sha256(own || convert_to(nullif(new.native_id, ''), 'UTF8')), 'hex') || '"', '"item":' || new.item_id,
        '"observation":' || new.id, '"outcome":' || to_json(new.outcome),
        '"raw_commitment":"' || encode(sha256(own || convert_to(encode(new.raw_sha256, 'hex'), 'UTF8')), 'hex') || '"',
        '"reason":' || to_json(new.reason)) || '}');
    return null;
end $$;
comment on function governance.evidence_write_observation() is 'Trigger: one entry for one read of a source, at commit';

create or replace function governance.evidence_write_flow() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    own bytea;
begin
    select s.salt into own from governance.request_salt s where s.request_id = new.request_id;
    own := coalesce(own, governance.document_salt(new.request_id));
    perform governance.evidence_append(tg_argv[0], new.request_id, '{' || concat_ws(',',
        '"attempts":' || new.attempt, '"cycle":' || to_json(nullif(new.cycle, '')), '"flow":' || new.id, '"kind":' || to_json(new.kind),
        '"payload_commitment":"' || encode(sha256(own || convert_to(encode(sha256(convert_to(new.payload, 'UTF8')), 'hex'), 'UTF8')), 'hex') || '"',
        '"state":' || to_json(new.state)) || '}');
    return null;
end $$;
comment on function governance.evidence_write_flow() is 'Trigger: one entry for a flow that ended, at commit';

create or replace function governance.evidence_write_ticket() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    kept governance.ticket;
begin
    if new.second_of is not null then -- both tickets, and both names people know them by
        select * into kept from governance.ticket t where t.request_id = new.second_of;
    end if;
    perform governance.evidence_append(tg_argv[0], coalesce(new.request_id, new.second_of), '{' || concat_ws(',',
        '"issue":' || to_json(new.issue_id), '"kept":' || to_json(kept.issue_id), '"kept_key":' || to_json(kept.issue_key),
        '"key":' || to_json(case when new.second_of is not null then new.issue_key else nullif(new.issue_key, '') end), '"site":' || to_json(new.site)) || '}');
    return null;
end $$;
comment on function governance.evidence_write_ticket() is 'Trigger: one entry for a ticket that is bound, is a second one or has another name, at commit';

create or replace function governance.evidence_write_approval() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    salt constant bytea := uuid_send(gen_random_uuid());
    own bytea;
begin
    select s.salt into own from governance.request_salt s where s.request_id = new.request_id;
    own := coalesce(own, governance.document_salt(new.request_id));
    perform governance.evidence_append(tg_argv[0], new.request_id, '{' || concat_ws(',',
        case when new.after_work then '"after_work":true' end, '"approval":' || new.id,
        '"approver_commitment":"' || encode(sha256(salt || convert_to(nullif(new.approver, ''), 'UTF8')), 'hex') || '"',
        '"channel":' || to_json(new.channel), '"decision":' || to_json(new.decision),
        '"tuple_commitment":"' || encode(sha256(own || convert_to(nullif(new.tuple_hash, ''), 'UTF8')), 'hex') || '"',
        '"vouched_by":' || to_json(nullif(new.vouched_by, ''))) || '}', '{approver}', array[new.approver], array[salt]);
    return null;
end $$;
comment on function governance.evidence_write_approval() is 'Trigger: one entry for one approval, at commit';

-- The bytes stand in the table, held to by their hashes.
create or replace function governance.evidence_write_policy() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    own bytea;
begin
    select s.salt into own from governance.request_salt s where s.request_id = new.request_id;
    own := coalesce(own, governance.document_salt(new.request_id));
    perform governance.evidence_append(tg_argv[0], new.request_id, '{' || concat_ws(',',
        '"answered_commitment":"' || encode(sha256(own || convert_to(encode(new.answered_sha256, 'hex'), 'UTF8')), 'hex') || '"',
        '"asked_commitment":"' || encode(sha256(own || convert_to(encode(new.asked_sha256, 'hex'), 'UTF8')), 'hex') || '"',
        '"conflicts":' || governance.canonical_json(nullif(to_jsonb(new.conflicts), '[]')), '"decision":' || new.id,
        '"generation":' || new.generation, '"item":' || new.item_id, '"pdp":' || to_json(new.pdp), '"permitted":' || new.permitted,
        '"question":' || to_json(new.question), '"stage":' || to_json(new.stage),
        '"tuple_commitment":"' || encode(sha256(own || convert_to(nullif(new.tuple_hash, ''), 'UTF8')), 'hex') || '"',
        '"why":' || to_json(new.why)) || '}');
    return null;
end $$;
comment on function governance.evidence_write_policy() is 'Trigger: one entry for one answer of the policy, at commit';
