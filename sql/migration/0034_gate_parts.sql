-- breaking: no
-- Beside workflows the gate makes two fields and the screens that carry them.
alter table governance.gate_installation
    add column kind text not null default 'workflow' check (kind in ('workflow', 'field', 'screen', 'view'));
comment on column governance.gate_installation.kind is
    'What was changed: a workflow; a field or a screen that was made; which screen of a scheme is for viewing. Of the last three workflow is what we call it, after says what Jira made of it';
