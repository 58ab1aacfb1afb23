-- Definer: the service role itself writes no row of it.
-- Every claim is an attempt to close, and so is a close of what nobody may work on yet, or any more.
create or replace function governance.attempt_follow() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if new.phase = 'claimed' then
        insert into governance.close_attempt (request_id, cycle, mode, is_closed, at)
        select new.id, new.claim_cycle, new.mode, coalesce(t.role = 'done', false), new.claimed_at
          from (select) one left join governance.ticket t on t.request_id = new.id
            on conflict do nothing; -- sent back and not taken away: the same move still
    elsif new.phase in ('verified', 'exception') then
        update governance.close_attempt a set proven_at = new.verified_at, proven_as = new.phase
         where a.request_id = new.id and a.cycle = new.claim_cycle and a.proven_at is null;
    end if;
    return null;
end $$;
comment on function governance.attempt_follow() is 'Trigger: remember each claim, and its proof';

-- What the gate says to the present claim, or to a close without one.
create or replace function governance.attempt_refused(p_request uuid, p_why text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into governance.close_attempt as a (request_id, cycle, mode, is_closed, refused, refused_at)
    select r.id, governance.attempt_cycle(r, t.cycle), r.mode, t.role = 'done', p_why, clock_timestamp()
      from governance.access_request r join governance.ticket t on t.request_id = r.id
     where r.id = p_request and governance.attempt_cycle(r, t.cycle) <> ''
    on conflict (request_id, cycle) do update
       set refused = excluded.refused, refused_at = coalesce(a.refused_at, excluded.refused_at)
     where a.refused is null
        or (select f.weight from governance.refusal f where f.name = excluded.refused)
           > (select f.weight from governance.refusal f where f.name = a.refused)
$$;
comment on function governance.attempt_refused(uuid, text) is 'Record why the gate says no to a close';

create or replace function governance.attempt_cycle(r governance.access_request, p_cycle text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$ -- no plan needed; a function in SQL is planned at each call
begin
    return case when r.phase in ('claimed', 'verifying', 'verified', 'exception') then r.claim_cycle else coalesce(p_cycle, '') end;
end $$;
comment on function governance.attempt_cycle(governance.access_request, text) is 'Which close is it about: the claim, else how the ticket stands';

create or replace function governance.guard_attempt() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if row(new.request_id, new.cycle, new.mode, new.is_closed, new.at) is distinct from row(old.request_id, old.cycle, old.mode, old.is_closed, old.at)
       or old.refused is not null and (new.refused is null or new.refused_at <> old.refused_at)
       or old.proven_at is not null and row(new.proven_at, new.proven_as) is distinct from row(old.proven_at, old.proven_as) then
        raise exception 'what was said to a close is not unsaid' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_attempt() is 'Trigger: a close is remembered as it was';
