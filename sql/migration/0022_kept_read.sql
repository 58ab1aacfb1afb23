-- breaking: no
-- A read of a ticket serves the looks of the next moment too, unless somebody told of a change since it was begun.
alter table governance.ticket
    add column fresh_at timestamptz,
    add column unsure_at timestamptz;
comment on column governance.ticket.fresh_at is 'When the read that stands here was begun; null once somebody told of a change since';
comment on column governance.ticket.unsure_at is 'Last hint of a change that did not say how new it is';
