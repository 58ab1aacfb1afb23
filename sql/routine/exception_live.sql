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

-- Of an exception that does not name its request: may the approver be who asks, or who it is for? What is known of people grows: one may
-- turn out to be void of a request that it let close.
create or replace function governance.exception_void(x governance.exception, r governance.access_request) returns text
-- with its owner's rights: a dashboard's view asks, and may see no people
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select governance.judge_fault(q, governance.person_all(e.approved_by, e.approver_names), 'owe', '-infinity')
      from governance.exception e join governance.access_request q on q.id = r.id -- of a row of his own making a dashboard could find out who asks
     where e.id = x.id
$$;
comment on function governance.exception_void(governance.exception, governance.access_request) is
    'Why an exception covers nothing of a request: own (who approved it asks, or it is for him), unclear (nobody can tell); empty = neither';

create or replace function governance.exception_counts(x governance.exception, r governance.access_request) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select governance.judge_fault(q, governance.person_all(e.approved_by, e.approver_names), 'except', '-infinity') = ''
      from governance.exception e join governance.access_request q on q.id = r.id
     where e.id = x.id
$$;
comment on function governance.exception_counts(governance.exception, governance.access_request) is
    'Is who approved an exception surely another person than who asks and who it is for, and than who did the work?';

-- What let a request close, among exceptions that are of an item: one that is void covered nothing that reads proved then (proven_items),
-- and all else.
create or replace function governance.exception_stood(p_void text, p_item bigint, p_proven bigint[]) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$ -- no plan needed; a function in SQL is planned at each call
begin
    return p_void = '' or p_item <> all (coalesce(p_proven, '{}'));
end $$;
comment on function governance.exception_stood(text, bigint, bigint[]) is
    'Did an exception stand for an item where its request was closed? Of one that is void now: where no reads proved the item';

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
