-- breaking: yes
-- A replica of before answers about duties only for what it finds among them by name, and grants in their sources would wait for it.
-- Which entitlement a name was seen to mean, and what that lies in: duties to be kept apart are found by it, however a wish spells them.
create table governance.entitlement_seen (
    source text not null,
    entitlement text not null,
    folded text not null,
    native_id text not null default '',
    within text[],
    read_at timestamptz not null default clock_timestamp(),
    primary key (source, entitlement)
);
create index entitlement_seen_folded on governance.entitlement_seen (source, folded);
create index entitlement_seen_id on governance.entitlement_seen (source, native_id);
create index entitlement_seen_within on governance.entitlement_seen using gin (within);
comment on table governance.entitlement_seen is
    'Which entitlement a name meant when it was read last, and what that lies in: of wishes and of members of sets of duties. No proof, and changed by each read';
comment on column governance.entitlement_seen.source is 'Source';
comment on column governance.entitlement_seen.entitlement is 'Name, as a request or the configuration has it';
comment on column governance.entitlement_seen.folded is 'The name as all its spellings have it in common: see name_folded';
comment on column governance.entitlement_seen.native_id is 'Immutable id it was found with last; empty: with none yet';
comment on column governance.entitlement_seen.within is
    'Ids of what it lies in, by whatever way: who gets it gets them, too; null: the source does not tell';
comment on column governance.entitlement_seen.read_at is 'When it was asked about last';
