create or replace function governance.guard_exception() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    other text[];
    one boolean;
begin
    if tg_op = 'INSERT' then
        if governance.same_person(new.approved_by, new.owner) then
            raise exception 'nobody approves for themselves' using errcode = 'CG008';
        end if;
        for other in select n.names from governance.request_item i join governance.access_request r on r.id = i.request_id
                      cross join lateral (values (governance.person_names(r.requester, r.requester_names)),
                                                 (governance.person_names(r.beneficiary, r.beneficiary_names))) as n(names)
                      where i.id = new.item_id and cardinality(n.names) > 0 loop
            one := governance.one_person(governance.person_names(new.approved_by, '{}'), other);
            if one then
                raise exception 'nobody approves for themselves' using errcode = 'CG008';
            elsif one is null then
                raise exception 'nobody can tell whether the approver is who asks or who it is for: name the approver as they are named, by e-mail address or by account id'
                    using errcode = 'CG008';
            end if;
        end loop;
        new.created_at := clock_timestamp(); -- the 90 days run from now, whatever was said
        return new;
    end if;
    if row(new.item_id, new.owner, new.approved_by, new.reason, new.compensating_control, new.created_at, new.expires_at)
       is distinct from row(old.item_id, old.owner, old.approved_by, old.reason, old.compensating_control, old.created_at, old.expires_at)
       or old.revoked_at is not null then
        raise exception 'an exception can only be revoked; a longer one is a new one' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_exception() is 'Trigger: another person approves it, it begins now, and it can only be revoked, once';
