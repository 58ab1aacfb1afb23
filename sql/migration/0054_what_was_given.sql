-- breaking: no
-- More was given than asked for: what an account holds beside it since the request was approved, and no approved request explains.
create table governance.over_grant (
    id bigint generated always as identity primary key,
    item_id bigint not null references governance.request_item,
    entitlement text not null check (entitlement <> ''),
    observation_id bigint not null references governance.observation,
    found_at timestamptz not null default clock_timestamp(),
    unique (item_id, entitlement)
);
comment on table governance.over_grant is 'What an account got beside what was asked for, while a request for it was worked on; append only';
comment on column governance.over_grant.id is 'Id';
comment on column governance.over_grant.item_id is 'Item whose reads showed it';
comment on column governance.over_grant.entitlement is 'What the account holds, as the source calls it';
comment on column governance.over_grant.observation_id is 'First read that showed it';
comment on column governance.over_grant.found_at is 'When that was stored';

-- An entitlement is asked for by its name too. What it was when it was read first is pinned by its immutable id: a group made anew
-- under the name of another is not what was asked for. An entitlement is the same for everybody.
alter table governance.observation add column entitlement_id text not null default '';
comment on column governance.observation.entitlement_id is 'Immutable id of the entitlement that was read; empty: the source does not show one';
create table governance.entitlement_link (
    id bigint generated always as identity primary key,
    source text not null references governance.source,
    entitlement text not null check (entitlement <> ''),
    native_id text not null check (native_id <> ''),
    how text not null check (how in ('read', 'operator')),
    established_at timestamptz not null default clock_timestamp(),
    request_id uuid references governance.access_request,
    actor text not null default '',
    reason text not null default '',
    replaces bigint references governance.entitlement_link,
    replaced_at timestamptz
);
create unique index entitlement_link_live on governance.entitlement_link (source, entitlement) where replaced_at is null;
comment on table governance.entitlement_link is 'What an entitlement''s name in a source means: pinned to an immutable id';
comment on column governance.entitlement_link.id is 'Id';
comment on column governance.entitlement_link.source is 'Source';
comment on column governance.entitlement_link.entitlement is 'Entitlement as requests name it';
comment on column governance.entitlement_link.native_id is 'Immutable id (entryUUID, objectGUID, SCIM id, ...)';
comment on column governance.entitlement_link.how is 'read: found by its name at the first read; operator: somebody says so';
comment on column governance.entitlement_link.established_at is 'Since when';
comment on column governance.entitlement_link.request_id is 'Request for which it was read first';
comment on column governance.entitlement_link.actor is 'Operator who said so';
comment on column governance.entitlement_link.reason is 'Why he said so';
comment on column governance.entitlement_link.replaces is 'Link that this one took the place of';
comment on column governance.entitlement_link.replaced_at is 'Since then another id counts';
drop function if exists governance.reconcile_reads(bigint, int, timestamptz, text, text, int);
