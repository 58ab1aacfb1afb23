-- breaking: no
-- What a request was approved by is its own from then on, whatever the policy wants of others later; and a policy says at intake who has to
-- approve: wanted later, it would be wanted of nobody.
alter table governance.access_request add column approved_terms jsonb;
comment on column governance.access_request.approved_terms is 'Who had to approve, how many, by when, as it was approved; JSON null: one person, whoever may, or nobody had to; null: not approved, or before this was kept';
alter table governance.policy_decision add constraint policy_decision_asks_at_intake check (asks is null or stage = 'intake') not valid; -- older ones stand
drop function if exists governance.judge_fault(governance.access_request, text[], int);
