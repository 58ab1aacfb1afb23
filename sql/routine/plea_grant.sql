-- What was asked for and answered on the ticket becomes an exception of every item that is not proven, by the same guards as one
-- from the API: who turns out to approve for himself under another spelling is refused, and people hear of it.
create or replace function governance.plea_grant(p_request uuid, p_plea jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.exception (item_id, owner, approved_by, reason, expires_at)
    select i.id, p_plea->>'owner', p_plea->>'decided_by', p_plea->>'reason', to_timestamp((p_plea->>'until_ms')::bigint / 1000.0)
      from governance.request_item i join governance.item_verdict v on v.item_id = i.id
     where i.request_id = p_request and i.replaced_at is null and v.verdict not in ('verified', 'excepted');
exception
    when sqlstate 'CG008' or check_violation then
        insert into governance.escalation (request_id, kind, reason, key)
        values (p_request, 'operator', 'ExceptionRefused', 'plea/' || (p_plea->>'edit')) on conflict do nothing;
end $$;
comment on function governance.plea_grant(uuid, jsonb) is 'Carry out an exception that was asked for and approved on the ticket';
