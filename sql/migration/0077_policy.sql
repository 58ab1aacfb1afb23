-- breaking: no
-- What a policy and the sets of duties to be kept apart were asked, and said: of which item, about what, by whom it was answered.
alter table governance.site add column policy text not null default '';
comment on column governance.site.policy is 'Who is asked whether a grant may be: authzen:ADDRESS, rules:SHA256; empty: nobody';

alter table governance.policy_decision
    add column item_id bigint references governance.request_item,
    add column pdp text not null default '',
    add column tuple_hash text not null default '',
    add column generation int not null default 1,
    add column why text not null default '',
    add column reason text not null default '',
    add column conflicts text[] not null default '{}',
    add column question uuid,
    add column took_ms int not null default 0,
    add column asked_sha256 bytea generated always as (sha256(asked)) stored,
    add column answered_sha256 bytea generated always as (sha256(answered)) stored,
    add check (permitted is null or answered is not null),
    add check (conflicts = '{}' or permitted = false);
create index policy_decision_request on governance.policy_decision (request_id, stage, id desc);
comment on column governance.policy_decision.item_id is 'Item it is about; null: duties to be kept apart, over all of them';
comment on column governance.policy_decision.pdp is 'Who was asked: authzen:ADDRESS, rules:SHA256, duties';
comment on column governance.policy_decision.tuple_hash is 'Of what was asked for then: an answer about something else does not count';
comment on column governance.policy_decision.generation is 'Claim for which it was asked, at verification';
comment on column governance.policy_decision.why is 'Ok, or why it is no decision (CamelCase)';
comment on column governance.policy_decision.reason is 'What people are told';
comment on column governance.policy_decision.conflicts is 'Sets of duties that would be in conflict';
comment on column governance.policy_decision.question is 'X-Request-ID of the call';
comment on column governance.policy_decision.took_ms is 'How long the answer took';
comment on column governance.policy_decision.asked_sha256 is 'SHA-256 of the request bytes';
comment on column governance.policy_decision.answered_sha256 is 'SHA-256 of the reply bytes';

create table governance.sod_set (
    id bigint generated always as identity primary key,
    name text not null check (name <> ''),
    n int not null check (n >= 2),
    unlinked text not null check (unlinked in ('unknown', 'beneficiary', 'none')),
    since timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);
create unique index sod_set_live on governance.sod_set (name) where ended_at is null;
comment on table governance.sod_set is
    'Duties to be kept apart, as the configuration says: nobody may hold n or more of a set (ANSI INCITS 359, static separation of duty)';
comment on column governance.sod_set.id is 'Id';
comment on column governance.sod_set.name is 'Name';
comment on column governance.sod_set.n is 'Nobody may hold so many of it';
comment on column governance.sod_set.unlinked is
    'A person of whom no account in a source is known: unknown, read as the account called like the person, or none there';
comment on column governance.sod_set.since is 'Since when it counts';
comment on column governance.sod_set.ended_at is 'Until when: taken out of the configuration, or changed';

create table governance.sod_member (
    set_id bigint not null references governance.sod_set,
    source text not null check (source <> ''),
    entitlement text not null check (entitlement <> ''),
    primary key (set_id, source, entitlement)
);
create index sod_member_of on governance.sod_member (source, entitlement);
comment on table governance.sod_member is 'What belongs to a set of duties to be kept apart';
comment on column governance.sod_member.set_id is 'Set';
comment on column governance.sod_member.source is 'Source';
comment on column governance.sod_member.entitlement is 'Entitlement there';
