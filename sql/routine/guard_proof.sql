-- No approval without an approver, no claim of yesterday, and no verified or closed request without proof. Times are the
-- database's own, whatever was said. Runs after guard_request (triggers fire by name).
create or replace function governance.guard_proof() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    moved boolean := new.phase <> old.phase;
    proven_as text;
    owed text[];
    missing text;
    proven bigint[];
begin
    if moved and new.phase = 'claimed' then
        if new.generation <> old.generation + 1 or new.claim_cycle = '' or new.claimed_at is null or new.claimed_at < now() then
            raise exception 'a claim is new as a whole, and made now' using errcode = 'CG005';
        end if;
        -- reads carry whole milliseconds: the first one after the claim, or one begun before it would seem to be newer
        new.claimed_at := date_trunc('milliseconds', clock_timestamp()) + interval '1 ms';
    elsif row(new.generation, new.claim_cycle, new.claimed_at)
          is distinct from row(old.generation, old.claim_cycle, old.claimed_at) then
        raise exception 'only a claim changes the claim' using errcode = 'CG005';
    end if;
    new.approved_terms := old.approved_terms;
    if moved and new.phase = 'approved' and old.approved_at is null then -- what the policy wants now is wanted of it for good
        new.approved_at := null;
        new.approved_terms := case when governance.approval_wanted(new) then coalesce(governance.approval_terms(new), 'null') else 'null' end;
    end if;
    new.approved_at := case when moved and new.phase = 'approved' then coalesce(old.approved_at, date_trunc('milliseconds', clock_timestamp()))
                            else old.approved_at end;
    new.verified_at := case when moved and new.phase in ('verified', 'exception') then clock_timestamp()
                            when moved and new.phase in ('received', 'fulfilling', 'claimed', 'verifying') then null else old.verified_at end;
    new.closed_at := case when moved and new.phase = 'closed' then clock_timestamp()
                          when new.phase = 'closed' then old.closed_at end;
    new.proven_items := case when new.verified_at is not null then old.proven_items end;
    if moved and new.phase in ('ticketing', 'fulfilling') and new.approved_at is null or moved and new.phase = 'approved' and new.held then
        raise exception 'refused: not approved' using errcode = 'CG010';
    end if;
    if moved and new.phase = 'approved' and not new.emergency then -- a query in an "if" is run each time: nested
        if governance.approval_wanted(new) and not governance.approval_reached(new) then
            raise exception 'refused: not approved' using errcode = 'CG010';
        end if;
    end if;
    if moved and old.phase = 'cancelled' and new.cancel_asked then
        raise exception 'refused: withdrawn' using errcode = 'CG012';
    end if;
    if moved and old.phase = 'cancelled' then
        if governance.is_superseded(new.id) then
            raise exception 'refused: superseded' using errcode = 'CG012';
        end if;
    end if;
    if moved and new.phase in ('verified', 'exception', 'closed') then
        proven_as := case new.phase when 'closed' then old.phase else new.phase end;
        owed := governance.owes_beside(new, proven_as, new.phase = 'closed');
        if owed <> '{}' then
            if owed[1] in ('permit', 'duties') and governance.permit_moved(new, '{}') then
                owed := array['asked'];
            end if;
            perform governance.refuse_owing(owed, new.phase);
        end if;
        select i.missing, i.proven into missing, proven from governance.items_owed(new.id, new.phase) i;
        if missing = '' then
            raise exception 'refused: no items' using errcode = 'CG006';
        elsif missing is not null then
            raise exception '% refused: %', new.phase, missing using errcode = 'CG007';
        end if;
        new.proven_items := proven; -- what an exception covers is not among them, whatever becomes of the exception
    end if;
    return new;
end $$;
comment on function governance.guard_proof() is 'Trigger: approved by another person, claimed now, verified and closed on proof';
