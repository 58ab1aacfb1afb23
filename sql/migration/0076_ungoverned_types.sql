-- breaking: no
-- How many tickets does a request type without a rule have? What they hold is still not kept.
alter table governance.ticket add column request_type text;
comment on column governance.ticket.request_type is 'Request type of a ticket that no rule governs; null: not known';

-- it takes one more, which cannot be replaced in place; a program that says less finds it all the same
drop function if exists governance.ticket_ignore(text, text, text, bigint, text, bigint, text);
