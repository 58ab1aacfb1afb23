-- breaking: no
-- Events that name people are put on record like populations: of which time, by whom. There is no manifest of them.
alter table governance.evidence_export add column format text not null default 'population' check (format in ('population', 'ocsf'));
alter table governance.evidence_export alter column since drop not null;
alter table governance.evidence_export alter column until drop not null;
alter table governance.evidence_export alter column requests drop not null;
alter table governance.evidence_export alter column manifest_sha256 drop not null;
alter table governance.evidence_export
    add constraint evidence_export_population check (format <> 'population' or since is not null and until is not null and requests is not null and manifest_sha256 is not null);
comment on column governance.evidence_export.format is 'population, or ocsf: events with the names of accounts';
comment on table governance.evidence_export is 'Each population that was exported, written before its manifest, and each export of events that names people; append only';
comment on column governance.evidence_export.since is 'Requests of this time and later; of events null: from the first';
comment on column governance.evidence_export.until is 'Requests before this time; of events null: to the last';
comment on column governance.evidence_export.requests is 'How many requests are in it; null: of events';
comment on column governance.evidence_export.manifest_sha256 is 'SHA-256 of manifest.json: it names every file with its hash; null: of events';
