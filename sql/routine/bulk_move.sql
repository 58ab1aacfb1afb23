-- A call that moves many tickets is about to leave. Null: some of the work is not this replica's any more, and nothing may be sent.
create or replace function governance.bulk_begin(p_owner text, p_site text, p_flows bigint[], p_lasts interval) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
    made bigint;
begin
    if (select count(*) from governance.flow f
         where f.id = any (p_flows) and f.site = p_site and f.state = 'calling' and f.lease_owner = p_owner
           and f.lease_until > clock_timestamp()) <> cardinality(p_flows) then
        return null;
    end if;
    insert into governance.bulk_move (site, owner, until) values (p_site, p_owner, clock_timestamp() + p_lasts) returning id into made;
    insert into governance.bulk_rider (bulk_id, flow_id, request_id)
    select made, f.id, f.request_id from governance.flow f where f.id = any (p_flows);
    return made;
end $$;
comment on function governance.bulk_begin(text, text, bigint[], interval) is 'Commit which work rides on one call, before it leaves';

-- p: {state, task, said, riders: [{flow, outcome, why}]}. What was over stays so. False: it is not for this replica to tell.
create or replace function governance.bulk_told(p_owner text, p_bulk bigint, p jsonb) returns boolean
language plpgsql set search_path = pg_catalog as $$
begin
    update governance.bulk_move b
       set state = p->>'state', task = coalesce(p->>'task', b.task), said = coalesce(p->>'said', b.said), heard_at = clock_timestamp(),
           ended_at = case when p->>'state' = 'over' then clock_timestamp() end
     where b.id = p_bulk and b.owner = p_owner and b.state <> 'over';
    if not found then
        return false;
    end if;
    update governance.bulk_rider r
       set outcome = t.outcome, why = coalesce(t.why, '')
      from jsonb_to_recordset(p->'riders') as t(flow bigint, outcome text, why text)
     where r.bulk_id = p_bulk and r.flow_id = t.flow;
    return true;
end $$;
comment on function governance.bulk_told(text, bigint, jsonb) is 'What Jira said of a call that moves many tickets, and of each of them';

-- May such a call still open this request's ticket? Whoever closed it meanwhile would find it open again.
create or replace function governance.bulk_may_move(p_request uuid) returns boolean
language plpgsql stable set search_path = pg_catalog as $$
begin
    return exists (select from governance.bulk_rider r
                     join governance.bulk_move b on b.id = r.bulk_id
                    where r.request_id = p_request and r.outcome = 'unknown' and b.state <> 'over' and b.until > clock_timestamp());
end $$;
comment on function governance.bulk_may_move(uuid) is 'Whether a call that was sent may still move the ticket of a request';

-- Who sent it is silent, and Jira may be asked on. "NUMBER TASK"; null: there is none.
create or replace function governance.bulk_adopt(p_owner text, p_site text, p_silent interval) returns text
language plpgsql set search_path = pg_catalog as $$
declare
    found_one text;
begin
    update governance.bulk_move b
       set owner = p_owner, heard_at = clock_timestamp()
     where b.id = (select x.id from governance.bulk_move x
                    where x.site = p_site and x.state = 'running' and x.task <> '' and x.heard_at < clock_timestamp() - p_silent
                      and x.until > clock_timestamp()
                    order by x.heard_at
                    limit 1
                      for update skip locked)
    returning format('%s %s', b.id, b.task) into found_one;
    return found_one;
end $$;
comment on function governance.bulk_adopt(text, text, interval) is 'Ask on about a task whose replica is silent';
