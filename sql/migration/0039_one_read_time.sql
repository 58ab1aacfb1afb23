-- breaking: no
-- A read that is kept has one time, when it was begun (routine/read_state.sql). No program reads the other one: only routines do,
-- which are replaced with it.
-- A read that is known to be fresh has its time, of any other nobody knows when it was begun: it is doubted.
update governance.ticket set read_at = fresh_at where fresh_at is not null;
update governance.ticket set unsure_at = clock_timestamp() where fresh_at is null;
alter table governance.ticket drop column fresh_at;
comment on column governance.ticket.read_at is 'When the read that stands here was begun';
comment on column governance.ticket.unsure_at is
    'Last doubt about it: a hint that did not say how new its change is, a call that Jira refused, a read that nobody can date';
