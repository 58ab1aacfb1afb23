-- The clock: from the first request to proof; censored while open; missing is not hidden, and only proof meets a goal.
set role countersign_service;
select plan(41);

create function pg_temp.request(ago interval, more jsonb default '{}') returns uuid language sql as $$
    select t.request(more => jsonb_build_object('requested_ms', (extract(epoch from clock_timestamp() - ago) * 1000)::bigint) || more)
$$;
create function pg_temp.says(request uuid) returns text language sql as $$
    select concat_ws(' ', sla_state, outcome, case when is_open then 'open' end,
                     case when initiation_to_verified_seconds is null then 'uncounted' end, case when verified_at is not null then 'proven' end)
      from sla.request_v1 where request_id = request
$$;

select t.verifying(pg_temp.request('50 min')) as r \gset
select is(pg_temp.says(:'r'), 'at_risk open', 'after 50 of 60 minutes');
select ok((select initiation_to_verified_seconds between 3000 and 3010 from sla.request_v1 where request_id = :'r'), 'open ones count until now');
select t.read(t.item(:'r'), 'absent');
select t.move(:'r', 'verified');
select is(pg_temp.says(:'r'), 'met verified proven', 'proven in 50');
select t.verifying(pg_temp.request('65 min')) as slow \gset
select t.read(t.item(:'slow'), 'absent');
select t.move(:'slow', 'verified');
select is(pg_temp.says(:'slow'), 'missed verified proven', 'in 65');
select pg_temp.request('61 min') as late \gset
select is(pg_temp.says(:'late'), 'breached open', 'not proven in 61');
select t.request(more => '{"sla_goal_ms": 0}') as free \gset
select is(pg_temp.says(:'free'), 'exempt open', 'without a goal');
select pg_temp.request('-1 day') as ahead \gset
select ok((select started_at <= clock_timestamp() from governance.sla_clock where request_id = :'ahead'), 'a request of tomorrow began now');

-- what ends without proof met nothing
select t.fulfilling(t.request()) as gone \gset
select t.move(:'gone', 'cancelled');
select is(pg_temp.says(:'gone'), 'withdrawn withdrawn uncounted', 'cancelled in time is not met');
select t.fulfilling(pg_temp.request('61 min')) as dropped \gset
select t.move(:'dropped', 'cancelled');
select is(pg_temp.says(:'dropped'), 'missed withdrawn uncounted', 'cancelling what was late does not heal it');
select t.request() as no \gset
select t.move(:'no', 'denied');
select is(pg_temp.says(:'no'), 'withdrawn withdrawn uncounted', 'nor is denied met');
select t.verifying(t.request()) as owed \gset
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (t.item(:'owed'), 'ann', 'bob', 'why', 'watched', now() + interval '1 day') returning id as x \gset
select t.move(:'owed', 'exception');
select is(pg_temp.says(:'owed'), 'excepted excepted uncounted', 'nor is an exception');
select t.move(:'owed', 'closed');
select is(pg_temp.says(:'owed'), 'excepted excepted uncounted', 'closed or not');
select t.claim(:'owed');
select is(pg_temp.says(:'owed'), 'running open', 'claimed anew it runs on');
update governance.exception set revoked_at = now() where id = :x;
select t.move(:'owed', 'verifying');
select t.read(t.item(:'owed'), 'absent');
select t.move(:'owed', 'verified');
select is(pg_temp.says(:'owed'), 'met verified proven', 'and what is proven then is met');
select t.move(:'owed', 'cancelled');
select is(pg_temp.says(:'owed'), 'withdrawn withdrawn uncounted', 'withdrawn after the proof: for nobody');

-- the clock follows the request; nobody else moves it
select t.fulfilling(pg_temp.request('50 min')) as c \gset
select throws_ok(format('update governance.sla_clock set %s where request_id = %L', change, :'c'), 'CG002', null, 'while open: ' || change)
  from unnest(array['stopped_at = started_at, ended = ''verified''', 'stopped_at = clock_timestamp(), ended = ''verified''', 'paused = interval ''1 hour''', 'goal = goal + interval ''1 hour''', 'goal = null',
                    'started_at = started_at + interval ''1 min''', 'percents = array[]::int[]']) as change;
select throws_ok(format('update governance.sla_clock set stopped_at = started_at - interval ''1 s'' where request_id = %L', :'c'), 'CG002', null, 'it never stops before it started');
select lives_ok(format('update governance.sla_clock set goal = interval ''55 min'' where request_id = %L', :'c'), 'a goal may be tightened');
select t.claim(:'c');
select t.move(:'c', 'verifying');
select t.read(t.item(:'c'), 'absent');
select t.move(:'c', 'verified');
select is(pg_temp.says(:'c'), 'met verified proven', 'proven in 50 of 55');
select throws_ok(format('update governance.sla_clock set %s where request_id = %L', change, :'c'), 'CG002', null, 'once stopped: ' || change)
  from unnest(array['stopped_at = started_at', 'stopped_at = clock_timestamp()', 'stopped_at = null, ended = null', 'ended = ''withdrawn''']) as change;
select t.move(:'c', 'closed');
select throws_ok(format('update governance.sla_clock set %s where request_id = %L', change, :'c'), 'CG002', null, 'once closed: ' || change)
  from unnest(array['stopped_at = started_at', 'stopped_at = null, ended = null', 'ended = ''excepted''']) as change;
insert into governance.access_request (site, marker, kind, mode, from_ticket, requester, beneficiary) values ('acme', 'bare', 'removal', 'enforce', false, 'asker', 'someone') returning id as bare \gset
select throws_ok(format('insert into governance.sla_clock (request_id, started_at, %s) select id, requested_at, %s from governance.access_request where id = %L', names, val, :'bare'), 'CG001', null, 'a clock does not begin with ' || names)
  from (values ('stopped_at, ended', 'clock_timestamp(), ''verified'''), ('paused', 'interval ''1 day'''), ('steps_done', '2')) as x(names, val);
select throws_ok(format('insert into governance.sla_clock (request_id, started_at) values (%L, now() + interval ''1 hour'')', :'bare'), 'CG001', null, 'nor later than its request');
select throws_ok(format('select t.move(%L, ''approved'')', :'bare'), 'CG001', null, 'and no request goes on without a clock');

-- what it is of, in the words of its request
select t.request() as k \gset
select is((select kind || is_privileged from governance.sla_clock where request_id = :'k'), 'removalfalse', 'a clock says what it is of');
update governance.access_request set version = version + 1, kind = 'grant', is_privileged = true, mapped_hash = 'h2' where id = :'k';
select is((select kind || is_privileged from governance.sla_clock where request_id = :'k'), 'granttrue', 'and follows its request');

-- escalation: each step once
select governance.sla_tick();
select is((select count(*) from governance.escalation where request_id = :'late' and kind = 'sla'), 1::bigint, 'a missed deadline escalates');
select governance.sla_tick(), governance.sla_tick();
select is((select count(*) from governance.escalation where request_id = :'late' and kind = 'sla'), 2::bigint, 'a step is taken once');
select * from finish();
