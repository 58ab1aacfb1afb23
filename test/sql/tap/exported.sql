-- That a population was exported is evidence: which manifest, of which time; who, only in the table, which nobody changes.
set role countersign_service;
select plan(9);

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
select throws_ok($$select governance.evidence_exported('2026-01-01', '2026-02-01', 7, repeat('cd', 32))$$, '42501', null, 'who may only read puts nothing on record');
select lives_ok($$select governance.utc(p.requested_at), p.first_entry from audit.population_v1 p$$, 'and exports all the same');
select is((select manifest_sha256 from audit.evidence_export_v1), repeat('ab', 32), 'and sees what was exported');
reset role;
select * from finish();
