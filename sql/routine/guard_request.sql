-- Holds the promises about requests against our own bugs too. SQLSTATE class CG.
create or replace function governance.guard_request() returns trigger
language plpgsql set search_path = pg_catalog as $$
declare
    missing text;
begin
    if tg_op = 'INSERT' then
        if new.phase <> 'received' or new.version <> 1 then
            raise exception 'a request begins as received' using errcode = 'CG001';
        end if;
        return new;
    end if;
    if new.id <> old.id or new.requested_at <> old.requested_at or new.marker <> old.marker
       or new.idempotency_key is distinct from old.idempotency_key
       or (old.approved_hash <> '' and (new.approved_hash <> old.approved_hash or new.mapped_hash <> old.mapped_hash)) then
        raise exception 'identity, start of the clock and what was approved never change' using errcode = 'CG002';
    end if;
    if new.version not in (old.version, old.version + 1)
       or (new.version = old.version and (new.phase <> old.phase or new.generation <> old.generation
           or new.claim_cycle <> old.claim_cycle or new.lease_owner is distinct from old.lease_owner)) then
        raise exception 'a guarded write adds one to the version' using errcode = 'CG003';
    end if;
    if new.phase <> old.phase and not exists (
           select from governance.phase_edge e where e.from_phase = old.phase and e.to_phase = new.phase) then
        raise exception 'no move from % to %', old.phase, new.phase using errcode = 'CG004';
    end if;
    if row(new.generation, new.claim_cycle, new.claimed_at) is distinct from row(old.generation, old.claim_cycle, old.claimed_at)
       and (new.phase <> 'claimed' or new.generation <> old.generation + 1 or new.claim_cycle = ''
            or new.claimed_at is null or new.claimed_at < now()) then
        -- a claim dated back would let older reads prove it
        raise exception 'a claim is new as a whole, and made now' using errcode = 'CG005';
    end if;
    if new.phase <> old.phase and new.phase = 'approved' and new.approval_needed and not new.emergency
       and (not exists (select from governance.approval a where a.request_id = new.id and a.decision = 'approved'
                           and a.tuple_hash = new.mapped_hash and a.tuple_hash <> '')
            or exists (select from governance.approval a where a.request_id = new.id and a.decision = 'declined')) then
        raise exception 'refused: not approved' using errcode = 'CG010';
    end if;
    if new.phase = 'fulfilling' and old.phase in ('cancelled', 'orphaned') and new.approved_at is null then
        raise exception 'refused: what comes back was never approved' using errcode = 'CG010';
    end if;
    if new.phase = 'fulfilling' and old.phase = 'cancelled' and new.cancel_asked then
        raise exception 'refused: withdrawn' using errcode = 'CG012';
    end if;
    if new.phase <> old.phase and new.phase in ('verified', 'exception', 'closed') then
        if new.claim_cycle = '' then
            raise exception 'proof belongs to a claim' using errcode = 'CG005';
        end if;
        if not exists (select from governance.request_item i where i.request_id = new.id and i.replaced_at is null) then
            raise exception 'refused: no items' using errcode = 'CG006';
        end if;
        select string_agg(v.item_id || '=' || v.verdict, ', ') into missing
          from governance.item_verdict v
         where v.request_id = new.id and v.verdict not in ('verified', 'excepted');
        if missing is not null then
            raise exception '% refused: %', new.phase, missing using errcode = 'CG007';
        end if;
    end if;
    return new;
end $$;
comment on function governance.guard_request() is 'Trigger: legal moves, fences, and no verified or closed request without proof';
