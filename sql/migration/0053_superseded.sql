-- breaking: no
-- Two requests that want the opposite of one (source, account, entitlement): the one approved last is what shall be. Of the older
-- one that item is asked for no longer, for good; a request with nothing else to ask for is over, and its ticket is cancelled.
alter table governance.request_item
    add column superseded_by bigint references governance.request_item,
    add column superseded_at timestamptz,
    add constraint request_item_superseded check ((superseded_by is null) = (superseded_at is null));
comment on column governance.request_item.superseded_by is 'Item of a request approved later that asks for the opposite: this is asked for no longer';
comment on column governance.request_item.superseded_at is 'When that one was approved';
create index request_item_opposite on governance.request_item (source, account, entitlement, desired) where replaced_at is null;
create index request_item_supersedes on governance.request_item (superseded_by) where superseded_by is not null;

alter table governance.flow drop constraint flow_kind_check;
alter table governance.flow add constraint flow_kind_check
    check (kind in ('create_ticket', 'comment', 'field_update', 'transition', 'close', 'reopen', 'retire', 'mend', 'evidence_link', 'cancel'));
comment on table governance.flow is
    'A piece of outbound work: create ticket, comment, field update, transition, close, reopen, retire a second ticket, mend what is ours on a ticket, link to its evidence, cancel the ticket of what is superseded';

insert into governance.status_reason values
    ('CancelRefused', 'stuck', 'governance_owner', 'the cancelling is tried again',
     'cancel the ticket by hand: a later request asks for the opposite');
