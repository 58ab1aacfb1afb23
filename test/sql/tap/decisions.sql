-- What a decision and a sweep leave behind.
set role countersign_service;
select plan(15);

create function pg_temp.decide(request uuid, more jsonb) returns bigint language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.decision_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('to', (select phase from governance.access_request where id = request), 'reason', '', 'new_claim', false, 'answered', false,
            'breach', false, 'tampered', false, 'escalations', '[]'::jsonb, 'retry', '[]'::jsonb, 'look_again_ms', 0, 'release', true, 'notice', '',
            'notice_key', '', 'flows', '[]'::jsonb) || more)
$$;

-- each reason of a claim is told, once
select t.verifying(t.request()) as r \gset
insert into governance.ticket (site, issue_id, request_id, cycle) values ('acme', '10001', :'r', '10001/7');
select pg_temp.decide(:'r', jsonb_build_object('escalations', jsonb_build_array(jsonb_build_object('reason', reason, 'since_ms', 0))))
  from unnest(array['CannotClose', 'CannotClose', 'ReopenedTooOften', 'ReopenedTooOften']) as reason;
select results_eq(format('select reason from governance.escalation where request_id = %L order by id', :'r'),
                  array['CannotClose', 'ReopenedTooOften'], 'another reason of the same claim is another escalation');

-- a decision moves, and the clock with it
select t.read(t.item(:'r'), 'absent', ago => '-1 s');
select ok(pg_temp.decide(:'r', '{"to": "verified", "reason": "AllItemsVerified"}') is not null, 'verified');
select is((select ended from governance.sla_clock where request_id = :'r'), 'verified', 'its clock stops with it');
select ok(pg_temp.decide(:'r', '{"to": "claimed", "reason": "ClaimedDone", "new_claim": true}') is not null, 'claimed anew');
select is((select ended from governance.sla_clock where request_id = :'r'), null, 'its clock runs');
select is((select generation from governance.access_request where id = :'r'), 3, 'what was read before does not count');
select is((select date_trunc('milliseconds', claimed_at) from governance.access_request where id = :'r'),
          (select claimed_at from governance.access_request where id = :'r'), 'a claim is a whole millisecond');

-- tickets are read again whatever hints say: open ones every quarter of an hour, closed ones once a day
create function pg_temp.read_ago(ago interval) returns void language sql as $$update governance.ticket set read_at = clock_timestamp() - ago$$;
update governance.access_request set look_at = null where id = :'r';
select pg_temp.read_ago('16 min');
select is(governance.sweep('15 min'), 1, 'an open one that nobody read for 16 minutes');
select t.move(:'r', 'verifying');
select t.read(t.item(:'r'), 'absent', ago => '-1 s');
select t.move(:'r', 'verified', 'closed');
update governance.access_request set look_at = null where id = :'r';
select is(governance.sweep('15 min'), 0, 'a closed one is left in peace');
select pg_temp.read_ago('23 hours');
select is(governance.sweep('15 min'), 0, 'for a day');
select pg_temp.read_ago('25 hours');
select is(governance.sweep('15 min'), 1, 'and is then read once');
-- a removal that somebody else than asked for it cancels on the ticket is a way past the gate
create function pg_temp.cancelled(issue text, mover text, names text[]) returns text language plpgsql as $$
declare
    r uuid := t.fulfilling(t.request(more => '{"requester": "hr@x.org"}'));
begin
    insert into governance.ticket (site, issue_id, issue_key, request_id, cycle, moved_by, mover_names, state, role)
    values ('acme', issue, 'IAM-' || issue, r, issue || '/1', mover, names, 'here', 'cancelled');
    perform pg_temp.decide(r, '{"to": "cancelled", "reason": "CancelledOnTicket", "given_up": true}');
    return (select coalesce(string_agg(e.kind || ' ' || e.reason, ', '), 'nothing') from governance.escalation e where e.request_id = r);
end $$;
select is(pg_temp.cancelled('901', '5c:1', '{account=5c:1,address=agent@x.org}'), 'breach RemovalEndedOnTicket', 'an agent cancels it');
select is(pg_temp.cancelled('902', '5c:2', '{account=5c:2,address=HR@x.org}'), 'nothing', 'who asked takes it back');
select is(pg_temp.cancelled('903', '5c:3', '{account=5c:3}'), 'breach RemovalEndedOnTicket', 'nobody can tell');
reset role; -- who may read clear text
select is((select c.value from governance.person_commitment c join governance.evidence_entry e on e.seq = c.entry join governance.ticket k on k.request_id = e.request_id
            where k.issue_id = '901' and c.member = 'ended_by' and e.body::jsonb->'detail'->>'to' = 'cancelled'), '5c:1', 'evidence commits to whose hand it was');
select * from finish();
