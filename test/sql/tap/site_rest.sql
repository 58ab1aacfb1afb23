-- What a site told one replica, all keep to; of a credential that is refused there are three tries in five minutes, whoever makes them.
set role countersign_service;
select plan(44);

create function pg_temp.told(site text) returns bigint language sql as $$
    select coalesce((select (x->>'told_ms')::bigint from jsonb_array_elements(governance.site_rests()) x where x->>'site' = site), 0)
$$;
create function pg_temp.rest(site text) returns text language sql as $$
    select (x->>'mark') || ' ' || ceil((x->>'refused_ms')::numeric / 60000)
      from jsonb_array_elements(governance.site_rests()) x where x->>'site' = site
$$;
create function pg_temp.refused(mark text) returns void language plpgsql as $$
begin
    perform governance.site_refused('acme', mark, false, 3, '5 min');
end $$;
create function pg_temp.tried(mark text) returns boolean language sql as $$
    select (governance.site_try('acme', mark, 3, '5 min', '1 min')->>'lent')::boolean
$$;
create function pg_temp.later(by interval) returns void language sql as $$
    update governance.site_rest r
       set told_until = told_until - by, refused_until = refused_until - by,
           refused_at = array(select t - by from unnest(r.refused_at) t), lent_at = array(select t - by from unnest(r.lent_at) t)
$$;

-- told to wait
select is(governance.site_rests(), '[]', 'nobody was told anything');
select governance.site_told('acme', '10 s');
select ok(pg_temp.told('acme') between 9000 and 10000, 'what one was told is there for all');
select governance.site_told('acme', '3 s');
select ok(pg_temp.told('acme') between 9000 and 10000, 'a shorter wait shortens nothing');
select governance.site_told('acme', '1 min');
select ok(pg_temp.told('acme') between 59000 and 60000, 'a longer one counts');
select pg_temp.later('1 min');
select is(governance.site_rests(), '[]', 'and it ends');

-- an operator lifts it
select ok(not governance.site_rest_lift('acme', 'kim'), 'what is over cannot be lifted');
select governance.site_told('acme', '1 day');
select ok(governance.site_rest_lift('acme', 'kim'), 'what lasts can');
select results_eq($$select (x->>'told_ms')::bigint, (x->>'lifted_ms')::bigint > 0 from jsonb_array_elements(governance.site_rests()) x$$,
                  $$values (0::bigint, true)$$, 'which replicas hear');
select results_eq($$select act, actor, site, done ? 'told_until' from governance.operator_act$$, $$values ('lift', 'kim', 'acme', true)$$, 'and is kept');
select is((select e.body::jsonb->'detail'->>'act' from governance.evidence_entry e where e.kind = 'operator.acted'), 'lift', 'as evidence');
select governance.site_told('acme', '10 s');
select ok(pg_temp.told('acme') between 9000 and 10000, 'what Jira tells afterwards counts');
select pg_temp.later('1 min');

-- refused
select pg_temp.refused('aaaa'), pg_temp.refused('aaaa');
select is(pg_temp.rest('acme'), 'aaaa 0', 'two refusals are no end yet');
select ok((select (x->>'refused_ago_ms')::int between 0 and 5000 from jsonb_array_elements(governance.site_rests()) x), 'but others hear how long ago');
select is((select count(*) from governance.escalation where reason = 'SiteRefusesUs'), 0::bigint, 'nor are people told');
select pg_temp.refused('aaaa');
select is(pg_temp.rest('acme'), 'aaaa 5', 'the third is, for five minutes');
select is((select count(*) from governance.escalation where reason = 'SiteRefusesUs'), 1::bigint, 'and people are told');
select pg_temp.later('4 min');
select is(pg_temp.rest('acme'), 'aaaa 1', 'which pass');
select pg_temp.later('1 min');
select is(pg_temp.rest('acme'), 'aaaa 0', 'and then it may be tried');
select pg_temp.refused('aaaa');
select is(pg_temp.rest('acme'), 'aaaa 0', 'once, for two of the last three are as old');
select pg_temp.later('2 min');
select pg_temp.refused('aaaa'), pg_temp.refused('aaaa');
select is(pg_temp.rest('acme'), 'aaaa 3', 'in any five minutes no more than three');
select is((select count(*) from governance.escalation where reason = 'SiteRefusesUs'), 1::bigint, 'people heard of it already');

-- another secret
select pg_temp.refused('bbbb');
select is(pg_temp.rest('acme'), 'bbbb 0', 'another secret begins anew');
select governance.site_accepted('acme', 'aaaa');
select is((select cardinality(refused_at) from governance.site_rest), 1, 'that another is accepted says nothing of it');
select ok((select accepted_at is not null from governance.site_rest), 'but holds no request any more');
select governance.site_accepted('acme', 'bbbb');
select is((select row(refused_at, refused_since, refused_until)::text from governance.site_rest), '({},,)', 'what is accepted ends all of it');
select pg_temp.refused('bbbb'), pg_temp.refused('bbbb');
select is(pg_temp.rest('acme'), 'bbbb 0', 'what was accepted begins anew');
select pg_temp.refused('bbbb');
select is(pg_temp.rest('acme'), 'bbbb 5', 'until it is refused three times');
select is((select count(*) from governance.escalation where reason = 'SiteRefusesUs'), 2::bigint, 'and that is told anew');

-- tries are lent
select ok(pg_temp.tried('cccc') and pg_temp.tried('cccc') and pg_temp.tried('cccc'), 'of another secret there are three');
select ok(not pg_temp.tried('cccc'), 'and no fourth while they are out');
select governance.site_untried('acme', 'bbbb');
select ok(not pg_temp.tried('cccc'), 'one of another secret that comes back is none of it');
select governance.site_untried('acme', 'cccc');
select ok(pg_temp.tried('cccc'), 'one that comes back is there for the next');
select governance.site_refused('acme', 'cccc', true, 3, '5 min');
select ok(not pg_temp.tried('cccc'), 'one that was refused is not');
select pg_temp.refused('ffff');
select ok(not pg_temp.tried('ffff'), 'nor is one lent before all others have heard of a refusal');
select pg_temp.later('2 s');
select ok(pg_temp.tried('ffff') and pg_temp.tried('ffff'), 'then the two that are left are');
select ok(not pg_temp.tried('ffff'), 'and no more');
select ok(pg_temp.tried('cccc') and pg_temp.tried('cccc') and pg_temp.tried('cccc'), 'another secret begins anew');
select governance.site_refused('acme', 'cccc', true, 3, '5 min');
select pg_temp.later('1 min');
select ok(pg_temp.tried('cccc') and pg_temp.tried('cccc') and not pg_temp.tried('cccc'), 'those whose replica died are there again after a minute');
select governance.site_refused('acme', 'cccc', false, 3, '5 min');
select is((select cardinality(lent_at) from governance.site_rest), 2, 'a call that needed none was refused too: it counts');
select governance.site_refused('acme', 'cccc', true, 3, '5 min');
select is(pg_temp.rest('acme'), 'cccc 4', 'three were refused');
select governance.site_refused('acme', 'cccc', true, 3, '5 min');
select ok(not pg_temp.tried('cccc'), 'and none is left');
select pg_temp.later('5 min');
select ok(pg_temp.tried('cccc'), 'until they are five minutes ago');
select governance.site_accepted('acme', 'cccc');
select ok(pg_temp.tried('cccc') and pg_temp.tried('cccc') and pg_temp.tried('cccc'), 'what is accepted gives all of them back');
select ok(not pg_temp.tried('cccc'), 'and no more');
