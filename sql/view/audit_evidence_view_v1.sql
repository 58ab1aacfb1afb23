create or replace view audit.evidence_view_v1 as
select v.at, v.viewer, v.role, v.request_id, coalesce(t.issue_key, '') as ticket
  from governance.evidence_view v
  left join governance.ticket t on t.request_id = v.request_id;
comment on view audit.evidence_view_v1 is 'Who looked at the evidence of which request: once an hour at the most';
comment on column audit.evidence_view_v1.at is 'When, database time';
comment on column audit.evidence_view_v1.viewer is 'Who looked: as the console knew him, "token NAME" of the API, or the user of the database or machine who exported it';
comment on column audit.evidence_view_v1.role is 'viewer (was shown no names) or auditor';
comment on column audit.evidence_view_v1.request_id is 'Request';
comment on column audit.evidence_view_v1.ticket is 'Ticket key; empty: it has none';
