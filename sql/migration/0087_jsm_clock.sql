-- breaking: no
-- The service desk's own clocks, as it told them when a ticket was claimed and when it was closed: shown beside ours, never instead.
create table governance.jsm_clock (
    request_id uuid not null references governance.access_request,
    metric_id text not null,
    cycle int not null,
    name text not null,
    started_at timestamptz not null,
    stopped_at timestamptz check (stopped_at >= started_at),
    breach_at timestamptz,
    is_breached boolean not null,
    is_paused boolean not null default false,
    in_calendar_hours boolean,
    goal_ms bigint,
    elapsed_ms bigint not null,
    remaining_ms bigint,
    read_at timestamptz not null default clock_timestamp(),
    primary key (request_id, metric_id, cycle)
);
comment on table governance.jsm_clock is 'Clocks of the service desk (SLA metrics) of a ticket, each cycle of each, as last told';
comment on column governance.jsm_clock.request_id is 'Request of that ticket';
comment on column governance.jsm_clock.metric_id is 'Metric of the service desk';
comment on column governance.jsm_clock.cycle is 'Which of its cycles: from 1; the last may run';
comment on column governance.jsm_clock.name is 'Name of the metric, as people see it';
comment on column governance.jsm_clock.started_at is 'Cycle began, on Jira''s clock';
comment on column governance.jsm_clock.stopped_at is 'It ended; null: it runs';
comment on column governance.jsm_clock.breach_at is 'When its goal passes or passed; null: not told';
comment on column governance.jsm_clock.is_breached is 'Jira says so';
comment on column governance.jsm_clock.is_paused is 'Jira holds it';
comment on column governance.jsm_clock.in_calendar_hours is 'Within the hours of Jira''s calendar when it was read; null: it had ended';
comment on column governance.jsm_clock.goal_ms is 'Its goal; null: not told';
comment on column governance.jsm_clock.elapsed_ms is 'Counted so far by Jira, in its calendar';
comment on column governance.jsm_clock.remaining_ms is 'Left, negative when breached; null: not told';
comment on column governance.jsm_clock.read_at is 'When we read it';
