-- breaking: no
-- What follows a proven close: a drift is a row of its own, and a request may be opened because of another one.
alter table governance.access_request
    add column cause text not null default 'asked' check (cause in ('asked', 'drift', 'expiry')),
    add column follows uuid references governance.access_request,
    add check ((cause = 'asked') = (follows is null));
create index access_request_follows on governance.access_request (follows) where follows is not null;
comment on column governance.access_request.cause is 'asked by somebody; drift: what an earlier request proved is not so any more; expiry: the time it gave access for ends';
comment on column governance.access_request.follows is 'That earlier request';

create table governance.drift (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    item_id bigint not null references governance.request_item,
    found_at timestamptz not null default clock_timestamp(),
    since timestamptz not null,
    why text not null check (why <> ''),
    observation_id bigint not null references governance.observation,
    answer text not null check (answer in ('recorded', 'held', 'opened')),
    opened uuid references governance.access_request,
    ended_at timestamptz,
    check ((answer = 'opened') = (opened is not null)),
    check (ended_at is null or ended_at >= found_at)
);
create unique index drift_live on governance.drift (item_id) where ended_at is null;
create index drift_request on governance.drift (request_id);
comment on table governance.drift is 'What was proven, closed, and is not so any more';
comment on column governance.drift.id is 'Order';
comment on column governance.drift.request_id is 'Request that was closed on proof';
comment on column governance.drift.item_id is 'What is not so any more';
comment on column governance.drift.found_at is 'When it was believed';
comment on column governance.drift.since is 'The source''s time of the first read that says so';
comment on column governance.drift.why is 'What the reads say (CamelCase)';
comment on column governance.drift.observation_id is 'Read that made it believed';
comment on column governance.drift.answer is 'opened: a request with a ticket of its own; held: it came back too often for another one; recorded: nothing';
comment on column governance.drift.opened is 'The latest request that was opened because of it';
comment on column governance.drift.ended_at is 'It was as proven again, by itself; null = not that we know';
