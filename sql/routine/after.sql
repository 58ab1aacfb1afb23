-- After a proven close (domain/drift.h): what is known of it, and what a decision makes of that. Of what is closed, of access that
-- ends, and of a request that follows another one; of others there is nothing to ask for.
create or replace function governance.dossier_after(r governance.access_request) returns json
language plpgsql stable set search_path = pg_catalog as $$
declare
    latest record;
    left_over boolean := case when r.over_at is not null then governance.may_be_left(r) else false end;
begin
    if r.phase <> 'closed' and r.follows is null and (r.access_until is null or r.approved_at is null) and not left_over then
        return null;
    end if;
    select f.cause, t.issue_key as key into latest
      from (select x.id, x.cause, x.requested_at from governance.access_request x where x.follows = r.id offset 0) f -- few: not by time, until one is found
      left join lateral (select x.issue_key from governance.ticket x where x.request_id = f.id offset 0) t on true
     order by f.requested_at desc, f.id limit 1;
    return json_build_object(
        'cause', r.cause,
        'left', case when r.cause = 'ahead' then not governance.ahead_stands(r) end,
        'earlier_key', case when r.cause = 'ahead' then (select t.issue_key from governance.ticket t where t.request_id = r.follows) end,
        'earlier_id', (select t.issue_id from (select x.* from governance.ticket x where x.request_id = r.follows offset 0) t where t.site = r.site and t.state <> 'gone'),
        'follow', coalesce(latest.cause, 'asked'), 'follow_key', coalesce(latest.key, ''),
        'over_ms', case when left_over then governance.ms(r.over_at) end,
        'proof_seq', case when r.claimed_at is not null then governance.earlier_proof(r.id)->'seq' end,
        'items', case when r.claimed_at is not null or r.emergency or r.access_until is not null or left_over then (
            select json_agg(governance.dossier_item_after(r, i) order by i.id)
              from governance.request_item i where i.request_id = r.id and i.replaced_at is null
               and (i.superseded_by is null or r.phase = 'closed' or r.access_until is not null and governance.end_lapsed(r, i))) end);
end $$;
comment on function governance.dossier_after(governance.access_request) is 'What is known of a request after its close, or before its time ends';

-- As in domain/left.c, but for its ticket: a grant without an end came to nothing, and somebody could work on it, or said that he did.
create or replace function governance.may_be_left(r governance.access_request) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return r.over_at is not null and r.access_until is null and r.kind <> 'removal' and (r.approved_at is not null or r.answered_cycle <> '');
end $$;
comment on function governance.may_be_left(governance.access_request) is 'May a request that came to nothing have given access without an end?';

-- By the last read of any request before that one was made or, of one that has a ticket of ours, before its ticket was. Nothing read: no.
create or replace function governance.was_there_before(r governance.access_request, i governance.request_item) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    begun timestamptz := r.requested_at;
begin
    if not r.from_ticket then
        begun := coalesce((select t.first_seen_at from governance.ticket t where t.request_id = r.id), begun);
    end if;
    return coalesce((select o.outcome = 'present'
                       from governance.items_beside(i.id) b(id) join governance.observation o on o.item_id = b.id
                      where o.outcome <> 'unknown' and o.source_as_of < begun
                      order by o.source_as_of desc, o.id desc limit 1), false);
end $$;
comment on function governance.was_there_before(governance.access_request, governance.request_item) is
    'Is it known that access was there before anybody could work on a request for it?';

create or replace function governance.earlier_proof(p_request uuid) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_build_object('seq', e.seq, 'hash', encode(e.hash, 'hex'))
      from governance.evidence_entry e
     where e.request_id = p_request and e.kind = 'request.moved' and e.body::jsonb->'detail'->>'to' in ('verified', 'exception')
     order by e.seq desc limit 1
$$;
comment on function governance.earlier_proof(uuid) is 'The evidence entry of the latest proof of a request';

create or replace function governance.dossier_item_after(r governance.access_request, i governance.request_item) returns json
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    about record;
    left_over boolean := case when r.over_at is not null then governance.may_be_left(r) else false end;
    left_of_it boolean := governance.is_over(r.phase) and r.claimed_at is null and not r.emergency; -- nobody said that he gave anything
begin
    select coalesce(bool_or((q.approved_at > r.approved_at or left_of_it and q.phase = 'closed' and j.desired = 'present'
                             and (q.access_until is null or q.access_until > r.access_until) -- proven by another one, which it was not to end
                             or left_over and q.approved_at is not null and j.desired = 'present') -- or asked for by one that stands
                            and not x.over and (q.mode <> 'observe' or r.mode = 'observe')), false) as superseded,
           coalesce(bool_or(q.cause = 'drift' and q.follows = r.id and not x.over), false) as mending,
           coalesce(bool_or(q.cause = 'expiry' and q.follows = r.id and not x.over), false) as ending,
           array_agg(x.at order by q.requested_at desc) filter (where q.cause = 'drift') as drifts,
           -- of its own: that others of the same ended, as they should, says nothing of this one
           array_agg(x.at order by q.requested_at desc) filter (where q.cause = 'expiry' and q.follows = r.id) as ends
      into about
      from governance.items_beside(i.id) b(id)
      join governance.request_item j on j.id = b.id
      join governance.access_request q on q.id = j.request_id
     cross join lateral (select governance.ms(q.requested_at) as at,
                                governance.is_over(q.phase) as over) x
     where q.id <> r.id;
    if r.cause <> 'asked' then -- it counts itself
        if r.cause = 'drift' then
            about.drifts := governance.ms(r.requested_at) || about.drifts;
        elsif r.cause = 'expiry' then
            about.ends := governance.ms(r.requested_at) || about.ends;
        end if;
    end if;
    return json_build_object('superseded', about.superseded, 'mending', about.mending, 'ending', about.ending,
        'before', left_over and governance.was_there_before(r, i),
        'recorded', coalesce((select d.answer from governance.drift d where d.item_id = i.id and d.ended_at is null), ''),
        'drifts', coalesce(to_json((select array_agg(n order by n desc) from unnest(about.drifts) n)), '[]'),
        'ends', coalesce(to_json((select array_agg(n order by n desc) from unnest(about.ends) n)), '[]'));
end $$;
comment on function governance.dossier_item_after(governance.access_request, governance.request_item) is
    'The same of one item: what later requests are about the very same';

-- p: the member "after" of the decision document of store_request.c. The caller holds the request.
create or replace function governance.after_save(r governance.access_request, p jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
declare
    item bigint := (p->>'item')::bigint;
    made uuid;
    drifted bigint;
begin
    if (p->>'over')::boolean then
        update governance.drift d set ended_at = clock_timestamp() where d.item_id = item and d.request_id = r.id and d.ended_at is null;
    end if;
    -- what went ahead is asked for once, whoever looked at it how often
    if p ? 'open' and not (p->>'cause' = 'ahead' and exists (select from governance.gone_ahead(r, item))) then
        made := governance.request_follow(r, p->>'cause', p->'open');
    end if;
    if p ? 'answer' then
        insert into governance.drift as d (request_id, item_id, since, why, observation_id, answer, opened)
        select r.id, i.id, to_timestamp((p->>'since_ms')::bigint / 1000.0), p->>'why', o.id, p->>'answer', made
          from governance.request_item i
          cross join lateral (select o.id from governance.observation o
                               where o.item_id = i.id and o.generation = r.generation order by o.id desc limit 1) o
         where i.id = item and i.request_id = r.id
        on conflict (item_id) where ended_at is null do update
           set answer = excluded.answer, opened = excluded.opened, why = excluded.why
        returning d.id into drifted;
        insert into governance.escalation (request_id, kind, reason, key)
        values (r.id, 'operator', case when r.phase = 'closed' then 'CameBack' else p->>'why' end, concat_ws('/', 'drift', drifted))
        on conflict do nothing;
    end if;
    if p->>'unopened' <> '' then -- somebody has to ask for it by hand
        insert into governance.escalation (request_id, kind, reason, key)
        values (r.id, 'operator', p->>'unopened', concat_ws('/', 'unopened', p->>'cause', item, drifted)) on conflict do nothing;
    end if;
end $$;
comment on function governance.after_save(governance.access_request, jsonb) is 'Record a drift or its end, and open the request that follows';

create or replace function governance.request_follow(r governance.access_request, p_cause text, p jsonb) returns uuid
language plpgsql set search_path = pg_catalog as $$
declare
    made governance.access_request;
begin
    made := governance.request_create(p || jsonb_build_object(
        'site', r.site, 'cause', p_cause, 'follows', r.id, 'requester', r.requester, 'beneficiary', r.beneficiary,
        'requester_names', to_jsonb(r.requester_names), 'beneficiary_names', to_jsonb(r.beneficiary_names),
        'subject_kind', r.subject_kind), false);
    return made.id;
end $$;
comment on function governance.request_follow(governance.access_request, text, jsonb) is 'Open the request that follows another one';

create or replace function governance.guard_drift() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if not exists (select from governance.request_item i join governance.access_request r on r.id = i.request_id
                        where i.id = new.item_id and r.id = new.request_id
                          and (r.phase = 'closed' or i.desired = 'present' and governance.may_be_left(r) and new.why = 'AccessLeft' and new.answer = 'recorded')) then
            raise exception 'only what is closed can come back, and only what came to nothing can leave access behind' using errcode = 'CG002';
        end if;
        if not exists (select from governance.observation o where o.id = new.observation_id and o.item_id = new.item_id and o.outcome <> 'unknown') then
            raise exception 'a drift was read' using errcode = 'CG007';
        end if;
        new.found_at := clock_timestamp();
    elsif old.ended_at is not null
       or row(new.request_id, new.item_id, new.found_at, new.since, new.observation_id)
          is distinct from row(old.request_id, old.item_id, old.found_at, old.since, old.observation_id) then
        raise exception 'a drift only ends' using errcode = 'CG002';
    end if;
    if new.opened is not null and not exists (
           select from governance.access_request q where q.id = new.opened and q.follows = new.request_id and q.cause = 'drift') then
        raise exception 'what is opened follows the request' using errcode = 'CG002';
    end if;
    return new;
end $$;
comment on function governance.guard_drift() is 'Trigger: a drift was read on what is closed, or left by what came to nothing, and only ends';
