-- Where a request stands in the words of identity platforms: only what is proven is called done.
set role countersign_service;
select plan(38);

create function pg_temp.says(request uuid, as_of text default null) returns text language sql as $$
    select concat_ws(' ', p->>'arap', p->>'sailpoint', p->>'midpoint')
      from governance.access_request r, governance.provisioning(r, as_of) p where r.id = request
$$;
create function pg_temp.except_(item bigint) returns void language sql as $$
    insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
    values (item, 'owner@example.com', 'boss@example.com', 'because', 'watched', clock_timestamp() + interval '30 days')
$$;

select t.request() as a \gset
select is(pg_temp.says(:'a'), 'pending PENDING in_progress', 'received');
select t.move(:'a', 'approved', 'ticketing');
insert into governance.flow (request_id, site, kind, cycle) values (:'a', 'acme', 'create_ticket', '') returning id as f \gset
select is(pg_temp.says(:'a'), 'pending PENDING in_progress', 'its ticket is being made');
update governance.flow set version = version + 1, state = 'checking' where id = :f;
update governance.flow set version = version + 1, state = 'pending', failures = failures + 1 where id = :f;
select is(pg_temp.says(:'a'), 'pending RETRY in_progress', 'which did not work yet');
select t.move(:'a', 'fulfilling');
select is(pg_temp.says(:'a'), 'pending PENDING in_progress', 'people work on it');
select t.claim(:'a');
select is(pg_temp.says(:'a'), 'pending COMMITED in_progress', 'done, they say: that is no proof');
select is(pg_temp.says(:'a', 'fulfilling'), 'pending PENDING in_progress', 'and as of before that');

select t.verifying(t.request()) as b \gset
select is(pg_temp.says(:'b'), 'pending COMMITED in_progress', 'nor while it is read');
select t.read(t.item(:'b'), 'absent');
select t.move(:'b', 'verified');
select is(pg_temp.says(:'b'), 'approved FINISHED success', 'proven is done');
select t.move(:'b', 'closed');
select is(pg_temp.says(:'b'), 'approved FINISHED success', 'and stays so');

select t.verifying(t.request(array['plain:absent', 'plain:absent'])) as c \gset
select t.read(t.item(:'c'), 'absent');
select pg_temp.except_(t.item(:'c', 2));
select t.move(:'c', 'exception');
select is(pg_temp.says(:'c'), 'partial UNVERIFIABLE partial_error', 'one proven, one excepted');
select t.move(:'c', 'closed');
select is(pg_temp.says(:'c'), 'partial UNVERIFIABLE partial_error', 'closed with both');

select t.verifying(t.request()) as d \gset
select pg_temp.except_(t.item(:'d'));
select t.move(:'d', 'exception', 'closed');
select is(pg_temp.says(:'d'), 'pending UNVERIFIABLE warning', 'closed without any proof is not done');

-- whatever the scope of the exception, and whatever became of it: only what reads proved is done
create function pg_temp.excepts(scope_ text, request uuid) returns bigint language sql as $$
    insert into governance.exception (scope, item_id, request_id, source, sod_set, owner, approved_by, reason, compensating_control, expires_at)
    values (scope_, case scope_ when 'item' then t.item(request) end, case when scope_ in ('request', 'sod') then request end,
            case scope_ when 'source' then 'slow' end, case scope_ when 'sod' then 'payer' end,
            'owner@example.com', 'boss@example.com', 'because', 'watched', clock_timestamp() + interval '30 days') returning id
$$;
create function pg_temp.closes(scope_ text, ended boolean, target text, items text[]) returns uuid language plpgsql as $$
declare
    r uuid := t.verifying(t.request(items));
    x bigint := pg_temp.excepts(scope_, r);
begin
    if array_length(items, 1) > 1 then
        perform t.read(t.item(r, 2), 'absent');
    end if;
    if scope_ = 'sod' then
        perform t.read(t.item(r), 'absent');
    end if;
    perform t.move(r, case scope_ when 'sod' then 'verified' else 'exception' end);
    if target = 'closed' then
        perform t.move(r, 'closed');
    end if;
    if ended then
        update governance.exception set revoked_at = clock_timestamp() where id = x and revoked_at is null;
    end if;
    return r;
end $$;
select is(pg_temp.says(pg_temp.closes(s, ended, p, array['slow:absent'])), 'pending UNVERIFIABLE warning',
          format('nothing proven, an exception of scope %s, %s: not done when %s', s, case when ended then 'ended' else 'live' end, p))
  from unnest(array['item', 'request', 'source']) s, unnest(array[false, true]) ended, unnest(array['exception', 'closed']) p;
select is((select string_agg(distinct pg_temp.says(pg_temp.closes(s, ended, p, array['slow:absent', 'plain:absent'])), ', ')
             from unnest(array['item', 'request', 'source']) s, unnest(array[false, true]) ended, unnest(array['exception', 'closed']) p),
          'partial UNVERIFIABLE partial_error', 'and of two items the proven one alone');
select is((select string_agg(distinct pg_temp.says(pg_temp.closes('sod', ended, p, array['plain:absent'])), ', ')
             from unnest(array[false, true]) ended, unnest(array['verified', 'closed']) p),
          'approved FINISHED success', 'a conflict of duties is no item: what reads proved is done');

-- what others are told is the same
select governance.event_subscribers_put('[{"name": "idp", "types": ["request.exception", "request.closed"]}]');
select pg_temp.closes('request', true, 'closed', array['slow:absent']) as told \gset
select is((select string_agg(concat_ws(' ', e.type, e.data->'provisioning'->>'arap', e.data->'provisioning'->>'sailpoint'), ', ' order by e.id)
             from governance.event e where e.request_id = :'told'), 'request.exception pending UNVERIFIABLE, request.closed pending UNVERIFIABLE', 'in events too');
select governance.event_subscribers_put('[]');

-- proven after all, and opened again
select pg_temp.closes('request', false, 'closed', array['plain:absent']) as late \gset
select t.read(t.item(:'late'), 'absent');
select is(pg_temp.says(:'late'), 'pending UNVERIFIABLE warning', 'a read is no proof before it is judged');
select governance.exception_settle(:'late', t.item(:'late'));
select is(pg_temp.says(:'late'), 'approved FINISHED success', 'proven after all is done');
select t.claim(:'late'); select t.move(:'late', 'verifying'); select pg_sleep(0.002);
select is((select proven_items from governance.access_request where id = :'late'), null, 'opened again, nothing of it is proven');
select pg_temp.excepts('item', :'late');
select t.move(:'late', 'exception', 'closed');
select is(pg_temp.says(:'late'), 'pending UNVERIFIABLE warning', 'a proof of before is none of this close');
update governance.access_request set proven_items = array[t.item(:'late')] where id = :'late';
select is(pg_temp.says(:'late'), 'pending UNVERIFIABLE warning', 'nobody writes what is proven');

-- nothing of it is left: that is no proof either
select t.move(t.request(array['plain:present'], '{"kind": "grant"}'), 'approved');
select is((select string_agg(concat_ws(' ', i.superseded_by is not null, pg_temp.says(i.request_id)), ', ' order by i.request_id = :'late')
             from governance.request_item i where i.request_id in (:'b', :'late')),
          't approved FINISHED success, t pending UNVERIFIABLE warning', 'what was asked the other way since then makes nothing done, nor undone');

select t.move(t.request() , 'denied');
select is(pg_temp.says((select id from governance.access_request where phase = 'denied')), 'denied FAILED fatal_error', 'denied');
select t.move(t.request() , 'expired');
select is(pg_temp.says((select id from governance.access_request where phase = 'expired')), 'expired FAILED fatal_error', 'expired');
select t.move(t.request() , 'cancelled');
select is(pg_temp.says((select id from governance.access_request where phase = 'cancelled')), 'cancelled FAILED not_applicable', 'withdrawn');
select t.move(t.request() , 'orphaned');
select is(pg_temp.says((select id from governance.access_request where phase = 'orphaned')), 'failed UNVERIFIABLE unknown', 'its ticket is gone');
select is_empty($$select p.name from governance.phase p where not exists (select from governance.provisioning_state s where s.phase = p.name and s.standing = 'plain')$$,
                'each phase has its words');
select * from finish();
