-- breaking: no
-- Outbound work of several steps: which step began last, which ticket a create made, and the moves between steps.
alter table governance.flow
    add column step text not null default '',
    add column issue_id text not null default '' check (issue_id ~ '^[0-9]*$');
comment on column governance.flow.step is 'Step begun last; what comes next is what a fresh look shows';
comment on column governance.flow.issue_id is 'Ticket that a create made or found, from when we knew of it';
comment on column governance.flow.sent_at is 'Last call whose fate may be unknown; none: nothing is in doubt';

insert into governance.flow_edge values
    ('calling', 'checking'), -- one step is done and more follow
    ('checking', 'parked'),  -- we may not look, or no way leads there
    ('probing', 'parked');
