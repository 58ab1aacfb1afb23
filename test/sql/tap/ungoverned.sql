-- Completeness: what changed without a request is listed, what a request asked for is not, and tickets, requests and log are as many.
set role countersign_service;
select plan(15);

-- a read of the first item of a request, of some minutes ago: outcome, and what else the account held then (null: not told)
create function pg_temp.read(request uuid, ago int, said text, others text default null) returns void language sql as $$
    insert into governance.observation (item_id, generation, source_as_of, outcome, account, via, reason, complete, canary_ok, raw_sha256, others)
    select t.item(request), r.generation, clock_timestamp() - make_interval(mins => ago), said, 'active', 'direct', 'Ok', true, true, sha256('raw'), others
      from governance.access_request r where r.id = request
$$;
create function pg_temp.found(who text) returns text language sql as $$
    select string_agg(entitlement || ' ' || became || ' ' || seen_by || case when is_drift then ' drift' else '' end, ', ' order by not_after, entitlement)
      from audit.ungoverned_change_v1 where account = who
$$;
create function pg_temp.ask(who text, entitlement text, desired text) returns uuid language sql as $$
    select t.request('{}', jsonb_build_object('items', jsonb_build_array(jsonb_build_object('source', 'plain', 'account', who,
        'entitlement', entitlement, 'desired', desired))))
$$;

-- asked for, given, taken away again by nobody's wish
select t.fulfilling(pg_temp.ask('anna', 'Ledger', 'present')) as r \gset
select pg_temp.read(:'r', 0, 'absent', 'viewer');
select t.claim(:'r');
select t.move(:'r', 'verifying');
select pg_temp.read(:'r', -1, 'present', 'viewer');
select is(pg_temp.found('anna'), null, 'what was asked for is governed');
select pg_temp.read(:'r', -2, 'present', 'viewer');
select t.move(:'r', 'verified', 'closed');
select pg_temp.read(:'r', -3, 'absent', 'viewer');
select is(pg_temp.found('anna'), 'ledger absent asked', 'what was taken away is not');

-- something beside it: seen twice, told once; what could not be told says nothing
select pg_temp.read(:'r', -4, 'absent', E'viewer\nPayroll');
select pg_temp.read(:'r', -5, 'absent');
select pg_temp.read(:'r', -6, 'absent', E'Payroll\nviewer');
select is(pg_temp.found('anna'), 'ledger absent asked, payroll present beside', 'and what came beside it is not, whatever its case');
select pg_temp.read(:'r', -7, 'absent', '');
select is(pg_temp.found('anna'), 'ledger absent asked, payroll present beside, payroll absent beside, viewer absent beside', 'nor what went');

-- a request for it that nobody approved, or that is over, explains nothing; an approved one does
select pg_temp.ask('bert', 'a', 'present') as waits \gset
select t.move(pg_temp.ask('bert', 'b', 'present'), 'approved', 'cancelled');
select t.fulfilling(pg_temp.ask('bert', 'c', 'present'));
select t.fulfilling(pg_temp.ask('bert', 'd', 'absent'));
select t.fulfilling(pg_temp.ask('bert', 'other', 'present')) as s \gset
select pg_temp.read(:'s', 0, 'absent', '');
select pg_temp.read(:'s', -1, 'absent', E'a\nb\nc\nd');
select is(pg_temp.found('bert'), 'a present beside, b present beside, d present beside', 'only an approved request for just that explains it');

-- two requests about the same thing, long apart: what happened between them shows, once
select t.fulfilling(pg_temp.ask('carl', 'x', 'absent')) as u \gset
select pg_temp.read(:'u', 0, 'absent', '');
select t.claim(:'u');
select t.move(:'u', 'verifying');
select pg_temp.read(:'u', -1, 'absent', '');
select t.move(:'u', 'verified', 'closed');
select t.fulfilling(pg_temp.ask('carl', 'y', 'present')) as v \gset
select pg_temp.read(:'v', -2, 'absent', 'x');
select is(pg_temp.found('carl'), null, 'one list alone says nothing of the time before it');
select t.fulfilling(pg_temp.ask('carl', 'x', 'absent')) as w \gset
select pg_temp.read(:'w', -3, 'present', '');
select is(pg_temp.found('carl'), 'x present asked', 'what came back between two requests');
select is((select request_id from audit.ungoverned_change_v1 where account = 'carl'), :'w'::uuid, 'seen for the second');
insert into governance.observation (item_id, generation, source_as_of, outcome, account, via, reason, complete, canary_ok)
values (t.item(:'w'), 0, clock_timestamp() + interval '4 min', 'unknown', 'unknown', 'none', 'Unreachable', false, false);
select is(pg_temp.found('carl'), 'x present asked', 'not known is no change');

-- as many
select is_empty($$select * from audit.reconciliation_v1 where difference <> 0$$, 'tickets, requests and log are as many');
select is((select counted from audit.reconciliation_v1 where what = 'requests received'), (select count(*) from governance.access_request), 'all of them');
reset role;
set role countersign_auditor;
select isnt_empty($$select * from audit.ungoverned_change_v1$$, 'an auditor sees it');
select is_empty($$select * from audit.reconciliation_v1 where difference <> 0$$, 'and counts himself');
reset role;
alter table governance.observation disable trigger user;
delete from governance.observation where outcome = 'unknown';
alter table governance.observation enable trigger user;
select results_eq($$select what, difference from audit.reconciliation_v1 where difference <> 0$$, $$values ('reads of target systems', -1::bigint)$$, 'a row that is gone shows');
alter table governance.evidence_entry disable trigger user;
delete from governance.evidence_entry where kind = 'request.received' and request_id = (select max(id::text)::uuid from governance.access_request);
select ok((select count(*) from audit.reconciliation_v1 where difference <> 0) >= 3, 'and an entry that is gone');
select * from finish();
