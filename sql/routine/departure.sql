-- Who left owns no exception. We are told, we took the access of a leaver away ourselves, or we saw an account of his disabled and know of
-- none that he uses still: one of two accounts that is disabled is an account that ended, and no person who left. An account of what
-- is no person (a service, a key) tells of nobody.
create or replace function governance.has_left(p_names text[]) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (select from governance.departure d
                    where d.returned_at is null and governance.one_person(governance.person_names(d.person, d.names), p_names))
$$;
comment on function governance.has_left(text[]) is 'Did somebody of one of these names leave?';

create or replace function governance.guard_departure() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if row(new.id, new.person, new.names, new.how, new.source, new.request_id, new.actor, new.reason, new.left_at, new.account)
       is distinct from row(old.id, old.person, old.names, old.how, old.source, old.request_id, old.actor, old.reason, old.left_at, old.account)
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
    known text[] := governance.person_all(p_person, '{}'); -- and the names his accounts know him by
    back int;
    owned bigint[];
begin
    if p_left then
        owned := array(select x.id from governance.exception x
                        where x.revoked_at is null and x.expires_at > clock_timestamp()
                          and governance.one_person(governance.person_names(x.owner, x.owner_names), known)
                        order by x.id);
        perform governance.exception_hold(owned, '{}'); -- requests first
        insert into governance.departure (person, how, actor, reason) values (p_person, 'told', p_by, p_reason) on conflict do nothing;
        perform governance.exception_end(owned, 'owner_left', p_by, p_reason);
        perform governance.owner_left_told(owned);
    else
        update governance.departure d set returned_at = clock_timestamp(), returned_by = p_by
         where d.returned_at is null and governance.one_person(governance.person_names(d.person, d.names), known);
        get diagnostics back = row_count;
        if back = 0 then
            return null;
        end if;
    end if;
    return jsonb_build_object('person', p_person, 'left', p_left, 'lapsed', (
        select coalesce(jsonb_agg(x.id order by x.id), '[]') from governance.exception x
         where p_left and x.ended_why = 'owner_left' and governance.one_person(governance.person_names(x.owner, x.owner_names), known)));
end $$;
comment on function governance.departure_put(text, boolean, text, text) is 'Somebody left, or is back; null: nobody of that name had left';

-- All that somebody asked to be taken from a leaver is gone: so is he, where that is a person.
create or replace function governance.leaver_left() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.departure (person, names, how, request_id)
    select new.beneficiary, new.beneficiary_names, 'leaver', new.id
     where new.cause = 'asked' and new.subject_kind in ('human', 'contractor') and btrim(new.beneficiary) <> ''
    on conflict do nothing;
    return null;
end $$;
comment on function governance.leaver_left() is 'Trigger: a leaver''s request was closed on proof';

-- Which account a read is of, as departures keep it.
create or replace function governance.account_read(o governance.observation, p_account text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$ select coalesce(nullif(o.native_id, ''), p_account) $$;
comment on function governance.account_read(governance.observation, text) is 'The immutable id of the account that was read; its name where the source tells none';

-- Was another account of his active when it was read last? Asked of those that reads or this request know to be his, and of no read
-- that is older than an exception may become.
create or replace function governance.uses_another(p_person text, p_names text[], p_request uuid, p_source text, p_account text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    keys text[] := array(select governance.person_folded(substr(x, position('=' in x) + 1)) from unnest(governance.person_all(p_person, p_names)) x);
begin
    return exists (
        select from (select l.source, l.account from governance.account_link l where l.person = any (keys) and l.replaced_at is null
                      union
                     select i.source, i.account from governance.request_item i where i.request_id = p_request) his
         cross join lateral (
                select o.account as state, o.observed_at, governance.account_read(o, i.account) as read_of
                  from governance.request_item i
                  join governance.access_request r on r.id = i.request_id and r.subject_kind in ('human', 'contractor')
                 cross join lateral (select * from governance.observation x where x.item_id = i.id and x.outcome <> 'unknown' order by x.id desc limit 1) o
                 where i.source = his.source and i.account = his.account
                 order by o.id desc limit 1) last
         where last.state = 'active' and last.observed_at > clock_timestamp() - interval '90 days'
           and row(his.source, last.read_of) is distinct from row(p_source, p_account));
end $$;
comment on function governance.uses_another(text, text[], uuid, text, text) is 'Was another account of that person active when it was read last?';

-- An account that belongs to somebody, by its immutable id or by whose request it was read for, and cannot be used. Only that is
-- written: a read holds its request already, so the sweep ends what he owns. For the same reason nobody waits here: who comes second
-- while another writes of the same account leaves it to the next read.
create or replace function governance.account_disabled() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.departure (person, names, how, source, account, request_id)
    select p.person, p.names, 'disabled', p.source, p.account, p.request_id
      from (select coalesce(l.person, r.beneficiary) as person, case when l.person is null then r.beneficiary_names else '{}' end as names,
                   i.source, governance.account_read(new, i.account) as account, r.id as request_id
              from governance.request_item i
              join governance.access_request r on r.id = i.request_id
              left join governance.account_link l
                on l.source = i.source and l.native_id = new.native_id and l.replaced_at is null and l.person <> ''
             where i.id = new.item_id and btrim(coalesce(l.person, r.beneficiary)) <> '' and r.subject_kind in ('human', 'contractor')) p
     where case when exists (select from governance.departure d
                              where d.how = 'disabled' and d.returned_at is null and d.source = p.source and d.account = p.account
                                and governance.same_person(d.person, p.person)) then false
                when governance.uses_another(p.person, p.names, p.request_id, p.source, p.account) then false
                else pg_try_advisory_xact_lock(hashtextextended('governance.departure ' || p.source || ' ' || p.account, 0)) end
    on conflict do nothing;
    return null;
end $$;
comment on function governance.account_disabled() is 'Trigger: an account was seen disabled, and its person uses no other one';

create or replace function governance.account_active() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from governance.departure d where d.how = 'disabled' and d.returned_at is null) then
        return null; -- with nearly every read
    end if;
    update governance.departure d set returned_at = clock_timestamp()
     where d.id in (select x.id from governance.request_item i
                      join governance.access_request r on r.id = i.request_id
                      join governance.departure x on x.how = 'disabled' and x.returned_at is null
                       and (x.source = i.source and x.account = governance.account_read(new, i.account)
                            or r.subject_kind in ('human', 'contractor')
                               and governance.one_person(governance.person_names(x.person, x.names), governance.person_names(r.beneficiary, r.beneficiary_names)))
                     where i.id = new.item_id for update of x skip locked);
    return null;
end $$;
comment on function governance.account_active() is 'Trigger: an account is seen active: whose it is has not left, whatever of his was seen disabled';
