create or replace function governance.guard_exception() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    approver text[] := governance.person_all(new.approved_by, new.approver_names);
    owner text[] := governance.person_all(new.owner, new.owner_names);
    r governance.access_request;
    one boolean;
    fault text;
begin
    if tg_op = 'INSERT' then
        if governance.person_folded(new.owner) = '' then
            raise exception 'an exception has an owner: somebody who answers for it until it ends' using errcode = 'CG008', constraint = 'owner';
        elsif governance.person_folded(new.approved_by) = '' then
            raise exception 'an exception is approved by somebody: name who did' using errcode = 'CG008', constraint = 'unnamed';
        elsif btrim(new.reason) = '' then
            raise exception 'an exception says why' using errcode = '23514', constraint = 'reason';
        end if;
        one := governance.one_person(approver, owner);
        if one then
            raise exception 'nobody approves for themselves' using errcode = 'CG008', constraint = 'owner';
        elsif one is null then
            raise exception 'nobody can tell whether the approver is who owns it: name both alike, by e-mail address or by account id'
                using errcode = 'CG008', constraint = 'owner';
        end if;
        select * into r from governance.access_request x -- of a source: request by request, see exception_counts
         where x.id = coalesce(new.request_id, (select i.request_id from governance.request_item i where i.id = new.item_id));
        if found then
            fault := governance.judge_fault(r, approver, 'except');
            if fault = 'own' then
                raise exception 'nobody approves for themselves' using errcode = 'CG008', constraint = 'own';
            elsif fault = 'work' then
                raise exception 'who did the work approves no exception of it' using errcode = 'CG008', constraint = 'own';
            elsif fault = 'unclear' then
                raise exception 'nobody can tell whether the approver is who asks or who it is for: name the approver as they are named, by e-mail address or by account id'
                    using errcode = 'CG008', constraint = 'unclear';
            end if;
        end if;
        if governance.has_left(owner) then
            raise exception 'the owner has left: an exception is owned by somebody who is here' using errcode = 'CG008', constraint = 'left';
        elsif governance.has_left(approver) then
            raise exception 'the approver has left: an exception is approved by somebody who is here' using errcode = 'CG008', constraint = 'left';
        elsif btrim(new.compensating_control) = '' then
            raise exception 'an exception says what mitigates it meanwhile' using errcode = '23514', constraint = 'control';
        end if;
        if new.renews is not null and not exists (
               select from governance.exception x
                where x.id = new.renews and row(x.scope, x.item_id, x.request_id, x.source, x.sod_set)
                      is not distinct from row(new.scope, new.item_id, new.request_id, new.source, new.sod_set)) then
            raise exception 'a renewal covers what the earlier exception covered' using errcode = 'CG002';
        end if;
        new.created_at := clock_timestamp(); -- the 90 days run from now, whatever was said
        if new.expires_at <= new.created_at then
            raise exception 'an exception ends later than now' using errcode = '23514', constraint = 'end';
        elsif new.expires_at > new.created_at + interval '90 days' then
            raise exception 'an exception lasts 90 days at the most: renew it when its review still finds it right'
                using errcode = '23514', constraint = 'end';
        elsif new.review_at <= new.created_at or new.review_at >= new.expires_at then
            raise exception 'its review comes before its end, and later than now' using errcode = '23514', constraint = 'end';
        end if;
        if new.review_at is null and new.expires_at > new.created_at + interval '14 days' then
            new.review_at := new.created_at + (new.expires_at - new.created_at) / 2;
        end if;
        if num_nonnulls(new.revoked_at, new.lapsed_at) > 0 then
            raise exception 'an exception begins live' using errcode = 'CG002';
        end if;
        return new;
    end if;
    if row(new.scope, new.item_id, new.request_id, new.source, new.sod_set, new.owner, new.owner_names, new.approved_by, new.approver_names,
           new.reason, new.compensating_control, new.created_at, new.expires_at, new.plea_edit, new.review_at, new.renews, new.vouched_by)
       is distinct from
       row(old.scope, old.item_id, old.request_id, old.source, old.sod_set, old.owner, old.owner_names, old.approved_by, old.approver_names,
           old.reason, old.compensating_control, old.created_at, old.expires_at, old.plea_edit, old.review_at, old.renews, old.vouched_by)
       or old.revoked_at is not null
          and row(new.revoked_at, new.ended_why, new.ended_by, new.ended_reason, new.end_vouched_by)
              is distinct from row(old.revoked_at, old.ended_why, old.ended_by, old.ended_reason, old.end_vouched_by)
       or old.lapsed_at is not null and new.lapsed_at is distinct from old.lapsed_at then
        raise exception 'an exception can only be revoked; a longer one is a new one' using errcode = 'CG002';
    end if;
    if new.revoked_at is not null and old.revoked_at is null then
        new.ended_why := coalesce(new.ended_why, 'revoked');
    end if;
    return new;
end $$;
comment on function governance.guard_exception() is
    'Trigger: another person approves it, both are here, something mitigates it, it begins now, and it can only end, once';
