-- breaking: no
-- Whoever approves is another person than who asks and who it is for, whatever each of them is called. A request of before knows
-- no more than the keys until its ticket is read again, which every look does first.
alter table governance.access_request add column requester_names text[] not null default '{}';
alter table governance.access_request add column beneficiary_names text[] not null default '{}';
alter table governance.approval add column approver_names text[] not null default '{}';
comment on column governance.access_request.requester_names is 'What Jira shows of the requester: "account=…", "address=…"';
comment on column governance.access_request.beneficiary_names is 'What Jira shows of the one it is for: "account=…", "address=…"';
comment on column governance.approval.approver_names is 'What Jira showed of the approver: "account=…", "address=…"';
comment on column governance.approval.approver is 'Person key; never known to be requester or beneficiary: where nobody can tell it does not count';

insert into governance.status_reason values
    ('ApproverUnclear', 'waiting', 'governance_owner', 'the approval is looked for',
     'name who asks and who it is for under people of the site as Jira names them, or have somebody else approve: nobody can tell whether one of them approved it');
