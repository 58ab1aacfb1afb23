-- breaking: no
-- What evidence says of people: commitments. The clear text stands beside the chain, where it can be erased. Entries of before keep the plain
-- hashes they were written with: they are what was signed.
create table governance.person_commitment (
    entry bigint not null,
    member text not null,
    request_id uuid,
    salt bytea check (octet_length(salt) = 16),
    value text check (value <> ''),
    erased_at timestamptz,
    primary key (entry, member),
    check ((salt is null) = (erased_at is not null) and (value is null) = (erased_at is not null))
);
comment on table governance.person_commitment is 'The clear text of what an evidence entry commits to: commitment = sha256(salt || value). Erased: salt and value are gone, the entry stays as it is';
comment on column governance.person_commitment.entry is 'Its number in the chain';
comment on column governance.person_commitment.member is 'Of its detail: "member_commitment" there';
comment on column governance.person_commitment.request_id is 'Request it belongs to';
comment on column governance.person_commitment.salt is 'Random, of this value alone';
comment on column governance.person_commitment.value is 'A name of a person, or words of one';
comment on column governance.person_commitment.erased_at is 'When it was erased';

create table governance.request_salt (
    request_id uuid primary key,
    salt bytea check (octet_length(salt) = 16),
    erased_at timestamptz,
    check ((salt is null) = (erased_at is not null))
);
insert into governance.request_salt (request_id, salt) select r.id, uuid_send(gen_random_uuid()) from governance.access_request r;
comment on table governance.request_salt is 'Hashes of documents that name people (what was approved, sent, read, asked of the policy) stand in evidence as sha256(salt || hash in hexadecimal): one salt for a request, so that one document is seen to be one';
comment on column governance.request_salt.request_id is 'Request';
comment on column governance.request_salt.salt is 'Random';
comment on column governance.request_salt.erased_at is 'When it was erased: from then on nobody can tell of what document a hash was';
