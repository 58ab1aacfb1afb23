-- Promise 1: closed only on proof, whoever asks and however near the proof is.
\set refused '''CG007'''
set role countersign_service;
select plan(27);

-- the plain lie
select t.verifying(t.request()) as r \gset
select throws_ok(format('update governance.access_request set phase = ''closed'' where id = %L', :'r'), 'CG003', null, 'no close without a fence');
select throws_ok(format('update governance.access_request set phase = ''closed'', version = version + 1 where id = %L', :'r'), 'CG004', null, 'no close before verified');
select throws_ok(format('select t.move(%L, ''verified'')', :'r'), :refused, null, 'never read: not verified');
select throws_ok(format('select t.move(%L, ''exception'')', :'r'), :refused, null, 'never read: no exception without one');

-- near-proofs
select t.read(t.item(:'r'), 'unknown');
select throws_ok(format('select t.move(%L, ''verified'')', :'r'), :refused, null, 'unknown is never done');
select t.read(t.item(:'r'), 'present');
select throws_ok(format('select t.move(%L, ''verified'')', :'r'), :refused, null, 'still there');
select throws_ok(format('select t.read(%s, ''absent'', canary => false)', t.item(:'r')), '23514', null, 'absent without its canary cannot even be stored');
select throws_ok(format('select t.read(%s, ''absent'', whole => false)', t.item(:'r')), '23514', null, 'absent of a partial read cannot even be stored');
select t.read(t.item(:'r'), 'absent', ago => '1 hour');
select throws_ok(format('select t.move(%L, ''verified'')', :'r'), :refused, null, 'a copy older than the claim proves nothing');
select t.read(t.item(:'r'), 'absent', gen => 1);
select throws_ok(format('select t.move(%L, ''verified'')', :'r'), :refused, null, 'a read of an earlier claim proves nothing');

-- proof, at last; and what ends it
select t.read(t.item(:'r'), 'absent');
select lives_ok(format('select t.move(%L, ''verified'')', :'r'), 'a fresh, complete read of this claim');
select t.read(t.item(:'r'), 'present');
select throws_ok(format('select t.move(%L, ''closed'')', :'r'), :refused, null, 'it came back before the close');
select t.read(t.item(:'r'), 'absent');
select lives_ok(format('select t.move(%L, ''closed'')', :'r'), 'closed on proof');
select lives_ok(format('select t.claim(%L)', :'r'), 'a reopened ticket is claimed anew');
select t.move(:'r', 'verifying');
select throws_ok(format('select t.move(%L, ''verified'')', :'r'), :refused, null, 'and needs a proof of its own');

-- every item
select t.verifying(t.request(array['plain:absent', 'plain:present'])) as two \gset
select t.read(t.item(:'two', 1), 'absent');
select throws_ok(format('select t.move(%L, ''verified'')', :'two'), :refused, null, 'one of two is not enough');
select t.read(t.item(:'two', 2), 'present', 'disabled');
select throws_ok(format('select t.move(%L, ''verified'')', :'two'), :refused, null, 'a grant to a disabled account is no grant');
select t.read(t.item(:'two', 2), 'present');
select lives_ok(format('select t.move(%L, ''verified'')', :'two'), 'both');

-- a slow source
select t.verifying(t.request(array['slow:absent'])) as slow \gset
select t.read(t.item(:'slow'), 'absent'), t.read(t.item(:'slow'), 'absent');
select is(t.verdict(t.item(:'slow')), 'settling', 'two reads within the lag of the source settle nothing');
select throws_ok(format('select t.move(%L, ''verified'')', :'slow'), :refused, null, 'settling is not done');

-- no items, no claim, a claim dated back, a read of the future
select t.fulfilling(t.request(array[]::text[])) as bare \gset
select t.claim(:'bare');
select t.move(:'bare', 'verifying');
select throws_ok(format('select t.move(%L, ''verified'')', :'bare'), 'CG006', null, 'nothing to prove is no proof');
select t.fulfilling(t.request()) as back \gset
select throws_ok(format('update governance.access_request set version = version + 1, phase = ''claimed'', generation = generation + 1,
    claim_cycle = ''1/1'', claimed_at = clock_timestamp() - interval ''1 day'' where id = %L', :'back'), 'CG005', null, 'a claim is not dated back');
select t.claim(:'back');
select throws_ok(format('update governance.access_request set version = version + 1, claimed_at = clock_timestamp() where id = %L', :'back'), 'CG005', null, 'nor moved');
select throws_ok(format('update governance.access_request set version = version + 1, claim_cycle = ''x'' where id = %L', :'back'), 'CG005', null, 'nor given another cycle');
select throws_ok(format('insert into governance.observation (item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete, canary_ok, raw_sha256)
    values (%s, 2, clock_timestamp() + interval ''1 day'', clock_timestamp(), ''absent'', ''active'', ''none'', ''Ok'', true, true, ''x'')', t.item(:'back')), 'CG011', null, 'a read is of now');
select t.read(t.item(:'back'), 'absent', ago => '-1 day') as early \gset
select ok((select source_as_of <= observed_at from governance.observation where id = :early), 'a source whose clock runs ahead vouches for now at most');
select is((select count(*) from governance.access_request where phase = 'closed' and closed_at is null), 0::bigint, 'closed has its time');
select * from finish();
