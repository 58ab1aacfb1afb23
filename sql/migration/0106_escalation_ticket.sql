-- breaking: yes
-- A rung of the ladder that makes a ticket of its own. A program of an earlier release cannot read a request that has work of a kind
-- it does not know: stop those first.
alter table governance.flow drop constraint flow_kind_check;
alter table governance.flow add constraint flow_kind_check
    check (kind in ('create_ticket', 'comment', 'field_update', 'transition', 'close', 'reopen', 'retire', 'mend', 'evidence_link', 'cancel', 'remind', 'raise',
                    'escalate'));
comment on table governance.flow is
    'A piece of outbound work: create ticket, comment, field update, transition, close, reopen, retire a second ticket, mend what is ours on a ticket, link to its evidence, cancel the ticket of what is superseded, remind of a deadline, raise a ticket before it, escalate it by a ticket of its own';
alter table governance.escalation drop constraint escalation_deed_check;
alter table governance.escalation add constraint escalation_deed_check
    check (deed in ('event', 'comment', 'priority', 'assignee', 'group', 'ticket'));
insert into governance.status_reason values
    ('EscalationRefused', 'stuck', 'governance_owner', 'it is made once somebody retries',
     'let our account make and link tickets in the project of the ladder, and see that its request type and issue type exist there, then: request retry');
