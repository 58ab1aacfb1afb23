-- breaking: no
-- What was decided about an approval is stored when it is decided: which votes counted, for which step, in whose stead, by which terms and
-- which answers of the policy. What was approved before this is judged by what is known now, as it was.
create table governance.approval_settled (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    outcome text not null check (outcome in ('approved', 'declined', 'lapsed', 'withdrawn')),
    effect text not null check (effect in ('decides', 'reopens', 'none')),
    at timestamptz not null default clock_timestamp(),
    reached_at timestamptz,
    terms jsonb not null,
    tuple_hash text not null,
    policy text not null,
    decisions bigint[] not null,
    check (effect = case outcome when 'approved' then 'decides' when 'lapsed' then 'decides' else effect end),
    check (effect <> 'decides' or outcome <> 'withdrawn'),
    check ((outcome = 'approved') = (reached_at is not null))
);
create index approval_settled_request on governance.approval_settled (request_id, id);
comment on table governance.approval_settled is 'What became of the approval of a request, each time it was decided; append only';
comment on column governance.approval_settled.id is 'Order';
comment on column governance.approval_settled.request_id is 'Request';
comment on column governance.approval_settled.outcome is 'approved, declined, lapsed (nobody in time), withdrawn (one whose vote counted took it back)';
comment on column governance.approval_settled.effect is 'decides: so it is from then on; reopens: an emergency owes its approval again; none: on record, what was decided stands';
comment on column governance.approval_settled.at is 'When it was decided';
comment on column governance.approval_settled.reached_at is 'When enough had approved; null: they had not';
comment on column governance.approval_settled.terms is 'Who had to approve, how many, by when; JSON null: one person, whoever may';
comment on column governance.approval_settled.tuple_hash is 'What was asked for then';
comment on column governance.approval_settled.policy is 'Policy that was live; empty: none was';
comment on column governance.approval_settled.decisions is 'Its answers, and those about duties, that were in force';

create table governance.approval_counted (
    settled_id bigint not null references governance.approval_settled,
    approval_id bigint not null references governance.approval,
    step int not null check (step >= 0),
    named text not null default '',
    delegation_id bigint references governance.delegation,
    person bigint not null,
    hats int not null,
    maybe int not null,
    fault text not null,
    primary key (settled_id, approval_id, step),
    check (step > 0 or named = '' and delegation_id is null)
);
create index approval_counted_approval on governance.approval_counted (approval_id);
comment on table governance.approval_counted is 'Each vote as it was judged when the approval was decided, once for every step that it answers; append only';
comment on column governance.approval_counted.settled_id is 'The decision';
comment on column governance.approval_counted.approval_id is 'The vote';
comment on column governance.approval_counted.step is 'Step of the terms that it answers, from 1; 0: none, or the terms have no steps';
comment on column governance.approval_counted.named is 'Who is named there: himself, or whom he answered for; empty: anybody may';
comment on column governance.approval_counted.delegation_id is 'Delegation by which he answered for another one; null: for himself';
comment on column governance.approval_counted.person is 'The same for votes of one person, or of what may be one';
comment on column governance.approval_counted.hats is 'What else he was to the request for sure: requester 1, beneficiary 2, fulfiller 4, verifier 8';
comment on column governance.approval_counted.maybe is 'What nobody could tell of that';
comment on column governance.approval_counted.fault is 'Why it did not count; empty: it did';
drop function if exists governance.approval_votes_at(governance.access_request, timestamptz); -- approval_votes_now
