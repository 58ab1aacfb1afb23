-- What leaves the database when its time is over, and what never does.
select plan(46);

create function t.aged(request uuid, age interval) returns void language plpgsql as $$
begin -- as time does it
    set local session_replication_role = replica;
    update governance.observation o set observed_at = o.observed_at - age, source_as_of = o.source_as_of - age from governance.request_item i
     where i.id = o.item_id and i.request_id = request;
    update governance.flow f set created_at = f.created_at - age, ended_at = f.ended_at - age where f.request_id = request;
    update governance.policy_decision d set at = d.at - age where d.request_id = request;
    update governance.evidence_entry e set at = e.at - age where e.request_id = request;
    update governance.access_request r set verified_at = r.verified_at - age, look_at = case when r.phase = 'closed' then null else r.look_at end where r.id = request;
end $$;
create function t.months(kind text, days int default 60, holds jsonb default '[]') returns bigint language sql as $$
    select coalesce(sum(p.records), 0)::bigint from governance.retain_plan(jsonb_build_array(jsonb_build_object('kind', kind, 'days', days)), governance.holds_known(holds)) p
$$;
create function t.ids(kind text, holds jsonb default '[]') returns bigint[] language sql as $$
    select array(select r.id from governance.retain_rows(kind, '-infinity', clock_timestamp() - interval '60 days', clock_timestamp() - interval '60 days', holds) r)
$$;
-- One month as the program drops it.
create function t.drop(kind text, runs jsonb default '[]', ids bigint[] default null) returns bigint language plpgsql as $$
declare
    that date := (select p.month from governance.retain_plan(jsonb_build_array(jsonb_build_object('kind', kind, 'days', 60)), '[]') p limit 1);
begin
    set local role countersign_owner;
    return governance.retain_drop(kind, that, clock_timestamp() - interval '60 days', '[]', 0, 9223372036854775807, kind || '.jsonl', repeat('ab', 32), cardinality(coalesce(ids, t.ids(kind))),
                                  encode(sha256(convert_to(array_to_string(coalesce(ids, t.ids(kind)), ','), 'UTF8')), 'hex'), runs);
end $$;
create function t.made() returns uuid language plpgsql as $$
declare
    r uuid := t.verifying(t.request(array['plain:present'], '{"kind": "grant"}'));
    work text;
begin
    for n in 1..3 loop
        perform t.read(t.item(r), 'unknown'), pg_sleep(0.002);
    end loop;
    foreach work in array array['create_ticket', 'comment', 'comment'] loop
        insert into governance.flow (request_id, site, kind) values (r, 'acme', work);
        update governance.flow set version = version + 1, state = 'checking', lease_owner = 'x', lease_until = clock_timestamp() where request_id = r and state = 'pending';
        update governance.flow set version = version + 1, state = 'done', ended_at = clock_timestamp(), lease_owner = null, lease_until = null
         where request_id = r and state = 'checking';
    end loop;
    insert into governance.policy_decision (request_id, stage, permitted, asked, answered, pdp, took_ms, why) values (r, 'verification', true, '{"q":1}', '{}', 'x', 1, 'Ok');
    return r;
end $$;
select t.made() as one \gset
select t.made() as open \gset
select t.read(t.item(:'one'), 'present') as proof \gset
select t.move(:'one', 'verified', 'closed');
select t.read(t.item(:'one'), 'present') as later \gset
select t.read(t.item(:'one'), 'present') as last \gset
select governance.source_put('plain', 'Plain', 'sql', 0, 1, 900001); -- the last entry always stays
insert into governance.webhook_delivery (site, delivery_id, body, state) values ('acme', 'd1', '{"key": "IAM-1"}', 'handled'), ('acme', 'd2', '{}', 'new');
select t.aged(:'one', '100 days'), t.aged(:'open', '100 days');
update governance.webhook_delivery set state = state; -- the time of arrival is frozen
select t.months('evidence', 200) as none \gset
select is(:none::bigint, 0::bigint, 'what is younger stays');

-- what may go
select is(t.months('observations'), 4::bigint, 'reads that prove nothing');
select ok(not t.ids('observations') && array[:proof, :last]::bigint[] and t.ids('observations') @> array[:later]::bigint[], 'but not the proof, nor the last one');
select is(t.months('flows'), 1::bigint, 'work of which there is a later one of its kind');
select is(t.months('decisions'), 1::bigint, 'bytes of decisions');
select is((select count(*) from governance.evidence_entry e where e.seq = any (t.ids('evidence')) and e.request_id = :'one'),
          (select count(*) from governance.evidence_entry e where e.request_id = :'one'), 'and its evidence');
select is_empty(format('select seq from governance.evidence_entry where request_id = %L and seq = any (t.ids(''evidence''))', :'open'), 'none of a request that is open');
set session_replication_role = replica;
update governance.evidence_entry set at = at + interval '90 days' where seq = (select max(seq) from governance.evidence_entry where request_id = :'one');
set session_replication_role = origin;
select is_empty(format('select seq from governance.evidence_entry where request_id = %L and seq = any (t.ids(''evidence''))', :'one'), 'the time of a request begins with its end');
set session_replication_role = replica;
update governance.evidence_entry set at = at - interval '90 days' where seq = (select max(seq) from governance.evidence_entry where request_id = :'one');
set session_replication_role = origin;
select is(t.months('observations', 60, jsonb_build_array(jsonb_build_object('name', 'a', 'people', '[]'::jsonb, 'tickets', '[]'::jsonb, 'requests', jsonb_build_array(:'one')))),
          0::bigint, 'nor of one that a hold names');
select is(t.months('decisions', 60, '[{"name": "a", "people": ["SOMEONE"], "tickets": [], "requests": []}]'), 0::bigint, 'by a person, too');
select is(t.months('deliveries', 0), 0::bigint, 'a month that is not over stays whole');
set session_replication_role = replica;
insert into governance.webhook_delivery (site, delivery_id, body, state, received_at)
select 'acme', 'held ' || n, convert_to(b, 'UTF8'), 'handled', clock_timestamp() - interval '100 days'
  from (values (1, '{"who": "SOMEONE"}'), (2, '{"who": "S\u00d6ren"}'), (3, '{"key": "iam-77"}'), (4, '{"who": "somebody"}'), (5, '{"key": "IAM-778"}')) v(n, b);
set session_replication_role = origin;
select is((select string_agg(w.delivery_id, ', ' order by w.delivery_id) from governance.webhook_delivery w
            where w.id = any (t.ids('deliveries', '[{"name": "a", "people": ["Someone", "sören"], "tickets": ["IAM-77"], "requests": []}]'))), 'held 4, held 5',
          'a hold finds its people and tickets in any case and as JSON writes them, and no others');
update governance.access_request set look_at = clock_timestamp() where id = :'one';
select is(t.months('observations') + t.months('flows') + t.months('decisions'), 0::bigint, 'nor what is still looked at');
update governance.access_request set look_at = null where id = :'one';

-- in portions
select (t.ids('evidence'))[1] as begins, (t.ids('evidence'))[cardinality(t.ids('evidence'))] as ends \gset
select results_eq($$select distinct p.first, p.last from governance.retain_plan('[{"kind": "evidence", "days": 60}]', '[]') p$$, format('values (%s::bigint, %s::bigint)', :begins, :ends),
                  'the plan says which numbers a month has');
select results_eq(format($$select r.id from governance.retain_rows('evidence', '-infinity', clock_timestamp() - interval '60 days', clock_timestamp() - interval '60 days', '[]', %s, %s) r$$, :begins + 1, :ends - 1),
                  format('select id from unnest(t.ids(''evidence'')) id where id between %s and %s order by id', :begins + 1, :ends - 1), 'of a portion only what is of its numbers');
set role countersign_owner;
select throws_ok(format($$select governance.retain_drop('evidence', (select p.month from governance.retain_plan('[{"kind": "evidence", "days": 60}]', '[]') p limit 1),
    clock_timestamp() - interval '60 days', '[]', %s, %s, 'evidence.jsonl', repeat('ab', 32), 1, '%s', '[]')$$, :begins, :ends - 1,
    encode(sha256(convert_to(array_to_string(t.ids('evidence'), ','), 'UTF8')), 'hex')), 'CG064', null, 'and nothing of another one goes with it');
reset role;

-- it goes
select throws_ok($$select t.drop('observations', '[]', array[1, 2]::bigint[])$$, 'CG064', null, 'what was not written is not dropped');
select lives_ok($$select t.drop('observations')$$, 'what was is');
select set_eq(format('select o.id from governance.observation o join governance.request_item i on i.id = o.item_id where i.request_id = %L', :'one'), array[:proof, :last]::bigint[],
              'the proof is there');
select is_empty('select * from audit.reconciliation_v1 where difference <> 0', 'which are counted as gone');
select t.drop('flows');
select is((select string_agg(kind, ' ' order by id) from governance.flow where request_id = :'one'), 'create_ticket comment', 'of each kind of work the last');
select t.drop('decisions');
select is((select asked is null and asked_sha256 = sha256('{"q":1}') from governance.policy_decision where request_id = :'one'), true, 'of a decision its hash, to which the file is held');
select is((select count(*) from governance.policy_decision where request_id = :'open' and asked is not null), 1::bigint, 'all of another one');

-- evidence: what is left of it holds the chain together
select string_agg(seq::text, ',' order by seq) as gone, min(seq) as first, max(seq) as last_gone, count(*) as n from governance.evidence_entry where seq = any (t.ids('evidence')) \gset
select jsonb_agg(jsonb_build_object('first', seq, 'last', seq, 'prev', encode(prev, 'hex'), 'hash', encode(hash, 'hex'),
                                    'tree', '00' || encode(sha256('\x00' || convert_to(body, 'UTF8')), 'hex'))) as runs
  from governance.evidence_entry where seq = any (t.ids('evidence')) \gset
select count(*) as people from governance.person_commitment where request_id = :'one' \gset
select ok(:people > 0, 'there is clear text to it');
select t.drop('evidence', :'runs');
select is((select count(*) from governance.evidence_entry where request_id = :'one' and kind <> 'records.retained'), 0::bigint, 'the entries are gone');
select is((select count(*) from governance.person_commitment where request_id = :'one'), 0::bigint, 'and the clear text with them');
select ok(exists (select from governance.person_commitment where request_id = :'open'), 'of the other it stays');
select is((select sum(last - first + 1) from governance.retention_run), :n::numeric, 'it is known which');
select is((select count(*) from governance.evidence_entry where kind = 'records.retained'), 4::bigint, 'each file is in the evidence');
select is_empty('select governance.retention_forged()', 'as it is on record');
select is_empty('select governance.commitments_forged()', 'and all clear text is what entries commit to');
select ok(body::jsonb #>> '{detail,sha256}' = repeat('ab', 32) and body::jsonb #>> '{detail,export}' = 'evidence.jsonl', 'with its hash')
  from governance.evidence_entry where kind = 'records.retained' order by seq desc limit 1;
select is((select count(*) from governance.item_verdict where request_id = :'one'), 1::bigint, 'it can still be looked at');

select is_empty('select * from audit.reconciliation_v1 where difference <> 0', 'and the entries are still as many');
select is((select counted from audit.reconciliation_v1 where what = 'entries of the log'), (select seq from governance.evidence_head), 'with those that are gone');
select is((select count(*) from audit.reconciliation_v1 where what in ('reads of target systems', 'approvals', 'requests received', 'requests retained into files')), 4::bigint,
          'all is still counted');
select is(governance.evidence_facts(:'one') #>> '{told,files,0}' || (governance.evidence_facts(:'one') #>> '{told,entries}'), 'evidence.jsonl0', 'it is told where the entries are');
select is(governance.evidence_facts(:'one') #>> '{told,differs}', null, 'and nothing is said of what only they say');
begin;
set local session_replication_role = replica;
delete from governance.approval;
delete from governance.access_request where id = :'open';
select is((select count(*) from audit.reconciliation_v1 where difference <> 0 and (what = 'requests received' or what like 'requests in %')), 2::bigint, 'a request that is deleted still shows');
delete from governance.access_request where id = :'one';
select is((select difference from audit.reconciliation_v1 where what = 'requests retained into files'), -1::bigint, 'and one whose entries are in a file');
rollback;

-- who
set role countersign_service;
select set_config('countersign.retains', '1', false);
select throws_ok('delete from governance.observation', '42501', null, 'the service deletes nothing by that way either');
reset role;
select throws_ok('delete from governance.observation', 'CG009', null, 'nor does anybody who is not the owner on purpose');
select set_config('countersign.retains', '', false);
set role countersign_owner;
select throws_ok('delete from governance.evidence_entry', 'CG009', null, 'nor the owner, but by it');
select throws_ok('update governance.retention set rows = 1', 'CG009', null, 'what was done stays on record');
reset role;

-- somebody who makes room for a lie is told
set session_replication_role = replica;
update governance.retention_run set hash = sha256('x') where first = :first;
set session_replication_role = origin;
select is((select count(*) from governance.retention_forged()), 1::bigint, 'a record that was changed is not what the evidence says');
set session_replication_role = replica;
update governance.person_commitment set value = 'another' where entry = (select max(entry) from governance.person_commitment);
set session_replication_role = origin;
select is((select count(*) from governance.commitments_forged()), 1::bigint, 'nor a name that was changed');
select * from finish();
