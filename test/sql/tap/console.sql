-- What the pages of the console are told, as the service asks for it, of a history computed by hand; and that a look is evidence.
\ir history.psql
select plan(20);
set role countersign_service;
create function pg_temp.week(back int, removal boolean) returns jsonb language sql as $$
    select w from jsonb_array_elements(governance.board_weeks()->'weeks') w
     where (w->>'at_ms')::bigint = governance.ms(date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' - make_interval(weeks => back))
       and (w->>'is_removal')::boolean = removal
$$;
select governance.board() as board \gset

-- the five numbers
select is((:'board'::jsonb)->'open'->>'removals', '3', 'open removals');
select is((:'board'::jsonb)->'open'->>'removals_late', '2', 'of which two are over their goals');
select is((:'board'::jsonb)->'open'->>'others', '2', 'and grants');
select is((:'board'::jsonb)->'oldest'->>'key', (select issue_key from governance.ticket where request_id = md5('o3')::uuid), 'the oldest privileged removal, not the oldest removal');
select ok((:'board'::jsonb)->'oldest'->'is_late' = 'true' and ((:'board'::jsonb)->'oldest'->>'ms')::bigint between 4190000 and 4260000, 'late, after seventy minutes');
select is((:'board'::jsonb)->'exceptions'->>'live', '1', 'a live exception');
select is((:'board'::jsonb)->>'debts', '1', 'and one that ran out unresolved');
select is((:'board'::jsonb)->>'unproven', '0', 'what was closed without proof years ago is not of this week');

-- bands, and what is due: what is over first, by the time it passed; then what is next
select is((select string_agg(band || ' ' || count, ', ' order by band) from (
              select d->>'band' as band, count(*) from jsonb_array_elements((:'board'::jsonb)->'due') d group by 1) x),
          'breached 2, over_1_hour 1, under_1_hour 1, under_30_min 1', 'JSM''s four bands');
select is((select array_agg(d->>'band' order by n) from jsonb_array_elements((:'board'::jsonb)->'due') with ordinality as x(d, n)),
          array['breached', 'breached', 'under_30_min', 'under_1_hour', 'over_1_hour'], 'in the order of their deadlines');
select is((select d->>'waits_for' || ': ' || (d->>'next') from jsonb_array_elements((:'board'::jsonb)->'due') d where d->>'band' = 'under_1_hour'),
          (select waits_for || ': ' || next_action from governance.request_status where request_id = md5('o1')::uuid), 'with whose turn it is');
select is((select d->>'url' from jsonb_array_elements((:'board'::jsonb)->'due') d where d->>'key' = 'IAM-106'), 'https://acme.example/browse/IAM-106', 'and where the ticket is');

-- twelve weeks: only the last ones; this week's four are open
select ok((select bool_and((w->>'at_ms')::bigint > governance.ms(now() - interval '12 weeks')) from jsonb_array_elements(governance.board_weeks()->'weeks') w), 'twelve weeks, no more');
select is((select sum((w->>'open')::int) from jsonb_array_elements(governance.board_weeks()->'weeks') w), 4::bigint, 'what was asked for lately is open');
select is((select count(*)::int from jsonb_array_elements((:'board'::jsonb)->'feeds')), (select count(*)::int from sla.freshness_v1), 'every feed');
select ok((governance.board() || governance.board_weeks())::text !~ 'Olga|Anna|Vendor|watched|@', 'no names, no words of people');

-- the gate
select is(governance.gates()->'gates'->0->>'project', 'IAM', 'gates, what does not hold first');

-- a look is evidence: who, as a hash; his name in its table, which nobody changes
select governance.evidence_seen(md5('g1')::uuid, 'j.silva', 'auditor') as seen \gset
select results_eq($$select (body::jsonb->'detail') - 'viewer_commitment', body like '%viewer_commitment%' and body not like '%j.silva%'
                      from governance.evidence_entry where kind = 'evidence.seen'$$,
                  format($$values (jsonb_build_object('view', %s, 'of', %L, 'role', 'auditor'), true)$$, :seen, md5('g1')::uuid),
                  'that somebody saw it is evidence, without his name');
select is(governance.evidence_seen(gen_random_uuid(), 'j.silva', 'viewer'), null, 'of what is not there nothing is seen');
reset role;
select throws_ok($$update governance.evidence_view set viewer = 'nobody'$$, 'CG009', null, 'and it stays');
select * from finish();
