-- breaking: no
-- Break-glass: work may precede the approval, which is owed by a time, as is a review by somebody else once the access was used.
-- Requests of before owe both, by the times of the configuration's defaults.
alter table governance.access_request add column approval_due timestamptz, add column review_due timestamptz;
comment on column governance.access_request.approval_due is 'Of an emergency: by when its approval is owed';
comment on column governance.access_request.review_due is 'Of an emergency: by when its use is to be reviewed';
update governance.access_request
   set approval_due = requested_at + interval '4 hours', review_due = coalesce(access_until, requested_at) + interval '24 hours'
 where emergency;
create index access_request_emergency on governance.access_request (requested_at) where emergency;

create table governance.emergency_review (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request unique,
    reviewer text not null check (btrim(reviewer) <> ''),
    reviewer_names text[] not null default '{}',
    outcome text not null check (outcome in ('in_order', 'objected')),
    note text not null check (btrim(note) <> ''),
    at timestamptz not null default clock_timestamp()
);
comment on table governance.emergency_review is 'What somebody who neither asked nor used it found when he looked at an emergency afterwards';
comment on column governance.emergency_review.id is 'Order';
comment on column governance.emergency_review.request_id is 'Emergency';
comment on column governance.emergency_review.reviewer is 'Who looked: person key';
comment on column governance.emergency_review.reviewer_names is 'Other names: "account=…", "address=…"';
comment on column governance.emergency_review.outcome is 'in_order, or objected: people are told';
comment on column governance.emergency_review.note is 'What was found';
comment on column governance.emergency_review.at is 'When';

insert into governance.status_reason values
    ('EmergencyOwed', 'waiting', 'approver', 'the ticket is closed then', 'approve it, and have somebody else review it: request review');
