create or replace view audit.approval_v1 as
select s.id as settled_id,
       s.request_id,
       coalesce(t.issue_key, '') as ticket,
       s.outcome,
       s.effect,
       s.at as settled_at,
       s.reached_at,
       s.terms,
       s.policy,
       s.decisions,
       a.id as approval_id,
       a.approver,
       a.channel,
       a.decision,
       date_trunc('milliseconds', case when a.given_at > 'epoch' and a.channel in ('jsm', 'automation') then a.given_at else a.at end) as given_at,
       c.fault = '' as is_counted,
       c.fault as why_not,
       nullif(c.step, 0) as step,
       case when c.step > 0 then s.terms->'steps'->(c.step - 1)->>'who' end as step_who,
       c.named,
       d.delegator as in_stead_of,
       c.delegation_id,
       c.person,
       c.hats,
       c.maybe,
       a.vouched_by
  from governance.approval_settled s
  left join governance.approval_counted c on c.settled_id = s.id
  left join governance.approval a on a.id = c.approval_id
  left join governance.delegation d on d.id = c.delegation_id
  left join governance.ticket t on t.request_id = s.request_id;
comment on view audit.approval_v1 is 'What was decided about approvals, vote by vote and step by step, as it was judged then: with names, for auditors only';
comment on column audit.approval_v1.settled_id is 'The decision; `settled` of its entry approval.settled in the evidence';
comment on column audit.approval_v1.request_id is 'Request';
comment on column audit.approval_v1.ticket is 'Ticket key; empty: it has none';
comment on column audit.approval_v1.outcome is 'approved, declined, lapsed (nobody in time), withdrawn (one whose vote counted took it back)';
comment on column audit.approval_v1.effect is 'decides: so it is from then on; reopens: an emergency owes its approval again; none: on record, what was decided stands';
comment on column audit.approval_v1.settled_at is 'When it was decided';
comment on column audit.approval_v1.reached_at is 'When enough had approved; null: they had not';
comment on column audit.approval_v1.terms is 'Who had to approve, how many, by when; JSON null: one person, whoever may';
comment on column audit.approval_v1.policy is 'Policy that was live; empty: none was';
comment on column audit.approval_v1.decisions is 'Its answers, and those about duties, that were in force';
comment on column audit.approval_v1.approval_id is 'Vote; null: there was none';
comment on column audit.approval_v1.approver is 'Who gave it';
comment on column audit.approval_v1.channel is 'jsm, automation, api or cli';
comment on column audit.approval_v1.decision is 'approved or declined';
comment on column audit.approval_v1.given_at is 'When it was given';
comment on column audit.approval_v1.is_counted is 'It counted';
comment on column audit.approval_v1.why_not is 'Why it did not; empty: it did';
comment on column audit.approval_v1.step is 'Step of the terms that it answers, from 1; null: none';
comment on column audit.approval_v1.step_who is 'As the terms call it';
comment on column audit.approval_v1.named is 'Who is named there: himself, or whom he answered for; empty: anybody may';
comment on column audit.approval_v1.in_stead_of is 'Whom he answered for, by a delegation; null: nobody';
comment on column audit.approval_v1.delegation_id is 'That delegation';
comment on column audit.approval_v1.person is 'The same for votes of one person, or of what may be one';
comment on column audit.approval_v1.hats is 'What else he was to the request for sure: requester 1, beneficiary 2, fulfiller 4, verifier 8';
comment on column audit.approval_v1.maybe is 'What nobody could tell of that';
comment on column audit.approval_v1.vouched_by is 'Name of the token of the API that vouches for who gave it; empty: Jira shows it';
