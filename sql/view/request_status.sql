-- Why is it stuck? The one thing that holds each request, whose turn it is, and what happens next. The same rules as
-- domain/stuck.c; a test compares both over many states. Times count in whole milliseconds here as there.
create or replace view governance.request_status as
select r.id as request_id,
       r.site,
       t.issue_key,
       r.phase,
       s.state,
       s.waits_for,
       s.name as reason,
       case
           when why.reason = 'NobodyLooks' then due.at
           when why.about = 'site' then rest.refused_since
           when why.about = 'told' then null
           when why.about = 'parked' then w.parked_at
           when why.about = 'failing' then w.created_at
           when why.about = 'unreadable' then coalesce(t.read_at, t.first_seen_at)
           when why.reason = 'SourceUnreadable' then u.since
           when why.reason = 'MappingContested' then r.approved_at
           when p.reason = why.reason then p.since
           when r.phase in ('received', 'pending_approval') then r.requested_at
           when r.phase in ('approved', 'ticketing') or why.reason = 'WorkAwaited' then r.approved_at
           when r.phase in ('fulfilling', 'claimed', 'verifying') then r.claimed_at
           when r.phase in ('verified', 'exception') then r.verified_at
           when r.phase = 'closed' then r.closed_at
           when why.reason = 'AccessLeft' then r.over_at
       end as since,
       case
           when why.about = 'parked' then w.attempt
           when why.about = 'failing' then w.failures
           when why.about = 'unreadable' then t.unreadable
           when why.reason = 'SourceUnreadable' then u.reads::int
           when p.reason = why.reason then p.tries
           else 0
       end as attempts,
       s.next_action,
       case
           when why.reason in ('Over', 'NobodyLooks', 'TicketRefused', 'TicketUnfinished', 'WordsRefused',
                                'ReminderRefused', 'RaiseRefused', 'EscalationRefused') then null
           when why.about = 'site' then rest.refused_until
           when why.about = 'told' then told.told_until
           when why.about = 'failing' then w.due
           when why.about = 'parked' -- as decide() tries a refused move again
               then w.parked_at + least(interval '5 min' * 2 ^ least(greatest(w.attempt, 1) - 1, 4), interval '1 hour')
           when why.about = 'unreadable' then look.at
           else due.at
       end as next_at,
       s.remedy,
       case
           when why.about in ('parked', 'failing') then nullif(concat_ws(': ', nullif(w.step, ''), nullif(w.why, '')), '')
           when why.about = 'unreadable' then t.unreadable_why
           when why.reason = 'SourceUnreadable' then u.label || ': ' || u.reason
           when why.reason = 'Unclear' then nullif(r.hold_text, '')
           when p.reason = why.reason then nullif(p.why, '')
       end as detail
  from governance.access_request r
  left join governance.ticket t on t.request_id = r.id
  left join governance.site_rest rest on rest.site = r.site and rest.refused_until is not null and rest.accepted_at is null
   -- but not where another replica has a secret that works
   and not exists (select from governance.poll_cursor p where p.site = r.site and p.walked_at > rest.refused_since + interval '1 min')
  left join governance.site_rest told on told.site = r.site and told.told_until > clock_timestamp() + interval '1 min'
 cross join lateral (select date_trunc('milliseconds', clock_timestamp()) as now) c
 cross join lateral (select greatest(r.look_at, r.lease_until) as at) look
 cross join lateral ( -- what we do by ourselves next
        select least(look.at, min(greatest(f.run_after, f.lease_until))) as at
          from governance.flow f
         where f.request_id = r.id and f.state not in ('done', 'moot', 'parked')) due
  left join lateral ( -- the work that holds it most: what moves it before what is done beside it (words, a second ticket, what is left
                      -- to do on a ticket that is made), refused before failing
        select f.*, greatest(f.run_after, f.lease_until) as due,
               f.kind in ('retire', 'comment', 'field_update', 'mend', 'evidence_link', 'cancel', 'remind', 'raise', 'escalate')
               or f.kind = 'create_ticket' and t.issue_id is not null as aside
          from governance.flow f
         where f.request_id = r.id and (f.state = 'parked' or f.failures > 0 and f.state not in ('done', 'moot'))
         order by aside, f.state <> 'parked',
                  array_position(array['escalate', 'create_ticket', 'retire', 'comment', 'field_update', 'mend', 'evidence_link', 'transition', 'close',
                                       'reopen', 'cancel', 'remind', 'raise'], f.kind), f.id
         limit 1) w on true
 cross join lateral ( -- what the reads of the present claim say
        select bool_or(v.verdict = 'mismatch') as mismatch,
               min(v.item_id) filter (where v.verdict = 'unknown' and o.outcome = 'unknown') as failed,
               bool_or(v.verdict = 'unknown' and o.outcome <> 'unknown' and date_trunc('milliseconds', o.source_as_of)
                       < date_trunc('milliseconds', r.claimed_at)) as stale
          from governance.item_verdict v
          left join governance.observation o on o.id = v.observation_id
         where v.request_id = r.id and r.phase in ('claimed', 'verifying')) g
  left join lateral ( -- the reads in a row that failed
        select count(*) as reads, min(o.observed_at) as since, max(s.label) as label,
               (array_agg(o.reason order by o.id desc))[1] as reason
          from governance.observation o
          join governance.request_item i on i.id = o.item_id
          join governance.source s on s.name = i.source
         where o.item_id = g.failed and o.generation = r.generation
           and o.id > coalesce((select max(k.id) from governance.observation k
                                 where k.item_id = g.failed and k.generation = r.generation and k.outcome <> 'unknown'), 0)) u on true
 cross join lateral ( -- who was asked whether it may be
        select case x.way->>'answer' when 'open' then 'PolicyAwaited' when 'denied' then 'NotPermitted' when 'conflict' then 'DutiesInConflict' end as reason,
               timestamptz 'epoch' + (x.way->>'since_ms')::bigint * interval '1 ms' as since, (x.way->>'tries')::int as tries, x.way->>'why' as why
          from (select case when r.phase in ('received', 'pending_approval', 'claimed', 'verifying') then governance.permit_in_the_way(r) end as way) x) p
 cross join lateral (
        select case
                   when r.contested and r.phase in ('approved', 'ticketing', 'fulfilling', 'claimed', 'verifying') then 'MappingContested'
                   when r.phase in ('received', 'pending_approval') and r.held then 'Unclear'
                   when r.phase in ('received', 'pending_approval') and p.reason is not null then p.reason
                   when r.phase = 'received' then 'Received'
                   when r.phase = 'pending_approval' and governance.approval_nobody_may(r.id) then 'NobodyMayApprove'
                   when r.phase = 'pending_approval' and governance.approval_is(r, null) then 'ApproverUnclear'
                   when r.phase = 'pending_approval' then 'ApprovalAwaited'
                   when r.phase in ('approved', 'ticketing') then 'TicketWanted'
                   when r.phase = 'fulfilling' and r.answered_cycle <> '' or g.mismatch then 'NotAsAsked'
                   when r.phase = 'fulfilling' then 'WorkAwaited'
                   when g.failed is not null then 'SourceUnreadable'
                   when g.stale then 'StaleCopy'
                   when r.phase in ('claimed', 'verifying') then coalesce(p.reason, 'Checking')
                   when r.phase in ('verified', 'exception') and r.emergency and governance.emergency_owed(r.id) <> '{}' then 'EmergencyOwed'
                   when r.phase in ('verified', 'exception') and (r.mode = 'enforce' or t.role = 'verify') then 'Closing'
                   when r.phase in ('verified', 'exception') then 'CloseAwaited'
                   when r.phase = 'orphaned' then 'TicketGone'
                   when r.phase in ('denied', 'cancelled', 'expired')
                        and exists (select from governance.drift l where l.request_id = r.id and l.ended_at is null) then 'AccessLeft'
                   else 'Over'
               end as reason) turn
 cross join lateral (
        select case w.kind when 'create_ticket' then case when w.aside then 'TicketUnfinished' else 'TicketRefused' end
                           when 'close' then 'CloseRefused' when 'reopen' then 'ReopenRefused' when 'transition' then 'ReturnRefused'
                           when 'retire' then 'RetireRefused' when 'mend' then 'MendRefused'
                           when 'evidence_link' then 'LinkRefused' when 'cancel' then 'CancelRefused'
                           when 'remind' then 'ReminderRefused' when 'raise' then 'RaiseRefused'
                           when 'escalate' then 'EscalationRefused' else 'WordsRefused' end as refused,
               case when w.state in ('doubt', 'probing') then 'CallInDoubt' else 'CallFails' end as failing,
               t.unreadable > 0 and (t.read_at is null or t.read_at < t.unreadable_at) as unreadable) x
 cross join lateral (
        select 1 as rank, 'overdue' as about, 'NobodyLooks' as reason
         where date_trunc('milliseconds', due.at) < c.now - interval '5 min'
        union all select 2, 'site', 'SiteRefusesUs' where rest.site is not null and turn.reason <> 'Over'
        union all select 3, 'told', 'JiraTellsWait' where told.site is not null and turn.reason <> 'Over'
        union all select 4, 'parked', x.refused where not w.aside and w.state = 'parked'
        union all select 5, 'unreadable', case when t.unreadable >= 5 then 'TicketUnreadable' else 'TicketReadFails' end where x.unreadable
        union all select 6, 'failing', x.failing where not w.aside
        union all select 7, 'turn', turn.reason where turn.reason = 'SourceUnreadable' or w.id is null
        union all select 8, 'parked', x.refused where w.state = 'parked'
        union all select 9, 'failing', x.failing
         order by 1
         limit 1) why
  join governance.status_reason s on s.name = why.reason;
comment on view governance.request_status is 'Why is it stuck: what holds each request, whose turn it is, what happens next and when';
comment on column governance.request_status.request_id is 'Request';
comment on column governance.request_status.site is 'Site';
comment on column governance.request_status.issue_key is 'Ticket key; null until there is a ticket';
comment on column governance.request_status.phase is 'Where it stands';
comment on column governance.request_status.state is 'over, moving (we are at it), waiting (for a person or a copy), retrying (it fails), stuck (somebody has to mend something)';
comment on column governance.request_status.waits_for is 'nobody, us, agent, approver, source, jira or governance_owner (of mapping and workflow)';
comment on column governance.request_status.reason is 'What holds it (CamelCase); governance.status_reason has them all';
comment on column governance.request_status.since is 'Since when; null = not known';
comment on column governance.request_status.attempts is 'Calls or reads tried; 0 = nothing failed';
comment on column governance.request_status.next_action is 'What happens next';
comment on column governance.request_status.next_at is 'When; null = not by itself, or nobody knows';
comment on column governance.request_status.remedy is 'What a person can do';
comment on column governance.request_status.detail is 'Words of Jira, of the source or of the form; may name people';
