-- breaking: no
-- A gate that is installed again keeps the row of the one before until Jira has taken the change: given up, that one is back.
alter table governance.gate_installation
    add column replaces bigint references governance.gate_installation,
    drop constraint gate_installation_state_check,
    add constraint gate_installation_state_check
        check (state in ('installing', 'installed', 'removing', 'replaced', 'removed', 'given_up'));
comment on column governance.gate_installation.replaces is 'The one whose place it takes';
comment on column governance.gate_installation.state is
    'installing and removing: the change is on its way, and may have been made; replaced: one that takes its place is on its way; given_up: it was not made';
