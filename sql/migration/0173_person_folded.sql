-- breaking: no
-- One person is one however his key is spelled: what nobody sees in it, and what Unicode holds for the same, makes no other person. What was
-- pinned to a key that only this makes another one's is pinned anew by its next read.
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

drop index governance.account_link_account;
create index account_link_account on governance.account_link (governance.person_folded(account));
create index departure_person on governance.departure (governance.person_folded(person)) where returned_at is null;
