create or replace function governance.guard_observation() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.observed_at < now() or new.observed_at > clock_timestamp() then
        raise exception 'a read is stored when it is made' using errcode = 'CG011';
    end if;
    -- a source whose clock runs ahead must not prove claims that are still to come
    new.source_as_of := least(new.source_as_of, new.observed_at);
    return new;
end $$;
comment on function governance.guard_observation() is 'Trigger: reads are of now, and vouch for no later time';
