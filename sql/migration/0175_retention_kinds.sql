-- breaking: no
-- What was counted is counted on when its entries are in a file.
alter table governance.retention add column kinds jsonb check (kinds is null or kind = 'evidence');
comment on column governance.retention.kinds is 'Of evidence: how many entries of each kind; null: another kind, or before this was counted';
