-- Which request is meant: p is an id, a ticket key, or SITE/KEY. Whoever asks by a key asks here. Several: sites that have a ticket of that key.
create or replace function governance.request_named(p text) returns table (id uuid, name text)
language sql stable set search_path = pg_catalog, pg_temp as $$
    select r.id, coalesce(r.site || '/' || t.issue_key, '')
      from governance.access_request r left join governance.ticket t on t.request_id = r.id
     where r.id = case when p ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p::uuid end -- by its index: what is no id is a ticket's key
    union
    select t.request_id, t.site || '/' || t.issue_key
      from governance.ticket t
     where t.request_id is not null and p <> '' and t.issue_key = substr(p, position('/' in p) + 1)
       and (position('/' in p) = 0 or t.site = split_part(p, '/', 1))
$$;
comment on function governance.request_named(text) is 'Requests by an id, a ticket key or SITE/KEY, each with the last';

-- Where one is to be shown or changed: never the first that is found of several.
create or replace function governance.request_one(p text) returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    ids uuid[];
    names text;
begin
    select array_agg(n.id), string_agg(concat(n.id, ' (', n.name, ')'), ' or ' order by n.name) into ids, names from governance.request_named(p) n;
    if cardinality(ids) > 1 then
        raise exception 'several sites have a ticket %: name the request that is meant by its id, %', p, names using errcode = 'CG065';
    end if;
    return ids[1];
end $$;
comment on function governance.request_one(text) is 'The request of that id, ticket key or SITE/KEY; null: there is none; refuses where there are several';

-- The same of tickets that are no request.
create or replace function governance.unread_one(p text) returns governance.ticket
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    found governance.ticket[] := array(
        select t from governance.ticket t
         where t.request_id is null and t.unreadable > 0 and p <> '' and t.issue_key = substr(p, position('/' in p) + 1)
           and (position('/' in p) = 0 or t.site = split_part(p, '/', 1)) order by t.site);
begin
    if cardinality(found) > 1 then
        raise exception 'several sites have a ticket % that cannot be read: %', p,
            (select string_agg(f.site || '/' || f.issue_key, ', ') from unnest(found) f) using errcode = 'CG065';
    end if;
    return found[1];
end $$;
comment on function governance.unread_one(text) is 'The ticket of that key, or SITE/KEY, that nobody can read and that is no request; null: there is none; refuses where there are several';
