-- An exception ends: by its time, by somebody, with its owner, or since reads proved first what it covers. Whatever ends it, what it
-- let close is owed again (domain/exception.h), so all that it covers is looked at. Locks: requests by their ids, then exceptions.
create or replace function governance.exception_lock(p_exceptions bigint[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform from governance.access_request r
      where r.phase in ('verifying', 'verified', 'exception', 'closed')
        and r.id in (select c.request_id from governance.exception_covers c where c.exception_id = any (p_exceptions)
                     union select x.request_id from governance.exception x where x.id = any (p_exceptions))
      order by r.id for no key update;
end $$;
comment on function governance.exception_lock(bigint[]) is 'Hold what exceptions cover';

create or replace function governance.exception_wake(p_exceptions bigint[]) returns void
language sql set search_path = pg_catalog, pg_temp as $$
    update governance.access_request r
       set hinted_at = clock_timestamp(), look_at = case when r.lease_owner is null then clock_timestamp() else r.look_at end
     where r.phase in ('verifying', 'verified', 'exception', 'closed')
       and r.id in (select c.request_id from governance.exception_covers c where c.exception_id = any (p_exceptions)
                    union select x.request_id from governance.exception x where x.id = any (p_exceptions))
$$;
comment on function governance.exception_wake(bigint[]) is 'Have looked at what exceptions cover';

create or replace function governance.exception_end(p_exceptions bigint[], p_why text, p_by text, p_reason text) returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    n int;
begin
    perform governance.exception_lock(p_exceptions);
    update governance.exception x set revoked_at = clock_timestamp(), ended_why = p_why, ended_by = p_by, ended_reason = p_reason
     where x.id = any (p_exceptions) and x.revoked_at is null and x.expires_at > clock_timestamp();
    get diagnostics n = row_count;
    perform governance.exception_wake(p_exceptions);
    return n;
end $$;
comment on function governance.exception_end(bigint[], text, text, text) is 'End exceptions before their time; how many of them lasted';

-- Somebody revokes one. null: there is none of that id.
create or replace function governance.exception_revoke(p_exception bigint, p_by text, p_reason text) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    ended int := governance.exception_end(array[p_exception], 'revoked', p_by, p_reason);
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
comment on function governance.exception_revoke(bigint, text, text) is 'Revoke an exception';

-- Ends that nobody has taken up yet: an entry of evidence each, and a look at what they covered. Also: those that are to be reviewed.
create or replace function governance.exception_sweep() returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    over bigint[] := array(select x.id from governance.exception x
                            where x.lapsed_at is null and (x.expires_at <= clock_timestamp() + interval '60 s' or x.revoked_at is not null)
                            order by x.id limit 100);
begin
    if cardinality(over) > 0 then
        perform governance.exception_lock(over);
        update governance.exception x set lapsed_at = clock_timestamp() where x.id = any (over) and x.lapsed_at is null;
        perform governance.exception_wake(over);
        insert into governance.escalation (request_id, kind, reason, key) -- duties conflict again, and no item is owed for it
        select x.request_id, 'operator', 'SodExceptionLapsed', 'exception/' || x.id from governance.exception x
         where x.id = any (over) and x.scope = 'sod' and not governance.sod_excepted(x.request_id, x.sod_set)
        on conflict do nothing;
    end if;
    insert into governance.escalation (request_id, kind, reason, key)
    select c.request_id, 'operator', 'ExceptionReview', 'exception/' || x.id
      from governance.exception x
     cross join lateral (select coalesce(x.request_id, (select i.request_id from governance.request_item i where i.id = x.item_id)) as request_id) c
     where x.revoked_at is null and x.review_at <= clock_timestamp() and x.expires_at > clock_timestamp() and c.request_id is not null
    on conflict do nothing;
    return cardinality(over);
end $$;
comment on function governance.exception_sweep() is 'Take up the ends of exceptions, and tell of those to be reviewed';

-- --- needed no more ---

-- Was an item let close by an exception, and not proven since? Since when no exception covers it; null: one does.
create or replace function governance.exception_debt(p_request uuid, p_item bigint) returns table (stands boolean, lapsed_at timestamptz)
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    latest record;
begin
    select a.proven_at, a.proven_as into latest from governance.close_attempt a
     where a.request_id = p_request and a.proven_at is not null order by a.proven_at desc limit 1;
    if latest.proven_as is distinct from 'exception'
       or exists (select from governance.late_proof p where p.item_id = p_item and p.proven_at >= latest.proven_at) then
        return;
    end if;
    return query
        select true, case when bool_and(c.ended <= clock_timestamp()) then max(c.ended) end
          from (select least(x.revoked_at, x.expires_at - interval '60 s') as ended, x.created_at, x.lapsed_at
                  from governance.exception_covers x where x.item_id = p_item) c
        having bool_or(c.created_at <= latest.proven_at and c.ended > latest.proven_at and c.lapsed_at is distinct from '-infinity');
end $$;
comment on function governance.exception_debt(uuid, bigint) is 'Is an item owed that an exception let close, and since when does none cover it?';

-- Exceptions of items that are proven end by themselves; of a whole request when nothing of it is owed. One of a source may cover others.
create or replace function governance.exceptions_needless(p_request uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    needless bigint[];
begin
    if not exists (select from governance.exception_covers c where c.request_id = p_request and c.scope <> 'source' and c.revoked_at is null) then
        return;
    end if;
    select array_agg(distinct x.id) into needless
      from governance.exception x
      left join governance.request_item j on j.id = x.item_id
     where coalesce(x.request_id, j.request_id) = p_request and x.scope in ('item', 'request') and x.revoked_at is null
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
