-- breaking: no
-- Who has to approve, by when, who did the work, and who answers for whom. What a template wants stands in access_request.mapped
-- ("approval"): it is frozen with what was approved, and replaced with it before.
alter table governance.access_request
    add column approval_asked_at timestamptz,
    drop constraint access_request_lifecycle_check,
    add constraint access_request_lifecycle_check
        check (lifecycle in ('joiner', 'mover', 'leaver', 'privileged', 'emergency', 'standard', 'recertification'));
comment on column governance.access_request.approval_asked_at is 'Since when it waits for an approval: the window of its template begins here';
comment on column governance.access_request.lifecycle is 'Why: joiner, mover, leaver, privileged, emergency, standard, recertification';
update governance.access_request set approval_asked_at = requested_at where phase = 'pending_approval';

alter table governance.approval
    add column after_work boolean not null default false,
    drop constraint approval_decision_check,
    add constraint approval_decision_check check (decision in ('approved', 'declined', 'withdrawn'));
comment on column governance.approval.decision is 'approved, declined, or withdrawn: what the same person said before counts no more';
comment on column governance.approval.channel is 'jsm, automation (an app''s account there), api or cli';
comment on column governance.approval.after_work is 'Somebody had said done by then: on record, and it makes nothing right';

alter table governance.ticket
    add column mover_names text[] not null default '{}',
    add column verifier text not null default '';
comment on column governance.ticket.mover_names is 'What Jira shows of who made that move: "account=…", "address=…"';
comment on column governance.ticket.verifier is 'The connector''s own account, which read it';

create table governance.fulfiller (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    cycle text not null,
    person text not null,
    names text[] not null,
    at timestamptz not null default clock_timestamp(),
    unique (request_id, cycle)
);
comment on table governance.fulfiller is 'Who said done, each time; append only';
comment on column governance.fulfiller.id is 'Order';
comment on column governance.fulfiller.request_id is 'Request';
comment on column governance.fulfiller.cycle is 'Changelog id of the move with which it was said';
comment on column governance.fulfiller.person is 'Account that made it';
comment on column governance.fulfiller.names is 'What Jira shows of it: "account=…", "address=…"';
comment on column governance.fulfiller.at is 'When it was taken up';

-- one person has accounts by which he is known elsewhere
create index account_link_person on governance.account_link (person);
create index account_link_account on governance.account_link (lower(btrim(account, E' \t\r\n')));
