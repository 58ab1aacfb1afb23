-- Somebody is about to see the evidence of a request. Null: there is no such request.
create or replace function governance.evidence_seen(p_request uuid, p_viewer text, p_role text) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    made bigint;
begin
    insert into governance.evidence_view (request_id, viewer, role)
    select r.id, p_viewer, p_role from governance.access_request r where r.id = p_request
    returning id into made;
    return made;
end $$;
comment on function governance.evidence_seen(uuid, text, text) is 'Records that somebody sees the evidence of a request; null: there is no such request';
