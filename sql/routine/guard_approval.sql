create or replace function governance.guard_approval() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
    t governance.ticket;
    names text[] := governance.person_all(new.approver, new.approver_names);
    fault text;
begin
    if governance.person_folded(new.approver) = '' then
        raise exception 'nobody approves for themselves' using errcode = 'CG008';
    end if;
    new.at := clock_timestamp(); -- whatever was said
    select * into r from governance.access_request x where x.id = new.request_id;
    if new.decision = 'withdrawn' then
        if not exists (select from governance.approval a where a.request_id = new.request_id and a.decision <> 'withdrawn'
                          and governance.one_person(names, governance.person_all(a.approver, a.approver_names))) then
            raise exception 'there is nothing of theirs to take back' using errcode = 'CG023';
        end if;
        return new;
    end if;
    fault := governance.judge_fault(r, names, 'approve', case new.decision when 'approved' then 'infinity' else '-infinity' end::timestamptz);
    case fault
        when 'own' then raise exception 'nobody approves for themselves' using errcode = 'CG008';
        when 'work' then raise exception 'who did the work does not approve it' using errcode = 'CG008';
        when 'check' then raise exception 'who checks it does not approve it' using errcode = 'CG008';
        when 'left' then raise exception 'the approver has left' using errcode = 'CG008', constraint = 'left';
        else null;
    end case;
    select * into t from governance.ticket x where x.request_id = new.request_id;
    new.after_work := r.claimed_at is not null
        or found and t.role in ('verify', 'done') and not t.moved_by_us and (new.given_at = 'epoch' or new.given_at > t.cycle_at)
        or exists (select from governance.close_attempt c where c.request_id = new.request_id and c.refused = 'NotApproved');
    return new;
end $$;
comment on function governance.guard_approval() is 'Trigger: the approver is here, and none of requester, beneficiary, fulfiller and verifier; whether it came after the work';
