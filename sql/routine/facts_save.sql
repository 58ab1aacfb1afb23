-- What one look saw: the ticket as read, and observations. Fenced by the request's claim; facts only, no decision.
-- Until something is approved the items follow the ticket. An approval counts for what the ticket asks for only when it
-- asked the same in the look before: found together with an edit, nobody knows what it was given for.
create or replace function governance.facts_save(p_owner text, p_request uuid, p_version bigint, p jsonb) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.access_request;
    t jsonb := p->'ticket';
    mapped jsonb := t->'mapped';
    ours boolean; -- a write of ours ended since the ticket was read last, or is on its way
    given timestamptz := to_timestamp(coalesce((t->>'approved_at_ms')::bigint, 0) / 1000.0);
begin
    select * into r from governance.access_request x
     where x.id = p_request and x.version = p_version and x.lease_owner = p_owner and x.lease_until > clock_timestamp()
       for update;
    if not found then
        return null;
    end if;
    if t->>'state' = 'gone' and governance.site_is_held(r.site) then
        return null; -- not read: looked at again when the claim runs out
    end if;
    if t is not null then
        select exists (select from governance.flow f
                        where f.request_id = p_request
                          and (f.state in ('calling', 'doubt', 'probing') or f.ended_at >= x.read_at))
          into ours from governance.ticket x where x.request_id = p_request;
        if ours then
            r.seen_updated_ms := (t->>'updated_ms')::bigint;
        end if;
        update governance.ticket x
           set issue_key = coalesce(nullif(t->>'key', ''), x.issue_key), state = t->>'state', category = t->>'category',
               role = t->>'role', status_name = t->>'status_name', cycle = t->>'cycle',
               cycle_at = to_timestamp((t->>'cycle_at_ms')::bigint / 1000.0), moved_by = t->>'moved_by',
               moved_by_us = (t->>'moved_by_us')::boolean, resolution_set = (t->>'resolution_set')::boolean,
               updated_ms = (t->>'updated_ms')::bigint, edit = coalesce(nullif(t->>'edit', ''), x.edit), marker = t->>'marker', approval = t->>'approval',
               markers = coalesce(t->>'markers', ''), bound_to = coalesce(t->>'bound_to', ''),
               bound_elsewhere = coalesce((t->>'bound_elsewhere')::boolean, false),
               resolution_edit = coalesce(t->>'resolution_edit', ''), shown_hash = coalesce(t->>'shown_hash', ''), plea = t->'plea',
               approved_at = nullif(given, 'epoch'), mapped_hash = coalesce(t->>'mapped_hash', ''),
               hinted_updated_ms = greatest(x.hinted_updated_ms, (t->>'updated_ms')::bigint), read_at = clock_timestamp()
         where x.request_id = p_request;
        if t->>'state' = 'here' and t->>'approver' <> '' and t->>'approval' in ('approved', 'declined') then
            insert into governance.approval (request_id, approver, decision, channel, tuple_hash, given_at)
            select p_request, t->>'approver', t->>'approval', 'jsm', case t->>'mapped_hash' when r.mapped_hash then r.mapped_hash else '' end, given
             where not governance.same_person(t->>'approver', r.requester) and not governance.same_person(t->>'approver', r.beneficiary)
               and not exists (select from governance.approval a where a.request_id = p_request and a.channel = 'jsm'
                                  and a.approver = t->>'approver' and a.given_at = given)
            on conflict do nothing;
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
                r.beneficiary := coalesce(mapped->>'beneficiary', r.beneficiary);
                r.is_privileged := coalesce((mapped->>'privileged')::boolean, r.is_privileged);
            end if;
        end if;
    end if;
    if jsonb_array_length(p->'observations') > 0 then
        select x.updated_ms into r.seen_updated_ms from governance.ticket x where x.request_id = p_request;
    end if;
    insert into governance.observation (item_id, generation, source_as_of, outcome, account, via, reason, complete,
                                        canary_ok, native_id, raw_sha256, observed_at)
    select o.item, r.generation, to_timestamp(o.as_of_ms / 1000.0), o.outcome, o.account, o.via, o.reason, o.complete,
           o.canary_ok, o.native_id, decode(o.raw_sha256, 'hex'), clock.at
      from jsonb_to_recordset(p->'observations') as o(item bigint, as_of_ms bigint, outcome text, account text, via text,
                reason text, complete boolean, canary_ok boolean, native_id text, raw_sha256 text),
           (select clock_timestamp() as at) clock
     where exists (select from governance.request_item i where i.id = o.item and i.request_id = p_request);
    update governance.source s
       set last_read_at = clock_timestamp(),
           last_known_at = case when k.known then clock_timestamp() else s.last_known_at end
      from (select i.source, bool_or(o.outcome <> 'unknown') as known
              from jsonb_to_recordset(p->'observations') as o(item bigint, outcome text)
              join governance.request_item i on i.id = o.item group by i.source order by i.source) k
     where s.name = k.source;
    update governance.access_request x
       set version = x.version + 1, seen_updated_ms = coalesce(r.seen_updated_ms, x.seen_updated_ms), held = r.held, mapped = r.mapped, kind = r.kind, beneficiary = r.beneficiary,
           approval_needed = r.approval_needed, hold_text = coalesce(t->>'hold_text', x.hold_text),
           mapped_hash = r.mapped_hash, is_privileged = r.is_privileged,
           lease_until = greatest(x.lease_until, clock_timestamp() + interval '30 s')
     where x.id = p_request;
    return p_version + 1;
end $$;
comment on function governance.facts_save(text, uuid, bigint, jsonb) is 'Store what one look saw: ticket snapshot and observations';
