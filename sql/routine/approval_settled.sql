-- What was decided about the approval of a request, stored when it was decided, and read from then on: a delegation that is revoked, a
-- group that changes, an account that turns out to be somebody's change nothing of it. Who counts is judged in approval.sql, once.

-- The decision that stands; null: it is open, or was decided before this was kept.
create or replace function governance.approval_standing(p_request uuid) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select case s.effect when 'decides' then s.id end from governance.approval_settled s
             where s.request_id = p_request and s.effect <> 'none' order by s.id desc limit 1);
end $$;
comment on function governance.approval_standing(uuid) is 'The decision about the approval of a request that stands; null: none';

-- Votes as they were judged then; what came later was not asked for any more.
create or replace function governance.approval_votes_kept(r governance.access_request, p_settled bigint)
returns table (id bigint, approver text, person bigint, channel text, decision text, at timestamptz, hats int, maybe int, steps int,
               outdated boolean, withdrawn boolean, fault text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    last bigint := (select max(c.approval_id) from governance.approval_counted c where c.settled_id = p_settled);
begin
    return query
    select a.id, a.approver, c.person, a.channel, a.decision, governance.approval_given(a), c.hats, c.maybe, c.steps,
           a.tuple_hash <> s.tuple_hash or a.tuple_hash = '', c.fault = 'withdrawn', c.fault
      from (select k.approval_id, min(k.person) as person, min(k.hats) as hats, min(k.maybe) as maybe, min(k.fault) as fault,
                   coalesce(bit_or(1 << (k.step - 1)) filter (where k.step > 0), 0) as steps
              from governance.approval_counted k where k.settled_id = p_settled group by k.approval_id) c
      join governance.approval a on a.id = c.approval_id
      join governance.approval_settled s on s.id = p_settled
     order by a.id;
    if exists (select from governance.approval a where a.request_id = r.id and a.decision <> 'withdrawn' and a.id > coalesce(last, 0)) then
        return query
        select v.id, v.approver, v.person, v.channel, v.decision, v.at, v.hats, v.maybe, v.steps, v.outdated, v.withdrawn, coalesce(nullif(v.fault, ''), 'after')
          from governance.approval_votes_now(r, null) v where v.id > coalesce(last, 0);
    end if;
end $$;
comment on function governance.approval_votes_kept(governance.access_request, bigint) is
    'Each decision about a request as it was judged when its approval was settled; fault after: it came later';

-- Whom of a step somebody answers for: himself first. delegation: by which he does, null: he is named.
create or replace function governance.approval_stead(r governance.access_request, p_step jsonb, p_names text[], p_at timestamptz,
                                                     out named text, out delegation bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    select p.named, null into named, delegation
      from jsonb_array_elements_text(p_step->'people') with ordinality as p(named, n)
     where governance.one_person(p_names, governance.person_all(p.named, '{}')) order by p.n limit 1;
    if named is null then
        select p.named, d.id into named, delegation
          from jsonb_array_elements_text(p_step->'people') with ordinality as p(named, n)
          join governance.delegation d on (d.revoked_at is null or d.revoked_at > p_at) and p_at between d.starts_at and d.ends_at
         where governance.answers_for(r, p.named, p_names, p_at)
           and governance.one_person(governance.person_all(d.delegator, '{}'), governance.person_all(p.named, '{}'))
           and governance.one_person(p_names, governance.person_all(d.delegate, '{}'))
         order by p.n, d.id limit 1;
    end if;
    named := coalesce(named, '');
end $$;
comment on function governance.approval_stead(governance.access_request, jsonb, text[], timestamptz) is 'Whom of a step somebody answers for, and by which delegation';

-- What a policy and duties answered before it could be approved: the newest about each thing, where it is an answer to what is live.
create or replace function governance.approval_answers(r governance.access_request) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from governance.policy_decision x where x.request_id = r.id) then
        return '{}'; -- mostly
    end if;
    return array(select max(x.id) from governance.policy_decision x
                  where x.request_id = r.id and x.stage in ('intake', 'approval') and x.tuple_hash = r.mapped_hash
                    and governance.is_of_live_policy(r, x) and x.at >= governance.answers_since(r, x.item_id is null)
                  group by x.stage, x.item_id order by 1);
end $$;
comment on function governance.approval_answers(governance.access_request) is 'Answers that are in force about what a request gives, before its approval';

-- What there is to be put down of a request now, if anything: all of it from what the tables say, so that nobody has anything else
-- put down. An emergency is worked on before it is approved: it is decided when enough have, and owed again when one of them
-- takes it back, or somebody declines, before it is closed. What else was decided stands, whatever people think later.
create or replace function governance.approval_settle(p_request uuid) returns bigint
-- definer: the service itself puts nothing down here
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
    standing bigint;
    reached timestamptz;
    back bigint[];
    made governance.approval_settled;
begin
    perform from governance.access_request x where x.id = p_request for no key update; -- one at a time
    select * into r from governance.access_request x where x.id = p_request;
    standing := governance.approval_standing(p_request);
    reached := governance.approval_since_now(r);
    if standing is null then
        made.effect := 'decides';
        made.outcome := case when r.approved_at is not null and reached is not null then 'approved'
                             when r.approved_at is not null then null
                             when r.phase = 'denied' and r.phase_reason like 'Declined%' then 'declined'
                             when r.phase = 'expired' and r.phase_reason = 'ApprovalExpired' then 'lapsed' end;
    else
        back := array(select c.approval_id from governance.approval_counted c join governance.approval_votes_now(r, null) v on v.id = c.approval_id
                       where c.settled_id = standing and c.fault = '' and v.decision = 'approved' and v.withdrawn and not exists (
                             select from governance.approval_counted k where k.settled_id > standing and k.approval_id = c.approval_id)
                       group by c.approval_id);
        made.outcome := case when cardinality(back) > 0 then 'withdrawn'
                             when r.emergency and exists (select from governance.approval_votes_now(r, null) v
                                                           where v.decision = 'declined' and not v.withdrawn) then 'declined' end;
        made.effect := case when r.emergency and r.closed_at is null and reached is null then 'reopens'
                            when cardinality(back) > 0 then 'none' end;
    end if;
    if made.outcome is null or made.effect is null then
        return null;
    end if;
    insert into governance.approval_settled (request_id, outcome, effect, reached_at, terms, tuple_hash, policy, decisions)
    values (r.id, made.outcome, made.effect, case made.outcome when 'approved' then reached end, coalesce(governance.approval_terms(r), 'null'),
            r.mapped_hash, (select s.policy from governance.site s where s.name = r.site), governance.approval_answers(r))
    returning * into made;
    insert into governance.approval_counted (settled_id, approval_id, step, named, delegation_id, person, hats, maybe, fault)
    select made.id, v.id, coalesce(p.step, 0), coalesce(p.named, ''), p.delegation, v.person, v.hats, v.maybe, v.fault
      from governance.approval_votes_now(r, null) v
      join governance.approval a on a.id = v.id
      left join lateral (
           select s.n::int as step, w.named, w.delegation
             from jsonb_array_elements(made.terms->'steps') with ordinality as s(step, n)
            cross join lateral governance.approval_stead(r, s.step, governance.person_all(a.approver, a.approver_names), v.at) w
            where v.fault = '' and v.decision = 'approved' and v.steps & (1 << (s.n::int - 1)) <> 0) p on true
     where made.effect <> 'none' or v.id = any (back);
    return made.id;
end $$;
comment on function governance.approval_settle(uuid) is 'Put down what was decided about the approval of a request, where something was; its number';

-- Before the chain, and with its commit.
create or replace function governance.approval_moved() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if new.phase = 'approved' and old.approved_at is not null then
        return null; -- taken up again: decided before
    end if;
    if not exists (select from governance.approval a where a.request_id = new.id) and not governance.approval_wanted(new) then
        return null; -- mostly
    end if;
    if governance.approval_settle(new.id) is null and new.phase = 'approved' and not new.emergency then
        if governance.approval_wanted(new) then -- a delegation, or a name, changed since guard_proof looked
            raise exception 'refused: not approved' using errcode = 'CG010';
        end if;
    end if;
    return null;
end $$;
comment on function governance.approval_moved() is 'Trigger: a request is approved, declined, or nobody approved it in time: put down by which votes';

create or replace function governance.approval_said() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from governance.access_request r where r.id = new.request_id and r.approved_at is not null
                  and (r.emergency or new.decision = 'withdrawn')) then
        perform governance.approval_settle(new.request_id);
    end if;
    return null;
end $$;
comment on function governance.approval_said() is 'Trigger: what is said of an approval once work may go on';

-- What the chain says of it, without names: each vote once for every step; stead: which of its commitments holds whom he answered for.
create or replace function governance.approval_settled_says(s governance.approval_settled) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('settled', s.id, 'outcome', s.outcome, 'effect', s.effect,
               'reached', to_char(s.reached_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
               'policy', nullif(s.policy, ''), 'decisions', nullif(to_jsonb(s.decisions), '[]'),
               'votes', (select jsonb_agg(jsonb_build_object('approval', c.approval_id, 'step', nullif(c.step, 0), 'delegation', c.delegation_id,
                                    'stead', case when c.delegation_id is not null then c.stead end, 'person', c.person, 'hats', nullif(c.hats, 0),
                                    'maybe', nullif(c.maybe, 0), 'fault', nullif(c.fault, '')) order by c.approval_id, c.step)
                           from (select k.*, count(k.delegation_id) over (order by k.approval_id, k.step) as stead
                                   from governance.approval_counted k where k.settled_id = s.id) c))
$$;
comment on function governance.approval_settled_says(governance.approval_settled) is 'What evidence says of a decision about an approval';

create or replace function governance.approval_settled_people(p_settled bigint) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_object_agg('stead_' || c.stead, c.named)
      from (select k.delegation_id, k.named, count(k.delegation_id) over (order by k.approval_id, k.step) as stead
              from governance.approval_counted k where k.settled_id = p_settled) c
     where c.delegation_id is not null
$$;
comment on function governance.approval_settled_people(bigint) is 'Whom somebody answered for in a decision about an approval, by the members of its entry; null: nobody';

-- Of a vote that counted, for which steps and in whose stead; for pages and the API. p_settled null: not decided.
create or replace function governance.approval_counted_shown(p_settled bigint, p_approval bigint) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object(
               'steps', jsonb_agg(s.terms->'steps'->(c.step - 1)->>'who' order by c.step) filter (where c.step > 0),
               'in_stead_of', (array_agg(c.named order by c.step) filter (where c.delegation_id is not null))[1],
               'delegation', (array_agg(c.delegation_id order by c.step) filter (where c.delegation_id is not null))[1]))
      from governance.approval_counted c join governance.approval_settled s on s.id = c.settled_id
     where c.settled_id = p_settled and c.approval_id = p_approval
$$;
comment on function governance.approval_counted_shown(bigint, bigint) is 'For which steps a vote counted, and in whose stead';

create or replace function governance.approval_settled_shown(p_request uuid) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('outcome', s.outcome, 'effect', s.effect, 'at', s.at, 'policy', nullif(s.policy, ''),
               'decisions', nullif(to_jsonb(s.decisions), '[]'), 'votes', (
                   select count(distinct a.id) from governance.approval_counted c
                   cross join lateral (select x.* from governance.approval x where x.id = c.approval_id offset 0) a
                    where c.settled_id = s.id and a.decision = 'approved' and (c.fault = '' or s.effect = 'none')))) order by s.id)
      from governance.approval_settled s where s.request_id = p_request
$$;
comment on function governance.approval_settled_shown(uuid) is 'What became of the approval of a request, each time it was decided; null: nothing was';
