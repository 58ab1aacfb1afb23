-- breaking: no
-- Who saw the evidence of a request on the console: that somebody looked is evidence, too.
create table governance.evidence_view (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    viewer text not null check (btrim(viewer) <> ''),
    role text not null check (role in ('viewer', 'auditor')),
    at timestamptz not null default clock_timestamp()
);
create index evidence_view_of_request on governance.evidence_view (request_id, id);
comment on table governance.evidence_view is 'Each look at the evidence of a request on the console, written before it was shown; append only';
comment on column governance.evidence_view.id is 'Order';
comment on column governance.evidence_view.request_id is 'Whose evidence was shown';
comment on column governance.evidence_view.viewer is 'Who looked: the user as the proxy named him, "token NAME", or "this machine"';
comment on column governance.evidence_view.role is 'As what: a viewer sees no names of people, an auditor does';
comment on column governance.evidence_view.at is 'When';
