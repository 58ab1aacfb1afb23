-- breaking: no
-- What is approved is what is checked, and what is over can come back on its ticket.
insert into governance.phase_edge values
    ('cancelled', 'fulfilling'), ('cancelled', 'received'), ('orphaned', 'received'), ('claimed', 'expired'), ('verifying', 'expired')
on conflict do nothing;
comment on column governance.phase.is_terminal is 'Over, as far as we go by ourselves; only people can open a cancelled ticket again';

comment on column governance.access_request.mapped_hash is 'Of the tuple that the items were made from; an edit before approval replaces both';

alter table governance.ticket add column mapped_hash text not null default '';
comment on column governance.ticket.mapped_hash is 'Of the tuple that the ticket maps to as last read; empty: it does not map';
alter table governance.ticket add column approved_at timestamptz;
comment on column governance.ticket.approved_at is 'Jira''s time of the decision in its approval step';
update governance.ticket t set mapped_hash = r.mapped_hash from governance.access_request r where r.id = t.request_id;
-- the column held what was last read until now; the items are those that were approved
update governance.access_request set mapped_hash = approved_hash where approved_hash <> '' and mapped_hash <> approved_hash;

alter table governance.request_item add column replaced_at timestamptz;
comment on column governance.request_item.replaced_at is 'The ticket was edited before approval: this is asked for no longer';
alter table governance.request_item drop constraint request_item_request_id_source_account_entitlement_key;
create unique index request_item_wanted on governance.request_item (request_id, source, account, entitlement) where replaced_at is null;

-- who approved may approve again what was changed after it; the same approval is recorded once
alter table governance.approval add column given_at timestamptz not null default 'epoch';
comment on column governance.approval.given_at is 'When it was given, by the clock of its channel; epoch: the channel does not say';
alter table governance.approval drop constraint approval_request_id_approver_key;
comment on column governance.approval.tuple_hash is 'Hash of what was approved; empty: nobody knows, the ticket was edited about then';
alter table governance.approval add unique (request_id, approver, tuple_hash, given_at);
