-- breaking: no
-- What the API asks for: who submitted and who withdrew, and pages in the order of time.
alter table governance.access_request
    add column submitted_by text check (submitted_by <> ''),
    add column cancelled_by text check (cancelled_by <> '');
comment on column governance.access_request.submitted_by is 'Name of the API token that submitted it; null: it began with a ticket, or before this was kept';
comment on column governance.access_request.cancelled_by is 'Name of the API token that withdrew it first';
comment on column governance.access_request.idempotency_key is 'Key the identity platform gave, behind the name of its token; kept as long as the request; null when the ticket came first';
create index access_request_time on governance.access_request (requested_at, id);

-- takes who asks too
drop function if exists governance.request_cancel(uuid);
-- comes in pages
drop function if exists governance.evidence_of(text);
