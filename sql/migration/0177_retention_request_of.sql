-- breaking: no
-- Into which files entries of a request went is asked with each page of it.
create index retention_request_of on governance.retention_request (request_id);
