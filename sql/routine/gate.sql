-- The gate in Jira's workflow. The intent is committed before the change is sent; one installation of a workflow at a time.
create or replace function governance.gate_begin(p jsonb) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    made bigint;
begin
    if p ? 'replaces' then -- it is there until Jira has taken the newer one (gate_move)
        update governance.gate_installation set state = 'replaced'
         where id = (p->>'replaces')::bigint and state in ('installing', 'installed', 'removing');
    end if;
    insert into governance.gate_installation (site, project, workflow, kind, name, mode, state, version, before, planned, changes,
                                              replaces)
    values (p->>'site', p->>'project', p->>'workflow', coalesce(p->>'kind', 'workflow'), p->>'name', p->>'mode', 'installing',
            (p->>'version')::bigint, p->>'before', p->>'planned', coalesce(p->'changes', '[]'), (p->>'replaces')::bigint)
    on conflict (site, workflow) where state in ('installing', 'installed', 'removing') do nothing
    returning id into made;
    return made;
end $$;
comment on function governance.gate_begin(jsonb) is 'A workflow is about to be changed; null when it is changed already';

create or replace function governance.gate_move(p_id bigint, p_from text, p_to text, p_after text, p_said text) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    was_there bigint;
begin
    update governance.gate_installation g
       set state = p_to, after = case when p_after <> '' then p_after else g.after end, said = p_said,
           installed_at = case when p_to = 'installed' then coalesce(g.installed_at, clock_timestamp()) else g.installed_at end,
           ended_at = case when p_to in ('removed', 'given_up') then clock_timestamp() end
     where g.id = p_id and g.state = p_from
    returning g.replaces into was_there;
    if not found then
        return null;
    elsif p_to = 'given_up' then -- what it was to replace is what is there
        update governance.gate_installation set state = case when after <> '' then 'installed' else 'installing' end
         where id = was_there and state = 'replaced';
    elsif p_to in ('installed', 'removed') then
        with recursive older(id) as (
            select was_there union select g.replaces from governance.gate_installation g join older o on g.id = o.id)
        update governance.gate_installation g set state = 'removed', ended_at = clock_timestamp(), said = 'replaced by a newer one'
          from older o where g.id = o.id and g.state = 'replaced';
    end if;
    return p_id;
end $$;
comment on function governance.gate_move(bigint, text, text, text, text) is 'From one state to the next; null when somebody else was faster';

-- Held by a transaction that stays open and does nothing else, so that a run that is killed holds nothing, and so that a pooler gives it
-- a session of its own meanwhile; its session may end a moment later than the run does.
create or replace function governance.gate_hold(p_site text) returns boolean
language plpgsql set search_path = pg_catalog as $$
begin
    perform set_config('idle_in_transaction_session_timeout', '0', true); -- as long as Jira takes
    for i in 1..20 loop
        if pg_try_advisory_xact_lock(hashtextextended('gate ' || p_site, 0)) then
            return true;
        end if;
        perform pg_sleep(0.1);
    end loop;
    return false;
end $$;
comment on function governance.gate_hold(text) is 'May this transaction change the gate of a site; false while another one does';

create or replace function governance.gate_live(p_site text) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'kind', g.kind, 'project', g.project, 'workflow', g.workflow,
                                                 'name', g.name, 'state', g.state, 'mode', g.mode, 'version', g.version, 'before', g.before,
                                                 'planned', g.planned, 'after', g.after) order by g.id), '[]')
      from governance.gate_installation g
     where g.site = p_site and g.state in ('installing', 'installed', 'removing')
$$;
comment on function governance.gate_live(text) is 'What is installed at a site, or half so';

-- By number, which nobody changes by giving a thing another name. A status is known to an issue by its id, and to a workflow by
-- a reference that may be another word.
create or replace function governance.gate_own(p_site text) returns jsonb
language sql stable set search_path = pg_catalog as $$
    with flow as materialized (
        select g.before::jsonb->'workflow' as before, g.after::jsonb->'workflow' as after, g.after::jsonb->'statuses' as statuses
          from governance.gate_installation g
         where g.site = p_site and g.kind = 'workflow' and g.after <> '' and g.state in ('installed', 'removing', 'replaced')),
    road as (
        select distinct t->>'id' as id
          from flow f, jsonb_array_elements(f.after->'transitions') t
         where not exists (select from jsonb_array_elements(f.before->'transitions') b where b->>'id' = t->>'id')),
    status as (
        select distinct id
          from flow f, jsonb_array_elements(f.after->'statuses') l, jsonb_array_elements(f.statuses) s,
               lateral (values (s->>'id'), (s->>'statusReference')) i(id)
         where not exists (select from jsonb_array_elements(f.before->'statuses') b
                            where b->>'statusReference' = l->>'statusReference')
           and s->>'statusReference' = l->>'statusReference' and id is not null)
    select jsonb_build_object('roads', (select coalesce(jsonb_agg(id order by id), '[]') from road),
                              'statuses', (select coalesce(jsonb_agg(id order by id), '[]') from status),
                              'rules_seen', (select coalesce(jsonb_agg(p.project order by p.project), '[]')
                                               from governance.gate_proof p
                                              where p.site = p_site and p.fingerprint <> '' and p.detail ? 'cannot_be_seen'
                                                and not p.detail @> '{"cannot_be_seen":[{"name":"automation_rules"}]}'))
$$;
comment on function governance.gate_own(text) is 'Ids of the transitions and verifying statuses that the gate has added to workflows of a site; projects where all rules of automation were seen when the gate was last known';

-- Told once a day for each different state of things: what is open from the beginning, what opens (also beside what stood open),
-- and every change but one for the better. A look that could not read everything is compared with nothing: what was last known stays, and when it stays
-- for ten looks or a day, that is told once. Where none was ever known (we have no right to read workflows), what it sees is compared with what
-- the one before it saw. An empty fingerprint: never known. Fingerprints are compared that are made alike ("2:…").
create or replace function governance.gate_proved(p_site text, p_project text, p_known boolean, p_open int, p_said text,
                                                  p_fingerprint text, p_detail jsonb) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    was governance.gate_proof;
    differs boolean;
    opens boolean;
    blind boolean;
begin
    select * into was from governance.gate_proof where site = p_site and project = p_project for update;
    blind := coalesce(was.fingerprint, '') = '';
    differs := p_known and not blind and was.fingerprint <> p_fingerprint
               and substring(was.fingerprint from '^\d+:') is not distinct from substring(p_fingerprint from '^\d+:');
    opens := p_known <> blind and not differs and p_open > was.open;
    insert into governance.gate_proof as g (site, project, at, known, open, said, fingerprint, detail, since, unknown_looks,
                                            unknown_since)
    values (p_site, p_project, clock_timestamp(), p_known, p_open, p_said, case when p_known then p_fingerprint else '' end,
            p_detail, clock_timestamp(), case when p_known then 0 else 1 end,
            case when not p_known then clock_timestamp() end)
    on conflict (site, project) do update
       set at = excluded.at, known = excluded.known, said = excluded.said,
           open = case when p_known or blind then excluded.open else g.open end,
           detail = case when p_known or blind then excluded.detail else g.detail end,
           since = case when not (differs or blind) or not p_known then g.since else excluded.since end,
           fingerprint = case when p_known then excluded.fingerprint else g.fingerprint end,
           unknown_looks = case when p_known then 0 else g.unknown_looks + 1 end,
           unknown_since = case when not p_known then coalesce(g.unknown_since, excluded.unknown_since) end;
    if (differs and not (p_open = 0 and was.open > 0)) or opens or (p_open > 0 and (was.site is null or (p_known and blind))) then
        insert into governance.escalation (site, kind, reason, key)
        values (p_site, 'tamper', case when differs or opens then 'GateDrift' else 'GateOpen' end,
                p_project || ' ' || p_fingerprint || ' ' || p_open || ' ' || to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD'))
        on conflict do nothing;
    end if;
    insert into governance.escalation (site, kind, reason, key)
    select p_site, 'tamper', 'GateNotKnown',
           p_project || ' not known since ' || to_char(g.unknown_since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
      from governance.gate_proof g
     where g.site = p_site and g.project = p_project and not g.known
       and (g.unknown_looks >= 10 or g.unknown_since < clock_timestamp() - interval '1 day')
    on conflict do nothing;
    return differs or opens;
end $$;
comment on function governance.gate_proved(text, text, boolean, int, text, text, jsonb) is 'Keep what a look at the gate proved; true when it is not what the last one did';
