-- Outbound work: legal moves, one of a kind, one create for ever, and the close that looks again.
set role countersign_service;
select plan(54);

create function pg_temp.flow(request uuid, kind text, cycle text default '') returns bigint language sql as $$
    insert into governance.flow (request_id, site, kind, cycle) values (request, 'acme', kind, cycle) returning id
$$;
create function pg_temp.lease(it bigint) returns bigint language sql as $$
    update governance.flow set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = it returning version
$$;
create function pg_temp.save(it bigint, target text, more jsonb default '{}') returns bigint language sql as $$
    select governance.flow_save('me', it, (select version from governance.flow where id = it),
        jsonb_build_object('to', target, 'rest_ms', 0, 'lease_s', 60, 'count_attempt', target = 'calling', 'failed', false) || more)
$$;

select t.move(t.request(), 'approved');
select id as r from governance.access_request order by requested_at desc limit 1 \gset
select pg_temp.flow(:'r', 'create_ticket') as f \gset
select throws_ok(format('select pg_temp.flow(%L, ''create_ticket'')', :'r'), '23505', null, 'one create a request');
select is(pg_temp.save(:f, 'checking'), null, 'no move without a lease');
select pg_temp.lease(:f);
select is(governance.flow_save('me', :f, 1, '{"to": "checking", "rest_ms": 0, "lease_s": 60}'), null, 'nor with an old version');
select is(governance.flow_save('you', :f, 2, '{"to": "checking", "rest_ms": 0, "lease_s": 60}'), null, 'nor for somebody else');
select throws_ok(format('select pg_temp.save(%s, ''calling'')', :f), 'CG004', null, 'no call without a look');
select ok(pg_temp.save(:f, 'checking') is not null, 'look');
select ok(pg_temp.save(:f, 'calling') is not null, 'call');
select ok((select sent_at is not null and attempt = 1 from governance.flow where id = :f), 'the intent is written before the call');
select throws_ok(format('select pg_temp.save(%s, ''moot'')', :f), 'CG004', null, 'a call on its way is not forgotten');
select ok(pg_temp.save(:f, 'doubt') is not null and pg_temp.save(:f, 'probing') is not null, 'it may be in doubt, and is looked for');
select ok((select sent_at is not null from governance.flow where id = :f), 'and stays so');
select throws_ok(format('select pg_temp.save(%s, ''done'')', :f), 'CG012', null, 'a create does not end without its ticket');
select throws_ok(format('select pg_temp.save(%s, ''done'', ''{"issue_id": ""}'')', :f), 'CG012', null, 'nor with one that has no id');
select is((select state from governance.flow where id = :f), 'probing', 'it goes on');
select ok(pg_temp.save(:f, 'done', '{"issue_id": "10001", "key": "IAM-1", "lease_s": 0}') is not null, 'found');
select is((select request_id from governance.ticket where issue_id = '10001'), :'r'::uuid, 'and bound in the same transaction');

-- a ticket that belongs to another request is not taken silently
select t.move(t.request(), 'approved');
select id as s from governance.access_request order by requested_at desc limit 1 \gset
select pg_temp.flow(:'s', 'create_ticket') as g \gset
select pg_temp.lease(:g), pg_temp.save(:g, 'checking'), pg_temp.save(:g, 'calling', '{"step": "create"}');
select throws_ok(format('select pg_temp.save(%s, ''done'', ''{"issue_id": "10001", "key": "IAM-1"}'')', :g), 'CG012', null,
    'a ticket that belongs to another request');
select ok(pg_temp.save(:g, 'parked', '{"issue_id": "10001", "settled": true, "why": "refused"}') is not null, 'waits for a person');
select is((select row(step, issue_id, sent_at)::text from governance.flow where id = :g), '(create,10001,)', 'step, ticket and no doubt are kept');
select is((select governance.request_summary(r)->'parked'->0->>'step' from governance.access_request r where id = :'s'), 'create', 'and shown');

-- a step is done and more follow; a look that is refused
select pg_temp.flow(:'s', 'comment') as m \gset
select pg_temp.lease(:m), pg_temp.save(:m, 'checking'), pg_temp.save(:m, 'calling', '{"step": "comment"}');
select ok(pg_temp.save(:m, 'checking', '{"settled": true}') is not null, 'between two steps we look afresh');
select ok((select sent_at is null from governance.flow where id = :m), 'nothing is in doubt then');
select ok(pg_temp.save(:m, 'parked', '{"why": "403"}') is not null, 'a look that is refused waits for a person');
select pg_temp.flow(:'s', 'field_update') as n \gset
select pg_temp.lease(:n), pg_temp.save(:n, 'checking'), pg_temp.save(:n, 'calling'), pg_temp.save(:n, 'doubt'), pg_temp.save(:n, 'probing');
select ok(pg_temp.save(:n, 'parked') is not null, 'in doubt too');
select ok((select sent_at is not null from governance.flow where id = :n), 'and stays in doubt');

-- a close is sent for the claim that was proven, never for another
select t.verifying(t.request()) as c \gset
select t.read(t.item(:'c'), 'absent');
select t.move(:'c', 'verified');
select pg_temp.flow(:'c', 'close', (select claim_cycle from governance.access_request where id = :'c')) as close \gset
select pg_temp.lease(:close), pg_temp.save(:close, 'checking');
select t.claim(:'c');
select is(pg_temp.save(:close, 'calling'), null, 'claimed anew since the look: not sent');
select t.move(:'c', 'verifying');
select t.read(t.item(:'c'), 'absent');
select t.move(:'c', 'verified');
select is(pg_temp.save(:close, 'calling'), null, 'proven anew: this is still the close of the claim before');
select throws_ok(format('update governance.flow set payload = ''{"x":1}'', version = version + 1 where id = %s', :close), 'CG002', null, 'what was decided is frozen');

-- many that were closed in bulk are taken back before it is said on each why
update governance.access_request set version = version + 1, look_at = 'infinity' where look_at <= clock_timestamp();
select is(governance.closes_ahead('acme'), interval '0', 'nobody is due');
select t.verifying(t.request()) as d \gset
select t.verifying(t.request()) as e \gset
update governance.access_request set version = version + 1, look_at = clock_timestamp() - interval '1 s' where id in (:'d', :'e');
select is(governance.closes_ahead('acme'), interval '80 ms', 'two are to be looked at');
update governance.access_request set version = version + 1, lease_owner = 'x', lease_until = clock_timestamp() + interval '1 min' where id = :'d';
select is(governance.closes_ahead('acme'), interval '40 ms', 'at one somebody looks');
select governance.flows_add(r, '[{"kind": "reopen", "cycle": "c"}, {"kind": "comment"}]') from governance.access_request r where id = :'d';
select ok((select max(run_after) filter (where kind = 'comment') - max(run_after) filter (where kind = 'reopen') > interval '19 ms'
             from governance.flow where request_id = :'d'), 'its words are after the other');
select is(governance.closes_ahead('acme'), interval '80 ms', 'and a reopen that is due counts as a look');

-- what we did ourselves is looked at after tickets that may show Done; what others did is looked at now
insert into governance.ticket (site, issue_id, issue_key, request_id) values ('acme', '10900', 'IAM-900', :'e');
-- Is it looked at that long after it was heard of? Whatever else the machine does meanwhile, that was between the two moments.
create function pg_temp.rests_for(rest interval, since timestamptz) returns boolean language sql volatile as $$
    select r.look_at between since + rest and clock_timestamp() + rest
      from governance.access_request r join governance.ticket t on t.request_id = r.id where t.issue_id = '10900'
$$;
create function pg_temp.heard(more jsonb, rest interval) returns boolean language plpgsql as $$
declare
    since timestamptz := clock_timestamp();
begin
    perform governance.hint_apply(jsonb_build_array(more || '{"site": "acme", "issue": "10900"}'));
    return pg_temp.rests_for(rest, since);
end $$;
create function pg_temp.rests(it uuid) returns void language sql as $$
    update governance.access_request set version = version + 1, look_at = clock_timestamp() + interval '1 h' where id = it
$$;
select pg_temp.rests(:'e');
select ok(pg_temp.heard('{"delivery": 1, "echo": true}', '40 ms'), 'an echo waits for the reopen of the other');
select ok(pg_temp.heard('{"delivery": 2}', '0'), 'a person''s deed does not');
select pg_temp.rests(:'e');
select ok(pg_temp.heard('{"updated": 5}', '0'), 'nor what a poll tells');
select pg_temp.flow(:'e', 'reopen', 'c') as re \gset
select pg_temp.rests(:'e');
select pg_temp.lease(:re), pg_temp.save(:re, 'checking'), pg_temp.save(:re, 'calling');
select clock_timestamp() as since \gset
select pg_temp.save(:re, 'done', '{"lease_s": 0}');
select ok(pg_temp.rests_for('40 ms', :'since'), 'what was opened again, and has no words to wait for, is looked at after the other');
select pg_temp.rests(:'e');
select ok(pg_temp.heard('{"updated": 6}', '40 ms'), 'unless we have just opened it again');
select look_at as due from governance.access_request where id = :'e' \gset
select pg_temp.heard('{"updated": 7}', '40 ms');
select ok((select look_at <= :'due' from governance.access_request where id = :'e'), 'and nothing is put off by it');
update governance.flow set run_after = 'infinity', version = version + 1 where request_id = :'d' and state = 'pending';
update governance.access_request set version = version + 1, look_at = 'infinity', lease_owner = null, lease_until = null where id in (:'d', :'e');

-- what a new ticket says comes after those who have none yet, unless somebody is at it
select t.move(t.request(), 'approved', 'ticketing');
select id as u from governance.access_request order by requested_at desc limit 1 \gset
select pg_temp.flow(:'u', 'create_ticket') as q \gset
select pg_temp.lease(:q), pg_temp.save(:q, 'checking'), pg_temp.save(:q, 'calling');
select is(governance.creates_ahead('acme', 5), interval '0', 'nobody is before it: one is in hand, one is parked');
select pg_temp.flow(t.request(), 'create_ticket') as v \gset
insert into governance.flow (request_id, site, kind, priority) select t.request(), 'acme', 'create_ticket', 4;
insert into governance.flow (request_id, site, kind, run_after) select t.request(), 'acme', 'create_ticket', clock_timestamp() + interval '1 h';
update governance.flow set version = version + 1, priority = 3 where id = :v;
select is(governance.creates_ahead('acme', 5), interval '20 ms', 'two are due; what waits for later is before nobody');
select is(governance.creates_ahead('acme', 3), interval '10 ms', 'of removals only one');
select ok(pg_temp.save(:q, 'done', '{"issue_id": "10777", "key": "IAM-777", "lease_s": 0}') is not null, 'it is made');
select ok((select look_at - hinted_at between interval '19 ms' and interval '20 ms' from governance.access_request where id = :'u'), 'and looked at after them');
select governance.hint_apply('[{"site": "acme", "issue": "10777", "updated": 1}]');
select ok((select look_at <= clock_timestamp() from governance.access_request where id = :'u'), 'or when it is heard of');
select t.move(t.request(), 'approved', 'ticketing');
select id as w from governance.access_request order by requested_at desc limit 1 \gset
select pg_temp.flow(:'w', 'create_ticket') as x \gset
select pg_temp.lease(:x), pg_temp.save(:x, 'checking'), pg_temp.save(:x, 'calling');
select governance.hint_apply('[{"site": "acme", "issue": "10778", "updated": 1}]');
select ok(pg_temp.save(:x, 'done', '{"issue_id": "10778", "key": "IAM-778", "lease_s": 0}') is not null, 'one that was heard of before');
select ok((select look_at <= clock_timestamp() from governance.access_request where id = :'w'), 'is looked at now');

-- what is claimed is looked at first: the claim says so; but of a call whose worker died its run decides
select pg_temp.flow(:'u', 'comment') as y \gset
select pg_temp.lease(:y), pg_temp.save(:y, 'checking'), pg_temp.save(:y, 'calling'), pg_temp.save(:y, 'doubt', '{"lease_s": 0}');
select pg_temp.flow(:'u', 'field_update') as z \gset
select pg_temp.lease(:z), pg_temp.save(:z, 'checking'), pg_temp.save(:z, 'calling', '{"lease_s": 0}');
select set_eq(format('select c.state || '' '' || (c.version - f.version) from governance.flow f, governance.flow_claim(''you'', ''1 min'', 100) c
                       where c.id = f.id and f.id in (%s, %s, %s)', :v, :y, :z),
              array['checking 1', 'probing 1', 'calling 1'], 'one move with the claim');
select is((select row(from_state, to_state)::text from governance.flow_attempt where flow_id = :v order by id desc limit 1), '(pending,checking)', 'which is kept');
select is((select to_state from governance.flow_attempt where flow_id = :z order by id desc limit 1), 'calling', 'the call under way did not move');

-- three reopens an hour: one that found the ticket open already is none
select pg_temp.flow(:'u', 'reopen', 'done/1') as r1 \gset
select pg_temp.lease(:r1), pg_temp.save(:r1, 'checking'), pg_temp.save(:r1, 'done', '{"lease_s": 0}');
select is(governance.dossier(:'u')->>'reopens_last_hour', '0', 'found to be so: nothing was moved');
select pg_temp.flow(:'u', 'reopen', 'done/2') as r2 \gset
select pg_temp.lease(:r2), pg_temp.save(:r2, 'checking'), pg_temp.save(:r2, 'calling', '{"count_attempt": true}'), pg_temp.save(:r2, 'done', '{"lease_s": 0}');
select is(governance.dossier(:'u')->>'reopens_last_hour', '1', 'this one was');
-- a look that began before a move ended has not seen what came of it, and does not ask for it again
select t.verifying(t.request()) as w \gset
update governance.access_request set version = version + 1, looked_at = clock_timestamp() where id = :'w';
select pg_temp.flow(:'w', 'transition') as m \gset
select pg_temp.lease(:m), pg_temp.save(:m, 'checking'), pg_temp.save(:m, 'done');
select governance.flows_add(r, '[{"kind": "transition"}, {"kind": "comment"}]') from governance.access_request r where id = :'w';
select is((select string_agg(kind || ' ' || state, ', ' order by kind) from governance.flow where request_id = :'w'), 'comment pending, transition done', 'of two only what did not end meanwhile');
update governance.access_request set version = version + 1, looked_at = clock_timestamp() where id = :'w';
select governance.flows_add(r, '[{"kind": "transition"}]') from governance.access_request r where id = :'w';
select is((select count(*)::int from governance.flow where request_id = :'w' and kind = 'transition'), 2, 'the next look may');
select * from finish();
