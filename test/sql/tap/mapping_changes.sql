-- A plan makes a mapping live where what it was planned against is live; a file of before does not take that back. A request keeps
-- the mapping that understood its ticket. Who did what is on record.
set role countersign_service;
select plan(43);

create function pg_temp.sha(body text) returns text language sql as $$ select encode(sha256(convert_to(body, 'UTF8')), 'hex') $$;
create function pg_temp.plan(body text, was text, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('sha256', pg_temp.sha(body), 'body', body, 'act', 'applied', 'actor', 'silva@host', 'change', 'CHG-1',
                              'reason', 'renamed', 'detail', jsonb_build_object('plan', repeat('7', 64), 'tests', 3),
                              'sites', jsonb_build_array(jsonb_build_object('site', 'acme', 'was', pg_temp.sha(was), 'number',
                                  (select number from governance.mapping_live where site = 'acme'), 'file', pg_temp.sha('one')))) || more
$$;
create function pg_temp.live() returns text language sql as $$
    select v.body || ' ' || l.number from governance.mapping_live l join governance.mapping_version v using (sha256) where l.site = 'acme'
$$;
create function pg_temp.start(body text, me text default 'me') returns boolean language sql as $$
    select governance.mapping_put(pg_temp.sha(body), body, 'acme', me)
$$;
create function pg_temp.hold(body text, me text default 'me') returns text language sql as $$
    select governance.mapping_hold(me, 'acme', pg_temp.sha(body))
$$;

select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'one'))$$, 'CG057', null, 'nothing is applied where no service was ever started');
select pg_temp.start('one');
select is(pg_temp.live(), 'one 1', 'the file is live');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'zero'))$$, 'CG058', null, 'a plan against another mapping is refused');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'one', '{"body": "three"}'))$$, 'CG057', null, 'so is a body that is not the planned one');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('one', 'one'))$$, 'CG057', null, 'and what is live already');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'one', '{"sites": []}'))$$, 'CG057', null, 'and a plan for no site');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'one', '{"act": "file"}'))$$, 'CG057', null, 'nobody claims to be a file');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'one', '{"reason": ""}'))$$, '23514', null, 'no reason, no change');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'one', '{"actor": ""}'))$$, '23514', null, 'nor without a name');
select is(pg_temp.live(), 'one 1', 'and nothing was changed by any of it');

insert into governance.ticket (site, issue_id, issue_key, ignored) values ('acme', '9001', 'IAM-9001', 'request type not governed');
select is(governance.mapping_apply(pg_temp.plan('two', 'one'))->0->>'number', '2', 'a plan makes one live');
select ok(look_at is not null, 'what the one before did not govern is looked at again') from governance.ticket where issue_id = '9001';
select is(pg_temp.hold('one'), 'applied', 'whoever has another one is told to take it up');
select is(pg_temp.hold('two'), 'live', 'and has the live one then');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'one'))$$, 'CG058', null, 'a plan is applied once');

-- files
select governance.mapping_drop('me');
select ok(not pg_temp.start('one'), 'a restart with the file of before');
select is(pg_temp.live(), 'two 2', 'leaves what was applied');
select is(pg_temp.hold('one'), 'applied', 'and is told so');
-- applied from another folder, where another file stands: neither that nor the service's own takes it back
select governance.mapping_apply(jsonb_set(pg_temp.plan('three', 'two'), '{sites,0,file}', to_jsonb(pg_temp.sha('elsewhere'))));
select ok(not pg_temp.start('one'), 'the service''s own file is passed over');
select ok(not pg_temp.start('elsewhere'), 'and so is the one that stood there');
select governance.mapping_apply(pg_temp.plan('two', 'three'));
select is(pg_temp.live(), 'two 4', 'until another is applied');
select ok(not pg_temp.start('two'), 'a file that says what was applied is no news');
select ok(pg_temp.start('one'), 'going back from there is a change of the file');
select is(pg_temp.live(), 'one 5', 'which counts when nobody holds the other one');
select throws_ok($$select governance.mapping_apply(jsonb_set(pg_temp.plan('two', 'one'), '{sites,0,number}', '1'))$$, 'CG058', null,
                 'a plan against the same one of before, with another between, is refused');
select throws_ok($$select governance.mapping_apply(pg_temp.plan('two', 'one') #- '{sites,0,number}')$$, 'CG058', null, 'and so is one that does not say which');
select governance.mapping_apply(pg_temp.plan('two', 'one'));
select pg_temp.hold('two', 'other');
select ok(not pg_temp.start('zero', 'late') is null and pg_temp.live() = 'zero 7', 'a file that nobody has seen yet is a change');
select governance.mapping_apply(pg_temp.plan('two', 'zero', '{"act": "rolled_back"}'));
select pg_temp.hold('two', 'other');
select ok(not pg_temp.start('zero', 'late'), 'an old file beside those who hold what was applied is none');
select is(pg_temp.live(), 'two 8', 'it goes on');

-- on record
select governance.mapping_refused('acme', pg_temp.sha('bad'), '{"code": "M021", "line": 11}');
select is((select string_agg(act || ' ' || coalesce(number::text, '-'), ', ' order by id) from governance.mapping_event where site = 'acme'),
          'file 1, applied 2, applied 3, applied 4, file 5, applied 6, file 7, rolled_back 8, refused -', 'each change and each refusal, in order');
set constraints all immediate;
select is((select count(*) from governance.evidence_entry where kind = 'mapping.changed'), 8::bigint, 'each change is in the evidence');
select is((select (body::jsonb->'detail') - 'event' - 'login_commitment' - 'actor_commitment' - 'reason_commitment' from governance.evidence_entry where kind = 'mapping.changed' order by seq offset 1 limit 1),
          jsonb_build_object('act', 'applied', 'change', 'CHG-1', 'mapping', pg_temp.sha('two'), 'number', 2, 'plan', repeat('7', 64),
                             'site', 'acme', 'tests', 3, 'was', pg_temp.sha('one')), 'what, under which change, by which plan');
reset role;
select is((select string_agg(c.member || ' ' || c.value, ', ' order by c.member) from audit.commitment_v1 c
            where c.entry = (select seq from governance.evidence_entry where kind = 'mapping.changed' order by seq offset 1 limit 1)),
          'actor silva@host, login ' || session_user || ', reason renamed', 'who, by which account of the database, and why: beside it');
set role countersign_service;
select is((select body::jsonb->'detail'->>'code' from governance.evidence_entry where kind = 'mapping.refused'), 'M021', 'and so is a refusal');
select throws_ok($$insert into governance.mapping_event (site, act, sha256, number, actor, reason) values ('acme', 'applied', '', 9, 'x', 'y')$$, '42501', null, 'the service writes none by itself');
reset role;
select throws_ok($$update governance.mapping_event set actor = 'x'$$, 'CG009', null, 'and nobody changes what stands there');

-- who may
set role countersign_auditor;
select throws_ok($$select governance.mapping_apply('{}')$$, '42501', null, 'an auditor applies nothing');
select ok(count(*) = 9, 'but reads the history') from governance.mapping_event;
set role countersign_dashboard;
select throws_ok($$select governance.mapping_apply('{}')$$, '42501', null, 'nor does a dashboard');
select throws_ok($$select * from governance.mapping_event$$, '42501', null, 'which does not read it either');
set role countersign_ingest;
select throws_ok($$select governance.mapping_apply('{}')$$, '42501', null, 'nor the intake of webhooks');

-- a request keeps its mapping
set role countersign_service;
select id as r from (select t.fulfilling(t.request()) as id) x \gset
update governance.access_request set version = version + 1, mapping_kept = pg_temp.sha('two') where id = :'r';
select throws_ok(format('update governance.access_request set version = version + 1, mapping_kept = %L where id = %L', pg_temp.sha('one'), :'r'),
                 'CG002', null, 'one that was approved keeps the mapping it was understood by');
select throws_ok(format('update governance.access_request set version = version + 1, mapping_kept = null where id = %L', :'r'),
                 'CG002', null, 'for good');
select * from finish();
