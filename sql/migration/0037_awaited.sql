-- breaking: no
-- Whose approval a ticket waits for, for the words on it.
alter table governance.ticket add column awaited text not null default '';
comment on column governance.ticket.awaited is 'Names of those whose approval is pending, as Jira shows them, one a line; empty = none';
