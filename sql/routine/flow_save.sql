-- One move of one flow. p: {to, rest_ms, lease_s, count_attempt, failed, settled, issue_id, key, bind, step, why, ticket, looked_ms}.
-- ticket: as the look that began at looked_ms saw it, of a create that is bound: the request's next look needs no read of its own.
create or replace function governance.flow_save(p_owner text, p_flow bigint, p_version bigint, p jsonb) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    f governance.flow;
    held governance.access_request; -- its request, locked
    has_ticket boolean := true; -- asked of a create only
    binds boolean := (p->>'bind')::boolean;
    target text := p->>'to';
    lease int := (p->>'lease_s')::int;
    rest interval := '0'; -- until the request is looked at
begin
    if target in ('calling', 'done', 'moot', 'parked') or binds then
        -- its request first, as everywhere: whoever holds that may lock its flows and its tickets in any order
        select * into held from governance.access_request x
         where x.id = (select y.request_id from governance.flow y where y.id = p_flow)
           for update;
    end if;
    select * into f from governance.flow x
     where x.id = p_flow and x.version = p_version and x.lease_owner = p_owner and x.lease_until > clock_timestamp()
       for update;
    if not found then
        return null;
    end if;
    if f.kind = 'close' and target = 'calling' and (held.claim_cycle <> f.cycle or held.phase not in ('verified', 'exception')) then
        return null; -- claimed anew since the look: whoever closed now would close without proof
    end if;
    if f.kind = 'close' and target = 'calling' then
        if governance.is_superseded(held.id) then
            return null; -- since the look somebody approved the opposite
        end if;
        if governance.bulk_may_move(held.id) then
            return null; -- one that Jira carries out late would open what is closed with proof
        end if;
    end if;
    if f.kind = 'retire' and target = 'calling' and held.phase not in ('closed', 'denied', 'cancelled', 'expired')
       and exists (select from governance.ticket t where t.request_id = held.id and t.state = 'gone') then
        return null; -- opened again since the look, and its own ticket is gone: this one may be the last
    end if;
    update governance.flow x
       set state = target, version = x.version + 1,
           attempt = x.attempt + case when (p->>'count_attempt')::boolean then 1 else 0 end,
           failures = case when (p->>'failed')::boolean then x.failures + 1
                           when target in ('checking', 'calling', 'probing') then x.failures else 0 end,
           sent_at = case when target = 'calling' then clock_timestamp()
                          when (p->>'settled')::boolean then null else x.sent_at end,
           step = coalesce(p->>'step', x.step),
           issue_id = coalesce(nullif(p->>'issue_id', ''), x.issue_id),
           run_after = clock_timestamp() + make_interval(secs => (p->>'rest_ms')::bigint / 1000.0),
           ended_at = case when target in ('done', 'moot') then clock_timestamp() end,
           why = coalesce(p->>'why', x.why),
           lease_owner = case when lease > 0 then p_owner end,
           lease_until = case when lease > 0 then clock_timestamp() + make_interval(secs => lease) end
     where x.id = p_flow;
    insert into governance.flow_attempt (flow_id, from_state, to_state, why)
    values (p_flow, f.state, target, coalesce(p->>'why', ''));
    if f.kind = 'create_ticket' and (target = 'done' or binds) then
        has_ticket := exists (select from governance.ticket t where t.request_id = f.request_id);
    end if;
    if not has_ticket then
        -- a create that ended without its ticket would never be made again: its request would wait for ever
        if coalesce(p->>'issue_id', '') = '' then
            raise exception 'a create ends with the ticket it made' using errcode = 'CG012';
        end if;
        insert into governance.ticket as t (site, issue_id, issue_key, request_id)
        values (f.site, p->>'issue_id', p->>'key', f.request_id)
        on conflict (site, issue_id) do update
           set request_id = excluded.request_id, look_at = null, version = t.version + 1, lease_owner = null,
               lease_until = null
         where t.request_id is null;
        if not found then
            raise exception 'ticket % belongs to another request', p->>'issue_id' using errcode = 'CG012';
        end if;
    end if;
    if held.approved_at is not null and binds and p ? 'ticket' -- before that the items follow the ticket
       and governance.mapping_is_live(f.site, p->'ticket'->>'mapping') then
        perform governance.ticket_saw(held, p->'ticket', to_timestamp((p->>'looked_ms')::bigint / 1000.0), p->>'issue_id');
        update governance.access_request r -- it says what is asked for, by the mapping that it was made by
           set mapping_kept = nullif(p->'ticket'->>'mapped_by', '')
         where r.id = held.id and r.mapping_kept is null and r.mapped_hash <> '' and p->'ticket'->>'mapped_hash' = r.mapped_hash;
    end if;
    if target = 'parked' then -- Jira says no to what was right by what we saw
        update governance.ticket t set unsure_at = clock_timestamp() where t.request_id = f.request_id;
    end if;
    if f.kind = 'field_update' and target = 'moot' then -- its words were never written: they are said when they are to be
        update governance.access_request r set notice_key = '', said_hash = '' where r.id = f.request_id;
    end if;
    if f.kind = 'retire' and target = 'moot' then -- people began on it: it is judged afresh, with the other one in view
        update governance.ticket t
           set second_of = null, look_at = clock_timestamp(), version = t.version + 1
         where t.site = f.site and t.issue_id = f.issue_id and t.request_id is null;
    end if;
    if target in ('done', 'moot', 'parked') or binds then
        -- the look at a new ticket has only words to say; whatever people do there, or did meanwhile, is looked at now
        if f.kind = 'create_ticket' and (target = 'done' or binds) and held.phase = 'ticketing' and not held.cancel_asked
           and not exists (select from governance.ticket t where t.request_id = f.request_id and t.hinted_updated_ms > t.updated_ms) then
            rest := governance.creates_ahead(f.site, f.priority);
        elsif f.kind = 'reopen' and target = 'done' then
            -- when what is said on it is due, which waits for the same reason
            rest := coalesce((select max(w.run_after) - clock_timestamp() from (select x.kind, x.state, x.run_after from governance.flow x
                                      where x.request_id = f.request_id offset 0) w -- as in read_state
                               where w.kind in ('comment', 'field_update') and w.state = 'pending'),
                             governance.closes_ahead(f.site));
            rest := greatest(rest, '0');
        end if;
        update governance.access_request r
           set hinted_at = clock_timestamp(),
               look_at = case when r.lease_owner is null then clock_timestamp() + rest else r.look_at end
         where r.id = f.request_id;
    end if;
    return p_version + 1;
end $$;
comment on function governance.flow_save(text, bigint, bigint, jsonb) is 'Move one flow under its fence; bind the ticket a create made';
