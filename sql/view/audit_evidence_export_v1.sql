create or replace view audit.evidence_export_v1 as
select x.at, x.exported_by, x.since, x.until, x.requests, encode(x.manifest_sha256, 'hex') as manifest_sha256,
       (select e.seq from governance.evidence_entry e
         where e.kind = 'evidence.exported' and e.at >= x.at and e.body::jsonb->'detail'->>'export' = x.id::text) as entry,
       x.format
  from governance.evidence_export x;
comment on view audit.evidence_export_v1 is 'Which populations, and which events with names, were exported, and where the log says so';
comment on column audit.evidence_export_v1.at is 'When, database time';
comment on column audit.evidence_export_v1.exported_by is 'Database role that exported it';
comment on column audit.evidence_export_v1.since is 'Requests of this time and later; of events null: from the first';
comment on column audit.evidence_export_v1.until is 'Requests before this time; of events null: to the last';
comment on column audit.evidence_export_v1.requests is 'How many requests are in it; null: of events';
comment on column audit.evidence_export_v1.manifest_sha256 is 'SHA-256 of its manifest.json, hexadecimal; null: of events';
comment on column audit.evidence_export_v1.entry is 'Its entry of evidence';
comment on column audit.evidence_export_v1.format is 'population, or ocsf: events with the names of accounts';
