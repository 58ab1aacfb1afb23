-- breaking: no
-- Polling learns how late changes become searchable, holds its cursor when a site suddenly shows less, and sweeps by id.
alter table governance.poll_cursor
    add column asked_ms bigint not null default 0,
    add column lag bigint[] not null default '{}',
    add column held_since timestamptz,
    add column held_why text,
    add column swept_at timestamptz;
comment on column governance.poll_cursor.asked_ms is 'Jira''s own time at which the last complete walk began; 0 = it did not say';
comment on column governance.poll_cursor.lag is 'How late changes became searchable: counts, each of twice the time of the one before (domain/poll.h)';
comment on column governance.poll_cursor.held_since is 'The site shows less than half of what it did: the cursor is held';
comment on column governance.poll_cursor.held_why is 'What it showed and what was expected';
comment on column governance.poll_cursor.swept_at is 'When our open tickets were last looked at by their ids';

alter table governance.ticket
    add column delivered_at timestamptz,
    add column edit text,
    add column approved_edit text;
comment on column governance.ticket.edit is 'Changelog id of the last change to a field that the mapping reads, 0 = none';
comment on column governance.ticket.approved_edit is 'The same when its request was approved';
comment on column governance.ticket.delivered_at is 'When a delivery last named it';

-- what they return or take grows, which cannot be replaced in place; a program that knows less finds them by their defaults
drop function if exists governance.poll_begin(text, text, interval);
drop function if exists governance.ticket_ignore(text, text, text, bigint, text);
