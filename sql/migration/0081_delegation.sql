-- breaking: no
-- One answers for another one, for a time.
create table governance.delegation (
    id bigint generated always as identity primary key,
    delegator text not null check (btrim(delegator) <> ''),
    delegate text not null check (btrim(delegate) <> ''),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    actor text not null,
    created_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz,
    check (ends_at > starts_at and ends_at <= starts_at + interval '90 days')
);
create index delegation_delegator on governance.delegation (lower(btrim(delegator, E' \t\r\n'))) where revoked_at is null;
comment on table governance.delegation is 'Whoever approves may have it done by another person for a time, who may not pass it on';
comment on column governance.delegation.id is 'Id';
comment on column governance.delegation.delegator is 'Person key of who has to approve';
comment on column governance.delegation.delegate is 'Person key of who does it instead';
comment on column governance.delegation.starts_at is 'From then on';
comment on column governance.delegation.ends_at is 'Until then, at most 90 days';
comment on column governance.delegation.actor is 'Who said so';
comment on column governance.delegation.created_at is 'When it was said';
comment on column governance.delegation.revoked_at is 'Ended early';
