-- What an exception covers: an item, a request, a source, a conflict of duties.
set role countersign_service;
select plan(23);

create function pg_temp.excepts(more jsonb, lasts interval default '1 day', who text default 'bob') returns bigint language sql as $$
    insert into governance.exception (scope, item_id, request_id, source, sod_set, owner, approved_by, reason, compensating_control, expires_at)
    values (coalesce(more->>'scope', 'item'), (more->>'item')::bigint, (more->>'request')::uuid, more->>'source', more->>'sod_set',
            'ann', who, 'why', 'watched', clock_timestamp() + lasts) returning id
$$;
create function pg_temp.ends(made bigint) returns void language sql as $$
    update governance.exception set revoked_at = clock_timestamp() where id = made
$$;
create function pg_temp.verdicts(request uuid) returns text language sql as $$
    select string_agg(verdict, ' ' order by item_id) from governance.item_verdict where request_id = request
$$;

-- a request: all its items, but what is proven
select t.verifying(t.request(array['plain:absent', 'plain:absent', 'slow:absent'])) as r \gset
select is(pg_temp.verdicts(:'r'), 'unknown unknown unknown', 'nothing is known');
select pg_temp.excepts(jsonb_build_object('scope', 'request', 'request', :'r')) as x \gset
select is(pg_temp.verdicts(:'r'), 'excepted excepted excepted', 'one of a request covers all its items');
select t.read(t.item(:'r', 2), 'absent');
select is(pg_temp.verdicts(:'r'), 'excepted verified excepted', 'a proof is worth more');
select is((select string_agg(i->>'excepted', ' ') from jsonb_array_elements(governance.dossier(:'r')->'items') i), 'true true true', 'the core hears of it');
select is((select e.body::jsonb->'detail'->>'scope' from governance.evidence_entry e where e.kind = 'exception.granted' and e.request_id = :'r'), 'request', 'evidence says what it covers');
select t.verifying(t.request()) as other \gset
select is(pg_temp.verdicts(:'other'), 'unknown', 'and of no other request');
select lives_ok(format('select t.move(%L, ''exception'')', :'r'), 'it lets the request close');
select pg_temp.ends(:x);
select is(pg_temp.verdicts(:'r'), 'unknown verified unknown', 'until it ends');

-- a source: items of every request there, but of those whose people approved it
select t.verifying(t.request(array['slow:absent', 'plain:absent'])) as a \gset
select t.verifying(t.request(array['slow:absent'], '{"requester": "bob"}')) as own \gset
select t.verifying(t.request(array['slow:absent'], '{"beneficiary": "bob@example.com"}')) as unclear \gset
select t.verifying(t.request(array['slow:absent'], '{"beneficiary": "rob@example.com"}')) as apart \gset
select pg_temp.excepts('{"scope": "source", "source": "slow"}') as s \gset
select is(pg_temp.verdicts(:'a'), 'excepted unknown', 'one of a source covers what is asked for there');
select is(pg_temp.verdicts(:'own'), 'unknown', 'but nothing of who approved it');
select is(pg_temp.verdicts(:'unclear'), 'unknown', 'nor where nobody can tell');
select is(pg_temp.verdicts(:'apart'), 'excepted', 'a word of another system is told apart from an address that does not begin so');
select is((select count(*) from governance.dossier(:'own') d where d->'items'->0->>'excepted' = 'true'), 0::bigint, 'the core hears no other');
select pg_temp.ends(:s);
select is(pg_temp.verdicts(:'a'), 'unknown unknown', 'until it ends');

-- a conflict of duties: no item
select ok(not governance.sod_excepted(:'a', 'payer'), 'a conflict is not covered');
select pg_temp.excepts(jsonb_build_object('scope', 'sod', 'request', :'a', 'sod_set', 'payer')) as d \gset
select ok(governance.sod_excepted(:'a', 'payer'), 'by an exception it is');
select ok(not governance.sod_excepted(:'a', 'poster') and not governance.sod_excepted(:'r', 'payer'), 'of that set and that request');
select is(pg_temp.verdicts(:'a'), 'unknown unknown', 'it proves no item');
select pg_temp.ends(:d);
select ok(not governance.sod_excepted(:'a', 'payer'), 'until it ends');

-- what it names
select throws_ok(format('select pg_temp.excepts(%L)', jsonb_build_object('scope', 'request', 'item', t.item(:'a'))), '23514', null, 'a request is named by its id');
select throws_ok(format('select pg_temp.excepts(%L)', '{"scope": "source"}'), '23514', null, 'a source by its name');
select throws_ok(format('select pg_temp.excepts(%L, ''1 day'', ''someone'')', jsonb_build_object('scope', 'sod', 'request', :'a', 'sod_set', 'payer')), 'CG008', null, 'who it is for approves no conflict');
select throws_ok(format('update governance.exception set scope = ''request'', request_id = %L, item_id = null where id = %s', :'a', :x), 'CG002', null, 'its scope stays');
select * from finish();
