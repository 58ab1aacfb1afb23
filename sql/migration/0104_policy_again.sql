-- breaking: no
-- Since when who is asked is who it is: what another one answered before counts no more where it can still be asked.
alter table governance.site add column policy_at timestamptz not null default 'epoch';
comment on column governance.site.policy_at is 'Since when that policy, or that rule file, counts; what was answered before is asked again; epoch: before this was kept';
