-- breaking: no
-- A replica with an older mapping does not undo what one with the present mapping decided. A mapping that was live on a site and
-- is not any more comes back only when nobody holds the present one: then it is a decision of people, not a restart.
alter table governance.mapping_live add column number bigint not null default 1;
comment on column governance.mapping_live.number is 'So many mappings were live on the site, this one too';

create table governance.mapping_turn (
    site text not null,
    sha256 text not null references governance.mapping_version,
    number bigint not null,
    primary key (site, sha256)
);
comment on table governance.mapping_turn is 'What was ever live on a site';
comment on column governance.mapping_turn.site is 'The site; empty: of all';
comment on column governance.mapping_turn.sha256 is 'The mapping';
comment on column governance.mapping_turn.number is 'When it was live last, as mapping_live counts';
insert into governance.mapping_turn select l.site, l.sha256, l.number from governance.mapping_live l;

create table governance.mapping_holder (
    site text not null,
    owner text not null,
    sha256 text not null,
    seen_at timestamptz not null default clock_timestamp(),
    primary key (site, owner)
);
comment on table governance.mapping_holder is 'Which replica works with which mapping, as it says every few seconds';
comment on column governance.mapping_holder.site is 'The site';
comment on column governance.mapping_holder.owner is 'The replica';
comment on column governance.mapping_holder.sha256 is 'Its mapping';
comment on column governance.mapping_holder.seen_at is 'When it said so last';

-- A Data Center's edits are seen from now on: with which of them a ticket of before was approved, nobody knows.
update governance.ticket t set approved_edit = null from governance.site s
 where s.name = t.site and s.flavour = 'datacenter' and t.approved_edit is not null;

-- they take more than before, which cannot be replaced in place; a program that says less finds them all the same
drop function if exists governance.mapping_put(text, text, text);
drop function if exists governance.ticket_ignore(text, text, text, bigint, text, bigint);
