-- Whose account is it? A name is pinned to the immutable id it was read with first, for each person by himself.
set role countersign_service;
select plan(22);

-- one look's reads of the first item: outcome, account, native id
create function pg_temp.look(request uuid, outcome text, account text, native_id text) returns bigint language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.facts_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('looked_ms', governance.ms(clock_timestamp()), 'observations', jsonb_build_array(jsonb_build_object(
            'item', t.item(request), 'as_of_ms', governance.ms(clock_timestamp()) + 1000, 'outcome', outcome, 'account', account, 'via', 'direct',
            'reason', 'Ok', 'complete', true, 'canary_ok', true, 'native_id', native_id, 'raw_sha256', encode(sha256('x'), 'hex')))))
$$;
create function pg_temp.pinned(person text) returns text language sql as $$
    select string_agg(native_id || '/' || how, ' ' order by id) from governance.account_link where source = 'plain' and account = 'someone' and governance.account_link.person = pinned.person
       and replaced_at is null
$$;
create function pg_temp.asks(person text, wanted text) returns uuid language sql as $$
    select t.verifying(t.request(array['plain:' || wanted], jsonb_build_object('beneficiary', person)))
$$;

select pg_temp.asks('ann', 'present') as first \gset
select pg_temp.look(:'first', 'unknown', 'active', 'guess');
select pg_temp.look(:'first', 'absent', 'missing', 'guess');
select pg_temp.look(:'first', 'absent', 'active', '');
select is(pg_temp.pinned('ann'), null, 'nothing is pinned by a read that failed, nor of nobody, nor without an id');
select pg_temp.look(:'first', 'present', 'active', 'G1');
select is(pg_temp.pinned('ann'), 'G1/read', 'the first read that shows whose it is pins it');
select is(t.verdict(t.item(:'first')), 'verified', 'and counts');
select is((select request_id from governance.account_link where person = 'ann'), :'first'::uuid, 'for which request, is kept');
select is(governance.dossier(:'first')->'items'->0->>'account_id', 'G1', 'it is told to whoever reads next');
select is((select count(*) from governance.evidence_entry where kind = 'account.linked' and request_id = :'first'), 1::bigint, 'and goes into evidence, once');

select pg_temp.look(:'first', 'present', 'active', 'G2');
select is(pg_temp.pinned('ann'), 'G1/read', 'another id under the name changes nothing of it');
select is(t.verdict(t.item(:'first')), 'mismatch', 'and proves no grant');
-- who is one person in any spelling
select pg_temp.asks(' Ann', 'absent') as second \gset
select pg_temp.look(:'second', 'absent', 'active', 'G2');
select is(t.verdict(t.item(:'second')), 'mismatch', 'nor a removal, of a later request neither');
select throws_ok(format('select t.move(%L, ''verified'')', :'second'), 'CG007', null, 'which the database holds to');
select pg_temp.look(:'second', 'absent', 'active', 'G1');
select is(t.verdict(t.item(:'second')), 'verified', 'only the account that was meant');
select pg_temp.look(:'second', 'absent', 'missing', '');
select is(t.verdict(t.item(:'second')), 'verified', 'or that nobody is there, which the reader has found out by the id');

select pg_temp.asks('bob', 'absent') as other \gset
select pg_temp.look(:'other', 'absent', 'active', 'G2');
select is(pg_temp.pinned('bob'), 'G2/read', 'the name is another person''s later');
select is(t.verdict(t.item(:'other')), 'verified', 'whose account it is for him');

-- an operator says that it is rightly so
select is(governance.account_relink('plain', 'someone', 'ann', 'G1', 'op', 'hired again'), null, 'it is that one already');
select is(governance.account_relink('plain', 'someone', 'eve', 'G2', 'op', 'hired again'), null, 'nobody''s is made so');
select isnt(governance.account_relink('plain', 'someone', 'ANN', 'G2', 'op', 'hired again'), null, 'somebody was hired again');
select is(pg_temp.pinned('ann'), 'G2/operator', 'now the new account counts');
select is(t.verdict(t.item(:'second')), 'verified', 'that nobody had the name says the newest read');
select pg_temp.look(:'second', 'absent', 'active', 'G1');
select is(t.verdict(t.item(:'second')), 'mismatch', 'reads of the account before do not count any more');
select throws_ok('update governance.account_link set native_id = ''G9''', '42501', null, 'a link is never edited');
select throws_ok('delete from governance.account_link', '42501', null, 'nor taken away');
select * from finish();
