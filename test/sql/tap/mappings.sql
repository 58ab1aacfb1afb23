-- Which mapping is live on which site, and what that does to parked work.
set role countersign_service;
select plan(33);

select governance.site_put('other', 'cloud', 'https://other.example');
create function pg_temp.parked(at text) returns bigint language sql as $$
    select count(*) from governance.flow where site = at and state = 'parked'
$$;
create function pg_temp.park(request uuid, at text) returns void language plpgsql as $$
declare
    it bigint;
begin
    insert into governance.flow (request_id, site, kind) values (request, at, 'create_ticket') returning id into it;
    update governance.flow set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = it;
    perform governance.flow_save('me', it, 2, '{"to": "checking", "rest_ms": 0, "lease_s": 60, "count_attempt": false, "failed": false}');
    perform governance.flow_save('me', it, 3, '{"to": "parked", "rest_ms": 0, "lease_s": 0, "count_attempt": false, "failed": false}');
end $$;

select ok(governance.mapping_put(encode(sha256('version: 1 # d'), 'hex'), 'one'), 'a program that knows of one mapping tells it of all');
select ok(not governance.mapping_put(encode(sha256('version: 1 # d'), 'hex'), 'one', 'acme'), 'the same of a site is no other');
select t.move(t.request(), 'approved');
select id as r from governance.access_request order by requested_at desc limit 1 \gset
select pg_temp.park(:'r', 'acme');
select t.move(t.request(), 'approved');
select id as s from governance.access_request order by requested_at desc limit 1 \gset
select pg_temp.park(:'s', 'other');
select is(pg_temp.parked('acme') + pg_temp.parked('other'), 2::bigint, 'one is parked on each');
select ok(not governance.mapping_put(encode(sha256('version: 1 # d'), 'hex'), 'one', 'acme'), 'a restart is no change');
select is(pg_temp.parked('acme'), 1::bigint, 'and tries nothing again');
select ok(governance.mapping_put(repeat('b', 64), 'two', 'acme'), 'another mapping is one');
select is(pg_temp.parked('acme'), 0::bigint, 'what was refused there is tried again');
select is(pg_temp.parked('other'), 1::bigint, 'and nothing elsewhere');
select is((select string_agg(site || '=' || left(sha256, 1), ' ' order by site) from governance.mapping_live), '=a acme=b', 'each site has its own');

-- what was none of ours under the mapping before is looked at again
create function pg_temp.ignored(at text, issue text, why text) returns void language sql as $$
    insert into governance.ticket (site, issue_id, issue_key, ignored, look_at) values (at, issue, 'IAM-' || issue, why, null)
$$;
create function pg_temp.due(at text, within interval) returns text language sql as $$
    select coalesce(string_agg(issue_id, ' ' order by issue_id), '') from governance.ticket
     where site = at and request_id is null and issue_id like '900_' and look_at <= clock_timestamp() + within
$$;
select pg_temp.ignored('acme', '9001', 'request type not governed'), pg_temp.ignored('acme', '9002', 'closed before the gate'),
       pg_temp.ignored('other', '9003', 'request type not governed');
select ok(not governance.mapping_put(repeat('b', 64), 'two', 'acme'), 'a restart');
select is(pg_temp.due('acme', '0'), '', 'looks at nothing again');
select governance.mapping_put(repeat('c', 64), 'three', 'acme');
select is(pg_temp.due('acme', '0') || '/' || pg_temp.due('other', '1 day'), '9001/', 'another mapping: at what the one before did not govern, on this site');
insert into governance.ticket (site, issue_id, issue_key, ignored, hinted_updated_ms)
select 'other', (10000 + n)::text, 'OPS-' || n, 'request type not governed', n from generate_series(1, 1500) n;
select governance.mapping_put(repeat('c', 64), 'three', 'other');
select ok(count(*) between 1000 and 1100
          and count(*) filter (where issue_id::int > 10501) = 999, 'many are spread, the last touched first')
  from governance.ticket where site = 'other' and issue_id::int > 10000 and look_at <= clock_timestamp();
select ok(max(look_at) > clock_timestamp() + interval '3 min' and max(look_at) < clock_timestamp() + interval '5 min' and count(look_at) = 1500,
          'over five minutes, and none is left out')
  from governance.ticket where site = 'other' and issue_id::int > 10000;

-- replicas: a mapping that was live before does not come back while another holds the present one
select ok(governance.mapping_put(repeat('d', 64), 'four', 'acme', 'new'), 'a newer one is taken from whoever has it');
select is(governance.mapping_hold('old', 'acme', repeat('c', 64)), 'older', 'who holds the one before learns it');
select ok(not governance.mapping_put(repeat('c', 64), 'three', 'acme', 'old'), 'and changes nothing by starting again');
select is(governance.mapping_hold('new', 'acme', repeat('d', 64)), 'live', 'the newer one stays');
select is((select left(sha256, 1) from governance.mapping_live where site = 'acme'), 'd', 'for all');
select number as turn from governance.mapping_live where site = 'acme' \gset
select is(governance.mapping_hold('old', 'other', repeat('c', 64)), 'live', 'each site for itself');
select governance.mapping_drop('new');
select is(governance.mapping_hold('old', 'acme', repeat('c', 64)), 'free', 'when nobody holds the newer one');
select ok(governance.mapping_put(repeat('c', 64), 'three', 'acme', 'old'), 'people went back');
select is((select left(sha256, 1) || number - :turn from governance.mapping_live where site = 'acme'), 'c1', 'which is a turn of its own');
select is(governance.mapping_hold('new', 'acme', repeat('d', 64)), 'older', 'and the one that was newer is older now');
select governance.mapping_drop('old');
reset role;
insert into governance.mapping_holder (site, owner, sha256, seen_at) values ('acme', 'dead', repeat('c', 64), now() - interval '61 s');
set role countersign_service;
select is(governance.mapping_hold('new', 'acme', repeat('d', 64)), 'free', 'who was not heard of for a minute holds nothing');
select throws_ok('delete from governance.mapping_holder', '42501', null, 'nobody writes it by himself');

-- what a mapping that is not live says is not believed
create function pg_temp.ignore(mapping text) returns boolean language sql as $$
    select governance.ticket_ignore('me', 'acme', '9001', version, 'request type not governed', 5, mapping) is not null
      from governance.ticket where site = 'acme' and issue_id = '9001'
$$;
update governance.ticket set lease_owner = 'me', lease_until = now() + interval '1 min' where site = 'acme' and issue_id = '9001';
select ok(not pg_temp.ignore(repeat('d', 64)), 'not that it governs no such ticket');
select ok(pg_temp.ignore(repeat('c', 64)), 'the live one says so');
-- of which request type such tickets are, is known
update governance.ticket set lease_owner = 'me', lease_until = now() + interval '1 min' where site = 'acme' and issue_id = '9001';
select governance.ticket_ignore('me', 'acme', '9001', version, 'request type not governed', 5, repeat('c', 64), '40')
  from governance.ticket where site = 'acme' and issue_id = '9001';
select is(request_type, '40', 'as a look at one says') from governance.ticket where site = 'acme' and issue_id = '9001';
select governance.hint_apply(jsonb_build_array(jsonb_build_object('site', 'acme', 'issue', '9002', 'updated', 5, 'ignore', 'request type not governed',
                                                                  'request_type', repeat('4', 99))));
select is(length(request_type), 64, 'or a walk, as far as it is worth keeping') from governance.ticket where site = 'acme' and issue_id = '9002';
select governance.hint_apply('[{"site": "acme", "issue": "9002", "updated": 6}]');
select is(length(request_type), 64, 'which a hint that does not say leaves') from governance.ticket where site = 'acme' and issue_id = '9002';
update governance.access_request set lease_owner = 'me', lease_until = now() + interval '1 min', version = version + 1 where id = :'r';
create function pg_temp.saved(mapping text) returns boolean language sql as $$
    select governance.facts_save('me', r.id, r.version, jsonb_build_object('observations', '[]'::jsonb, 'ticket', jsonb_build_object(
        'state', 'here', 'category', 'new', 'role', 'open', 'status_name', 'x', 'cycle', '1', 'cycle_at_ms', 0, 'moved_by', '',
        'moved_by_us', false, 'resolution_set', false, 'updated_ms', 1, 'marker', '', 'approval', 'none', 'approver', '',
        'approved_at_ms', 0, 'mapped_hash', 'h1', 'hold_text', '', 'mapping', mapping))) is not null
      from governance.access_request r where r.lease_owner = 'me'
$$;
select ok(not pg_temp.saved(repeat('d', 64)), 'nor what it made of the fields');
select ok(pg_temp.saved(repeat('c', 64)), 'but what the live one did');
select * from finish();
