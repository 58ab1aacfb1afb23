-- breaking: no
-- A ticket that a lost create made after all, beside the one its request has: it is thrown away, or the request goes over to it.
-- A program of an earlier release leaves work of a kind it does not know alone.
alter table governance.flow drop constraint flow_kind_check;
alter table governance.flow add constraint flow_kind_check
    check (kind in ('create_ticket', 'comment', 'field_update', 'transition', 'close', 'reopen', 'retire'));
comment on table governance.flow is
    'A piece of outbound work: create ticket, comment, field update, transition, close, reopen, retire a second ticket';
comment on column governance.flow.cycle is 'Claim it answers; of a retire the id of the ticket';
comment on column governance.flow.issue_id is
    'Ticket that a create made or found, from when we knew of it; of a retire the ticket to be cancelled';
-- answered creates whose ticket nobody has shown us yet: while there is one, Jira may be hiding what we make
create index flow_made_unseen on governance.flow (site) where kind = 'create_ticket' and issue_id <> '' and state not in ('done', 'moot');

alter table governance.ticket add column second_of uuid references governance.access_request;
comment on column governance.ticket.second_of is
    'Request that made it and has another ticket: this one is cancelled, unless people begin on it';
