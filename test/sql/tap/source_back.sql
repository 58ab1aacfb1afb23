-- A source answers again: what it could not tell is looked at at once, and nothing else.
set role countersign_service;
select plan(7);

create function pg_temp.due(request uuid) returns boolean language sql as $$
    select r.look_at <= clock_timestamp() and r.seen_updated_ms = 0 and r.hinted_at is not null
      from governance.access_request r where r.id = request
$$;
create function pg_temp.later(request uuid) returns uuid language sql as $$
    update governance.access_request set look_at = clock_timestamp() + interval '1 hour', seen_updated_ms = 7 where id = request returning id
$$;

select pg_temp.later(t.verifying(t.request())) as failed \gset
select t.read(t.item(:'failed'), 'absent');
select t.read(t.item(:'failed'), 'unknown');
select pg_temp.later(t.verifying(t.request())) as told \gset
select t.read(t.item(:'told'), 'unknown');
select t.read(t.item(:'told'), 'present');
select pg_temp.later(t.verifying(t.request(array['slow:absent']))) as elsewhere \gset
select t.read(t.item(:'elsewhere'), 'unknown');
select pg_temp.later(t.fulfilling(t.request())) as before \gset
select t.read(t.item(:'before'), 'unknown');
select pg_temp.later(t.verifying(t.request())) as earlier \gset
select t.read(t.item(:'earlier'), 'unknown');
select t.move(:'earlier', 'fulfilling');
select t.claim(:'earlier');

select is(governance.source_back('plain'), 1::bigint, 'one waits for it');
select ok(pg_temp.due(:'failed'), 'that whose newest read said nothing');
select ok(not pg_temp.due(:'told'), 'not one that was told since');
select ok(not pg_temp.due(:'elsewhere'), 'not one that another source could not tell');
select ok(not pg_temp.due(:'before'), 'not one that nobody claimed');
select ok(not pg_temp.due(:'earlier'), 'not one that was not told in an earlier claim');
select is(governance.source_back('nowhere'), 0::bigint, 'and none waits for a source that nobody names');
select * from finish();
