create or replace function governance.guard_exception() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    approver text[] := governance.person_names(new.approved_by, new.approver_names);
    other text[];
    one boolean;
begin
    if tg_op = 'INSERT' then
        one := governance.one_person(approver, governance.person_names(new.owner, new.owner_names));
        if one then
            raise exception 'nobody approves for themselves' using errcode = 'CG008', constraint = 'owner';
        elsif one is null and new.owner <> '' then -- one without an owner breaks a rule of the table
            raise exception 'nobody can tell whether the approver is who owns it: name both alike, by e-mail address or by account id'
                using errcode = 'CG008', constraint = 'owner';
        end if;
        for other in select n.names from governance.access_request r -- of a source: request by request, see exception_counts
                      cross join lateral (values (governance.person_names(r.requester, r.requester_names)),
                                                 (governance.person_names(r.beneficiary, r.beneficiary_names))) as n(names)
                      where r.id = coalesce(new.request_id, (select i.request_id from governance.request_item i where i.id = new.item_id))
                        and cardinality(n.names) > 0 loop
            one := governance.one_person(approver, other);
            if one then
                raise exception 'nobody approves for themselves' using errcode = 'CG008', constraint = 'own';
            elsif one is null then
                raise exception 'nobody can tell whether the approver is who asks or who it is for: name the approver as they are named, by e-mail address or by account id'
                    using errcode = 'CG008', constraint = 'unclear';
            end if;
        end loop;
        new.created_at := clock_timestamp(); -- the 90 days run from now, whatever was said
        return new;
    end if;
    if row(new.scope, new.item_id, new.request_id, new.source, new.sod_set, new.owner, new.owner_names, new.approved_by, new.approver_names, new.reason, new.compensating_control,
           new.created_at, new.expires_at, new.plea_edit)
       is distinct from
       row(old.scope, old.item_id, old.request_id, old.source, old.sod_set, old.owner, old.owner_names, old.approved_by, old.approver_names, old.reason, old.compensating_control,
           old.created_at, old.expires_at, old.plea_edit)
       or old.revoked_at is not null then
        raise exception 'an exception can only be revoked; a longer one is a new one' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_exception() is 'Trigger: another person approves it, it begins now, and it can only be revoked, once';
