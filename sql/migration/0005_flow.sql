-- breaking: no
-- Outbound work as rows with a state.
create table governance.flow (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    site text not null references governance.site,
    kind text not null check (kind in ('create_ticket', 'comment', 'field_update', 'transition', 'close', 'reopen')),
    state text not null default 'pending' references governance.flow_state,
    priority smallint not null default 5,
    cycle text not null default '',
    payload text not null default '{}',
    attempt int not null default 0,
    failures int not null default 0,
    sent_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    run_after timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    why text not null default '',
    lease_owner text,
    lease_until timestamptz,
    version bigint not null default 1,
    check ((lease_owner is null) = (lease_until is null)),
    check ((state in ('done', 'moot')) = (ended_at is not null)),
    check (state <> 'calling' or sent_at is not null)
);
create index flow_due on governance.flow (priority, run_after, id) where state not in ('done', 'moot', 'parked');
create unique index flow_one_open on governance.flow (request_id, kind) where state not in ('done', 'moot', 'parked');
create unique index flow_one_create on governance.flow (request_id) where kind = 'create_ticket' and state <> 'moot';
create index flow_recent on governance.flow (request_id, kind, created_at);
comment on table governance.flow is 'A piece of outbound work: create ticket, comment, field update, transition, close, reopen';
comment on column governance.flow.id is 'Id';
comment on column governance.flow.request_id is 'Request it serves';
comment on column governance.flow.site is 'Site it calls';
comment on column governance.flow.kind is 'What it does';
comment on column governance.flow.state is 'Where it stands';
comment on column governance.flow.priority is 'Gate work before creation before words; removals one earlier';
comment on column governance.flow.cycle is 'Claim it answers';
comment on column governance.flow.payload is 'Canonical JSON, frozen when it was added';
comment on column governance.flow.attempt is 'Calls tried, counted before the call';
comment on column governance.flow.failures is 'Consecutive, for back-off';
comment on column governance.flow.sent_at is 'Last time it went out';
comment on column governance.flow.created_at is 'Added';
comment on column governance.flow.run_after is 'Sleeps until then';
comment on column governance.flow.ended_at is 'Done or moot';
comment on column governance.flow.why is 'Last word of the other side';
comment on column governance.flow.lease_owner is 'Replica that runs it';
comment on column governance.flow.lease_until is 'On the database clock';
comment on column governance.flow.version is 'Fence: every claim and save adds one';

create table governance.flow_attempt (
    id bigint generated always as identity primary key,
    flow_id bigint not null references governance.flow,
    at timestamptz not null default clock_timestamp(),
    from_state text not null,
    to_state text not null,
    why text not null default ''
);
create index flow_attempt_flow on governance.flow_attempt (flow_id, id);
comment on table governance.flow_attempt is 'History of moves of outbound work; append only';
comment on column governance.flow_attempt.id is 'Order';
comment on column governance.flow_attempt.flow_id is 'Flow';
comment on column governance.flow_attempt.at is 'When';
comment on column governance.flow_attempt.from_state is 'From';
comment on column governance.flow_attempt.to_state is 'To';
comment on column governance.flow_attempt.why is 'What the other side said';
