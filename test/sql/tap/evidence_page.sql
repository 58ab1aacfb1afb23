-- What the evidence page of a request shows: which reads prove it, who is whom, and that somebody looked.
select plan(34);

create function pg_temp.facts(request uuid, path text) returns text language sql as $$ select governance.evidence_facts(request) #>> path::text[] $$;
create function pg_temp.reads(request uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', r->>'number', r->>'outcome', case when (r->>'proves')::boolean then 'proves' end, '+' || (r->>'more')), ', ' order by n)
      from jsonb_array_elements(governance.evidence_facts(request)->'reads'->'rows') with ordinality as x(r, n)
$$;

-- a grant is proven by one read, and says so
select t.verifying(t.request(array['plain:present'], '{"kind": "grant", "requester": "asker@x.org", "beneficiary": "jane@x.org"}')) as grant \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state, status_name) values ('acme', '501', 'IAM-501', :'grant', 'here', 'Verifying access');
select t.read(t.item(:'grant'), 'absent');
select t.read(t.item(:'grant'), 'unknown');
select is(pg_temp.facts(:'grant', '{items,0,verdict}'), 'unknown', 'while it is checked the verdict is told');
select t.read(t.item(:'grant'), 'present') as proof \gset
select t.move(:'grant', 'verified', 'closed');
select t.read(t.item(:'grant'), 'present');
select t.read(t.item(:'grant'), 'present');
select t.read(t.item(:'grant'), 'present');
select is(pg_temp.reads(:'grant'), '1 absent, 2 unknown, 3 present proves, 4 present +1, 6 present', 'the one read that proves it, and the others; equal ones in a row as two');
select is(pg_temp.facts(:'grant', '{reads}')::jsonb - 'rows', '{"count": 6, "proving": 1, "unknown": 1}', 'counted');
select is(pg_temp.facts(:'grant', '{reads,rows,2,entry}'), (select seq::text from governance.evidence_entry where kind = 'item.observed'
          and body::jsonb->'detail'->>'observation' = :'proof'), 'each names its entry');
select is(pg_temp.facts(:'grant', '{reads,rows,2,raw}'), encode(sha256('raw'), 'hex'), 'and the hash of what was answered');
select is(pg_temp.facts(:'grant', '{items,0,verdict}'), null, 'what is closed has no verdict that grows old');
select is(pg_temp.facts(:'grant', '{people,requester}') || ' ' || pg_temp.facts(:'grant', '{people,beneficiary}'), 'asker@x.org jane@x.org', 'people are named');
select is((select string_agg(concat_ws(' ', a->>'kind', a->'detail'->>'to'), ', ' order by n)
             from jsonb_array_elements(governance.evidence_facts(:'grant')->'acts'->'rows') with ordinality as x(a, n)),
          'request.received received, item.wanted, request.moved approved, request.moved ticketing, request.moved fulfilling, request.moved claimed, '
          'request.moved verifying, ticket.bound, request.moved verified, request.moved closed', 'what was done, in order; reads stand for themselves');
select ok(not exists (select from jsonb_array_elements(governance.evidence_facts(:'grant')->'acts'->'rows') a
                       where a->>'hash' <> (select encode(e.hash, 'hex') from governance.evidence_entry e where e.seq = (a->>'entry')::bigint)), 'each act with the hash that seals it');
select is(pg_temp.facts(:'grant', '{acts,entries}')::bigint, (select count(*) from governance.evidence_entry where request_id = :'grant'), 'all entries are counted');

-- a removal by several in a row; what broke the row proves nothing
select governance.source_put('twice', 'Twice', 'sql', 0, 2, 900000);
select t.verifying(t.request(array['twice:absent'])) as removal \gset
select t.read(t.item(:'removal'), 'absent');
select t.read(t.item(:'removal'), 'present');
select t.read(t.item(:'removal'), 'absent');
select t.read(t.item(:'removal'), 'absent');
select is(pg_temp.facts(:'removal', '{reads,proving}'), '0', 'nothing proves it before it is found proven');
select t.move(:'removal', 'verified');
select is(pg_temp.reads(:'removal'), '1 absent, 2 present, 3 absent proves, 4 absent proves', 'all of the last row prove it');
select t.move(:'removal', 'closed');
update governance.access_request set version = version + 1, phase = 'fulfilling', closed_at = null where id = :'removal';
select t.claim(:'removal');
select is(pg_temp.facts(:'removal', '{reads,proving}'), '0', 'a new claim is not proven by the reads of the one before');
select matches(pg_temp.reads(:'removal'), '3 absent proves', 'which proved that one');

-- who else they are
select t.request(array['plain:present'], '{"kind": "grant", "approval_needed": true, "requester": "asker@x.org"}') as asked \gset
select t.move(:'asked', 'pending_approval');
insert into governance.approval (request_id, approver, approver_names, decision, channel, tuple_hash) values
    (:'asked', '712020:boss', '{account=712020:boss,address=boss@x.org}', 'approved', 'jsm', 'h1'), (:'asked', '712020:dark', '{}', 'approved', 'jsm', 'h1');
select is((select string_agg(concat_ws(' ', v->>'who', v->>'why_not', v->>'hats', v->>'maybe'), ', ' order by n)
             from jsonb_array_elements(governance.evidence_facts(:'asked')->'people'->'approvals') with ordinality as x(v, n)),
          'boss@x.org 0 0, 712020:dark unclear 0 3', 'by the address that Jira shows; an account whose address is hidden may be who asks or who gains');

-- exceptions
select t.verifying(t.request(array['plain:absent', 'plain:absent'])) as covered \gset
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
values (t.item(:'covered'), 'olga', 'anna', 'the vendor is closed', 'watched', clock_timestamp() + interval '1 day');
insert into governance.exception (scope, request_id, owner, approved_by, reason, compensating_control, expires_at)
values ('request', :'covered', 'otto', 'anna', 'all of it', 'watched', clock_timestamp() + interval '1 day');
select is((select string_agg(concat_ws(' ', x->>'scope', x->>'owner', x->>'control'), ', ' order by n)
             from jsonb_array_elements(governance.evidence_facts(:'covered')->'exceptions') with ordinality as y(x, n)), 'item olga watched, request otto watched', 'each exception once, though it covers two items');
select is((select a->>'who' || ' for ' || (a->>'whom') from jsonb_array_elements(governance.evidence_facts(:'covered')->'acts'->'rows') a
            where a->>'kind' = 'exception.granted' limit 1), 'anna for olga', 'who granted it, and to whom');
select governance.exception_try(jsonb_build_object('request', :'covered', 'scope', 'request', 'owner', 'olga', 'approved_by', 'olga', 'reason', 'x', 'control', 'y', 'vouched_by', 'portal',
                                                   'expires_ms', governance.ms(clock_timestamp() + interval '1 day')));
select is((select a->>'who' || ' for ' || (a->>'whom') || ': ' || (a->'detail'->>'why') from jsonb_array_elements(governance.evidence_facts(:'covered')->'acts'->'rows') a
            where a->>'kind' = 'decision.refused'), 'olga for olga: owner', 'and who tried to');

-- by which name
select is(governance.evidence_page('IAM-501')->'facts'->>'id', :'grant', 'by the key of its ticket');
select is(governance.evidence_page('acme/IAM-501')->'facts'->>'id', :'grant', 'with its site');
select is(governance.evidence_page(:'grant')->'facts'->>'ticket', 'IAM-501', 'by its id');
select is(governance.evidence_page(x), null, 'by nothing else: ' || x) from unnest(array['', 'IAM-9', 'other/IAM-501', '/']) x;
select governance.site_put('beta', 'cloud', 'https://beta.example');
select t.request(array['plain:absent'], '{"site": "beta"}') as twin \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state) values ('beta', '501', 'IAM-501', :'twin', 'here');
select is(governance.evidence_page('IAM-501'), '{"ambiguous": ["acme/IAM-501", "beta/IAM-501"]}', 'of several each is named');
select is(governance.evidence_page('IAM-501')->'facts', null, 'and none is shown');

-- looking
select is(governance.evidence_page(:'grant')->'made'->>'sha256', encode(sha256(convert_to(governance.evidence_facts(:'grant')::text, 'UTF8')), 'hex'), 'the hash is of the facts as they are');
select governance.evidence_page(:'grant')->'made'->>'sha256' as hash \gset
select governance.evidence_seen(:'grant', 'token audit-firm', 'auditor') as look \gset
select is(governance.evidence_seen(:'grant', 'token audit-firm', 'auditor'), :look::bigint, 'to look again is the same look');
select isnt(governance.evidence_seen(:'grant', 'token audit-firm', 'viewer'), :look::bigint, 'as somebody else it is another');
select is((select string_agg(body::jsonb->'detail'->>'role', ' ' order by seq) from governance.evidence_entry where kind = 'evidence.seen' and request_id is null
              and body::jsonb->'detail'->>'of' = :'grant'), 'auditor viewer', 'each look is an entry of the chain');
select is(governance.evidence_page(:'grant')->'made'->>'sha256', :'hash', 'and none of the request''s: what is shown stays as it is');
select is(governance.evidence_seen('00000000-0000-0000-0000-000000000000', 'x', 'viewer'), null, 'there is no such request');
set role countersign_auditor;
select is(governance.evidence_page('acme/IAM-501')->'made'->>'sha256', :'hash', 'an auditor asks for himself');
reset role;
