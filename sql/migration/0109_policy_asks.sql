-- breaking: no
-- A policy may name who has to approve what it permits, beside the template.
alter table governance.policy_decision add column asks jsonb check (asks is null or permitted);
comment on column governance.policy_decision.asks is 'Approvals that a yes wants beside the template''s: at_least, steps; null: none';
