-- What one look saw: the ticket as read, and observations. Fenced by the request's claim; facts only, no decision.
create or replace function governance.facts_save(p_owner text, p_request uuid, p_version bigint, p jsonb) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.access_request;
    t jsonb := p->'ticket';
begin
    select * into r from governance.access_request x
     where x.id = p_request and x.version = p_version and x.lease_owner = p_owner and x.lease_until > clock_timestamp()
       for update;
    if not found then
        return null;
    end if;
    if t is not null then
        update governance.ticket x
           set issue_key = coalesce(nullif(t->>'key', ''), x.issue_key), state = t->>'state', category = t->>'category',
               role = t->>'role', status_name = t->>'status_name', cycle = t->>'cycle',
               cycle_at = to_timestamp((t->>'cycle_at_ms')::bigint / 1000.0), moved_by = t->>'moved_by',
               moved_by_us = (t->>'moved_by_us')::boolean, resolution_set = (t->>'resolution_set')::boolean,
               updated_ms = (t->>'updated_ms')::bigint, marker = t->>'marker', approval = t->>'approval',
               hinted_updated_ms = greatest(x.hinted_updated_ms, (t->>'updated_ms')::bigint), read_at = clock_timestamp()
         where x.request_id = p_request;
        if t->>'approver' <> '' and t->>'approval' in ('approved', 'declined') then
            insert into governance.approval (request_id, approver, decision, channel, tuple_hash)
            select p_request, t->>'approver', t->>'approval', 'jsm', t->>'mapped_hash'
             where lower(t->>'approver') not in (lower(r.requester), lower(r.beneficiary))
            on conflict do nothing;
        end if;
        if r.held and t->'mapped' is not null and jsonb_typeof(t->'mapped') = 'object' then
            perform governance.request_items(p_request, t->'mapped'->'items');
            r.held := false;
            r.mapped := t->'mapped';
            r.kind := coalesce(t->'mapped'->>'kind', r.kind);
            r.beneficiary := coalesce(t->'mapped'->>'beneficiary', r.beneficiary);
            r.approval_needed := coalesce((t->'mapped'->>'approval_needed')::boolean, r.approval_needed);
        end if;
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
       set version = x.version + 1, held = r.held, mapped = r.mapped, kind = r.kind, beneficiary = r.beneficiary,
           approval_needed = r.approval_needed, hold_text = coalesce(t->>'hold_text', x.hold_text),
           mapped_hash = coalesce(nullif(t->>'mapped_hash', ''), x.mapped_hash),
           lease_until = greatest(x.lease_until, clock_timestamp() + interval '30 s')
     where x.id = p_request;
    return p_version + 1;
end $$;
comment on function governance.facts_save(text, uuid, bigint, jsonb) is 'Store what one look saw: ticket snapshot and observations';
