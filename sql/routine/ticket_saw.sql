-- A ticket of this request as a look saw it that began at p_looked (null: not known). p_issue: which one, when the request may
-- have another by now, or a newer read of it: then nothing is done. The caller holds the request's row.
create or replace function governance.ticket_saw(r governance.access_request, t jsonb, p_looked timestamptz, p_issue text default null)
returns void
language plpgsql set search_path = pg_catalog as $$
declare
    given timestamptz := to_timestamp(coalesce((t->>'approved_at_ms')::bigint, 0) / 1000.0);
    updated bigint := (t->>'updated_ms')::bigint;
    paid boolean := r.emergency and governance.approval_reached(r); -- before what this read tells of
    v record;
begin
    update governance.ticket x
       set issue_key = coalesce(nullif(t->>'key', ''), x.issue_key), state = t->>'state', category = t->>'category',
           role = t->>'role', status_name = t->>'status_name', cycle = t->>'cycle',
           cycle_at = to_timestamp((t->>'cycle_at_ms')::bigint / 1000.0), moved_by = t->>'moved_by',
           moved_by_us = (t->>'moved_by_us')::boolean, resolution_set = (t->>'resolution_set')::boolean,
           updated_ms = updated, edit = coalesce(nullif(t->>'edit', ''), x.edit),
           approved_edit = case x.approved_edit when '' then coalesce(t->>'edit', '') else x.approved_edit end, -- moved to another mapping
           marker = t->>'marker', approval = t->>'approval',
           awaited = coalesce(t->>'awaited', ''), mover_names = governance.names_joined('{}', t->'mover_names'),
           filer_names = case when t ? 'reporter_names' or t ? 'creator_names' -- a replica of before does not say
                              then governance.names_joined(governance.names_joined('{}', t->'reporter_names'), t->'creator_names') else x.filer_names end,
           verifier = coalesce(t->>'verifier', ''),
           markers = coalesce(t->>'markers', ''), bound_to = coalesce(t->>'bound_to', ''),
           bound_elsewhere = coalesce((t->>'bound_elsewhere')::boolean, false),
           fields_ms = case when t ? 'fields' then updated else x.fields_ms end,
           resolution_edit = coalesce(t->>'resolution_edit', ''), shown_hash = coalesce(t->>'shown_hash', ''),
           stated_hash = coalesce(t->>'stated_hash', ''), shown_in = coalesce(t->>'shown_in', ''), plea = t->'plea',
           approved_at = nullif(given, 'epoch'), mapped_hash = coalesce(t->>'mapped_hash', ''),
           hinted_updated_ms = greatest(x.hinted_updated_ms, updated), read_at = coalesce(p_looked, clock_timestamp()),
           unsure_at = case when p_looked is null then clock_timestamp() else x.unsure_at end
     where x.request_id = r.id
       and (p_issue is null or x.issue_id = p_issue and (x.state = 'unread' or x.read_at < p_looked));
    if found and t->>'state' = 'here' and t->>'approval' in ('approved', 'declined') then
        -- each who decided so (a program of an earlier release names one); whether it is another person may be known only later:
        -- recorded now, judged when it is to count. His own is told, once for each time he gave it.
        for v in
            select x.*, governance.judge_fault(r, governance.person_linked(x.approver_names), 'approve',
                                               case t->>'approval' when 'approved' then 'infinity' else '-infinity' end::timestamptz) as fault
              from (select r.id as request_id, a->>'key' as approver,
                           governance.person_names(a->>'key', governance.names_joined('{}', a->'names')) as approver_names, t->>'approval' as decision,
                           case when (a->>'app')::boolean then 'automation' else 'jsm' end as channel,
                           case t->>'mapped_hash' when r.mapped_hash then r.mapped_hash else '' end as tuple_hash,
                           coalesce(to_timestamp(nullif((a->>'given_ms')::bigint, 0) / 1000.0), given) as given_at, '' as vouched_by
                      from jsonb_array_elements(coalesce(t->'approvers', jsonb_build_array(jsonb_build_object(
                               'key', t->>'approver', 'names', coalesce(t->'approver_names', '[]'))))) a
                     where a->>'key' <> '') x
             -- once: where Jira does not say when, until he says otherwise there
             where not exists (select from governance.approval a where a.request_id = r.id and a.channel = x.channel and a.approver = x.approver
                                  and case when x.given_at > 'epoch' then a.given_at = x.given_at and a.decision = x.decision
                                           else a.decision = x.decision and a.id = (
                                                select max(b.id) from governance.approval b
                                                 where b.request_id = r.id and b.channel = x.channel and b.approver = x.approver and b.decision <> 'withdrawn') end)
        loop
            if v.fault <> '' and v.decision = 'approved' and governance.approval_wanted(r) then
                perform governance.refusal_on_ticket(r.id, 'approval', v.channel, v.approver, case v.fault when 'left' then 'left' else 'own' end,
                                                     'given/' || governance.ms(v.given_at));
            end if;
            if v.fault = 'left' then
                insert into governance.escalation (request_id, kind, reason, key)
                select r.id, 'operator', 'ApproverLeft', 'left/' || governance.ms(v.given_at) where governance.approval_wanted(r)
                    on conflict do nothing;
                continue;
            elsif v.fault <> '' then
                insert into governance.escalation (request_id, kind, reason, key)
                select r.id, 'operator', 'SelfApproval', governance.self_approval_key(v.channel, (governance.hats_of(r, governance.person_linked(v.approver_names)))[1], governance.ms(v.given_at)::text)
                 where v.decision = 'approved' and governance.approval_wanted(r)
                    on conflict do nothing;
                continue;
            elsif v.given_at = 'epoch' and exists (select from governance.approval a where a.request_id = r.id and a.approver = v.approver) then
                v.given_at := clock_timestamp();
            end if;
            perform governance.vote_keep(jsonb_populate_record(null::governance.approval, to_jsonb(v)));
        end loop;
        if paid then
            perform governance.review_on_ticket(r, t);
        end if;
    end if;
end $$;
comment on function governance.ticket_saw(governance.access_request, jsonb, timestamptz, text) is
    'Keep one read of a ticket, and the approval on it';
