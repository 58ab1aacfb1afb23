-- breaking: yes
-- The link from a ticket to its evidence. A program of an earlier release cannot read a request that has work of a kind it does
-- not know: stop those first.
alter table governance.flow drop constraint flow_kind_check;
alter table governance.flow add constraint flow_kind_check
    check (kind in ('create_ticket', 'comment', 'field_update', 'transition', 'close', 'reopen', 'retire', 'mend', 'evidence_link'));
comment on table governance.flow is
    'A piece of outbound work: create ticket, comment, field update, transition, close, reopen, retire a second ticket, mend what is ours on a ticket, link to its evidence';
comment on column governance.flow.cycle is 'Claim it answers; of a retire the ticket, of an evidence link what it shows';

insert into governance.status_reason values
    ('LinkRefused', 'stuck', 'governance_owner', 'the link is tried again',
     'let our account link issues in this project, or leave evidence_url out');
