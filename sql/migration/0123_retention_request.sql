-- breaking: no
-- Which requests a file holds records of: of these, and of no others, `db verify` misses none that is not there.
create table governance.retention_request (
    retention_id bigint not null references governance.retention,
    request_id uuid not null,
    primary key (retention_id, request_id)
);
comment on table governance.retention_request is 'Requests of which records were retained away; append only, and held to by the evidence of the file';
comment on column governance.retention_request.retention_id is 'The file';
comment on column governance.retention_request.request_id is 'A request that lost records to it';
