-- breaking: no
-- Who ended a delegation early.
alter table governance.delegation add column revoked_by text not null default '';
alter table governance.delegation add check (revoked_by = '' or revoked_at is not null);
comment on column governance.delegation.revoked_by is 'Who ended it early; empty: nobody did, or before it was kept';
