-- What evidence says of people: nothing but commitments, which an auditor can check and which can be erased.
select plan(18);

create function t.said(request uuid, kind text) returns jsonb language sql as $$
    select body::jsonb->'detail' from governance.evidence_entry where request_id = request and evidence_entry.kind = said.kind order by seq desc limit 1
$$;
create function t.fits(entry bigint) returns boolean language sql as $$ -- as an auditor does it, with nothing of ours
    select bool_and(encode(sha256(decode(c.salt, 'hex') || convert_to(c.value, 'UTF8')), 'hex') = e.body::jsonb->'detail'->>(c.member || '_commitment'))
      from audit.commitment_v1 c join audit.evidence_v1 e on e.seq = c.entry where c.entry = fits.entry
$$;

select t.fulfilling(t.request(array['plain:present'], '{"kind": "grant", "requester": "asker@example.com", "beneficiary": "one@example.com"}')) as a \gset
select t.fulfilling(t.request(array['plain:present'], '{"kind": "grant", "requester": "asker@example.com", "beneficiary": "one@example.com"}')) as b \gset
insert into governance.approval (request_id, approver, decision, tuple_hash) values (:'a', 'boss@example.com', 'approved', 'h1');
insert into governance.approval (request_id, approver, decision, tuple_hash) values (:'b', 'boss@example.com', 'approved', 'h1');
select t.claim(:'a');

select is_empty($$select seq from governance.evidence_entry where body ~ '(someone|asker|boss|one@|because)'$$, 'no name and no word of anybody');
select is_empty($$select seq from governance.evidence_entry e, unnest(array['someone', 'asker@example.com', 'boss@example.com', 'one@example.com', 'h1']) as w(word)
                   where position(encode(sha256(convert_to(w.word, 'UTF8')), 'hex') in e.body) > 0 or e.body like '%"h1"%'$$, 'nor a hash that whoever guesses the name could try');
select isnt(t.said(:'a', 'request.approval')->>'approver_commitment', t.said(:'b', 'request.approval')->>'approver_commitment',
            'the same name twice is not seen to be the same');
select isnt(t.said(:'a', 'request.approval')->>'tuple_commitment', t.said(:'b', 'request.approval')->>'tuple_commitment', 'nor are the documents of two requests');
select is(t.said(:'a', 'request.approval')->>'tuple_commitment', t.said(:'a', 'request.moved')->>'tuple_commitment',
          'within one it is: what was approved is what was done');
select isnt(e.body::jsonb #>> '{detail,fulfiller_commitment}', t.said(:'a', 'request.received')->>'sponsor_commitment', 'nor is it seen who is nobody, or which two are one')
  from governance.evidence_entry e where e.request_id = :'a' and e.body like '%"fulfiller_commitment"%';
select ok(bool_and(t.fits(seq)), 'each fits its value and its salt') from governance.evidence_entry where request_id = :'a' and kind in ('item.wanted', 'request.approval');
select is((select count(*) from (select salt from governance.person_commitment) s), (select count(distinct salt) from governance.person_commitment), 'each salt is of one value');
select is((select count(*) from governance.request_salt), (select count(*) from governance.access_request), 'and each request has one for its documents');

-- who reads them
set role countersign_auditor;
select ok(count(*) > 0, 'an auditor reads the clear text') from audit.commitment_v1 where value = 'boss@example.com';
set role countersign_service;
select throws_ok('select value from governance.person_commitment', '42501', null, 'the service does not, once it is written');
select throws_ok('select salt from governance.request_salt', '42501', null, 'nor the salts');
select throws_ok('select from audit.commitment_v1', '42501', null, 'nor by the view');
select lives_ok('select entry, member, erased_at from governance.person_commitment', 'it may know that something is erased');
select throws_ok('update governance.person_commitment set value = null', '42501', null, 'but erases nothing');
select throws_ok('insert into governance.person_commitment values (1, ''x'')', '42501', null, 'and writes none by hand');
set role countersign_dashboard;
select throws_ok('select from governance.person_commitment', '42501', null, 'dashboards neither');
reset role;

-- of dashboards' views no column comes from one that names people, whatever it is called there
select is_empty($$select distinct v.relname, c.tab || '.' || c.col
                    from pg_class v join pg_namespace n on n.oid = v.relnamespace and n.nspname = 'sla' join pg_rewrite w on w.ev_class = v.oid
                    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
                    join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                    join governance.person_cells() c on ('governance.' || c.tab)::regclass = d.refobjid and c.col = a.attname and c.what <> 'hash'
                   where c.tab || '.' || c.col not in ('exception.compensating_control', 'observation.others')$$, -- whether there is one, whether it stands
                'no view for dashboards looks at a column that names people');
select * from finish();
