-- breaking: no
-- Open requests may be moved to the live mapping, by a plan that names them. What was approved is never changed by that: where the new
-- mapping reads something else in the ticket, the request is held, and people are told: they decide.
create table governance.mapping_rebase (
    request_id uuid not null references governance.access_request,
    number bigint not null,
    sha256 text not null references governance.mapping_version,
    was text not null,
    outcome text not null default 'asked' check (outcome in ('asked', 'anew', 'moved', 'held', 'kept', 'void')),
    tuple text not null default '',
    actor text not null default '',
    reason text not null default '',
    asked_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    primary key (request_id, number),
    check ((outcome = 'asked') = (ended_at is null)),
    check (outcome <> 'moved' or tuple <> ''),
    check (outcome <> 'kept' or actor <> '' and reason <> '')
);
comment on table governance.mapping_rebase is 'Open requests that a plan moves to the live mapping, and what became of it';
comment on column governance.mapping_rebase.request_id is 'Request';
comment on column governance.mapping_rebase.number is 'Which mapping, as mapping_live counts; once another is live, what was only asked is void';
comment on column governance.mapping_rebase.sha256 is 'The mapping it is moved to';
comment on column governance.mapping_rebase.was is 'The mapping it kept';
comment on column governance.mapping_rebase.outcome is 'asked: its next read decides; anew: nothing was approved yet, it is understood anew; moved: the same is approved; held: it would be something else; kept: somebody decided that it goes on as it was approved; void: it was to be moved to another one before that was decided';
comment on column governance.mapping_rebase.tuple is 'Hash of what the new mapping makes of its ticket; empty: nothing, or not asked';
comment on column governance.mapping_rebase.actor is 'Who decided that it keeps its mapping';
comment on column governance.mapping_rebase.reason is 'Why';
comment on column governance.mapping_rebase.asked_at is 'When';
comment on column governance.mapping_rebase.ended_at is 'When it was decided';

comment on column governance.ticket.approved_edit is 'The same when its request was approved; empty: it was moved to another mapping since, and the next read tells';

-- A live mapping may be planned once more for the requests that keep an earlier one.
alter table governance.mapping_event drop constraint mapping_event_act_check,
    add constraint mapping_event_act_check check (act in ('file', 'applied', 'rolled_back', 'rebased', 'refused')),
    drop constraint mapping_event_check1,
    add constraint mapping_event_check1 check (act not in ('applied', 'rolled_back', 'rebased') or reason <> '');
comment on column governance.mapping_event.act is 'file: a service took it from its file; applied: from a plan; rolled_back: one of before; rebased: open requests were moved to the live one; refused: it has faults, the one before goes on';

alter table governance.access_request add column contested boolean not null default false;
comment on column governance.access_request.contested is 'It was to be moved to a mapping that reads something else than was approved: not proven before that is decided';
insert into governance.status_reason values
    ('MappingContested', 'waiting', 'governance_owner', 'it is looked at again',
     'the live mapping reads something else in this ticket than was approved: cancel the request, or leave it as it was approved: mapping keep');
