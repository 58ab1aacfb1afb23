-- breaking: no
-- The live mapping is what the database says: a file makes one live when it is another than the file of before, and what was
-- applied from a plan stays until then. Who changed it, and what was refused, is on record.
alter table governance.mapping_live
    add column from_file text,
    add column is_applied boolean not null default false;
comment on table governance.mapping_live is 'The mapping of each site, as a file or a plan made it live last';
comment on column governance.mapping_live.from_file is 'SHA-256 of the file that was taken, or passed over because it was applied from a plan, last; the same file again changes nothing';
comment on column governance.mapping_live.is_applied is 'Made live by a plan or a rollback: every replica takes it from here';
update governance.mapping_live set from_file = sha256;

create table governance.mapping_event (
    id bigint generated always as identity primary key,
    site text not null,
    act text not null check (act in ('file', 'applied', 'rolled_back', 'refused')),
    sha256 text not null default '',
    number bigint,
    was text not null default '',
    actor text not null check (actor <> ''),
    change text not null default '',
    reason text not null default '',
    detail jsonb not null default '{}',
    at timestamptz not null default clock_timestamp(),
    check ((act = 'refused') = (number is null)),
    check (act not in ('applied', 'rolled_back') or reason <> '')
);
create index mapping_event_site on governance.mapping_event (site, id);
comment on table governance.mapping_event is 'Each time another mapping became live on a site, and each that was refused; append only';
comment on column governance.mapping_event.id is 'Order';
comment on column governance.mapping_event.site is 'The site; empty: of all';
comment on column governance.mapping_event.act is 'file: a service took it from its file; applied: from a plan; rolled_back: one of before; refused: it has faults, the one before goes on';
comment on column governance.mapping_event.sha256 is 'The mapping; empty: its file could not be read';
comment on column governance.mapping_event.number is 'So many mappings were live on the site, this one too; null: it was refused';
comment on column governance.mapping_event.was is 'The mapping before it; of a refusal the one that goes on';
comment on column governance.mapping_event.actor is 'Who did it';
comment on column governance.mapping_event.change is 'Number of the change it was done under';
comment on column governance.mapping_event.reason is 'Why';
comment on column governance.mapping_event.detail is 'Of a plan: its hash, tests run, what the replay counted; of a refusal: code, place, fact and remedy';
comment on column governance.mapping_event.at is 'When';
