-- breaking: no
-- More was given than asked for: what an account holds beside it since the request was approved, and no approved request explains.
create table governance.over_grant (
    id bigint generated always as identity primary key,
    item_id bigint not null references governance.request_item,
    entitlement text not null check (entitlement <> ''),
    observation_id bigint not null references governance.observation,
    found_at timestamptz not null default clock_timestamp(),
    unique (item_id, entitlement)
);
comment on table governance.over_grant is 'What an account got beside what was asked for, while a request for it was worked on; append only';
comment on column governance.over_grant.id is 'Id';
comment on column governance.over_grant.item_id is 'Item whose reads showed it';
comment on column governance.over_grant.entitlement is 'What the account holds, as the source calls it';
comment on column governance.over_grant.observation_id is 'First read that showed it';
comment on column governance.over_grant.found_at is 'When that was stored';
