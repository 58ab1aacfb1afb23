create or replace function governance.request_cancel(p_request uuid) returns uuid
language sql set search_path = pg_catalog as $$
    update governance.access_request r set cancel_asked = true, hinted_at = clock_timestamp(), look_at = clock_timestamp()
     where r.id = p_request returning r.id
$$;
comment on function governance.request_cancel(uuid) is 'Ask for a request to be withdrawn';

create or replace function governance.approval_add(p_request uuid, p_approver text, p_decision text, p_channel text) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    made bigint;
begin
    insert into governance.approval (request_id, approver, decision, channel, tuple_hash, given_at)
    select r.id, p_approver, p_decision, p_channel, r.mapped_hash,
           -- said once, unless it was taken back in between
           case when p_decision = 'withdrawn' or exists (select from governance.approval a where a.request_id = r.id and a.decision = 'withdrawn'
                                                            and governance.same_person(a.approver, p_approver))
                then clock_timestamp() else 'epoch' end
      from governance.access_request r where r.id = p_request
    returning id into made;
    -- one that counts for nothing is worth nothing to whoever sends it: he can name the approver so that everybody can tell
    if p_decision = 'approved' and exists (
           select from governance.approval a join governance.access_request r on r.id = a.request_id
            where a.id = made and governance.approval_counts(a, r) is null) then
        raise exception 'nobody can tell whether the approver is who asks or who it is for: name the approver as they are named, by e-mail address or by account id'
            using errcode = 'CG008';
    end if;
    update governance.access_request r set hinted_at = clock_timestamp(), look_at = clock_timestamp() where r.id = p_request;
    return made;
end $$;
comment on function governance.approval_add(uuid, text, text, text) is 'Record an approval or a refusal, or that one is taken back';

create or replace function governance.exception_grant(p_request uuid, p_owner text, p_approved_by text, p_reason text,
                                                      p_control text, p_expires timestamptz) returns jsonb
language plpgsql set search_path = pg_catalog as $$
declare
    made jsonb;
begin
    with e as (
        insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
        select i.id, p_owner, p_approved_by, p_reason, p_control, p_expires
          from governance.request_item i join governance.item_verdict v on v.item_id = i.id
         where i.request_id = p_request and v.verdict not in ('verified', 'excepted')
        returning id, item_id, expires_at)
    select jsonb_build_object('exceptions', coalesce(jsonb_agg(to_jsonb(e)), '[]')) into made from e;
    update governance.access_request r set hinted_at = clock_timestamp(), look_at = clock_timestamp() where r.id = p_request;
    return made;
end $$;
comment on function governance.exception_grant(uuid, text, text, text, text, timestamptz) is 'Cover the unproven items of a request by an exception';
