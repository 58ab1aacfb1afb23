-- The clock: from the first request to proof; censored while open; missing is not hidden.
select plan(9);

select t.verifying(t.request(more => jsonb_build_object('requested_ms', (extract(epoch from clock_timestamp() - interval '50 min') * 1000)::bigint))) as r \gset
select is((select sla_state from sla.request_v1 where request_id = :'r'), 'at_risk', 'after 50 of 60 minutes');
select ok((select initiation_to_verified_seconds between 3000 and 3010 and is_open from sla.request_v1 where request_id = :'r'), 'open ones count until now');
select t.read(t.item(:'r'), 'absent');
select t.move(:'r', 'verified');
update governance.sla_clock set stopped_at = started_at + interval '55 min' where request_id = :'r';
select is((select sla_state from sla.request_v1 where request_id = :'r'), 'met', 'proven in 55');
update governance.sla_clock set stopped_at = started_at + interval '65 min' where request_id = :'r';
select is((select sla_state from sla.request_v1 where request_id = :'r'), 'missed', 'in 65');
update governance.sla_clock set stopped_at = null where request_id = :'r';
select t.request(more => jsonb_build_object('requested_ms', (extract(epoch from clock_timestamp() - interval '61 min') * 1000)::bigint)) as late \gset
select is((select sla_state from sla.request_v1 where request_id = :'late'), 'breached', 'not proven in 61');
select t.request(more => '{"sla_goal_ms": 0}') as free \gset
select is((select sla_state from sla.request_v1 where request_id = :'free'), 'exempt', 'without a goal');
select t.request(more => jsonb_build_object('requested_ms', (extract(epoch from clock_timestamp() + interval '1 day') * 1000)::bigint)) as ahead \gset
select ok((select started_at <= clock_timestamp() from governance.sla_clock where request_id = :'ahead'), 'a request of tomorrow began now');
select governance.sla_tick();
select is((select count(*) from governance.escalation where request_id = :'late' and kind = 'sla'), 1::bigint, 'a missed deadline escalates');
select governance.sla_tick();
select ok((select count(*) between 1 and 2 from governance.escalation where request_id = :'late' and kind = 'sla'), 'a step is taken once');
select * from finish();
