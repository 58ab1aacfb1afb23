-- breaking: no
-- How a clock ended: only proof meets a goal.
alter table governance.sla_clock add column ended text check (ended in ('verified', 'excepted', 'withdrawn'));
update governance.sla_clock c
   set ended = case when r.phase in ('denied', 'cancelled', 'expired') then 'withdrawn'
                    when r.phase = 'exception' or r.phase = 'closed' and (
                         select e.body::jsonb->'detail'->>'to' from governance.evidence_entry e
                          where e.request_id = r.id and e.kind = 'request.moved'
                            and e.body::jsonb->'detail'->>'to' in ('verified', 'exception')
                          order by e.seq desc limit 1) = 'exception' then 'excepted'
                    else 'verified' end
  from governance.access_request r
 where r.id = c.request_id and c.stopped_at is not null;
alter table governance.sla_clock add constraint sla_clock_end_check check ((ended is null) = (stopped_at is null));
comment on column governance.sla_clock.ended is 'How it ended: verified, excepted (an exception covered it) or withdrawn (denied, cancelled, expired)';
comment on column governance.sla_clock.stopped_at is 'When it ended; null = it runs';
comment on column governance.access_request.verified_at is 'Proven, or covered by an exception';
comment on column governance.access_request.claimed_at is 'First whole millisecond after we saw the claim, database time: reads must be newer';
comment on column governance.escalation.key is 'What makes it the same one: step, cycle and reason, hash';
