-- Walks: what is known costs nothing, what a page says is none of ours is not read, and a site that shows less is told about once.
set role countersign_service;
select plan(27);

create function pg_temp.hit(issue text, updated bigint, ignore text default null) returns jsonb language sql as $$
    select jsonb_strip_nulls(jsonb_build_object('site', 'acme', 'issue', issue, 'key', 'IAM-' || issue, 'updated', updated, 'ignore', ignore))
$$;
create function pg_temp.walk(variadic hits jsonb[]) returns text language plpgsql as $$
declare
    f bigint;
    r record;
begin
    select b.fence into f from governance.poll_begin('acme', 'me', '1 min') b;
    select * into r from governance.poll_store('acme', f, jsonb_build_object('hints', to_jsonb(hits), 'last', true,
        'watermark_ms', 1000, 'asked_ms', 900, 'overlap_ms', 700000, 'lag', '[3,0,1]'::jsonb));
    return r.hints || '/' || r.unannounced;
end $$;
create function pg_temp.rows() returns text language sql as $$
    select string_agg(t.ctid::text || t.xmin::text || t.xmax::text, ' ' order by t.issue_id) from governance.ticket t
$$;

select is(pg_temp.walk(pg_temp.hit('1', 500), pg_temp.hit('2', 600)), '2/2', 'two changes that nobody had told of');
select is((select row(watermark_ms, asked_ms, overlap_ms, lag, owner, held_since)::text from governance.poll_cursor),
          '(1000,900,700000,"{3,0,1}",,)', 'the cursor and what was learnt move with the last page');
select is((select lag || '/' || asked_ms || '/' || held_ms from governance.poll_begin('acme', 'me', '1 min')), '3 0 1/900/0',
          'and are there for the next walk');
select pg_temp.rows() as before \gset
select is(pg_temp.walk(pg_temp.hit('1', 500), pg_temp.hit('2', 600)), '0/0', 'the same again is nothing');
select is(pg_temp.rows(), :'before', 'and touches no row, not even with a lock');
select is(pg_temp.walk(pg_temp.hit('1', 501), pg_temp.hit('2', 600)), '1/1', 'one that changed is');
select is((select hinted_updated_ms from governance.ticket where issue_id = '1'), 501::bigint, 'and is remembered');

-- announced
select governance.hint_apply(jsonb_build_array(pg_temp.hit('3', 0) || '{"delivery": 1}'));
select ok((select delivered_at is not null from governance.ticket where issue_id = '3'), 'a delivery names a ticket');
select is(pg_temp.walk(pg_temp.hit('3', 700)), '1/0', 'what a delivery has named was announced');
update governance.ticket set delivered_at = clock_timestamp() - interval '2 min' where issue_id = '3';
select is(pg_temp.walk(pg_temp.hit('3', 701)), '1/1', 'but not by one from before the last walk');
select is(pg_temp.walk(pg_temp.hit('3', 0)), '1/1', 'an unreadable time is looked at each time');

-- none of ours
select is(pg_temp.walk(pg_temp.hit('4', 500, 'not governed')), '1/1', 'a ticket of no rule');
select is((select row(ignored, look_at)::text from governance.ticket where issue_id = '4'), '("not governed",)', 'is remembered, and not read');
select is(pg_temp.walk(pg_temp.hit('4', 510)), '1/1', 'until a page says otherwise');
select ok((select look_at is not null from governance.ticket where issue_id = '4'), 'then it is read');
select is(pg_temp.walk(pg_temp.hit('4', 520, 'not governed')), '1/1', 'a page that knows less yet');
select ok((select look_at is not null from governance.ticket where issue_id = '4'), 'takes no look away that is due');
select t.fulfilling(t.request()) as bound \gset
update governance.ticket set request_id = :'bound', look_at = null where issue_id = '2';
update governance.access_request set version = version + 1, look_at = null where id = :'bound';
select is(pg_temp.walk(pg_temp.hit('2', 900, 'not governed')), '1/1', 'a governed ticket whose type was changed');
select ok((select r.look_at <= clock_timestamp() and t.ignored is null from governance.access_request r join governance.ticket t on t.request_id = r.id
            where r.id = :'bound'), 'is looked at all the same');

-- by id
select is((select string_agg(issue_id || ':' || updated_ms, ' ') from governance.sweep_ids('acme', 0, 10)), '2:900', 'the sweep asks for open tickets of ours');
select is((select count(*) from governance.sweep_ids('acme', 2, 10)), 0::bigint, 'page by page');
select ok(governance.sweep_take('acme', '1 min') is not null, 'a sweep is taken');
select is(governance.sweep_take('acme', '1 min'), null, 'once in so long');

-- held
select ok(governance.poll_hold('acme', 'less than half') < 1000, 'held from now on');
select governance.poll_hold('acme', 'less than half');
select is((select count(*) from governance.escalation where reason = 'SiteShowsLess'), 1::bigint, 'people are told once');
select ok((select held_ms > 0 from governance.poll_begin('acme', 'me', '1 min')), 'the next walk knows');
select is(governance.poll_release('acme') || '/' || governance.poll_release('acme'), '1/0', 'until it shows what it did');
