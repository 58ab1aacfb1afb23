-- When the access of an emergency ends is the rule's to say, or earlier the form's: never the requester's alone.

-- p: as of request_create. What is no emergency ends when its form says, else when whoever submits it says. Jira's clock may be ahead
-- of this one, so a ticket's end is bounded here by what guard_emergency would refuse.
create or replace function governance.access_end(p jsonb, p_from_ticket boolean, p_started timestamptz) returns timestamptz
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$ -- its plan is kept; a function in SQL is planned at each call
declare
    form timestamptz := to_timestamp((p->'mapped'->>'access_until_ms')::bigint / 1000.0);
    rule timestamptz := to_timestamp((p->>'access_until_ms')::bigint / 1000.0);
begin
    if (p->>'emergency')::boolean then
        return least(form, rule, case when p_from_ticket then p_started + interval '3 days' end);
    end if;
    return coalesce(form, rule);
end $$;
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

-- Then the access may be there still, and is asked to be taken away anew: whoever cancels both keeps nothing.
create or replace function governance.end_lapsed(r governance.access_request, i governance.request_item) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return governance.is_over(r.phase) and exists (
        select from governance.request_item k join governance.access_request q on q.id = k.request_id
         where k.id = i.superseded_by and q.follows = r.id and q.cause = 'expiry' and governance.is_over(q.phase));
end $$;
comment on function governance.end_lapsed(governance.access_request, governance.request_item) is
    'Was the removal that took the place of an item to end its access, of an emergency or for a time, and came to nothing?';
