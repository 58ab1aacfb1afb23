-- Jira told a replica to send nothing for so long: all of them keep to it.
create or replace function governance.site_told(p_site text, p_wait interval) returns void
language sql set search_path = pg_catalog as $$
    insert into governance.site_rest as r (site, told_until) values (p_site, clock_timestamp() + p_wait)
    on conflict (site) do update set told_until = greatest(r.told_until, excluded.told_until)
$$;
comment on function governance.site_told(text, interval) is 'Jira wants no call to this site for so long';

-- An operator ends that wait: Jira said it by mistake, or means it no more. All replicas hear so within a second. False: there is none.
-- What is refused is not lifted: a new secret is tried at once, and the old one is tried again by itself.
create or replace function governance.site_rest_lift(p_site text, p_actor text) returns boolean
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.site_rest;
begin
    select * into r from governance.site_rest x where x.site = p_site and x.told_until > clock_timestamp() for update;
    if not found then
        return false;
    end if;
    update governance.site_rest x set told_until = null, lifted_at = clock_timestamp() where x.site = p_site;
    insert into governance.operator_act (site, act, actor, done)
    values (p_site, 'lift', p_actor,
            jsonb_build_object('told_until', to_char(r.told_until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')));
    return true;
end $$;
comment on function governance.site_rest_lift(text, text) is 'An operator ends what Jira told us to wait at a site; false: it told nothing';

create or replace function governance.site_rest_of(r governance.site_rest) returns jsonb
language sql stable set search_path = pg_catalog as $$
    select jsonb_build_object(
               'site', r.site, 'mark', r.mark,
               'told_ms', greatest(0, governance.ms(r.told_until) - governance.ms(clock_timestamp())),
               'lifted_ms', coalesce(governance.ms(r.lifted_at), 0),
               'refused_ms', greatest(0, governance.ms(r.refused_until) - governance.ms(clock_timestamp())),
               'refused_ago_ms', coalesce(greatest(0, governance.ms(clock_timestamp())
                                                      - governance.ms(r.refused_at[cardinality(r.refused_at)])), -1))
$$;
comment on function governance.site_rest_of(governance.site_rest) is 'How a site rests, as replicas read it: how long yet, in milliseconds, and how long ago our credential was refused (-1: it was not)';

-- What is known of the secret of that mark, locked: of another one nothing counts any more.
create or replace function governance.site_rest_lock(p_site text, p_mark text) returns governance.site_rest
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.site_rest;
begin
    insert into governance.site_rest (site, mark) values (p_site, p_mark) on conflict do nothing;
    update governance.site_rest x set mark = p_mark, refused_at = '{}', refused_since = null, refused_until = null, lent_at = '{}'
     where x.site = p_site and x.mark <> p_mark;
    select * into r from governance.site_rest x where x.site = p_site for update;
    return r;
end $$;
comment on function governance.site_rest_lock(text, text) is 'What replicas know of a site and its secret of that mark, locked; another secret begins anew';

-- Of a secret in doubt p_tries in p_window are all there are: those that were refused, and those that are out. One that is not heard
-- of again, because its replica died, comes back after p_lease. After a refusal nobody tries until whoever still believes in the secret
-- has heard of it (replicas look each second): what he finds out by himself meanwhile is one of the tries.
create or replace function governance.site_try(p_site text, p_mark text, p_tries int, p_window interval, p_lease interval) returns jsonb
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.site_rest := governance.site_rest_lock(p_site, p_mark);
    is_out timestamptz[] := array(select t from unnest(r.lent_at) t where t > clock_timestamp() - p_lease order by t);
    refused int := (select count(*) from unnest(r.refused_at) t where t > clock_timestamp() - p_window);
    lends boolean := refused + cardinality(is_out) < p_tries
                     and not exists (select from unnest(r.refused_at) t where t > clock_timestamp() - interval '2 s');
begin
    update governance.site_rest x set lent_at = case when lends then is_out || clock_timestamp() else is_out end where x.site = p_site;
    return governance.site_rest_of(r) || jsonb_build_object('lent', lends);
end $$;
comment on function governance.site_try(text, text, int, interval, interval) is 'Lend a try of a credential in doubt to a replica, when one is left; and how the site rests';

create or replace function governance.site_untried(p_site text, p_mark text) returns void
language sql set search_path = pg_catalog as $$
    update governance.site_rest set lent_at = lent_at[2:] where site = p_site and mark = p_mark
$$;
comment on function governance.site_untried(text, text) is 'A try that was lent comes back: the call said nothing of the credential';

-- The p_tries-th refusal within p_window ends the trying until the first of them is p_window ago, and people are told, once until
-- the secret is accepted. Another secret (p_mark) begins anew. p_lent: it was a try that was lent.
create or replace function governance.site_refused(p_site text, p_mark text, p_lent boolean, p_tries int, p_window interval) returns jsonb
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.site_rest := governance.site_rest_lock(p_site, p_mark);
    tried timestamptz[] := r.refused_at || clock_timestamp();
begin
    tried := tried[greatest(1, cardinality(tried) - p_tries + 1):];
    update governance.site_rest x
       set refused_at = tried, accepted_at = null, refused_since = coalesce(r.refused_since, tried[1]),
           refused_until = case when cardinality(tried) = p_tries then tried[1] + p_window end,
           lent_at = case when p_lent then x.lent_at[2:] else x.lent_at end
     where x.site = p_site
    returning * into r;
    if r.refused_until > clock_timestamp() then
        insert into governance.escalation (site, issue_id, kind, reason, key)
        values (p_site, '', 'operator', 'SiteRefusesUs', 'refused/' || governance.ms(r.refused_since)) on conflict do nothing;
    end if;
    return governance.site_rest_of(r);
end $$;
comment on function governance.site_refused(text, text, boolean, int, interval) is 'A site refused our credential once more; how it rests now';

-- As replicas of the release before call it, while both run.
create or replace function governance.site_refused(p_site text, p_mark text, p_tries int, p_window interval) returns jsonb
language sql set search_path = pg_catalog as $$
    select governance.site_refused(p_site, p_mark, false, p_tries, p_window)
$$;
comment on function governance.site_refused(text, text, int, interval) is 'A site refused our credential once more, as the release before tells it';

-- It accepts the secret of that mark. What another was refused stands for whoever still has it, but holds no request any more.
create or replace function governance.site_accepted(p_site text, p_mark text) returns void
language sql set search_path = pg_catalog as $$
    update governance.site_rest set refused_at = '{}', refused_since = null, refused_until = null, accepted_at = null, lent_at = '{}'
     where site = p_site and mark = p_mark and (refused_since is not null or lent_at <> '{}');
    update governance.site_rest set accepted_at = clock_timestamp()
     where site = p_site and mark <> p_mark and refused_since is not null
$$;
comment on function governance.site_accepted(text, text) is 'A site accepts our credential';

create or replace function governance.site_rests() returns jsonb
language sql stable set search_path = pg_catalog as $$
    select coalesce(jsonb_agg(governance.site_rest_of(r)), '[]')
      from governance.site_rest r
     where r.told_until > clock_timestamp() or r.refused_since is not null or r.lifted_at is not null
$$;
comment on function governance.site_rests() is 'Sites that nobody may call now, or that refused our credential, or whose wait was lifted';
