-- breaking: no
-- What is ours on a ticket, and what people make of it: binding, marker, words, and a resolution that nobody closed with.
alter table governance.ticket
    add column markers text not null default '',
    add column bound_to text not null default '',
    add column bound_elsewhere boolean not null default false,
    add column resolution_edit text not null default '',
    add column shown_hash text not null default '';
comment on column governance.ticket.markers is 'All labels and words on it that look like our markers';
comment on column governance.ticket.bound_to is 'Request that its binding property names for this site; empty = none';
comment on column governance.ticket.bound_elsewhere is 'That property names another site';
comment on column governance.ticket.resolution_edit is 'Changelog id of the edit by somebody else, outside a move, that set the resolution; empty = none';
comment on column governance.ticket.shown_hash is 'Of what it says in our name: state property and the two fields as they stand';

alter table governance.access_request
    add column said_hash text not null default '',
    add column seen_updated_ms bigint not null default 0;
comment on column governance.access_request.said_hash is 'Of what the ticket shall say in our name; empty = we said nothing yet';
comment on column governance.access_request.seen_updated_ms is 'The ticket''s `updated` that we know of: what it was when the sources were read last, or after a write of ours';

-- A program of an earlier release leaves work of a kind it does not know alone.
alter table governance.flow drop constraint flow_kind_check;
alter table governance.flow add constraint flow_kind_check
    check (kind in ('create_ticket', 'comment', 'field_update', 'transition', 'close', 'reopen', 'retire', 'mend'));
comment on table governance.flow is
    'A piece of outbound work: create ticket, comment, field update, transition, close, reopen, retire a second ticket, mend what is ours on a ticket';

insert into governance.status_reason values
    ('MendRefused', 'stuck', 'governance_owner', 'the mending is tried again', 'clear the resolution by hand, and let our account edit this ticket');
