-- breaking: no
-- Policies have an order: which one was made live when, and by whom. One that was replaced is not made live again by a replica that starts with the
-- files of before.
create table governance.policy_edition (
    id bigint generated always as identity primary key,
    pdp text not null,
    duties jsonb not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    how text not null check (how in ('start', 'reload', 'back')),
    actor text not null check (btrim(actor) <> ''),
    reason text not null default '',
    at timestamptz not null default clock_timestamp(),
    check (how <> 'back' or btrim(reason) <> '')
);
create index policy_edition_sha256 on governance.policy_edition (sha256);
comment on table governance.policy_edition is 'Each policy that was made live, with the duties to be kept apart; the last one is; append only';
comment on column governance.policy_edition.id is 'Order';
comment on column governance.policy_edition.pdp is 'Who is asked: authzen:URL, rules:SHA-256 of the file; empty: nobody';
comment on column governance.policy_edition.duties is 'Sets of duties, as policy_put takes them, in the order of their names';
comment on column governance.policy_edition.sha256 is 'Of both: the same policy has the same';
comment on column governance.policy_edition.how is 'start of a replica, reload (SIGHUP with other files), back: somebody had the one of his files made live again';
comment on column governance.policy_edition.actor is 'Replica or person';
comment on column governance.policy_edition.reason is 'Why somebody went back';
comment on column governance.policy_edition.at is 'Since when';
