-- When the access of an emergency ends is the rule's to say, or earlier the form's: never the requester's alone.

-- p: as of request_create. What is no emergency ends when its form says, else when whoever submits it says. Jira's clock may be ahead
-- of this one, so a ticket's end is bounded here by what guard_emergency would refuse.
create or replace function governance.access_end(p jsonb, p_from_ticket boolean, p_started timestamptz) returns timestamptz
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when (p->>'emergency')::boolean then least(x.form, x.rule, case when p_from_ticket then p_started + interval '3 days' end)
                else coalesce(x.form, x.rule) end
      from (select to_timestamp((p->'mapped'->>'access_until_ms')::bigint / 1000.0) as form,
                   to_timestamp((p->>'access_until_ms')::bigint / 1000.0) as rule) x
$$;
comment on function governance.access_end(jsonb, boolean, timestamptz) is 'When the access that a new request gives ends; null: it does not';

create or replace function governance.guard_emergency_end() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.access_until is null or new.access_until > old.access_until then
        raise exception 'an emergency ends when it was to end, or earlier' using errcode = 'CG023';
    end if;
    return new;
end $$;
comment on function governance.guard_emergency_end() is 'Trigger: nobody puts off the end of an emergency';
