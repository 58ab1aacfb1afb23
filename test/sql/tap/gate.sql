-- The gate in Jira's workflow: one installation of a workflow at a time, its history kept, drift told once.
set role countersign_service;
select plan(70);

create function pg_temp.wish(workflow text, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('site', 'acme', 'project', 'IAM', 'workflow', workflow, 'name', 'IAM flow', 'mode', 'connector_closes',
                              'version', 7, 'before', '{"a":1}', 'planned', '{"a":2}', 'changes', '["+ status"]'::jsonb) || more
$$;
create function pg_temp.kinds(kind text) returns text language sql as $$
    select string_agg(e.body::jsonb->'detail'->>'state', ' ' order by e.seq) from governance.evidence_entry e where e.kind = $1
$$;

select is(governance.gate_live('acme'), '[]'::jsonb, 'nothing to begin with');
select governance.gate_begin(pg_temp.wish('wf')) as id \gset
select isnt(:id, null, 'an intent is kept before anything is sent');
select is(governance.gate_live('acme')->0->>'state', 'installing', 'and shown to whoever comes next');
select is(governance.gate_begin(pg_temp.wish('wf')), null, 'one at a time');
select isnt(governance.gate_begin(pg_temp.wish('other')), null, 'of each workflow');
select is(governance.gate_move(:id, 'installed', 'removing', '', ''), null, 'not from a state it is not in');
select is(governance.gate_move(:id, 'installing', 'installed', '{"a":3}', ''), :id::bigint, 'installed');
select is(governance.gate_live('acme')->0->>'after', '{"a":3}', 'what Jira showed is kept');
select is(governance.gate_move(:id, 'installed', 'removing', '', ''), :id::bigint, 'taken out');
select is(governance.gate_live('acme')->0->>'after', '{"a":3}', 'an empty document changes nothing');
select is(governance.gate_move(:id, 'removing', 'removed', '{"a":1}', 'others'' changes stay'), :id::bigint, 'it is over');
select is(jsonb_array_length(governance.gate_live('acme')), 1, 'and live no more');
select is(pg_temp.kinds('gate.changed'), 'installing installing installed removing removed', 'each step is evidence');
select governance.gate_begin(pg_temp.wish('wf')) as id \gset
select governance.gate_move(:id, 'installing', 'installed', '{"a":3}', '');
select governance.gate_begin(pg_temp.wish('wf', jsonb_build_object('replaces', :id))) as newer \gset
select is((select state from governance.gate_installation where id = :id), 'replaced', 'a newer one is to take its place');
select is((select state from governance.gate_installation where id = :newer), 'installing', 'and is the live one');
select governance.gate_move(:newer, 'installing', 'given_up', '', 'Jira said no');
select is((select string_agg(id || ' ' || state, '') from governance.gate_installation where workflow = 'wf' and ended_at is null),
          :id || ' installed', 'given up, the one before is there as it was');
select governance.gate_begin(pg_temp.wish('wf', jsonb_build_object('replaces', :id))) as newer \gset
select governance.gate_begin(pg_temp.wish('wf', jsonb_build_object('replaces', :newer))) as newest \gset
select governance.gate_move(:newest, 'installing', 'given_up', '', 'Jira said no');
select is((select state from governance.gate_installation where id = :newer), 'installing', 'one nobody saw may have been made, still');
select governance.gate_move(:newer, 'installing', 'installed', '{"a":4}', '');
select is((select state || ' ' || said from governance.gate_installation where id = :id), 'removed replaced by a newer one',
          'installed, it has taken the place');
select ok(governance.gate_hold('acme') and governance.gate_hold('acme'), 'one transaction has its turn as often as it asks');
begin;
select set_config('idle_in_transaction_session_timeout', '10s', true), governance.gate_hold('acme');
select is(current_setting('idle_in_transaction_session_timeout'), '0', 'and holds it as long as Jira takes');
commit;
select throws_ok('delete from governance.gate_installation', '42501', null, 'the service deletes none');
select throws_ok($$update governance.gate_installation set state = 'gone'$$, '23514', null, 'there are no other states');

select is(governance.gate_proved('acme', 'IAM', true, 0, '', 'f1', '{}'), false, 'a first look is no drift');
select is(governance.gate_proved('acme', 'IAM', true, 0, '', 'f1', '{}'), false, 'nor the same again');
select is((select count(*) from governance.escalation where site = 'acme'), 0::bigint, 'a gate that holds is told to nobody');
select is(governance.gate_proved('acme', 'IAM', true, 2, '', 'f2', '{"open_roads":["x"]}'), true, 'another fingerprint is');
select is(governance.gate_proved('acme', 'IAM', true, 2, '', 'f2', '{"open_roads":["x"]}'), false, 'once');
select is((select string_agg(reason, ' ') from governance.escalation where site = 'acme' and request_id is null), 'GateDrift',
          'people are told of an open one, once');
select is((select string_agg(body::jsonb->'detail'->>'open', ' ' order by seq) from governance.evidence_entry where kind = 'gate.proved'),
          '0 2', 'evidence of each change, not of each look');
select is(governance.gate_proved('acme', 'OPS', true, 1, '', 'f3', '{}'), false, 'another project');
select is((select reason from governance.escalation where key like 'OPS %'), 'GateOpen', 'open from the beginning');
select is(governance.gate_proved('acme', 'IAM', true, 0, '', 'f1', '{}'), true, 'mended');
select is((select count(*) from governance.escalation where site = 'acme' and reason = 'GateDrift'), 1::bigint, 'is no alarm');
create function pg_temp.told(reason text) returns bigint language sql as $$
    select count(*) from governance.escalation e where e.site = 'acme' and e.reason = $1
$$;
create function pg_temp.proof(project text) returns text language sql as $$
    select concat_ws(' ', p.known, p.open, p.fingerprint, p.said) from governance.gate_proof p where p.project = $1
$$;
select is(governance.gate_proved('acme', 'IAM', false, 1, 'no answer', 'f4', '{}'), false, 'what is not known is no drift');
select is(pg_temp.proof('IAM'), 'f 0 f1 no answer', 'and what was known stays');
select is(governance.gate_proved('acme', 'IAM', true, 0, '', 'f1', '{}'), false, 'nor is the same, known again');
select is(pg_temp.told('GateDrift'), 1::bigint, 'nobody is alarmed by either');
select is(governance.gate_proved('acme', 'IAM', true, 1, '', 'f1', '{}'), true, 'the same roads, but a ticket shows a hole');
select is(pg_temp.told('GateDrift'), 2::bigint, 'is told');
select is((select body::jsonb->'detail'->>'open' from governance.evidence_entry where kind = 'gate.proved' order by seq desc limit 1),
          '1', 'and is an entry of evidence, too');
select is(governance.gate_proved('acme', 'IAM', true, 2, '', 'f1', '{"rules":[{"name":"Close stale ones"}]}'), true, 'a second hole beside it');
select is(pg_temp.told('GateDrift'), 3::bigint, 'is told as well');
select is((select body::jsonb->'detail'->'rules'->0->>'name' from governance.evidence_entry where kind = 'gate.proved' order by seq desc
           limit 1), 'Close stale ones', 'with the rule that is one');
select is(governance.gate_proved('acme', 'IAM', true, 1, '', 'f1', '{}'), false, 'one hole less is no drift');
select is(pg_temp.told('GateDrift'), 3::bigint, 'and no alarm');
select governance.gate_proved('acme', 'IAM', true, 0, '', 'f1', '{}');
select count(governance.gate_proved('acme', 'IAM', false, 0, 'no right', 'f4', '{}')) from generate_series(1, 9);
select is(pg_temp.told('GateNotKnown'), 0::bigint, 'nine looks that say nothing are waited for');
select count(governance.gate_proved('acme', 'IAM', false, 0, 'no right', 'f4', '{}')) from generate_series(1, 5);
select is(pg_temp.told('GateNotKnown'), 1::bigint, 'then it is told that nobody knows, once');
select is(governance.gate_proved('acme', 'IAM', true, 0, '', 'f5', '{}'), true, 'what changed while nobody looked is drift');
select is(pg_temp.told('GateDrift'), 4::bigint, 'and told');
select governance.gate_proved('acme', 'IAM', false, 0, 'no answer', 'f4', '{}');
reset role;
update governance.gate_proof set unknown_since = clock_timestamp() - interval '25 hours' where project = 'IAM';
set role countersign_service;
select governance.gate_proved('acme', 'IAM', false, 0, 'no answer', 'f4', '{}');
select is(pg_temp.told('GateNotKnown'), 2::bigint, 'few looks in a day are told, too');
select count(governance.gate_proved('acme', 'NEW', false, 0, 'no right', 'f6', '{}')) from generate_series(1, 12);
select is(pg_temp.told('GateNotKnown'), 3::bigint, 'and what was never known, for as long');
select is(governance.gate_proved('acme', 'NEW', false, 1, 'no right', 'f6', '{}'), true, 'what opens there is drift as far as it is seen');
select is(governance.gate_proved('acme', 'NEW', false, 1, 'no right', 'f6', '{}'), false, 'once');
select is(pg_temp.told('GateDrift'), 5::bigint, 'and told');
select is(governance.gate_proved('acme', 'NEW', true, 3, '', 'f7', '{}'), false, 'and the first look that knows is a first one');
select is((select string_agg(reason, ' ' order by id) from governance.escalation where key like 'NEW %'), 'GateNotKnown GateDrift GateOpen', 'open from the beginning');

create function pg_temp.seen(site text) returns jsonb language sql as $$ select governance.gate_own($1)->'rules_seen' $$;
create function pg_temp.looked(known boolean, open int, print text, unseen text) returns boolean language sql as $$
    select governance.gate_proved('rules', 'IAM', known, open, '', print,
                                  jsonb_build_object('cannot_be_seen', jsonb_build_array(jsonb_build_object('name', unseen))))
$$;
select is(pg_temp.seen('rules'), '[]'::jsonb, 'no rule of automation was ever seen');
select pg_temp.looked(false, 0, 'r0', 'customers_close');
select is(pg_temp.seen('rules'), '[]'::jsonb, 'nor by a look that did not come to an end');
select pg_temp.looked(true, 0, 'r0', 'automation_rules');
select is(pg_temp.seen('rules'), '[]'::jsonb, 'nor by one that could do without them');
select pg_temp.looked(true, 1, 'a', 'customers_close');
select is(pg_temp.seen('rules'), '["IAM"]'::jsonb, 'now they were');
select is(pg_temp.seen('acme'), '[]'::jsonb, 'at that site, and where a look says what it cannot see');
select count(pg_temp.looked(false, 0, 'b', 'automation_rules')) from generate_series(1, 9);
select is(pg_temp.seen('rules'), '["IAM"]'::jsonb, 'which is not forgotten when they are seen no more');
select is((select concat_ws(' ', p.known, p.open, p.fingerprint) from governance.gate_proof p where p.site = 'rules'), 'f 1 a',
          'and the hole stays a hole');
select pg_temp.looked(false, 0, 'b', 'automation_rules');
select is((select string_agg(reason, ' ' order by id) from governance.escalation where site = 'rules'), 'GateDrift GateNotKnown',
          'of which people are told');
select is(pg_temp.looked(true, 0, 'c', 'customers_close'), true, 'until they are seen again');

select governance.gate_proved('made', 'IAM', true, 0, '', 'aa', '{}');
select is(governance.gate_proved('made', 'IAM', true, 0, '', '2:bb', '{}'), false, 'a fingerprint that is made otherwise is no drift');
select is((select fingerprint from governance.gate_proof where site = 'made'), '2:bb', 'and is what the next is compared with');
select is(governance.gate_proved('made', 'IAM', true, 1, '', '3:cc', '{}'), true, 'a hole more is told all the same');
select is((select string_agg(reason, ' ') from governance.escalation where site = 'made'), 'GateDrift', 'as drift');
select is(governance.gate_proved('made', 'IAM', true, 1, '', '3:dd', '{}'), true, 'made alike and another one is drift');
select * from finish();
