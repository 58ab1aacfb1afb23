-- How many changes webhooks lose, and who looks after a registration.
set role countersign_service;
select plan(25);

select governance.ms(clock_timestamp()) as now \gset
create function pg_temp.hear(issue text, announced bigint) returns void language sql as $$
    select governance.hook_heard(jsonb_build_array(jsonb_build_object('site', 'acme', 'issue', issue, 'announced', announced)))
$$;
create function pg_temp.poll(issue text, updated bigint) returns void language sql as $$
    select governance.hook_polled('acme', jsonb_build_array(jsonb_build_object('issue', issue, 'updated', updated)))
$$;
create function pg_temp.worth(late_ms bigint, out worth text) language sql as $$
    select lost || ' lost, ' || awaited || ' awaited' from governance.hook_settle('acme', late_ms)
$$;

select is(pg_temp.worth(0), '0 lost, 0 awaited', 'nothing to begin with');
select pg_temp.hear('1', :now + 5000);
select pg_temp.poll('1', :now + 5000);
select is(pg_temp.worth(0), '0 lost, 0 awaited', 'what a delivery told of is no loss');
select pg_temp.poll('1', :now + 6900);
select is(pg_temp.worth(0), '0 lost, 0 awaited', 'nor what lies within two seconds of it');
select pg_temp.poll('1', :now + 9000);
select is(pg_temp.worth(60000), '0 lost, 1 awaited', 'a change no delivery told of may still be told of');
select pg_temp.hear('1', :now + 9100);
select is(pg_temp.worth(0), '0 lost, 0 awaited', 'and then it is no loss');
select pg_temp.poll('1', :now + 20000);
select pg_temp.hear('1', :now + 12000);
select is(pg_temp.worth(60000), '0 lost, 1 awaited', 'an earlier event does not stand for a later change');
select is(pg_temp.worth(0), '1 lost, 0 awaited', 'what waited too long is lost');
select pg_temp.poll('1', :now + 20000);
select is(pg_temp.worth(0), '1 lost, 0 awaited', 'and is counted once, however often polling finds it');
select pg_temp.poll('1', :now + 30000);
select is(pg_temp.worth(0), '2 lost, 0 awaited', 'the next one is another');
select pg_temp.poll('2', :now - 3600000);
select is(pg_temp.worth(0), '2 lost, 0 awaited', 'what was changed before we knew the site is history');
select pg_temp.poll('3', :now + 1000);
select is(pg_temp.worth(0), '3 lost, 0 awaited', 'a ticket no delivery ever told of counts too');
select governance.hook_heard('[{"site":"acme","poison":"x"},{"site":"acme","issue":"4"}]');
select is((select count(*) from governance.webhook_echo where issue_id = '4'), 0::bigint, 'a delivery without a time tells nothing here');
select governance.hook_polled('nobody', '[{"issue":"5","updated":99999999999999}]');
select is((select count(*) from governance.webhook_echo where issue_id = '5'), 0::bigint, 'nor does a site we do not know');

-- what was settled long ago is forgotten
select pg_temp.hear('old', :now - 8 * 86400000::bigint);
select pg_temp.hear('young', :now - 6 * 86400000::bigint);
select pg_temp.hear('waits', :now - 8 * 86400000::bigint);
select pg_temp.poll('waits', :now + 1000);
select is(pg_temp.worth(60000), '3 lost, 1 awaited', 'the old ones among them');
select is((select string_agg(issue_id, ' ' order by issue_id) from governance.webhook_echo where issue_id in ('old', 'young', 'waits')),
          'waits young', 'a week after it was settled a change is forgotten');
select pg_temp.hear('waits', :now + 2000);
select governance.hook_heard(jsonb_agg(jsonb_build_object('site', 'acme', 'issue', 'many-' || n, 'announced', :now - 9 * 86400000::bigint)))
  from generate_series(1, 1200) n;
select pg_temp.worth(60000);
select is((select count(*) from governance.webhook_echo where issue_id like 'many-%'), 200::bigint, 'at most a thousand at once');

-- a page of polling counts by itself
select fence from governance.poll_begin('acme', 'me', '1 min') \gset
select is(governance.poll_page('acme', :fence, jsonb_build_array(jsonb_build_object('site', 'acme', 'issue', '6', 'key', 'IAM-6', 'updated', :now + 1000)),
                               true, :now + 1000), :fence::bigint, 'a page is stored');
select is(pg_temp.worth(0), '4 lost, 0 awaited', 'and what it found is held against the deliveries');

-- the look at a registration
select fence as look, failed_after_ms as since from governance.hook_claim('acme', 'me', '1 min') \gset
select is(:since, 0, 'a first look');
select is((select count(*) from governance.hook_claim('acme', 'other', '1 min')), 0::bigint, 'is had by one');
select is(governance.hook_done('acme', :look - 1, 7, 0, '', 0), null, 'who has not got it cannot end it');
select is(governance.hook_done('acme', :look, 1700000000000, :now + 2592000000, '', 60000), :look::bigint, 'who has can');
select is((select count(*) from governance.hook_claim('acme', 'other', '1 min')), 0::bigint, 'and the next is not due yet');
update governance.webhook_watch set next_at = null where site = 'acme';
select is((select failed_after_ms from governance.hook_claim('acme', 'other', '1 min')), 1700000000000, 'it goes on where the last one was');
update governance.webhook_watch set lease_until = clock_timestamp() - interval '1 s' where site = 'acme';
select isnt((select fence from governance.hook_claim('acme', 'me', '1 min')), null, 'a look that died is taken over');
select * from finish();
