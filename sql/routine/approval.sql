-- Who has to approve, who did, and whether that suffices: the rules of connector/domain/approval.c, held by the database too. Who
-- is who only it knows: by all names that Jira showed, and by the accounts that reads found.

-- Accounts of one immutable id are one person's, whatever he was called when they were read; not those of what is no person,
-- which several people may answer for.
create or replace function governance.person_linked(p_names text[]) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    keys text[] := array(select governance.person_folded(substr(x, position('=' in x) + 1)) from unnest(p_names) x);
begin
    return p_names || array(
        select distinct 'word=' || w.word
          from unnest(keys) as k(key) -- key by key, each by its index: never by all accounts there are
         cross join lateral (select x.* from governance.account_link x where x.person = k.key
                              union all
                             select x.* from governance.account_link x where governance.person_folded(x.account) = k.key offset 0) a
         cross join lateral (select x.* from governance.account_link x where x.source = a.source and x.native_id = a.native_id offset 0) b
          left join lateral (select x.subject_kind from governance.access_request x where x.id = a.request_id offset 0) r on true
          left join lateral (select x.subject_kind from governance.access_request x where x.id = b.request_id offset 0) q on true
         cross join lateral unnest(array[b.person, b.account]) as w(word)
         where coalesce(r.subject_kind, 'human') in ('human', 'contractor') and coalesce(q.subject_kind, 'human') in ('human', 'contractor')
           and w.word <> ''
         order by 1 limit 32);
end $$;
comment on function governance.person_linked(text[]) is 'All names of a person, with those by which accounts that were read know him';

create or replace function governance.person_all(p_key text, p_known text[]) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return governance.person_linked(governance.person_names(p_key, p_known));
end $$;
comment on function governance.person_all(text, text[]) is 'All that is known of a person: his key here, what Jira shows, his accounts';

create or replace function governance.only_kind(p_names text[], p_kind text) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return p_names <> '{}' and not exists (select from unnest(p_names) x where x not like p_kind || '=%');
end $$;
comment on function governance.only_kind(text[], text) is 'Is he known by names of that kind (account, address, word), and by nothing else?';

-- Whom the policy wants beside the template: what it said at intake of each thing that is asked for now. What a policy said that is live no
-- more wants nobody. Of what was approved before its terms were kept, whatever was said last.
create or replace function governance.policy_asks(r governance.access_request) returns setof jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select d.asks
      from governance.request_item i
      join governance.site s on s.name = r.site and (s.policy <> '' or r.approved_at is not null)
     cross join lateral (select x.asks from governance.policy_decision x
                          where x.request_id = r.id and x.stage = 'intake' and x.item_id = i.id and x.tuple_hash = r.mapped_hash
                            and (x.at >= s.policy_at or r.approved_at is not null)
                          order by x.id desc limit 1) d
     where i.request_id = r.id and i.replaced_at is null and i.desired = 'present' and d.asks is not null
$$;
comment on function governance.policy_asks(governance.access_request) is 'The approvals that the policy wants of what a request gives now';

-- The template's need stands in the request; the policy's follows from what it says now, until the request is approved.
create or replace function governance.approval_wanted(r governance.access_request) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if r.approval_needed then
        return true;
    elsif r.approved_at is not null then
        return coalesce(jsonb_typeof(r.approved_terms) = 'object', false);
    elsif r.phase in ('denied', 'expired', 'cancelled') then
        return r.approval_asked_at is not null; -- what it waited for
    end if;
    if exists (select from governance.policy_decision x where x.request_id = r.id and x.stage = 'intake' and x.asks is not null) then -- seldom
        return exists (select from governance.policy_asks(r));
    end if;
    return false;
end $$;
comment on function governance.approval_wanted(governance.access_request) is 'Does somebody have to approve it, by its template or by the policy?';

-- Who has to approve: as the template has it, and beside that whom the policy wants; of what is approved, as it was then. More steps than the
-- program reads: nobody can reach that.
create or replace function governance.approval_terms(r governance.access_request) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    own jsonb := r.mapped->'approval';
    most int;
    steps jsonb;
begin
    if r.approved_terms is not null then
        return nullif(r.approved_terms, 'null');
    end if;
    if not exists (select from governance.policy_decision x where x.request_id = r.id and x.stage = 'intake' and x.asks is not null) then
        return own; -- mostly
    end if;
    with said as materialized (select w as asks from governance.policy_asks(r) w)
    select max((s.asks->>'at_least')::int),
           (select coalesce(jsonb_agg(w.step order by w.step), '[]') from (select distinct e.step from said k cross join lateral jsonb_array_elements(k.asks->'steps') as e(step)) w)
      into most, steps
      from said s;
    if most is null then
        return own;
    end if;
    own := coalesce(own, '{"at_least": 1, "channels": ["jsm", "api", "cli"], "remind": [], "steps": [], "within_ms": 0}'::jsonb);
    most := case when jsonb_array_length(steps) > 15 then 1000000 else greatest((own->>'at_least')::int, most) end;
    if steps <> '[]' and (own->'steps' = '[]' -- whoever may by the template still may; so may anybody where fewer are named than wanted
                          or most > (select count(distinct governance.person_folded(w #>> '{}')) from jsonb_path_query((own->'steps') || steps, '$[*].people[*]') as w)) then
        steps := steps || '[{"who": "anyone", "people": [], "at_least": 1}]';
    end if;
    return own || jsonb_build_object('steps', (own->'steps') || steps, 'at_least', most);
end $$;
comment on function governance.approval_terms(governance.access_request) is
    'Who has to approve, how many, by when: the template''s terms with those of the policy; null: one person, whoever may';

-- Until when somebody may answer; null: for ever, or it does not wait yet.
create or replace function governance.approval_until(r governance.access_request) returns timestamptz
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return date_trunc('milliseconds', r.approval_asked_at)
           + nullif((r.mapped->'approval'->>'within_ms')::bigint, 0) * interval '1 ms';
end $$;
comment on function governance.approval_until(governance.access_request) is 'End of the window in which an approval counts';

-- When a vote was given, by the clock of its channel; else when it was stored.
create or replace function governance.approval_given(a governance.approval) returns timestamptz
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return date_trunc('milliseconds', case when a.given_at > 'epoch' and a.channel in ('jsm', 'automation') then a.given_at else a.at end);
end $$;
comment on function governance.approval_given(governance.approval) is 'When an approval was given';

-- Each decision that is recorded, and why it does not count by what is known now; fault '' counts. person: the same for rows of one person, or
-- of what may be one. p_settled: as it was when that was settled; who took it back after that, or went on to do the work, did approve it.
create or replace function governance.approval_votes_now(r governance.access_request, p_settled timestamptz)
returns table (id bigint, approver text, person bigint, channel text, decision text, at timestamptz, hats int, maybe int, steps int,
               outdated boolean, withdrawn boolean, fault text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    terms jsonb := governance.approval_terms(r);
    until timestamptz := governance.approval_until(r);
    settled timestamptz := coalesce(r.approved_at, 'infinity'); -- who leaves while it waits has no vote; who leaves later had one
    bars record := governance.judge_bars(case when p_settled is null then 'vote' else 'stand' end);
begin
    return query
    with given as materialized (
        select a.id, a.approver, a.channel, a.decision, a.tuple_hash, governance.person_all(a.approver, a.approver_names) as names,
               governance.approval_given(a) as at
          from governance.approval a where a.request_id = r.id),
    fact as materialized (
        select g.*, h.hats as is,
               (select min(o.id) from given o where o.id <= g.id and governance.one_person(o.names, g.names) is not false) as person,
               (select coalesce(bit_or(1 << (s.n::int - 1)), 0)
                  from jsonb_array_elements(terms->'steps') with ordinality as s(step, n)
                 where s.step->'people' = '[]' or exists (
                           select from jsonb_array_elements_text(s.step->'people') as p(named)
                            where governance.answers_for(r, p.named, g.names, g.at))) as steps,
               g.tuple_hash <> r.mapped_hash or g.tuple_hash = '' as outdated,
               exists (select from given w where w.decision = 'withdrawn' and w.id > g.id and (p_settled is null or w.at <= p_settled)
                          and governance.one_person(w.names, g.names)) as withdrawn
          from given g
         cross join lateral (select array[o.hats[1] & bars.own, o.hats[2] & bars.doubt] as hats from (select governance.hats_of(r, g.names) as hats) o) h
         where g.decision <> 'withdrawn')
    select f.id, f.approver, f.person, f.channel, f.decision, f.at, f.is[1], f.is[2], f.steps, f.outdated, f.withdrawn,
           case when f.withdrawn then 'withdrawn'
                when f.is[1] <> 0 then 'own'
                when f.is[2] <> 0 then 'unclear'
                when f.outdated then 'outdated'
                when case when terms is null then f.channel = 'automation' else not terms->'channels' ? f.channel end then 'channel'
                when f.at > until then 'late'
                when terms->'steps' <> '[]' and f.steps = 0 then 'unnamed'
                when f.decision = 'approved' and governance.had_left(f.names, greatest(f.at, settled)) then 'left'
                else '' end
      from fact f order by f.id;
end $$;
comment on function governance.approval_votes_now(governance.access_request, timestamptz) is
    'Each decision about a request, and why it does not count by what is known now, or did not when it was settled';

create or replace function governance.approval_votes(r governance.access_request)
returns table (id bigint, approver text, person bigint, channel text, decision text, at timestamptz, hats int, maybe int, steps int,
               outdated boolean, withdrawn boolean, fault text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    standing bigint := governance.approval_standing(r.id);
begin
    if standing is not null then
        return query select * from governance.approval_votes_kept(r, standing);
    else
        return query select * from governance.approval_votes_now(r, null);
    end if;
end $$;
comment on function governance.approval_votes(governance.access_request) is
    'Each decision about a request, and why it does not count: as it was judged when that was settled, else by what is known now';

-- As approval_judge() of domain/approval.c. Null: not enough of them, or somebody declined.
create or replace function governance.approval_since_now(r governance.access_request) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    terms jsonb := governance.approval_terms(r);
begin
    return (with vote as materialized (select * from governance.approval_votes_now(r, null)),
                 yes as materialized (select v.person, v.at, v.steps from vote v where v.decision = 'approved' and v.fault = '')
            select min(c.at) from yes c
             where not exists (select from vote v where v.decision = 'declined' and not v.withdrawn)
               and (select count(distinct v.person) from yes v where v.at <= c.at) >= greatest(coalesce((terms->>'at_least')::int, 1), 1)
               and not exists (
                       select from jsonb_array_elements(terms->'steps') with ordinality as s(step, n)
                        where (select count(distinct v.person) from yes v where v.at <= c.at and v.steps & (1 << (s.n::int - 1)) <> 0)
                              < (s.step->>'at_least')::int));
end $$;
comment on function governance.approval_since_now(governance.access_request) is
    'When enough people had approved by what is known now, each step of the template among them; null: they have not, or somebody declined';

create or replace function governance.approval_since(r governance.access_request) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    standing bigint := governance.approval_standing(r.id);
begin
    if standing is not null then
        return (select s.reached_at from governance.approval_settled s where s.id = standing);
    end if;
    return governance.approval_since_now(r);
end $$;
comment on function governance.approval_since(governance.access_request) is
    'When enough people had approved, each step of the template among them; null: they have not, or somebody declined';

create or replace function governance.approval_reached(r governance.access_request) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return governance.approval_since(r) is not null;
end $$;
comment on function governance.approval_reached(governance.access_request) is 'Did enough people approve, each step of the template among them, and nobody decline?';

-- By its id: of a row of his own making a dashboard could find out who approved.
create or replace function governance.approval_stands(p_request uuid, out reached_at timestamptz, out is_declined boolean)
-- with its owner's rights: a dashboard's view asks, and may see no approvals
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
begin
    select * into r from governance.access_request x where x.id = p_request;
    is_declined := false;
    if exists (select from governance.approval a where a.request_id = p_request) then
        reached_at := governance.approval_since(r);
        is_declined := exists (select from governance.approval_votes(r) v where v.decision = 'declined' and not v.withdrawn);
    end if;
end $$;
comment on function governance.approval_stands(uuid) is 'When a request was approved as it has to be, and whether somebody declines it';

-- Whoever pressed Resolve has approved it. Once it is settled, nobody stops to be one who did: not by taking it back, not because he whom he
-- answered for has left.
create or replace function governance.claims_own(r governance.access_request) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    t governance.ticket;
    mover text[];
    standing bigint;
begin
    if not exists (select from governance.approval a where a.request_id = r.id and a.decision = 'approved') then
        return false;
    end if;
    select * into t from governance.ticket x where x.request_id = r.id;
    if not found or t.moved_by = '' or t.moved_by_us or t.role not in ('verify', 'done') then
        return false;
    end if;
    mover := governance.person_all(t.moved_by, t.mover_names);
    standing := governance.approval_standing(r.id);
    if standing is not null then -- who it was is asked by all that is known now
        return exists (select from governance.approval_counted c
                        cross join lateral (select x.* from governance.approval x where x.id = c.approval_id offset 0) a
                        where c.settled_id = standing and a.decision = 'approved' and c.fault = ''
                          and governance.one_person(mover, governance.person_all(a.approver, a.approver_names)));
    end if;
    return exists (select from governance.approval_votes_now(r, r.approved_at) v join governance.approval a on a.id = v.id
                    where v.decision = 'approved' and v.fault = ''
                      and governance.one_person(mover, governance.person_all(a.approver, a.approver_names)));
end $$;
comment on function governance.claims_own(governance.access_request) is 'Did one whose approval counts say that it is done?';

-- All of it for domain/approval.h; null: nobody waits for one.
create or replace function governance.dossier_approvals(r governance.access_request) returns json
language plpgsql stable set search_path = pg_catalog as $$
declare
    terms jsonb := governance.approval_terms(r);
begin
    if r.phase not in ('received', 'pending_approval') or not governance.approval_wanted(r) then
        return null;
    end if;
    return json_build_object(
        'asked_ms', governance.ms(r.approval_asked_at),
        'reminded_ms', (select governance.ms(max(e.at)) from governance.escalation e
                         where e.request_id = r.id and e.kind = 'operator' and e.reason = 'ApprovalReminder' and e.at >= r.approval_asked_at),
        'own_tried', exists (select from governance.escalation e where e.request_id = r.id and e.kind = 'operator' and e.reason = 'SelfApproval'),
        'barred', governance.approval_barred(r, terms->'steps'), 'at_least', terms->'at_least', 'channels', terms->'channels',
        'within_ms', terms->'within_ms', 'remind', terms->'remind',
        'steps', (select json_agg(json_build_object('who', s.step->>'who', 'wanted', s.step->'at_least', 'people', (
                             select coalesce(string_agg(p.named, E'\n' order by p.n), '')
                               from jsonb_array_elements_text(s.step->'people') with ordinality as p(named, n))) order by s.n)
                    from jsonb_array_elements(terms->'steps') with ordinality as s(step, n)),
        'given', (select json_agg(json_build_object('approver', v.approver, 'person', v.person, 'channel', v.channel,
                             'declined', v.decision = 'declined', 'withdrawn', v.withdrawn, 'outdated', v.outdated,
                             'at_ms', governance.ms(v.at), 'hats', v.hats, 'maybe', v.maybe, 'steps', v.steps, 'left', v.fault = 'left') order by v.id)
                    from governance.approval_votes(r) v));
end $$;
comment on function governance.dossier_approvals(governance.access_request) is 'Who has to approve and who did, as the core reads it';

-- For people: who is waited for, until when, and why what is there does not count.
create or replace function governance.approval_shown(r governance.access_request) returns jsonb
language plpgsql stable set search_path = pg_catalog as $$
declare
    terms jsonb := governance.approval_terms(r);
begin
    if not governance.approval_wanted(r) then
        return null;
    end if;
    return (with vote as materialized (select * from governance.approval_votes(r))
            select jsonb_strip_nulls(jsonb_build_object(
                'template', r.mapped->>'template', 'reached', governance.approval_reached(r), 'asked_at', r.approval_asked_at,
                'until', governance.approval_until(r), 'people', greatest(coalesce((terms->>'at_least')::int, 1), 1),
                'steps', (select jsonb_agg(jsonb_build_object('who', s.step->>'who', 'people', s.step->'people', 'at_least', s.step->'at_least',
                                 'given', (select count(distinct v.person) from vote v where v.decision = 'approved' and v.fault = ''
                                              and v.steps & (1 << (s.n::int - 1)) <> 0)) order by s.n)
                            from jsonb_array_elements(terms->'steps') with ordinality as s(step, n)),
                'given', (select jsonb_agg(jsonb_build_object('approver', v.approver, 'decision', v.decision, 'channel', v.channel, 'at', v.at,
                                 'counts', v.fault = '', 'why_not', nullif(v.fault, ''),
                                 'after_work', (select nullif(a.after_work, false) from governance.approval a where a.id = v.id),
                                 'vouched_by', (select nullif(a.vouched_by, '') from governance.approval a where a.id = v.id))
                                 || governance.approval_counted_shown(governance.approval_standing(r.id), v.id) order by v.id)
                            from vote v),
                'settled', governance.approval_settled_shown(r.id))));
end $$;
comment on function governance.approval_shown(governance.access_request) is 'Who has to approve, who did, and why some of that does not count, as the API shows it';

-- What the template of the rule makes of a request that is not settled yet.
create or replace function governance.terms_taken(r governance.access_request, p_mapped jsonb) returns governance.access_request
language plpgsql immutable set search_path = pg_catalog as $$
begin
    r.access_until := case when r.emergency then least(r.access_until, to_timestamp((p_mapped->>'access_until_ms')::bigint / 1000.0))
                           else coalesce(to_timestamp((p_mapped->>'access_until_ms')::bigint / 1000.0),
                                         case when r.from_ticket then null else r.access_until end) end;
    r.sponsor := p_mapped->>'sponsor';
    r.lifecycle := coalesce(p_mapped->>'lifecycle', r.lifecycle);
    r.subject_kind := coalesce(p_mapped->>'subject_kind', r.subject_kind);
    r.justification := coalesce(nullif(p_mapped->>'justification', ''), r.justification);
    return r;
end $$;
comment on function governance.terms_taken(governance.access_request, jsonb) is 'A request with the facts of what it is mapped to now';

-- --- guards ---

-- Since when it waits is the database's to say.
create or replace function governance.guard_asked() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    new.approval_asked_at := case when new.phase = 'pending_approval' and old.phase <> new.phase then clock_timestamp()
                                  else old.approval_asked_at end;
    return new;
end $$;
comment on function governance.guard_asked() is 'Trigger: the window of an approval begins when it is asked for';

-- Where a close is refused, so is the claim of one who approved it; elsewhere it is on record.
create or replace function governance.guard_claimant() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.phase = 'claimed' and old.phase <> 'claimed' and new.mode = 'enforce' then
        if governance.claims_own(new) then
            raise exception 'refused: who approved it does not do the work' using errcode = 'CG022';
        end if;
    end if;
    return new;
end $$;
comment on function governance.guard_claimant() is 'Trigger: whoever approved it does not say that it is done';

-- Definer: the service role itself writes no row of it.
create or replace function governance.fulfiller_keep() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    own boolean := new.phase = 'claimed' and governance.claims_own(new); -- before he is one
begin
    if new.phase = 'claimed' then
        insert into governance.fulfiller (request_id, cycle, person, names, moved_at)
        select new.id, new.claim_cycle, t.moved_by, governance.person_names(t.moved_by, t.mover_names), t.cycle_at
          from governance.ticket t where t.request_id = new.id and t.moved_by <> '' and not t.moved_by_us
            on conflict do nothing;
        if own then
            insert into governance.escalation (request_id, kind, reason, key)
            values (new.id, 'operator', 'ApproverFulfils', 'fulfils/' || new.claim_cycle) on conflict do nothing;
        end if;
    end if;
    return null;
end $$;
comment on function governance.fulfiller_keep() is 'Trigger: remember who said done';

create or replace function governance.guard_delegation() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    one boolean;
    circle boolean;
begin
    if tg_op = 'UPDATE' then
        if row(new.id, new.delegator, new.delegate, new.starts_at, new.ends_at, new.actor, new.created_at)
           is distinct from row(old.id, old.delegator, old.delegate, old.starts_at, old.ends_at, old.actor, old.created_at)
           or old.revoked_at is not null then
            raise exception 'what was delegated is ended, not changed' using errcode = 'CG002';
        end if;
        new.revoked_at := clock_timestamp();
        return new;
    end if;
    if governance.person_folded(new.delegator) = '' or governance.person_folded(new.delegate) = '' then
        raise exception 'whose approvals, and who gives them instead, is named' using errcode = 'CG024', constraint = 'unnamed';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('delegation', 0)); -- two that close a circle together
    new.created_at := clock_timestamp();
    new.starts_at := greatest(new.starts_at, new.created_at); -- nothing is delegated in hindsight
    if new.ends_at <= new.starts_at then
        raise exception 'it must end after it begins, and later than now' using errcode = 'CG024', constraint = 'end';
    end if;
    if new.ends_at > new.starts_at + interval '90 days' then
        raise exception 'it lasts at most 90 days' using errcode = 'CG024', constraint = 'end';
    end if;
    one := governance.one_person(governance.person_all(new.delegator, '{}'), governance.person_all(new.delegate, '{}'));
    if one then
        raise exception 'nobody delegates to themselves' using errcode = 'CG024', constraint = 'own';
    elsif one is null then
        raise exception 'nobody can tell whether these are two people: name both alike, by e-mail address or by account id' using errcode = 'CG024', constraint = 'unclear';
    end if;
    if governance.had_left(governance.person_all(new.delegate, '{}')) or governance.had_left(governance.person_all(new.delegator, '{}')) then
        raise exception 'who left answers for nobody, and nobody for him' using errcode = 'CG024', constraint = 'left';
    end if;
    with recursive lasting as materialized ( -- while this one does; by all names of each
        select governance.person_all(d.delegator, '{}') as giver, governance.person_all(d.delegate, '{}') as taker
          from governance.delegation d
         where d.revoked_at is null and d.starts_at < new.ends_at and d.ends_at > new.starts_at),
    follow(who, doubts) as ( -- also over what nobody can tell, but once: an account is nobody's and everybody's address, and where that is
                             -- all that joins them, two delegations have nothing to do with each other
        select governance.person_all(new.delegate, '{}'), 0
         union
        select d.taker, o.doubts
          from follow f cross join lasting d
         cross join lateral (select k.one, f.doubts + (k.one is null)::int as doubts from (select governance.one_person(d.giver, f.who) as one) k) o
         where o.one is distinct from false and o.doubts <= 1)
    select bool_or(o.doubts = 0) into circle -- null: there is none
      from follow f
     cross join lateral (select k.one, f.doubts + (k.one is null)::int as doubts
                           from (select governance.one_person(f.who, governance.person_all(new.delegator, '{}')) as one) k) o
     where o.one is distinct from false and o.doubts <= 1;
    if circle then
        raise exception 'a circle: it would come back to %', new.delegator using errcode = 'CG024', constraint = 'circle';
    elsif not circle then
        raise exception 'nobody can tell whether it would come back to %: name people alike in all delegations, by e-mail address or by account id', new.delegator
            using errcode = 'CG024', constraint = 'circle';
    end if;
    return new;
end $$;
comment on function governance.guard_delegation() is 'Trigger: nobody delegates to himself, in a circle, or in hindsight; it is only ended';

create or replace function governance.delegation_add(p_from text, p_to text, p_starts timestamptz, p_ends timestamptz, p_actor text) returns jsonb
language plpgsql set search_path = pg_catalog as $$
declare
    made governance.delegation;
begin
    insert into governance.delegation (delegator, delegate, starts_at, ends_at, actor)
    values (p_from, p_to, coalesce(p_starts, clock_timestamp()), p_ends, p_actor) returning * into made;
    return governance.delegation_shown(made);
end $$;
comment on function governance.delegation_add(text, text, timestamptz, timestamptz, text) is 'Have one answer for another one for a time';

create or replace function governance.delegation_shown(d governance.delegation) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object('id', d.id, 'from', d.delegator, 'to', d.delegate, 'starts_at', d.starts_at, 'ends_at', d.ends_at,
        'given_by', d.actor, 'revoked_at', d.revoked_at, 'revoked_by', nullif(d.revoked_by, ''), 'end_vouched_by', nullif(d.end_vouched_by, ''),
        'state', case when d.revoked_at is not null then 'revoked' when d.ends_at <= clock_timestamp() then 'over'
                      when d.starts_at > clock_timestamp() then 'planned' else 'live' end))
$$;
comment on function governance.delegation_shown(governance.delegation) is 'A delegation as the API shows it';

create or replace function governance.delegation_list(p_live boolean, p_person text, p_most int, p_after bigint default 0) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('delegations', coalesce(jsonb_agg(governance.delegation_shown(x) order by x.ends_at desc, x.id), '[]'),
                              'more', count(*) = p_most, 'next', case when count(*) = p_most then (array_agg(x.id order by x.ends_at, x.id desc))[1]::text end)
      from (select * from governance.delegation d
             where (not p_live or d.revoked_at is null and d.ends_at > clock_timestamp())
               and (coalesce(p_person, '') = ''
                    or governance.one_person(governance.person_all(d.delegator, '{}'), governance.person_all(p_person, '{}'))
                    or governance.one_person(governance.person_all(d.delegate, '{}'), governance.person_all(p_person, '{}')))
               and (p_after = 0 or (select d.ends_at < a.ends_at or d.ends_at = a.ends_at and d.id > a.id from governance.delegation a where a.id = p_after))
             order by d.ends_at desc, d.id limit p_most) x
$$;
comment on function governance.delegation_list(boolean, text, int, bigint) is 'A page of who answers for whom; of one person on either side, or all';

-- What was decided under it stands; from now on it is nobody's. null: there is none of that id.
create or replace function governance.delegation_revoke(p_delegation bigint, p_by text, p_vouched_by text default '') returns jsonb
language plpgsql set search_path = pg_catalog as $$
declare
    d governance.delegation;
begin
    select * into d from governance.delegation x where x.id = p_delegation for update;
    if not found then
        return null;
    elsif d.revoked_at is not null or d.ends_at <= clock_timestamp() then
        raise exception 'delegation % has ended already', p_delegation using errcode = 'CG024';
    end if;
    update governance.delegation x set revoked_at = clock_timestamp(), revoked_by = p_by, end_vouched_by = p_vouched_by where x.id = p_delegation returning * into d;
    return governance.delegation_shown(d);
end $$;
comment on function governance.delegation_revoke(bigint, text, text) is 'End a delegation before its time';

-- An approval that comes when somebody said done already is told, and makes nothing right.
create or replace function governance.approval_follow() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if new.after_work and new.decision = 'approved' then -- of an emergency it is owed then
        insert into governance.escalation (request_id, kind, reason, key)
        select new.request_id, 'operator', 'ApprovedAfterWork', 'approval/' || new.id
          from governance.access_request r where r.id = new.request_id and not r.emergency
            on conflict do nothing;
    elsif new.decision = 'withdrawn' then
        insert into governance.escalation (request_id, kind, reason, key)
        select new.request_id, 'operator', 'ApprovalWithdrawn', 'approval/' || new.id
          from governance.access_request r where r.id = new.request_id and governance.is_settled(r)
            on conflict do nothing;
    end if;
    return null;
end $$;
comment on function governance.approval_follow() is 'Trigger: tell of an approval that came after the work, and of one taken back after it counted';
