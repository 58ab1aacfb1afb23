-- A ticket of ours that carries these markers (labels, separated by blanks): the request that has its ticket already.
create or replace function governance.second_ticket(p_site text, p_issue text, p_markers text)
returns table (request_id uuid, marker text, phase text, issue_id text, issue_key text)
language sql stable set search_path = pg_catalog as $$
    select r.id, r.marker, r.phase, t.issue_id, t.issue_key
      from governance.access_request r
      join governance.ticket t on t.request_id = r.id
     where r.site = p_site and r.marker = any (string_to_array(p_markers, ' ')) and t.issue_id <> p_issue
       and exists (select from governance.flow f where f.request_id = r.id and f.kind = 'create_ticket')
     order by r.id
     limit 1
$$;
comment on function governance.second_ticket(text, text, text) is 'The request that made this ticket and has another one already';
