create or replace view audit.evidence_v1 as
select seq, at, kind, request_id, body, encode(prev, 'hex') as prev, encode(hash, 'hex') as hash
  from governance.evidence_entry;
comment on view audit.evidence_v1 is 'The chain, entry by entry: hash = sha256(prev || body)';
comment on column audit.evidence_v1.seq is 'No gaps';
comment on column audit.evidence_v1.at is 'Database time';
comment on column audit.evidence_v1.kind is 'What happened';
comment on column audit.evidence_v1.request_id is 'Request';
comment on column audit.evidence_v1.body is 'The hashed text';
comment on column audit.evidence_v1.prev is 'Hash of the entry before, hexadecimal';
comment on column audit.evidence_v1.hash is 'Hash of this entry, hexadecimal';
