-- breaking: no
-- inbox_claim says when a delivery arrived, too. The routine is made anew right after; a program that asks for the columns
-- it knows finds them.
drop function if exists governance.inbox_claim(interval, int, bigint);

-- Who looks after a site's webhooks, and what they are worth.
create table governance.webhook_watch (
    site text primary key references governance.site,
    owner text,
    fence bigint not null default 0,
    lease_until timestamptz,
    next_at timestamptz,
    failed_after_ms bigint not null default 0,
    expires_at timestamptz,
    said text not null default '',
    lost bigint not null default 0
);
comment on table governance.webhook_watch is 'One row a site: the registration of its dynamic webhooks, and how many changes no webhook told of';
comment on column governance.webhook_watch.site is 'Site';
comment on column governance.webhook_watch.owner is 'Replica that last looked after the registration';
comment on column governance.webhook_watch.fence is 'Grows with every look; its end names it';
comment on column governance.webhook_watch.lease_until is 'The look must be over by then';
comment on column governance.webhook_watch.next_at is 'Not looked at before';
comment on column governance.webhook_watch.failed_after_ms is 'Deliveries that Jira gave up until then (its own time) are in the inbox';
comment on column governance.webhook_watch.expires_at is 'When the registration ends unless it is refreshed; none registered: null';
comment on column governance.webhook_watch.said is 'What the last look found wrong; empty: nothing';
comment on column governance.webhook_watch.lost is 'Changes that polling found and no delivery told of in time';

create table governance.webhook_echo (
    site text not null,
    issue_id text not null,
    announced_ms bigint not null default 0,
    polled_ms bigint,
    polled_at timestamptz,
    counted_ms bigint not null default 0,
    primary key (site, issue_id)
);
create index webhook_echo_waits on governance.webhook_echo (polled_at) where polled_at is not null;
comment on table governance.webhook_echo is 'What webhooks told of each ticket, held against what polling found';
comment on column governance.webhook_echo.site is 'Site';
comment on column governance.webhook_echo.issue_id is 'Ticket';
comment on column governance.webhook_echo.announced_ms is 'Deliveries told of its changes up to then (Jira''s clock)';
comment on column governance.webhook_echo.polled_ms is 'A change found by polling that no delivery has told of yet';
comment on column governance.webhook_echo.polled_at is 'When polling found it';
comment on column governance.webhook_echo.counted_ms is 'The last change that was counted as lost: polling finds it again and again';
