-- A site that is held is so for every replica, whatever it remembers: the row says it, and nothing is stored as gone for a day.
set role countersign_service;
select plan(20);

create function pg_temp.begun() returns bigint language sql as $$select fence from governance.poll_begin('acme', 'me', '1 min')$$;
create function pg_temp.ends(f bigint, more jsonb) returns boolean language sql as $$
    select exists (select from governance.poll_store('acme', f, '{"hints": [], "last": true, "watermark_ms": 2000}' || more))
$$;
create function pg_temp.held() returns text language sql as $$
    select (held_since is not null) || '/' || held_known from governance.poll_cursor where site = 'acme'
$$;
-- A look that finds the ticket as p_state says.
create function pg_temp.look(request uuid, p_state text) returns boolean language plpgsql as $$
declare
    v bigint;
begin
    update governance.access_request r set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min'
     where r.id = request returning version into v;
    return governance.facts_save('me', request, v, jsonb_build_object('observations', '[]'::jsonb, 'ticket', jsonb_build_object(
        'key', '', 'state', p_state, 'category', 'new', 'role', 'open', 'status_name', 'Open', 'cycle', '0', 'cycle_at_ms', 0,
        'moved_by', '', 'moved_by_us', false, 'resolution_set', false, 'updated_ms', 1, 'marker', '', 'approval', 'none',
        'approver', '', 'approved_at_ms', 0, 'mapped_hash', 'h1', 'hold_text', ''))) is not null;
end $$;
create function pg_temp.ignored(issue text, reason text) returns boolean language plpgsql as $$
declare
    v bigint;
begin
    update governance.ticket t set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min'
     where t.issue_id = issue returning version into v;
    return governance.ticket_ignore('me', 'acme', issue, v, reason) is not null;
end $$;

select t.fulfilling(t.request()) as ours \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state)
values ('acme', '1', 'IAM-1', :'ours', 'here'), ('acme', '2', 'IAM-2', null, 'unread'), ('acme', '3', 'IAM-3', null, 'unread');

-- the walk that holds it ends
select pg_temp.begun() as fence \gset
select is((select count(*) from governance.poll_begin('acme', 'another', '1 min')), 0::bigint, 'one replica walks');
select governance.poll_hold('acme', 'a sweep says so');
select is(pg_temp.held(), 'true/0', 'a sweep expects nothing of walks');
select is((select count(*) from governance.poll_begin('acme', 'another', '1 min')), 0::bigint, 'and ends none');
select governance.poll_hold('acme', 'a walk says so', :fence, 40);
select is((select (held_ms > 0) || '/' || held_known from governance.poll_begin('acme', 'another', '1 min')), 'true/40',
          'the walk that held it has ended: any replica may walk, and knows');
select governance.poll_hold('acme', 'a walk that knows less', 0, 3);
select is(pg_temp.held(), 'true/40', 'who expects less takes nothing back');

-- nothing is gone
select is(pg_temp.look(:'ours', 'gone'), false, 'a look that finds a ticket gone was none');
select is((select state from governance.ticket where issue_id = '1'), 'here', 'the ticket is as it was');
select ok((select lease_until > clock_timestamp() from governance.access_request where id = :'ours'), 'and looked at again later');
select is(pg_temp.look(:'ours', 'here'), true, 'one that finds it counts');
select is(pg_temp.ignored('2', 'gone'), false, 'none is ignored for being gone');
select is(pg_temp.ignored('3', 'not governed'), true, 'only for what it says itself');

-- who may lift it
update governance.poll_cursor set lease_until = null;
select pg_temp.begun() as fence \gset
select ok(pg_temp.ends(:fence, '{"lifts": false}'), 'a walk that began before it was held');
select is(pg_temp.held(), 'true/40', 'does not lift it');
select pg_temp.begun() as fence \gset
select ok(pg_temp.ends(:fence, '{"lifts": true}'), 'one that knew, and saw what was expected');
select is(pg_temp.held(), 'false/0', 'does');
select is(pg_temp.look(:'ours', 'gone'), true, 'then what is gone is gone');

-- a day
select governance.poll_hold('acme', 'a walk says so', 0, 40);
select ok(governance.site_is_held('acme'), 'held anew');
update governance.poll_cursor set held_since = clock_timestamp() - interval '25 hours';
select ok(not governance.site_is_held('acme'), 'after a day it is believed');
select is(pg_temp.ignored('2', 'gone'), true, 'and so what is gone');
select governance.poll_release('acme');
select is(pg_temp.held(), 'false/0', 'released with all of it');
