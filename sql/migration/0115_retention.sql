-- breaking: no
-- What was taken out of the database when its time was over, and into which file it went first.
create table governance.retention (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    kind text not null check (kind in ('deliveries', 'observations', 'flows', 'decisions', 'evidence')),
    month date not null,
    export text not null unique,
    sha256 bytea not null check (octet_length(sha256) = 32),
    rows bigint not null check (rows > 0)
);
comment on table governance.retention is 'Each file that records went into before they were dropped; append only';
comment on column governance.retention.id is 'Order';
comment on column governance.retention.at is 'When they were dropped';
comment on column governance.retention.kind is 'Of what: deliveries, observations, flows, decisions (their bytes) or evidence';
comment on column governance.retention.month is 'The month they are of';
comment on column governance.retention.export is 'Name of the file, in the folder of the configuration';
comment on column governance.retention.sha256 is 'SHA-256 of the file';
comment on column governance.retention.rows is 'Records in it';

-- Entries that are not in the chain any more, one after the other: what is left of them is what the others hang on, and their part of the
-- tree that is signed.
create table governance.retention_run (
    first bigint primary key,
    last bigint not null,
    retention_id bigint not null references governance.retention,
    prev bytea not null check (octet_length(prev) = 32),
    hash bytea not null check (octet_length(hash) = 32),
    tree bytea not null check (octet_length(tree) % 33 = 0 and octet_length(tree) > 0),
    check (last >= first)
);
comment on table governance.retention_run is 'Entries of evidence that were retained away, side by side; append only';
comment on column governance.retention_run.first is 'The first of them';
comment on column governance.retention_run.last is 'The last';
comment on column governance.retention_run.retention_id is 'The file they are in';
comment on column governance.retention_run.prev is 'Hash of the entry before the first';
comment on column governance.retention_run.hash is 'Hash of the last';
comment on column governance.retention_run.tree is 'Roots of the complete subtrees that they make up, from the left: height (one byte) and hash (RFC 6962)';

-- A month is found without reading all others; where rows only come in the order of time this costs next to nothing.
create index webhook_delivery_month on governance.webhook_delivery using brin (received_at);
create index observation_month on governance.observation using brin (observed_at);
create index flow_month on governance.flow using brin (created_at);
create index policy_decision_month on governance.policy_decision using brin (at);
create index evidence_entry_month on governance.evidence_entry using brin (at);
