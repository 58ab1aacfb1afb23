-- What the read of a ticket that stands here is worth. It has one time, when it was begun; what came since is asked here and
-- nowhere else.
create or replace function governance.read_state(
    t governance.ticket, r governance.access_request,
    out fresh boolean,    -- nobody told of a change since, and nothing made us doubt it
    out touched boolean,  -- somebody did something to the ticket since the sources were read last
    out unsteady boolean) -- a write of ours ended since: what it shows may be older than that
language plpgsql stable set search_path = pg_catalog as $$ -- its plan is kept; a function in SQL is planned at each call
begin
    fresh := t.state = 'here' and t.hinted_updated_ms <= t.updated_ms and t.read_at > coalesce(t.unsure_at, '-infinity');
    touched := t.updated_ms > r.seen_updated_ms;
    unsteady := exists (select from governance.flow f where f.request_id = r.id and f.ended_at >= t.read_at);
end $$;
comment on function governance.read_state(governance.ticket, governance.access_request) is
    'Is the read of a ticket that stands here fresh, of a ticket that somebody touched, and may writes of ours be missing in it?';

create or replace function governance.may_be_ours(t governance.ticket, r governance.access_request) returns boolean
language plpgsql stable set search_path = pg_catalog as $$
begin
    -- offset 0: of the flows of this request. A plan that was made while no flow was open would go through all that are open now
    -- (flow_due), for it is kept.
    return exists (select from (select x.state, x.ended_at from governance.flow x where x.request_id = r.id offset 0) f
                    where f.state in ('calling', 'doubt', 'probing') or f.ended_at >= t.read_at);
end $$;
comment on function governance.may_be_ours(governance.ticket, governance.access_request) is
    'Did a write of ours end since the ticket was read, or is one on its way? Then what changes from here on may be us';
