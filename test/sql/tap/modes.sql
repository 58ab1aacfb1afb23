-- How the gate treats a request follows the mapping; each close is remembered with what was said to it; the view shows both.
set role countersign_service;
select plan(33);

create function pg_temp.ticket(request uuid, issue text, status_role text default 'done') returns void language sql as $$
    insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role, cycle)
    values ('acme', issue, 'IAM-' || issue, request, 'here', 'done', status_role, '10000/1')
$$;
create function pg_temp.says(request uuid) returns text language sql as $$
    select string_agg(concat_ws(' ', gate_mode, verdict, refused_for, case when is_closed then 'closed' end, case when is_latest then 'latest' end,
                                case when wait_seconds is not null then 'waited' end), ', ' order by attempted_at)
      from sla.close_attempt_v1 where request_id = request
$$;
create function pg_temp.refuse(request uuid, why text) returns void language sql as $$
    select governance.attempt_refused(request, why)
$$;
-- A look that found the ticket as it is, and another mapping.
create function pg_temp.look(request uuid, wanted text, by_whom text default 'rule', at_cycle text default '10000/1') returns text language plpgsql as $$
begin
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = now() + interval '1 min' where id = request;
    perform governance.facts_save('me', request, (select version from governance.access_request where id = request), jsonb_build_object(
        'observations', '[]'::jsonb, 'ticket', jsonb_build_object('state', 'here', 'category', 'done', 'role', 'done', 'status_name', 'Done',
            'cycle', at_cycle, 'cycle_at_ms', 0, 'moved_by', '', 'moved_by_us', false, 'resolution_set', true, 'updated_ms', 1, 'marker', '',
            'approval', 'none', 'approver', '', 'mapped_hash', 'h1', 'mode', wanted, 'mode_by', by_whom, 'mode_mapping', encode(sha256('version: 1 # d'), 'hex'))));
    return (select concat_ws(' ', mode, mode_by) from governance.access_request where id = request);
end $$;

-- the mode
select t.fulfilling(t.request(more => '{"mode": "observe"}')) as r \gset
select pg_temp.ticket(:'r', '1');
select is((select mode_mapping || ' ' || mode_by from governance.access_request where id = :'r'), encode(sha256('version: 1 # d'), 'hex') || ' rule', 'made with the mapping that says so');
select is(pg_temp.look(:'r', 'observe'), 'observe rule', 'the same mapping changes nothing');
select is(pg_temp.look(:'r', 'warn', 'site'), 'warn site', 'another one does, at the next look');
select is((select count(*) from governance.evidence_entry where request_id = :'r' and kind = 'request.mode'), 1::bigint, 'with one entry');
select is((select (body::jsonb->'detail') - 'phase'::text from governance.evidence_entry where request_id = :'r' and kind = 'request.mode'),
          jsonb_build_object('mode', 'warn', 'was', 'observe', 'by', 'site', 'mapping', encode(sha256('version: 1 # d'), 'hex')), 'that says who, from what, to what');
select throws_ok(format('update governance.access_request set version = version + 1, mode = ''observe'' where id = %L', :'r'), 'CG002', null, 'not by the way');
select throws_ok(format('update governance.access_request set version = version + 1, mode = ''observe'', mode_mapping = null, mode_at = clock_timestamp() where id = %L', :'r'),
                 'CG002', null, 'nor without a mapping');
select throws_ok(format('update governance.access_request set mode = ''observe'', mode_at = clock_timestamp() where id = %L', :'r'), 'CG002', null, 'nor past the fence');

-- closed and proven; then nothing changes it but a new cycle
select t.verifying(t.request(more => '{"mode": "observe"}')) as p \gset
select pg_temp.ticket(:'p', '2');
select is(pg_temp.says(:'p'), 'observe checking latest', 'a claim is an attempt; it was not closed: no ticket was known then');
select t.read(t.item(:'p'), 'absent');
select t.move(:'p', 'verified');
select is(pg_temp.says(:'p'), 'observe as_asked latest waited', 'proven as asked');
update governance.ticket set cycle = '10000/1' where issue_id = '2';
update governance.access_request set version = version + 1, phase = 'closed', closed_at = clock_timestamp(), closed_cycle = '10000/1' where id = :'p';
select is(pg_temp.look(:'p', 'enforce'), 'observe rule', 'what is closed stays as it was closed');
select is(pg_temp.look(:'p', 'enforce', at_cycle => '10000/9'), 'enforce rule', 'closed again it is another matter');

-- refused
select t.fulfilling(t.request(more => '{"mode": "warn"}')) as w \gset
select pg_temp.ticket(:'w', '3');
select t.claim(:'w');
select t.move(:'w', 'verifying');
select pg_temp.refuse(:'w', 'SourceUnreadable');
select is(pg_temp.says(:'w'), 'warn refused SourceUnreadable closed latest', 'refused, and why');
select pg_temp.refuse(:'w', 'StillPresent');
select pg_temp.refuse(:'w', 'StaleCopy');
select pg_temp.refuse(:'w', 'StillPresent');
select is(pg_temp.says(:'w'), 'warn refused StillPresent closed latest', 'what was found out outweighs what nobody could tell');
select is((select string_agg(body::jsonb->'detail'->>'why', ' ' order by seq) from governance.evidence_entry where request_id = :'w' and kind = 'close.refused'),
          'SourceUnreadable StillPresent', 'one entry for each that counted');
select is((governance.dossier(:'w'))->>'refused', 'StillPresent', 'the dossier knows what is on record');
select t.read(t.item(:'w'), 'absent');
select t.move(:'w', 'verified');
select is(pg_temp.says(:'w'), 'warn refused StillPresent closed latest waited', 'proven later, it was refused all the same');
select t.claim(:'w');
select is((governance.dossier(:'w'))->>'refused', null, 'another close is another matter');
select matches(pg_temp.says(:'w'), '^warn refused StillPresent closed waited, warn checking closed latest$', 'and a row of its own');
select is((select refused_closes from sla.request_v1 where request_id = :'w'), 0::bigint, 'counted as a breach only when the core says so');

-- what nobody may work on
select t.request(more => '{"mode": "observe", "approval_needed": true}') as a \gset
select pg_temp.ticket(:'a', '4');
select pg_temp.refuse(:'a', 'NotApproved');
select is(pg_temp.says(:'a'), 'observe refused NotApproved closed latest', 'a close without a claim is remembered by its move');
select is((governance.dossier(:'a'))->>'refused', 'NotApproved', 'and known');
update governance.ticket set cycle = '10000/2' where issue_id = '4';
select is((governance.dossier(:'a'))->>'refused', null, 'of that move only');
select t.request() as none \gset
select lives_ok(format('select governance.attempt_refused(%L, ''NotApproved'')', :'none'), 'without a ticket there is no close');
select is(pg_temp.says(:'none'), null, 'none');

-- it is not unsaid
select throws_ok(change, '42501', null, 'the service: ' || change)
  from unnest(array['delete from governance.close_attempt', 'update governance.close_attempt set refused = null']) as change;
reset role;
select throws_ok(format('update governance.close_attempt set %s where request_id = %L', change, :'w'), 'CG002', null, change)
  from unnest(array['refused = null, refused_at = null', 'mode = ''enforce''', 'is_closed = false', 'proven_at = null, proven_as = null']) as change;
select throws_ok('delete from governance.close_attempt', 'CG009', null, 'by nobody');
set role countersign_dashboard;
select ok((select count(*) = 4 from sla.close_attempt_v1), 'dashboards read the view');
reset role;
select * from finish();
