-- An exception ends: by its time, by somebody, with its owner, or since reads proved first what it covers. Whatever ends it, what it
-- let close is owed again (domain/exception.h), so all that it covers is looked at: at once where that is one request, and in portions
-- where it is a source (exception_sweep). Locks: requests by their ids, then exceptions.

-- Of one of a source nothing is held: a close that was decided on it just before is owed by exception_debt's word.
create or replace function governance.exception_hold(p_exceptions bigint[], p_requests uuid[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform from governance.access_request r -- = any: by their ids, not by all that are in these phases
      where r.phase in ('verifying', 'verified', 'exception', 'closed')
        and r.id = any (array(select governance.exception_requests(p_exceptions) union select unnest(p_requests)))
      order by r.id for no key update;
end $$;
comment on function governance.exception_hold(bigint[], uuid[]) is 'Hold what exceptions cover, and these requests';

create or replace function governance.exception_requests(p_exceptions bigint[]) returns setof uuid
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(x.request_id, (select i.request_id from governance.request_item i where i.id = x.item_id))
      from unnest(p_exceptions) e(id) cross join lateral (select x.* from governance.exception x where x.id = e.id offset 0) x -- not by all exceptions
     where x.scope <> 'source'
$$;
comment on function governance.exception_requests(bigint[]) is 'Requests that exceptions are of; none of one that covers a source';

create or replace function governance.exception_wake(p_exceptions bigint[]) returns void
language sql set search_path = pg_catalog, pg_temp as $$
    update governance.access_request r
       set hinted_at = clock_timestamp(), look_at = case when r.lease_owner is null then clock_timestamp() else r.look_at end
     where r.phase in ('verifying', 'verified', 'exception', 'closed') and r.id = any (array(select governance.exception_requests(p_exceptions)));
    update governance.exception x set wake_after = '00000000-0000-0000-0000-000000000000' where x.id = any (p_exceptions) and x.scope = 'source';
$$;
comment on function governance.exception_wake(bigint[]) is 'Have looked at what exceptions cover; of a source: by and by';

-- What an exception is of that names no request concerns every site.
create or replace function governance.exception_told(p_exceptions bigint[], p_reason text, p_key text) returns void
language sql set search_path = pg_catalog, pg_temp as $$
    insert into governance.escalation (request_id, site, kind, reason, key)
    select c.request_id, s.name, 'operator', p_reason, 'exception/' || x.id || p_key
      from unnest(p_exceptions) e(id) cross join lateral (select x.* from governance.exception x where x.id = e.id offset 0) x
     cross join lateral (select case when x.scope <> 'source' then
                                    coalesce(x.request_id, (select i.request_id from governance.request_item i where i.id = x.item_id)) end as request_id) c
      left join governance.site s on x.scope = 'source'
    on conflict do nothing
$$;
comment on function governance.exception_told(bigint[], text, text) is 'Tell people of exceptions, once: with their requests, or of a source with each site';

create or replace function governance.owner_left_told(p_exceptions bigint[]) returns void
language sql set search_path = pg_catalog, pg_temp as $$ select governance.exception_told(p_exceptions, 'ExceptionOwnerLeft', '/left') $$;
comment on function governance.owner_left_told(bigint[]) is 'Tell people of exceptions whose owner left';

create or replace function governance.exception_end(p_exceptions bigint[], p_why text, p_by text, p_reason text, p_vouched_by text default '')
    returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    n int;
begin
    perform governance.exception_hold(p_exceptions, '{}');
    update governance.exception x set revoked_at = clock_timestamp(), ended_why = p_why, ended_by = p_by, ended_reason = p_reason, end_vouched_by = p_vouched_by
     where x.id = any (p_exceptions) and x.revoked_at is null and x.expires_at > clock_timestamp();
    get diagnostics n = row_count;
    perform governance.exception_wake(p_exceptions);
    return n;
end $$;
comment on function governance.exception_end(bigint[], text, text, text, text) is 'End exceptions before their time; how many of them lasted';

-- Somebody revokes one. null: there is none of that id.
create or replace function governance.exception_revoke(p_exception bigint, p_by text, p_reason text, p_vouched_by text default '') returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    ended int := governance.exception_end(array[p_exception], 'revoked', p_by, p_reason, p_vouched_by);
    x governance.exception;
begin
    select * into x from governance.exception e where e.id = p_exception;
    if not found then
        return null;
    elsif ended = 0 then
        raise exception 'exception % has ended already', p_exception using errcode = 'CG021';
    end if;
    return governance.exception_shown(x);
end $$;
comment on function governance.exception_revoke(bigint, text, text, text) is 'Revoke an exception';

-- Exceptions of who left. Looked for during a minute: one that was being granted meanwhile is seen only when it stands.
create or replace function governance.exceptions_left() returns table (exception_id bigint, actor text, reason text)
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select distinct on (x.id) x.id, d.actor, d.reason
      from governance.departure d
     cross join lateral (select governance.person_all(d.person, d.names) as names) gone -- and the names his accounts know him by
      join governance.exception x on governance.one_person(governance.person_names(x.owner, x.owner_names), gone.names)
     where d.swept_at is null and d.returned_at is null and x.revoked_at is null and x.expires_at > clock_timestamp()
     order by x.id, d.id limit 100
$$;
comment on function governance.exceptions_left() is 'Live exceptions of who left lately, with who said so and why';

-- Live exceptions whose approver turns out to be their owner, or who asks or gains: looked for at once among those whom the accounts found of
-- late tell anything of, and of all there are in turn, each within the hour: more may be found in a moment than is looked through. One of a
-- source is judged request by request besides (exception_counts).
create or replace function governance.exceptions_void(p_turn bigint default floor(extract(epoch from clock_timestamp()) / 10)::bigint % 360) returns bigint[]
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    words text[] := array(
        select distinct governance.person_folded(w.word)
          from (select n.* from governance.account_link n order by n.id desc limit 500) l
          join governance.account_link k on k.source = l.source and k.native_id = l.native_id
         cross join lateral unnest(array[k.person, k.account]) w(word)
         where l.established_at > clock_timestamp() - interval '1 hour' and w.word <> '');
begin
    return array(
        select x.id from governance.exception x
         where x.revoked_at is null and x.expires_at > clock_timestamp()
           and (x.id % 360 = p_turn
                or exists (select from unnest(governance.person_names(x.approved_by, x.approver_names)) n(name)
                            where governance.person_folded(substr(n.name, position('=' in n.name) + 1)) = any (words)))
           and (governance.one_person(governance.person_all(x.approved_by, x.approver_names), governance.person_all(x.owner, x.owner_names))
                or exists (select from governance.access_request r
                            where r.id = coalesce(x.request_id, (select i.request_id from governance.request_item i where i.id = x.item_id))
                              and governance.judge_fault(r, governance.person_all(x.approved_by, x.approver_names), 'owe', '-infinity') = 'own'))
         order by x.id limit 100);
end $$;
comment on function governance.exceptions_void(bigint) is 'Live exceptions that turned out to be nobody else''s word';

-- One portion of the requests of a source that an exception covers, in order of their ids.
create or replace function governance.exception_page(x governance.exception, p_most int) returns uuid[]
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select array(select r.id from governance.access_request r
                  where r.id > x.wake_after and r.phase in ('verifying', 'verified', 'exception', 'closed')
                    and exists (select from governance.request_item i where i.request_id = r.id and i.source = x.source)
                    and (r.phase <> 'closed'
                         or exists (select from governance.close_attempt a where a.request_id = r.id and a.proven_as = 'exception'))
                  order by r.id limit p_most)
$$;
comment on function governance.exception_page(governance.exception, int) is 'The next requests of its source that the end of an exception may concern';

-- Those of a portion that are open, or owe what an exception let close. The caller holds them.
create or replace function governance.exception_page_wake(x governance.exception, p_page uuid[], p_most int) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    update governance.access_request r
       set hinted_at = clock_timestamp(), look_at = case when r.lease_owner is null then clock_timestamp() else r.look_at end
     where r.id = any (p_page)
       and (r.phase in ('verifying', 'verified', 'exception') or r.phase = 'closed' and exists (
                select from governance.request_item i cross join lateral governance.exception_debt(r.id, i.id) d
                 where i.request_id = r.id and i.source = x.source and i.replaced_at is null and i.superseded_by is null));
    update governance.exception e set wake_after = case when cardinality(p_page) = p_most then p_page[p_most] end where e.id = x.id;
$$;
comment on function governance.exception_page_wake(governance.exception, uuid[], int) is 'Have looked at what is owed of a portion, and remember how far it went';

-- What is to be done about exceptions, in portions, each in a transaction of its own; how much was: 0, nothing is left. Those of who left
-- end, and those that are nobody else's word; ends that nobody has taken up yet: an entry of evidence each, and a look at what they covered; those to be reviewed are told.
-- One replica at a time. All requests are held before anything is written.
create or replace function governance.exception_sweep() returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    most constant int := 200; -- a second's work at the most, of the ten that a statement has
    gone bigint[];
    void bigint[];
    over bigint[];
    waking governance.exception;
    page uuid[] := '{}';
begin
    if not pg_try_advisory_xact_lock(hashtext('governance.exception_sweep')) then
        return 0;
    end if;
    gone := array(select l.exception_id from governance.exceptions_left() l order by 1);
    over := array(select x.id from governance.exception x
                   where x.lapsed_at is null and (x.expires_at <= clock_timestamp() + interval '60 s' or x.revoked_at is not null)
                   order by x.id limit 100);
    void := governance.exceptions_void();
    over := array(select distinct u.id from unnest(gone || void || over) as u(id) order by u.id);
    select * into waking from governance.exception x where x.wake_after is not null order by x.id limit 1;
    if found then
        page := governance.exception_page(waking, most);
    end if;
    perform governance.exception_hold(over, page);
    if cardinality(gone) > 0 then
        update governance.exception x set revoked_at = clock_timestamp(), ended_why = 'owner_left', ended_by = l.actor, ended_reason = l.reason
          from governance.exceptions_left() l where x.id = l.exception_id and x.id = any (gone) and x.revoked_at is null;
        perform governance.owner_left_told(array(select x.id from governance.exception x where x.id = any (gone) and x.ended_why = 'owner_left'));
    end if;
    if cardinality(void) > 0 then
        update governance.exception x set revoked_at = clock_timestamp(), ended_why = 'void' where x.id = any (void) and x.revoked_at is null;
        perform governance.exception_told(void, 'ExceptionVoid', '/void');
    end if;
    update governance.departure d set swept_at = clock_timestamp()
     where d.swept_at is null and d.returned_at is null and d.left_at < clock_timestamp() - interval '1 minute' and cardinality(gone) = 0;
    if cardinality(over) > 0 then
        update governance.exception x set lapsed_at = clock_timestamp() where x.id = any (over) and x.lapsed_at is null;
        perform governance.exception_wake(over);
        -- duties conflict again, and no item is owed for it
        perform governance.exception_told(array(select x.id from governance.exception x where x.id = any (over) and x.scope = 'sod'
                                                   and not governance.sod_excepted(x.request_id, x.sod_set)), 'SodExceptionLapsed', '/lapsed');
    end if;
    if waking.id is not null then
        perform governance.exception_page_wake(waking, page, most);
    end if;
    perform governance.exception_told(array(select x.id from governance.exception x
        where x.revoked_at is null and x.review_at <= clock_timestamp() and x.expires_at > clock_timestamp()), 'ExceptionReview', '');
    return cardinality(over) + cardinality(page);
end $$;
comment on function governance.exception_sweep() is 'Take up the ends of exceptions, a portion a call, and tell of those to be reviewed; 0: nothing is left';

-- A set of duties is what it was defined as when the exception was granted. One taken out of the configuration stays what it was.
create or replace function governance.sod_set_newest(p_set text) returns bigint
language sql volatile set search_path = pg_catalog, pg_temp as $$ select max(s.id) from governance.sod_set s where s.name = p_set $$;
comment on function governance.sod_set_newest(text) is 'The latest definition of a set of duties; null: there is none of that name';

-- Taken out of the configuration and put back as it was, a set is the same one. Was it another one in between, it is not: people were told.
create or replace function governance.sod_stands(x governance.exception) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select not exists (
        select from governance.sod_set s
         where s.name = x.sod_set and s.id > coalesce(x.sod_set_id, 0)
           and not exists (select from governance.sod_set o
                            where o.id = x.sod_set_id and row(o.n, o.unlinked, governance.sod_members(o.id))
                                                          = row(s.n, s.unlinked, governance.sod_members(s.id))))
$$;
comment on function governance.sod_stands(governance.exception) is 'Is the set of duties of an exception still defined as when it was granted?';

create or replace function governance.exception_of_sod_set() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        new.sod_set_id := governance.sod_set_newest(new.sod_set);
    elsif new.sod_set_id is distinct from old.sod_set_id then
        raise exception 'an exception covers the definition it was granted for' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.exception_of_sod_set() is 'Trigger: an exception of duties is of their present definition, for good';

-- --- needed no more ---

-- Was an item let close by an exception, and not proven since? Since when no exception covers it; null: one does.
create or replace function governance.exception_debt(p_request uuid, p_item bigint) returns table (stands boolean, lapsed_at timestamptz)
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    latest record;
    proven bigint[] := (select r.proven_items from governance.access_request r where r.id = p_request);
begin
    select a.proven_at, a.proven_as into latest from governance.close_attempt a
     where a.request_id = p_request and a.proven_at is not null order by a.proven_at desc limit 1;
    if latest.proven_as is distinct from 'exception'
       or exists (select from governance.late_proof p where p.item_id = p_item and p.proven_at >= latest.proven_at) then
        return;
    end if;
    return query
        select true, case when bool_and(c.over <= clock_timestamp()) then max(c.over) end
          from (select x.ended, case x.void when 'own' then latest.proven_at else x.ended end as over, x.created_at, x.lapsed_at,
                       -- nobody held the request when one of a source ended: a close may have been decided on it, in one statement
                       case when x.scope = 'source' then interval '10 s' else '0' end as under_way
                  from (select k.*, least(k.revoked_at, k.expires_at - interval '60 s') as ended from governance.exception_covers k
                         where k.item_id = p_item and governance.exception_stood(k.void, p_item, proven)) x) c
        having bool_or(c.created_at <= latest.proven_at and c.ended + c.under_way > latest.proven_at and c.lapsed_at is distinct from '-infinity');
end $$;
comment on function governance.exception_debt(uuid, bigint) is 'Is an item owed that an exception let close, and since when does none cover it?';

-- Exceptions of items that are proven end by themselves; of a whole request when nothing of it is owed. One of a source may cover others.
create or replace function governance.exceptions_needless(p_request uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    needless bigint[];
begin
    if not exists (select from governance.request_item i -- as exception_covers says, item by item: never by all exceptions
                    cross join lateral (select x.revoked_at from governance.exception x where x.item_id = i.id
                                         union all
                                        select x.revoked_at from governance.exception x where x.request_id = i.request_id and x.scope = 'request' offset 0) x
                    where i.request_id = p_request and x.revoked_at is null) then
        return;
    end if;
    select array_agg(distinct x.id) into needless
      from (select k.* from governance.exception k where k.request_id = p_request
             union all
            select k.* from governance.request_item i
             cross join lateral (select e.* from governance.exception e where e.item_id = i.id and e.request_id is null offset 0) k
             where i.request_id = p_request) x
     where x.scope in ('item', 'request') and x.revoked_at is null
       and x.expires_at > clock_timestamp()
       and not exists (select from governance.request_item i cross join lateral governance.exception_debt(p_request, i.id) d
                        where i.request_id = p_request and i.replaced_at is null and i.superseded_by is null
                          and (x.scope = 'request' or i.id = x.item_id));
    if needless is not null then
        update governance.exception x set revoked_at = clock_timestamp(), ended_why = 'not_needed', lapsed_at = clock_timestamp()
         where x.id = any (needless);
    end if;
end $$;
comment on function governance.exceptions_needless(uuid) is 'End exceptions of a closed request that reads made needless';

-- A decision says that reads prove an item that an exception let close. The caller holds the request.
create or replace function governance.exception_settle(p_request uuid, p_item bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.late_proof (request_id, item_id, observation_id)
    select p_request, v.item_id, v.observation_id from governance.item_verdict v
     where v.item_id = p_item and v.request_id = p_request and v.verdict = 'verified'
       and exists (select from governance.exception_debt(p_request, p_item));
    if found then
        perform governance.exceptions_needless(p_request);
    end if;
end $$;
comment on function governance.exception_settle(uuid, bigint) is 'Proven after all: the exception ends, and what it covered is watched as what was proven';

create or replace function governance.guard_late_proof() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from governance.item_verdict v join governance.access_request r on r.id = v.request_id
                    where v.item_id = new.item_id and v.request_id = new.request_id and v.observation_id = new.observation_id
                      and v.verdict = 'verified' and r.phase = 'closed') then
        raise exception 'proven is what reads prove' using errcode = 'CG007';
    end if;
    new.proven_at := clock_timestamp();
    return new;
end $$;
comment on function governance.guard_late_proof() is 'Trigger: no proof without reads, late or not';

create or replace function governance.closed_needless() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform governance.exceptions_needless(new.id);
    return null;
end $$;
comment on function governance.closed_needless() is 'Trigger: closed on proof, a request needs no exception any more';
