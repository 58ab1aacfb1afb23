-- breaking: no
-- Of a site, what waits for a delivery is few of all tickets: by its own index, not by that of all of them.
drop index governance.webhook_echo_waits;
create index webhook_echo_waits on governance.webhook_echo (site, polled_at) where polled_at is not null;
