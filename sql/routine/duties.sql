-- Which duties to be kept apart a request gives, whatever it calls them. A member of a set is given by its name, spelled as its source
-- may read it; by another name of the same id; and by what lies in it (a group in a group). What a name means is read before anybody is
-- asked about duties (policy_question, "names"), by service/policy_names.c.

-- Names that a directory takes for one (RFC 4518): neither case nor width, ligatures, blanks and what nobody sees count.
-- base/fold.c does the same for rule files. Names of ASCII letters, nearly all, are folded without more ado.
create or replace function governance.name_folded(p_name text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    n text := p_name;
begin
    if n ~ '[^\x01-\x7f]' and current_setting('server_encoding') = 'UTF8' then
        n := normalize(regexp_replace(n, '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]',
                                      '', 'g'), nfkd);
        if to_regcollation('pg_catalog."und-x-icu"') is not null then -- whatever the database's own locale folds
            n := lower(upper(n collate "und-x-icu") collate "und-x-icu");
        end if;
        n := normalize(n, nfkc);
    end if;
    return lower(btrim(regexp_replace(n, '[\s\u00a0\u0085]+', ' ', 'g')));
end $$;
comment on function governance.name_folded(text) is 'A name as all its spellings have it in common: in one case, one width, without needless blanks and invisible characters';

-- Is a grant one that duties have a say in: does it give something in a source of theirs? What that is has to be looked at first.
create or replace function governance.duties_concern(p_request uuid) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    return exists (select from governance.request_item i
                     join governance.sod_member m on m.source = i.source
                     join governance.sod_set s on s.id = m.set_id and s.ended_at is null
                    where i.request_id = p_request and i.replaced_at is null and i.superseded_by is null and i.desired = 'present');
end $$;
comment on function governance.duties_concern(uuid) is 'Does a request give something in a source that has duties to be kept apart?';

-- The ids that a name has: that it is pinned to, and that it was seen with last.
create or replace function governance.entitlement_ids(p_source text, p_entitlement text) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off as $$
begin
    return array(select l.native_id from governance.entitlement_link l
                  where l.source = p_source and l.entitlement = p_entitlement and l.replaced_at is null
                  union
                 select e.native_id from governance.entitlement_seen e
                  where e.source = p_source and e.entitlement = p_entitlement and e.native_id <> '');
end $$;
comment on function governance.entitlement_ids(text, text) is 'The immutable ids that a name of an entitlement is known by';

-- Which of its items give which members of live sets.
create or replace function governance.duties_given(p_request uuid) returns table (item_id bigint, set_id bigint, source text, entitlement text)
-- (what it is told to leave alone costs so much to the planner that it would compile the plan)
language plpgsql stable rows 3 set search_path = pg_catalog, pg_temp set jit = off as $$
begin
    return query
    with wish as materialized (
        select i.id, i.source, i.entitlement, governance.name_folded(i.entitlement) as folded,
               governance.entitlement_ids(i.source, i.entitlement) as ids, coalesce(e.within, '{}') as within
          from governance.gives(p_request) i
          left join governance.entitlement_seen e on e.source = i.source and e.entitlement = i.entitlement),
    member as materialized (
        select m.set_id, m.source, m.entitlement, governance.name_folded(m.entitlement) as folded,
               governance.entitlement_ids(m.source, m.entitlement) as ids
          from governance.sod_member m join governance.sod_set s on s.id = m.set_id and s.ended_at is null
         where m.source in (select w.source from wish w))
    select w.id, m.set_id, m.source, m.entitlement
      from wish w join member m on m.source = w.source
     where m.entitlement = w.entitlement or m.ids && w.ids or m.ids && w.within
           or m.folded = w.folded and (m.ids = '{}' or w.ids = '{}'); -- two ids are two, however alike their names
end $$;
comment on function governance.duties_given(uuid) is 'Which items of a request give which members of sets of duties, by whatever name or way';

-- Which sets of duties a request touches.
create or replace function governance.sod_touched(p_request uuid) returns setof governance.sod_set
language plpgsql stable rows 2 set search_path = pg_catalog, pg_temp set jit = off as $$
begin
    return query select s.* from governance.sod_set s where s.id in (select g.set_id from governance.duties_given(p_request) g);
end $$;
comment on function governance.sod_touched(uuid) is 'The sets of duties that a request gives a member of';

-- The other way round: all that gives a member, by the names that were seen or pinned.
create or replace function governance.entitlement_ways(p_source text, p_entitlement text) returns setof text
language plpgsql stable rows 2 set search_path = pg_catalog, pg_temp set jit = off as $$
declare
    known text[] := governance.entitlement_ids(p_source, p_entitlement);
begin
    return query
        select p_entitlement union
        select l.entitlement from governance.entitlement_link l
         where l.source = p_source and l.native_id = any (known) and l.replaced_at is null union
        select e.entitlement from governance.entitlement_seen e
         where e.source = p_source and (e.native_id = any (known) or e.within && known) union
        select e.entitlement from governance.entitlement_seen e
         where e.source = p_source and e.folded = governance.name_folded(p_entitlement)
           and (known = '{}' or governance.entitlement_ids(e.source, e.entitlement) = '{}');
end $$;
comment on function governance.entitlement_ways(text, text) is 'The names of all that gives an entitlement: its own, and those of what lies in it';

-- Does another request of the same person, approved and not over, give that? null: none does. '': one of him surely. Else the ticket, or the
-- id, of one that may be his: where nobody can tell whether two names are one person a grant waits, as it does for whatever nobody can tell. It
-- waits for what is approved only, and says which that is; an exception lets it go on, and so does naming both under people of the site.
create or replace function governance.on_its_way(r governance.access_request, p_source text, p_entitlement text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off as $$
declare
    him text[] := governance.person_all(r.beneficiary, r.beneficiary_names);
begin
    return (
        select case when bool_or(k.one) then '' else min(coalesce(nullif(t.issue_key, ''), o.id::text)) end
          from governance.entitlement_ways(p_source, p_entitlement) w(name)
          join governance.request_item i on i.source = p_source and i.entitlement = w.name
          join governance.access_request o on o.id = i.request_id
          left join governance.ticket t on t.request_id = o.id
         cross join lateral (select governance.one_person(governance.person_all(o.beneficiary, o.beneficiary_names), him) as one) k
         where i.desired = 'present' and i.replaced_at is null
           and i.superseded_by is null and o.id <> r.id
           and o.phase in ('approved', 'ticketing', 'fulfilling', 'claimed', 'verifying', 'verified', 'exception')
           and k.one is distinct from false);
end $$;
comment on function governance.on_its_way(governance.access_request, text, text) is
    'Does another approved request give this person that? null: none; empty: one does; else the one that may, of whom nobody can tell';

-- What still has to be made out before anybody is asked: what is given, read within ten minutes and since the claim, and the members
-- of the sets that it could touch, within an hour. "seen": it was, once.
create or replace function governance.duties_names(r governance.access_request, p_stage text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off as $$
begin
    return (
        with wish as materialized (select distinct i.source, i.entitlement from governance.gives(r.id) i),
        member as materialized (
            select distinct m.source, m.entitlement
              from governance.sod_member m join governance.sod_set s on s.id = m.set_id and s.ended_at is null
             where m.source in (select w.source from wish w)),
        name as (
            select w.source, w.entitlement, true as wish from wish w where w.source in (select m.source from member m)
            union all
            select m.source, m.entitlement, false from member m where row(m.source, m.entitlement) not in (select w.source, w.entitlement from wish w))
        select coalesce(jsonb_agg(jsonb_build_object('source', n.source, 'entitlement', n.entitlement, 'wish', n.wish, 'seen', e.source is not null,
                   'entitlement_id', coalesce((select min(x.id) from unnest(governance.entitlement_ids(n.source, n.entitlement)) as x(id)
                                                where position('=' in x.id) = 0), '')) -- where there are no ids, names stand in for them
                   order by n.wish desc, e.read_at nulls first, n.source, n.entitlement), '[]')
          from name n left join governance.entitlement_seen e on e.source = n.source and e.entitlement = n.entitlement
         where e.source is null
            or e.read_at < case when n.wish then greatest(clock_timestamp() - interval '10 min', case p_stage when 'verification' then r.claimed_at end)
                                else clock_timestamp() - interval '1 hour' end);
end $$;
comment on function governance.duties_names(governance.access_request, text) is 'What has to be read before it is known which duties a request touches';

-- p: [{"source", "entitlement", "id", "within": [...] or null}], as read now. An id that was known stays, when it is not shown.
create or replace function governance.entitlement_saw(p jsonb) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    n bigint;
begin
    insert into governance.entitlement_seen as e (source, entitlement, folded, native_id, within)
    select x.source, x.entitlement, governance.name_folded(x.entitlement), x.id,
           case when jsonb_typeof(x.within) = 'array' then array(select jsonb_array_elements_text(x.within)) end
      from jsonb_to_recordset(p) as x(source text, entitlement text, id text, within jsonb)
     order by x.source, x.entitlement
        on conflict (source, entitlement) do update
       set native_id = case when excluded.native_id <> '' then excluded.native_id else e.native_id end,
           within = excluded.within, read_at = clock_timestamp();
    get diagnostics n = row_count;
    return n;
end $$;
comment on function governance.entitlement_saw(jsonb) is 'Remember which entitlements names were seen to mean now';

-- An answer about duties before the approval counts what other requests had been approved to give by then. Given meanwhile, it is no
-- answer any more: whoever of two is approved second is asked again. asked: of policy_duties.c.
create or replace function governance.duties_unheard(r governance.access_request, p_asked bytea) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off as $$
declare
    heard jsonb;
    m record;
begin
    for m in
        select s.name, x.source, x.entitlement
          from governance.sod_touched(r.id) s join governance.sod_member x on x.set_id = s.id
         where not exists (select from governance.duties_given(r.id) g
                            where g.set_id = x.set_id and g.source = x.source and g.entitlement = x.entitlement)
           and governance.on_its_way(r, x.source, x.entitlement) is not null loop
        if heard is null then
            begin
                heard := convert_from(p_asked, 'UTF8')::jsonb;
            exception when others then
                return true;
            end;
        end if;
        if not jsonb_path_exists(heard, '$.sets[*] ? (@.name == $name).ask[*] ? (@.source == $source && @.entitlement == $entitlement && @.after == "given")',
                                 to_jsonb(m)) then
            return true;
        end if;
    end loop;
    return false;
end $$;
comment on function governance.duties_unheard(governance.access_request, bytea) is 'Was something approved for the same person since a question about duties was asked, which it would have named?';

-- Of two grants of one set that are approved at once the second one waits, and finds the first one. A person has many names, so it is
-- the set alone that is locked: for as long as a commit takes. Whoever comes here holds his requests already (lock_same).
create or replace function governance.duties_lock(p_request uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    s bigint;
begin
    for s in select t.id from governance.sod_touched(p_request) t order by t.id loop
        perform pg_advisory_xact_lock(hashtextextended('governance.sod_set/' || s, 0));
    end loop;
end $$;
comment on function governance.duties_lock(uuid) is 'Lock the sets of duties that a request touches, while it is approved';
