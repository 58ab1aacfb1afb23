-- breaking: no
-- How the gate treats a request follows the mapping while it is open, and every close by people is remembered with what the
-- gate said to it: what observing is for.
alter table governance.access_request
    add column mode_by text not null default 'rule' check (mode_by in ('rule', 'site')),
    add column mode_mapping text references governance.mapping_version,
    add column mode_at timestamptz not null default clock_timestamp();
comment on column governance.access_request.mode is 'observe (only watch), warn (say what would be refused) or enforce';
comment on column governance.access_request.mode_by is 'rule: the mapping says it for this request type; site: the default of the site';
comment on column governance.access_request.mode_mapping is 'Mapping that was live when the mode was set';
comment on column governance.access_request.mode_at is 'When';

create table governance.refusal (
    name text primary key,
    weight int not null unique
);
comment on table governance.refusal is 'Why the gate says no to a close; the same as in connector/domain/refusal.h';
comment on column governance.refusal.name is 'Reason (CamelCase)';
comment on column governance.refusal.weight is 'Of two reasons for one close the heavier stays';
insert into governance.refusal values
    ('StaleCopy', 1), ('SourceUnreadable', 2), ('Unclear', 3), ('NotApproved', 4), ('Over', 5), ('Missing', 6), ('StillPresent', 7);

create table governance.close_attempt (
    request_id uuid not null references governance.access_request,
    cycle text not null check (cycle <> ''),
    mode text not null check (mode in ('observe', 'warn', 'enforce')),
    is_closed boolean not null,
    at timestamptz not null default clock_timestamp(),
    refused text references governance.refusal,
    refused_at timestamptz,
    proven_at timestamptz,
    proven_as text check (proven_as in ('verified', 'exception')),
    primary key (request_id, cycle),
    check ((refused is null) = (refused_at is null)),
    check ((proven_at is null) = (proven_as is null))
);
create index close_attempt_at on governance.close_attempt (at);
comment on table governance.close_attempt is 'A person said done: what the gate said to it, in whichever mode';
comment on column governance.close_attempt.request_id is 'Request';
comment on column governance.close_attempt.cycle is 'Changelog id of the move';
comment on column governance.close_attempt.mode is 'Mode of the request then';
comment on column governance.close_attempt.is_closed is 'The ticket stood in a Done status by it, not only in Verifying';
comment on column governance.close_attempt.at is 'When we saw it';
comment on column governance.close_attempt.refused is 'Why the gate said no; null = it did not';
comment on column governance.close_attempt.refused_at is 'When it first did';
comment on column governance.close_attempt.proven_at is 'When the proof was there; null = not yet';
comment on column governance.close_attempt.proven_as is 'verified, or covered by an exception';
