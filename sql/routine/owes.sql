-- What a request owes before it counts as proven, and before it may close: the one answer of the database, in the words and the order of
-- domain/owes.h. The guards refuse by it, and whoever asks what is missing is told by it; a test compares both over many states.

-- Of an emergency that work was begun on: by its id, for of a row of his own making a dashboard could find out who approved.
create or replace function governance.emergency_owed(p_request uuid) returns text[]
-- with its owner's rights: a dashboard's view asks, and may see no approvals
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
    owed text[] := '{}';
begin
    select * into r from governance.access_request x where x.id = p_request;
    if not r.emergency or r.approved_at is null then
        return owed;
    end if;
    if not governance.approval_reached(r) then
        owed := owed || 'approval'::text;
    end if;
    if not exists (select from governance.emergency_review v where v.request_id = p_request) then
        owed := owed || 'review'::text;
    end if;
    return owed;
end $$;
comment on function governance.emergency_owed(uuid) is 'What an emergency still owes: approval, review';

-- Does an exception cover all that a request gives?
create or replace function governance.gives_excepted(p_request uuid) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select coalesce(bool_and(exists (select from governance.exception_covers e
                                      where e.item_id = i.id and e.counts and e.revoked_at is null and e.expires_at > clock_timestamp() + interval '60 s')), true)
      from governance.gives(p_request) i
$$;
comment on function governance.gives_excepted(uuid) is 'Are all items that a request gives covered by live exceptions?';

-- permit: nobody has said yes, or somebody says no, and no exception stands in; duties: in conflict. p_as: the phase that is to be, or was,
-- proven: as verified no exception stands in for a yes.
create or replace function governance.permit_owed(r governance.access_request, p_as text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    p jsonb;
begin
    if not governance.permit_is_wanted(r) then
        return null;
    end if;
    p := governance.permit_of(r, 'verification');
    return case p->>'answer' when 'given' then null
                             when 'conflict' then 'duties'
                             else case when p_as = 'exception' and (p->>'tries')::int > 0 and governance.gives_excepted(r.id) then null else 'permit' end end;
end $$;
comment on function governance.permit_owed(governance.access_request, text) is 'Does a request owe a permit (permit), or are duties in conflict (duties)? null: neither';

-- All but what reads have to show. p_closes: also what may come after the proof.
create or replace function governance.owes_beside(r governance.access_request, p_as text, p_closes boolean) returns text[]
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    owed text[] := '{}';
begin
    if p_closes and r.emergency then
        owed := governance.emergency_owed(r.id);
    end if;
    if r.approved_at is null then
        owed := array['approval'] || owed;
    end if;
    if r.contested then
        owed := owed || 'contested'::text;
    end if;
    if r.claim_cycle = '' then
        owed := owed || 'claim'::text;
    end if;
    return array_remove(owed || governance.permit_owed(r, p_as), null);
end $$;
comment on function governance.owes_beside(governance.access_request, text, boolean) is
    'What a request owes beside proof: approval, review, contested, claim, permit, duties';

-- What reads, or exceptions, have to show. missing: which items do not, and how; null: none. Of no items at all it is empty.
create or replace function governance.items_owed(p_request uuid, p_as text, out missing text, out proven bigint[])
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    select string_agg(v.item_id || '=' || v.verdict, ', ')
               filter (where v.verdict <> 'verified' and (v.verdict <> 'excepted' or p_as = 'verified')),
           coalesce(array_agg(v.item_id order by v.item_id) filter (where v.verdict = 'verified'), '{}')
      into missing, proven
      from governance.item_verdict v
     where v.request_id = p_request;
    if missing is null and not exists (
           select from governance.request_item i where i.request_id = p_request and i.replaced_at is null and i.superseded_by is null) then
        missing := '';
    end if;
end $$;
comment on function governance.items_owed(uuid, text) is 'Which items of a request reads, or exceptions, do not show as asked, and which ones reads do';

-- Before it may close, in the order of domain/owes.h: for people and tests; the guards ask its parts.
create or replace function governance.owes(r governance.access_request) returns text[]
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    proven_as text := case r.phase when 'verified' then 'verified' else 'exception' end;
    owed text[] := governance.owes_beside(r, proven_as, true);
begin
    if (select i.missing from governance.items_owed(r.id, 'exception') i) is not null then
        owed := owed || 'items'::text;
    end if;
    return array(select o from unnest(owed) o order by array_position(array['approval', 'review', 'contested', 'claim', 'items', 'permit', 'duties'], o));
end $$;
comment on function governance.owes(governance.access_request) is 'What a request owes before it may close: approval, review, contested, claim, items, permit, duties';

-- One that owes something is refused with the first of it. owed: of owes_beside; or asked: what it owes is due to a look that is outdated.
create or replace function governance.refuse_owing(p_owed text[], p_phase text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    case p_owed[1]
        when 'contested' then
            raise exception 'refused: the live mapping reads something else than was approved' using errcode = 'CG006';
        when 'claim' then
            raise exception 'proof belongs to a claim' using errcode = 'CG005';
        when 'permit', 'duties' then
            raise exception '% refused: %', p_phase, case p_owed[1] when 'permit' then 'no permit' else 'duties in conflict' end using errcode = 'CG016';
        when 'asked' then
            raise exception '% refused: whether it may be is asked again', p_phase using errcode = 'CG017';
        else
            raise exception 'refused: the emergency owes %', (
                select string_agg(case o when 'approval' then 'an approval' else 'a review' end, ' and ') from unnest(p_owed) o where o in ('approval', 'review'))
                using errcode = 'CG010';
    end case;
end $$;
comment on function governance.refuse_owing(text[], text) is 'Refuse a phase to a request that owes something';
