create or replace view audit.refused_decision_v1 as
select d.at, d.what, d.person, d.other, d.request_id, coalesce(t.issue_key, '') as ticket, d.scope, d.source, d.sod_set, d.ends_at, d.why, d.said, d.channel, d.vouched_by
  from governance.refused_decision d
  left join governance.ticket t on t.request_id = d.request_id;
comment on view audit.refused_decision_v1 is 'Approvals, reviews, exceptions and delegations that were refused: who tried what, and why not; the same once in an hour';
comment on column audit.refused_decision_v1.at is 'When, database time';
comment on column audit.refused_decision_v1.what is 'approval, review, exception or delegation';
comment on column audit.refused_decision_v1.person is 'Who approved, reviewed or delegated; empty: nobody was named';
comment on column audit.refused_decision_v1.other is 'Owner of the exception, or the delegate';
comment on column audit.refused_decision_v1.request_id is 'Request; null: it is of none';
comment on column audit.refused_decision_v1.ticket is 'Ticket key; empty: it has none';
comment on column audit.refused_decision_v1.scope is 'Of an exception: item, request, source or sod';
comment on column audit.refused_decision_v1.source is 'Of an exception of scope source: which';
comment on column audit.refused_decision_v1.sod_set is 'Of an exception of scope sod: which set of duties';
comment on column audit.refused_decision_v1.ends_at is 'Until when it was to last';
comment on column audit.refused_decision_v1.why is 'own, unclear, left, void, owner, control, reason, end, circle, unnamed; more (a hundred of this token came before it within the hour, and those after it are not kept); of a ticket stranger and declined, too';
comment on column audit.refused_decision_v1.said is 'The sentence that was answered; empty: the ticket says it';
comment on column audit.refused_decision_v1.channel is 'jsm (the ticket), automation, api (the command line too)';
comment on column audit.refused_decision_v1.vouched_by is 'API token that sent it; empty: it was on the ticket';
