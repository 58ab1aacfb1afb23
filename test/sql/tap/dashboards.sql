-- What a dashboard reads, as the dashboards' role and in a zone with daylight saving, of a history computed by hand.
\ir history.psql
select plan(35);
grant usage on schema t to public;
set role countersign_dashboard;
set timezone = 'Europe/Berlin';

-- the contract: every column of every view, by name, type and place
select results_eq($$select view_name collate "default", count(*)::int from sla.dictionary_v1 group by 1 order by 1$$,
                  $$select viewname::text collate "default", (select count(*)::int from pg_attribute a where a.attrelid = ('sla.' || viewname)::regclass and attnum > 0)
                      from pg_views where schemaname = 'sla' order by 1$$, 'the dictionary has every column of every view');
select is_empty($$select * from sla.dictionary_v1 where meaning is null or view_meaning is null or unit is null$$, 'and says what each means');
select is_empty($$select view_name, column_name, type from sla.dictionary_v1 where unit <> 'UTC' and column_name ~ '_at$'
                  union all select view_name, column_name, type from sla.dictionary_v1 where type <> 'bigint' and column_name ~ '_seconds$'
                  union all select view_name, column_name, type from sla.dictionary_v1 where type <> 'boolean' and column_name ~ '^is_'
                  union all select view_name, column_name, type from sla.dictionary_v1 where type in ('json', 'jsonb', 'interval') or type ~ '\[\]'$$,
                'times are times, seconds bigint, is_ boolean, and nothing is JSON');
select is_empty($$select viewname from pg_views where schemaname = 'sla' and viewname <> 'contract' and viewname not in (select view_name from sla.contract)$$, 'the contract has every view');
select is_empty($$select view_name from sla.contract where state <> 'current' or version <> 1$$, 'each in its first version');
select is_empty($$select relname from pg_class where relnamespace = 'sla'::regnamespace and reloptions::text ~ 'security_invoker'$$, 'all with their owner''s rights');
select throws_ok($$select 1 from governance.access_request$$, '42501', null, 'behind the views it reads nothing');
select is((select count(*)::int from sla.request_v1), 15, 'all of the history is there');
select is((select count(*)::int from sla.request_status_v1), 15, 'and whose turn it is');
select results_eq($$select issue_key, stands from sla.over_grant_v1$$, $$values ('IAM-100', true)$$, 'over-grants can be read by a dashboard too');

-- requests
select results_eq($$select issue_key, application, exception_id is not null, issue_url from sla.request_v1 where issue_key in ('IAM-100', 'IAM-105', 'IAM-108') order by 1$$,
                  $$values ('IAM-100', 'plain', false, 'https://acme.example/browse/IAM-100'), ('IAM-105', 'plain', true, 'https://acme.example/browse/IAM-105'),
                           ('IAM-108', 'plain', true, 'https://acme.example/browse/IAM-108')$$, 'what a request is about, what covers it, and where its ticket is');
select is((select count(*) from sla.request_v1 r join sla.exception_v1 x on x.exception_id = r.exception_id and x.request_id = r.request_id), 4::bigint, 'its exception is one of its own');

-- parity
select results_eq($$select to_char(week_at at time zone 'UTC', 'MM-DD HH24:MI') || ' ' || change_kind || case when is_privileged then ' privileged' else '' end,
                           asked, verified, verified_within_goal, excepted, withdrawn, open_now, overdue_now, counted, share_within_goal, p50_seconds, p90_seconds
                      from sla.parity_weekly_v1 where week_at < '2021-04-05' order by week_at, change_kind, is_privileged$$,
    $$values ('03-22 00:00 grant', 3::bigint, 3::bigint, 2::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 3::bigint, 0.6667, 14400::bigint, 32400::bigint),
             ('03-22 00:00 removal', 4, 1, 1, 1, 1, 1, 1, 3, 0.3333, 7200, null),
             ('03-29 00:00 grant privileged', 1, 1, 1, 0, 0, 0, 0, 1, 1.0000, 14400, 14400),
             ('03-29 00:00 removal privileged', 3, 2, 0, 0, 1, 0, 0, 2, 0.0000, 7200, 28800)$$,
    'weeks of asking, in UTC; what is open counts; what was cancelled too late counts as missed');
select ok((select p90_at_least_seconds = oldest_open_seconds and abs(oldest_open_seconds - extract(epoch from now() - '2021-03-25 10:00Z')) < 60
                  and removal_to_grant_ratio = round(p90_at_least_seconds / 32400.0, 2)
             from sla.parity_weekly_v1 where week_at = '2021-03-22 00:00Z' and change_kind = 'removal'), 'an open removal makes the ratio grow by the day');
select results_eq($$select change_kind, removal_to_grant_ratio from sla.parity_weekly_v1 where week_at = '2021-03-29 00:00Z' order by 1$$,
                  $$values ('grant', null), ('removal', 2.00)$$, 'removals twice as slow as grants');

-- clocks
select results_eq($$select elapsed_seconds, remaining_seconds, due_at, breached_at, outcome, band from sla.clock_v1 where started_at = '2021-03-28 00:30Z'$$,
                  $$values (14400::bigint, 0::bigint, timestamptz '2021-03-28 04:30Z', null::timestamptz, 'verified', 'over')$$,
                  'four hours are four hours, also where the clocks on the wall say five');
select is((select string_agg(band, ' ' order by started_at) from sla.clock_v1 where is_open), 'breached breached under_30_min under_1_hour over_1_hour', 'what is left');
select results_eq($$select started_at, breached_at from sla.clock_v1 where breached_at is not null and not is_open order by 1$$,
                  $$values (timestamptz '2021-03-28 23:30Z', timestamptz '2021-03-29 07:30Z'), ('2021-03-30 00:00Z', '2021-03-30 04:00Z'), ('2021-04-01 00:00Z', '2021-04-01 04:00Z')$$,
                  'late ends late for ever, withdrawn or not');
select is((select issue_url from sla.clock_v1 where issue_key = 'IAM-100'), 'https://acme.example/browse/IAM-100', 'with the address of the ticket');

-- stages
select results_eq($$select stage, waits_for, seconds, is_open from sla.stage_v1 where issue_key = 'IAM-100' order by position$$,
                  $$values ('approve', 'approver', 1800::bigint, false), ('fulfil', 'agent', 1800, false), ('wait_for_read', 'source', 600, false), ('verify', 'us', 300, false)$$,
                  'a read that is older than the claim, or knows nothing, answers nothing');
select is_empty($$select request_id from sla.clock_v1 c join sla.stage_v1 s using (request_id) group by 1, elapsed_seconds having abs(sum(s.seconds) - elapsed_seconds) > 2$$,
                'the stages of a request are what its clock counts');
select is_empty($$select c.request_id from sla.clock_v1 c left join sla.stage_v1 s on s.request_id = c.request_id and s.is_open group by c.request_id, c.is_open having count(s.stage) <> c.is_open::int$$,
                'it stands in one of them while it is open');
select results_eq($$select issue_key, stage from sla.stage_v1 where is_open order by started_at, issue_key$$,
                  $$values ('IAM-106', 'wait_for_read'), ('IAM-113', 'wait_for_read'), ('IAM-112', 'fulfil'), ('IAM-111', 'approve'), ('IAM-114', 'fulfil')$$,
                  'where each stands; one that was sent back is with its agent again');
select results_eq($$select issue_key, stage, goal_seconds, breached_at from sla.stage_v1 where goal_seconds is not null order by issue_key, position$$,
                  $$values ('IAM-100', 'fulfil', 14400::bigint, null::timestamptz), ('IAM-100', 'wait_for_read', 1800, null), ('IAM-100', 'verify', 1800, null),
                           ('IAM-108', 'fulfil', 14400, '2021-03-30 04:00Z'), ('IAM-108', 'wait_for_read', 1800, '2021-03-30 07:30Z')$$,
                  'goals on the way count, with no rung of a ladder on them');

-- escalations, exceptions, the gate
select results_eq($$select step_percent, due_at, is_before_due, late_seconds from sla.escalation_v1 where kind = 'sla' order by escalated_at$$,
                  $$values (75, timestamptz '2021-03-25 14:00Z', true, 30::bigint), (100, '2021-03-25 14:00Z', true, 0), (100, '2021-03-30 04:00Z', false, 3600)$$,
                  'steps before the goal and after it, late ones with how late');
select results_eq($$select kind, issue_key, site, change_kind from sla.escalation_v1 where request_id is null$$,
                  $$values ('operator', 'IAM-99', 'acme', null)$$, 'also about tickets without a request');
select results_eq($$select granted_at, state, is_live, is_expired_unresolved, is_from_ticket, has_control from sla.exception_v1 where granted_at < '2021-05-31' order by 1$$,
                  $$values (timestamptz '2021-03-23 11:00Z', 'expired', false, false, false, false), ('2021-03-24 11:55Z', 'expired', false, true, true, true),
                           ('2021-03-30 01:00Z', 'revoked', false, false, false, false)$$, 'an exception that ran out unproven is a debt; one that was proven is none');
select is((select count(*)::int from sla.exception_v1 where is_live), 1, 'and one is live');
select is_empty($$select * from sla.exception_v1 x where x::text ~ 'Olga|Anna|Vendor|watched'$$, 'no names, no words');
select results_eq($$select road, is_enforced, project, gate_mode, refused_for, unproven_seconds, gate_open from sla.gate_integrity_v1 order by found_at$$,
                  $$values ('WouldHaveRefused', false, 'IAM', 'observe', 'StaleCopy', 1800::bigint, 2), ('ClosedBeforeProof', true, 'IAM', 'enforce', 'StillPresent', null, 2),
                           ('ResolvedByEdit', true, 'IAM', null, null, null, 2)$$, 'what went past the gate, and how');
select results_eq($$select feed, is_safe_to_use from sla.freshness_v1 where name in ('plain', 'slow') order by name$$,
                  $$values ('source', true), ('source', false)$$, 'how fresh it is');
-- what alerts ask
reset role;
select is(governance.privileged_removals_late(), 1::bigint, 'a privileged removal that is over its goal');
select is(governance.removal_to_grant_percent(), 0, 'without two whole weeks there is nothing to compare');
set session_replication_role = replica;
select date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' as week \gset
select t.was('w' || n || kind, kind, timestamptz :'week' - n * interval '168 hours', null, null, timestamptz :'week' - n * interval '168 hours' + took, 'verified', 'closed', '8 hours')
  from (values (1, 'grant', interval '2 hours'), (1, 'removal', '3 hours'), (2, 'grant', '2 hours'), (2, 'removal', '5 hours'), (3, 'grant', '2 hours'), (3, 'removal', '1 hour')) as x(n, kind, took);
select is(governance.removal_to_grant_percent(), 150, 'the better of the last two weeks');
select t.was('v1' || kind, kind, timestamptz :'week' - interval '3 hours', null, null, timestamptz :'week' - interval '1 hour', 'verified', 'closed', '8 hours', true)
  from unnest(array['grant', 'removal']) as x(kind);
select is((governance.health()->>'privileged_removals_late') || ' ' || (governance.health()->>'removal_to_grant_percent'), '1 150', 'of the worse class of those that have both weeks; health tells it');
select * from finish();
