-- breaking: no
-- Why a request is stuck. The words stand in connector/domain/stuck.h too; a test compares them.
create table governance.status_reason (
    name text primary key,
    state text not null check (state in ('over', 'moving', 'waiting', 'retrying', 'stuck')),
    waits_for text not null
        check (waits_for in ('nobody', 'us', 'agent', 'approver', 'source', 'jira', 'governance_owner')),
    next_action text not null,
    remedy text not null
);
comment on table governance.status_reason is 'What can hold a request: whose turn it is, what happens next, what a person can do';
comment on column governance.status_reason.name is 'Reason (CamelCase)';
comment on column governance.status_reason.state is 'over, moving (we are at it), waiting (for a person or a copy), retrying (it fails), stuck (somebody has to mend something)';
comment on column governance.status_reason.waits_for is 'nobody, us, agent, approver, source, jira or governance_owner (of mapping and workflow)';
comment on column governance.status_reason.next_action is 'What happens next';
comment on column governance.status_reason.remedy is 'What a person can do';
insert into governance.status_reason values
    ('Over', 'over', 'nobody', 'nothing', 'nothing'),
    ('NobodyLooks', 'stuck', 'us', 'a worker takes it up', 'look at /readyz and the log of the service: no worker has taken it up for five minutes'),
    ('TicketRefused', 'stuck', 'governance_owner', 'the ticket is made once somebody retries', 'mend what Jira names in the mapping or on the create screen, then: request retry'),
    ('CloseRefused', 'stuck', 'governance_owner', 'the close is tried again', 'let our account make this move in the workflow; request retry does it at once'),
    ('ReopenRefused', 'stuck', 'governance_owner', 'the reopening is tried again', 'reopen the ticket by hand and let our account make this move in the workflow'),
    ('ReturnRefused', 'stuck', 'governance_owner', 'the return is tried again', 'move the ticket back by hand and let our account make this move in the workflow'),
    ('TicketUnreadable', 'stuck', 'governance_owner', 'the ticket is read again', 'look at the ticket in Jira: our account may not see it, or a field holds what no field should'),
    ('TicketReadFails', 'retrying', 'jira', 'the ticket is read again', 'nothing yet: somebody is told when it stays so'),
    ('CallInDoubt', 'retrying', 'jira', 'we look whether it was done', 'nothing: it is never repeated before its fate is known'),
    ('CallFails', 'retrying', 'jira', 'the call is tried again', 'nothing, unless all calls to this site fail: then look at the site'),
    ('SourceUnreadable', 'retrying', 'source', 'the source is read again', 'mend the source or its credential; try it with: source test'),
    ('TicketUnfinished', 'stuck', 'governance_owner', 'the ticket is finished once somebody retries', 'mend what Jira names, its link or its participants, then: request retry'),
    ('RetireRefused', 'stuck', 'governance_owner', 'the cancelling is tried again', 'cancel the second ticket by hand or let our account make this move in the workflow'),
    ('WordsRefused', 'stuck', 'governance_owner', 'the words are written once they change', 'let our account comment and edit its two fields, then: request retry'),
    ('Unclear', 'waiting', 'agent', 'the ticket is read again', 'correct the field on the ticket, or ask the requester'),
    ('Received', 'moving', 'us', 'it is looked at', 'nothing'),
    ('ApprovalAwaited', 'waiting', 'approver', 'the approval is looked for', 'have somebody who may approve it do so'),
    ('TicketWanted', 'moving', 'us', 'the ticket is made', 'nothing'),
    ('WorkAwaited', 'waiting', 'agent', 'the ticket is looked at', 'do the change and press Resolve'),
    ('NotAsAsked', 'waiting', 'agent', 'the ticket and the source are looked at', 'make the access as asked and press Resolve'),
    ('StaleCopy', 'waiting', 'source', 'the next copy is read', 'nothing: the copy is older than the work'),
    ('Checking', 'moving', 'us', 'the source is read', 'nothing'),
    ('Closing', 'moving', 'us', 'the ticket is closed', 'nothing'),
    ('CloseAwaited', 'waiting', 'agent', 'the ticket is looked at', 'close the ticket: here we do not'),
    ('TicketGone', 'waiting', 'governance_owner', 'the ticket is looked for', 'bring the ticket back, or withdraw the request: request cancel');

-- When a refusal is tried again counts from the refusal; what is in doubt (sent_at) is another thing, and over by then.
alter table governance.flow add column parked_at timestamptz;
comment on column governance.flow.parked_at is 'When it was refused last; null: never';
update governance.flow f
   set version = f.version + 1,
       parked_at = coalesce((select max(a.at) from governance.flow_attempt a where a.flow_id = f.id and a.to_state = 'parked'), f.created_at)
 where f.state = 'parked';

create table governance.operator_act (
    id bigint generated always as identity primary key,
    request_id uuid references governance.access_request,
    site text not null references governance.site,
    issue_id text not null default '',
    act text not null check (act in ('retry')),
    actor text not null check (actor <> ''),
    done jsonb not null,
    at timestamptz not null default clock_timestamp(),
    check (request_id is not null or issue_id <> '')
);
comment on table governance.operator_act is 'What somebody had us do out of turn; append only';
comment on column governance.operator_act.id is 'Order';
comment on column governance.operator_act.request_id is 'Request; null when it was about a ticket that belongs to none';
comment on column governance.operator_act.site is 'Site';
comment on column governance.operator_act.issue_id is 'Jira''s id of the ticket; empty: there is none';
comment on column governance.operator_act.act is 'retry';
comment on column governance.operator_act.actor is 'Name of the API token';
comment on column governance.operator_act.done is 'What was done: kinds of work, or the ticket read again';
comment on column governance.operator_act.at is 'When';

-- both take one document now
drop function if exists governance.request_list(text, text, int);
