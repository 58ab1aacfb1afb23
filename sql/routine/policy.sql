-- Who is asked whether a grant may be, which duties have to be kept apart, and what was answered: the database's half of
-- domain/permit_decide.c. It holds to the same, against our own bugs too.

create or replace function governance.sod_members(p_set bigint) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select coalesce(jsonb_agg(jsonb_build_object('source', m.source, 'entitlement', m.entitlement) order by m.source, m.entitlement), '[]')
      from governance.sod_member m where m.set_id = p_set
$$;
comment on function governance.sod_members(bigint) is 'The members of a set of duties, in order';

-- p_sets: [{"name", "n", "unlinked", "members": [{"source", "entitlement"}]}]. What is as it was stays; the rest ends, or begins.
create or replace function governance.policy_put(p_pdp text, p_sets jsonb) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    w record;
    made bigint;
    live bigint := 0;
    sites text[]; -- where somebody else is asked now
    ended bigint[];
    begun bigint[] := '{}';
begin
    perform pg_advisory_xact_lock(hashtext('governance.policy_put')); -- replicas start together
    with changed as (update governance.site x set policy = p_pdp, policy_at = clock_timestamp() where x.policy <> p_pdp returning x.name)
    select coalesce(array_agg(c.name), '{}') into sites from changed c;
    with over as (
    update governance.sod_set s set ended_at = clock_timestamp()
     where s.ended_at is null and not exists (
           select from jsonb_to_recordset(p_sets) as x(name text, n int, unlinked text, members jsonb)
            where x.name = s.name and x.n = s.n and x.unlinked = s.unlinked and x.members @> governance.sod_members(s.id)
              and governance.sod_members(s.id) @> x.members)
    returning s.id)
    select coalesce(array_agg(o.id), '{}') into ended from over o;
    for w in select x.* from jsonb_to_recordset(p_sets) as x(name text, n int, unlinked text, members jsonb) loop
        live := live + 1;
        continue when exists (select from governance.sod_set s where s.name = w.name and s.ended_at is null);
        insert into governance.sod_set (name, n, unlinked) values (w.name, w.n, w.unlinked) returning id into made;
        begun := begun || made;
        insert into governance.sod_member (set_id, source, entitlement)
        select made, m.source, m.entitlement from jsonb_to_recordset(w.members) as m(source text, entitlement text)
        on conflict do nothing;
    end loop;
    if cardinality(sites) + cardinality(ended) + cardinality(begun) > 0 then
        perform governance.policy_wake(ended || begun, sites);
        perform governance.sod_exceptions_void(begun);
    end if;
    return live;
end $$;
comment on function governance.policy_put(text, jsonb) is 'Register who is asked, and the duties to be kept apart, as the configuration says';

-- What a request gives, as far as it is still asked for.
create or replace function governance.gives(p_request uuid) returns setof governance.request_item
language sql stable rows 5 set search_path = pg_catalog as $$
    select i.* from governance.request_item i
     where i.request_id = p_request and i.replaced_at is null and i.superseded_by is null and i.desired = 'present'
$$;
comment on function governance.gives(uuid) is 'The items of a request that give something';

-- Is anybody to be asked about this request? Removals are nobody's question.
create or replace function governance.permit_is_wanted(r governance.access_request) returns boolean
-- asked with every dossier: mostly nobody is to be asked anything, which is known at once
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
declare
    asked boolean;
begin
    if r.kind = 'removal' then
        return false;
    end if;
    asked := exists (select from governance.site s where s.name = r.site and s.policy <> '');
    if not asked and not exists (select from governance.sod_set s where s.ended_at is null) then
        return false;
    end if;
    if asked then
        return exists (select from governance.request_item i
                        where i.request_id = r.id and i.replaced_at is null and i.superseded_by is null and i.desired = 'present');
    end if;
    return governance.duties_concern(r.id);
end $$;
comment on function governance.permit_is_wanted(governance.access_request) is 'Has a policy, or have duties to be kept apart, a say in this request?';

-- Is an answer at the proof one of this claim? Of an emergency, which was put to work before anybody approved it, also one to a question
-- that named who did: what was said before that is asked again.
create or replace function governance.permit_lasts(r governance.access_request, x governance.policy_decision) returns boolean
language plpgsql stable set search_path = pg_catalog as $$
begin
    if x.generation <> r.generation or not r.emergency then
        return x.generation = r.generation;
    end if;
    return not exists (select from governance.approval a where a.request_id = r.id and a.decision = 'approved'
                          and a.tuple_hash = r.mapped_hash and a.at >= x.at - x.took_ms * interval '1 ms');
end $$;
comment on function governance.permit_lasts(governance.access_request, governance.policy_decision) is
    'Does what was answered at the proof count still?';

-- A replica that has not taken the live policy up answers by one of before: that is no answer. Duties are judged here, by what is live.
create or replace function governance.is_of_live_policy(r governance.access_request, x governance.policy_decision) returns boolean
language sql stable set search_path = pg_catalog as $$
    select x.item_id is null or x.pdp = (select s.policy from governance.site s where s.name = r.site)
$$;
comment on function governance.is_of_live_policy(governance.access_request, governance.policy_decision) is 'Was a decision about an item made by the policy that is live?';

-- What stands of one stage: the newest answer about each item, and about the duties, of what is asked for now. Not asked at all counts
-- as open; a conflict counts until an exception covers it. "unheard": there was an answer about duties, and something was approved since.
create or replace function governance.permit_of(r governance.access_request, p_stage text) returns jsonb
language plpgsql stable set search_path = pg_catalog set jit = off as $$
declare
    way record;
    asked boolean := exists (select from governance.site s where s.name = r.site and s.policy <> '');
    duties boolean := p_stage <> 'intake' and governance.duties_concern(r.id);
begin
    select q.item_id, d.id, d.permitted, d.reason, d.conflicts,
           case when a.permitted is null then 'open' when a.permitted then 'given'
                when q.item_id is not null then 'denied'
                when (select bool_and(governance.sod_excepted(r.id, c.name)) from unnest(d.conflicts) as c(name)) then 'given'
                else 'conflict' end as answer
      into way
      from (select i.id as item_id from governance.gives(r.id) i where asked
            union all select null where duties) q
      left join lateral (
           select x.* from governance.policy_decision x
            where x.request_id = r.id and x.stage = p_stage and x.item_id is not distinct from q.item_id and x.tuple_hash = r.mapped_hash
              and governance.is_of_live_policy(r, x)
              and (p_stage <> 'verification' or governance.permit_lasts(r, x))
              and x.at >= governance.answers_since(r, q.item_id is null)
            order by x.id desc limit 1) d on true
     cross join lateral (select case when q.item_id is null and p_stage = 'approval' and r.phase in ('received', 'pending_approval')
                                          and (d.permitted or (select bool_and(governance.sod_excepted(r.id, c.name)) from unnest(d.conflicts) as c(name)))
                                          and governance.duties_unheard(r, d.asked) then null
                                     else d.permitted end as permitted) a
     order by case when a.permitted is null then 1 when a.permitted then 3 when q.item_id is not null then 0 else 2 end, q.item_id
     limit 1;
    -- an excepted conflict stands behind nothing that is open or denied; a conflict that is not goes before what is given
    if way.answer = 'given' or way.answer is null then
        return jsonb_build_object('answer', 'given');
    end if;
    return jsonb_build_object('answer', way.answer, 'why', coalesce(way.reason, ''))
        || case when way.answer = 'open' and way.permitted is not null then '{"unheard": true}' else '{}' end::jsonb || (
        select jsonb_build_object('tries', count(*), 'tried_ms', governance.ms(max(x.at)), 'since_ms', governance.ms(min(x.at)))
          from governance.policy_decision x
         where x.request_id = r.id and x.stage = p_stage and x.item_id is not distinct from way.item_id and x.tuple_hash = r.mapped_hash
           and governance.is_of_live_policy(r, x)
           and (p_stage <> 'verification' or governance.permit_lasts(r, x)) and x.permitted is distinct from true
           and x.at >= governance.answers_since(r, way.item_id is null));
end $$;
comment on function governance.permit_of(governance.access_request, text) is 'What stands of one stage of the question whether a request may be';

-- What stands in the way of a request now, once somebody was asked: for whoever asks why it is stuck. As domain/permit_decide.c has
-- it (permit_in_the_way).
create or replace function governance.permit_in_the_way(r governance.access_request) returns jsonb
-- with its owner's rights: a dashboard's view asks
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    p jsonb;
begin
    if not governance.permit_is_wanted(r) then
        return null;
    end if;
    p := governance.permit_of(r, case when r.approved_at is not null then 'verification' else 'intake' end);
    if r.approved_at is null and p->>'answer' = 'given' then
        p := governance.permit_of(r, 'approval');
    end if;
    return case when (p->>'tries')::int > 0 then p end;
end $$;
comment on function governance.permit_in_the_way(governance.access_request) is 'Who was asked whether a request may be and has not said yes; null: nobody';

create or replace function governance.dossier_permits(r governance.access_request) returns jsonb
language plpgsql stable set search_path = pg_catalog as $$
begin
    if not governance.permit_is_wanted(r) then
        return null;
    end if;
    return jsonb_build_object('intake', governance.permit_of(r, 'intake'), 'approval', governance.permit_of(r, 'approval'),
                              'verification', governance.permit_of(r, 'verification'));
end $$;
comment on function governance.dossier_permits(governance.access_request) is 'What was answered whether a request may be, for its dossier; null: nobody is asked';

-- The accounts under which a person may hold something in a source: those that this request names there, and those that are linked
-- to any of the names the person goes by, his other accounts among them.
create or replace function governance.accounts_of(r governance.access_request, p_source text) returns table (account text, account_id text)
language sql stable rows 3 set search_path = pg_catalog as $$
    with known as materialized (
        select governance.person_folded(substr(n.name, position('=' in n.name) + 1)) as name
          from unnest(governance.person_all(r.beneficiary, r.beneficiary_names)) as n(name)),
    link as materialized (
        select l.account, l.native_id, l.person = governance.person_folded(r.beneficiary) as own
          from governance.account_link l
         where l.source = p_source and l.replaced_at is null and l.person in (select k.name from known k))
    select a.account, coalesce(max(l.native_id) filter (where l.own), max(l.native_id), '')
      from (select i.account from governance.request_item i
             where i.request_id = r.id and i.source = p_source and i.replaced_at is null
            union
            select l.account from link l) a
      left join link l on l.account = a.account
     group by a.account
$$;
comment on function governance.accounts_of(governance.access_request, text) is 'The accounts a person is known by in a source';

-- Everything that whoever is asked has to know, beside the dossier. "ask": what is still unanswered at this stage. "holdings": one row
-- for each account of each member of each set touched, with what becomes of it: given by this request ("by": under which name, where
-- it is not the member's) or by another one that is approved and on its way ("maybe": which, where nobody can tell whether it is of this person), or taken by this one. An account '' is one that nobody knows.
-- "names": what has to be read first; "duties": whether they are asked about at all.
create or replace function governance.policy_question(p_request uuid, p_stage text) returns jsonb
language plpgsql stable set search_path = pg_catalog set jit = off as $$
declare
    r governance.access_request;
    asked boolean;
begin
    select * into r from governance.access_request x where x.id = p_request;
    asked := exists (select from governance.site s where s.name = r.site and s.policy <> '');
    return jsonb_build_object(
        'policy', (select s.policy from governance.site s where s.name = r.site),
        'lifecycle', r.lifecycle, 'subject_kind', r.subject_kind, 'sponsor', coalesce(r.sponsor, ''), 'request_type', r.request_type,
        'approvers', (select coalesce(jsonb_agg(v.approver order by v.id), '[]') from governance.approval_votes(r) v
                       where v.decision = 'approved' and v.fault = ''),
        'items', (select coalesce(jsonb_agg(i.id order by i.id), '[]') from governance.gives(r.id) i
                   where asked and not coalesce((
                         select x.permitted from governance.policy_decision x
                          where x.request_id = r.id and x.stage = p_stage and x.item_id = i.id and x.tuple_hash = r.mapped_hash
                            and governance.is_of_live_policy(r, x)
                            and (p_stage <> 'verification' or governance.permit_lasts(r, x))
                            and x.at >= governance.answers_since(r, false)
                          order by x.id desc limit 1), false)),
        'names', case when p_stage = 'intake' then '[]' else governance.duties_names(r, p_stage) end,
        'duties', p_stage <> 'intake' and governance.duties_concern(r.id),
        'sets', case when p_stage = 'intake' then '[]' else (
            select coalesce(jsonb_agg(jsonb_build_object('name', s.name, 'n', s.n) order by s.id), '[]') from governance.sod_touched(r.id) s) end,
        'holdings', case when p_stage = 'intake' then '[]' else (
            select coalesce(jsonb_agg(jsonb_build_object('set', h.set, 'member', h.member, 'source', h.source, 'entitlement', h.entitlement,
                       'account', h.account, 'account_id', h.account_id,
                       'entitlement_id', coalesce((select e.native_id from governance.entitlement_link e
                                                    where e.source = h.source and e.entitlement = h.entitlement and e.replaced_at is null limit 1), ''),
                       'wish', case when w.name is not null or o.way is not null then 'given' when t.taken then 'taken' else '' end,
                       'by', coalesce(nullif(w.name, h.entitlement), ''), 'maybe', case when w.name is null then coalesce(o.way, '') else '' end)
                       order by h.set, h.member, h.account), '[]')
              from (select s.id as set_id, s.set, m.member, m.source, m.entitlement, coalesce(a.account, case s.unlinked when 'beneficiary' then r.beneficiary else '' end) as account,
                           coalesce(a.account_id, '') as account_id, s.unlinked
                      from (select t.id, t.unlinked, row_number() over (order by t.id) - 1 as set from governance.sod_touched(r.id) t) s
                      join (select x.set_id, x.source, x.entitlement, row_number() over (partition by x.set_id order by x.source, x.entitlement) - 1 as member
                              from governance.sod_member x) m on m.set_id = s.id
                      left join lateral governance.accounts_of(r, m.source) a on true
                     where a.account is not null or s.unlinked <> 'none'
                           or governance.on_its_way(r, m.source, m.entitlement) is not null) h
              left join lateral (select min(i.entitlement) as name
                                   from governance.duties_given(r.id) g join governance.request_item i on i.id = g.item_id and i.account = h.account
                                  where g.set_id = h.set_id and g.source = h.source and g.entitlement = h.entitlement) w on true
             cross join lateral (select exists (select from governance.request_item i
                                                 where i.request_id = r.id and i.source = h.source and i.account = h.account and i.desired = 'absent'
                                                   and i.replaced_at is null and i.superseded_by is null
                                                   and i.entitlement in (select governance.entitlement_names(h.source, h.entitlement))) as taken) t
             cross join lateral (select governance.on_its_way(r, h.source, h.entitlement) as way) o) end);
end $$;
comment on function governance.policy_question(uuid, text) is 'What is to be asked about a request at one stage, and what has to be known for it';

-- Store what was asked and said, within the claim. p: [{"item", "pdp", "stage", "permitted", "asked", "answered", "why", "reason",
-- "conflicts", "question", "took_ms"}], bytes in base64.
create or replace function governance.policy_save(p_owner text, p_request uuid, p_version bigint, p jsonb) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.access_request;
begin
    select * into r from governance.access_request x
     where x.id = p_request and x.version = p_version and x.lease_owner = p_owner and x.lease_until > clock_timestamp()
       for update;
    if not found then
        return null;
    end if;
    if exists (select from jsonb_to_recordset(p->'decisions') as x(item bigint, pdp text)
                where x.item > 0 and x.pdp <> (select s.policy from governance.site s where s.name = r.site)) then
        raise exception 'another policy is live than this replica has' using errcode = 'CG016';
    end if;
    insert into governance.policy_decision (request_id, stage, item_id, pdp, permitted, asked, answered, why, reason, conflicts, question,
                                            took_ms, asks, tuple_hash, generation)
    select p_request, x.stage, nullif(x.item, 0), x.pdp, case when not o.odd then x.permitted end, decode(x.asked, 'base64'), decode(x.answered, 'base64'),
           case when o.odd then 'OddApprovals' else x.why end, x.reason,
           array(select jsonb_array_elements_text(coalesce(x.conflicts, '[]'))), nullif(x.question, '')::uuid, x.took_ms,
           case when x.stage = 'intake' then x.asks end, r.mapped_hash, r.generation
      from jsonb_to_recordset(p->'decisions') as x(item bigint, stage text, pdp text, permitted boolean, asked text, answered text, why text,
               reason text, conflicts jsonb, question text, took_ms int, asks jsonb)
        -- a decision point may say at every stage what it wants; what it did not want at intake nobody was asked for
     cross join lateral (select x.asks is not null and x.stage <> 'intake' and x.asks is distinct from (
               select d.asks from governance.policy_decision d
                where d.request_id = p_request and d.stage = 'intake' and d.item_id = x.item and d.tuple_hash = r.mapped_hash
                order by d.id desc limit 1) as odd) o;
    update governance.access_request x
       set version = x.version + 1,
           lease_until = greatest(x.lease_until, clock_timestamp() + coalesce((p->>'look_ms')::bigint, 30000) * interval '1 ms')
     where x.id = p_request;
    return p_version + 1;
end $$;
comment on function governance.policy_save(text, uuid, bigint, jsonb) is 'Store what was asked whether a request may be, and what was answered';

-- Whose decision it is has to be one of what is asked for.
create or replace function governance.guard_policy() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.item_id is not null and not exists (
           select from governance.request_item i where i.id = new.item_id and i.request_id = new.request_id) then
        raise exception 'a decision is about an item of its own request' using errcode = 'CG002';
    end if;
    new.at := clock_timestamp(); -- whatever was said
    new.asked_sha256 := sha256(new.asked);
    new.answered_sha256 := sha256(new.answered);
    return new;
end $$;
comment on function governance.guard_policy() is 'Trigger: a policy decision is about its own request, and made now';

-- What a look was judged by is not so any more, by what others did since it began (p: what permit_of says now): another grant of the same
-- person was approved that the question did not name; or there is another policy, or set of duties, to be asked, somebody approved, or an
-- exception ended. Whoever looks again is told what is so; SQLSTATE CG017 says just that. All else that is refused is a refusal.
create or replace function governance.permit_moved(r governance.access_request, p jsonb) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return p ? 'unheard'
        or coalesce(r.looked_at <= greatest(governance.answers_since(r, false), governance.answers_since(r, true)), false)
        or exists (select from governance.approval a where a.request_id = r.id and a.at >= r.looked_at)
        or exists (select from governance.exception e
                    where e.request_id = r.id and e.scope = 'sod'
                      and least(e.revoked_at, e.expires_at - interval '60 s') between r.looked_at and clock_timestamp());
end $$;
comment on function governance.permit_moved(governance.access_request, jsonb) is 'Is a permit missing only since others did something after this request was looked at?';

-- No grant without a permit: not approved, where it could still be hindered; what it owes of it later: owes.sql. An emergency does not wait
-- for an answer, but heeds one.
create or replace function governance.guard_permit() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request := new;
    intake text;
    approval jsonb;
    answer text;
begin
    if new.phase = old.phase or not governance.permit_is_wanted(new) then
        return new;
    end if;
    perform governance.duties_lock(new.id);
    r.phase := old.phase;
    intake := governance.permit_of(r, 'intake')->>'answer';
    approval := governance.permit_of(r, 'approval');
    answer := approval->>'answer';
    if not (intake = 'given' or (new.emergency and intake = 'open'))
       or not (answer = 'given' or (new.emergency and answer = 'open' and not approval ? 'unheard')) then
        raise exception 'refused: no permit (intake %, approval %)', intake, answer
            using errcode = case when governance.permit_moved(r, approval) then 'CG017' else 'CG016' end;
    end if;
    return new;
end $$;
comment on function governance.guard_permit() is 'Trigger: a grant is approved only with a permit';
