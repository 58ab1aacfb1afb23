-- breaking: no
-- The governed access request and what is known about it.
create table governance.access_request (
    id uuid primary key default gen_random_uuid(),
    site text not null references governance.site,
    marker text not null unique,
    idempotency_key text unique,
    body_sha256 text,
    kind text not null check (kind in ('grant', 'removal', 'modify')),
    mode text not null check (mode in ('observe', 'warn', 'enforce')),
    lifecycle text not null default 'standard'
        check (lifecycle in ('joiner', 'mover', 'leaver', 'privileged', 'emergency', 'standard')),
    subject_kind text not null default 'human' check (subject_kind in ('human', 'contractor', 'service', 'workload', 'key')),
    rule text not null default '',
    request_type text not null default '',
    requester text not null default '',
    beneficiary text not null default '',
    sponsor text,
    justification text,
    is_privileged boolean not null default false,
    emergency boolean not null default false,
    approval_needed boolean not null default false,
    cancel_asked boolean not null default false,
    from_ticket boolean not null,
    held boolean not null default false,
    hold_text text not null default '',
    mapping_version text references governance.mapping_version,
    mapped jsonb,
    mapped_hash text not null default '',
    approved_hash text not null default '',
    access_until timestamptz,
    phase text not null default 'received' references governance.phase,
    phase_reason text not null default 'Received',
    phase_actor text not null default 'service',
    generation int not null default 1,
    claim_cycle text not null default '',
    answered_cycle text not null default '',
    requested_at timestamptz not null default clock_timestamp(),
    approved_at timestamptz,
    claimed_at timestamptz,
    verified_at timestamptz,
    closed_at timestamptz,
    closed_cycle text,
    notice text not null default 'none',
    notice_key text not null default '',
    notice_at timestamptz,
    look_at timestamptz default clock_timestamp(),
    looked_at timestamptz,
    hinted_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    version bigint not null default 1,
    check ((lease_owner is null) = (lease_until is null)),
    check (not emergency or access_until is not null),
    check ((phase = 'closed') = (closed_at is not null)),
    check (closed_at is null or verified_at is not null),
    check (claimed_at is null or claim_cycle <> '')
);
create index access_request_due on governance.access_request (look_at) where look_at is not null;
create index access_request_phase on governance.access_request (phase, id);
comment on table governance.access_request is 'The governed access request: who shall have, or no longer have, which entitlements';
comment on column governance.access_request.id is 'Our id';
comment on column governance.access_request.site is 'Site whose service desk fulfils it';
comment on column governance.access_request.marker is 'Correlation key on the ticket';
comment on column governance.access_request.idempotency_key is 'Key the identity platform gave; null when the ticket came first';
comment on column governance.access_request.body_sha256 is 'Hash of the submitted body: the same key with another body is refused';
comment on column governance.access_request.kind is 'grant, removal or modify';
comment on column governance.access_request.mode is 'observe, warn or enforce';
comment on column governance.access_request.lifecycle is 'Why: joiner, mover, leaver, privileged, emergency, standard';
comment on column governance.access_request.subject_kind is 'human, contractor, service, workload or key';
comment on column governance.access_request.rule is 'Mapping rule that made it';
comment on column governance.access_request.request_type is 'JSM request type';
comment on column governance.access_request.requester is 'Person key of who asked';
comment on column governance.access_request.beneficiary is 'Person key of whose access changes';
comment on column governance.access_request.sponsor is 'Sponsor or owner, for contractors and non-human identities';
comment on column governance.access_request.justification is 'Reason given';
comment on column governance.access_request.is_privileged is 'Privileged access';
comment on column governance.access_request.emergency is 'Break-glass: approval owed afterwards, never without an end';
comment on column governance.access_request.approval_needed is 'Somebody has to approve it before work';
comment on column governance.access_request.cancel_asked is 'Withdrawn by the identity platform or an operator';
comment on column governance.access_request.from_ticket is 'The ticket came first';
comment on column governance.access_request.held is 'The ticket does not map yet: no items';
comment on column governance.access_request.hold_text is 'Which field, and what to do';
comment on column governance.access_request.mapping_version is 'Mapping it was made with';
comment on column governance.access_request.mapped is 'The tuple as mapped';
comment on column governance.access_request.mapped_hash is 'Of the tuple as last read from the ticket';
comment on column governance.access_request.approved_hash is 'Of the tuple that was approved; never changes';
comment on column governance.access_request.access_until is 'End of time-bound access';
comment on column governance.access_request.phase is 'Where it stands';
comment on column governance.access_request.phase_reason is 'Why it went there (CamelCase)';
comment on column governance.access_request.phase_actor is 'Who or what moved it';
comment on column governance.access_request.generation is 'Grows with every claim; older observations do not count';
comment on column governance.access_request.claim_cycle is 'Changelog id of the move with which the fulfiller claimed done';
comment on column governance.access_request.answered_cycle is 'Last claim we sent back';
comment on column governance.access_request.requested_at is 'First trace of the wish: the clock starts here';
comment on column governance.access_request.approved_at is 'Approved, or found to need none';
comment on column governance.access_request.claimed_at is 'Database time at which we saw the claim: reads must be newer';
comment on column governance.access_request.verified_at is 'Proven: the clock stops here';
comment on column governance.access_request.closed_at is 'Ticket closed on proof';
comment on column governance.access_request.closed_cycle is 'Changelog id of the closing move';
comment on column governance.access_request.notice is 'What the ticket says';
comment on column governance.access_request.notice_key is 'Identity of what it says';
comment on column governance.access_request.notice_at is 'Since when';
comment on column governance.access_request.look_at is 'Next look; null = only when hinted';
comment on column governance.access_request.looked_at is 'Start of the last look';
comment on column governance.access_request.hinted_at is 'Last hint (webhook, poll, finished flow)';
comment on column governance.access_request.lease_owner is 'Replica that looks at it now';
comment on column governance.access_request.lease_until is 'On the database clock';
comment on column governance.access_request.version is 'Fence: every guarded write adds one';

create table governance.ticket (
    site text not null references governance.site,
    issue_id text not null check (issue_id ~ '^[0-9]{1,20}$'),
    issue_key text not null default '',
    request_id uuid unique references governance.access_request,
    state text not null default 'unread' check (state in ('unread', 'here', 'gone')),
    ignored text,
    category text not null default 'unknown' check (category in ('unknown', 'new', 'indeterminate', 'done')),
    role text not null default 'open' check (role in ('open', 'verify', 'done', 'cancelled', 'declined')),
    status_name text not null default '',
    cycle text not null default '',
    cycle_at timestamptz,
    moved_by text not null default '',
    moved_by_us boolean not null default false,
    resolution_set boolean not null default false,
    updated_ms bigint not null default 0,
    hinted_updated_ms bigint not null default 0,
    marker text not null default '',
    approval text not null default 'none' check (approval in ('none', 'pending', 'approved', 'declined')),
    first_seen_at timestamptz not null default clock_timestamp(),
    read_at timestamptz,
    look_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    version bigint not null default 1,
    primary key (site, issue_id),
    check ((lease_owner is null) = (lease_until is null))
);
create index ticket_due on governance.ticket (look_at) where look_at is not null and request_id is null;
create index ticket_key on governance.ticket (issue_key);
comment on table governance.ticket is 'The JSM issue as last read, by its numeric id; the key is only for display';
comment on column governance.ticket.site is 'Site';
comment on column governance.ticket.issue_id is 'Jira''s numeric id';
comment on column governance.ticket.issue_key is 'Display key';
comment on column governance.ticket.request_id is 'Its governed request';
comment on column governance.ticket.state is 'unread, here, or gone (deleted, moved away)';
comment on column governance.ticket.ignored is 'Why it is none of ours';
comment on column governance.ticket.category is 'Status category';
comment on column governance.ticket.role is 'What the status means to us';
comment on column governance.ticket.status_name is 'Status as people see it';
comment on column governance.ticket.cycle is 'Changelog id of the move into this status';
comment on column governance.ticket.cycle_at is 'Jira''s time of that move';
comment on column governance.ticket.moved_by is 'Account that made it';
comment on column governance.ticket.moved_by_us is 'That account is ours';
comment on column governance.ticket.resolution_set is 'A resolution is set';
comment on column governance.ticket.updated_ms is 'Jira''s `updated` when last read, epoch milliseconds';
comment on column governance.ticket.hinted_updated_ms is 'Largest `updated` a hint told';
comment on column governance.ticket.marker is 'Marker found on it';
comment on column governance.ticket.approval is 'Approval step in JSM';
comment on column governance.ticket.first_seen_at is 'First hint';
comment on column governance.ticket.read_at is 'Last fresh read';
comment on column governance.ticket.look_at is 'Next look while it belongs to no request';
comment on column governance.ticket.lease_owner is 'Replica that maps it now';
comment on column governance.ticket.lease_until is 'On the database clock';
comment on column governance.ticket.version is 'Fence';

create table governance.request_item (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    source text not null references governance.source,
    account text not null check (account <> ''),
    entitlement text not null check (entitlement <> ''),
    desired text not null check (desired in ('present', 'absent')),
    unique (request_id, source, account, entitlement)
);
comment on table governance.request_item is 'One entitlement of one account in one source that shall be present or absent';
comment on column governance.request_item.id is 'Id';
comment on column governance.request_item.request_id is 'Request';
comment on column governance.request_item.source is 'Source';
comment on column governance.request_item.account is 'Account key as the source knows it';
comment on column governance.request_item.entitlement is 'Entitlement key as the source knows it';
comment on column governance.request_item.desired is 'present or absent';

create table governance.observation (
    id bigint generated always as identity primary key,
    item_id bigint not null references governance.request_item,
    generation int not null,
    observed_at timestamptz not null default clock_timestamp(),
    source_as_of timestamptz not null,
    outcome text not null check (outcome in ('present', 'absent', 'unknown')),
    account text not null check (account in ('unknown', 'active', 'disabled', 'missing', 'ambiguous', 'replaced')),
    via text not null,
    reason text not null,
    complete boolean not null,
    canary_ok boolean not null,
    native_id text not null default '',
    raw_sha256 bytea,
    check (outcome = 'unknown' or (complete and raw_sha256 is not null)),
    check (outcome <> 'absent' or canary_ok)
);
create index observation_item on governance.observation (item_id, generation, id desc);
comment on table governance.observation is 'One read''s result; append only';
comment on column governance.observation.id is 'Order';
comment on column governance.observation.item_id is 'Item it answers';
comment on column governance.observation.generation is 'Claim it was read for';
comment on column governance.observation.observed_at is 'Database time of storing';
comment on column governance.observation.source_as_of is 'The time the source vouches for';
comment on column governance.observation.outcome is 'present, absent, or unknown: never absent without completeness and a visible canary';
comment on column governance.observation.account is 'State of the account';
comment on column governance.observation.via is 'How it holds: direct, nested, ...';
comment on column governance.observation.reason is 'Machine-readable reason (CamelCase)';
comment on column governance.observation.complete is 'Everything was read';
comment on column governance.observation.canary_ok is 'The known-present entitlement was visible in the same read';
comment on column governance.observation.native_id is 'Immutable id of the account used';
comment on column governance.observation.raw_sha256 is 'SHA-256 of the raw reply';

create table governance.approval (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    approver text not null check (approver <> ''),
    decision text not null check (decision in ('approved', 'declined')),
    channel text not null default 'jsm',
    tuple_hash text not null default '',
    at timestamptz not null default clock_timestamp(),
    unique (request_id, approver)
);
comment on table governance.approval is 'Who approved or declined what; append only';
comment on column governance.approval.id is 'Id';
comment on column governance.approval.request_id is 'Request';
comment on column governance.approval.approver is 'Person key; never requester or beneficiary';
comment on column governance.approval.decision is 'approved or declined';
comment on column governance.approval.channel is 'jsm, api or cli';
comment on column governance.approval.tuple_hash is 'Hash of what was approved';
comment on column governance.approval.at is 'When';

create table governance.policy_decision (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    stage text not null check (stage in ('intake', 'approval', 'verification')),
    permitted boolean,
    asked bytea not null,
    answered bytea,
    at timestamptz not null default clock_timestamp()
);
comment on table governance.policy_decision is 'What the policy decision point was asked and said, byte for byte; append only';
comment on column governance.policy_decision.id is 'Id';
comment on column governance.policy_decision.request_id is 'Request';
comment on column governance.policy_decision.stage is 'When it was asked';
comment on column governance.policy_decision.permitted is 'null: no answer, which is no permission';
comment on column governance.policy_decision.asked is 'Request bytes';
comment on column governance.policy_decision.answered is 'Reply bytes';
comment on column governance.policy_decision.at is 'When';

create table governance.exception (
    id bigint generated always as identity primary key,
    item_id bigint not null references governance.request_item,
    owner text not null check (owner <> ''),
    approved_by text not null check (approved_by <> ''),
    reason text not null check (reason <> ''),
    compensating_control text not null default '',
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    check (approved_by <> owner),
    check (expires_at > created_at and expires_at <= created_at + interval '90 days')
);
create index exception_item on governance.exception (item_id) where revoked_at is null;
comment on table governance.exception is 'An override with an owner and an end: lets a ticket close, proves nothing';
comment on column governance.exception.id is 'Id';
comment on column governance.exception.item_id is 'Item it covers';
comment on column governance.exception.owner is 'Living person who owns the debt';
comment on column governance.exception.approved_by is 'Another person';
comment on column governance.exception.reason is 'Why';
comment on column governance.exception.compensating_control is 'What mitigates it';
comment on column governance.exception.created_at is 'When';
comment on column governance.exception.expires_at is 'At most 90 days later';
comment on column governance.exception.revoked_at is 'Ended early';

create table governance.account_link (
    id bigint generated always as identity primary key,
    person text not null,
    source text not null references governance.source,
    native_id text not null,
    how text not null,
    established_at timestamptz not null default clock_timestamp(),
    unique (source, native_id)
);
comment on table governance.account_link is 'Which account in which source belongs to which person, by immutable id';
comment on column governance.account_link.id is 'Id';
comment on column governance.account_link.person is 'Person key';
comment on column governance.account_link.source is 'Source';
comment on column governance.account_link.native_id is 'Immutable id there';
comment on column governance.account_link.how is 'How the link was established';
comment on column governance.account_link.established_at is 'When';

create table governance.sla_clock (
    request_id uuid primary key references governance.access_request,
    started_at timestamptz not null,
    goal interval,
    paused interval not null default '0',
    stopped_at timestamptz,
    percents int[] not null default array[75, 100],
    steps_done int not null default 0,
    next_step_at timestamptz,
    check (stopped_at is null or stopped_at >= started_at)
);
create index sla_clock_due on governance.sla_clock (next_step_at) where next_step_at is not null and stopped_at is null;
comment on table governance.sla_clock is 'From the first request to verified fulfilment, on the database clock';
comment on column governance.sla_clock.request_id is 'Request';
comment on column governance.sla_clock.started_at is 'First trace of the wish';
comment on column governance.sla_clock.goal is 'null: no goal';
comment on column governance.sla_clock.paused is 'Total of recorded pauses';
comment on column governance.sla_clock.stopped_at is 'Verified';
comment on column governance.sla_clock.percents is 'Escalation steps in per cent of the goal';
comment on column governance.sla_clock.steps_done is 'Steps already escalated';
comment on column governance.sla_clock.next_step_at is 'Next step';

create table governance.escalation (
    id bigint generated always as identity primary key,
    request_id uuid not null references governance.access_request,
    kind text not null check (kind in ('sla', 'breach', 'tamper', 'operator')),
    reason text not null,
    key text not null,
    at timestamptz not null default clock_timestamp(),
    unique (request_id, kind, key)
);
comment on table governance.escalation is 'What people were told about: deadlines, closes without proof, tampering, stuck work; each once';
comment on column governance.escalation.id is 'Id';
comment on column governance.escalation.request_id is 'Request';
comment on column governance.escalation.kind is 'sla, breach, tamper or operator';
comment on column governance.escalation.reason is 'CamelCase';
comment on column governance.escalation.key is 'What makes it the same one: step, cycle, hash';
comment on column governance.escalation.at is 'When';
