-- Somebody is about to see the evidence of a request: on record once in an hour, however often he looks. Null: there is no such request.
create or replace function governance.evidence_seen(p_request uuid, p_viewer text, p_role text) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    made bigint;
begin
    select v.id into made from governance.evidence_view v
     where v.request_id = p_request and v.viewer = p_viewer and v.role = p_role and v.at > clock_timestamp() - interval '1 hour'
     order by v.id desc limit 1;
    if found then
        return made;
    end if;
    insert into governance.evidence_view (request_id, viewer, role)
    select r.id, p_viewer, p_role from governance.access_request r where r.id = p_request
    returning id into made;
    return made;
end $$;
comment on function governance.evidence_seen(uuid, text, text) is
    'Records that somebody sees the evidence of a request, once in an hour; null: there is no such request';

-- The same of who asks the database himself, in his own name. With its owner's rights: who may read all of it and change nothing looks on record, too.
-- p_viewer: who says that he looks, besides; may be empty.
create or replace function governance.evidence_taken(p_request uuid, p_viewer text) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select governance.evidence_seen(p_request, concat_ws(', ', nullif(p_viewer, ''), 'database user ' || session_user), 'auditor')
$$;
comment on function governance.evidence_taken(uuid, text) is 'Records that a database user takes the evidence of a request away; null: there is no such request';
