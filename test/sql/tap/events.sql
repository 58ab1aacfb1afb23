-- What is told to others: written in the transaction of the change, sent in order for each request, until delivered or given up.
set role countersign_service;
select plan(51);

create function pg_temp.claim(who text default 'a', room int default 10, sub text default 'idp') returns text language sql as $$
    select string_agg(c.type, ' ' order by c.event) from governance.event_claim(who, '30 s', array[sub], array[room]) c
$$;
create function pg_temp.done(outcome text, who text default 'a', sub text default 'idp', rest interval default '0') returns bigint language sql as $$
    select governance.event_done(who, d.event, sub, outcome, case outcome when 'delivered' then 204 else 503 end, 'so', rest)
      from governance.event_delivery d where d.subscriber = sub and d.state = 'waiting' and d.lease_owner is not null order by d.event limit 1
$$;
create function pg_temp.told(request uuid, sub text default 'idp') returns text language sql as $$
    select string_agg(e.type, ' ' order by e.id) from governance.event e join governance.event_delivery d on d.event = e.id
     where e.request_id = request and d.subscriber = sub
$$;
create function pg_temp.later(by interval) returns void language sql as $$
    update governance.event_delivery set run_after = run_after - by, since = since - by, lease_until = lease_until - by, ended_at = ended_at - by
$$;
create function pg_temp.states(sub text default 'idp') returns text language sql as $$
    select string_agg(d.state || d.attempts, ' ' order by d.event) from governance.event_delivery d where d.subscriber = sub
$$;

-- nobody asked
select t.request() as quiet \gset
select is((select count(*) from governance.event), 0::bigint, 'where nobody subscribes nothing is written');

-- who asked for what
select governance.event_subscribers_put('[{"name": "idp", "types": ["request.received", "request.approved", "request.fulfilling", "request.claimed"]},
                                          {"name": "pam", "types": ["escalation.raised", "exception.granted", "approval.recorded"]}]');
select t.fulfilling(t.request()) as r \gset
select is(pg_temp.told(:'r'), 'request.received request.approved request.fulfilling', 'each gets what it asked for, in the order in which it happened');
select is(pg_temp.told(:'r', 'pam'), null, 'and nothing else');
select results_eq(format('select e.evidence_seq from governance.event e where e.request_id = %L order by e.id', :'r'),
                  format('select v.seq from governance.evidence_entry v where v.request_id = %L and (v.kind = ''request.received'' or v.kind = ''request.moved''
                          and v.body::jsonb->''detail''->>''to'' in (''approved'', ''fulfilling'')) order by v.seq', :'r'), 'one for one entry of the evidence');
select throws_ok(format('do $x$ begin perform t.move(%L, ''claimed''); end $x$', :'r'), null, null, 'what the database refuses');
select is(pg_temp.told(:'r'), 'request.received request.approved request.fulfilling', 'is told to nobody');

-- what is told
select is((select string_agg(k, ' ' order by k) from governance.event e, jsonb_object_keys(e.data) k where e.request_id = :'r' and e.type = 'request.fulfilling'),
          'detail evidence kind lifecycle mode phase privileged provisioning request requested_at site subject_kind', 'the members of a move');
select is((select e.data->'detail' from governance.event e where e.request_id = :'r' and e.type = 'request.fulfilling'),
          '{"to": "fulfilling", "from": "ticketing", "reason": "Received", "generation": 1}', 'and its details');
select is((select e.data->>'phase' || ' ' || (e.data->'provisioning'->>'sailpoint') from governance.event e where e.request_id = :'r' and e.type = 'request.received'),
          'received PENDING', 'as of then');
select is_empty(format('select * from governance.event where data::text ~ ''someone|asker|because|role-1'''), 'no person, account, entitlement or text is in it');
insert into governance.escalation (request_id, kind, reason, key) values (:'r', 'sla', 'DeadlineStep', '75%');
insert into governance.escalation (site, kind, reason, key) values ('acme', 'operator', 'MappingDrift', 'x');
insert into governance.approval (request_id, approver, decision, channel, vouched_by, tuple_hash) select :'r', 'boss', 'approved', 'api', 'portal', mapped_hash from governance.access_request where id = :'r';
select is((select string_agg(e.type || ' ' || coalesce(e.data->'detail'->>'reason', e.data->'detail'->>'decision'), ', ' order by e.id)
             from governance.event e join governance.event_delivery d on d.event = e.id where d.subscriber = 'pam'),
          'escalation.raised DeadlineStep, escalation.raised MappingDrift, approval.recorded approved', 'an escalation is told by inserting it, of a site too');
select is((select e.data->'detail'->>'vouched_by' from governance.event e where e.type = 'approval.recorded'), 'portal', 'and whose token vouched for the approver');

-- in order, each request for itself
select t.request() as other \gset
select is(pg_temp.claim(), 'request.received request.received', 'of each request the first');
select is(pg_temp.claim('b'), null, 'and nothing behind what is on its way');
select is(pg_temp.states(), 'waiting1 waiting0 waiting0 waiting1', 'a try is counted before it is made');
select is(governance.event_done('b', (select min(event) from governance.event_delivery where subscriber = 'idp'), 'idp', 'delivered', 200, '', '0'), null,
          'whoever does not hold it ends nothing');
select isnt(pg_temp.done('delivered'), null, 'it is delivered');
select is(pg_temp.claim('b'), 'request.approved', 'then comes the next of that request');
select pg_temp.later('31 s');
select is(pg_temp.claim('c'), 'request.approved request.received', 'what nobody ended within its lease is sent again: twice rather than never');
select is(governance.event_done('b', (select event from governance.event_delivery d where d.lease_owner = 'c' order by event limit 1), 'idp', 'delivered', 200, '', '0'), null,
          'and who lost the lease ends nothing');

-- tried again
select isnt(pg_temp.done('retry', 'c', rest => '10 min'), null, 'it failed');
select is((select count(*) from governance.event_delivery where subscriber = 'idp' and state = 'waiting' and run_after > clock_timestamp() + interval '9 min'), 2::bigint,
          'it waits, and what is behind it');
select isnt(pg_temp.done('delivered', 'c'), null, 'the other request''s goes its way');
select is(pg_temp.claim('c'), null, 'nothing is due');
select pg_temp.later('11 min');
select is(pg_temp.claim('c'), 'request.approved', 'until its time');

-- given up
select isnt(pg_temp.done('dead', 'c'), null, 'it is given up');
select is((select string_agg(kind || ' ' || reason || ' ' || site, ',') from governance.escalation where reason = 'EventNotDelivered'), 'operator EventNotDelivered acme', 'people are told');
select is((select count(*) from governance.event where data->'detail'->>'reason' = 'EventNotDelivered'), 0::bigint, 'but not those who do not hear us');
select is(pg_temp.claim('c'), 'request.fulfilling', 'what is behind it goes on');
select isnt(pg_temp.done('dead', 'c'), null, 'given up as well');
select is((select count(*) from governance.escalation where reason = 'EventNotDelivered'), 1::bigint, 'which is told once a day');
select is((governance.health()->>'events_dead') || ' ' || (governance.health()->>'events_waiting'), '2 3', 'the numbers show it');
select is((governance.event_list('{"state": "dead", "limit": 1}')->'deliveries'->0->>'why'), 'so', 'so does the list');
select is(jsonb_array_length(governance.event_list(jsonb_build_object('state', 'dead', 'limit', 5, 'after', governance.event_list('{"state": "dead", "limit": 1}')->>'next'))->'deliveries'),
          1, 'page by page');
select is(governance.event_retry(null, 'idp', 'kim'), '{"retried": 2}', 'an operator sends it again');
select is((select count(*) from governance.operator_act a where a.actor = 'kim' and a.act = 'retry' and a.request_id = :'r'), 1::bigint, 'which is written down');
select is(pg_temp.claim('d'), 'request.approved', 'in order');

-- the end of a subscriber
select governance.event_subscribers_put('[{"name": "pam", "types": ["escalation.raised"]}]');
select is((select count(*) from governance.event_delivery where subscriber = 'idp' and state = 'dropped'), 2::bigint, 'nobody sends what nobody receives');
select pg_temp.later('8 days');
select is(governance.event_purge('1 s'), 0, 'what happened less than a week ago is kept');
reset role;
update governance.event set at = at - interval '8 days' where type = 'request.received';
set role countersign_service;
select is(governance.event_purge('1 s'), 2, 'what is older, and ended, goes');
select is((select count(*) from governance.event_delivery d where not exists (select from governance.event e where e.id = d.event)), 0::bigint, 'with its deliveries');
select throws_ok('delete from governance.event', '42501', null, 'and nobody deletes by hand');

-- 410: nobody wants it any more, nor what follows
create function pg_temp.both() returns int language sql as $$
    select governance.event_subscribers_put('[{"name": "idp", "types": ["request.received", "request.approved"]}, {"name": "pam", "types": ["escalation.raised"]}]')
$$;
create function pg_temp.gone(request uuid) returns text language sql as $$
    select string_agg(d.state, ' ' order by d.event) from governance.event_delivery d where d.request_id = request and d.subscriber = 'idp'
$$;
select pg_temp.both();
select t.request() as one \gset
select t.request() as two \gset
select pg_temp.claim('g', 1);
select isnt(governance.event_done('g', d.event, 'idp', 'dead', 410, 'answered 410', '0'), null, 'one is answered 410') from governance.event_delivery d where d.lease_owner = 'g';
select is(pg_temp.gone(:'one') || ' ' || pg_temp.gone(:'two'), 'dead dropped', 'what waited is not sent');
select t.move(:'two', 'approved');
select is(pg_temp.gone(:'two'), 'dropped dropped', 'nor what happens then, which is kept');
select governance.event_retry(null, 'idp', 'kim');
select is(pg_temp.gone(:'one') || ' ' || pg_temp.gone(:'two'), 'waiting waiting waiting', 'until an operator has it sent again');
select t.request() as three \gset
select is(pg_temp.gone(:'three'), 'waiting', 'with what happens from then on');
select pg_temp.claim('g', 1);
select governance.event_done('g', d.event, 'idp', 'dead', 410, 'answered 410', '0') from governance.event_delivery d where d.lease_owner = 'g';
select pg_temp.both();
select t.request() as four \gset
select is(pg_temp.gone(:'three') || ' ' || pg_temp.gone(:'four'), 'dropped waiting', 'or until the service begins anew');

-- what is told, and what is passed over knowingly: a kind of evidence that comes anew belongs to one of the two
select set_eq($$select distinct split_part(encode(g.tgargs, 'escape'), '\000', 1) from pg_trigger g where g.tgfoid::regproc::text like 'governance.evidence\_write%'
                except select evidence_kind from governance.event_type$$,
              array['account.linked', 'entitlement.linked', 'item.wanted', 'item.replaced', 'item.observed', 'item.overgranted', -- steps on the way
                    'request.remapped', 'request.mode', 'request.rebased', 'mapping.live', 'mapping.changed', 'mapping.refused', -- how it is understood
                    'policy.decided', 'sod_set.began', 'sod_set.ended', -- what follows from it is a move, or an escalation
                    'approval.delegated', 'approval.settled', 'person.left', 'person.returned', -- people: what lapses or is approved for it is told
                    'sla.calendar', 'sla.policy', 'clock.held', 'clock.resumed', -- no deadline is told, but that one passed
                    'decision.refused', -- whoever sent it hears
                    'evidence.forked', 'evidence.seen', 'person.erased', 'records.retained', 'gate.changed', 'gate.proved', 'source.rules', 'site.policy', 'policy.live', 'operator.acted', -- operators'
                    'ticket.second', 'ticket.named', 'delivery.quarantined', 'flow.ended'],
              'what is evidence and no event');
select is_empty($$select evidence_kind from governance.event_type
                  except select split_part(encode(g.tgargs, 'escape'), '\000', 1) from pg_trigger g where g.tgfoid::regproc::text like 'governance.evidence\_write%'$$,
                'and no event waits for evidence that nobody writes');
insert into governance.exception (scope, source, owner, approved_by, reason, compensating_control, expires_at)
values ('source', 'slow', 'owner@example.com', 'boss@example.com', 'because', 'watched', clock_timestamp() + interval '1 day') returning id as x \gset
select governance.event_subscribers_put('[{"name": "exc", "types": ["exception.ended", "exception.lapsed"]}]');
select governance.exception_revoke(:x, 'boss@example.com', 'enough'), governance.exception_sweep();
select is((select string_agg(e.type || ' ' || (e.data->'detail'->>'why') || ' ' || (e.data->'detail'->>'scope'), ', ' order by e.id)
             from governance.event e join governance.event_delivery d on d.event = e.id where d.subscriber = 'exc'),
          'exception.ended revoked source, exception.lapsed revoked source', 'the end of an exception, and of its cover');
select * from finish();
