-- Many tickets moved by one call: who rides is committed before it leaves, and no close overtakes one that may still be carried out.
set role countersign_service;
select plan(19);

create function pg_temp.flow(request uuid, kind text, cycle text) returns bigint language sql as $$
    insert into governance.flow (request_id, site, kind, cycle) values (request, 'acme', kind, cycle) returning id
$$;
create function pg_temp.save(it bigint, target text) returns bigint language sql as $$
    select governance.flow_save('me', it, (select version from governance.flow where id = it),
        jsonb_build_object('to', target, 'rest_ms', 0, 'lease_s', 60, 'count_attempt', target = 'calling', 'failed', false))
$$;
create function pg_temp.calling(request uuid) returns bigint language plpgsql as $$
declare
    it bigint := pg_temp.flow(request, 'reopen', 'c');
begin
    update governance.flow set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = it;
    perform pg_temp.save(it, 'checking'), pg_temp.save(it, 'calling');
    return it;
end $$;

select t.verifying(t.request()) as a \gset
select t.verifying(t.request()) as b \gset
select pg_temp.calling(:'a') as f \gset
select pg_temp.calling(:'b') as g \gset
select is(governance.bulk_begin('you', 'acme', array[:f, :g]::bigint[], '15 min'), null, 'another replica''s work does not ride');
select is(governance.bulk_begin('me', 'acme', array[:f, 0]::bigint[], '15 min'), null, 'nor what is none');
select is(governance.bulk_begin('me', 'nowhere', array[:f]::bigint[], '15 min'), null, 'nor another site''s');
select is((select count(*) from governance.bulk_move), 0::bigint, 'and nothing is kept of it');
select governance.bulk_begin('me', 'acme', array[:f, :g]::bigint[], '15 min') as m \gset
select is((select state from governance.bulk_move where id = :m), 'calling', 'committed before it leaves');
select set_eq(format('select flow_id, outcome from governance.bulk_rider where bulk_id = %s', :m),
              format('values (%s::bigint, ''unknown''), (%s::bigint, ''unknown'')', :f, :g), 'with all that ride');
select ok(governance.bulk_may_move(:'a'), 'its ticket may be moved any moment');

-- whoever is closed with proof meanwhile waits
select t.read(t.item(:'a'), 'absent');
select t.move(:'a', 'verified');
select pg_temp.flow(:'a', 'close', (select claim_cycle from governance.access_request where id = :'a')) as close \gset
update governance.flow set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = :close;
select pg_temp.save(:close, 'checking');
select is(pg_temp.save(:close, 'calling'), null, 'no close while it may still be opened again by us');

select ok(not governance.bulk_told('you', :m, '{"state": "over", "riders": []}'), 'only who sent it tells');
select ok(governance.bulk_told('me', :m, '{"state": "running", "task": "10641", "riders": []}'), 'Jira has a task');
select is((select task from governance.bulk_move where id = :m), '10641', 'which is kept');
select is(governance.bulk_adopt('you', 'acme', '30 s'), null, 'who has just told is not silent');
update governance.bulk_move set heard_at = heard_at - interval '1 min' where id = :m;
select is(governance.bulk_adopt('you', 'acme', '30 s'), format('%s 10641', :m), 'another asks on about a task whose replica is silent');
select ok(not governance.bulk_told('me', :m, '{"state": "over", "riders": []}'), 'and it is for that one to tell');
update governance.bulk_move set owner = 'me' where id = :m;
select throws_ok(format('update governance.bulk_rider set flow_id = 0 where bulk_id = %s', :m), '42501', null, 'who rides is never changed');
select ok(governance.bulk_told('me', :m, jsonb_build_object('state', 'over', 'said', 'complete', 'riders', jsonb_build_array(
    jsonb_build_object('flow', :f, 'outcome', 'done', 'why', ''), jsonb_build_object('flow', :g, 'outcome', 'refused', 'why', 'No.')))), 'and ends');
select set_eq(format('select flow_id, outcome, why from governance.bulk_rider where bulk_id = %s', :m),
              format('values (%s::bigint, ''done'', ''''), (%s::bigint, ''refused'', ''No.'')', :f, :g), 'each by its own');
select ok(not governance.bulk_told('me', :m, '{"state": "running", "riders": []}'), 'what is over stays so');
select ok(pg_temp.save(:close, 'calling') is not null, 'now it may be closed');
select * from finish();
