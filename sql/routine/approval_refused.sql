-- An approval by who asks, gains, does the work or checks it counts for nothing, and is no row among the approvals. That it was tried is
-- told, and with that in the evidence: by what he is to the request, so that it holds no name.
create or replace function governance.self_approval_key(p_channel text, p_hats int, p_when text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select concat_ws('/', 'self', p_channel, (select string_agg(h.name, '+' order by h.bit)
                                                from (values (1, 'requester'), (2, 'beneficiary'), (4, 'fulfiller'), (8, 'verifier')) as h(bit, name)
                                               where p_hats & h.bit <> 0), p_when)
$$;
comment on function governance.self_approval_key(text, int, text) is
    'Key of an escalation SelfApproval: its way, what its approver is to the request (bits as in hats_of), and when';

-- As approval_add; where that refuses, what was tried is kept, and the refusal is answered instead of raised. Tried again within the hour it is
-- the same.
create or replace function governance.approval_try(p_request uuid, p_approver text, p_decision text, p_channel text, p_vouched_by text default '',
                                                   out made bigint, out refused text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    hats int;
begin
    made := governance.approval_add(p_request, p_approver, p_decision, p_channel, p_vouched_by);
exception when sqlstate 'CG008' then
    refused := sqlerrm;
    select (governance.hats_of(r, governance.person_all(p_approver, '{}')))[1] into hats from governance.access_request r where r.id = p_request;
    if hats is null or hats = 0 then
        raise; -- nothing to keep: not named, has left, or nobody can tell
    end if;
    made := 0;
    if p_decision = 'approved' then
        insert into governance.escalation (request_id, kind, reason, key)
        values (p_request, 'operator', 'SelfApproval', governance.self_approval_key(p_channel, hats,
                to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24"Z"'))) on conflict do nothing;
    end if;
end $$;
comment on function governance.approval_try(uuid, text, text, text, text) is
    'Record what somebody decided about a request, or that he tried to approve his own: then refused says why; made null: there is no such request';
