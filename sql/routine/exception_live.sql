-- Live: not ended, and with a minute to spare, so that what is decided on it is done before it ends. Everywhere the same.
create or replace function governance.exception_is_live(x governance.exception) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select x.revoked_at is null and x.expires_at > clock_timestamp() + interval '60 s'
$$;
comment on function governance.exception_is_live(governance.exception) is 'Does an exception count now?';

-- May a request be where its conflict of duties with that set would forbid it? Defined anew, the set is another one.
create or replace function governance.sod_excepted(p_request uuid, p_set text) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select exists (select from governance.exception x
                    where x.request_id = p_request and x.scope = 'sod' and x.sod_set = p_set and governance.exception_is_live(x) and governance.sod_stands(x))
$$;
comment on function governance.sod_excepted(uuid, text) is 'Is a conflict of separation of duties of a request covered by a live exception?';

-- Of an exception that does not name its request: is the approver surely neither who asks nor who it is for?
create or replace function governance.exception_counts(x governance.exception, r governance.access_request) returns boolean
-- with its owner's rights: a dashboard's view asks, and may see no people
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select hats[1] & named = 0 and hats[2] & named = 0
      from governance.hats_named(r) as n(named),
           governance.hats_of(r, governance.person_all(x.approved_by, x.approver_names)) as h(hats)
$$;
comment on function governance.exception_counts(governance.exception, governance.access_request) is
    'Is who approved an exception surely another person than who asks and who it is for?';

-- As the view exception_covers says, asked step by step: hardly any request has one, and each look at a request asks.
create or replace function governance.has_exception(r governance.access_request) returns boolean
language plpgsql stable set search_path = pg_catalog as $$
begin
    if not exists (select from governance.exception) then
        return false;
    end if;
    if exists (select from governance.exception x where x.request_id = r.id and x.scope = 'request') then
        return true;
    end if;
    if exists (select from governance.request_item i cross join lateral (select from governance.exception x where x.item_id = i.id offset 0) y -- never by all exceptions
                where i.request_id = r.id) then
        return true;
    end if;
    if exists (select from governance.exception x where x.source is not null) then
        return exists (select from governance.exception_covers c where c.request_id = r.id);
    end if;
    return false;
end $$;
comment on function governance.has_exception(governance.access_request) is 'Does an exception cover anything of a request, or did one before it ended?';
