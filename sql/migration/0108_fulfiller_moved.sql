-- breaking: no
-- When somebody said done by Jira's own clock, which its approvals are dated by, too.
alter table governance.fulfiller add column moved_at timestamptz;
comment on column governance.fulfiller.moved_at is 'When it was said, as Jira dates that move; null: from before it was kept';
