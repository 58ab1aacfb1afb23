-- Who left owns no exception. We are told, we took the access of a leaver away ourselves, or we saw an account of his disabled.
create or replace function governance.has_left(p_names text[]) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (select from governance.departure d
                    where d.returned_at is null and governance.one_person(governance.person_names(d.person, d.names), p_names)
                      and not (d.how = 'disabled' and exists ( -- and seen active since
                          select from governance.account_link l
                            join governance.request_item i on i.source = l.source and i.account = l.account
                            join governance.observation o on o.item_id = i.id
                           where l.source = d.source and l.person = governance.person_folded(d.person)
                             and o.account = 'active' and o.observed_at > d.left_at)))
$$;
comment on function governance.has_left(text[]) is 'Did somebody of one of these names leave?';

create or replace function governance.departed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    owned bigint[] := array(select x.id from governance.exception x
                             where x.revoked_at is null and x.expires_at > clock_timestamp()
                               and governance.one_person(governance.person_names(x.owner, x.owner_names), governance.person_names(new.person, new.names)));
begin
    if cardinality(owned) > 0 then
        perform governance.exception_end(owned, 'owner_left', new.actor, new.reason);
        insert into governance.escalation (request_id, kind, reason, key)
        select distinct c.request_id, 'operator', 'ExceptionOwnerLeft', 'exception/' || x.id
          from governance.exception x
         cross join lateral (select coalesce(x.request_id, (select i.request_id from governance.request_item i where i.id = x.item_id)) as request_id) c
         where x.id = any (owned) and c.request_id is not null
        on conflict do nothing;
    end if;
    return null;
end $$;
comment on function governance.departed() is 'Trigger: exceptions of who left lapse';

create or replace function governance.guard_departure() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if row(new.id, new.person, new.names, new.how, new.source, new.request_id, new.actor, new.reason, new.left_at)
       is distinct from row(old.id, old.person, old.names, old.how, old.source, old.request_id, old.actor, old.reason, old.left_at)
       or old.returned_at is not null then
        raise exception 'a departure only ends' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_departure() is 'Trigger: who left may come back, and no more';

-- Told by somebody: he left, or he is back (whatever we saw).
create or replace function governance.departure_put(p_person text, p_left boolean, p_by text, p_reason text) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    back int;
begin
    if p_left then
        insert into governance.departure (person, how, actor, reason) values (p_person, 'told', p_by, p_reason) on conflict do nothing;
    else
        update governance.departure d set returned_at = clock_timestamp(), returned_by = p_by
         where d.returned_at is null and governance.one_person(governance.person_names(d.person, d.names), governance.person_names(p_person, '{}'));
        get diagnostics back = row_count;
        if back = 0 then
            return null;
        end if;
    end if;
    return jsonb_build_object('person', p_person, 'left', p_left, 'lapsed', (
        select coalesce(jsonb_agg(x.id order by x.id), '[]') from governance.exception x
         where p_left and x.ended_why = 'owner_left' and governance.one_person(governance.person_names(x.owner, x.owner_names), governance.person_names(p_person, '{}'))));
end $$;
comment on function governance.departure_put(text, boolean, text, text) is 'Somebody left, or is back; null: nobody of that name had left';

-- All that a leaver's request asked for is gone: so is he.
create or replace function governance.leaver_left() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.departure (person, names, how, request_id)
    select new.beneficiary, new.beneficiary_names, 'leaver', new.id where btrim(new.beneficiary) <> '' on conflict do nothing;
    return null;
end $$;
comment on function governance.leaver_left() is 'Trigger: a leaver''s request was closed on proof';

-- An account that belongs to somebody, by its immutable id or by whose request it was read for, and cannot be used.
create or replace function governance.account_disabled() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.departure (person, names, how, source, request_id)
    select coalesce(l.person, r.beneficiary), case when l.person is null then r.beneficiary_names else '{}' end, 'disabled', i.source, r.id
      from governance.request_item i
      join governance.access_request r on r.id = i.request_id
      left join governance.account_link l on l.source = i.source and l.native_id = new.native_id and l.replaced_at is null and l.person <> ''
     where i.id = new.item_id and btrim(coalesce(l.person, r.beneficiary)) <> ''
    on conflict do nothing;
    return null;
end $$;
comment on function governance.account_disabled() is 'Trigger: an account was seen disabled';
