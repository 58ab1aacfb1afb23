-- Which mapping a request keeps, and what is kept of its ticket for trying others on it.
set role countersign_service;
select plan(15);

select governance.mapping_put(repeat('b', 64), 'two', 'acme');
select id as r from (select t.request() as id) x \gset
insert into governance.ticket (site, issue_id, issue_key, request_id) values ('acme', '100', 'IAM-100', :'r');
update governance.access_request set lease_owner = 'me', lease_until = now() + interval '5 min', version = version + 1 where id = :'r';
create function pg_temp.look(more jsonb) returns boolean language sql as $$
    select governance.facts_save('me', r.id, r.version, jsonb_build_object('observations', '[]'::jsonb, 'ticket', jsonb_build_object(
        'state', 'here', 'category', 'new', 'role', 'open', 'status_name', 'x', 'cycle', '1', 'cycle_at_ms', 0, 'moved_by', '',
        'moved_by_us', false, 'resolution_set', false, 'updated_ms', 7, 'marker', '', 'approval', 'none', 'approver', '', 'mapping', '',
        'approved_at_ms', 0, 'mapped_hash', 'h1', 'mapped_by', encode(sha256('version: 1 # d'), 'hex'), 'hold_text', '') || more)) is not null
      from governance.access_request r where r.lease_owner = 'me'
$$;
create function pg_temp.kept() returns text language sql as $$ select left(mapping_kept, 1) from governance.access_request where lease_owner = 'me' $$;
create function pg_temp.told() returns text language sql as $$
    select governance.dossier_text(id)::jsonb->>'mapping_kept' from governance.access_request where lease_owner = 'me'
$$;

select is(pg_temp.kept(), null, 'who has no ticket yet keeps none');
select ok(pg_temp.look('{"mapped_by": ""}') and pg_temp.kept() is null, 'nor does a look of a program that does not say by which');
select ok(pg_temp.look('{"mapped_hash": "other"}') and pg_temp.kept() is null, 'nor a ticket that says something else');
select ok(pg_temp.look('{}'), 'a ticket that says what is asked for');
select is(pg_temp.kept(), 'a', 'is read by that mapping from now on');
select is(pg_temp.told(), encode(sha256('version: 1 # d'), 'hex'), 'as the looks that follow are told');
select ok(pg_temp.look(jsonb_build_object('mapped_by', repeat('b', 64))) and pg_temp.kept() = 'a', 'another one does not take its place');
select ok(pg_temp.look('{"mapped_hash": "", "hold_text": "which role"}') and pg_temp.kept() is null, 'a held one may be understood by any');
select ok(pg_temp.look(jsonb_build_object('mapped_by', repeat('b', 64), 'mapped', jsonb_build_object('kind', 'removal', 'beneficiary', 'someone', 'items', '[]'::jsonb)))
          and pg_temp.kept() = 'b', 'and keeps the one that does');
select is((select count(*) from governance.ticket_fields), 0::bigint, 'nothing was told of its fields so far');
select ok(pg_temp.look('{"fields": "{\"customfield_1\":\"x\"}"}'), 'what they hold');
select is((select body || ' ' || why from governance.ticket_fields where issue_id = '100'), '{"customfield_1":"x"} ', 'is kept');
select is((select governance.dossier_text(:'r')::jsonb->'ticket'->>'fields_ms'), '7', 'and not told again while the ticket stays as it is');
select ok(pg_temp.look('{"fields": ""}'), 'too much');
select is((select coalesce(body, 'none') || ' ' || why from governance.ticket_fields where issue_id = '100'), 'none hold more than is kept', 'is not kept, and that is said');
select * from finish();
