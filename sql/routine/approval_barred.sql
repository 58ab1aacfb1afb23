-- A step that names nobody else than who asks, who gains or who is gone waits for an answer that cannot count: people hear of it while
-- there is time to name somebody else. Where nobody can tell who is who, it may still turn out.
create or replace function governance.approval_barred(r governance.access_request, p_steps jsonb) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    barred int := 0;
    n int := 0;
    lacks int;
    step jsonb;
    named text;
begin
    for step in select s.value from jsonb_array_elements(p_steps) as s loop
        lacks := (step->>'at_least')::int;
        for named in select p.named from jsonb_array_elements_text(step->'people') as p(named) loop
            exit when lacks <= 0; -- mostly at the first one
            if governance.judge_fault(r, governance.person_all(named, '{}'), 'vote') in ('', 'unclear') then
                lacks := lacks - 1;
            end if;
        end loop;
        if step->'people' <> '[]' and lacks > 0 then
            barred := barred | (1 << n);
        end if;
        n := n + 1;
    end loop;
    return barred;
end $$;
comment on function governance.approval_barred(governance.access_request, jsonb) is
    'Bits of the steps that name fewer people who may approve a request than they want';

-- As approving_is_barred() of domain/approving.c: one of these steps still lacks somebody. Who is who costs much to ask, and a list asks it of all
-- that wait: so only of those of which people were told, which the look does that finds it. By its id: of a row of his own making a dashboard
-- could find out who approved.
create or replace function governance.approval_nobody_may(p_request uuid) returns boolean
-- with its owner's rights: a dashboard's view asks, and may see no approvals
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
    terms jsonb;
    barred int;
begin
    if not exists (select from governance.escalation e where e.request_id = p_request and e.kind = 'operator' and e.reason = 'NobodyMayApprove') then
        return false; -- mostly
    end if;
    select * into r from governance.access_request x where x.id = p_request;
    if r.phase is distinct from 'pending_approval' or not governance.approval_wanted(r) then
        return false;
    end if;
    terms := governance.approval_terms(r);
    barred := governance.approval_barred(r, terms->'steps');
    if barred = 0 then
        return false; -- others are named by now
    end if;
    return exists (
        select from jsonb_array_elements(terms->'steps') with ordinality as s(step, n)
         where barred & (1 << (s.n::int - 1)) <> 0
           and (select count(distinct v.person) from governance.approval_votes(r) v
                 where v.decision = 'approved' and v.fault = '' and v.steps & (1 << (s.n::int - 1)) <> 0) < (s.step->>'at_least')::int);
end $$;
comment on function governance.approval_nobody_may(uuid) is 'Does a request wait for a step that nobody may answer as it stands?';
