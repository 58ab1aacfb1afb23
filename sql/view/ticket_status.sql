-- Tickets that belong to no request yet because nobody can make sense of them.
create or replace view governance.ticket_status as
select t.site,
       t.issue_id,
       t.issue_key,
       s.state,
       s.waits_for,
       s.name as reason,
       coalesce(t.read_at, t.first_seen_at) as since,
       t.unreadable as attempts,
       s.next_action,
       greatest(t.look_at, t.lease_until) as next_at,
       s.remedy,
       t.unreadable_why as detail
  from governance.ticket t
  join governance.status_reason s on s.name = case when t.unreadable >= 5 then 'TicketUnreadable' else 'TicketReadFails' end
 where t.request_id is null and t.unreadable > 0 and t.state <> 'gone' and (t.read_at is null or t.read_at < t.unreadable_at);
comment on view governance.ticket_status is 'Why is it stuck: tickets that nobody can read, and that therefore belong to no request yet';
comment on column governance.ticket_status.site is 'Site';
comment on column governance.ticket_status.issue_id is 'Jira''s numeric id';
comment on column governance.ticket_status.issue_key is 'Display key';
comment on column governance.ticket_status.state is 'retrying or stuck';
comment on column governance.ticket_status.waits_for is 'jira or governance_owner';
comment on column governance.ticket_status.reason is 'TicketReadFails, or TicketUnreadable when people were told';
comment on column governance.ticket_status.since is 'Last read that made sense, else first hint';
comment on column governance.ticket_status.attempts is 'Reads in a row that made none';
comment on column governance.ticket_status.next_action is 'What happens next';
comment on column governance.ticket_status.next_at is 'When';
comment on column governance.ticket_status.remedy is 'What a person can do';
comment on column governance.ticket_status.detail is 'What was wrong with it';
