-- One person is one in whatever case he is written, as in same_person().
-- Pin the names of accounts that were read now for the first time to the ids they were found with. What is pinned stays, whatever is
-- read later: the verdict holds each read to it (view item_verdict, domain/item.c). Two that read at once: the first one's id counts.
create or replace function governance.account_pin(p_request uuid, p_person text, p_observations jsonb) returns void
language plpgsql set search_path = pg_catalog as $$
begin
    insert into governance.account_link (person, source, account, native_id, how, request_id)
    select distinct on (i.source, i.account) governance.person_folded(p_person), i.source, i.account, o.native_id, 'read', p_request
      from jsonb_to_recordset(p_observations) as o(item bigint, outcome text, account text, native_id text)
      join governance.request_item i on i.id = o.item and i.request_id = p_request
     where o.outcome <> 'unknown' and o.account in ('active', 'disabled') and o.native_id <> ''
       and not exists (select from governance.account_link l where l.source = i.source and l.account = i.account
                          and l.person = governance.person_folded(p_person) and l.replaced_at is null)
     order by i.source, i.account, i.id
        on conflict (source, account, person) where replaced_at is null do nothing;
    -- by every read, for the one that pinned it may have left it to the next: see there
    if p_observations @? '$[*].native_id ? (@ <> "")' then
        perform governance.supersede_by_id(p_request);
    end if;
end $$;
comment on function governance.account_pin(uuid, text, jsonb) is 'Pin accounts that were read for the first time to their immutable ids';

-- An operator says that the name is rightly another account's now (somebody was hired again). Reads of the account before count no
-- longer. Null: there is no such link, or it names that id already.
create or replace function governance.account_relink(p_source text, p_account text, p_person text, p_native_id text, p_actor text,
                                                     p_reason text) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    was governance.account_link;
    made bigint;
    about uuid[];
begin
    select * into was from governance.account_link l
     where l.source = p_source and l.account = p_account and l.person = governance.person_folded(p_person) and l.replaced_at is null
       for update;
    if not found or was.native_id = p_native_id then
        return null;
    end if;
    update governance.account_link l set replaced_at = clock_timestamp() where l.id = was.id;
    insert into governance.account_link (person, source, account, native_id, how, actor, reason, replaces)
    values (was.person, p_source, p_account, p_native_id, 'operator', p_actor, p_reason, was.id)
    returning id into made;
    about := array(
        select r.id from governance.access_request r
         where governance.person_folded(r.beneficiary) = was.person and not governance.is_over(r.phase)
           and exists (select from governance.request_item i where i.request_id = r.id and i.source = p_source and i.account = p_account
                          and i.replaced_at is null)
         order by r.id
           for update);
    -- what waits for it is looked at again at once, and read as if somebody had touched its ticket
    update governance.access_request r set look_at = clock_timestamp(), seen_updated_ms = 0
     where r.id = any (about) and r.phase in ('fulfilling', 'claimed', 'verifying') and r.look_at is not null;
    -- the name may be one account with another name now
    perform governance.supersede_by_id(x.id) from unnest(about) as x(id);
    return made;
end $$;
comment on function governance.account_relink(text, text, text, text, text, text) is 'Pin an account''s name to another id, because an operator says so';
