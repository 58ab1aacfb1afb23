-- What was asked for and answered on the ticket becomes an exception of every item that is not proven, by the same guards as one
-- from the API: who turns out to approve for himself under another name is refused, the request keeps why, and people hear of it.
create or replace function governance.plea_grant(p_request uuid, p_plea jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
declare
    why text := '';
    said text;
begin
    begin
        insert into governance.exception (item_id, owner, owner_names, approved_by, approver_names, reason, compensating_control,
                                          expires_at, plea_edit)
        select i.id, p_plea->>'owner', governance.names_joined('{}', p_plea->'owner_names'), p_plea->>'decided_by',
               governance.names_joined('{}', p_plea->'decided_names'), p_plea->>'reason', coalesce(p_plea->>'control', ''),
               to_timestamp((p_plea->>'until_ms')::bigint / 1000.0), p_plea->>'edit'
          from governance.request_item i join governance.item_verdict v on v.item_id = i.id
         where i.request_id = p_request and i.replaced_at is null and v.verdict not in ('verified', 'excepted');
    exception
        when sqlstate 'CG008' or check_violation then
            get stacked diagnostics why = constraint_name, said = message_text;
            insert into governance.escalation (request_id, kind, reason, key)
            values (p_request, 'operator', 'ExceptionRefused', 'plea/' || (p_plea->>'edit')) on conflict do nothing;
            perform governance.refusal_on_ticket(p_request, 'exception', 'jsm', p_plea->>'decided_by', why, p_plea->>'edit', p_plea->>'owner',
                                                 to_timestamp((p_plea->>'until_ms')::bigint / 1000.0), said);
    end;
    update governance.access_request r set plea_refused = why where r.id = p_request and r.plea_refused <> why;
end $$;
comment on function governance.plea_grant(uuid, jsonb) is 'Carry out an exception that was asked for and approved on the ticket';

-- The answer that granted it was changed or removed. What came by the API or the command line stays.
create or replace function governance.plea_revoke(p_request uuid, p_plea jsonb) returns void
language sql set search_path = pg_catalog as $$
    update governance.exception e set revoked_at = clock_timestamp(), ended_why = 'taken_back'
      from governance.request_item i
     where i.id = e.item_id and i.request_id = p_request and e.revoked_at is null and e.plea_edit <> ''
       and e.plea_edit <> coalesce(p_plea->>'edit', '')
$$;
comment on function governance.plea_revoke(uuid, jsonb) is 'End exceptions whose answer on the ticket was taken back';
