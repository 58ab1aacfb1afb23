create or replace view audit.commitment_v1 as
select c.entry, c.member, c.request_id, encode(c.salt, 'hex') as salt, c.value, c.erased_at
  from governance.person_commitment c
union all
select null, 'documents', s.request_id, encode(s.salt, 'hex'), null, s.erased_at
  from governance.request_salt s;
comment on view audit.commitment_v1 is 'What evidence commits to, with the salts by which anybody can check it: for auditors only';
comment on column audit.commitment_v1.entry is 'Entry of the chain; null: the salt of a request''s documents';
comment on column audit.commitment_v1.member is 'Which of its commitments: member_commitment in its detail';
comment on column audit.commitment_v1.request_id is 'Request';
comment on column audit.commitment_v1.salt is 'Salt, hexadecimal; null: erased';
comment on column audit.commitment_v1.value is 'A name of a person, or words of one; null: erased';
comment on column audit.commitment_v1.erased_at is 'When it was erased';
