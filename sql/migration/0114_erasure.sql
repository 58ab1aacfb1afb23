-- breaking: no
-- Persons who were erased: what was done, never who it was.
create table governance.erasure (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    pseudonym text not null unique,
    requests uuid[] not null,
    commitments bigint not null,
    cells bigint not null,
    kept int not null,
    actor text not null check (actor <> ''),
    reason text not null check (reason <> '')
);
comment on table governance.erasure is 'Each time a person was erased; append only';
comment on column governance.erasure.id is 'Order';
comment on column governance.erasure.at is 'When';
comment on column governance.erasure.pseudonym is 'What stands in the place of the names, followed by a number for each of them; nothing leads back from it';
comment on column governance.erasure.requests is 'Requests in which the person is not named any more';
comment on column governance.erasure.commitments is 'Commitments of evidence whose clear text is gone';
comment on column governance.erasure.cells is 'Values elsewhere that were replaced or emptied';
comment on column governance.erasure.kept is 'Requests, exceptions and delegations that had to keep the person, for a reason that was told';
comment on column governance.erasure.actor is 'Who had it done';
comment on column governance.erasure.reason is 'Why, in words: a case number, never a name';

-- The bytes of a decision may go before its row; what they were is held to by their hashes, which are kept then.
alter table governance.policy_decision
    alter column asked drop not null,
    alter column asked_sha256 drop expression,
    alter column answered_sha256 drop expression,
    drop constraint policy_decision_check,
    add constraint policy_decision_check check (permitted is null or answered is not null or asked is null);
comment on column governance.policy_decision.asked is 'Request bytes; null: retained away or erased';
comment on column governance.policy_decision.answered is 'Reply bytes; null: there was none, or it is retained away or erased';
