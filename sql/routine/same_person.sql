create or replace function governance.same_person(a text, b text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select lower(btrim(a, E' \t\r\n')) = lower(btrim(b, E' \t\r\n'))
$$;
comment on function governance.same_person(text, text) is 'Two spellings of one person key: neither case nor blanks around it count';

-- The same, for what is kept by person and looked for by an index.
create or replace function governance.person_folded(a text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$ -- one in SQL is planned at each call
begin
    return lower(btrim(a, E' \t\r\n'));
end $$;
comment on function governance.person_folded(text) is 'A person key as all its spellings have it in common: see same_person';

-- A key in words among what is known of its owner: "account=…", "address=…" (jsm_user_names in the program). A key that is
-- neither is a word of another system.
create or replace function governance.person_names(p_key text, p_known text[]) returns text[]
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select p_known || case when btrim(p_key, E' \t\r\n') = '' then '{}'
                           when position('@' in p_key) > 0 then array['address=' || p_key]
                           when lower(p_key) ~ '^\s*([0-9a-z-]+:[0-9a-z:-]+|[0-9a-f]{24})\s*$' then array['account=' || p_key]
                           else array['word=' || p_key] end
$$;
comment on function governance.person_names(text, text[]) is 'All names of a person: those that Jira shows and the key it goes by here';

create or replace function governance.one_person(a text[], b text[]) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select case
               when exists (select from unnest(a) x, unnest(b) y
                             where governance.same_person(substr(x, position('=' in x) + 1), substr(y, position('=' in y) + 1))) then true
               when cardinality(a) = 0 or cardinality(b) = 0 then null -- somebody, but nobody knows who
               when k.of_a && k.of_b or cardinality(k.of_a) = 0 or cardinality(k.of_b) = 0 then false
           end
      from (select array(select split_part(x, '=', 1) from unnest(a) x where x not like 'word=%') as of_a,
                   array(select split_part(y, '=', 1) from unnest(b) y where y not like 'word=%') as of_b) k
$$;
comment on function governance.one_person(text[], text[]) is
    'Are these one person? Any name of the one that the other has, too, says yes; different names of one kind say no; an account here and an address there say nothing: null';

create or replace function governance.approval_counts(a governance.approval, r governance.access_request) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when h.hats[1] <> 0 then false when h.hats[2] = 0 then true end
      from (select governance.hats_of(r, governance.person_all(a.approver, a.approver_names)) as hats) h
$$;
comment on function governance.approval_counts(governance.approval, governance.access_request) is
    'Is the approver another person than who asks, who it is for, who does the work and who checks it? null: nobody can tell, which counts as no';

-- Is there an approval of what is asked for that counts (true), or where nobody can tell (null)?
create or replace function governance.approval_is(r governance.access_request, p_counts boolean) returns boolean
-- with its owner's rights: a dashboard's view asks, and may see no approvals
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from governance.approval a
                    where a.request_id = r.id and a.decision = 'approved' and a.tuple_hash = r.mapped_hash and a.tuple_hash <> ''
                      and governance.approval_counts(a, r) is not distinct from p_counts)
$$;
comment on function governance.approval_is(governance.access_request, boolean) is
    'Is something recorded that approves what is asked for, by another person (true), or by who knows whom (null)?';
