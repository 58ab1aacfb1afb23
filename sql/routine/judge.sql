-- Who may judge a request: approve it, have that count, review it, except it. The one place that says which part in a request bars from
-- which of these deeds; whatever guards or counts one asks judge_fault.

-- Bits as in domain/approval.h: requester 1, beneficiary 2, fulfiller 4, verifier 8. First those that he is, then those that nobody
-- can tell. Of the connector only what is known counts: everybody else's address would be unclear beside its account.
create or replace function governance.hats_of(r governance.access_request, p_names text[]) returns int[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    says boolean[] := array[
        case when exists (select from governance.ticket t -- whoever files it asks, whomever a field names; doubt is the requester's alone
                           where t.request_id = r.id and t.filer_names <> '{}' and governance.one_person(p_names, governance.person_linked(t.filer_names))) then true
             else governance.one_person(p_names, governance.person_all(r.requester, r.requester_names)) end,
        governance.one_person(p_names, governance.person_all(r.beneficiary, r.beneficiary_names)),
        (select case when bool_or(x.one) then true when bool_or(x.one is null) then null else false end
           from (select governance.one_person(p_names, governance.person_all(f.person, f.names)) as one
                   from governance.fulfiller f where f.request_id = r.id) x),
        coalesce((select governance.one_person(p_names, array['account=' || t.verifier])
                    from governance.ticket t where t.request_id = r.id and t.verifier <> ''), false)];
begin
    if not exists (select from governance.fulfiller f where f.request_id = r.id) then
        says[3] := false;
    end if;
    if not says[2] and governance.only_kind(p_names, 'account') and governance.only_kind(governance.person_all(r.beneficiary, r.beneficiary_names), 'word') then
        says[2] := null; -- whose address Jira hides may have any login; a requester's word is more often a system's
    end if;
    return (select array[coalesce(sum(1 << (s.n::int - 1)) filter (where s.says), 0)::int,
                         coalesce(sum(1 << (s.n::int - 1)) filter (where s.says is null), 0)::int]
              from unnest(says) with ordinality as s(says, n));
end $$;
comment on function governance.hats_of(governance.access_request, text[]) is
    'What somebody is to a request beside its approver: bits for sure, and bits that nobody can tell';

-- Had one of these names left by then? Asked with every vote, and few of those who left ever approve anything.
create or replace function governance.had_left(p_names text[], p_at timestamptz default 'infinity') returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    keys text[] := array(select governance.person_folded(substr(x, position('=' in x) + 1)) from unnest(p_names) x);
begin
    if exists (select from governance.departure d -- by its index
                where d.returned_at is null and d.left_at <= p_at and governance.person_folded(d.person) = any (keys))
       or exists (select from governance.departure d cross join lateral unnest(d.names) as n(name)
                   where d.returned_at is null and d.left_at <= p_at
                     and governance.person_folded(substr(n.name, position('=' in n.name) + 1)) = any (keys)) then
        return governance.has_left(p_names); -- not if he was seen active since
    end if;
    return false;
end $$;
comment on function governance.had_left(text[], timestamptz) is 'Had somebody of one of these names left by then, and is not back?';

-- Of requester and beneficiary those whom anything names; bits as in hats_of.
create or replace function governance.hats_named(r governance.access_request) returns int
language sql stable set search_path = pg_catalog, pg_temp as $$
    select (cardinality(governance.person_names(r.requester, r.requester_names)) > 0)::int
           + 2 * (cardinality(governance.person_names(r.beneficiary, r.beneficiary_names)) > 0)::int
$$;
comment on function governance.hats_named(governance.access_request) is 'Of those who ask and gain, the ones that are known by any name';

-- What bars somebody from a deed: parts that are his for sure (own) and parts of which nobody can tell (doubt), bits as in hats_of. named: who
-- is not named at all makes no doubt. No other deed is one.
--   approve  say it at all: what nobody can tell yet is recorded, and judged when it is to count
--   vote     have it count
--   stand    have it count still, once that was settled: whoever went on to do the work had approved it
--   review   look at an emergency afterwards; a verifier looks afterwards, too
--   except   let it close without proof; whether it may be who did the work is asked of what is known for sure
--   owe      the exception was his own from the beginning, whoever worked: what it let close is owed
create or replace function governance.judge_bars(p_deed text, out own int, out doubt int, out named boolean)
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    case p_deed
        when 'approve' then own := 15; doubt := 0;
        when 'vote'    then own := 15; doubt := 15;
        when 'stand'   then own := 11; doubt := 11;
        when 'review'  then own := 7;  doubt := 7;
        when 'except'  then own := 7;  doubt := 3;
        when 'owe'     then own := 3;  doubt := 3;
    end case;
    named := p_deed in ('except', 'owe');
end $$;
comment on function governance.judge_bars(text) is 'Which parts in a request bar from approving, reviewing or excepting it';

-- May somebody of these names do that deed? '': yes. Where nobody can tell and that bars, he may not. Who left after p_at still could.
create or replace function governance.judge_fault(r governance.access_request, p_names text[], p_deed text, p_at timestamptz default 'infinity')
    returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    hats int[] := governance.hats_of(r, p_names);
    bars record := governance.judge_bars(p_deed);
begin
    return case when hats[1] & bars.own & 3 <> 0 then 'own'
                when hats[1] & bars.own & 4 <> 0 then 'work'
                when hats[1] & bars.own & 8 <> 0 then 'check'
                when hats[2] & bars.doubt <> 0 and (not bars.named or hats[2] & bars.doubt & governance.hats_named(r) <> 0) then 'unclear'
                when p_at > '-infinity' and governance.had_left(p_names, p_at) then 'left'
                else '' end;
end $$;
comment on function governance.judge_fault(governance.access_request, text[], text, timestamptz) is
    'Why somebody may not judge a request: own (asks or gains), work (did it), check (verifies it), unclear (nobody can tell), left; empty = he may';

-- Does the one name the other, himself or as one who answers for him at that time? Nobody has it done who may not do it.
create or replace function governance.answers_for(r governance.access_request, p_named text, p_names text[], p_at timestamptz) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    named text[] := governance.person_all(p_named, '{}');
begin
    if governance.one_person(p_names, named) then
        return true;
    end if;
    if not exists (select from governance.delegation d where (d.revoked_at is null or d.revoked_at > p_at) and p_at between d.starts_at and d.ends_at) then
        return false;
    end if;
    -- who leaves while it waits has nobody answer for him; who leaves later had one
    return governance.judge_fault(r, named, 'vote', greatest(p_at, coalesce(r.approved_at, 'infinity'))) = '' and exists (
        select from governance.delegation d
         where (d.revoked_at is null or d.revoked_at > p_at) and p_at between d.starts_at and d.ends_at
           and governance.one_person(governance.person_all(d.delegator, '{}'), named)
           and governance.one_person(p_names, governance.person_all(d.delegate, '{}')));
end $$;
comment on function governance.answers_for(governance.access_request, text, text[], timestamptz) is
    'Is that the person who is named, or one to whom he gave it for that time?';
