-- What a request takes away does not wait for what it gives (domain/ahead.h): its removal is asked for by a request of its own, which
-- follows it with the cause "ahead", once for each item. Both ask for the same, so neither supersedes the other; what was opened stays,
-- whatever becomes of the first one.

-- Those opened for an item, the newest first; also for the same entitlement by another name, and when the form was edited in between. One
-- that ended before the item was asked for was opened for an earlier wish.
create or replace function governance.gone_ahead(r governance.access_request, p_item bigint) returns setof governance.access_request
language sql stable set search_path = pg_catalog, pg_temp as $$
    select q.* from governance.items_beside(p_item) b(id)
      join governance.request_item k on k.id = b.id and k.desired = 'absent'
      join governance.access_request q on q.id = k.request_id and q.follows = r.id and q.cause = 'ahead'
     where k.id > p_item or not (governance.is_over(q.phase) or q.cancel_asked)
     order by q.requested_at desc, q.id desc
$$;
comment on function governance.gone_ahead(governance.access_request, bigint) is 'The requests that were opened for what this one takes away with an item, ahead of what it gives';

-- Does the first one go on asking for what went ahead of it? Of the same, by any of its names; not once it was edited.
create or replace function governance.ahead_stands(q governance.access_request) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (select from governance.request_item i
                    cross join lateral governance.items_beside(i.id) b(id)
                     join governance.request_item k on k.id = b.id
                    where i.request_id = q.id and k.request_id = q.follows and k.desired = 'absent')
$$;
comment on function governance.ahead_stands(governance.access_request) is 'Does the request that something went ahead of still ask for it?';

-- Before a request that may have been edited is held: whoever ends what went ahead of it holds both, too, in the order of their ids.
create or replace function governance.lock_ahead(p_request uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from governance.access_request q where q.follows = p_request and q.cause = 'ahead') then
        perform from governance.access_request r
          where r.id = p_request or r.follows = p_request and r.cause = 'ahead' order by r.id for update;
    end if;
end $$;
comment on function governance.lock_ahead(uuid) is 'Lock a request with what went ahead of it, in the order of their ids';

-- A request was edited before its approval: what went ahead of it and it asks for no more is withdrawn, as long as nobody said that it was
-- done; else whoever edited it may not know that it goes on. The caller holds the request, and what went ahead of it (lock_ahead).
create or replace function governance.ahead_edited(p_request uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    q governance.access_request;
begin
    for q in select x.* from governance.access_request x
              where x.follows = p_request and x.cause = 'ahead' and not governance.is_at_rest(x.phase) and not x.cancel_asked
                and not governance.ahead_stands(x)
              order by x.id for update of x loop
        if q.claimed_at is null then
            perform governance.request_cancel(q.id);
            continue;
        end if;
        insert into governance.escalation (request_id, kind, reason, key)
        values (p_request, 'operator', 'RemovalGoesOn', 'ahead/' || q.id) on conflict do nothing;
        update governance.access_request x -- its ticket says so too
           set hinted_at = clock_timestamp(), look_at = case when x.lease_owner is null then clock_timestamp() else x.look_at end
         where x.id = q.id;
    end loop;
end $$;
comment on function governance.ahead_edited(uuid) is 'Withdraw what went ahead of a request that asks for it no more, or tell people that it goes on';

-- What went ahead of wishes that an edit replaced, the latest edit first.
create or replace function governance.ahead_left(r governance.access_request) returns json
language sql stable set search_path = pg_catalog, pg_temp as $$
    select json_agg(json_build_object('entitlement', i.entitlement, 'account', i.account, 'key', coalesce(t.issue_key, ''),
                                      'over', governance.is_over(q.phase) or q.cancel_asked, 'at_ms', governance.ms(i.replaced_at))
                    order by i.replaced_at desc, i.id)
      from governance.request_item i
     cross join lateral (select g as q from governance.gone_ahead(r, i.id) g limit 1) l
     cross join lateral (select (l.q).id, (l.q).phase, (l.q).cancel_asked) q
      left join governance.ticket t on t.request_id = q.id
     where i.request_id = r.id and i.desired = 'absent' and i.replaced_at is not null and not governance.ahead_stands(l.q)
$$;
comment on function governance.ahead_left(governance.access_request) is 'What went ahead of a request that does not ask for it any more';

-- Asked only of what both gives and takes, or did.
create or replace function governance.dossier_ahead(r governance.access_request) returns json
language sql stable set search_path = pg_catalog, pg_temp as $$
    select json_build_object('together', coalesce(r.mapped->>'removal' = 'together', false), 'items', (
        select json_agg(json_build_object('id', i.id, 'key', coalesce(t.issue_key, ''), 'over', governance.is_over(q.phase)))
          from governance.request_item i
         cross join lateral (select g.id, g.phase from governance.gone_ahead(r, i.id) g limit 1) q
          left join governance.ticket t on t.request_id = q.id
         where i.request_id = r.id and i.desired = 'absent' and i.replaced_at is null), 'left', governance.ahead_left(r))
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
     where r.cause = 'ahead' and q.id = r.follows and q.phase in ('received', 'pending_approval') and governance.ahead_stands(r)
    on conflict do nothing
$$;
comment on function governance.ahead_told(governance.access_request) is 'Tell what goes on of a request that came to nothing, and what does not of one that waits';
