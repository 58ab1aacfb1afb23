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
            if governance.judge_fault(r, governance.person_all(named, '{}'), 15) not in ('own', 'left') then
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
