-- Policies, business calendars, checkpoints, the ladder and pauses.
set role countersign_service;
select plan(101);

-- A calendar by hand: open 09:00 to 17:00 UTC on each day of 2021, and of the days around now always. And its twin in C: see
-- test/sql/test_sla_calendar.py.
create function pg_temp.said(more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object(
        'calendars', jsonb_build_array(jsonb_build_object('sha256', repeat('b', 64), 'calendar', jsonb_build_object(
            'name', 'office', 'zone', 'UTC', 'said', '{}'::jsonb, 'from_s', extract(epoch from timestamptz '2021-01-01Z')::bigint,
            'until_s', extract(epoch from timestamptz '2022-01-01Z')::bigint,
            'spans', (select jsonb_agg(jsonb_build_array(extract(epoch from d)::bigint + 9 * 3600, extract(epoch from d)::bigint + 17 * 3600) order by d)
                        from generate_series(timestamptz '2021-01-01 00:00Z', '2021-12-31 00:00Z', interval '24 hours') as d)))),
        'policies', jsonb_build_array(
            jsonb_build_object('name', 'privileged', 'sha256', 'p1', 'calendar', '', 'calendar_sha256', '', 'body', jsonb_build_object(
                'when', jsonb_build_object('kind', 'removal', 'privileged', true), 'goals', '{"whole": 3600000, "fulfil": 1800000, "verify": 600000}'::jsonb,
                'rungs', '[{"of": "whole", "percent": 50, "deed": "comment"}, {"of": "whole", "percent": 60, "deed": "priority", "value": "Highest"},
                           {"of": "fulfil", "percent": 80, "deed": "event"}, {"of": "verify", "percent": 50, "deed": "event"},
                           {"of": "whole", "percent": 100, "deed": "event"}]'::jsonb)),
            jsonb_build_object('name', 'removals', 'sha256', 'p2', 'calendar', '', 'calendar_sha256', '', 'body', jsonb_build_object(
                'when', jsonb_build_object('kind', 'removal'), 'goals', '{"whole": 7200000, "approve": 600000}'::jsonb,
                'rungs', '[{"of": "approve", "percent": 100, "deed": "event"}, {"of": "whole", "percent": 75, "deed": "event"}]'::jsonb)),
            jsonb_build_object('name', 'business', 'sha256', 'p3', 'calendar', 'office', 'calendar_sha256', repeat('b', 64), 'body', jsonb_build_object(
                'when', '{}'::jsonb, 'goals', '{"whole": 36000000}'::jsonb, 'rungs', '[{"of": "whole", "percent": 75, "deed": "event"}]'::jsonb)))) || more
$$;
create function pg_temp.asked(ago interval, more jsonb default '{}') returns uuid language sql as $$
    select t.request(more => jsonb_build_object('sla_goal_ms', 0,
        'requested_ms', (extract(epoch from clock_timestamp() - ago) * 1000)::bigint) || more)
$$;
create function pg_temp.policy(request uuid) returns text language sql as $$
    select y.name from governance.sla_clock c left join governance.sla_policy y on y.id = c.policy_id where c.request_id = request
$$;
create function pg_temp.told(request uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', checkpoint, percent, deed, case when is_late then 'late' end), ', ' order by id)
      from governance.escalation where request_id = request and kind = 'sla'
$$;
create function pg_temp.ticketed(request uuid, issue text) returns uuid language plpgsql as $$
begin
    insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role)
    values ('acme', issue, 'IAM-' || issue, request, 'here', 'indeterminate', 'open');
    return request;
end $$;

-- registering
select is(governance.sla_put(pg_temp.said()), 3, 'three policies are registered');
select is(governance.sla_put(pg_temp.said()), 3, 'the same again');
select is((select count(*) from governance.sla_policy), 3::bigint, 'is the same');
select is((select count(*) from governance.sla_span), 365::bigint, 'a calendar is laid out once');
select is((select sum(extract(epoch from closes_at - opens_at))::bigint - max(before_s) from governance.sla_span), 8 * 3600::bigint, 'each span knows what is before it');
select throws_ok('update governance.sla_policy set body = ''{}''', 'CG002', null, 'a policy is not changed');
select throws_ok('update governance.sla_span set closes_at = closes_at + interval ''1 h''', '42501', null, 'nor a calendar');

-- counting
select id as office from governance.sla_calendar \gset
select is(governance.counted(:office, '2021-06-01 16:00Z', '2021-06-02 10:30Z'), interval '2 h 30 min', 'over a night');
select is(governance.counted(:office, '2021-06-01 18:00Z', '2021-06-02 08:00Z'), interval '0', 'a night counts nothing');
select is(governance.counted(:office, '2021-06-02 10:00Z', '2021-06-01 10:00Z'), interval '0', 'nor what is not later');
select is(governance.counted(null, '2021-06-01 18:00Z', '2021-06-02 08:00Z'), interval '14 h', 'around the clock it does');
select is(governance.counted_on(:office, '2021-06-01 16:00Z', interval '2 h 30 min'), '2021-06-02 10:30Z', 'and back');
select is(governance.counted_on(:office, '2021-06-01 16:00Z', interval '1 h'), '2021-06-01 17:00Z', 'the first instant, not the next morning');
select is(governance.counted_on(:office, '2021-06-01 20:00Z', interval '1 us'), '2021-06-02 09:00:00.000001Z', 'asked in the night it begins in the morning');
select is(governance.counted_on(:office, '2021-12-31 16:00Z', interval '3 h'), '2022-01-01 02:00Z', 'beyond what is laid out it passes nevertheless');
select is(governance.counted_on(:office, '2021-06-01 20:00Z', interval '0'), '2021-06-01 20:00Z', 'nothing is at once');
select ok(bool_and(governance.counted(:office, s.at, governance.counted_on(:office, s.at, s.goal)) = s.goal), 'a deadline has its goal behind it')
  from (select timestamptz '2021-02-01 00:00Z' + interval '1 us' * (n * 7919777777::bigint % 10000000000000::bigint) as at,
               interval '1 us' * (1 + n * 104729777::bigint % 100000000000::bigint) as goal from generate_series(1, 500) as n) s;

select is((governance.sla_put(pg_temp.said(jsonb_build_object('calendars', pg_temp.said()->'calendars' || jsonb_build_array(jsonb_build_object('sha256', repeat('c', 64),
    'calendar', jsonb_build_object('name', 'ahead', 'zone', 'UTC', 'said', '{}'::jsonb, 'from_s', extract(epoch from now())::bigint - 86400, 'until_s', extract(epoch from now())::bigint + 864000,
    'spans', jsonb_build_array(jsonb_build_array(extract(epoch from now())::bigint - 1800, extract(epoch from now())::bigint + 86400))))),
    'policies', pg_temp.said()->'policies' || jsonb_build_array(jsonb_build_object('name', 'ahead', 'sha256', 'p4', 'calendar', 'ahead', 'calendar_sha256', repeat('c', 64),
    'body', jsonb_build_object('when', '{}'::jsonb, 'goals', '{"whole": 3600000}'::jsonb, 'rungs', '[]'::jsonb))))))), 4, 'another calendar comes beside it');

-- choosing
select is(pg_temp.policy(pg_temp.asked('0')), 'removals', 'by kind');
select is(pg_temp.policy(pg_temp.asked('0', '{"privileged": true}')), 'privileged', 'the first that fits');
select is(pg_temp.policy(pg_temp.asked('0', '{"kind": "grant"}')), null, 'none fits: no goal');
select is(pg_temp.policy(pg_temp.asked('0', '{"sla_policy": "business"}')), 'business', 'what a rule names counts before that');
select is(pg_temp.policy(pg_temp.asked('0', '{"sla_goal_ms": 60000}')), null, 'so does the goal of a rule');
select is(pg_temp.policy(pg_temp.asked('0', '{"sla_policy": "gone"}')), 'removals', 'of a name that nobody knows, what fits');
select pg_temp.asked('0') as turned \gset
update governance.access_request set version = version + 1, is_privileged = true, mapped_hash = 'h2' where id = :'turned';
select is(pg_temp.policy(:'turned'), 'privileged', 'one that turns out to be privileged has that policy');
select is((select goal from governance.sla_clock where request_id = :'turned'), interval '1 h', 'and its goal');
update governance.access_request set version = version + 1, is_privileged = false, mapped_hash = 'h3' where id = :'turned';
select is(pg_temp.policy(:'turned'), 'privileged', 'and never an easier one');

-- business time, asked for on 2021-06-01 at 16:00 UTC
select t.request(more => '{"sla_goal_ms": 0, "sla_policy": "business", "requested_ms": 1622563200000}') as b \gset
select is((select due_at from governance.sla_clock where request_id = :'b'), '2021-06-03 10:00Z', 'ten hours are due the day after next');
select is((select due_at || ' ' || sla_state || ' ' || calendar from sla.request_v1 where request_id = :'b'), '2021-06-03 10:00:00+00 breached office', 'as dashboards see');
select is((select initiation_to_verified_business_seconds from sla.request_v1 where request_id = :'b'),
          (select extract(epoch from governance.counted(:office, '2021-06-01 16:00Z', clock_timestamp()))::bigint), 'business time of one that runs');
select throws_ok(format('update governance.sla_clock set %s where request_id = %L', change, :'b'), 'CG002', null, 'nobody eases it: ' || change)
  from unnest(array['due_at = due_at + interval ''1 h''', 'calendar_id = null', 'business = interval ''1 h''']) as change;
select t.verifying(:'b');
select t.read(t.item(:'b'), 'absent');
select t.move(:'b', 'verified');
select is((select business from governance.sla_clock where request_id = :'b'), governance.counted(:office, '2021-06-01 16:00Z', '2022-01-01'), 'it is kept when the clock stops');
select is((select (e.body::jsonb->'detail'->'clock'->>'business_us')::bigint from governance.evidence_entry e
            where e.request_id = :'b' and e.kind = 'request.moved' and e.body::jsonb->'detail' ? 'clock'),
          (select (extract(epoch from business) * 1000000)::bigint from governance.sla_clock where request_id = :'b'), 'and stands in the evidence');

-- the ladder
select pg_temp.ticketed(t.fulfilling(pg_temp.asked('31 min', '{"privileged": true}')), '501') as p \gset
select governance.sla_tick();
select is(pg_temp.told(:'p'), 'whole 50 comment late', 'a rung that was missed is taken late, and says so');
select is((select kind || ' ' || state || ' ' || (payload::jsonb->>'passed') from governance.flow where request_id = :'p'), 'remind pending false', 'what it does is a row of intent');
select governance.sla_tick();
select is(pg_temp.told(:'p'), 'whole 50 comment late', 'once');
select ok((select next_step_at between clock_timestamp() and clock_timestamp() + interval '6 min' from governance.sla_clock where request_id = :'p'), 'the next one is due next');
select pg_temp.ticketed(t.fulfilling(pg_temp.asked('37 min', '{"privileged": true}')), '502') as q \gset
select governance.sla_tick();
select is(pg_temp.told(:'q'), 'whole 50 comment late, whole 60 priority late', 'two rungs, one after the other');
select is((select string_agg(kind, ' ' order by id) from governance.flow where request_id = :'q'), 'remind raise', 'each its work');
select t.fulfilling(pg_temp.asked('37 min', '{"privileged": true}')) as untold \gset
select governance.sla_tick();
select is(pg_temp.told(:'untold'), 'whole 50 event late, whole 60 event late', 'without a ticket people are told all the same');
select pg_temp.ticketed(t.verifying(pg_temp.asked('10 min', '{"privileged": true}')), '503') as v \gset
select is((select count(*) from governance.clock_rungs((select c from governance.sla_clock c where request_id = :'v'),
            (select r from governance.access_request r where id = :'v')) where checkpoint = 'verify' and key = 'verify/2/50%/event/4'), 1::bigint, 'each claim has its own checkpoint');
select pg_temp.asked('11 min') as a \gset
select governance.sla_tick();
select is(pg_temp.told(:'a'), 'approve 100 event late', 'an approval that nobody gives is told');
select is((select late_seconds between 58 and 70 and not is_before_due = false from sla.escalation_v1 where request_id = :'a'), true, 'with how late');

-- checkpoints: those that ended late before anybody came to tell of it, and those on which no rung stands
create function pg_temp.stages(request uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', stage, goal_seconds, case when breached_at is not null then 'breached' end), ', ' order by position)
      from sla.stage_v1 where request_id = request
$$;
select pg_temp.ticketed(pg_temp.asked('11 min'), '504') as o \gset
select is(pg_temp.stages(:'o'), 'approve 600 breached', 'the goal of a stage that is open has passed');
select is((select breached_at - started_at from sla.stage_v1 where request_id = :'o'), interval '10 min', 'when it says');
select t.move(:'o', 'approved');
select is(pg_temp.told(:'o'), 'approve 100 event late', 'an approval that comes late, and before the ticker, is told all the same');
select is((select steps_done from governance.sla_clock where request_id = :'o'), 1, 'and counted');
select t.move(:'o', 'ticketing', 'fulfilling');
select governance.sla_tick();
select is(pg_temp.told(:'o'), 'approve 100 event late', 'once');
select is(pg_temp.stages(:'o'), 'approve 600 breached, fulfil', 'it was late for ever; of the next stage there is no goal');
select t.fulfilling(pg_temp.asked('9 min')) as intime \gset
select is(pg_temp.told(:'intime'), null, 'of one that comes in time nothing is told');
select is(pg_temp.stages(:'intime'), 'approve 600, fulfil', 'nor shown');
select pg_temp.asked('11 min') as gone \gset
select t.move(:'gone', 'cancelled');
select is(pg_temp.told(:'gone'), 'approve 100 event late', 'also of one that is given up too late');
select pg_temp.ticketed(t.verifying(pg_temp.asked('5 min', '{"privileged": true}')), '505') as w \gset
reset role;
set session_replication_role = replica;
update governance.access_request set approved_at = requested_at + interval '1 min', claimed_at = requested_at + interval '4 min' where id = :'w';
reset session_replication_role;
set role countersign_service;
select is(pg_temp.stages(:'w'), 'approve, fulfil 1800, wait_for_read 600', 'each stage with the goal of its checkpoint');
reset role;
set session_replication_role = replica;
update governance.access_request set requested_at = requested_at - interval '40 min', approved_at = approved_at - interval '40 min', claimed_at = requested_at - interval '6 min' where id = :'w';
update governance.sla_clock set started_at = started_at - interval '40 min' where request_id = :'w';
reset session_replication_role;
set role countersign_service;
select is(pg_temp.stages(:'w'), 'approve, fulfil 1800 breached, wait_for_read 600 breached', 'a rung or none: what was missed is seen');
select is((select breached_at - r.claimed_at from sla.stage_v1 join governance.access_request r on r.id = request_id where request_id = :'w' and stage = 'wait_for_read'),
          interval '10 min', 'reading and deciding share a goal, from the claim');
select t.move(:'w', 'fulfilling');
select is(pg_temp.told(:'w'), 'verify 50 event late', 'a claim that is sent back after the goal of proving it is told, too');
select is((select count(*) from governance.flow where request_id in (:'o', :'w')), 0::bigint, 'and no ticket is touched for what is over');
select started_at as began from governance.sla_clock where request_id = :'o' \gset
reset role;
set session_replication_role = replica;
insert into governance.sla_pause (request_id, actor, reason, from_at, until_at, ended_at, ended_by)
select :'o', 'ann', 'why', :'began'::timestamptz + a, :'began'::timestamptz + z, :'began'::timestamptz + z, 'ann'
  from (values (interval '2 min', interval '5 min'), ('14 min', '20 min')) as x(a, z);
update governance.sla_clock set paused = '9 min' where request_id = :'o';
reset session_replication_role;
select is(governance.checkpoint_passes(:'o', 'approve', :'began'::timestamptz + after) - :'began', passes, what)
  from (values (interval '0', interval '13 min', 'a pause moves the goal of a checkpoint, but not once it has passed'),
               ('4 min', '21 min', 'it counts from where the checkpoint began'), ('21 min', '31 min', 'what was before does not')) as x(after, passes, what);
set role countersign_service;

-- pauses
select pg_temp.asked('10 min') as h \gset
select governance.pause_begin(:'h', 'ann', 'the vendor is closed', clock_timestamp() + interval '1 day') as pause \gset
select is((select sla_state from sla.request_v1 where request_id = :'h'), 'paused', 'a clock is held');
select is((select next_step_at - paused_until from governance.sla_clock where request_id = :'h'), interval '0', 'until its time at most');
select throws_ok(format('select governance.pause_begin(%L, ''bob'', ''more'', now() + interval ''1 h'')', :'h'), 'CG001', null, 'once at a time');
select pg_sleep(0.01);
select ok(governance.pause_end(:'h', 'ann'), 'it runs on');
select ok((select c.paused > interval '10 ms' and c.paused = p.ended_at - p.from_at from governance.sla_clock c join governance.sla_pause p using (request_id) where request_id = :'h'),
          'by so much longer');
select ok(not governance.pause_end(:'h', 'ann'), 'once');
select throws_ok(format('select governance.pause_begin(%L, %L, %L, now() + %L)', case who when 'p' then :'p' when 'late' then :'b' else :'h' end, 'ann', reason, span::interval), code, null, what)
  from (values ('p', 'why', '1 hour', 'CG001', 'the clock of a privileged removal is never held'),
               ('late', 'why', '1 hour', 'CG001', 'nor one that has stopped'),
               ('h', ' ', '1 hour', '23514', 'nor without a reason'),
               ('h', 'why', '31 days', '23514', 'nor for months')) as x(who, reason, span, code, what);
select t.request(array['plain:present', 'slow:absent'], '{"kind": "modify", "privileged": true}') as rotated \gset
select throws_ok(format('select governance.pause_begin(%L, ''ann'', ''why'', now() + interval ''1 h'')', :'rotated'), 'CG001',
                 'the clock of a privileged removal is never held', 'nor that of a change by which something privileged goes');
select t.request(array['plain:present'], '{"kind": "modify", "privileged": true}') as gains \gset
select lives_ok(format('select governance.pause_begin(%L, ''ann'', ''why'', now() + interval ''1 h'')', :'gains'), 'but of one that only gives');
select t.request(array['plain:present', 'slow:absent'], '{"kind": "modify"}') as shown \gset
select governance.pause_begin(:'shown', 'ann', 'why', clock_timestamp() + interval '20 days');
update governance.access_request set version = version + 1, is_privileged = true, mapped_hash = 'h2' where id = :'shown';
select is((select (paused_since is null) || ' ' || (select string_agg(p.ended_by, ',') from governance.sla_pause p where p.request_id = c.request_id)
             from governance.sla_clock c where request_id = :'shown'), 'true clock', 'a change by which something goes is held no longer when it shows to be privileged');
select pg_temp.asked('10 min') as held \gset
select governance.pause_begin(:'held', 'ann', 'why', clock_timestamp() + interval '20 days');
select is(pg_temp.policy(:'held'), 'removals', 'a removal that is held');
update governance.access_request set version = version + 1, is_privileged = true, mapped_hash = 'h2' where id = :'held';
select is(pg_temp.policy(:'held'), 'privileged', 'that shows to be privileged is measured as such, held or not');
select is((select paused > '0' and paused < '1 min' and governance.clock_due(c) = c.started_at + c.paused + interval '1 h' from governance.sla_clock c where request_id = :'held'),
          true, 'and keeps how long it was held');
select is((select string_agg(concat_ws(' ', paused_since is not null, is_privileged), '') from governance.sla_clock where request_id = :'gains'), 't t', 'one that only gives still is');
insert into governance.request_item (request_id, source, account, entitlement, desired) values (:'gains', 'plain', 'someone', 'more', 'present');
select ok((select paused_since is not null from governance.sla_clock where request_id = :'gains'), 'also when it gives more');
select governance.request_items(:'gains', '[{"source": "plain", "account": "someone", "entitlement": "role-9", "desired": "absent"}]');
select ok((select paused_since is null from governance.sla_clock where request_id = :'gains'), 'and no longer when it comes to take something');
select pg_temp.asked('3 hours') as missed \gset
select throws_ok(format('select governance.pause_begin(%L, ''ann'', ''why'', now() + interval ''1 h'')', :'missed'), 'CG001', null, 'what was missed is not paused away');
select throws_ok(format('update governance.sla_clock set paused = interval ''2 hours'' where request_id = %L', :'h'), 'CG002', null, 'nobody holds a clock without a record');
select pg_temp.asked('10 min') as x \gset
select governance.pause_begin(:'x', 'ann', 'why', clock_timestamp() + interval '20 ms');
select pg_sleep(0.03);
select governance.sla_tick();
select is((select (paused_since is null) || ' ' || (ended_at = until_at) || ' ' || ended_by from governance.sla_clock join governance.sla_pause using (request_id) where request_id = :'x'),
          'true true clock', 'a pause ends when it said, whenever that is noticed');
select pg_temp.asked('10 min') as y \gset
select governance.pause_begin(:'y', 'ann', 'why', clock_timestamp() + interval '1 day');
select t.fulfilling(:'y');
select t.move(:'y', 'cancelled');
select is((select (paused_since is null) || ' ' || ended from governance.sla_clock where request_id = :'y'), 'true withdrawn', 'what ends, ends its pause');

select t.request(more => '{"sla_goal_ms": 0, "sla_policy": "ahead"}') as z \gset
select lives_ok(format('select governance.pause_begin(%L, ''ann'', ''why'', clock_timestamp() + interval ''1 day'')', :'z'), 'a clock of business time is held too');
select ok(governance.pause_end(:'z', 'ann'), 'and runs on');
select is((select c.paused_business = governance.counted(c.calendar_id, p.from_at, p.ended_at) and c.due_at = governance.counted_on(c.calendar_id, c.started_at, c.goal + c.paused_business)
             from governance.sla_clock c join governance.sla_pause p using (request_id) where request_id = :'z'), true, 'by so much business time longer');

-- what the API lists as overdue
select t.request(more => jsonb_build_object('sla_goal_ms', 0, 'sla_policy', 'ahead', 'requested_ms', governance.ms(clock_timestamp() - interval '2 h'))) as early \gset
select is((select sla_state from sla.request_v1 where request_id = :'early'), 'running', 'asked for two hours ago, and half an hour is counted');
select set_eq($$select (x->>'id')::uuid from jsonb_array_elements(governance.request_list('{"overdue": true, "limit": 500}')->'requests') x$$,
              $$select request_id from sla.request_v1 where sla_state = 'breached'$$, 'what is overdue is what dashboards call breached');

-- what the configuration says no more
select is(governance.sla_put('{"calendars": [], "policies": []}'), 0, 'nothing is said any more');
select is(pg_temp.policy(:'p'), 'privileged', 'what runs goes on by what it began with');
select is(pg_temp.policy(pg_temp.asked('0')), null, 'what begins has none');

-- an escalation is a ticket of its own: also where there is none to press, never two at once, and none where we only observe
select is((governance.sla_put(pg_temp.said(jsonb_build_object('policies', pg_temp.said()->'policies' || jsonb_build_array(jsonb_build_object(
    'name', 'escalated', 'sha256', 'p5', 'calendar', '', 'calendar_sha256', '', 'body', jsonb_build_object('when', '{}'::jsonb, 'goals', '{"whole": 3600000}'::jsonb,
    'rungs', '[{"of": "whole", "percent": 50, "deed": "ticket", "value": "61", "field": "SEC Incident"}, {"of": "whole", "percent": 60, "deed": "ticket", "field": "SEC"}]'::jsonb))))))), 4, 'a ladder that escalates');
select t.fulfilling(pg_temp.asked('31 min', '{"sla_policy": "escalated"}')) as e \gset
select governance.sla_tick();
select is(pg_temp.told(:'e'), 'whole 50 ticket late', 'without a ticket that could be pressed it is made all the same');
select is((select payload::jsonb - 'due_ms' from governance.flow where request_id = :'e' and kind = 'escalate'),
          '{"deed": "ticket", "value": "61", "field": "SEC Incident", "passed": false}', 'where it says');
update governance.flow set state = 'checking', version = version + 1, lease_owner = 'w', lease_until = clock_timestamp() + interval '1 h' where request_id = :'e';
select is(governance.rung_act(r, 'ticket', '', 'SEC', 'whole/60%/ticket/2', now()), null, 'one at a time') from governance.access_request r where id = :'e';
select id as esc, version as esc_v from governance.flow where request_id = :'e' and kind = 'escalate' \gset
select governance.flow_save('w', :esc, :esc_v, '{"to": "parked", "rest_ms": 0, "lease_s": 0, "issue_id": "90001", "step": "relate", "why": "no link"}');
select is(governance.rung_act(r, 'ticket', '', 'SEC', 'whole/60%/ticket/2', now()), 'ticket', 'the next one does not wait for a link') from governance.access_request r where id = :'e';
select is((select string_agg(concat_ws(' ', state, issue_id), ', ' order by id) from governance.flow where request_id = :'e' and kind = 'escalate'), 'parked 90001, pending ', 'and takes nothing back');
select results_eq(format('select marker, issue_id from governance.flow_claim(%L, %L, 500) where kind = %L and request_id = %L', 'w', '1 min', 'escalate', :'e'),
                  format('select %L || r.marker || %L || max(f.id), %L::text from governance.flow f join governance.access_request r on r.id = f.request_id where r.id = %L and f.kind = %L group by r.marker', 'late-', '-', '', :'e', 'escalate'),
                  'it has a marker of its own, and no ticket of the request');
select t.fulfilling(pg_temp.asked('31 min', '{"sla_policy": "escalated", "mode": "observe"}')) as quiet \gset
select governance.sla_tick();
select is(pg_temp.told(:'quiet'), 'whole 50 event late', 'where we only observe, people are told and nothing is made');
select * from finish();
