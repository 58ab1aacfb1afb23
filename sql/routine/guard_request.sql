-- Legal moves, fences and identity of requests, against our own bugs too. SQLSTATE class CG. The proof: guard_proof.sql;
-- what was asked: guard_tuple.sql.
create or replace function governance.guard_request() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.phase <> 'received' or new.version <> 1 or new.generation <> 1 or new.requested_at > clock_timestamp()
           or concat(new.claim_cycle, new.answered_cycle, new.closed_cycle, new.approved_hash) <> ''
           or num_nonnulls(new.approved_at, new.claimed_at, new.verified_at, new.closed_at, new.proven_items, new.approved_terms, new.over_at) > 0 then
            raise exception 'a request begins as received, with nothing done' using errcode = 'CG001';
        end if;
        return new;
    end if;
    if row(new.id, new.site, new.marker, new.idempotency_key, new.body_sha256, new.from_ticket, new.requested_at, new.cause, new.follows)
       is distinct from row(old.id, old.site, old.marker, old.idempotency_key, old.body_sha256, old.from_ticket, old.requested_at, old.cause, old.follows) then
        raise exception 'identity and start of the clock never change' using errcode = 'CG002';
    end if;
    if new.version not in (old.version, old.version + 1)
       or (new.version = old.version and (new.phase <> old.phase or new.generation <> old.generation
           or new.claim_cycle <> old.claim_cycle or new.lease_owner is distinct from old.lease_owner)) then
        raise exception 'a guarded write adds one to the version' using errcode = 'CG003';
    end if;
    new.over_at := old.over_at;
    if new.phase <> old.phase then -- a query in an "if" is run each time: nested
        if not exists (select from governance.phase_edge e where e.from_phase = old.phase and e.to_phase = new.phase) then
            raise exception 'no move from % to %', old.phase, new.phase using errcode = 'CG004';
        end if;
        new.over_at := case when governance.is_over(new.phase) then date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' end;
    end if;
    return new;
end $$;
comment on function governance.guard_request() is 'Trigger: a request begins empty, keeps its identity, and makes legal moves under its fence';
