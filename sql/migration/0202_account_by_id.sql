-- breaking: no
-- Planned while the table was empty, and kept: by an index that begins with the source, an account's link was looked for among all of that
-- source. Whoever has an id names both; so the id comes first, and nothing else can begin with it.
drop index governance.account_link_id;
create index account_link_id on governance.account_link (native_id, source);
