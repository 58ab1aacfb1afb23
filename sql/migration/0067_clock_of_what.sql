-- breaking: no
-- Years of clocks are measured by kind and privilege of what they are of, in one look: the
-- clock says it as its request does, and one index holds all that sla.parity_weekly_v1 asks.
alter table governance.sla_clock add column kind text, add column is_privileged boolean;
update governance.sla_clock c set kind = r.kind, is_privileged = r.is_privileged from governance.access_request r where r.id = c.request_id;
alter table governance.sla_clock alter column kind set not null, alter column is_privileged set not null;
comment on column governance.sla_clock.kind is 'Kind of its request; follows it';
comment on column governance.sla_clock.is_privileged is 'Privilege of its request; follows it';
create index sla_clock_week on governance.sla_clock ((date_trunc('week', started_at at time zone 'UTC') at time zone 'UTC'))
    include (started_at, kind, is_privileged, goal, paused, stopped_at, ended);
