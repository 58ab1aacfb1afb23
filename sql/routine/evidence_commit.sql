-- What evidence says of people. A commitment shows nothing of its value, and whoever is given value and salt can check it: 16 random
-- bytes, then the value, through SHA-256. When salt and value are erased, nobody can find the value by trying names.
create or replace function governance.commitment(p_value text, p_salt bytea) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return encode(sha256(p_salt || convert_to(p_value, 'UTF8')), 'hex');
end $$;
comment on function governance.commitment(text, bytea) is 'What evidence says in the place of a value: sha256(salt || value), in hexadecimal';

-- p: values by their members. "said" goes into the entry, the rest beside it.
create or replace function governance.people_commit(p jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    return (with c as materialized (select e.key, e.value, uuid_send(gen_random_uuid()) as salt from jsonb_each_text(p) e where e.value <> '')
            select jsonb_build_object(
                       'said', coalesce(jsonb_object_agg(c.key || '_commitment', governance.commitment(c.value, c.salt)), '{}'),
                       'kept', coalesce(jsonb_agg(jsonb_build_object('member', c.key, 'salt', encode(c.salt, 'hex'), 'value', c.value)), '[]'))
              from c);
end $$;
comment on function governance.people_commit(jsonb) is 'Commitments to names and words of people, each with a salt of its own';

create or replace function governance.people_committed(p_entry bigint, p_request uuid, p jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    insert into governance.person_commitment (entry, member, request_id, salt, value)
    select p_entry, k.member, p_request, decode(k.salt, 'hex'), k.value
      from jsonb_to_recordset(p->'kept') as k(member text, salt text, value text);
end $$;
comment on function governance.people_committed(bigint, uuid, jsonb) is 'Keep the clear text of what an entry commits to';

-- p: hashes of documents by their members. The salt is made with the request, in its transaction, so that nobody waits for another here.
create or replace function governance.documents_commit(p_request uuid, p jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    own bytea;
begin
    select s.salt into own from governance.request_salt s where s.request_id = p_request;
    if not found then
        own := uuid_send(gen_random_uuid());
        insert into governance.request_salt (request_id, salt) values (p_request, own);
    elsif own is null then
        own := uuid_send(gen_random_uuid()); -- of what was erased nothing is known again
    end if;
    return coalesce((select jsonb_object_agg(d.key || '_commitment', governance.commitment(d.value, own))
                       from jsonb_each_text(p) d where d.value <> ''), '{}');
end $$;
comment on function governance.documents_commit(uuid, jsonb) is 'Commitments to documents of a request, by their hashes, all with the salt of the request';

-- The clear text beside the chain that is not what an entry commits to.
create or replace function governance.commitments_forged() returns table (entry bigint, member text)
-- with its owner's rights: it tells which, and no clear text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.entry, c.member from governance.person_commitment c left join governance.evidence_entry e on e.seq = c.entry
     where c.erased_at is null and governance.commitment(c.value, c.salt) is distinct from e.body::jsonb->'detail'->>(c.member || '_commitment')
       and e.body not like '%"detail_sha256"%'
$$;
comment on function governance.commitments_forged() is 'Clear texts that are not what their entries commit to';
