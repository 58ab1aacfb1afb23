-- breaking: no
-- What is closed is looked at again for months; after an outage those looks are due first, and are none of anybody's waiting.
drop index governance.access_request_due;
create index access_request_due on governance.access_request
    (site, (case when phase = 'closed' then 2 when kind = 'removal' then 0 else 1 end), look_at) where look_at is not null;
