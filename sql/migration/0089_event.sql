-- breaking: no
-- What is told to others: the outbox of events, each written by the evidence entry of the state change it tells of.
create table governance.event_type (
    name text primary key,
    evidence_kind text not null
);
create index event_type_kind on governance.event_type (evidence_kind);
comment on table governance.event_type is 'Events that a subscriber can ask for; the same list as domain/event.h';
comment on column governance.event_type.name is 'Name of the event';
comment on column governance.event_type.evidence_kind is 'Kind of the evidence entry that makes it; of a move the phase tells which';
insert into governance.event_type
select 'request.' || p.name, case when p.name = 'received' then 'request.received' else 'request.moved' end from governance.phase p;
insert into governance.event_type values
    ('ticket.bound', 'ticket.bound'), ('approval.recorded', 'request.approval'), ('item.superseded', 'item.superseded'),
    ('close.refused', 'close.refused'), ('exception.granted', 'exception.granted'), ('exception.ended', 'exception.revoked'),
    ('drift.found', 'drift.found'), ('drift.changed', 'drift.changed'), ('escalation.raised', 'request.escalated');

create table governance.event_subscriber (
    name text primary key check (name <> ''),
    types text[] not null,
    registered_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);
comment on table governance.event_subscriber is 'Who is told, as the configuration says; where and with which secret stands only there';
comment on column governance.event_subscriber.name is 'Name in the configuration';
comment on column governance.event_subscriber.types is 'Names of the events it asked for';
comment on column governance.event_subscriber.registered_at is 'Since when, also after it had ended';
comment on column governance.event_subscriber.ended_at is 'When the configuration named it no more; null: it does';

create table governance.event (
    id bigint generated always as identity primary key,
    uid uuid not null unique default gen_random_uuid(),
    type text not null references governance.event_type,
    request_id uuid,
    at timestamptz not null,
    evidence_seq bigint not null unique,
    data jsonb not null
);
create index event_request on governance.event (request_id, id);
comment on table governance.event is 'Outbox: one row for each state change that somebody asked to be told of, written in its transaction';
comment on column governance.event.id is 'In the order of the evidence chain';
comment on column governance.event.uid is 'Its id for those who receive it: the same however often it is sent';
comment on column governance.event.type is 'Which event';
comment on column governance.event.request_id is 'Request it is about; null: none. Events of one request are sent one after the other';
comment on column governance.event.at is 'When it happened';
comment on column governance.event.evidence_seq is 'Entry of the evidence chain that made it';
comment on column governance.event.data is 'What is told: ids, states and times, no names of people';

create table governance.event_delivery (
    event bigint not null references governance.event on delete cascade,
    subscriber text not null references governance.event_subscriber,
    request_id uuid,
    state text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead', 'dropped')),
    attempts int not null default 0,
    since timestamptz not null default clock_timestamp(),
    run_after timestamptz not null default clock_timestamp(),
    lease_owner text,
    lease_until timestamptz,
    status int not null default 0,
    why text not null default '',
    ended_at timestamptz,
    primary key (event, subscriber),
    check ((lease_owner is null) = (lease_until is null)),
    check ((state = 'waiting') = (ended_at is null))
);
create index event_delivery_due on governance.event_delivery (subscriber, run_after, event) where state = 'waiting';
create index event_delivery_line on governance.event_delivery (subscriber, request_id, event) where state = 'waiting';
create index event_delivery_dead on governance.event_delivery (event) where state in ('dead', 'dropped');
create index event_delivery_ended on governance.event_delivery (ended_at) where state <> 'waiting';
comment on table governance.event_delivery is 'One event on its way to one subscriber';
comment on column governance.event_delivery.event is 'Event';
comment on column governance.event_delivery.subscriber is 'Subscriber';
comment on column governance.event_delivery.request_id is 'Request of the event: of one line the oldest that waits is sent';
comment on column governance.event_delivery.state is 'waiting; delivered: answered 2xx; dead: given up; dropped: the subscriber ended before';
comment on column governance.event_delivery.attempts is 'How often it was sent';
comment on column governance.event_delivery.since is 'Since when it is tried; an operator''s retry begins anew';
comment on column governance.event_delivery.run_after is 'Not sent before';
comment on column governance.event_delivery.lease_owner is 'Replica that sends it now';
comment on column governance.event_delivery.lease_until is 'Until when';
comment on column governance.event_delivery.status is 'HTTP status of the last answer; 0: none';
comment on column governance.event_delivery.why is 'Why it is not delivered, of the last try';
comment on column governance.event_delivery.ended_at is 'When it left waiting';

-- What others call where a request stands.
create table governance.provisioning_state (
    phase text not null references governance.phase,
    standing text not null check (standing in ('plain', 'retrying', 'partial', 'excepted')),
    arap text not null check (arap in ('pending', 'approved', 'denied', 'expired', 'cancelled', 'failed', 'partial')),
    sailpoint text not null check (sailpoint in ('PENDING', 'FINISHED', 'UNVERIFIABLE', 'COMMITED', 'FAILED', 'RETRY')),
    midpoint text not null check (midpoint in ('in_progress', 'success', 'partial_error', 'fatal_error', 'handled_error',
                                               'not_applicable', 'warning', 'unknown')),
    primary key (phase, standing)
);
comment on table governance.provisioning_state is 'Where a request stands, in the words of identity platforms; schemas/README.md shows the same table';
comment on column governance.provisioning_state.phase is 'Phase';
comment on column governance.provisioning_state.standing is 'plain; retrying: its ticket could not be made yet; partial: some items proven, others excepted; excepted: none proven';
comment on column governance.provisioning_state.arap is 'Status of a task, OpenID AuthZEN Access Request and Approval Profile';
comment on column governance.provisioning_state.sailpoint is 'SailPoint''s provisioning state, in its own spelling';
comment on column governance.provisioning_state.midpoint is 'midPoint''s OperationResultStatusType';
insert into governance.provisioning_state values
    ('received', 'plain', 'pending', 'PENDING', 'in_progress'),
    ('pending_approval', 'plain', 'pending', 'PENDING', 'in_progress'),
    ('approved', 'plain', 'pending', 'PENDING', 'in_progress'),
    ('ticketing', 'plain', 'pending', 'PENDING', 'in_progress'),
    ('ticketing', 'retrying', 'pending', 'RETRY', 'in_progress'),
    ('fulfilling', 'plain', 'pending', 'PENDING', 'in_progress'),
    ('claimed', 'plain', 'pending', 'COMMITED', 'in_progress'),
    ('verifying', 'plain', 'pending', 'COMMITED', 'in_progress'),
    ('verified', 'plain', 'approved', 'FINISHED', 'success'),
    ('verified', 'partial', 'partial', 'UNVERIFIABLE', 'partial_error'),
    ('verified', 'excepted', 'pending', 'UNVERIFIABLE', 'warning'),
    ('exception', 'plain', 'pending', 'UNVERIFIABLE', 'warning'),
    ('exception', 'partial', 'partial', 'UNVERIFIABLE', 'partial_error'),
    ('exception', 'excepted', 'pending', 'UNVERIFIABLE', 'warning'),
    ('closed', 'plain', 'approved', 'FINISHED', 'success'),
    ('closed', 'partial', 'partial', 'UNVERIFIABLE', 'partial_error'),
    ('closed', 'excepted', 'pending', 'UNVERIFIABLE', 'warning'),
    ('denied', 'plain', 'denied', 'FAILED', 'fatal_error'),
    ('cancelled', 'plain', 'cancelled', 'FAILED', 'not_applicable'),
    ('expired', 'plain', 'expired', 'FAILED', 'fatal_error'),
    ('orphaned', 'plain', 'failed', 'UNVERIFIABLE', 'unknown');
