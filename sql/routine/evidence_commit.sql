-- What evidence says of people. A commitment shows nothing of its value, and whoever is given value and salt can check it: 16 random
-- bytes, then the value, through SHA-256. When salt and value are erased, nobody can find the value by trying names.
create or replace function governance.commitment(p_value text, p_salt bytea) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return encode(sha256(p_salt || convert_to(p_value, 'UTF8')), 'hex');
end $$;
comment on function governance.commitment(text, bytea) is 'What evidence says in the place of a value: sha256(salt || value), in hexadecimal';

-- Made with the request, in its transaction, so that nobody waits for another here.
create or replace function governance.document_salt(p_request uuid) returns bytea
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    own bytea := uuid_send(gen_random_uuid());
    known bytea;
begin
    insert into governance.request_salt (request_id, salt) values (p_request, own) on conflict do nothing;
    if not found then
        select s.salt into known from governance.request_salt s where s.request_id = p_request;
        return coalesce(known, own); -- of what was erased nothing is known again
    end if;
    return own;
end $$;
comment on function governance.document_salt(uuid) is 'The salt of all commitments to documents of a request, made where there is none';

create or replace function governance.guard_erased() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'what is erased is gone as a whole' using errcode = 'CG009';
end $$;
comment on function governance.guard_erased() is 'Trigger: of the clear text of commitments, and of salts, nothing is erased by half';

-- The clear text beside the chain that is not what an entry commits to.
create or replace function governance.commitments_forged() returns table (entry bigint, member text)
-- with its owner's rights: it tells which, and no clear text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.entry, c.member from governance.person_commitment c left join governance.evidence_entry e on e.seq = c.entry
     where c.erased_at is null and governance.commitment(c.value, c.salt) is distinct from e.body::jsonb->'detail'->>(c.member || '_commitment')
       and e.body not like '%"detail_sha256"%'
$$;
comment on function governance.commitments_forged() is 'Clear texts that are not what their entries commit to';
