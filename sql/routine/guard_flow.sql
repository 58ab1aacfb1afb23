create or replace function governance.guard_flow() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'pending' or new.version <> 1 then
            raise exception 'a flow begins as pending' using errcode = 'CG001';
        end if;
        return new;
    end if;
    if new.version <> old.version + 1 then
        raise exception 'a guarded write adds one to the version' using errcode = 'CG003';
    end if;
    if new.state <> old.state and not (old.state = 'parked' and new.state = 'moot') then -- a query in an "if" is run each time: nested
        if not exists (select from governance.flow_edge e where e.from_state = old.state and e.to_state = new.state) then
            raise exception 'no move from % to %', old.state, new.state using errcode = 'CG004';
        end if;
    end if;
    if row(new.payload, new.kind, new.request_id, new.site, new.cycle, new.created_at)
       is distinct from row(old.payload, old.kind, old.request_id, old.site, old.cycle, old.created_at) then
        raise exception 'what was decided is frozen' using errcode = 'CG002';
    end if;
    if new.kind = 'close' and new.state = 'calling' and old.state <> 'calling' then
        if not exists (select from governance.access_request r
                        where r.id = new.request_id and r.claim_cycle = new.cycle and r.phase in ('verified', 'exception')
                          and not governance.is_superseded(r.id)) then
            raise exception 'refused: a close without the proof of its claim' using errcode = 'CG007';
        end if;
    end if;
    if new.state = 'parked' and old.state <> 'parked' then
        new.parked_at := clock_timestamp(); -- the next try counts from here, whoever moved it
    end if;
    return new;
end $$;
comment on function governance.guard_flow() is 'Trigger: legal moves and fences of outbound work, no close without proof; a parked flow may be replaced';
