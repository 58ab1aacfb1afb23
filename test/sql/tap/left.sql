-- A grant that came to nothing may have been given all the same: what is known of that, what is recorded, who is told.
set role countersign_service;
select plan(37);

create function pg_temp.grant(more jsonb default '{}', source text default 'plain') returns uuid language sql as $$
    select t.request(array[source || ':present'], jsonb_build_object('kind', 'grant') || more)
$$;
create function pg_temp.after(request uuid, path text) returns text language sql as $$
    select governance.dossier_after(r)::jsonb #>> path::text[] from governance.access_request r where r.id = request
$$;
create function pg_temp.save(request uuid, p jsonb) returns void language sql as $$
    select governance.after_save(r, jsonb_build_object('item', t.item(request), 'over', false) || p) from governance.access_request r where r.id = request
$$;
create function pg_temp.left(request uuid) returns void language sql as $$
    select pg_temp.save(request, jsonb_build_object('answer', 'recorded', 'why', 'AccessLeft', 'since_ms', governance.ms(r.over_at)))
      from governance.access_request r where r.id = request
$$;
create function pg_temp.ended(phase text default 'cancelled', more jsonb default '{}') returns uuid language plpgsql as $$
declare
    r uuid := t.fulfilling(pg_temp.grant(more));
begin
    perform t.move(r, phase);
    perform pg_sleep(0.003);
    return r;
end $$;
create function pg_temp.status(request uuid) returns text language sql as $$
    select concat_ws(' ', reason, state, waits_for, since = r.over_at) from governance.request_status s join governance.access_request r on r.id = s.request_id
     where request_id = request
$$;
create function pg_temp.someone(who text) returns jsonb language sql as $$
    select jsonb_build_object('items', jsonb_build_array(jsonb_build_object('source', 'plain', 'account', who, 'entitlement', 'role-1', 'desired', 'present')))
$$;

-- when it ended is the database's to say
select pg_temp.grant() as r \gset
select is(over_at, null, 'it has not ended') from governance.access_request where id = :'r';
select t.fulfilling(:'r');
select is(pg_temp.after(:'r', '{}'), null, 'nothing is looked for while it is worked on');
select t.move(:'r', 'cancelled');
select ok(over_at between clock_timestamp() - interval '5 s' and clock_timestamp() + interval '2 ms', 'it came to nothing') from governance.access_request where id = :'r';
update governance.access_request set over_at = '2000-01-01' where id = :'r';
select ok(over_at > '2020-01-01', 'whatever anybody says') from governance.access_request where id = :'r';
select ok(pg_temp.after(:'r', '{over_ms}')::bigint = (select governance.ms(over_at) from governance.access_request where id = :'r'), 'then it is looked for');
select is(pg_temp.after(:'r', '{items,0}')::jsonb, '{"superseded": false, "mending": false, "ending": false, "before": false, "recorded": "", "drifts": [], "ends": []}', 'nobody else asks for it');
select t.move(:'r', 'fulfilling');
select is(over_at, null, 'taken up again: it has not') from governance.access_request where id = :'r';
select is(pg_temp.after(pg_temp.ended('cancelled', jsonb_build_object('access_until_ms', governance.ms(now() + interval '1 day'))), '{over_ms}'), null, 'access with an end is taken away then');
select pg_temp.grant() as unapproved \gset
select t.move(:'unapproved', 'denied');
select is(pg_temp.after(:'unapproved', '{}'), null, 'of what nobody was to work on neither');

-- recorded, told, shown
select pg_temp.ended('cancelled', pg_temp.someone('left')) as l \gset
select is(pg_temp.status(:'l'), 'Over over nobody', 'over');
select t.read(t.item(:'l'), 'unknown');
select throws_ok(format('select pg_temp.left(%L)', :'l'), 'CG007', null, 'what nobody could read is not left');
select t.read(t.item(:'l'), 'present');
select pg_temp.left(:'l');
select is((select format('%s/%s/%s', answer, why, since = r.over_at) from governance.drift d join governance.access_request r on r.id = d.request_id where d.request_id = :'l'), 'recorded/AccessLeft/t', 'a drift of its own');
select is((select string_agg(kind || '/' || reason, ' ') from governance.escalation where request_id = :'l'), 'operator/AccessLeft', 'people are told');
select is((select body::jsonb->'detail'->>'why' from governance.evidence_entry where request_id = :'l' and kind = 'drift.found'), 'AccessLeft', 'it is evidence');
select is(pg_temp.status(:'l'), 'AccessLeft stuck governance_owner t', 'somebody has to mend it');
select is(governance.request_list('{"stuck": true, "limit": 10}')->'requests'->0->>'id', :'l', 'it is on the list of what is stuck');
select is(governance.request_show(:'l')->'drift'->0->>'why', 'AccessLeft', 'and shown');
select is((select format('%s/%s/%s/%s', why, is_open, proven_at is null, closed_at is null) from sla.drift_v1 where request_id = :'l'), 'AccessLeft/t/t/t', 'and counted');
select is((select reason from sla.request_status_v1 where request_id = :'l'), 'AccessLeft', 'dashboards see it');
select pg_temp.save(:'l', '{"over": true}');
select is(pg_temp.status(:'l'), 'Over over nobody', 'gone: it is over');
select is((select count(*)::int from governance.evidence_entry where request_id = :'l' and kind = 'drift.changed'), 1, 'which is evidence, too');

-- what cannot be recorded so
select throws_ok(format('select pg_temp.save(%L, ''{"answer": "held", "why": "AccessLeft", "since_ms": 1}'')', :'l'), 'CG002', null, 'nothing is opened and nothing held');
select throws_ok(format('select pg_temp.save(%L, ''{"answer": "recorded", "why": "StillAbsent", "since_ms": 1}'')', :'l'), 'CG002', null, 'it is called what it is');
select t.fulfilling(t.request()) as removal \gset
select t.read(t.item(:'removal'), 'present');
select t.move(:'removal', 'cancelled');
select throws_ok(format('select pg_temp.left(%L)', :'removal'), 'CG002', null, 'a removal leaves nothing that it gave');

-- taken up again it asks for it itself
select pg_temp.ended('cancelled', pg_temp.someone('back')) as b \gset
select t.read(t.item(:'b'), 'present');
select pg_temp.left(:'b');
update governance.access_request set lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min', version = version + 1 where id = :'b';
select governance.decision_save('me', :'b', version, jsonb_build_object('to', 'fulfilling', 'reason', 'CancelTakenBack', 'release', false, 'new_claim', false,
    'answered', false, 'breach', false, 'refused', '', 'tampered', false, 'edited_back', false, 'given_up', false, 'rebound', false, 'unmarked', false,
    'resolved', false, 'revokes', false, 'refuses', false, 'respoken', false, 'grants', false, 'flows', '[]'::jsonb, 'retry', '[]'::jsonb,
    'escalations', '[]'::jsonb, 'notice', '', 'look_again_ms', 0)) from governance.access_request where id = :'b';
select is((select phase from governance.access_request where id = :'b'), 'fulfilling', 'taken back');
select isnt((select ended_at from governance.drift where request_id = :'b'), null, 'nothing is left of it then');

-- whose it is besides
select pg_temp.ended('cancelled', pg_temp.someone('shared')) as s \gset
select pg_temp.grant(pg_temp.someone('shared')) as q \gset
select is(pg_temp.after(:'s', '{items,0,superseded}'), 'false', 'a wish that nobody approved is none');
select t.fulfilling(:'q');
select is(pg_temp.after(:'s', '{items,0,superseded}'), 'true', 'one that stands is');
update governance.access_request set look_at = null, version = version + 1 where id = :'s';
select t.move(:'q', 'cancelled');
select ok(look_at <= clock_timestamp(), 'when that ends, too, the earlier one is looked at') from governance.access_request where id = :'s';
select is(pg_temp.after(:'s', '{items,0,superseded}'), 'false', 'nobody asks for it');
select t.verifying(pg_temp.grant(pg_temp.someone('proven'))) as p \gset
select t.read(t.item(:'p'), 'present');
select t.move(:'p', 'verified', 'closed');
select pg_temp.ended('cancelled', pg_temp.someone('proven')) as second \gset
select is(pg_temp.after(:'second', '{items,0,superseded}'), 'true', 'so is what was proven before');
select t.fulfilling(t.request('{}', jsonb_build_object('items', jsonb_build_array(jsonb_build_object('source', 'plain', 'account', 'shared', 'entitlement', 'role-1', 'desired', 'absent')))));
select is((select superseded_by is not null from governance.request_item where request_id = :'s'), true, 'a removal takes its place');

-- whether it was there before
select t.fulfilling(pg_temp.grant(pg_temp.someone('held'))) as h \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state) values ('acme', '10900', 'IAM-900', :'h', 'here');
select t.read(t.item(:'h'), 'present', ago => '1 hour');
select t.move(:'h', 'cancelled');
select is(pg_temp.after(:'h', '{items,0,before}'), 'true', 'read before there was a ticket');
select t.fulfilling(pg_temp.grant(pg_temp.someone('given'))) as g \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state) values ('acme', '10901', 'IAM-901', :'g', 'here');
select t.read(t.item(:'g'), 'absent', ago => '1 hour'), t.read(t.item(:'g'), 'unknown', ago => '1 min'), t.read(t.item(:'g'), 'present');
select t.move(:'g', 'cancelled');
select is(pg_temp.after(:'g', '{items,0,before}'), 'false', 'not what was seen while it was worked on');
select pg_temp.ended('denied', pg_temp.someone('asker')) as d \gset
select t.read(t.item(:'d'), 'present');
select is(pg_temp.after(:'d', '{items,0,before}'), 'false', 'nor what nobody read before');
select pg_temp.left(:'d');
select is(pg_temp.status(:'d'), 'AccessLeft stuck governance_owner t', 'declined or cancelled alike');
select is((select count(*)::int from governance.drift where ended_at is null and why = 'AccessLeft'), 1, 'one is left');

select * from finish();
