-- breaking: no
-- A grant without an end that came to nothing is read again: what it gave all the same, and nobody else asks for, is a drift of its own. Of
-- what ended before this release nobody knows when it did, and it is left alone: countersign scan finds such access.
alter table governance.access_request add column over_at timestamptz;
comment on column governance.access_request.over_at is 'When it came to nothing (denied, cancelled, expired, orphaned), by the database''s clock; null: it did not, or did before this was kept';

comment on table governance.drift is 'What was proven, closed, and is not so any more; and access that a grant left behind which came to nothing (why AccessLeft)';
comment on column governance.drift.request_id is 'Request that was closed on proof, or came to nothing';
comment on column governance.drift.item_id is 'What is not so any more, or is there and nobody''s';
comment on column governance.drift.since is 'The source''s time of the first read that says so; of what was left: when its request ended';
comment on column governance.drift.ended_at is 'It was as proven again, or gone, or asked for, by itself; null = not that we know';

insert into governance.status_reason values
    ('AccessLeft', 'stuck', 'governance_owner', 'the source is read again',
     'take the access away where it was given, or ask for it anew: what an approved request wants is left of none');
