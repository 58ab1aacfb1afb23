-- breaking: no
-- The legal moves of requests and flows. The same tables stand in connector/domain; a test compares them.
create schema governance;
comment on schema governance is 'Countersign: governed access requests fulfilled through service-desk tickets';
create schema sla;
comment on schema sla is 'Public reading surface for dashboards: versioned, commented views without personal data';
create schema audit;
comment on schema audit is 'Public reading surface for auditors';

create table governance.migration (
    number int primary key,
    name text not null,
    sha256 text not null,
    breaking boolean not null,
    applied_at timestamptz not null default clock_timestamp()
);
comment on table governance.migration is 'Migrations applied, word for word: a changed file is refused';
comment on column governance.migration.number is 'Order';
comment on column governance.migration.name is 'File name';
comment on column governance.migration.sha256 is 'SHA-256 of the file';
comment on column governance.migration.breaking is 'An older program must not run on it';
comment on column governance.migration.applied_at is 'When';

create table governance.phase (
    name text primary key,
    is_terminal boolean not null
);
comment on table governance.phase is 'Where an access request can stand';
comment on column governance.phase.name is 'Phase';
comment on column governance.phase.is_terminal is 'Nothing more happens from here';

create table governance.phase_edge (
    from_phase text not null references governance.phase,
    to_phase text not null references governance.phase,
    primary key (from_phase, to_phase)
);
comment on table governance.phase_edge is 'Legal moves of an access request; every other move is refused';
comment on column governance.phase_edge.from_phase is 'From';
comment on column governance.phase_edge.to_phase is 'To';

create table governance.flow_state (
    name text primary key,
    is_final boolean not null
);
comment on table governance.flow_state is 'Where a piece of outbound work can stand';
comment on column governance.flow_state.name is 'State';
comment on column governance.flow_state.is_final is 'Nothing more happens from here';

create table governance.flow_edge (
    from_state text not null references governance.flow_state,
    to_state text not null references governance.flow_state,
    primary key (from_state, to_state)
);
comment on table governance.flow_edge is 'Legal moves of outbound work; every other move is refused';
comment on column governance.flow_edge.from_state is 'From';
comment on column governance.flow_edge.to_state is 'To';

insert into governance.phase values
    ('received', false), ('pending_approval', false), ('approved', false), ('ticketing', false), ('fulfilling', false),
    ('claimed', false), ('verifying', false), ('verified', false), ('exception', false), ('closed', false),
    ('denied', true), ('cancelled', true), ('expired', true), ('orphaned', false);

insert into governance.phase_edge
select f, unnest(t) from (values
    ('received', array['pending_approval', 'approved', 'denied', 'cancelled', 'expired', 'orphaned']),
    ('pending_approval', array['approved', 'denied', 'cancelled', 'expired', 'orphaned']),
    ('approved', array['ticketing', 'fulfilling', 'cancelled', 'expired', 'orphaned']),
    ('ticketing', array['fulfilling', 'cancelled', 'expired']),
    ('fulfilling', array['claimed', 'denied', 'cancelled', 'expired', 'orphaned']),
    ('claimed', array['verifying', 'fulfilling', 'cancelled', 'denied', 'orphaned']),
    ('verifying', array['verified', 'exception', 'fulfilling', 'claimed', 'cancelled', 'denied', 'orphaned']),
    ('verified', array['closed', 'verifying', 'fulfilling', 'claimed', 'cancelled', 'denied', 'orphaned']),
    ('exception', array['closed', 'verifying', 'fulfilling', 'claimed', 'cancelled', 'denied', 'orphaned']),
    ('closed', array['fulfilling', 'claimed']),
    ('orphaned', array['fulfilling', 'cancelled'])) as e(f, t);

insert into governance.flow_state values
    ('pending', false), ('checking', false), ('calling', false), ('doubt', false), ('probing', false),
    ('done', true), ('moot', true), ('parked', false);

insert into governance.flow_edge
select f, unnest(t) from (values
    ('pending', array['checking']),
    ('checking', array['calling', 'done', 'moot', 'pending', 'checking']),
    ('calling', array['done', 'parked', 'pending', 'doubt']),
    ('doubt', array['probing']),
    ('probing', array['done', 'doubt', 'calling', 'moot', 'probing']),
    ('parked', array['pending'])) as e(f, t);
