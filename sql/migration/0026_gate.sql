-- breaking: no
-- The gate in Jira's workflow: what we changed there, and what the last look at it proved.
create table governance.gate_installation (
    id bigint generated always as identity primary key,
    site text not null,
    project text not null,
    workflow text not null,
    name text not null,
    mode text not null,
    state text not null check (state in ('installing', 'installed', 'removing', 'removed', 'given_up')),
    version bigint not null,
    before text not null,
    planned text not null,
    after text not null default '',
    changes jsonb not null,
    begun_at timestamptz not null default clock_timestamp(),
    installed_at timestamptz,
    ended_at timestamptz,
    said text not null default ''
);
create unique index gate_installation_live on governance.gate_installation (site, workflow)
    where state in ('installing', 'installed', 'removing');
comment on table governance.gate_installation is 'Every change of ours to a workflow of Jira; written before the change is sent';
comment on column governance.gate_installation.id is 'Id';
comment on column governance.gate_installation.site is 'Site';
comment on column governance.gate_installation.project is 'Key of the project it was installed for';
comment on column governance.gate_installation.workflow is 'Jira''s id of the workflow';
comment on column governance.gate_installation.name is 'Its name';
comment on column governance.gate_installation.mode is 'Kind of gate: connector_closes';
comment on column governance.gate_installation.state is 'installing and removing: the change is on its way, and may have been made; given_up: it was not';
comment on column governance.gate_installation.version is 'Number of the version that was changed';
comment on column governance.gate_installation.before is 'The workflow as it was (canonical JSON)';
comment on column governance.gate_installation.planned is 'The workflow as we asked for it';
comment on column governance.gate_installation.after is 'The workflow as Jira showed it after that; empty until then';
comment on column governance.gate_installation.changes is 'What was changed, in words';
comment on column governance.gate_installation.begun_at is 'When the change was decided on';
comment on column governance.gate_installation.installed_at is 'When Jira showed it';
comment on column governance.gate_installation.ended_at is 'When it was taken back, or given up';
comment on column governance.gate_installation.said is 'Why it was given up, or what was left of others'' changes';

create table governance.gate_proof (
    site text not null,
    project text not null,
    at timestamptz not null,
    known boolean not null,
    open int not null,
    said text not null,
    fingerprint text not null,
    detail jsonb not null,
    since timestamptz not null,
    primary key (site, project)
);
comment on table governance.gate_proof is 'What the last look at the gate of a project proved';
comment on column governance.gate_proof.site is 'Site';
comment on column governance.gate_proof.project is 'Key of the project';
comment on column governance.gate_proof.at is 'When it was looked at';
comment on column governance.gate_proof.known is 'Could all of it be read';
comment on column governance.gate_proof.open is 'Roads into Done that somebody else can go, and what else makes the gate worth nothing';
comment on column governance.gate_proof.said is 'Why it is not known; else empty';
comment on column governance.gate_proof.fingerprint is 'Hash of what it showed: another one is drift';
comment on column governance.gate_proof.detail is 'Roads and findings';
comment on column governance.gate_proof.since is 'Since when it shows this';

-- An escalation may be about a site as a whole.
alter table governance.escalation
    drop constraint escalation_about,
    add constraint escalation_about check (request_id is not null or site is not null);
create unique index escalation_site on governance.escalation (site, kind, key) where request_id is null and issue_id is null;
comment on column governance.escalation.issue_id is 'Jira''s id of that ticket; null when it is about the site''s workflow';
