create or replace function governance.request_cancel(p_request uuid, p_by text default '') returns uuid
language sql set search_path = pg_catalog as $$
    update governance.access_request r
       set cancel_asked = true, cancelled_by = coalesce(r.cancelled_by, nullif(p_by, '')), hinted_at = clock_timestamp(), look_at = clock_timestamp()
     where r.id = p_request returning r.id
$$;
comment on function governance.request_cancel(uuid, text) is 'Ask for a request to be withdrawn';

create or replace function governance.exception_grant(p_request uuid, p_owner text, p_approved_by text, p_reason text,
                                                      p_control text, p_expires timestamptz) returns jsonb
language plpgsql set search_path = pg_catalog as $$
declare
    made jsonb;
begin
    with e as (
        insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
        select i.id, p_owner, p_approved_by, p_reason, p_control, p_expires
          from governance.request_item i join governance.item_verdict v on v.item_id = i.id
         where i.request_id = p_request and v.verdict not in ('verified', 'excepted')
        returning id, item_id, expires_at)
    select jsonb_build_object('exceptions', coalesce(jsonb_agg(to_jsonb(e)), '[]')) into made from e;
    update governance.access_request r set hinted_at = clock_timestamp(), look_at = clock_timestamp() where r.id = p_request;
    return made;
end $$;
comment on function governance.exception_grant(uuid, text, text, text, text, timestamptz) is 'Cover the unproven items of a request by an exception';

-- p: request, or the scope and what it names; owner, approved_by, reason, control, expires_ms; review_ms, renews. Without a scope every
-- unproven item of the request is covered by itself. null: there is no such request.
create or replace function governance.exception_grant(p jsonb) returns jsonb
language plpgsql set search_path = pg_catalog as $$
declare
    made bigint[];
    x governance.exception;
    r governance.access_request;
begin
    select * into r from governance.access_request q where q.id = (p->>'request')::uuid;
    if p->>'request' is not null and not found then
        return null;
    elsif r.phase in ('denied', 'cancelled', 'expired') then
        raise exception 'the request is %: nothing is asked for that it could cover', r.phase using errcode = 'CG022';
    elsif r.phase = 'closed' and coalesce(p->>'scope', 'item') in ('item', 'request')
          and not exists (select from governance.request_item i cross join lateral governance.exception_debt(r.id, i.id) d where i.request_id = r.id) then
        raise exception 'there is nothing to cover: the request was closed on proof' using errcode = 'CG022';
    end if;
    if p->>'renews' is not null then
        select * into x from governance.exception e where e.id = (p->>'renews')::bigint;
        if not found then
            raise exception 'there is no exception % to renew', p->>'renews' using errcode = 'CG022';
        end if;
    else
        x.scope := coalesce(p->>'scope', 'item');
        x.item_id := (p->>'item')::bigint;
        x.request_id := case when x.scope <> 'item' then (p->>'request')::uuid end;
        x.source := p->>'source';
        x.sod_set := p->>'sod_set';
        if x.source is not null and not exists (select from governance.source s where s.name = x.source) then
            raise exception 'there is no source of the name %: there are %', quote_literal(x.source),
                coalesce((select string_agg(s.name, ', ' order by s.name) from governance.source s), 'none') using errcode = 'CG022';
        elsif x.sod_set is not null and governance.sod_set_newest(x.sod_set) is null then
            raise exception 'there are no duties of the name % in the policy', quote_literal(x.sod_set) using errcode = 'CG022';
        end if;
    end if;
    with covered as (
        select x.item_id where x.scope <> 'item' or x.item_id is not null
        union all
        select i.id from governance.request_item i
         cross join lateral (select k.verdict from governance.item_verdict k where k.item_id = i.id offset 0) v -- not of all items there are
         where x.scope = 'item' and x.item_id is null and i.request_id = (p->>'request')::uuid and v.verdict not in ('verified', 'excepted')),
    e as (
        insert into governance.exception (scope, item_id, request_id, source, sod_set, owner, approved_by, reason, compensating_control,
                                          expires_at, review_at, renews, vouched_by)
        select x.scope, c.item_id, x.request_id, x.source, x.sod_set, p->>'owner', p->>'approved_by', p->>'reason', p->>'control',
               to_timestamp((p->>'expires_ms')::bigint / 1000.0), to_timestamp((p->>'review_ms')::bigint / 1000.0), (p->>'renews')::bigint,
               coalesce(p->>'vouched_by', '')
          from covered c
        returning id)
    select array_agg(e.id order by e.id) into made from e;
    if made is null then
        raise exception 'there is nothing to cover: all that the request asks for is proven, or covered by an exception already' using errcode = 'CG022';
    end if;
    perform governance.exception_wake(made);
    update governance.access_request q set hinted_at = clock_timestamp(), look_at = clock_timestamp() where q.id = (p->>'request')::uuid;
    return jsonb_build_object('exceptions', (
        select coalesce(jsonb_agg(governance.exception_shown(k) order by k.id), '[]') from governance.exception k where k.id = any (made)));
end $$;
comment on function governance.exception_grant(jsonb) is 'Grant an exception, or renew one';

-- As the API and the command line show it.
create or replace function governance.exception_shown(x governance.exception) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_strip_nulls(jsonb_build_object('id', x.id, 'scope', x.scope, 'request', coalesce(x.request_id, i.request_id), 'issue_key', nullif(t.issue_key, ''),
               'item_id', x.item_id, 'source', coalesce(x.source, i.source), 'account', i.account, 'entitlement', i.entitlement, 'sod_set', x.sod_set,
               'state', case when x.revoked_at is not null then coalesce(x.ended_why, 'revoked') when x.expires_at <= clock_timestamp() then 'expired'
                             when x.scope = 'sod' and not governance.sod_stands(x) then 'void' else 'live' end,
               'owner', x.owner, 'approved_by', x.approved_by, 'reason', x.reason, 'compensating_control', nullif(x.compensating_control, ''),
               'vouched_by', nullif(x.vouched_by, ''), 'end_vouched_by', nullif(x.end_vouched_by, ''),
               'granted_at', x.created_at, 'expires_at', x.expires_at, 'review_at', x.review_at, 'renews', x.renews, 'ended_at', x.revoked_at,
               'ended_by', nullif(x.ended_by, ''), 'ended_reason', nullif(x.ended_reason, ''), 'from_ticket', x.plea_edit <> ''))
      from (select) one
      left join governance.request_item i on i.id = x.item_id
      left join governance.ticket t on t.request_id = coalesce(x.request_id, i.request_id)
$$;
comment on function governance.exception_shown(governance.exception) is 'One exception, as documents show it';

-- p: live, expiring_s (ends within so many seconds), owner, request, after (id), limit. The earliest end first.
create or replace function governance.exception_list(p jsonb) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_build_object('exceptions', coalesce(jsonb_agg(governance.exception_shown(x) order by x.expires_at, x.id), '[]'),
                              'more', count(*) = (p->>'limit')::int,
                              'next', case when count(*) = (p->>'limit')::int then (array_agg(x.id order by x.expires_at desc, x.id desc))[1]::text end)
      from (select e.* from governance.exception e left join governance.request_item i on i.id = e.item_id
             where (p->>'after' is null or (e.expires_at, e.id) > (select a.expires_at, a.id from governance.exception a where a.id = (p->>'after')::bigint))
               and (coalesce((p->>'live')::boolean, false) is false or e.revoked_at is null and e.expires_at > clock_timestamp()
                    and (e.scope <> 'sod' or governance.sod_stands(e)))
               and (coalesce((p->>'expiring_s')::bigint, 0) = 0 or e.revoked_at is null and e.expires_at > clock_timestamp()
                    and e.expires_at <= clock_timestamp() + make_interval(secs => (p->>'expiring_s')::bigint))
               and (coalesce(p->>'owner', '') = '' or governance.one_person(governance.person_names(e.owner, e.owner_names),
                                                                            governance.person_names(p->>'owner', '{}')))
               and (coalesce(p->>'request', '') = '' or coalesce(e.request_id, i.request_id)::text = p->>'request')
             order by e.expires_at, e.id limit (p->>'limit')::int) x
$$;
comment on function governance.exception_list(jsonb) is 'Exceptions that a filter names';
