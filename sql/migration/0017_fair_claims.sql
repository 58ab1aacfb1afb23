-- breaking: no
-- Outbound work leaves in the order of its lane, then of its deadline; and each site has its own place in the queue, so that
-- one that hangs keeps none of the others waiting. What waits already comes first.
alter table governance.flow add column deadline timestamptz not null default clock_timestamp();
alter table governance.flow alter column deadline set default 'infinity';
comment on column governance.flow.deadline is 'Of the request when this was added; infinity: it has no goal';

drop index governance.flow_due;
create index flow_due on governance.flow (site, priority, deadline, id, run_after) where state not in ('done', 'moot', 'parked');
drop index governance.access_request_due;
create index access_request_due on governance.access_request (site, (kind <> 'removal'), look_at) where look_at is not null;
drop index governance.ticket_due;
create index ticket_due on governance.ticket (site, look_at) where look_at is not null and request_id is null;

-- they take the room of each site now, and a request's tells its site; made anew right after, a program that knows only lease
-- and batch finds them too
drop function if exists governance.flow_claim(text, interval, int);
drop function if exists governance.request_claim(text, interval, int);
drop function if exists governance.ticket_claim(text, interval, int);
