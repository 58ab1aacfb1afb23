-- What one look saw: the ticket as read, and observations. Fenced by the request's claim; facts only, no decision.
-- Until something is approved the items follow the ticket. An approval counts for what the ticket asks for only when it
-- asked the same in the look before: found together with an edit, nobody knows what it was given for.
create or replace function governance.facts_save(p_owner text, p_request uuid, p_version bigint, p jsonb) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.access_request;
    was governance.access_request;
    t jsonb := p->'ticket';
    mapped jsonb := t->'mapped';
begin
    if jsonb_typeof(mapped) = 'object' then
        perform governance.lock_ahead(p_request);
    end if;
    select * into r from governance.access_request x
     where x.id = p_request and x.version = p_version and x.lease_owner = p_owner and x.lease_until > clock_timestamp()
       for update;
    if not found then
        return null;
    end if;
    if t->>'state' = 'gone' and governance.site_is_held(r.site) then
        return null; -- not believed: looked at again when the claim runs out
    end if;
    if t->>'mapping' <> '' and not governance.mapping_is_live(r.site, t->>'mapping') then
        return null; -- read by the mapping of before: so is this
    end if;
    was := r;
    if t is not null then
        -- what changed since the read before may be us
        if (select governance.may_be_ours(x, r) from governance.ticket x where x.request_id = p_request) then
            r.seen_updated_ms := (t->>'updated_ms')::bigint;
        end if;
        if t->>'shown_hash' = nullif(r.said_hash, '') then -- there it stands, wherever it was meant to
            r.said_in := coalesce(t->>'shown_in', '');
        end if;
        if governance.same_person(t->>'requester', r.requester) then
            r.requester_names := governance.names_joined(r.requester_names, t->'requester_names');
        end if;
        if governance.same_person(t->>'beneficiary', r.beneficiary) then
            r.beneficiary_names := governance.names_joined(r.beneficiary_names, t->'beneficiary_names');
        end if;
        perform governance.ticket_saw(r, t, to_timestamp((p->>'looked_ms')::bigint / 1000.0));
        if t ? 'fields' then
            perform governance.ticket_fields_keep(r, t);
        end if;
        if r.approved_at is null and r.phase in ('received', 'pending_approval') and t->>'state' = 'here' then
            if coalesce(t->>'mapped_hash', '') = '' then
                r.held := true;
            elsif (r.held or t->>'mapped_hash' <> r.mapped_hash) and jsonb_typeof(mapped) = 'object' then
                perform governance.request_items(p_request, mapped->'items');
                -- a wish that needs an approval goes on needing it, whatever it is edited to
                r.approval_needed := (r.approval_needed and r.mapped_hash <> '')
                    or coalesce((mapped->>'approval_needed')::boolean, r.approval_needed);
                r.held := false;
                r.mapped := mapped;
                r.mapped_hash := t->>'mapped_hash';
                r.kind := coalesce(mapped->>'kind', r.kind);
                if not governance.same_person(mapped->>'beneficiary', r.beneficiary) then
                    r.beneficiary := mapped->>'beneficiary';
                    r.beneficiary_names := governance.names_joined('{}', t->'beneficiary_names');
                end if;
                r.is_privileged := coalesce((mapped->>'privileged')::boolean, r.is_privileged);
                r := governance.terms_taken(r, mapped);
            end if;
        end if;
        if r.held and not governance.is_settled(r) then
            r.mapping_kept := null; -- another mapping may understand it
        elsif t ? 'live_hash' and governance.is_settled(r) then -- it keeps another than the live one
            r.mapping_kept := governance.rebase_follow(r, t);
        elsif r.mapping_kept is null and t->>'mapped_hash' = r.mapped_hash and r.mapped_hash <> '' then
            r.mapping_kept := nullif(t->>'mapped_by', ''); -- this one does
        end if;
    end if;
    if t->>'mode' <> r.mode and (r.phase <> 'closed' or t->>'cycle' is distinct from r.closed_cycle) then
        -- the mapping says otherwise now; what is closed stays as it was closed
        r.mode := t->>'mode';
        r.mode_by := t->>'mode_by';
        r.mode_mapping := t->>'mode_mapping';
        r.mode_at := greatest(clock_timestamp(), r.mode_at + interval '1 us');
    end if;
    if jsonb_array_length(p->'observations') > 0 then
        select x.updated_ms into r.seen_updated_ms from governance.ticket x where x.request_id = p_request;
        perform governance.observations_keep(r, p->'observations');
    end if;
    r.hold_text := coalesce(t->>'hold_text', r.hold_text);
    r.lease_until := greatest(r.lease_until, clock_timestamp() + coalesce((p->>'look_ms')::bigint, 30000) * interval '1 ms');
    was.lease_until := r.lease_until;
    was.seen_updated_ms := r.seen_updated_ms;
    was.said_in := r.said_in;
    if r is not distinct from was then -- most looks find what was known: what is not named asks no guard
        update governance.access_request x
           set version = x.version + 1, seen_updated_ms = coalesce(r.seen_updated_ms, x.seen_updated_ms), said_in = r.said_in, lease_until = r.lease_until
         where x.id = p_request
        returning x.version into r.version; -- its own read may have superseded it: the look goes on, and sees that
        return r.version;
    end if;
    update governance.access_request x
       set version = x.version + 1, seen_updated_ms = coalesce(r.seen_updated_ms, x.seen_updated_ms), said_in = r.said_in, held = r.held,
           mapped = r.mapped, mapping_kept = r.mapping_kept, kind = r.kind, beneficiary = r.beneficiary,
           requester_names = r.requester_names, beneficiary_names = r.beneficiary_names,
           approval_needed = r.approval_needed, hold_text = r.hold_text,
           mapped_hash = r.mapped_hash, is_privileged = r.is_privileged, access_until = r.access_until, sponsor = r.sponsor,
           lifecycle = r.lifecycle, subject_kind = r.subject_kind, justification = r.justification,
           mode = r.mode, mode_by = r.mode_by, mode_mapping = r.mode_mapping, mode_at = r.mode_at, lease_until = r.lease_until
     where x.id = p_request
    returning x.version into r.version;
    return r.version;
end $$;
comment on function governance.facts_save(text, uuid, bigint, jsonb) is 'Store what one look saw: ticket snapshot and observations';

-- What was read of the sources, and what follows from it beside what is decided.
create or replace function governance.observations_keep(r governance.access_request, p jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.observation (item_id, generation, source_as_of, outcome, account, via, reason, complete,
                                        canary_ok, native_id, entitlement_id, raw_sha256, others, observed_at)
    select o.item, r.generation, to_timestamp(o.as_of_ms / 1000.0), o.outcome, o.account, o.via, o.reason, o.complete,
           o.canary_ok, o.native_id, coalesce(o.entitlement_id, ''), decode(o.raw_sha256, 'hex'), o.others, clock.at
      from jsonb_to_recordset(p) as o(item bigint, as_of_ms bigint, outcome text, account text, via text,
                reason text, complete boolean, canary_ok boolean, native_id text, entitlement_id text, raw_sha256 text, others text),
           (select clock_timestamp() as at) clock
     where exists (select from governance.request_item i where i.id = o.item and i.request_id = r.id);
    perform governance.account_pin(r.id, r.beneficiary, p);
    perform governance.entitlement_pin(r.id, p);
    if r.claimed_at is not null and p @? '$[*].others' then
        perform governance.over_grants_keep(r.id, r.generation);
    end if;
    update governance.source s
       set last_read_at = clock_timestamp(),
           last_known_at = case when k.known then clock_timestamp() else s.last_known_at end
      from (select i.source, bool_or(o.outcome <> 'unknown') as known
              from jsonb_to_recordset(p) as o(item bigint, outcome text)
             cross join lateral (select x.source from governance.request_item x where x.id = o.item offset 0) i group by i.source order by i.source) k
     where s.name = k.source -- to the second: many who read it together do not wait for each other
       and (coalesce(s.last_read_at, '-infinity') < clock_timestamp() - interval '1 s'
            or k.known and coalesce(s.last_known_at, '-infinity') < clock_timestamp() - interval '1 s');
end $$;
comment on function governance.observations_keep(governance.access_request, jsonb) is 'Store observations of a request, the ids they show, and that their sources were read';

-- What the fields of a ticket held: the last read counts. Empty: more than is kept.
create or replace function governance.ticket_fields_keep(r governance.access_request, t jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.ticket_fields as f (site, issue_id, body, why)
    select x.site, x.issue_id, nullif(t->>'fields', ''), case when t->>'fields' = '' then 'hold more than is kept' else '' end
      from governance.ticket x where x.request_id = r.id
    on conflict (site, issue_id) do update set body = excluded.body, why = excluded.why, read_at = clock_timestamp()
     where (f.body, f.why) is distinct from (excluded.body, excluded.why); -- most reads find what was there
end $$;
comment on function governance.ticket_fields_keep(governance.access_request, jsonb) is 'Keep what the fields of a ticket held, for trying mappings on it';

create or replace function governance.names_joined(p_known text[], p_more jsonb) returns text[]
language plpgsql immutable set search_path = pg_catalog as $$
begin
    if coalesce(p_more, '[]') = '[]' then
        return p_known;
    end if;
    return p_known || array(select distinct n.name from jsonb_array_elements_text(p_more) as n(name)
                             where n.name <> all (p_known) order by n.name limit greatest(32 - cardinality(p_known), 0));
end $$;
comment on function governance.names_joined(text[], jsonb) is 'What is known of a person, and what is known now, each once, 32 at most';
