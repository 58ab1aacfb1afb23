-- Decisions that are refused. An approval by who asks, gains, does the work or checks it counts for nothing, and is no row among the
-- approvals; nor is an exception without an owner one, or a delegation that comes back in a circle. That it was tried stays: whoever sends
-- it is told why not, and a row of refused_decision, which is evidence, says who tried what.

-- The same within the hour is one, and so is the same answer on a ticket. Of one token a hundred in an hour are kept: more would be a way to
-- fill the evidence. The next one says so (why: more), or a hundred of no consequence would hide what is tried after them.
create or replace function governance.refusal_keep(d governance.refused_decision) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    before bigint := 0;
begin
    d.why := coalesce(nullif(d.why, ''), 'refused');
    d.person := coalesce(d.person, '');
    d.other := coalesce(d.other, '');
    d.said := coalesce(d.said, '');
    d.answer := coalesce(d.answer, '');
    d.vouched_by := coalesce(d.vouched_by, '');
    if d.answer <> '' and exists (
           select from governance.refused_decision x
            where x.request_id = d.request_id and x.answer = d.answer and x.what = d.what and x.why = d.why and x.person = d.person)
       or d.answer = '' and exists (
           select from governance.refused_decision x
            where x.vouched_by = d.vouched_by and x.at > clock_timestamp() - interval '1 hour'
              and row(x.what, x.request_id, x.channel, x.person, x.other, x.scope, x.source, x.sod_set, x.why, x.said)
                  is not distinct from row(d.what, d.request_id, d.channel, d.person, d.other, d.scope, d.source, d.sod_set, d.why, d.said)) then
        return;
    end if;
    if d.vouched_by <> '' then
        before := (select count(*) from governance.refused_decision x where x.vouched_by = d.vouched_by and x.at > clock_timestamp() - interval '1 hour');
    end if;
    if before > 100 then
        return;
    elsif before = 100 then
        d.why := 'more';
        d.said := 'a hundred were refused within the hour already: what this token tries after this one is not kept';
    end if;
    insert into governance.refused_decision (what, request_id, channel, person, other, scope, source, sod_set, ends_at, why, said, answer, vouched_by)
    values (d.what, d.request_id, d.channel, d.person, d.other, d.scope, d.source, d.sod_set, d.ends_at, d.why, d.said, d.answer, d.vouched_by);
end $$;
comment on function governance.refusal_keep(governance.refused_decision) is 'Keep that something was tried and refused: the same once in an hour, and so many of one token';

-- One on the ticket, by which answer there.
create or replace function governance.refusal_on_ticket(p_request uuid, p_what text, p_channel text, p_person text, p_why text, p_answer text,
                                                        p_other text default '', p_ends timestamptz default null, p_said text default '') returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    d governance.refused_decision;
begin
    d.what := p_what;
    d.request_id := p_request;
    d.channel := p_channel;
    d.person := p_person;
    d.other := p_other;
    d.scope := case p_what when 'exception' then 'item' end;
    d.ends_at := p_ends;
    d.why := p_why;
    d.said := p_said;
    d.answer := p_answer;
    perform governance.refusal_keep(d);
end $$;
comment on function governance.refusal_on_ticket(uuid, text, text, text, text, text, text, timestamptz, text) is 'Keep that a decision on the ticket was refused, once for each answer there';

create or replace function governance.self_approval_key(p_channel text, p_hats int, p_when text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select concat_ws('/', 'self', p_channel, (select string_agg(h.name, '+' order by h.bit)
                                                from (values (1, 'requester'), (2, 'beneficiary'), (4, 'fulfiller'), (8, 'verifier')) as h(bit, name)
                                               where p_hats & h.bit <> 0), p_when)
$$;
comment on function governance.self_approval_key(text, int, text) is
    'Key of an escalation SelfApproval: its way, what its approver is to the request (bits as in hats_of), and when';

-- As approval_add; where that refuses, what was tried is kept, and the refusal is answered instead of raised. His own is told to people, too:
-- by what he is to the request, so that it holds no name.
create or replace function governance.approval_try(p_request uuid, p_approver text, p_decision text, p_channel text, p_vouched_by text default '',
                                                   out made bigint, out refused text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    d governance.refused_decision;
    r governance.access_request;
    code text;
    hats int;
begin
    made := governance.approval_add(p_request, p_approver, p_decision, p_channel, p_vouched_by);
exception when sqlstate 'CG008' or sqlstate 'CG023' then
    get stacked diagnostics refused = message_text, code = returned_sqlstate, d.why = constraint_name;
    made := 0;
    select * into r from governance.access_request x where x.id = p_request;
    if p_decision <> 'approved' or governance.person_folded(p_approver) = '' or code = 'CG023' and not governance.approval_wanted(r) then
        return; -- nothing is approved by it, by nobody, or nobody waits for it
    end if;
    hats := (governance.hats_of(r, governance.person_all(p_approver, '{}')))[1];
    if code = 'CG008' and hats <> 0 then
        insert into governance.escalation (request_id, kind, reason, key)
        values (p_request, 'operator', 'SelfApproval', governance.self_approval_key(p_channel, hats,
                to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24"Z"'))) on conflict do nothing;
    end if;
    d.what := 'approval';
    d.request_id := p_request;
    d.channel := p_channel;
    d.person := p_approver;
    d.why := case when code = 'CG023' then 'void' else coalesce(nullif(d.why, ''), 'own') end;
    d.said := refused;
    d.vouched_by := p_vouched_by;
    perform governance.refusal_keep(d);
end $$;
comment on function governance.approval_try(uuid, text, text, text, text) is
    'Record what somebody decided about a request, or that he tried what he may not: then refused says why; made null: there is no such request';

-- As review_add, in the same way.
create or replace function governance.review_try(p_request uuid, p_reviewer text, p_outcome text, p_note text, p_vouched_by text default '',
                                                 out made bigint, out refused text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    d governance.refused_decision;
begin
    made := governance.review_add(p_request, p_reviewer, p_outcome, p_note, p_vouched_by);
exception when sqlstate 'CG008' then
    get stacked diagnostics refused = message_text, d.why = constraint_name;
    made := 0;
    d.what := 'review';
    d.request_id := p_request;
    d.channel := 'api';
    d.person := p_reviewer;
    d.said := refused;
    d.vouched_by := p_vouched_by;
    perform governance.refusal_keep(d);
end $$;
comment on function governance.review_try(uuid, text, text, text, text) is 'Record what a review of an emergency found, or that somebody reviewed his own: then refused says why';

-- As exception_grant; "fault" of p: {"why", "said"}, what the program refuses of it already. Of what names no request that there is, nothing is kept.
create or replace function governance.exception_try(p jsonb, out made jsonb, out refused text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    d governance.refused_decision;
    x governance.exception;
begin
    if p ? 'fault' then
        d.why := p->'fault'->>'why';
        refused := p->'fault'->>'said';
    else
        begin
            made := governance.exception_grant(p);
            return;
        exception when sqlstate 'CG008' or check_violation then
            get stacked diagnostics refused = message_text, d.why = constraint_name;
        end;
    end if;
    select * into x from governance.exception e where e.id = (p->>'renews')::bigint;
    select r.id into d.request_id from governance.access_request r
     where r.id = coalesce((p->>'request')::uuid, x.request_id, (select i.request_id from governance.request_item i where i.id = x.item_id));
    select s.name into d.source from governance.source s where s.name = coalesce(p->>'source', x.source);
    if num_nonnulls(d.request_id, d.source) = 0 then
        return;
    end if;
    d.what := 'exception';
    d.channel := 'api';
    d.person := p->>'approved_by';
    d.other := p->>'owner';
    d.scope := coalesce(x.scope, p->>'scope', 'item');
    select s.name into d.sod_set from governance.sod_set s where s.name = coalesce(p->>'sod_set', x.sod_set) limit 1;
    d.ends_at := to_timestamp(nullif((p->>'expires_ms')::bigint, 0) / 1000.0); -- 0: it named none
    d.said := refused;
    d.vouched_by := p->>'vouched_by';
    perform governance.refusal_keep(d);
end $$;
comment on function governance.exception_try(jsonb) is 'Grant an exception, or keep that one was refused: then refused says why; made null: there is no such request';

-- As delegation_add, in the same way.
create or replace function governance.delegation_try(p_from text, p_to text, p_starts timestamptz, p_ends timestamptz, p_actor text,
                                                     out made jsonb, out refused text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    d governance.refused_decision;
begin
    made := governance.delegation_add(p_from, p_to, p_starts, p_ends, p_actor);
exception when sqlstate 'CG024' then
    get stacked diagnostics refused = message_text, d.why = constraint_name;
    d.what := 'delegation';
    d.channel := 'api';
    d.person := p_from;
    d.other := p_to;
    d.ends_at := p_ends;
    d.said := refused;
    d.vouched_by := p_actor;
    perform governance.refusal_keep(d);
end $$;
comment on function governance.delegation_try(text, text, timestamptz, timestamptz, text) is 'Have one answer for another one for a time, or keep that it was refused: then refused says why';
