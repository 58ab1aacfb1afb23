-- breaking: no
-- How an exception ends, and that what it let close is owed again then. Those that ended before this release lapsed unseen: what
-- they let close stays as it is, and is counted as before (sla.exception_v1: is_expired_unresolved).
alter table governance.exception
    add column review_at timestamptz,
    add column renews bigint references governance.exception,
    add column ended_why text check (ended_why in ('revoked', 'taken_back', 'owner_left', 'not_needed')),
    add column ended_by text not null default '',
    add column ended_reason text not null default '',
    add column lapsed_at timestamptz default '-infinity',
    add constraint exception_review check (review_at > created_at and review_at < expires_at),
    add constraint exception_ended check (ended_why is null or revoked_at is not null);
alter table governance.exception alter column lapsed_at drop default;
update governance.exception set lapsed_at = null where revoked_at is null and expires_at > clock_timestamp();
create index exception_unlapsed on governance.exception (expires_at) where lapsed_at is null;
create index exception_unreviewed on governance.exception (review_at) where revoked_at is null and review_at is not null;
comment on column governance.exception.owner is 'Living person who owns the debt: when he leaves it lapses';
comment on column governance.exception.compensating_control is 'What mitigates it; empty only in those of before it was asked for';
comment on column governance.exception.review_at is 'When somebody looks whether it is still needed; null = it is too short for that';
comment on column governance.exception.renews is 'Earlier one that covers the same, of which this is the renewal';
comment on column governance.exception.ended_why is
    'revoked by somebody, taken_back on the ticket, owner_left, not_needed (reads proved first what it covers); null = not ended early, or before that was kept';
comment on column governance.exception.ended_by is 'Who revoked it';
comment on column governance.exception.ended_reason is 'Why, as he said it';
comment on column governance.exception.lapsed_at is
    'When its end was taken up: what it covered is owed from then on; null = it lasts; -infinity = it ended before lapses were taken up';

create table governance.late_proof (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    item_id bigint not null references governance.request_item,
    observation_id bigint not null references governance.observation,
    proven_at timestamptz not null default clock_timestamp()
);
create index late_proof_item on governance.late_proof (item_id, proven_at);
comment on table governance.late_proof is 'What was closed under an exception, and proven by reads after all';
comment on column governance.late_proof.id is 'Order';
comment on column governance.late_proof.request_id is 'Request that was closed under the exception';
comment on column governance.late_proof.item_id is 'Item that reads prove now';
comment on column governance.late_proof.observation_id is 'The newest of these reads';
comment on column governance.late_proof.proven_at is 'When';

create table governance.departure (
    id bigint generated always as identity primary key,
    person text not null check (btrim(person) <> ''),
    names text[] not null default '{}',
    how text not null check (how in ('told', 'leaver', 'disabled')),
    source text references governance.source,
    request_id uuid references governance.access_request,
    actor text not null default '',
    reason text not null default '',
    left_at timestamptz not null default clock_timestamp(),
    returned_at timestamptz,
    returned_by text not null default '',
    check ((how = 'disabled') = (source is not null)),
    check (how <> 'leaver' or request_id is not null),
    check (returned_at is null or returned_at >= left_at)
);
create unique index departure_live on governance.departure (lower(btrim(person, E' \t\r\n')), how, coalesce(source, '')) where returned_at is null;
comment on table governance.departure is 'Who left, as far as we were told or saw it: exceptions they own lapse, and they own no new one';
comment on column governance.departure.id is 'Order';
comment on column governance.departure.person is 'Person key';
comment on column governance.departure.names is 'Other names: "account=…", "address=…"';
comment on column governance.departure.how is 'told (by somebody), leaver (a request of that lifecycle was closed on proof), disabled (an account of his was seen disabled)';
comment on column governance.departure.source is 'Source of that account';
comment on column governance.departure.request_id is 'Request that was about it';
comment on column governance.departure.actor is 'Who told';
comment on column governance.departure.reason is 'Why';
comment on column governance.departure.left_at is 'When we learned of it';
comment on column governance.departure.returned_at is 'He is back; null = not that we know';
comment on column governance.departure.returned_by is 'Who said so; empty: the account was seen active';
