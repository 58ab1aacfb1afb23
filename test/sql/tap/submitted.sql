-- Wishes that come in one statement: each key once, whether it is there already, comes twice at once, or is from before keys had an owner.
set role countersign_service;
select plan(14);

create function pg_temp.wish(more jsonb default '{}') returns text language sql as $$
    select (jsonb_build_object('site', 'acme', 'kind', 'grant', 'mode', 'enforce', 'rule', 'r', 'request_type', '31', 'requester', 'asker', 'beneficiary', 'kim',
        'justification', 'why', 'privileged', false, 'emergency', false, 'approval_needed', true, 'hold_text', '', 'mapping_version',
        encode(sha256('version: 1 # d'), 'hex'), 'mapped', '{}'::jsonb, 'mapped_hash', 'h1', 'sla_goal_ms', 3600000, 'submitted_by', 'iga', 'approved_by', '',
        'items', '[{"source": "plain", "account": "kim", "entitlement": "one", "desired": "present"}]'::jsonb) || more)::text
$$;
create function pg_temp.sent(keys text[], bodies text[], variadic wishes text[]) returns text language sql as $$
    select string_agg(concat_ws(' ', m.n, case when m.repeated then 'repeated' else 'new' end, case when m.differs then 'differs' end, m.phase), ', ' order by m.n)
      from governance.request_submit_many(keys, bodies, wishes) m
$$;
select is(pg_temp.sent('{a,b,a,a}', '{1,2,1,3}', pg_temp.wish(), pg_temp.wish(), pg_temp.wish(), pg_temp.wish()),
          '1 new received, 2 new received, 3 repeated received, 4 repeated differs received', 'a key that comes again with the first one is a repetition of it');
select is((select count(*) from governance.access_request where submitted_by = 'iga'), 2::bigint, 'and no request of its own');
select is((select count(distinct m.id) from governance.request_submit_many('{a,a,b,c}', '{1,1,2,4}', array[pg_temp.wish(), pg_temp.wish(), pg_temp.wish(), pg_temp.wish()]) m), 3::bigint,
          'old and new ones together');
select is(pg_temp.sent('{a}', '{1}', pg_temp.wish('{"submitted_by": "other"}')), '1 new received', 'another token''s key is another wish');
select throws_ok($$select pg_temp.sent('{d,e}', '{1,1}', pg_temp.wish(), pg_temp.wish('{"access_until_ms": 1000}'))$$, 'CG020', null, 'what ended before it began refuses all');
select is((select count(*) from governance.access_request where idempotency_key = 'iga d'), 0::bigint, 'and leaves nothing');
select is(pg_temp.sent('{a}', '{1}', pg_temp.wish('{"access_until_ms": 1000}')), '1 repeated received', 'asked again, it is what is there');
select is((governance.request_create_many(array[pg_temp.wish('{"idempotency_key": "old", "body_sha256": "9", "submitted_by": ""}')::jsonb], false)) is not null, true, 'one of before keys had an owner');
select is(pg_temp.sent('{old}', '{9}', pg_temp.wish()), '1 repeated received', 'is found by its key alone');

select is(governance.request_known('iga', 'a', '1') - 'id', '{"phase": "received", "repeated": true}', 'what would be refused by now is known by its key');
select is(array[governance.request_known('iga', 'a', '2'), governance.request_known('iga', 'z', '1'), governance.request_known('nobody', 'a', '1')],
          array['{}', null, null]::jsonb[], 'not with another body, and nobody''s else');

-- each has its own items, approval and clock
select pg_temp.sent('{g,h,i}', '{1,1,1}',
    pg_temp.wish('{"beneficiary": "g", "sla_goal_ms": 60000, "approved_by": "boss@x.org"}'),
    pg_temp.wish('{"beneficiary": "h", "items": []}'),
    pg_temp.wish('{"beneficiary": "i", "sla_goal_ms": 0, "items": [{"source": "plain", "account": "i", "entitlement": "one", "desired": "present"}, {"source": "plain", "account": "i", "entitlement": "two", "desired": "present"}]}'));
select set_eq($$select r.beneficiary, count(i.id), coalesce(c.goal::text, 'none'), (select string_agg(a.approver || ' by ' || a.vouched_by, ' ') from governance.approval a where a.request_id = r.id)
                  from governance.access_request r join governance.sla_clock c on c.request_id = r.id left join governance.request_item i on i.request_id = r.id
                 where r.beneficiary in ('g', 'h', 'i') group by r.id, r.beneficiary, c.goal$$,
              $$values ('g', 1::bigint, '00:01:00', 'boss@x.org by iga'), ('h', 0, '01:00:00', null), ('i', 2, 'none', null)$$, 'of each what it asks for');
reset role;
set constraints all immediate;
select is((select count(*) from governance.evidence_entry where kind = 'request.received'), (select count(*) from governance.access_request), 'an entry of each');
select is((select count(*) from governance.evidence_entry where kind = 'item.wanted'), (select count(*) from governance.request_item), 'and of each thing it asks for');
select * from finish();
