-- breaking: no
-- Whose token vouches for who ended a delegation early.
alter table governance.delegation add column end_vouched_by text not null default '' check (end_vouched_by = '' or revoked_at is not null);
comment on column governance.delegation.end_vouched_by is 'Name of the token that vouches for who ended it early; empty: nobody did, or from before this was kept';

drop function if exists governance.delegation_revoke(bigint, text); -- with whose token vouches for it
