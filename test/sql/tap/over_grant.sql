-- More was given than asked for: what appeared since work began, and no approved request explains.
set role countersign_service;
select plan(30);

-- one look's read of the first item: outcome, and what else is held ('' nothing, null not told)
create function pg_temp.look(request uuid, outcome text, others text) returns bigint language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.facts_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('looked_ms', governance.ms(clock_timestamp()), 'observations', jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
            'item', t.item(request), 'as_of_ms', governance.ms(clock_timestamp()) + 1000, 'outcome', outcome, 'account', 'active', 'via', 'direct',
            'reason', 'Ok', 'complete', true, 'canary_ok', true, 'native_id', '', 'raw_sha256', encode(sha256('x'), 'hex'), 'others', others)))))
$$;
create function pg_temp.ask(entitlement text, desired text, more jsonb default '{}') returns uuid language sql as $$
    select t.request('{}', jsonb_build_object('items', jsonb_build_array(jsonb_build_object('source', 'plain', 'account', 'someone',
        'entitlement', entitlement, 'desired', desired))) || more)
$$;
create function pg_temp.claim(request uuid) returns void language sql as $$ select t.claim(request); select t.move(request, 'verifying') $$;
create function pg_temp.extra(request uuid) returns text language sql as $$
    select string_agg(entitlement || case when governance.over_grant_stands(g) then '' else '-' end, ',' order by entitlement)
      from governance.over_grant g where item_id = t.item(request)
$$;
create function pg_temp.told(request uuid) returns text language sql as $$
    select replace(governance.dossier(request)->'items'->0->'others'->>'extra', E'\n', ',')
$$;

select t.fulfilling(pg_temp.ask('a', 'present')) as r \gset
select pg_temp.look(:'r', 'absent', E'old');
select pg_temp.claim(:'r');
select pg_temp.look(:'r', 'absent', E'old\nelse');
select is(pg_temp.extra(:'r'), null, 'while what is asked for is missing it may have been changed instead');
select is(governance.dossier(:'r')->'items'->0->'others'->>'new', 'else', 'which is named');
select pg_temp.look(:'r', 'present', E'old\nA');
select is(pg_temp.extra(:'r'), null, 'what was asked for is nothing beside it');
select pg_temp.look(:'r', 'present', E'old\nmore\nbad');
select is(pg_temp.extra(:'r'), 'bad,more', 'what appeared beside it is kept');
select is(pg_temp.told(:'r'), 'bad,more', 'and told to whoever says it on the ticket');
select is(t.verdict(t.item(:'r')), 'verified', 'what was asked for is proven all the same');
select pg_temp.look(:'r', 'present', E'old\nmore\nbad');
select is((select count(*) from governance.evidence_entry where kind = 'item.overgranted' and request_id = :'r'), 2::bigint, 'each goes into evidence, once');
select pg_temp.look(:'r', 'present', E'old\nbad');
select is(pg_temp.extra(:'r'), 'bad,more-', 'taken away again it stays on record');
select lives_ok(format('select t.move(%L, ''verified'', ''closed'')', :'r'), 'and hinders no close');
select is((select string_agg(entitlement || '/' || stands, ',' order by entitlement) from sla.over_grant_v1 where request_id = :'r'), 'bad/true,more/false', 'dashboards see it');
select is(jsonb_array_length(governance.reconcile_show(:'r', 5)->'extra'), 2, 'and so does who asks why');

-- what explains it: an approved request for just that, not one that is over, that nobody approved, or that wants it gone
select t.fulfilling(pg_temp.ask('b', 'present')) as s \gset
select pg_temp.look(:'s', 'absent', '');
select t.move(pg_temp.ask('asked', 'present'), 'approved');
select t.move(pg_temp.ask('cancelled', 'present'), 'approved', 'cancelled');
select t.move(pg_temp.ask('denied', 'present', '{"approval_needed": true}'), 'denied');
select pg_temp.ask('waits', 'present', '{"approval_needed": true}');
select t.move(pg_temp.ask('gone', 'absent'), 'approved');
select t.move(pg_temp.ask('undone', 'present'), 'approved');
select t.move(pg_temp.ask('undone', 'absent'), 'approved');
select pg_temp.claim(:'s');
select pg_temp.look(:'s', 'present', E'asked\ncancelled\ndenied\nwaits\ngone\nundone');
select is(pg_temp.extra(:'s'), 'cancelled,denied,gone,undone,waits', 'only what an approved request wants there is its own');

-- where the source's configuration says so, it is in the way, until it is gone or asked for
reset role;
update governance.source set over_grant = 'hinder' where name = 'plain';
set role countersign_service;
select t.fulfilling(pg_temp.ask('h', 'present')) as h \gset
select pg_temp.look(:'h', 'absent', '');
select pg_temp.claim(:'h');
select pg_temp.look(:'h', 'present', E'beside\nwanted');
select is(t.verdict(t.item(:'h')), 'mismatch', 'what was asked for is there, and more');
select throws_ok(format('select t.move(%L, ''verified'')', :'h'), 'CG007', null, 'which is no proof here');
select is(governance.reconcile_show(:'h'::text, 5)->'items'->0->>'why', 'OverGranted', 'and that is why');
select is(governance.dossier(:'h')->'items'->0->>'extra_hinders', 'true', 'whoever decides knows');
select pg_temp.look(:'h', 'present', E'wanted');
select t.move(pg_temp.ask('wanted', 'present'), 'approved');
select is(t.verdict(t.item(:'h')), 'verified', 'one was taken away, one asked for: nothing is in the way');
select lives_ok(format('select t.move(%L, ''verified'', ''closed'')', :'h'), 'and it closes');
select t.verifying(pg_temp.ask('left', 'present')) as before \gset
select pg_temp.look(:'before', 'present', '');
select t.move(:'before', 'verified', 'closed');
select t.fulfilling(pg_temp.ask('i', 'present')) as i \gset
select pg_temp.look(:'i', 'absent', '');
select pg_temp.claim(:'i');
select pg_temp.look(:'i', 'present', E'left');
select is(t.verdict(t.item(:'i')), 'mismatch', 'what was given and closed before work began does not explain what is new');
select is(pg_temp.told(:'i'), 'left', 'as whoever decides is told');
reset role;
update governance.source set over_grant = 'tell' where name = 'plain';
set role countersign_service;

-- nobody knows how it was before
select t.fulfilling(pg_temp.ask('c', 'present')) as u \gset
select pg_temp.claim(:'u');
select pg_temp.look(:'u', 'present', 'one');
select pg_temp.look(:'u', 'present', E'one\ntwo');
select is(pg_temp.extra(:'u'), null, 'without a read from before nothing is said');
select t.fulfilling(pg_temp.ask('d', 'absent')) as v \gset
select pg_temp.look(:'v', 'present', 'one');
select pg_temp.claim(:'v');
select pg_temp.look(:'v', 'absent', E'one\ntwo');
select is(pg_temp.extra(:'v'), null, 'a removal brings nothing');
select throws_ok('update governance.over_grant set entitlement = ''x''', '42501', null, 'it is never edited');
select throws_ok('delete from governance.over_grant', '42501', null, 'nor taken away');

-- two sites with a ticket of one key
reset role;
select governance.site_put('beta', 'cloud', 'https://beta.example');
select pg_temp.ask('x', 'absent', '{"site": "beta"}') as other \gset
insert into governance.ticket (site, issue_id, issue_key, request_id) values ('acme', '77', 'SD-77', :'r'), ('beta', '77', 'SD-77', :'other');
select is(array[governance.reconcile_show('SD-77', 1)->'ambiguous'->>1, governance.reconcile_show('beta/SD-77', 1)->>'id', governance.reconcile_show('SD-78', 1)::text],
          array['beta/SD-77', :'other', null], 'which one is meant is asked, and can be said');
select is(governance.request_show('beta/SD-77')->>'id', :'other', 'so where it is shown');
select throws_ok('select governance.request_show(''SD-77'')', 'CG065', format('several sites have a ticket SD-77: name the request that is meant by its id, %s (acme/SD-77) or %s (beta/SD-77)', :'r', :'other'),
                 'and never the first of several');
select throws_ok('select governance.request_retry(''SD-77'', ''who'')', 'CG065', null, 'nor is that tried again');
insert into governance.ticket (site, issue_id, issue_key, unreadable, unreadable_at) values ('acme', '78', 'SD-79', 1, now()), ('beta', '78', 'SD-79', 1, now());
select throws_ok(format('select governance.%s', asks), 'CG065', 'several sites have a ticket SD-79 that cannot be read: acme/SD-79, beta/SD-79', 'nor one of several that nobody can read')
  from unnest(array['request_retry(''SD-79'', ''who'')', 'request_show(''SD-79'')']) as asks;
select * from finish();
