-- breaking: no
-- An account is asked for by its name, and a name may be given to another account. Whose it was when it was read first is pinned by
-- its immutable id, for each person by himself: one account may be several people's (a service's), and a name one after the other's.
alter table governance.account_link
    add column account text not null,
    add column request_id uuid references governance.access_request,
    add column actor text not null default '',
    add column reason text not null default '',
    add column replaces bigint references governance.account_link,
    add column replaced_at timestamptz,
    add check (native_id <> '' and how in ('read', 'operator')),
    drop constraint account_link_source_native_id_key;
create unique index account_link_live on governance.account_link (source, account, person) where replaced_at is null;
create index account_link_id on governance.account_link (source, native_id);
comment on table governance.account_link is
    'Which account in which source belongs to which person: the name it is asked for by, pinned to an immutable id';
comment on column governance.account_link.account is 'Account key as requests name it';
comment on column governance.account_link.how is 'read: found by its name at the first read; operator: somebody says so';
comment on column governance.account_link.request_id is 'Request for which it was read first';
comment on column governance.account_link.actor is 'Operator who said so';
comment on column governance.account_link.reason is 'Why he said so';
comment on column governance.account_link.replaces is 'Link that this one took the place of';
comment on column governance.account_link.replaced_at is 'Since then another id counts';
drop function if exists governance.dossier_items(uuid, int, boolean, boolean, boolean);
