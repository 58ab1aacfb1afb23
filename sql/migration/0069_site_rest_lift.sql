-- breaking: no
-- What Jira told us to wait can be lifted by an operator, and each replica that keeps to it hears so.
alter table governance.site_rest add column lifted_at timestamptz, add column accepted_at timestamptz;
comment on column governance.site_rest.lifted_at is 'When an operator ended the last wait by governance.site_rest_lift; null: never';
comment on column governance.site_rest.accepted_at is 'When another secret was accepted since it was refused; null: none was';

alter table governance.operator_act drop constraint operator_act_act_check, drop constraint operator_act_check;
alter table governance.operator_act
    add constraint operator_act_act_check check (act in ('retry', 'lift')),
    add constraint operator_act_check check (request_id is not null or issue_id <> '' or act = 'lift');
comment on column governance.operator_act.issue_id is 'Jira''s id of the ticket; empty: there is none, or the act was about the site';
comment on column governance.operator_act.act is 'retry; lift: a wait that Jira told us is over';
comment on column governance.operator_act.actor is 'Name of the API token, or who lifted';
comment on column governance.operator_act.done is 'What was done: kinds of work, or the ticket read again, or until when the wait would have lasted';

-- the one tells what came of it now, the other takes the mark
drop function if exists governance.site_refused(text, text, int, interval);
drop function if exists governance.site_accepted(text);
