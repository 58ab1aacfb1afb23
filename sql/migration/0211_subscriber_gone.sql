-- breaking: no
-- Whoever answers 410 wants nothing more: later events are kept for him, and not tried.
alter table governance.event_subscriber add column gone_at timestamptz;
comment on column governance.event_subscriber.gone_at is
    'When it answered 410 Gone: nothing is sent to it any more; null: it did not, or the service began anew, or an operator had it tried again, since';
comment on column governance.event_delivery.state is
    'waiting; delivered: answered 2xx; dead: given up; dropped: the subscriber ended before, or had answered 410';
