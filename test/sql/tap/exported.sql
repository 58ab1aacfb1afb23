-- That a population was exported is evidence: which manifest, of which time; who, only in the table, which nobody changes.
set role countersign_service;
select plan(14);

select throws_ok($$select governance.evidence_exported('2026-02-01', '2026-01-01', 0, repeat('ab', 32))$$, '23514', null, 'a time that ends before it begins is none');
select throws_ok($$select governance.evidence_exported('2026-01-01', '2026-02-01', 0, 'abcd')$$, '23514', null, 'a hash is whole');
select governance.evidence_exported('2026-01-01', '2026-02-01', 7, repeat('ab', 32)) as made \gset
select is((select body::jsonb->'detail' from governance.evidence_entry where kind = 'evidence.exported'),
          jsonb_build_object('export', :made, 'manifest_sha256', repeat('ab', 32), 'requests', 7, 'since', '2026-01-01T00:00:00.000000Z',
              'until', '2026-02-01T00:00:00.000000Z'), 'the manifest is evidence, and nobody is named');
select is((select x.entry from audit.evidence_export_v1 x), (select seq from governance.evidence_entry where kind = 'evidence.exported'), 'and found again');
reset role;
select throws_ok($$update governance.evidence_export set requests = 6$$, 'CG009', null, 'it stays');
select throws_ok($$delete from governance.evidence_export$$, 'CG009', null, 'it stays');
set role countersign_auditor;
select lives_ok($$select governance.evidence_exported('2026-01-01', '2026-02-01', 7, repeat('cd', 32))$$, 'who may change nothing puts that on record');
select throws_ok($$insert into governance.evidence_export (format) values ('ocsf')$$, '42501', null, 'and in no other way');
select lives_ok($$select governance.events_exported(null, '2026-02-01')$$, 'as he does events with names');
select is((select (body::jsonb->'detail') - 'export' from governance.evidence_entry where kind = 'evidence.exported' order by seq desc limit 1),
          '{"format": "ocsf", "until": "2026-02-01T00:00:00.000000Z"}'::jsonb, 'of which there is no manifest');
select lives_ok($$select governance.utc(p.requested_at), p.first_entry from audit.population_v1 p$$, 'and exports all the same');
select is((select string_agg(left(manifest_sha256, 4) || ' ' || exported_by, ', ' order by at) from audit.evidence_export_v1 where format = 'population'),
          'abab ' || session_user || ', cdcd ' || session_user, 'and sees what was exported');
reset role;
select t.request(array['plain:absent']) as r \gset
set role countersign_auditor;
select isnt(governance.evidence_taken(:'r', 'lee'), null, 'nor does he look without a record');
select is((select v.viewer || ' as ' || v.role from governance.evidence_view v where v.request_id = :'r'), 'lee, database user ' || session_user || ' as auditor', 'in his own name');
reset role;
select * from finish();
