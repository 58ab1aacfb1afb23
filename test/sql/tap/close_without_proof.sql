-- Promise 1: closed only on proof, whoever asks and however near the proof is.
\set refused '''CG007'''
set role countersign_service;
select plan(46);

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

-- a request that begins half done, and a claim that is none
select throws_ok(format('insert into governance.access_request (site, marker, kind, mode, from_ticket, requester, beneficiary, %s)
    values (''acme'', ''forged'', ''removal'', ''enforce'', false, ''asker'', ''someone'', %s)', names, val), 'CG001', null, 'a request does not begin with ' || names)
  from (values ('generation', '2'), ('claim_cycle, claimed_at', '''9/9'', now() - interval ''399 days'''), ('verified_at', 'now()'),
               ('verified_at, closed_at, phase', 'now(), now(), ''closed'''), ('approved_at', 'now()'), ('approved_hash', '''h'''),
               ('requested_at', 'now() + interval ''1 day''')) as x(names, val);
select t.fulfilling(t.request()) as lazy \gset
select t.read(t.item(:'lazy'), 'absent');
select throws_ok(format('select t.move(%L, ''claimed'')', :'lazy'), 'CG005', null, 'a claim without a claim');
select throws_ok(format('update governance.access_request set version = version + 1, phase = ''claimed'', claim_cycle = ''1/1'', claimed_at = clock_timestamp() where id = %L', :'lazy'), 'CG005', null, 'or of the same generation');
select t.claim(:'lazy');
select throws_ok(format('update governance.access_request set version = version + 1, generation = generation + 1, claim_cycle = ''2/2'', claimed_at = clock_timestamp() where id = %L', :'lazy'), 'CG005', null, 'a claim is a move');
select t.move(:'lazy', 'verifying'), t.read(t.item(:'lazy'), 'absent', ago => '-1 s');
select t.move(:'lazy', 'verified', 'closed', 'fulfilling');
select throws_ok(format('select t.move(%L, ''claimed'')', :'lazy'), 'CG005', null, 'a reopened ticket does not live on the proof it had');
select is((select num_nonnulls(verified_at, closed_at) from governance.access_request where id = :'lazy'), 0, 'and does not look proven');
update governance.access_request set version = version + 1, verified_at = now() - interval '1 year', closed_at = now() where id = :'lazy';
select is((select num_nonnulls(verified_at, closed_at) from governance.access_request where id = :'lazy'), 0, 'whatever is said');

-- an exception is no proof
select t.verifying(t.request()) as ex \gset
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at) values (t.item(:'ex'), 'ann', 'bob', 'why', 'watched', now() + interval '1 day');
select throws_ok(format('select t.move(%L, ''verified'')', :'ex'), :refused, null, 'what an exception covers is not verified');
select lives_ok(format('select t.move(%L, ''exception'', ''closed'')', :'ex'), 'it is excepted, and closes as that');

-- the close itself, said past the function that asks first
select t.verifying(t.request()) as call \gset
insert into governance.flow (request_id, site, kind, cycle) values (:'call', 'acme', 'close', (select claim_cycle from governance.access_request where id = :'call')) returning id as flow \gset
update governance.flow set version = version + 1, state = 'checking' where id = :flow;
select throws_ok(format('update governance.flow set version = version + 1, state = ''calling'', sent_at = now() where id = %s', :flow), :refused, null, 'no close is sent without proof');
select throws_ok(format('update governance.flow set version = version + 1, cycle = ''other'' where id = %s', :flow), 'CG002', null, 'nor made the close of another claim');
select t.read(t.item(:'call'), 'absent');
select t.move(:'call', 'verified');
select lives_ok(format('update governance.flow set version = version + 1, state = ''calling'', sent_at = now() where id = %s', :flow), 'with it, it is');

-- what was closed before the first start is history, and the first start stays when it was
select throws_ok('update governance.site set registered_at = now() + interval ''1 day''', 'CG002', null, 'a close without proof does not become history');

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
