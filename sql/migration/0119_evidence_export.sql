-- breaking: no
-- Which populations were exported: the log holds the hash of each manifest, so that a manifest can be told from one that somebody made up.
create table governance.evidence_export (
    id bigint generated always as identity primary key,
    since timestamptz not null,
    until timestamptz not null,
    requests bigint not null check (requests >= 0),
    manifest_sha256 bytea not null check (octet_length(manifest_sha256) = 32),
    exported_by text not null default session_user,
    at timestamptz not null default clock_timestamp(),
    check (until > since)
);
comment on table governance.evidence_export is 'Each population that was exported, written before its manifest; append only';
comment on column governance.evidence_export.id is 'Order';
comment on column governance.evidence_export.since is 'Requests of this time and later';
comment on column governance.evidence_export.until is 'Requests before this time';
comment on column governance.evidence_export.requests is 'How many requests are in it';
comment on column governance.evidence_export.manifest_sha256 is 'SHA-256 of manifest.json: it names every file with its hash';
comment on column governance.evidence_export.exported_by is 'Database role that exported it';
comment on column governance.evidence_export.at is 'When';
