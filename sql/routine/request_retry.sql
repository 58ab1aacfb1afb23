-- Somebody asks for another try. Only what was refused, or could not be read, is tried before its time: what is on its way, or
-- in doubt, has a time of its own, and a person's turn stays a person's turn. p: id or ticket key; null: there is no such thing.
create or replace function governance.request_retry(p text, p_actor text) returns jsonb
language plpgsql set search_path = pg_catalog as $$
declare
    r governance.access_request;
    t governance.ticket;
    s governance.request_status;
    did jsonb;
begin
    -- the order of locks everywhere: request, then ticket, then flow
    select * into r from governance.access_request x where x.id = governance.request_one(p) for update;
    if not found then
        t := governance.unread_one(p);
        if t.issue_id is null then
            return null;
        end if;
        update governance.ticket k set look_at = clock_timestamp() where k.site = t.site and k.issue_id = t.issue_id;
        did := jsonb_build_object('retried', 1, 'work', '[]'::jsonb, 'read_again', t.issue_key);
        insert into governance.operator_act (site, issue_id, act, actor, done) values (t.site, t.issue_id, 'retry', p_actor, did);
        return did;
    end if;
    select * into s from governance.request_status x where x.request_id = r.id;
    with again as (
        update governance.flow f
           set state = 'pending', version = f.version + 1, run_after = clock_timestamp(), failures = 0
         where f.state = 'parked' and f.request_id = r.id and governance.flow_has_turn(f)
        returning f.kind, f.why)
    select jsonb_build_object('retried', count(*), 'work', coalesce(jsonb_agg(jsonb_build_object('work', a.kind, 'why', a.why)), '[]'))
      into did from again a;
    if s.reason in ('TicketUnreadable', 'TicketReadFails') then
        update governance.access_request x set hinted_at = clock_timestamp(), look_at = clock_timestamp() where x.id = r.id;
        did := did || jsonb_build_object('retried', (did->>'retried')::int + 1, 'read_again', s.issue_key);
    end if;
    if did->>'retried' = '0' then
        raise exception 'nothing of it was refused: it is % (%) and waits for %; next: %', s.state, s.reason, s.waits_for,
                        s.next_action || coalesce(' at ' || to_char(s.next_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS "UTC"'), '')
            using errcode = 'CG021';
    end if;
    insert into governance.operator_act (request_id, site, issue_id, act, actor, done)
    values (r.id, r.site, coalesce((select k.issue_id from governance.ticket k where k.request_id = r.id), ''), 'retry', p_actor, did);
    return did;
end $$;
comment on function governance.request_retry(text, text) is 'Let what was refused, or could not be read, be tried again; refuses when there is nothing of that kind';
