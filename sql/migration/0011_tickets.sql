-- breaking: no
-- Tickets nobody can read are counted and told about, also those that belong to no request; a walk keeps its own lease.
alter table governance.ticket
    add column unreadable int not null default 0,
    add column unreadable_at timestamptz,
    add column unreadable_why text;
comment on column governance.ticket.unreadable is 'Reads in a row that nobody could make sense of';
comment on column governance.ticket.unreadable_at is 'The last of them; over once read_at is newer';
comment on column governance.ticket.unreadable_why is 'What was wrong with it';

alter table governance.escalation
    alter column request_id drop not null,
    add column site text,
    add column issue_id text,
    add constraint escalation_about check (request_id is not null or (site is not null and issue_id is not null));
create unique index escalation_ticket on governance.escalation (site, issue_id, kind, key) where request_id is null;
comment on column governance.escalation.request_id is 'Request; null when it is about a ticket that belongs to none';
comment on column governance.escalation.site is 'Site of the ticket it is about';
comment on column governance.escalation.issue_id is 'Jira''s id of that ticket';

alter table governance.poll_cursor add column lease interval not null default '60 s' check (lease > '0');
comment on column governance.poll_cursor.lease is 'How long the walk may go without a page';

-- what it returns grows by a column, which cannot be replaced in place
drop function if exists governance.ticket_claim(text, interval, int);
