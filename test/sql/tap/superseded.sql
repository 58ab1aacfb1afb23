-- Opposite wishes about one entitlement of one account: what was approved last counts, for each item, for good.
set role countersign_service;
select plan(50);

-- 'role:desired', of the account 'someone' in 'plain'
create function pg_temp.ask(variadic wants text[]) returns uuid language sql as $$
    select t.request('{}', jsonb_build_object('items', (select jsonb_agg(jsonb_build_object('source', 'plain', 'account', 'someone',
        'entitlement', split_part(w, ':', 1), 'desired', split_part(w, ':', 2))) from unnest(wants) w)))
$$;
create function pg_temp.live(request uuid) returns text language sql as $$
    select coalesce(string_agg(i.entitlement, ',' order by i.id), '') from governance.item_verdict v join governance.request_item i on i.id = v.item_id
     where v.request_id = request
$$;
create function pg_temp.phase(request uuid) returns text language sql as $$ select phase from governance.access_request where id = request $$;

-- a grant that is worked on, and a removal that is approved after it
select t.verifying(pg_temp.ask('a:present')) as grant_a \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state) values ('acme', '1', 'SD-1', :'grant_a', 'here');
select pg_temp.ask('a:absent') as removal_a \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state) values ('acme', '2', 'SD-2', :'removal_a', 'here');
select is(pg_temp.live(:'grant_a'), 'a', 'what is only asked for supersedes nothing');
update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = :'grant_a' returning version as leased \gset
select t.move(:'removal_a', 'approved');
select is(pg_temp.live(:'grant_a'), '', 'what is approved does: nothing of the older one is asked for any more');
select is(pg_temp.live(:'removal_a'), 'a', 'the newer one is as it was');
select is(governance.facts_save('me', :'grant_a', :leased, '{"observations": []}'), null, 'whoever looked at the older one saves nothing of it');
select ok((select look_at <= clock_timestamp() from governance.access_request where id = :'grant_a'), 'at once');
select t.read(t.item(:'grant_a'), 'present');
select throws_ok(format('select t.move(%L, ''verified'')', :'grant_a'), 'CG006', null, 'no read proves it any more, whatever it says');
select is(governance.dossier(:'grant_a')->'items'->0->>'superseded_by', 'SD-2', 'whoever decides is told what people call the newer one');
select is((select body::jsonb->'detail'->>'by' from governance.evidence_entry where kind = 'item.superseded' and request_id = :'grant_a'),
          :'removal_a', 'which goes into evidence');
select lives_ok(format('select t.move(%L, ''cancelled'')', :'grant_a'), 'it ends');
select throws_ok(format('select t.move(%L, ''fulfilling'')', :'grant_a'), 'CG012', null, 'and does not come back with its ticket');

-- the removal is proven by its own reads alone
select t.move(:'removal_a', 'ticketing', 'fulfilling');
select t.claim(:'removal_a'); select t.move(:'removal_a', 'verifying');
select t.read(t.item(:'removal_a'), 'absent');
select lives_ok(format('select t.move(%L, ''verified'', ''closed'')', :'removal_a'), 'the removal is proven and closed');

-- and a grant approved after it counts again; the closed one stays closed
select t.fulfilling(pg_temp.ask('a:present')) as again_a \gset
select is(pg_temp.live(:'again_a'), 'a', 'the newest is the one that counts');
select is(pg_temp.phase(:'removal_a'), 'closed', 'what was closed on proof stays closed');
select lives_ok(format('select t.move(%L, ''fulfilling'')', :'removal_a'), 'reopened it is looked at');
select throws_ok(format('select t.claim(%L); select t.move(%L, ''verifying'', ''verified'')', :'removal_a', :'removal_a'), 'CG006', null, 'and not proven again');

-- several items: each by itself
select t.fulfilling(pg_temp.ask('b:present', 'c:present', 'd:absent')) as bundle \gset
select t.move(pg_temp.ask('c:absent', 'd:absent'), 'approved');
select is(pg_temp.live(:'bundle'), 'b,d', 'of several items those that somebody wants the opposite of; the same wish is nobody''s loss');
select t.claim(:'bundle'); select t.move(:'bundle', 'verifying');
select t.read(t.item(:'bundle', 1), 'present'); select t.read(t.item(:'bundle', 3), 'absent');
select lives_ok(format('select t.move(%L, ''verified'')', :'bundle'), 'the rest is proven, and closes');

-- what is not settled, and what is over, has nothing to lose; another account, source or name is something else
select pg_temp.ask('e:present') as waits \gset
select t.move(pg_temp.ask('e:present'), 'approved', 'expired');
select t.move(pg_temp.ask('e:absent'), 'approved');
select is((select count(*) from governance.request_item where entitlement = 'e' and superseded_by is not null), 0::bigint, 'neither loses anything');
select t.move(:'waits', 'approved');
select is(pg_temp.live(:'waits'), 'e', 'approved later it counts, though it was asked for first');
select t.fulfilling(t.request('{}', '{"items": [{"source": "slow", "account": "someone", "entitlement": "e", "desired": "absent"},
    {"source": "plain", "account": "other", "entitlement": "e", "desired": "absent"}]}'));
select is(pg_temp.live(:'waits'), 'e', 'only the same account in the same source');

-- a removal whose grant comes to nothing
select t.fulfilling(pg_temp.ask('f:absent')) as removal_f \gset
select t.fulfilling(pg_temp.ask('f:present')) as grant_f \gset
select t.move(:'removal_f', 'cancelled');
select is((select count(*) from governance.escalation where request_id = :'removal_f'), 0::bigint, 'nobody has to know');
select t.move(:'grant_f', 'cancelled');
select is((select reason from governance.escalation where request_id = :'removal_f'), 'RemovalLapsed', 'access stays that nobody asks for: somebody is told');
select t.fulfilling(pg_temp.ask('g:absent')) as removal_g \gset
select t.fulfilling(pg_temp.ask('g:present')) as grant_g \gset
select t.move(:'removal_g', 'cancelled');
select t.move(:'grant_g', 'orphaned');
select is((select reason from governance.escalation where request_id = :'removal_g' and reason = 'RemovalLapsed'), 'RemovalLapsed', 'also when its ticket is gone');

-- two names of one group: it was renamed between two requests
select t.fulfilling(pg_temp.ask('old:present')) as grant_old \gset
insert into governance.entitlement_link (source, entitlement, native_id, how, request_id)
select 'plain', name, 'group-1', 'read', :'grant_old' from unnest(array['old', 'new']) name;
select t.fulfilling(pg_temp.ask('new:absent')) as removal_new \gset
select is(pg_temp.live(:'grant_old') || pg_temp.live(:'removal_new'), 'new', 'by the id that both names are pinned to it is the same');
-- and it is found out by a read, after both were approved
select t.fulfilling(pg_temp.ask('k:absent')) as removal_k \gset
select t.fulfilling(pg_temp.ask('l:present')) as grant_l \gset
select governance.entitlement_pin(:'removal_k', jsonb_build_array(jsonb_build_object('item', t.item(:'removal_k'), 'outcome', 'present', 'entitlement_id', 'group-2')));
select is(pg_temp.live(:'removal_k') || pg_temp.live(:'grant_l'), 'kl', 'nobody can tell yet');
select governance.entitlement_pin(:'grant_l', jsonb_build_array(jsonb_build_object('item', t.item(:'grant_l'), 'outcome', 'present', 'entitlement_id', 'group-2')));
select is(pg_temp.live(:'removal_k') || pg_temp.live(:'grant_l'), 'l', 'of the two the one approved last counts');
select t.fulfilling(pg_temp.ask('m:present')) as grant_m \gset
select t.fulfilling(pg_temp.ask('n:absent')) as removal_n \gset
select governance.entitlement_pin(:'removal_n', jsonb_build_array(jsonb_build_object('item', t.item(:'removal_n'), 'outcome', 'present', 'entitlement_id', 'group-3')));
select governance.entitlement_pin(:'grant_m', jsonb_build_array(jsonb_build_object('item', t.item(:'grant_m'), 'outcome', 'present', 'entitlement_id', 'group-3')));
select is(pg_temp.live(:'grant_m') || pg_temp.live(:'removal_n'), 'n', 'whichever of them is read last');
-- its own read supersedes it: the look goes on under the fence that it is given
select t.fulfilling(pg_temp.ask('o:present')) as grant_o \gset
select t.fulfilling(pg_temp.ask('p:absent')) as removal_p \gset
select governance.entitlement_pin(:'removal_p', jsonb_build_array(jsonb_build_object('item', t.item(:'removal_p'), 'outcome', 'present', 'entitlement_id', 'group-4')));
update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = :'grant_o' returning version as leased \gset
select governance.facts_save('me', :'grant_o', :leased, jsonb_build_object('observations', jsonb_build_array(jsonb_build_object('item', t.item(:'grant_o'),
    'outcome', 'present', 'account', 'active', 'complete', true, 'canary_ok', true, 'as_of_ms', governance.ms(clock_timestamp()), 'via', 'direct',
    'reason', 'Ok', 'native_id', '', 'entitlement_id', 'group-4', 'raw_sha256', encode(sha256('version: 1 # d'), 'hex'))))) as fence \gset
select is(pg_temp.live(:'grant_o'), '', 'what its own read showed to be opposed is asked for no more');
select is((select version || ' ' || lease_owner from governance.access_request where id = :'grant_o'), :'fence' || ' me', 'and whoever read it goes on, in the version it is in');
select is(governance.facts_save('me', :'grant_o', :fence, '{"observations": []}'), :fence + 1::bigint, 'his next save counts');
select is((select string_agg(n, ',' order by n) from governance.entitlement_names('plain', 'm') n), 'm,n', 'its names');
select is((select string_agg(n, ',' order by n) from governance.entitlement_names('slow', 'm') n), 'm', 'in that source alone');

-- two names of one account: it was renamed between two requests; and one name of two accounts: it was given to another person
create function pg_temp.of(account text, person text, want text) returns uuid language sql as $$
    select t.request('{}', jsonb_build_object('beneficiary', person, 'items', jsonb_build_array(jsonb_build_object('source', 'plain', 'account', account,
        'entitlement', split_part(want, ':', 1), 'desired', split_part(want, ':', 2)))))
$$;
create function pg_temp.saw(request uuid, person text, id text) returns void language sql as $$
    select governance.account_pin(request, person, jsonb_build_array(jsonb_build_object('item', t.item(request), 'outcome', 'present', 'account', 'active', 'native_id', id)))
$$;
select t.fulfilling(pg_temp.of('ann', 'Ann', 'q:present')) as grant_ann \gset
select pg_temp.saw(:'grant_ann', 'Ann', 'account-1');
select t.fulfilling(pg_temp.of('ann.lee', 'Ann', 'q:absent')) as removal_lee \gset
select is(pg_temp.live(:'grant_ann') || pg_temp.live(:'removal_lee'), 'qq', 'nobody has read the new name yet');
select pg_temp.saw(:'removal_lee', 'Ann', 'account-1');
select is(pg_temp.live(:'grant_ann') || pg_temp.live(:'removal_lee'), 'q', 'a read shows that it is the same account: of the two the one approved last counts');
select is(pg_temp.live(:'grant_ann'), '', 'which is the removal');
select t.fulfilling(pg_temp.of('ann', 'Ann', 'r:present')) as grant_r \gset
select t.fulfilling(pg_temp.of('ann.lee', 'Ann', 'r:absent')) as removal_r \gset
select is(pg_temp.live(:'grant_r') || pg_temp.live(:'removal_r'), 'r', 'once both names are pinned it is known at the approval');
select is((select count(*) from governance.about_same(:'removal_r') s), 2::bigint, 'and whoever locks one locks both');
select t.fulfilling(pg_temp.of('bo', 'Bo', 's:absent')) as removal_bo \gset
select pg_temp.saw(:'removal_bo', 'Bo', 'account-2');
select t.request('{}', '{"beneficiary": "Other", "items": [{"source": "plain", "account": "bo", "entitlement": "z", "desired": "absent"}]}') as known \gset
select pg_temp.saw(:'known', 'Other', 'account-3');
select t.fulfilling(pg_temp.of('bo', 'Other', 's:present')) as grant_other \gset
select is(pg_temp.live(:'removal_bo') || pg_temp.live(:'grant_other'), 'ss', 'of two accounts that had one name, one after the other, both wishes stand');
select t.fulfilling(pg_temp.of('bo', 'Third', 's:present')) as grant_third \gset
select is(pg_temp.live(:'removal_bo'), '', 'where one of them is pinned to nothing the name counts');
select is((select count(*) from governance.items_beside(t.item(:'grant_other')) b), 2::bigint, 'its own, and whose account nobody knows');

-- where we only watch, nothing is taken from what is enforced
select t.fulfilling(pg_temp.ask('h:absent')) as removal_h \gset
select t.request('{}', jsonb_build_object('mode', 'observe', 'items', '[{"source": "plain", "account": "someone", "entitlement": "h", "desired": "present"}]'::jsonb)) as seen_h \gset
select t.move(:'seen_h', 'approved');
select is((select mode from governance.access_request where id = :'seen_h'), 'observe', 'a grant that is only observed');
select is(pg_temp.live(:'removal_h'), 'h', 'supersedes no removal');

-- a close that was decided before
select t.verifying(pg_temp.ask('g:present')) as grant_g \gset
select t.read(t.item(:'grant_g'), 'present'); select t.move(:'grant_g', 'verified');
insert into governance.flow (request_id, site, kind, cycle) select id, site, 'close', claim_cycle from governance.access_request where id = :'grant_g' returning id as f \gset
update governance.flow set version = 2, state = 'checking', lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = :f;
select t.move(pg_temp.ask('g:absent'), 'approved');
select is(governance.flow_save('me', :f, 2, '{"to": "calling", "rest_ms": 0, "lease_s": 60, "count_attempt": true}'), null, 'is not sent any more');
select throws_ok(format('update governance.flow set version = 3, state = ''calling'' where id = %s', :f), 'CG007', null, 'by nobody');

-- against ourselves
select throws_ok(format('update governance.request_item set superseded_by = null where id = %s', t.item(:'grant_a')), '42501', null, 'the service supersedes nothing, nor takes it back');
select throws_ok(format('select governance.supersede_older(r, ''infinity'', null) from governance.access_request r where id = %L', :'removal_new'), '42501', null, 'nor by way of what does');
reset role;
select throws_ok(format('update governance.request_item set superseded_by = null, superseded_at = null where id = %s', t.item(:'grant_a')), 'CG015', null, 'nobody takes it back');
select throws_ok(format('update governance.request_item set superseded_by = %s, superseded_at = now() where id = %s', t.item(:'grant_g'), t.item(:'waits')), 'CG015', null, 'nor by something else');
select throws_ok(format('insert into governance.request_item (request_id, source, account, entitlement, desired, superseded_by, superseded_at) select id, ''plain'', ''x'', ''y'', ''absent'', %s, now() from governance.access_request where id = %L', t.item(:'grant_g'), t.request('{}')), 'CG015', null, 'nor from the start');
select is(governance.is_superseded(:'bundle'), false, 'a part is not all');
select * from finish();
