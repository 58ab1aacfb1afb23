create or replace view sla.request_status_v1 as
select request_id, issue_key, site, phase, state, waits_for, reason, since, attempts, next_action, next_at, remedy
  from governance.request_status;
comment on view sla.request_status_v1 is 'Why is it stuck: one row a request, whose turn it is and what happens next. Stable: columns are only added at the end';
comment on column sla.request_status_v1.request_id is 'Request';
comment on column sla.request_status_v1.issue_key is 'Ticket key; null until there is a ticket';
comment on column sla.request_status_v1.site is 'Site';
comment on column sla.request_status_v1.phase is 'Where it stands';
comment on column sla.request_status_v1.state is 'over, moving (we are at it), waiting (for a person or a copy), retrying (it fails), stuck (somebody has to mend something)';
comment on column sla.request_status_v1.waits_for is 'nobody, us, agent, approver, source, jira or governance_owner (of mapping and workflow)';
comment on column sla.request_status_v1.reason is 'What holds it (CamelCase)';
comment on column sla.request_status_v1.since is 'Since when; null = not known';
comment on column sla.request_status_v1.attempts is 'Calls or reads tried; 0 = nothing failed';
comment on column sla.request_status_v1.next_action is 'What happens next';
comment on column sla.request_status_v1.next_at is 'When; null = not by itself, or nobody knows';
comment on column sla.request_status_v1.remedy is 'What a person can do';
