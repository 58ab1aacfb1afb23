-- breaking: no
-- The hash chain. hash = sha256(prev || body), the first prev is 32 zero bytes; body is canonical JSON with its own seq.
create table governance.evidence_head (
    one boolean primary key default true check (one),
    seq bigint not null,
    hash bytea not null check (octet_length(hash) = 32)
);
insert into governance.evidence_head values (true, 0, decode(repeat('00', 32), 'hex'));
comment on table governance.evidence_head is 'Last entry of the chain; locked at commit, last of all locks';
comment on column governance.evidence_head.one is 'One row';
comment on column governance.evidence_head.seq is 'Last sequence number';
comment on column governance.evidence_head.hash is 'Its hash';

create table governance.evidence_entry (
    seq bigint primary key,
    at timestamptz not null,
    kind text not null,
    request_id uuid,
    body text not null,
    prev bytea not null check (octet_length(prev) = 32),
    hash bytea not null check (octet_length(hash) = 32)
);
create index evidence_entry_request on governance.evidence_entry (request_id, seq);
comment on table governance.evidence_entry is 'One entry for every state change, written in the same transaction; append only';
comment on column governance.evidence_entry.seq is 'No gaps';
comment on column governance.evidence_entry.at is 'Database time';
comment on column governance.evidence_entry.kind is 'What happened: table.operation';
comment on column governance.evidence_entry.request_id is 'Request it belongs to';
comment on column governance.evidence_entry.body is 'Canonical JSON: the very bytes that are hashed';
comment on column governance.evidence_entry.prev is 'Hash of the entry before';
comment on column governance.evidence_entry.hash is 'sha256(prev || body)';

create table governance.evidence_checkpoint (
    seq bigint primary key,
    hash bytea not null,
    at timestamptz not null default clock_timestamp(),
    anchored_to text not null
);
comment on table governance.evidence_checkpoint is 'Heads of the chain that were handed to somebody outside';
comment on column governance.evidence_checkpoint.seq is 'Sequence number';
comment on column governance.evidence_checkpoint.hash is 'Hash there';
comment on column governance.evidence_checkpoint.at is 'When';
comment on column governance.evidence_checkpoint.anchored_to is 'Where';
