-- breaking: no
-- What comes from Jira. webhook_delivery is not partitioned: the promise "one row per (site, delivery id)" needs one unique
-- index across time, and PostgreSQL has no unique index across partitions without the partition key.
create table governance.webhook_delivery (
    id bigint generated always as identity primary key,
    site text not null,
    delivery_id text not null,
    retry smallint not null default 0,
    received_at timestamptz not null default clock_timestamp(),
    body bytea compression lz4 not null,
    state text not null default 'new' check (state in ('new', 'handled', 'quarantined')),
    lease_until timestamptz,
    handled_at timestamptz,
    reason text,
    unique (site, delivery_id)
);
create index webhook_delivery_new on governance.webhook_delivery (id) where state = 'new';
comment on table governance.webhook_delivery is 'Inbox: every signed delivery, the very bytes; answered 2xx only after this row is committed';
comment on column governance.webhook_delivery.id is 'Order of arrival';
comment on column governance.webhook_delivery.site is 'Site it came for';
comment on column governance.webhook_delivery.delivery_id is 'X-Atlassian-Webhook-Identifier: the same on retries';
comment on column governance.webhook_delivery.retry is 'X-Atlassian-Webhook-Retry, 0 on the first try';
comment on column governance.webhook_delivery.received_at is 'Database time';
comment on column governance.webhook_delivery.body is 'The signed bytes';
comment on column governance.webhook_delivery.state is 'new, handled, or quarantined (cannot be read)';
comment on column governance.webhook_delivery.lease_until is 'A worker has it until then';
comment on column governance.webhook_delivery.handled_at is 'When it became a hint';
comment on column governance.webhook_delivery.reason is 'Why it is quarantined';

create table governance.poll_cursor (
    site text primary key references governance.site,
    watermark_ms bigint not null default 0,
    overlap_ms bigint not null default 600000,
    owner text,
    fence bigint not null default 0,
    lease_until timestamptz,
    walked_at timestamptz
);
comment on table governance.poll_cursor is 'How far a site was polled; bounds are Jira''s own time, never ours';
comment on column governance.poll_cursor.site is 'Site';
comment on column governance.poll_cursor.watermark_ms is 'Largest `updated` of the last complete walk, epoch milliseconds of Jira''s clock';
comment on column governance.poll_cursor.overlap_ms is 'Read again this far back: covers the index lag';
comment on column governance.poll_cursor.owner is 'Replica that walks';
comment on column governance.poll_cursor.fence is 'Grows with every walk; pages name it';
comment on column governance.poll_cursor.lease_until is 'The walk must be over by then';
comment on column governance.poll_cursor.walked_at is 'End of the last complete walk';
