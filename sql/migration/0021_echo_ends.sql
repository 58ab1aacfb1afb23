-- breaking: no
-- What is settled between webhooks and polling is forgotten after a week, the oldest first.
create index webhook_echo_settled on governance.webhook_echo (site, greatest(announced_ms, counted_ms)) where polled_at is null;
