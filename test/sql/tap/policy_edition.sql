-- Policies have an order: one that was replaced is not made live by a start.
set role countersign_service;
select plan(22);

create function pg_temp.offer(pdp text, how text default 'start', sets jsonb default '[]', reason text default '') returns text language sql as $$
    select concat_ws(' ', o->>'taken', coalesce(nullif(o->>'live', ''), 'none')) from governance.policy_offer(pdp, sets, how, 'replica-' || pdp, reason) o
$$;
create function pg_temp.live() returns text language sql as $$ select policy from governance.site where name = 'acme' $$;
create function pg_temp.duties(variadic members text[]) returns jsonb language sql as $$
    select jsonb_build_array(jsonb_build_object('name', 'ledger', 'n', 2, 'unlinked', 'none', 'members', (
               select jsonb_agg(jsonb_build_object('source', 'plain', 'entitlement', m)) from unnest(members) m)))
$$;

select is(pg_temp.offer(''), 'true none', 'without any policy a replica starts');
select is((select count(*) from governance.policy_edition), 0::bigint, 'which makes none live');
select is(pg_temp.offer('rules:1'), 'true rules:1', 'the first one is');
select is(pg_temp.offer('rules:1'), 'true rules:1', 'and stays so when another replica has it');
select is((select count(*) from governance.policy_edition), 1::bigint, 'once');
select is(pg_temp.offer('rules:2'), 'true rules:2', 'one that nobody had before takes its place');
select is(pg_temp.offer('rules:1'), 'false rules:2', 'a replica that starts with the one of before changes nothing');
select is(pg_temp.offer(''), 'false rules:2', 'nor one that starts without any');
select is(pg_temp.live(), 'rules:2', 'the live one is asked');
select is((select string_agg(distinct reason, ' ') from governance.escalation), 'PolicyOlder', 'people are told');
select is((select count(*) from governance.escalation), 2::bigint, 'of each');
select pg_temp.offer('rules:1');
select is((select count(*) from governance.escalation), 2::bigint, 'once');
select governance.site_put('later', 'cloud', 'https://later.example');
select pg_temp.offer('rules:1');
select is((select policy from governance.site where name = 'later'), 'rules:2', 'a site that only such a replica knows is held to the live one, too');
select is(pg_temp.offer('rules:1', 'reload'), 'true rules:1', 'other files on a replica that runs are taken');
select is(pg_temp.offer('rules:2', 'back', reason => 'rules:1 denies too much'), 'true rules:2', 'and a person may go back');
select throws_ok($$select governance.policy_offer('rules:1', '[]', 'back', 'ann', ' ')$$, '23514', null, 'who says why');

-- the duties are a part of it, in whatever order they are written
select pg_temp.offer('rules:2', 'start', pg_temp.duties('a', 'b'));
select is(pg_temp.offer('rules:2', 'start', pg_temp.duties('b', 'a', 'b')), 'true rules:2', 'the same duties are the same');
select pg_temp.offer('rules:2', 'start', pg_temp.duties('a', 'c'));
select is(pg_temp.offer('rules:2', 'start', pg_temp.duties('a', 'b')) || ' ' || (select string_agg(m.entitlement, '' order by m.entitlement) from governance.sod_set s join governance.sod_member m on m.set_id = s.id where s.ended_at is null),
          'false rules:2 ac', 'and those of before are not put back by a start');

select results_eq($$select p->>'how', p->>'by', p->>'reason' from jsonb_array_elements(governance.policy_history('rules:1', '[]', 9)->'policies') with ordinality as x(p, n) order by n desc limit 4$$,
                  $$values ('start', 'replica-rules:1', null), ('start', 'replica-rules:2', null), ('reload', 'replica-rules:1', null), ('back', 'replica-rules:2', 'rules:1 denies too much')$$, 'who did what is kept');
select is(governance.policy_history('rules:1', '[]', 9)->>'is_live', 'false', 'and which is live');
select is((select string_agg(body::jsonb->'detail'->>'how', ' ' order by seq) from governance.evidence_entry where kind = 'policy.live'), 'start start reload back start start', 'in the evidence, too');
reset role;
select throws_ok('delete from governance.policy_edition', 'CG009', null, 'nobody takes it away');
select * from finish();
