-- Another policy, another rule file, other duties: what was answered before is asked again wherever the answer still matters, and whoever
-- waits for one, or is about to be proven on one, is looked at now.

-- Since when the present answer about duties counts: the latest change of a set that this request may touch, or might have: which of
-- them it does is made out as it is asked.
create or replace function governance.duties_since(p_request uuid) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(max(greatest(s.since, s.ended_at)), '-infinity')
      from governance.gives(p_request) i
      join governance.sod_member m on m.source = i.source
      join governance.sod_set s on s.id = m.set_id
$$;
comment on function governance.duties_since(uuid) is 'Since when the sets of duties that a request may touch are as they are';

-- The same of both questions: about an item, and about duties.
create or replace function governance.answers_since(r governance.access_request, p_about_duties boolean) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if p_about_duties then
        return governance.duties_since(r.id);
    end if;
    return (select s.policy_at from governance.site s where s.name = r.site);
end $$;
comment on function governance.answers_since(governance.access_request, boolean) is 'Since when an answer about a request is one to what would be asked now';

-- What is being looked at was judged by what was so before: it saves nothing of it. In the order of their ids, and those beyond the first
-- thousand spread over five minutes.
create or replace function governance.policy_wake(p_sets bigint[], p_sites text[]) returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    woken int;
begin
    with due as materialized (
        select r.id from governance.access_request r
         where not governance.is_at_rest(r.phase) and r.kind <> 'removal'
           and exists (select from governance.gives(r.id) i
                        where r.site = any (p_sites)
                           or exists (select from governance.sod_member m where m.set_id = any (p_sets) and m.source = i.source))
         order by r.id for update of r),
    placed as (select d.id, row_number() over (order by d.id) as place from due d)
    update governance.access_request r
       set version = r.version + 1, hinted_at = clock_timestamp(),
           look_at = clock_timestamp() + case when p.place > 1000 then random() * interval '5 min' else interval '0' end
      from placed p where r.id = p.id;
    get diagnostics woken = row_count;
    return woken;
end $$;
comment on function governance.policy_wake(bigint[], text[]) is 'Have looked at what sets of duties, or the policy of sites, have a say in; how many';

-- An exception covers the definition it was granted for: defined anew, nothing is covered, and people are told with whose request. Asked
-- whenever a set begins, also long after the one before ended.
create or replace function governance.sod_exceptions_void(p_begun bigint[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    void bigint[] := array(select x.id from governance.exception x
                            where x.scope = 'sod' and governance.exception_is_live(x) and not governance.sod_stands(x)
                              and x.sod_set in (select s.name from governance.sod_set s where s.id = any (p_begun)) order by x.id);
begin
    perform governance.exception_told(void, 'SodExceptionLapsed', '/lapsed');
    perform governance.exception_wake(void);
end $$;
comment on function governance.sod_exceptions_void(bigint[]) is 'Tell of exceptions whose set of duties is another one now, and have their requests looked at';

-- A policy that was to be taken up has faults: once for each of its contents, with every site. p: {"code", "fact", "file", "line", "sha256"}.
create or replace function governance.policy_refused(p jsonb) returns void
language sql set search_path = pg_catalog, pg_temp as $$
    insert into governance.escalation (site, kind, reason, key)
    select s.name, 'operator', 'PolicyRefused', left(concat_ws('/', 'policy', p->>'code', p->>'file', p->>'line', p->>'sha256'), 255)
      from governance.site s
    on conflict do nothing
$$;
comment on function governance.policy_refused(jsonb) is 'Tell people of a policy that has faults: the one before goes on';
