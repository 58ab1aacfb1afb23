-- What an auditor is shown is what the entries tell: a row that somebody edited, made up or deleted shows beside them.
select plan(26);

create function pg_temp.told(request uuid, path text) returns text language sql as $$ select governance.evidence_facts(request) #>> ('{told,' || path || '}')::text[] $$;
create function pg_temp.row(request uuid) returns text language sql as $$
    select concat_ws(' ', change_kind, cause, phase, nullif(outcome, ''), (approved_at is not null)::int, (claimed_at is not null)::int, (verified_at is not null)::int,
                     (closed_at is not null)::int) from audit.population_v1 where request_id = request
$$;

-- rows and entries agree, wherever a request stands
select t.verifying(t.request(array['plain:absent'])) as done \gset
select is(pg_temp.told(:'done', 'differs'), null, 'of one that is checked nothing is otherwise');
select t.read(t.item(:'done'), 'absent');
select t.move(:'done', 'verified', 'closed');
select is(pg_temp.told(:'done', 'phase') || ' ' || pg_temp.told(:'done', 'outcome'), 'closed verified', 'the entries tell where it ended, and how');
select is(pg_temp.told(:'done', 'differs'), null, 'as its row does');
select is(pg_temp.row(:'done'), 'removal asked closed verified 1 1 1 1', 'and so does the population');
select is((select p.requested_at from audit.population_v1 p where p.request_id = :'done'), (select requested_at from governance.access_request where id = :'done'), 'to the microsecond');
select t.request(array['plain:absent']) as over \gset
select t.move(:'over', 'cancelled');
select is(pg_temp.row(:'over'), 'removal asked cancelled withdrawn 0 0 0 0', 'one that was withdrawn');
select is(pg_temp.told(:'over', 'differs'), null, 'which its row says, too');
select t.verifying(t.request(array['plain:absent'])) as again \gset
select t.read(t.item(:'again'), 'absent');
select t.move(:'again', 'verified', 'closed');
update governance.access_request set version = version + 1, phase = 'fulfilling', closed_at = null where id = :'again';
select is(pg_temp.row(:'again'), 'removal asked fulfilling 1 1 0 0', 'one that was opened again is not closed');
select is(pg_temp.told(:'again', 'differs'), null, 'and differs in nothing');

-- somebody who owns the database closes a request that nobody worked on
select t.fulfilling(t.request(array['plain:absent'])) as forged \gset
set session_replication_role = replica;
update governance.access_request set phase = 'closed', phase_reason = 'AllItemsVerified', claim_cycle = 'x', generation = generation + 1,
    claimed_at = requested_at + interval '1 s', verified_at = requested_at + interval '2 s', closed_at = requested_at + interval '3 s' where id = :'forged';
insert into governance.observation (item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete, canary_ok, native_id, raw_sha256)
select t.item(r.id), r.generation, r.verified_at, r.verified_at, 'absent', 'active', 'none', 'Ok', true, true, '4', sha256('forged')
  from governance.access_request r where r.id = :'forged';
update governance.sla_clock set stopped_at = started_at + interval '2 s', ended = 'verified' where request_id = :'forged';
set session_replication_role = origin;
select is(pg_temp.told(:'forged', 'phase') || coalesce(pg_temp.told(:'forged', 'outcome'), ''), 'fulfilling', 'its entries tell where it stands');
select is(pg_temp.told(:'forged', 'differs'), '["phase"]', 'and that the row says otherwise');
select is((select concat_ws(' ', r->>'outcome', r->>'unsaid', r->>'proves') from jsonb_array_elements(governance.evidence_facts(:'forged')->'reads'->'rows') r), 'absent true',
          'a read without an entry proves nothing, and is told');
select is(pg_temp.row(:'forged'), 'removal asked fulfilling 1 0 0 0', 'the population has it as it is');
select is((select string_agg(what || ' ' || difference, ', ' order by what collate "C") from audit.reconciliation_v1 where difference <> 0),
          'reads of target systems 1, requests in closed 1, requests in fulfilling -1', 'and the counts differ');

-- dates another one back, the read of a third, and makes up who approved
set session_replication_role = replica;
update governance.access_request set closed_at = closed_at - interval '1 month', verified_at = verified_at - interval '1 month' where id = :'done';
select is(pg_temp.told(:'done', 'differs'), '["closed", "verified"]', 'a request that is dated back');
select ok((select p.closed_at > clock_timestamp() - interval '1 hour' from audit.population_v1 p where p.request_id = :'done'), 'is in the population as it was');
update governance.sla_clock set paused = interval '1 hour' where request_id = :'over';
select is(pg_temp.told(:'over', 'differs'), '["clock"]', 'a clock that was turned back');
update governance.observation set outcome = 'present' where item_id = t.item(:'again');
select is(governance.evidence_facts(:'again') #>> '{reads,unsaid}', '1', 'a read that was edited');
insert into governance.approval (request_id, approver, approver_names, decision, channel, tuple_hash) values (:'again', 'anna', '{}', 'approved', 'jsm', 'h1');
select is(pg_temp.told(:'again', 'differs'), '["approvals"]', 'an approval that nobody gave');

-- makes one up, and deletes one
set session_replication_role = origin;
select t.request(array['plain:absent']) as gone \gset
set session_replication_role = replica;
delete from governance.sla_clock where request_id = :'gone';
delete from governance.request_item where request_id = :'gone';
delete from governance.access_request where id = :'gone';
select is((select phase from audit.population_v1 where request_id = :'gone'), 'received', 'a request of which only the entries are left is in the population');
insert into governance.access_request select (jsonb_populate_record(r, '{"id": "00000000-0000-0000-0000-00000000000a", "marker": "gar-a"}')).*
  from governance.access_request r where r.id = :'over';
select is(pg_temp.told('00000000-0000-0000-0000-00000000000a', 'differs'), '["entries"]', 'one that nobody asked for has none');
select ok((select p.first_entry is null from audit.population_v1 p where request_id = '00000000-0000-0000-0000-00000000000a'), 'and is known by that in the population');
set session_replication_role = origin;

-- by which name
select is((select string_agg(n.id::text, ' ') from governance.request_named(:'done') n), :'done', 'a request is known by its id');
select is_empty($$select governance.request_named(x) from unnest(array['', '/', 'IAM-9', 'acme/']) x$$, 'by nothing that names none');

-- who may
set role countersign_auditor;
select lives_ok('select * from audit.population_v1', 'an auditor reads it');
select lives_ok('select * from audit.reconciliation_v1', 'and counts');
reset role;
select * from finish();
