-- breaking: no
-- What somebody tried to decide and may not: his own approval, an exception that nobody owns or that lasts a year, a circle of delegations.
-- Refused, it is no row among approvals, exceptions, reviews or delegations; that it was tried is evidence all the same.
create table governance.refused_decision (
    id bigint generated always as identity primary key,
    what text not null check (what in ('approval', 'review', 'exception', 'delegation')),
    request_id uuid references governance.access_request,
    channel text not null check (channel <> ''),
    person text not null,
    other text not null default '',
    scope text,
    source text,
    sod_set text,
    ends_at timestamptz,
    why text not null check (why <> ''),
    said text not null default '',
    answer text not null default '',
    vouched_by text not null default '',
    at timestamptz not null default clock_timestamp()
);
create index refused_decision_by on governance.refused_decision (vouched_by, at);
create index refused_decision_of on governance.refused_decision (request_id, id) where request_id is not null;
comment on table governance.refused_decision is 'Approvals, reviews, exceptions and delegations that were refused: who tried what, and why not; the same once in an hour; append only';
comment on column governance.refused_decision.id is 'Order';
comment on column governance.refused_decision.what is 'approval, review, exception or delegation';
comment on column governance.refused_decision.request_id is 'Request it was about; null: a source, or none';
comment on column governance.refused_decision.channel is 'On which way: jsm (the ticket), automation, api (the command line too)';
comment on column governance.refused_decision.person is 'Person key of who approved, reviewed or delegated; empty: nobody was named';
comment on column governance.refused_decision.other is 'Person key of the owner of the exception, or of the delegate';
comment on column governance.refused_decision.scope is 'Of an exception: item, request, source or sod';
comment on column governance.refused_decision.source is 'Of an exception of scope source: which';
comment on column governance.refused_decision.sod_set is 'Of an exception of scope sod: which set of duties';
comment on column governance.refused_decision.ends_at is 'Until when it was to last';
comment on column governance.refused_decision.why is
    'own, unclear (nobody can tell whether it is his own), left, void (it could not count any more), owner, control, reason, end, circle, unnamed; of a ticket stranger and declined, too';
comment on column governance.refused_decision.said is 'The sentence that was answered; empty: the ticket says it';
comment on column governance.refused_decision.answer is 'Of a ticket: which change of it, so that it is kept once';
comment on column governance.refused_decision.vouched_by is 'Name of the API token that sent it; empty: it was on the ticket';
comment on column governance.refused_decision.at is 'When';

drop function if exists governance.is_on_its_way(governance.access_request, text, text); -- on_its_way
