-- :requests requests over two years, of which :open are open, as they would have come to be: written past the guards and without
-- evidence, which dashboards do not read. Every number is a function of n, so two runs seed the same.
\set ON_ERROR_STOP on
set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '256MB';

select governance.site_put('acme', 'cloud', 'https://acme.example');
select governance.source_put('ldap', 'Directory', 'ldap', 0, 1, 900000), governance.source_put('erp', 'ERP', 'sql', 0, 1, 900000);
insert into governance.mapping_version (sha256, body) values (repeat('a', 64), 'version: 1');

-- asked: evenly over two years, the open ones within the last 30 days; took: mostly hours, one of twenty days
create unlogged table public.life as
select n, md5(n::text)::uuid as id, is_open, asked, goal,
       case when n % 3 = 0 then 'grant' when n % 50 = 1 then 'modify' else 'removal' end as kind, n % 7 = 0 as privileged,
       case when not is_open then least(asked + took, now() - interval '1 min') end as stopped,
       case when is_open then null when n % 40 = 0 then 'withdrawn' when n % 90 = 1 then 'excepted' else 'verified' end as how,
       case when is_open then (array['pending_approval', 'fulfilling', 'verifying'])[1 + n % 3] when n % 40 = 0 then 'cancelled' else 'closed' end as phase
  from generate_series(1, :requests) as n
 cross join lateral (select n > :requests - :open as is_open) o
 cross join lateral (
        select case when is_open then now() - interval '30 days' * ((n * 7919::bigint) % 100000) / 100000.0
                    else now() - interval '730 days' * ((n * 7919::bigint) % 1000003) / 1000003.0 - interval '1 hour' end as asked,
               case when n % 7 = 0 then interval '4 hours' else interval '8 hours' end as goal,
               interval '1 second' * (300 + (n * 104729::bigint) % 30000 + case when n % 20 = 0 then 400000 else 0 end) as took) x;

insert into governance.access_request (id, site, marker, kind, mode, from_ticket, is_privileged, approval_needed, phase, generation,
       claim_cycle, requester, beneficiary, justification, rule, request_type, mapping_version, mapped, mapped_hash, approved_hash,
       requested_at, approved_at, claimed_at, verified_at, closed_at, look_at, version)
select id, 'acme', 'gar-' || replace(id::text, '-', ''), kind, 'enforce', true, privileged, kind = 'grant', phase, 2, n || '/1',
       'asker' || n % 5000 || '@example.com', 'person' || n % 50000 || '@example.com', 'as agreed with the owner of the application', 'remove-app-access', '31',
       repeat('a', 64), jsonb_build_object('subject', n % 50000, 'application', 'erp', 'entitlement', 'role-' || n % 900), md5(n::text), md5(n::text),
       asked, case when phase <> 'pending_approval' then asked + coalesce((stopped - asked) * 0.1, interval '1 min') end,
       case when phase not in ('pending_approval', 'fulfilling', 'cancelled') then asked + coalesce((stopped - asked) * 0.9, interval '2 min') end,
       case when how in ('verified', 'excepted') then stopped end, case when phase = 'closed' then stopped + interval '5 s' end,
       case when is_open then now() + interval '1 hour' end, 9
  from public.life order by asked;
insert into governance.sla_clock (request_id, kind, is_privileged, started_at, goal, stopped_at, ended, steps_done, next_step_at)
select id, kind, privileged, asked, goal, stopped, how, 0, asked + goal * 0.75 from public.life order by asked;
insert into governance.request_item (request_id, source, account, entitlement, desired)
select id, case n % 2 when 0 then 'ldap' else 'erp' end, 'person' || n % 50000, 'role-' || n % 900, case kind when 'removal' then 'absent' else 'present' end
  from public.life order by n;
insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role, look_at)
select 'acme', (100000 + n)::text, 'IAM-' || n, id, 'here', case when is_open then 'indeterminate' else 'done' end, case when is_open then 'open' else 'done' end, null
  from public.life where phase <> 'pending_approval' order by n;
insert into governance.observation (item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete, canary_ok, raw_sha256)
select i.id, 2, coalesce(l.stopped, l.asked + interval '10 min') - interval '3 s' * k, coalesce(l.stopped, l.asked + interval '10 min') - interval '3 s' * k,
       i.desired, 'active', 'direct', 'Ok', true, true, sha256('raw')
  from public.life l join governance.request_item i on i.request_id = l.id, generate_series(1, 2) as k
 where l.phase not in ('pending_approval', 'fulfilling', 'cancelled') order by i.id, k desc;
insert into governance.close_attempt (request_id, cycle, mode, is_closed, at, refused, refused_at, proven_at, proven_as)
select id, n || '/1', 'enforce', n % 500 = 0, asked + (coalesce(stopped, now()) - asked) * 0.9, case when n % 9 = 0 then 'StillPresent' end,
       case when n % 9 = 0 then asked + (coalesce(stopped, now()) - asked) * 0.9 end, stopped, case when stopped is not null then 'verified' end
  from public.life where phase not in ('pending_approval', 'fulfilling', 'cancelled') order by n;
insert into governance.escalation (request_id, kind, reason, key, at)
select id, 'sla', 'DeadlineStep', p || '%', asked + goal * p / 100.0 from public.life, unnest(array[75, 100]) as p
 where asked + goal * p / 100.0 < coalesce(stopped, now()) order by n;
insert into governance.escalation (request_id, kind, reason, key, at)
select id, 'breach', 'ClosedBeforeProof', n || '/1', asked + (coalesce(stopped, now()) - asked) * 0.9 from public.life where n % 500 = 0 order by n;
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, created_at, expires_at)
select i.id, 'owner', 'approver', 'vendor is closed', 'watched', l.stopped, l.stopped + interval '60 days'
  from public.life l join governance.request_item i on i.request_id = l.id where l.how = 'excepted' order by l.n;
insert into governance.drift (request_id, item_id, found_at, since, why, observation_id, answer, ended_at)
select l.id, i.id, l.stopped + interval '1 day', l.stopped + interval '23 hours', 'CameBack', 1, 'recorded', case when l.n % 10000 <> 0 then l.stopped + interval '2 days' end
  from public.life l join governance.request_item i on i.request_id = l.id where l.n % 1000 = 0 and l.how = 'verified' order by l.n;
insert into governance.flow (request_id, site, kind, state, attempt, failures, why, created_at, parked_at, run_after)
select id, 'acme', 'comment', case when n % 2 = 0 then 'parked' else 'pending' end, 3, 2, 'said no', now() - interval '1 hour', case when n % 2 = 0 then now() - interval '30 min' end, now()
  from public.life where is_open and n % 50 < 2 order by n;
insert into governance.gate_proof (site, project, at, known, open, said, fingerprint, detail, since)
values ('acme', 'IAM', now(), true, 0, '', 'f', '{}', now() - interval '1 day');
insert into governance.webhook_delivery (site, delivery_id, body, received_at, state)
select 'acme', 'd' || n, '{}', now() - interval '14 days' * n / (:requests / 50.0), 'handled' from generate_series(1, :requests / 50) as n;
drop table public.life;
reset session_replication_role;
vacuum analyze;
