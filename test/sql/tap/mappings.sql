-- Which mapping is live on which site, and what that does to parked work.
set role countersign_service;
select plan(9);

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

select ok(governance.mapping_put(repeat('a', 64), 'one'), 'a program that knows of one mapping tells it of all');
select ok(not governance.mapping_put(repeat('a', 64), 'one', 'acme'), 'the same of a site is no other');
select t.move(t.request(), 'approved');
select id as r from governance.access_request order by requested_at desc limit 1 \gset
select pg_temp.park(:'r', 'acme');
select t.move(t.request(), 'approved');
select id as s from governance.access_request order by requested_at desc limit 1 \gset
select pg_temp.park(:'s', 'other');
select is(pg_temp.parked('acme') + pg_temp.parked('other'), 2::bigint, 'one is parked on each');
select ok(not governance.mapping_put(repeat('a', 64), 'one', 'acme'), 'a restart is no change');
select is(pg_temp.parked('acme'), 1::bigint, 'and tries nothing again');
select ok(governance.mapping_put(repeat('b', 64), 'two', 'acme'), 'another mapping is one');
select is(pg_temp.parked('acme'), 0::bigint, 'what was refused there is tried again');
select is(pg_temp.parked('other'), 1::bigint, 'and nothing elsewhere');
select is((select string_agg(site || '=' || left(sha256, 1), ' ' order by site) from governance.mapping_live), '=a acme=b', 'each site has its own');
select * from finish();
