-- The outbox. An event is made with the evidence entry of what it tells (evidence_append): in the same transaction, under the lock of the
-- chain's head, so that ids are in the order in which things happened. Where nobody subscribes this costs one look at an empty table.
create or replace function governance.event_follow(e governance.evidence_entry) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    detail jsonb := coalesce(e.body::jsonb->'detail', '{}');
    wanted text;
    r governance.access_request;
    made bigint;
begin
    select * into r from governance.access_request q where q.id = e.request_id;
    if e.kind in ('request.received', 'request.moved') then -- an entry may keep but the hash of a long detail
        detail := detail || jsonb_build_object('to', coalesce(detail->>'to', r.phase));
    end if;
    select t.name into wanted from governance.event_type t
     where t.evidence_kind = e.kind
       and (e.kind not in ('request.received', 'request.moved') or t.name = 'request.' || (detail->>'to'));
    if wanted is null or detail->>'reason' = 'EventNotDelivered' -- that nobody hears us is not told to who does not hear
       or not exists (select from governance.event_subscriber s where s.ended_at is null and wanted = any (s.types)) then
        return;
    end if;
    insert into governance.event (type, request_id, at, evidence_seq, data)
    values (wanted, e.request_id, e.at, e.seq, governance.event_data(r, e, detail))
    returning id into made;
    insert into governance.event_delivery (event, subscriber, request_id, state, why, ended_at)
    select made, s.name, e.request_id, case when s.gone_at is null then 'waiting' else 'dropped' end, case when s.gone_at is null then '' else governance.event_gone() end,
           case when s.gone_at is not null then clock_timestamp() end
      from governance.event_subscriber s where s.ended_at is null and wanted = any (s.types);
end $$;
comment on function governance.event_follow(governance.evidence_entry) is 'A state change becomes an event where somebody asked for it';

create or replace function governance.event_gone() returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$ select 'it answered 410 Gone to an event before: nothing is sent to it until event retry, or a start of the service' $$;
comment on function governance.event_gone() is 'Why an event was not sent to who answered 410 before';

-- What is told. Of the details of an entry only what is named here: ids, states, times, and the
-- API's token that vouched for a person; people, accounts and texts stay behind the API.
create or replace function governance.event_data(r governance.access_request, e governance.evidence_entry, detail jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object(
               'evidence', jsonb_build_object('seq', e.seq, 'hash', encode(e.hash, 'hex')),
               'site', coalesce(r.site, detail->>'site'), 'request', r.id, 'kind', r.kind, 'lifecycle', r.lifecycle, 'subject_kind', r.subject_kind,
               'privileged', r.is_privileged, 'mode', r.mode, 'requested_at', governance.event_time(r.requested_at),
               'access_until', governance.event_time(r.access_until),
               'phase', coalesce(case when e.kind in ('request.received', 'request.moved') then detail->>'to' end, r.phase),
               'provisioning', case when r.id is not null then
                   governance.provisioning(r, case when e.kind in ('request.received', 'request.moved') then detail->>'to' end) end,
               'ticket', (select jsonb_build_object('id', t.issue_id, 'key', t.issue_key) from governance.ticket t where t.request_id = r.id)))
        || jsonb_strip_nulls(jsonb_build_object('detail', (
               select jsonb_object_agg(d.key, d.value) from jsonb_each(detail) d
                where d.key in ('from', 'to', 'reason', 'generation', 'item', 'decision', 'channel', 'approval', 'exception', 'revoked', 'expires',
                                'drift', 'why', 'answer', 'opened', 'ended', 'since', 'escalation', 'kind', 'key', 'by_item', 'by', 'mode', 'closed',
                                'cause', 'follows', 'issue', 'scope', 'review', 'outcome', 'vouched_by')
                  and not (e.kind like 'request.%' and e.kind <> 'request.escalated' and d.key in ('kind', 'mode')))))
$$;
comment on function governance.event_data(governance.access_request, governance.evidence_entry, jsonb) is 'The data of an event: ids, states and times';

create or replace function governance.event_time(t timestamptz) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select to_char(t at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
comment on function governance.event_time(timestamptz) is 'A time as RFC 3339 writes it, in UTC';

-- p: [{name, types}], all there are, as the service begins: its address may be another one by now, so who was gone is tried again. Who is not among them is told nothing more, and what waited for him is dropped (event_retry sends it yet).
create or replace function governance.event_subscribers_put(p jsonb) returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.event_subscriber as s (name, types)
    select x->>'name', array(select jsonb_array_elements_text(x->'types')) from jsonb_array_elements(p) x order by x->>'name'
    on conflict (name) do update
       set types = excluded.types, ended_at = null, gone_at = null,
           registered_at = case when s.ended_at is null then s.registered_at else clock_timestamp() end
     where s.ended_at is not null or s.gone_at is not null or s.types <> excluded.types;
    update governance.event_subscriber s set ended_at = clock_timestamp()
     where s.ended_at is null and s.name not in (select x->>'name' from jsonb_array_elements(p) x);
    update governance.event_delivery d
       set state = 'dropped', ended_at = clock_timestamp(), why = 'the subscriber is not in the configuration any more', lease_owner = null, lease_until = null
      from governance.event_subscriber s
     where s.name = d.subscriber and s.ended_at is not null and d.state = 'waiting';
    return jsonb_array_length(p);
end $$;
comment on function governance.event_subscribers_put(jsonb) is 'Who is told of what, as the configuration says';

-- So many for each subscriber; of each request the oldest that waits, and nothing while that is on its way.
create or replace function governance.event_claim(p_owner text, p_lease interval, p_subscribers text[], p_room int[])
returns table (event bigint, subscriber text, uid uuid, type text, request_id uuid, at_ms bigint, data text, attempts int, since_ms bigint, now_ms bigint)
language plpgsql set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
begin
    for n in 1..coalesce(array_length(p_subscribers, 1), 0) loop
        return query
        with due as (
            select d.event from governance.event_delivery d
             where d.subscriber = p_subscribers[n] and d.state = 'waiting' and d.run_after <= clock_timestamp()
               and coalesce(d.lease_until <= clock_timestamp(), true)
               and not exists (select from governance.event_delivery b
                                where b.subscriber = d.subscriber and b.request_id = d.request_id and b.state = 'waiting' and b.event < d.event)
             order by d.run_after, d.event limit p_room[n] for no key update skip locked),
        taken as (
            update governance.event_delivery d
               set attempts = d.attempts + 1, lease_owner = p_owner, lease_until = clock_timestamp() + p_lease
              from due where d.event = due.event and d.subscriber = p_subscribers[n]
            returning d.event, d.subscriber, d.attempts, d.since)
        select e.id, k.subscriber, e.uid, e.type, e.request_id, governance.ms(e.at), e.data::text, k.attempts, governance.ms(k.since),
               governance.ms(clock_timestamp())
          from taken k join governance.event e on e.id = k.event order by e.id;
    end loop;
end $$;
comment on function governance.event_claim(text, interval, text[], int[]) is 'Take events that are due, for each subscriber as many as it has room for';

-- What came of sending it. retry: p_rest from now; those behind it in the line wait as long. Null: it is another's by now.
create or replace function governance.event_done(p_owner text, p_event bigint, p_subscriber text, p_outcome text, p_status int, p_why text,
                                                 p_rest interval) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    d governance.event_delivery;
    until timestamptz := clock_timestamp() + p_rest;
begin
    update governance.event_delivery x
       set state = case p_outcome when 'retry' then 'waiting' else p_outcome end, status = p_status, why = left(p_why, 400),
           run_after = case p_outcome when 'retry' then until else x.run_after end, lease_owner = null, lease_until = null,
           ended_at = case when p_outcome <> 'retry' then clock_timestamp() end
     where x.event = p_event and x.subscriber = p_subscriber and x.state = 'waiting' and x.lease_owner = p_owner
    returning * into d;
    if not found then
        return null;
    end if;
    update governance.event_delivery x set run_after = until
     where x.subscriber = d.subscriber and x.request_id = d.request_id and x.event > d.event and x.state = 'waiting' and x.run_after <> until
       and (p_outcome = 'retry' or x.run_after > until);
    if p_outcome = 'dead' and p_status = 410 then -- Standard Webhooks: disable the endpoint; what is on its way ends by itself
        update governance.event_subscriber s set gone_at = clock_timestamp() where s.name = d.subscriber and s.gone_at is null;
        update governance.event_delivery x set state = 'dropped', ended_at = clock_timestamp(), why = governance.event_gone(), lease_owner = null, lease_until = null
         where x.subscriber = d.subscriber and x.state = 'waiting' and coalesce(x.lease_until <= clock_timestamp(), true);
    end if;
    if p_outcome = 'dead' then -- once a day for each subscriber
        insert into governance.escalation (site, kind, reason, key)
        select s.name, 'operator', 'EventNotDelivered', 'event ' || d.subscriber || ' ' || to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD')
          from governance.site s where s.name = coalesce((select r.site from governance.access_request r where r.id = d.request_id),
                                                         (select e.data->>'site' from governance.event e where e.id = d.event))
        on conflict do nothing;
    end if;
    return p_event;
end $$;
comment on function governance.event_done(text, bigint, text, text, int, text, interval) is 'An event was delivered, is tried again, or is given up';

-- p: {state, subscriber, request, after, limit}, newest first; what is absent holds for all.
create or replace function governance.event_list(p jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    with page as (
        select d.*, e.uid, e.type, e.at, e.evidence_seq from governance.event_delivery d join governance.event e on e.id = d.event
         where d.state = coalesce(p->>'state', d.state) and d.subscriber = coalesce(p->>'subscriber', d.subscriber)
           and (p->>'request' is null or d.request_id = (p->>'request')::uuid)
           and (p->>'after' is null or (d.event, d.subscriber) < (split_part(p->>'after', '.', 1)::bigint, split_part(p->>'after', '.', 2)))
         order by d.event desc, d.subscriber desc
         limit (p->>'limit')::int)
    select jsonb_build_object(
        'deliveries', coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'event', g.uid, 'type', 'countersign.' || g.type, 'request', g.request_id, 'at', governance.event_time(g.at), 'sequence', lpad(g.event::text, 20, '0'),
            'subscriber', g.subscriber, 'state', g.state, 'attempts', g.attempts, 'status', nullif(g.status, 0), 'why', nullif(g.why, ''),
            'next_at', case when g.state = 'waiting' then governance.event_time(g.run_after) end, 'ended_at', governance.event_time(g.ended_at)))
            order by g.event desc, g.subscriber desc), '[]'),
        'next', case when count(*) = (p->>'limit')::int then
            (array_agg(g.event || '.' || g.subscriber order by g.event, g.subscriber))[1] end)
      from page g
$$;
comment on function governance.event_list(jsonb) is 'A page of deliveries, newest first';

-- What was given up, or dropped with its subscriber, is sent yet: one event, or all of a subscriber. They come later than what followed.
create or replace function governance.event_retry(p_event uuid, p_subscriber text, p_actor text) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    again jsonb;
    told bigint;
begin
    update governance.event_subscriber s set gone_at = null -- whoever asks for it expects an answer
     where s.gone_at is not null and (s.name = p_subscriber or p_subscriber = '' and exists (
               select from governance.event e join governance.event_delivery d on d.event = e.id where e.uid = p_event and d.subscriber = s.name));
    with chosen as (
        select d.event, d.subscriber from governance.event_delivery d join governance.event e on e.id = d.event
          join governance.event_subscriber s on s.name = d.subscriber
         where d.state in ('dead', 'dropped') and s.ended_at is null
           and (p_event is null or e.uid = p_event) and (p_subscriber = '' or d.subscriber = p_subscriber)
         order by d.event, d.subscriber limit 10000 for no key update of d),
    woken as (
        update governance.event_delivery d
           set state = 'waiting', ended_at = null, attempts = 0, since = clock_timestamp(), run_after = clock_timestamp()
          from chosen c where d.event = c.event and d.subscriber = c.subscriber
        returning d.event, d.subscriber, d.request_id),
    acts as (
        insert into governance.operator_act (request_id, site, act, actor, done)
        select w.request_id, (select r.site from governance.access_request r where r.id = w.request_id), 'retry', p_actor,
               jsonb_build_object('work', jsonb_build_array(jsonb_build_object('work', 'event', 'subscriber', w.subscriber)))
          from (select distinct on (woken.request_id) * from woken where woken.request_id is not null) w)
    select count(*) into told from woken;
    again := jsonb_build_object('retried', told);
    if told = 0 and p_event is not null and not exists (select from governance.event e where e.uid = p_event) then
        return null;
    end if;
    return again;
end $$;
comment on function governance.event_retry(uuid, text, text) is 'Send again what was given up';

-- What ended so long ago is removed, in portions; what waits never is. As the owner: nobody else deletes.
create or replace function governance.event_purge(p_keep interval) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    n int;
begin
    with old as (
        select e.id from governance.event e
         where e.at < clock_timestamp() - greatest(p_keep, interval '7 days')
           and not exists (select from governance.event_delivery d
                            where d.event = e.id and (d.state = 'waiting' or d.ended_at >= clock_timestamp() - greatest(p_keep, interval '7 days')))
         order by e.id limit 1000)
    delete from governance.event e using old where e.id = old.id;
    get diagnostics n = row_count;
    return n;
end $$;
comment on function governance.event_purge(interval) is 'Remove events that ended long ago: at least seven days';
