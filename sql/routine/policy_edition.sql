-- Which policy is live, among replicas that have several: the last one that was made so. A start says what its files say, and files may be those
-- of before: a policy that another one took the place of is made live by a reload of other files, or by a person, and not by a start.

-- The same policy whatever the order of its sets and of their members.
create or replace function governance.policy_duties(p_sets jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('name', x.name, 'n', x.n, 'unlinked', x.unlinked, 'members', (
               select coalesce(jsonb_agg(d.m order by d.m->>'source', d.m->>'entitlement'), '[]')
                 from (select distinct jsonb_build_object('source', m->>'source', 'entitlement', m->>'entitlement') as m from jsonb_array_elements(x.members) m) d))
               order by x.name), '[]')
      from jsonb_to_recordset(p_sets) as x(name text, n int, unlinked text, members jsonb)
$$;
comment on function governance.policy_duties(jsonb) is 'Sets of duties in one order';

create or replace function governance.policy_sha256(p_pdp text, p_sets jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select encode(sha256(convert_to(p_pdp || E'\n' || governance.policy_duties(p_sets)::text, 'UTF8')), 'hex')
$$;
comment on function governance.policy_sha256(text, jsonb) is 'Hash by which a policy is known again';

-- p_how: start, reload or back. What came of it: {"taken", "live", "since", "by", "how"}, and of one that is not taken "replaced": since when
-- it is not live any more.
create or replace function governance.policy_offer(p_pdp text, p_sets jsonb, p_how text, p_actor text, p_reason text) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    own text := governance.policy_sha256(p_pdp, p_sets);
    live governance.policy_edition;
    replaced timestamptz;
begin
    perform pg_advisory_xact_lock(hashtext('governance.policy_put')); -- replicas start together
    select * into live from governance.policy_edition e order by e.id desc limit 1;
    if p_how = 'start' and live.sha256 <> own then
        select min(n.at) into replaced from governance.policy_edition n
         where n.id > coalesce((select max(e.id) from governance.policy_edition e where e.sha256 = own),
                               case when p_pdp = '' and p_sets = '[]' then 0 end); -- none at all is older than any
    end if;
    if replaced is not null then -- what is live holds for sites that are new here, too
        perform governance.policy_put(live.pdp, live.duties);
        insert into governance.escalation (site, kind, reason, key)
        select s.name, 'operator', 'PolicyOlder', concat_ws('/', 'policy', live.id, left(own, 16)) from governance.site s
        on conflict do nothing;
    else
        if live.sha256 is distinct from own and not (live.id is null and p_pdp = '' and p_sets = '[]') then
            insert into governance.policy_edition (pdp, duties, sha256, how, actor, reason)
            values (p_pdp, governance.policy_duties(p_sets), own, p_how, p_actor, p_reason) returning * into live;
        end if;
        perform governance.policy_put(p_pdp, p_sets);
    end if;
    return jsonb_strip_nulls(jsonb_build_object('taken', replaced is null, 'live', live.pdp, 'since', live.at, 'by', live.actor, 'how', live.how,
                                                'replaced', replaced));
end $$;
comment on function governance.policy_offer(text, jsonb, text, text, text) is 'Make a policy live, unless a replica that starts has one that was replaced';

create or replace function governance.policy_history(p_pdp text, p_sets jsonb, p_last int) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('ours', p_pdp, 'is_live', coalesce((select e.sha256 = governance.policy_sha256(p_pdp, p_sets)
                                                           from governance.policy_edition e order by e.id desc limit 1), false),
               'policies', coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('number', e.id, 'policy', e.pdp, 'duties', jsonb_array_length(e.duties),
                   'since', e.at, 'how', e.how, 'by', e.actor, 'reason', nullif(e.reason, ''), 'ours', nullif(e.sha256 = governance.policy_sha256(p_pdp, p_sets), false)))
                   order by e.id desc), '[]'))
      from (select * from governance.policy_edition x order by x.id desc limit p_last) e
$$;
comment on function governance.policy_history(text, jsonb, int) is 'Which policies were live, the last one first, and whether that is the one of some files';
