-- Break-glass (domain/emergency.h). The program bounds the time by its configuration, the database by what no configuration may say.
create or replace function governance.guard_emergency() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.kind = 'removal' then
        raise exception 'an emergency gives access: a removal never waits anyway' using errcode = 'CG023';
    elsif btrim(coalesce(new.justification, '')) = '' then
        raise exception 'an emergency says why' using errcode = 'CG023';
    elsif new.access_until is null or new.access_until > greatest(new.requested_at, clock_timestamp() - interval '1 day') + interval '3 days' then
        raise exception 'an emergency ends soon: access_until is missing, or too far away' using errcode = 'CG023';
    end if;
    new.approval_needed := true;
    new.approval_due := coalesce(new.approval_due, new.requested_at + interval '4 hours');
    new.review_due := coalesce(new.review_due, new.access_until + interval '24 hours');
    return new;
end $$;
comment on function governance.guard_emergency() is 'Trigger: an emergency has a reason and an end, and owes approval and review';

-- Owner and security hear of it at once, and of somebody who has many.
create or replace function governance.emergency_told() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    keys text[] := array(select governance.person_folded(substr(x, position('=' in x) + 1)) -- whichever of his accounts he asks by
                           from unnest(governance.person_all(new.requester, new.requester_names)) x);
begin
    insert into governance.escalation (request_id, kind, reason, key) values (new.id, 'operator', 'EmergencyAccess', 'emergency');
    if (select count(*) >= 3 from governance.access_request r
         where r.emergency and r.requested_at > clock_timestamp() - interval '30 days'
           and (governance.person_folded(r.requester) = any (keys) or governance.person_folded(r.beneficiary) = any (keys))) then
        insert into governance.escalation (request_id, kind, reason, key) values (new.id, 'operator', 'EmergenciesTooOften', 'emergencies');
    end if;
    return null;
end $$;
comment on function governance.emergency_told() is 'Trigger: an emergency is told at once';

-- Once for each of them.
create or replace function governance.emergency_overdue(p_request uuid, p_approval boolean, p_review boolean, p_declined boolean) returns void
language sql set search_path = pg_catalog, pg_temp as $$
    insert into governance.escalation (request_id, kind, reason, key)
    select p_request, 'operator', x.reason, 'emergency/' || x.reason
      from (values (p_approval, 'EmergencyNotApproved'), (p_review, 'EmergencyNotReviewed'), (p_declined, 'EmergencyDeclined')) as x(flag, reason)
     where x.flag
    on conflict do nothing
$$;
comment on function governance.emergency_overdue(uuid, boolean, boolean, boolean) is 'Tell what an emergency still owes after its time';

create or replace function governance.guard_review() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
    t governance.ticket;
    names text[] := governance.person_all(new.reviewer, new.reviewer_names);
    moved boolean := false;
    fault text;
begin
    select * into r from governance.access_request x where x.id = new.request_id;
    if not r.emergency then
        raise exception 'only an emergency is reviewed' using errcode = 'CG023';
    elsif r.approved_at is null or r.claimed_at is null and r.access_until > clock_timestamp() then
        raise exception 'nothing was used yet: it is reviewed afterwards' using errcode = 'CG023';
    end if;
    fault := governance.judge_fault(r, names, 'review');
    select * into t from governance.ticket x where x.request_id = r.id and x.moved_by <> '' and not x.moved_by_us;
    if found and r.claimed_at is null then -- who worked on it, though nobody ever said done; afterwards it is moved by whoever answers, too
        moved := governance.one_person(names, governance.person_all(t.moved_by, t.mover_names));
    end if;
    if fault in ('own', 'work') or moved then
        raise exception 'nobody reviews what he asked for, used or made' using errcode = 'CG008', constraint = 'own';
    elsif fault = 'unclear' or moved is null then
        raise exception 'nobody can tell whether the reviewer is who asked, who used it or who made it: name the reviewer as they are named, by e-mail address or by account id'
            using errcode = 'CG008', constraint = 'unclear';
    elsif fault = 'left' then
        raise exception 'the reviewer has left' using errcode = 'CG008', constraint = 'left';
    end if;
    new.at := clock_timestamp();
    return new;
end $$;
comment on function governance.guard_review() is 'Trigger: somebody else reviews an emergency, afterwards';

-- An emergency is reviewed on its ticket, too: by an approval that Jira asked for after somebody had said done, once what is owed of
-- approvals was there. Whoever answers the approval of the access itself, however late, reviews nothing, nor who answered before the work. Who may not review it has said
-- what he said as an approver, and no more.
create or replace function governance.review_on_ticket(r governance.access_request, t jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
declare
    a record;
    found text := case t->>'approval' when 'approved' then 'in_order' else 'objected' end;
    done timestamptz := (select min(f.moved_at) from governance.fulfiller f where f.request_id = r.id); -- by Jira's clock, as what follows
begin
    if done is null or exists (select from governance.emergency_review v where v.request_id = r.id) then
        return;
    end if;
    for a in select x->>'key' as key, governance.person_names(x->>'key', governance.names_joined('{}', x->'names')) as names
               from jsonb_array_elements(coalesce(t->'approvers', '[]')) with ordinality as o(x, n)
              where x->>'key' <> '' and not coalesce((x->>'app')::boolean, false)
                and to_timestamp((x->>'asked_ms')::bigint / 1000.0) >= done - interval '1 s' -- with the move into its status, and answered after it
                and coalesce(to_timestamp(coalesce(nullif((x->>'given_ms')::bigint, 0), nullif((t->>'approved_at_ms')::bigint, 0)) / 1000.0) >= done, true)
              order by o.n
    loop
        begin
            insert into governance.emergency_review (request_id, reviewer, reviewer_names, outcome, note)
            values (r.id, a.key, a.names, found, 'answered on the ticket');
            if found = 'objected' then
                insert into governance.escalation (request_id, kind, reason, key) values (r.id, 'operator', 'EmergencyObjected', 'emergency/objected');
            end if;
            return;
        exception when sqlstate 'CG008' or sqlstate 'CG023' then
            continue;
        end;
    end loop;
end $$;
comment on function governance.review_on_ticket(governance.access_request, jsonb) is 'Take an approval that Jira asked for after the work as the review of an emergency';

-- null: there is no such request.
create or replace function governance.review_add(p_request uuid, p_reviewer text, p_outcome text, p_note text, p_vouched_by text default '')
    returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    made bigint;
begin
    if not exists (select from governance.access_request r where r.id = p_request) then
        return null;
    elsif exists (select from governance.emergency_review v where v.request_id = p_request) then
        raise exception 'it was reviewed already' using errcode = 'CG023';
    end if;
    insert into governance.emergency_review (request_id, reviewer, outcome, note, vouched_by)
    values (p_request, p_reviewer, p_outcome, p_note, p_vouched_by) returning id into made;
    if p_outcome = 'objected' then
        insert into governance.escalation (request_id, kind, reason, key) values (p_request, 'operator', 'EmergencyObjected', 'emergency/objected');
    end if;
    update governance.access_request r set hinted_at = clock_timestamp(), look_at = clock_timestamp() where r.id = p_request;
    return made;
end $$;
comment on function governance.review_add(uuid, text, text, text, text) is 'Record what a review of an emergency found';
