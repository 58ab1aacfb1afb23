-- breaking: yes
-- Policies, business calendars, pauses and the ladder. A program of an earlier release cannot read a request that has work of a kind
-- it does not know: stop those first.

-- When there is business time: laid out in UTC by the program (connector/domain/calendar.c), so that whoever counts looks nothing up
-- in a time zone, and the count of a clock never changes with one.
create table governance.sla_calendar (
    id bigint generated always as identity primary key,
    name text not null check (name <> ''),
    zone text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    said jsonb not null,
    from_at timestamptz not null,
    until_at timestamptz not null check (until_at > from_at),
    at timestamptz not null default clock_timestamp(),
    unique (name, sha256)
);
comment on table governance.sla_calendar is 'Business calendars as they were laid out; append only: a clock goes on by the one it began with';
comment on column governance.sla_calendar.id is 'Id';
comment on column governance.sla_calendar.name is 'Name in the configuration';
comment on column governance.sla_calendar.zone is 'IANA time zone';
comment on column governance.sla_calendar.sha256 is 'SHA-256 of its spans and what it was said as';
comment on column governance.sla_calendar.said is 'Weekly hours and holidays as the configuration says them';
comment on column governance.sla_calendar.from_at is 'Nothing before counts';
comment on column governance.sla_calendar.until_at is 'Nothing is known from then on';
comment on column governance.sla_calendar.at is 'First registered';

create table governance.sla_span (
    calendar_id bigint not null references governance.sla_calendar,
    opens_at timestamptz not null,
    closes_at timestamptz not null check (closes_at > opens_at),
    before_s bigint not null check (before_s >= 0),
    primary key (calendar_id, opens_at) include (closes_at, before_s)
);
comment on table governance.sla_span is 'Business time: open from then until then; append only';
comment on column governance.sla_span.calendar_id is 'Calendar';
comment on column governance.sla_span.opens_at is 'From';
comment on column governance.sla_span.closes_at is 'Until';
comment on column governance.sla_span.before_s is 'Open seconds of all its spans before this one';

alter table governance.sla_policy drop constraint sla_policy_pkey;
alter table governance.sla_policy drop column escalate_percent;
alter table governance.sla_policy
    add column id bigint generated always as identity primary key,
    add column position int not null default 0,
    add column body jsonb not null default '{}',
    add column sha256 text not null default '',
    add column calendar_id bigint references governance.sla_calendar,
    add column at timestamptz not null default clock_timestamp(),
    add column replaced_at timestamptz;
create unique index sla_policy_live on governance.sla_policy (name) where replaced_at is null;
comment on table governance.sla_policy is 'Named service levels, each version of each: a clock goes on by the one it began with';
comment on column governance.sla_policy.id is 'Id';
comment on column governance.sla_policy.position is 'Of those that fit the first counts';
comment on column governance.sla_policy.body is 'Whom it is for (when), goals of its checkpoints (goals, milliseconds) and its ladder (rungs)';
comment on column governance.sla_policy.sha256 is 'SHA-256 of all that it says';
comment on column governance.sla_policy.calendar_id is 'Its goals count business time of this one; null: around the clock';
comment on column governance.sla_policy.at is 'Registered';
comment on column governance.sla_policy.replaced_at is 'The configuration says otherwise since, or says it no more';

alter table governance.sla_clock
    add column policy_id bigint references governance.sla_policy,
    add column calendar_id bigint references governance.sla_calendar,
    add column due_at timestamptz,
    add column business interval,
    add column paused_business interval not null default '0',
    add column paused_since timestamptz,
    add column paused_until timestamptz,
    add constraint sla_clock_pause check (num_nonnulls(paused_since, paused_until) <> 1 and (paused_since is null or stopped_at is null));
comment on column governance.sla_clock.policy_id is 'Policy it runs by; null: the goal stands with its mapping rule';
comment on column governance.sla_clock.calendar_id is 'Its business time; null: around the clock';
comment on column governance.sla_clock.due_at is 'When its goal passes, where that counts business time; else it is started_at + goal + paused';
comment on column governance.sla_clock.business is 'Business time from the beginning to the end, pauses left out; null: it runs, or has no calendar';
comment on column governance.sla_clock.paused_business is 'Business time within its recorded pauses that are over';
comment on column governance.sla_clock.paused_since is 'A recorded pause holds it since then; null: none does';
comment on column governance.sla_clock.paused_until is 'That pause ends then by itself';
drop index governance.sla_clock_week;
create index sla_clock_week on governance.sla_clock ((date_trunc('week', started_at at time zone 'UTC') at time zone 'UTC'))
    include (started_at, kind, is_privileged, goal, paused, stopped_at, ended, due_at, paused_since, paused_until);

create table governance.sla_pause (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    reason text not null check (btrim(reason) <> '' and length(reason) <= 512),
    actor text not null check (btrim(actor) <> ''),
    from_at timestamptz not null,
    until_at timestamptz not null check (until_at > from_at and until_at <= from_at + interval '30 days'),
    ended_at timestamptz check (ended_at >= from_at and ended_at <= until_at),
    ended_by text,
    check ((ended_at is null) = (ended_by is null))
);
create unique index sla_pause_one on governance.sla_pause (request_id) where ended_at is null;
create index sla_pause_request on governance.sla_pause (request_id);
comment on table governance.sla_pause is 'Who held a clock, why, from when until when: nothing else does';
comment on column governance.sla_pause.id is 'Id';
comment on column governance.sla_pause.request_id is 'Request';
comment on column governance.sla_pause.reason is 'Why';
comment on column governance.sla_pause.actor is 'Who said so';
comment on column governance.sla_pause.from_at is 'Since, database time';
comment on column governance.sla_pause.until_at is 'It ends then by itself, at most 30 days later';
comment on column governance.sla_pause.ended_at is 'It ended; null: it goes on';
comment on column governance.sla_pause.ended_by is 'Who ended it; clock: its time, or the end of the request';

alter table governance.escalation
    add column checkpoint text check (checkpoint in ('whole', 'approve', 'fulfil', 'verify')),
    add column percent int,
    add column deed text check (deed in ('event', 'comment', 'priority', 'assignee', 'group')),
    add column step_at timestamptz,
    add column is_late boolean;
comment on column governance.escalation.checkpoint is 'Of a deadline: whose goal';
comment on column governance.escalation.percent is 'Of a deadline: how much of that goal had passed';
comment on column governance.escalation.deed is 'Of a deadline: what was done beside telling (event: nothing)';
comment on column governance.escalation.step_at is 'Of a deadline: when that was due';
comment on column governance.escalation.is_late is 'Of a deadline: told more than ten seconds later, or after the goal had passed though it was due before';

alter table governance.flow drop constraint flow_kind_check;
alter table governance.flow add constraint flow_kind_check
    check (kind in ('create_ticket', 'comment', 'field_update', 'transition', 'close', 'reopen', 'retire', 'mend', 'evidence_link', 'cancel', 'remind', 'raise'));
comment on table governance.flow is
    'A piece of outbound work: create ticket, comment, field update, transition, close, reopen, retire a second ticket, mend what is ours on a ticket, link to its evidence, cancel the ticket of what is superseded, remind of a deadline, raise a ticket before it';
insert into governance.status_reason values
    ('ReminderRefused', 'stuck', 'governance_owner', 'it is said once somebody retries',
     'let our account comment on tickets of this project, then: request retry'),
    ('RaiseRefused', 'stuck', 'governance_owner', 'it is tried once somebody retries',
     'see that the priority, assignee or group of the ladder exists, then: request retry');
