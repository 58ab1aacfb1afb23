-- Which entitlement is it? A name is pinned to the immutable id it was read with first, for everybody.
set role countersign_service;
select plan(14);

create function pg_temp.look(request uuid, outcome text, entitlement_id text) returns bigint language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.facts_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('looked_ms', governance.ms(clock_timestamp()), 'observations', jsonb_build_array(jsonb_build_object(
            'item', t.item(request), 'as_of_ms', governance.ms(clock_timestamp()) + 1000, 'outcome', outcome, 'account', 'active', 'via', 'direct',
            'reason', 'Ok', 'complete', true, 'canary_ok', true, 'native_id', '', 'entitlement_id', entitlement_id, 'raw_sha256', encode(sha256('x'), 'hex')))))
$$;
create function pg_temp.pinned() returns text language sql as $$
    select string_agg(native_id || '/' || how, ' ' order by id) from governance.entitlement_link where source = 'plain' and entitlement = 'role-1' and replaced_at is null
$$;

select t.verifying(t.request()) as r \gset
select pg_temp.look(:'r', 'unknown', 'G1');
select pg_temp.look(:'r', 'absent', '');
select is(pg_temp.pinned(), null, 'nothing is pinned by a read that failed, nor without an id');
select is(t.verdict(t.item(:'r')), 'verified', 'where the source does not tell the name counts');
select pg_temp.look(:'r', 'absent', 'G1');
select is(pg_temp.pinned(), 'G1/read', 'the first read that shows it pins it');
select is(governance.dossier(:'r')->'items'->0->>'entitlement_id', 'G1', 'it is told to whoever reads next');
select is((select count(*) from governance.evidence_entry where kind = 'entitlement.linked' and request_id = :'r'), 1::bigint, 'and goes into evidence, once');
select pg_temp.look(:'r', 'absent', 'G2');
select is(pg_temp.pinned(), 'G1/read', 'another one under the name changes nothing of it');
select is(t.verdict(t.item(:'r')), 'mismatch', 'and proves nothing');
select is(governance.reconcile_show(:'r', 1)->'items'->0->>'why', 'EntitlementReplaced', 'as whoever asks is told');
select throws_ok(format('select t.move(%L, ''verified'')', :'r'), 'CG007', null, 'the database holds to it');
select isnt(governance.entitlement_relink('plain', 'role-1', 'G2', 'op', 'made anew'), null, 'an operator says that it is rightly so');
select is(pg_temp.pinned(), 'G2/operator', 'now the new one counts');
select is(t.verdict(t.item(:'r')), 'verified', 'and what was read of it');
select is(governance.entitlement_relink('plain', 'role-1', 'G2', 'op', 'made anew'), null, 'it is that one already');
select throws_ok('update governance.entitlement_link set native_id = ''G9''', '42501', null, 'a link is never edited');
select * from finish();
