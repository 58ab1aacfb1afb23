-- breaking: no
-- What dashboards ask for among years of requests: the clocks that run, those that stopped last, and what people were told lately.
create index sla_clock_runs on governance.sla_clock (started_at) where stopped_at is null;
create index sla_clock_stopped on governance.sla_clock (stopped_at) where stopped_at is not null;
create index escalation_at on governance.escalation (kind, at);
