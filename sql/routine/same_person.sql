-- What makes spellings of one key one. Asked many times with every approval: in PL/pgSQL, for its plans are kept, and a function in SQL
-- that pins its search_path is planned at each call. An index is on it: what it says of keys in plain ASCII stays so.
create or replace function governance.person_folded(a text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$ -- one in SQL is planned at each call
begin
    if a !~* '[^ -~]|<|mailto:|accountid:|\[~' then
        return lower(btrim(a)); -- mostly
    end if;
    a := regexp_replace(a, E'[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e'
                           '\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
                        '', 'g');
    -- whatever the locale of the database is
    a := btrim(normalize(lower(upper(normalize(a, nfkc) collate "und-x-icu") collate "und-x-icu"), nfkc), E' \u1680');
    a := regexp_replace(a, '^[^<>]*< *([^<>@ ]+@[^<>@ ]+) *>$', '\1'); -- as a mail program writes it
    return regexp_replace(regexp_replace(a, '^\[~(.*)\]$', '\1'), '^(mailto|accountid): *', ''); -- as Jira writes accounts in texts
end $$;
comment on function governance.person_folded(text) is
    'A person key as all its spellings have it in common: without case, blanks around it, characters that nobody sees (Default_Ignorable_Code_Point of Unicode, controls), mailto: and a display name; one form of what Unicode holds for the same (NFKC)';

create or replace function governance.same_person(a text, b text) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return governance.person_folded(a) = governance.person_folded(b);
end $$;
comment on function governance.same_person(text, text) is 'Two spellings of one person key: see person_folded';

-- A key in words among what is known of its owner: "account=…", "address=…" (jsm_user_names in the program). A key that is
-- neither is a word of another system.
create or replace function governance.person_names(p_key text, p_known text[]) returns text[]
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    folded text := governance.person_folded(p_key);
begin
    return p_known || case when folded = '' then '{}'
                           when position('@' in folded) > 0 then array['address=' || p_key]
                           when folded ~ '^([0-9a-z-]+:[0-9a-z:-]+|[0-9a-f]{24})$' then array['account=' || p_key]
                           else array['word=' || p_key] end;
end $$;
comment on function governance.person_names(text, text[]) is 'All names of a person: those that Jira shows and the key it goes by here';

-- What a login and an address of one person have in common mostly: reyes, CORP\reyes, uid=reyes,ou=people, reyes+jira@example.com.
create or replace function governance.person_local(p_name text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
    key text := governance.person_folded(substr(p_name, position('=' in p_name) + 1));
begin
    return case when p_name not like 'word=%' and position('@' in key) > 0 then split_part(split_part(key, '@', 1), '+', 1)
                else regexp_replace(regexp_replace(key, '^[a-z]+=([^,]+),.*$', '\1'), '^.*\\', '') end;
end $$;
comment on function governance.person_local(text) is 'The login in a name of a person: its local part, without domain and tag';

create or replace function governance.person_untagged(p_name text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return regexp_replace(governance.person_folded(substr(p_name, position('=' in p_name) + 1)), '\+[^@]*@', '@');
end $$;
comment on function governance.person_untagged(text) is 'An address without the tag of its local part: ann+jira@ is ann@ to many servers';

create or replace function governance.one_person(a text[], b text[]) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
    return (
        select case
               when array(select governance.person_folded(substr(x, position('=' in x) + 1)) from unnest(a) x)
                    && array(select governance.person_folded(substr(y, position('=' in y) + 1)) from unnest(b) y) then true
               when cardinality(a) = 0 or cardinality(b) = 0 then null -- somebody, but nobody knows who
               when exists (select from unnest(a) x, unnest(b) y -- one mailbox, by all that most servers know
                             where x like 'address=%' and y like 'address=%' and governance.person_untagged(x) = governance.person_untagged(y)) then null
               when k.of_a && k.of_b then false
               when exists (select from unnest(a) x, unnest(b) y
                             where (x like 'word=%' or y like 'word=%') and governance.person_local(x) = governance.person_local(y)) then null
               when cardinality(k.of_a) = 0 or cardinality(k.of_b) = 0 then false
               end
          from (select array(select split_part(x, '=', 1) from unnest(a) x where x not like 'word=%') as of_a,
                     array(select split_part(y, '=', 1) from unnest(b) y where y not like 'word=%') as of_b) k);
end $$;
comment on function governance.one_person(text[], text[]) is
    'Are these one person? Any name of the one that the other has, too, says yes; different names of one kind say no; an account here and an address there say nothing: null. Nor does a login beside a name with the same local part, where no kind of name is known of both';

create or replace function governance.approval_counts(a governance.approval, r governance.access_request) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select case governance.judge_fault(r, governance.person_all(a.approver, a.approver_names), 'vote', '-infinity')
                when '' then true when 'unclear' then null else false end
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
