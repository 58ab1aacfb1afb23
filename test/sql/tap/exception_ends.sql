-- How an exception ends: by its time, revoked, with its owner, or needed no more; and what is owed then.
set role countersign_service;
select plan(46);

create function pg_temp.grants(request uuid, more jsonb default '{}', lasts interval default '30 days') returns bigint language sql as $$
    select (governance.exception_grant(jsonb_build_object('request', request, 'owner', 'ann@example.com', 'approved_by', 'bob@example.com',
                'reason', 'why', 'control', 'watched daily', 'expires_ms', governance.ms(clock_timestamp() + lasts)) || more)->'exceptions'->0->>'id')::bigint
$$;
create function pg_temp.closed(request uuid, as_phase text) returns void language plpgsql as $$
begin
    perform t.move(request, as_phase);
    update governance.access_request set version = version + 1, phase = 'closed', closed_at = clock_timestamp(), closed_cycle = 'done/' || request where id = request;
end $$;
-- A removal of somebody known by address, closed under an exception.
create function pg_temp.excepted(more jsonb default '{}', items text[] default array['plain:absent']) returns table (r uuid, x bigint) language plpgsql as $$
begin
    r := t.verifying(t.request(items, '{"requester": "asker@example.com", "beneficiary": "someone@example.com"}'));
    x := pg_temp.grants(r, more);
    perform pg_temp.closed(r, 'exception');
    return next;
end $$;
create function pg_temp.item(request uuid, member text, number int default 0) returns text language sql as $$
    select governance.dossier(request)->'items'->number->>member
$$;

-- what it takes
select t.verifying(t.request(more => '{"requester": "asker@example.com", "beneficiary": "someone@example.com"}')) as g \gset
select throws_ok(format('select pg_temp.grants(%L, ''{"control": "  "}'')', :'g'), '23514', null, 'without a control it is none');
select throws_ok(format('select pg_temp.grants(%L, ''{"control": null}'')', :'g'), '23502', null, 'nor with none named');
select throws_ok(format('select pg_temp.grants(%L, ''{"owner": "bob@example.com"}'')', :'g'), 'CG008', null, 'owner and approver are two');
select throws_ok(format('select pg_temp.grants(%L, ''{"approved_by": "someone@example.com"}'')', :'g'), 'CG008', null, 'nobody approves for himself');
select throws_ok(format('select pg_temp.grants(%L, ''{}'', ''400 days'')', :'g'), '23514', null, 'at most 90 days');
select throws_ok(format('select pg_temp.grants(%L, ''{}'', ''-1 day'')', :'g'), '23514', null, 'not over before it begins');
select throws_ok(format('select pg_temp.grants(%L, jsonb_build_object(''review_ms'', governance.ms(clock_timestamp() + interval ''40 days'')))', :'g'), '23514', null, 'reviewed before its end');
select pg_temp.grants(:'g') as gx \gset
select is((select date_trunc('hour', review_at - created_at + interval '1 minute') from governance.exception where id = :gx), interval '15 days', 'a long one is reviewed halfway');
select is((select review_at from governance.exception where id = pg_temp.grants(:'g', '{"scope": "request"}', '5 days')), null, 'a short one need not be');

-- a renewal is a new one
select throws_ok(format('select pg_temp.grants(%L, ''{"renews": 424242}'')', :'g'), 'CG022', null, 'of one there is');
select pg_temp.grants(:'g', jsonb_build_object('renews', :gx), '60 days') as renewed \gset
select is((select x.scope || (x.item_id = y.item_id) from governance.exception x join governance.exception y on y.id = x.renews where x.id = :renewed), 'itemtrue', 'of the same item');
select throws_ok(format('update governance.exception set renews = null where id = %s', :renewed), 'CG002', null, 'for good');
select throws_ok(format('insert into governance.exception (scope, request_id, owner, approved_by, reason, compensating_control, expires_at, renews)
    values (''request'', %L, ''ann@example.com'', ''bob@example.com'', ''why'', ''watched'', clock_timestamp() + interval ''1 day'', %s)', :'g', :gx), 'CG002', null, 'and of no wider scope');

-- revoked
select r, x from pg_temp.excepted() \gset
select is(concat_ws('/', pg_temp.item(:'r', 'on_exception'), pg_temp.item(:'r', 'lapsed_ms')), 'true', 'closed under it: owed, and covered');
select is(governance.exception_revoke(424242, 'carol', 'x'), null, 'none of that id');
update governance.access_request set look_at = null where id = :'r';
select is(governance.exception_revoke(:x, 'carol', 'vendor delivered')->>'state', 'revoked', 'somebody revokes it');
select throws_ok(format('select governance.exception_revoke(%s, ''carol'', ''again'')', :x), 'CG021', null, 'once');
select isnt(pg_temp.item(:'r', 'lapsed_ms'), null, 'then it is owed, covered by none');
select isnt((select look_at from governance.access_request where id = :'r'), null, 'and looked at');
select is((select concat_ws('/', ended_why, ended_by, ended_reason) from governance.exception where id = :x), 'revoked/carol/vendor delivered', 'who and why');
select is(governance.exception_sweep(), 1, 'its end is taken up');
select is(governance.exception_sweep(), 0, 'once');
select throws_ok(format('update governance.exception set lapsed_at = null where id = %s', :x), 'CG002', null, 'for good');
select is((select string_agg(kind || '=' || (body::jsonb->'detail'->>'why'), ' ' order by seq) from governance.evidence_entry
            where request_id = :'r' and kind like 'exception.%' and body::jsonb->'detail'->>'why' is not null), 'exception.revoked=revoked exception.lapsed=revoked', 'both are evidence');
select lives_ok(format('select t.move(%L, ''fulfilling'')', :'r'), 'it is opened again');
select is((select ended from governance.sla_clock where request_id = :'r'), null, 'its clock runs on');

-- its time is over
select r, x from pg_temp.excepted() \gset
reset role;
set session_replication_role = replica; -- as if it had been granted before
update governance.exception set review_at = null, created_at = created_at - interval '30 days', expires_at = clock_timestamp() + interval '50 s' where id = :x;
update governance.close_attempt set proven_at = proven_at - interval '1 day' where request_id = :'r';
set session_replication_role = origin;
set role countersign_service;
select isnt(pg_temp.item(:'r', 'lapsed_ms'), null, 'a minute before its end it covers nothing');
select is(governance.exception_sweep(), 1, 'that is taken up');
select is((select body::jsonb->'detail'->>'why' from governance.evidence_entry where request_id = :'r' and kind = 'exception.lapsed'), 'expired', 'and evidence');

-- its owner leaves
select r, x from pg_temp.excepted() \gset
select is(governance.departure_put('ann@example.com', true, 'carol', 'left the company')->'lapsed' @> to_jsonb(:x), true, 'told: it lapses');
select is((select ended_why from governance.exception where id = :x), 'owner_left', 'for that');
select throws_ok(format('select pg_temp.grants(%L)', :'r'), 'CG008', null, 'who left owns no new one');
select throws_ok(format('select pg_temp.grants(%L, ''{"owner": "dan@example.com", "approved_by": "Ann@example.com"}'')', :'r'), 'CG008', null, 'nor approves one');
select is((select count(*) from governance.escalation where request_id = :'r' and reason = 'ExceptionOwnerLeft'), 1::bigint, 'people hear of it');
select is(governance.departure_put('nobody@example.com', false, 'carol', ''), null, 'who never left is not back');
select is(governance.departure_put('ann@example.com', false, 'carol', '')->>'left', 'false', 'who is back');
select isnt(pg_temp.grants(:'r'), null, 'may own one');
-- seen, not told: his account was disabled, or a leaver's request was closed
select t.fulfilling(t.request(more => '{"beneficiary": "ann@example.com", "requester": "hr@example.com"}')) as own \gset
select t.read(t.item(:'own'), 'absent', 'disabled');
select is((select how from governance.departure where returned_at is null), 'disabled', 'an account of his was seen disabled');
select governance.departure_put('ann@example.com', false, 'carol', '');
select t.verifying(t.request(more => '{"beneficiary": "ann@example.com", "requester": "hr@example.com", "lifecycle": "leaver"}')) as leaver \gset
select t.read(t.item(:'leaver'), 'absent');
select pg_temp.closed(:'leaver', 'verified');
select is((select how from governance.departure where returned_at is null), 'leaver', 'a leaver''s request was closed on proof');
select governance.departure_put('ann@example.com', false, 'carol', '');

-- proven first: needed no more
select r, x from pg_temp.excepted(items => array['plain:absent', 'plain:absent']) \gset
select pg_temp.grants(:'r', '{"scope": "request"}') as wide \gset
select governance.exception_settle(:'r', t.item(:'r'));
select is((select count(*) from governance.late_proof), 0::bigint, 'no read: nothing is proven');
select throws_ok(format('insert into governance.late_proof (request_id, item_id, observation_id) values (%L, %s, %s)', :'r', t.item(:'r'), t.read(t.item(:'r'), 'present')), 'CG007', null, 'whoever says so');
select t.read(t.item(:'r'), 'absent');
select governance.exception_settle(:'r', t.item(:'r'));
select is((select string_agg(concat_ws('/', scope, ended_why), ' ' order by id) from governance.exception where id in (:x, :wide)), 'item/not_needed request', 'the item''s ends, the request''s does not yet');
select is(concat_ws('/', pg_temp.item(:'r', 'on_exception'), pg_temp.item(:'r', 'proven_ms') is not null), 'false/t', 'proven, and owed no more');
select t.read(t.item(:'r', 2), 'absent');
select governance.exception_settle(:'r', t.item(:'r', 2));
select is((select string_agg(ended_why, ' ') from governance.exception x where x.id = :wide or x.item_id = t.item(:'r', 2)), 'not_needed not_needed', 'all proven: none is needed');
select is((select count(*) from governance.evidence_entry where request_id = :'r' and kind = 'exception.settled'), 2::bigint, 'which is evidence');
-- and one that never was
select t.verifying(t.request(more => '{"requester": "asker@example.com", "beneficiary": "someone@example.com"}')) as r \gset
select pg_temp.grants(:'r') as x \gset
select t.read(t.item(:'r'), 'absent');
select pg_temp.closed(:'r', 'verified');
select is((select ended_why from governance.exception where id = :x), 'not_needed', 'closed on proof after all');
select * from finish();
