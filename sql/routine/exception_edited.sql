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

-- Who did the work approves no exception of it (guard_exception), in whichever order: whoever approved one and then says that the work is done
-- has none from it. One of a source is judged request by request (exception_counts).
create or replace function governance.exceptions_worked() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    of_him bigint[];
begin
    if not exists (select from governance.exception) then
        return null; -- nearly always
    end if;
    of_him := array(
        select x.id
          from (select k.* from governance.exception k where k.request_id = new.id
                union all
               select k.* from governance.request_item i
                cross join lateral (select e.* from governance.exception e where e.item_id = i.id and e.request_id is null offset 0) k
                where i.request_id = new.id) x
         where x.revoked_at is null and x.expires_at > clock_timestamp()
           and governance.judge_fault(new, governance.person_all(x.approved_by, x.approver_names), 'except', '-infinity') in ('own', 'work'));
    if cardinality(of_him) > 0 then
        perform governance.exception_end(of_him, 'void', 'service', '');
        perform governance.exception_told(of_him, 'ExceptionVoid', '/void');
    end if;
    return null;
end $$;
comment on function governance.exceptions_worked() is 'Trigger: who says that the work is done approved no exception of it';
