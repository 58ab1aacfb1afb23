-- breaking: no
-- What `db verify` still holds rows to when their entries are in a file: no more than a hash of what each said, so that a row that was
-- forged or edited afterwards is found, and of rows that went themselves their numbers. Files of before have none, and excuse as they did.
create table governance.retention_told (
    retention_id bigint not null, -- its own entry holds it to its file: to check each of a million rows takes minutes and memory
    request_id uuid,
    kind text not null,
    at timestamptz not null,
    led_to text,
    sha256 bytea check (octet_length(sha256) = 32),
    record bigint
);
create index retention_told_request on governance.retention_told (request_id);
comment on table governance.retention_told is 'What entries that were retained away said of rows that stay, as hashes; append only, and held to by the evidence of the file';
comment on column governance.retention_told.retention_id is 'The file';
comment on column governance.retention_told.request_id is 'Request it is about; null: none';
comment on column governance.retention_told.kind is 'Kind of the entry; request.clock: of a clock that stopped; request.people: of all its names. Of a row that went itself: observation, flow, delivery';
comment on column governance.retention_told.at is 'When the entry was written, or when the row went';
comment on column governance.retention_told.led_to is 'Phase that a move led to';
comment on column governance.retention_told.sha256 is 'SHA-256 of what governance.evidence_compared() leaves of the entry; null: an entry of before commitments, which nothing is compared with';
comment on column governance.retention_told.record is 'Number of a row that is in the file itself';

-- Few among many, asked for with every page of requests.
create index evidence_entry_of_files on governance.evidence_entry (kind) where kind in ('person.erased', 'records.retained');
-- Rows are read by their requests.
create index account_link_request on governance.account_link (request_id);
create index entitlement_link_request on governance.entitlement_link (request_id);
create index departure_request on governance.departure (request_id);
create index operator_act_request on governance.operator_act (request_id);
create index request_item_replaced on governance.request_item (request_id) where replaced_at is not null;
create index ticket_second_of on governance.ticket (second_of) where second_of is not null;
drop function if exists governance.is_retained(text, timestamptz);
drop function if exists governance.retain_rows(text, timestamptz, timestamptz, timestamptz, jsonb, bigint, int);
drop function if exists governance.retain_page(text, date, timestamptz, jsonb, bigint, int);
