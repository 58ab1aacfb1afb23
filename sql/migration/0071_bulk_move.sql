-- breaking: no
-- Many tickets that are moved by one call of Jira's: who rides on it is committed before it leaves, and what became of each after it.
create table governance.bulk_move (
    id bigint generated always as identity primary key,
    site text not null references governance.site,
    state text not null default 'calling' check (state in ('calling', 'running', 'over')),
    owner text not null,
    task text not null default '',
    said text not null default '',
    sent_at timestamptz not null default clock_timestamp(),
    heard_at timestamptz not null default clock_timestamp(),
    until timestamptz not null,
    ended_at timestamptz,
    check ((state = 'over') = (ended_at is not null))
);
comment on table governance.bulk_move is 'One call that moves many tickets, whose outcome Jira is asked for later';
comment on column governance.bulk_move.id is 'Id';
comment on column governance.bulk_move.site is 'Site';
comment on column governance.bulk_move.state is 'calling: on its way, or its answer was lost; running: Jira has a task for it; over: nothing more comes of it';
comment on column governance.bulk_move.owner is 'Replica that sent it';
comment on column governance.bulk_move.task is 'Jira''s number of the task; empty: not known';
comment on column governance.bulk_move.said is 'Last word of Jira on the whole';
comment on column governance.bulk_move.sent_at is 'Committed, and about to leave';
comment on column governance.bulk_move.heard_at is 'Its replica said so last; when that is silent another asks on';
comment on column governance.bulk_move.until is 'Whatever we hear, Jira works on it no longer than that';
comment on column governance.bulk_move.ended_at is 'It is over';
create index bulk_move_running on governance.bulk_move (site, heard_at) where state = 'running';
comment on index governance.bulk_move_running is 'Tasks that Jira may be asked about';

create table governance.bulk_rider (
    bulk_id bigint not null references governance.bulk_move,
    flow_id bigint not null references governance.flow,
    request_id uuid not null references governance.access_request,
    outcome text not null default 'unknown' check (outcome in ('unknown', 'done', 'refused')),
    why text not null default '',
    primary key (bulk_id, flow_id)
);
comment on table governance.bulk_rider is 'Outbound work that rides on such a call, each by its own right';
comment on column governance.bulk_rider.bulk_id is 'The call';
comment on column governance.bulk_rider.flow_id is 'The work';
comment on column governance.bulk_rider.request_id is 'Request it serves';
comment on column governance.bulk_rider.outcome is 'What Jira''s task says of this ticket; unknown: nothing, a fresh read tells';
comment on column governance.bulk_rider.why is 'Jira''s words when it refused';
create index bulk_rider_request on governance.bulk_rider (request_id);
comment on index governance.bulk_rider_request is 'What rides for a request';
create index bulk_rider_flow on governance.bulk_rider (flow_id);
comment on index governance.bulk_rider_flow is 'On what a flow rode';
