-- breaking: no
-- A request keeps the mapping by which its ticket was understood first: a newer one changes nothing for it. And what was read of a
-- ticket is kept, bounded, so that a mapping can be tried on what was before it goes live.
alter table governance.access_request add column mapping_kept text references governance.mapping_version;
comment on column governance.access_request.mapping_kept is 'Mapping by which its ticket is read, whichever is live; null: the live one, until the ticket says what is asked for';
comment on column governance.access_request.mapping_version is 'Mapping that was live when it was opened';

alter table governance.ticket add column fields_ms bigint not null default 0;
comment on column governance.ticket.fields_ms is '`updated` of the read whose fields are kept (ticket_fields), epoch milliseconds; 0: none are';

create table governance.ticket_fields (
    site text not null,
    issue_id text not null,
    body text compression lz4,
    why text not null default '',
    read_at timestamptz not null default clock_timestamp(),
    primary key (site, issue_id),
    foreign key (site, issue_id) references governance.ticket,
    check ((body is null) = (why <> '')),
    check (octet_length(body) <= 65536)
);
comment on table governance.ticket_fields is 'What a ticket''s fields held when it was read last, those that a mapping reads: for trying a new mapping on it. Of people, like the tickets themselves';
comment on column governance.ticket_fields.site is 'Site';
comment on column governance.ticket_fields.issue_id is 'Jira''s numeric id';
comment on column governance.ticket_fields.body is 'JSON object by field id; a field that is not named was not asked for. Null: not kept';
comment on column governance.ticket_fields.why is 'Why they are not kept; empty: they are';
comment on column governance.ticket_fields.read_at is 'When they were read';
