-- breaking: no
-- An exception asked for on the ticket, as its fields stand and its history tells of them; carried out once for each answer.
alter table governance.ticket add column plea jsonb;
comment on column governance.ticket.plea is
    'Exception asked for on it: why, by whom, who shall own it, until when, and who answered; null = nobody asks';
alter table governance.access_request add column plea_done text not null default '';
comment on column governance.access_request.plea_done is 'Changelog id of the answer on the ticket that was carried out last; empty = none';
