-- breaking: no
-- The sweep pages through our tickets of a site in the order of their ids.
create index ticket_ids on governance.ticket (site, (issue_id::numeric)) where request_id is not null;
