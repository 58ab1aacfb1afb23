create or replace function governance.guard_approval() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if btrim(new.approver) = '' or exists (
           select from governance.access_request r
            where r.id = new.request_id and governance.approval_counts(new, r) is false) then
        raise exception 'nobody approves for themselves' using errcode = 'CG008';
    end if;
    new.at := clock_timestamp(); -- whatever was said
    return new;
end $$;
comment on function governance.guard_approval() is 'Trigger: the approver is neither requester nor beneficiary';
