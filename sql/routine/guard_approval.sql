create or replace function governance.guard_approval() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if exists (select from governance.access_request r
                where r.id = new.request_id and lower(new.approver) in (lower(r.requester), lower(r.beneficiary))) then
        raise exception 'nobody approves for themselves' using errcode = 'CG008';
    end if;
    return new;
end $$;
comment on function governance.guard_approval() is 'Trigger: the approver is neither requester nor beneficiary';
