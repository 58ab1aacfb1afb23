-- The form says something else now: another person, another entitlement. Whoever approved an exception approved it for what was asked
-- before, and was held to be neither who asks nor who gains then. So it ends, and is granted anew by whoever may. Edited back, it stays ended.
create or replace function governance.exceptions_edited() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    of_it bigint[];
begin
    if not exists (select from governance.exception) then
        return null; -- nearly always
    end if;
    of_it := array(select x.id from governance.exception x left join governance.request_item i on i.id = x.item_id
                    where coalesce(x.request_id, i.request_id) = new.id and x.scope <> 'source'
                      and x.revoked_at is null and x.expires_at > clock_timestamp());
    if cardinality(of_it) > 0 then
        perform governance.exception_end(of_it, 'edited', 'service', '');
        perform governance.exception_told(of_it, 'ExceptionEdited', '/edited');
    end if;
    return null;
end $$;
comment on function governance.exceptions_edited() is 'Trigger: what a request asks for was edited, so its exceptions end';
