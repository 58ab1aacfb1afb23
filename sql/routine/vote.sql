-- What somebody says of a request, as it comes in. The newest word of a person counts: what he said before is taken back by it.

-- The newest thing that he said of it, wherever and by whichever of his names; null: nothing, or he took it back.
create or replace function governance.vote_standing(p_request uuid, p_names text[]) returns governance.approval
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    a governance.approval;
begin
    select x.* into a from governance.approval x
     where x.request_id = p_request and governance.one_person(p_names, governance.person_all(x.approver, x.approver_names))
     order by x.id desc limit 1;
    if a.decision = 'withdrawn' then
        return null;
    end if;
    return a;
end $$;
comment on function governance.vote_standing(uuid, text[]) is 'What a person said of a request and has not taken back; null: nothing';

-- The caller holds the request's row. What it says is newer than what the same person said otherwise: that is taken back first. An older
-- one, which came late, stands beside it.
create or replace function governance.vote_keep(v governance.approval) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    was governance.approval := governance.vote_standing(v.request_id, governance.person_all(v.approver, v.approver_names));
    made bigint;
begin
    if v.decision <> 'withdrawn'
       and (was.decision <> v.decision
            and (v.given_at = 'epoch' or v.channel not in ('jsm', 'automation') or v.given_at > governance.approval_given(was))
            or was.channel = 'jsm' and v.channel = 'automation') then -- a program's answer, it turned out, that was taken for a person's
        insert into governance.approval (request_id, approver, approver_names, decision, channel, tuple_hash, given_at, vouched_by)
        values (v.request_id, v.approver, v.approver_names, 'withdrawn', v.channel, v.tuple_hash,
                case v.given_at when 'epoch' then clock_timestamp() else v.given_at end, v.vouched_by);
    end if;
    insert into governance.approval (request_id, approver, approver_names, decision, channel, tuple_hash, given_at, vouched_by)
    values (v.request_id, v.approver, v.approver_names, v.decision, v.channel, v.tuple_hash, v.given_at, v.vouched_by)
    on conflict do nothing
    returning id into made;
    return made;
end $$;
comment on function governance.vote_keep(governance.approval) is 'Record what somebody says of a request, and that he takes back what he said otherwise; null: it is there';

-- One that can never count is refused where it is given: whoever sends it can do something about it. Taking back is always heard.
create or replace function governance.vote_fault(r governance.access_request, p_decision text, p_channel text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    terms jsonb := governance.approval_terms(r);
    is_wanted boolean := governance.approval_wanted(r);
begin
    if p_decision = 'withdrawn' then
        return null;
    elsif r.emergency and r.approved_at is not null
          and (governance.approval_standing(r.id) is null or p_decision = 'declined' and r.closed_at is null) then
        null; -- worked on before it is approved: owed until somebody does
    elsif exists (select from governance.phase p where p.name = r.phase and p.is_terminal) or r.phase = 'closed' then
        return format('the request is %s, so that a vote changes nothing: submit it again (or reopen its ticket), and vote on that', replace(r.phase, '_', ' '));
    elsif not is_wanted and (r.phase <> 'received' or not exists (select from governance.site s where s.name = r.site and s.policy <> '')) then
        return 'nobody has to approve this request, so that a vote changes nothing: to stop it, cancel it; to have such requests approved, name a template with approval: in their rule';
    elsif r.approved_at is not null then
        return 'the request was approved already, so that a vote changes nothing: to stop it, cancel it; to put on record that an approval is taken back, send withdrawn';
    end if;
    if p_decision = 'approved' and terms is not null and not terms->'channels' ? p_channel then
        return format('its template takes no approvals by %s: approve it by %s', p_channel,
                      (select string_agg(c, ' or ') from jsonb_array_elements_text(terms->'channels') c));
    elsif p_decision = 'approved' and clock_timestamp() > governance.approval_until(r) then
        return 'the time in which it could be approved is over: submit it again, and approve that';
    end if;
    return null;
end $$;
comment on function governance.vote_fault(governance.access_request, text, text) is 'Why what somebody says now of a request could never count, and what to do; null: it can';

-- null: there is no such request. The same word again is the one that is there: its answer was lost.
create or replace function governance.approval_add(p_request uuid, p_approver text, p_decision text, p_channel text, p_vouched_by text default '')
    returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
    v governance.approval;
    was governance.approval;
    fault text;
begin
    select * into r from governance.access_request x where x.id = p_request for no key update; -- one word after the other
    if not found then
        return null;
    end if;
    was := governance.vote_standing(r.id, governance.person_all(p_approver, '{}'));
    if was.decision = p_decision and was.channel = p_channel and was.tuple_hash = r.mapped_hash then
        return was.id;
    elsif p_decision = 'withdrawn' and was.id is null then -- took it back before
        select x.id into v.id from governance.approval x
         where x.request_id = r.id and x.decision = 'withdrawn'
           and governance.one_person(governance.person_all(p_approver, '{}'), governance.person_all(x.approver, x.approver_names))
         order by x.id desc limit 1;
        if found then
            return v.id;
        end if;
    end if;
    fault := governance.vote_fault(r, p_decision, p_channel);
    v.request_id := r.id;
    v.approver := p_approver;
    v.approver_names := '{}';
    v.decision := p_decision;
    v.channel := p_channel;
    v.tuple_hash := r.mapped_hash;
    v.vouched_by := p_vouched_by;
    v.given_at := case when exists (select from governance.approval a where a.request_id = r.id and a.approver = p_approver)
                       then clock_timestamp() else 'epoch' end;
    v.id := governance.vote_keep(v); -- who may not vote at all hears that first
    if fault is not null then
        raise exception '%', fault using errcode = 'CG023';
    end if;
    -- one that counts for nothing is worth nothing to whoever sends it: he can name the approver so that everybody can tell
    if p_decision = 'approved' and exists (
           select from governance.approval a where a.id = v.id and governance.approval_counts(a, r) is null) then
        raise exception 'nobody can tell whether the approver is who asks or who it is for: name the approver as they are named, by e-mail address or by account id'
            using errcode = 'CG008', constraint = 'unclear';
    end if;
    update governance.access_request x set hinted_at = clock_timestamp(), look_at = clock_timestamp() where x.id = r.id;
    return v.id;
end $$;
comment on function governance.approval_add(uuid, text, text, text, text) is
    'Record what somebody says of a request: approved, declined, or withdrawn; by the token that vouches for him';
