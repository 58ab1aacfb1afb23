-- What a request takes away does not wait for what it gives (domain/ahead.h): its removal is asked for by a request of its own, which
-- follows it with the cause "ahead", once for each item. Both ask for the same, so neither supersedes the other; what was opened stays,
-- whatever becomes of the first one.

-- Those opened for an item, the newest first; also for the same entitlement by another name, and when the form was edited in between.
create or replace function governance.gone_ahead(r governance.access_request, p_item bigint) returns setof governance.access_request
language sql stable set search_path = pg_catalog, pg_temp as $$
    select q.* from governance.items_beside(p_item) b(id)
      join governance.request_item k on k.id = b.id and k.desired = 'absent'
      join governance.access_request q on q.id = k.request_id and q.follows = r.id and q.cause = 'ahead'
     order by q.requested_at desc, q.id desc
$$;
comment on function governance.gone_ahead(governance.access_request, bigint) is 'The requests that were opened for what this one takes away with an item, ahead of what it gives';

-- Asked only of what both gives and takes.
create or replace function governance.dossier_ahead(r governance.access_request) returns json
language sql stable set search_path = pg_catalog, pg_temp as $$
    select json_build_object('together', coalesce(r.mapped->>'removal' = 'together', false), 'items', (
        select json_agg(json_build_object('id', i.id, 'key', coalesce(t.issue_key, ''), 'over', governance.is_over(q.phase)))
          from governance.request_item i
         cross join lateral (select g.id, g.phase from governance.gone_ahead(r, i.id) g limit 1) q
          left join governance.ticket t on t.request_id = q.id
         where i.request_id = r.id and i.desired = 'absent' and i.replaced_at is null))
$$;
comment on function governance.dossier_ahead(governance.access_request) is 'What of a request that gives and takes was asked for ahead, for its dossier';

create or replace function governance.guard_ahead() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.kind <> 'removal' or new.approval_needed or not exists (
           select from governance.access_request r
            where r.id = new.follows and r.kind = 'modify' and r.beneficiary = new.beneficiary
               and new.requested_at between r.requested_at - interval '1 ms' and r.requested_at) then
        raise exception 'what goes ahead is the removal of one request that gives too, of the same person, asked for when that was' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_ahead() is 'Trigger: only a removal goes ahead, and its clock runs from the first request';

-- The first one came to nothing: whoever ended it may not know that a part of it goes on. Or what went ahead did, while the first one
-- still waits: the access stays until that goes on.
create or replace function governance.ahead_told(r governance.access_request) returns void
language sql set search_path = pg_catalog, pg_temp as $$
    insert into governance.escalation (request_id, kind, reason, key)
    select r.id, 'operator', 'RemovalGoesOn', 'ahead/' || q.id
      from governance.access_request q
     where r.kind = 'modify' and q.follows = r.id and q.cause = 'ahead' and not governance.is_at_rest(q.phase)
    union all
    select q.id, 'operator', 'RemovalLapsed', 'ahead/' || r.id
      from governance.access_request q
     where r.cause = 'ahead' and q.id = r.follows and q.phase in ('received', 'pending_approval')
    on conflict do nothing
$$;
comment on function governance.ahead_told(governance.access_request) is 'Tell what goes on of a request that came to nothing, and what does not of one that waits';
