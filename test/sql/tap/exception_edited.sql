-- What an exception was approved for is what the request asked then: edited, it has none. And what is said of one that cannot be.
set role countersign_service;
select plan(29);

create function pg_temp.grants(more jsonb) returns bigint language sql as $$
    select (governance.exception_grant('{"owner": "ann@x.org", "approved_by": "reyes@x.org", "reason": "why", "control": "watched"}'
                || jsonb_build_object('expires_ms', governance.ms(clock_timestamp() + interval '30 days')) || more)->'exceptions'->0->>'id')::bigint
$$;
create function pg_temp.edited(request uuid, person text, role text, hash text) returns void language sql as $$
    select governance.request_items(request, jsonb_build_array(jsonb_build_object('source', 'plain', 'account', person, 'entitlement', role, 'desired', 'present')));
    update governance.access_request set version = version + 1, beneficiary = person, beneficiary_names = '{}', mapped_hash = hash where id = request;
$$;
create function pg_temp.ended(of_scope text) returns text language sql as $$
    select string_agg(coalesce(ended_why, 'live'), ' ' order by id) from governance.exception where scope = of_scope
$$;
reset role;
select governance.policy_put('', '[{"name": "pay", "n": 2, "unlinked": "beneficiary", "members": [{"source": "plain", "entitlement": "role-1"}, {"source": "plain", "entitlement": "role-2"}]}]');
set role countersign_service;

-- granted for one person, edited to be for who approved it
select t.request(array['plain:present'], '{"kind": "grant", "approval_needed": true, "beneficiary": "okafor@x.org", "requester": "hr@x.org"}') as r \gset
select t.move(:'r', 'pending_approval');
select pg_temp.grants(jsonb_build_object('request', :'r', 'scope', 'sod', 'sod_set', 'pay'));
select pg_temp.grants(jsonb_build_object('request', :'r', 'scope', 'request'));
select pg_temp.grants('{"scope": "source", "source": "plain"}');
select ok(governance.sod_excepted(:'r', 'pay') and governance.gives_excepted(:'r'), 'it covers what was asked');
update governance.access_request set version = version + 1, hold_text = 'a look' where id = :'r';
select ok(governance.sod_excepted(:'r', 'pay'), 'a look changes nothing');
select pg_temp.edited(:'r', 'reyes@x.org', 'role-2', 'h2');
select ok(not governance.sod_excepted(:'r', 'pay'), 'nobody has a conflict of his own covered by an edit');
select is(pg_temp.ended('request') || ' ' || pg_temp.ended('sod'), 'edited edited', 'all of the request ended');
select is(pg_temp.ended('source'), 'live', 'one of a source is judged request by request');
select ok(not governance.gives_excepted(:'r'), 'and covers nothing of who approved it');
select is((select count(*)::int from governance.escalation where request_id = :'r' and reason = 'ExceptionEdited'), 2, 'people are told');
set constraints all immediate;
select is((select count(*)::int from governance.evidence_entry where request_id = :'r' and kind = 'exception.revoked' and body::jsonb->'detail'->>'why' = 'edited'), 2, 'it is evidence');
select throws_ok(format('select pg_temp.grants(%L)', jsonb_build_object('request', :'r', 'scope', 'request')), 'CG008', null, 'he does not approve it anew');
select pg_temp.edited(:'r', 'okafor@x.org', 'role-1', 'h1');
select ok(not governance.sod_excepted(:'r', 'pay'), 'edited back, it stays ended');

-- who left, under another name of his
reset role;
insert into governance.account_link (person, source, account, native_id, how) values ('okafor', 'plain', 'okafor', 'n1', 'read'), ('okafor@x.org', 'plain', 'okafor', 'n1', 'read');
set role countersign_service;
select t.request() as o \gset
select pg_temp.grants(jsonb_build_object('request', :'o', 'scope', 'request', 'owner', 'okafor@x.org')) as x \gset
select is(governance.departure_put('okafor', true, 'hr', 'left')->'lapsed', to_jsonb(array[:x]), 'what he owns under a linked name ends with him');
select is((select ended_why from governance.exception where id = :x), 'owner_left', 'at once');
select is(governance.departure_put('okafor@x.org', false, 'hr', '')->>'left', 'false', 'he is back under either');
select pg_temp.grants(jsonb_build_object('request', :'o', 'scope', 'request', 'owner', 'okafor@x.org')) as y \gset
insert into governance.departure (person, how, actor, reason) values ('okafor', 'told', 'hr', 'left');
select ok(governance.exception_sweep() > 0, 'the sweep finds him');
select is((select ended_why from governance.exception where id = :y), 'owner_left', 'under that name, too');

-- what cannot be, in words
create function pg_temp.refused(more jsonb, says text) returns text language sql as $$
    select throws_like(format('select pg_temp.grants(%L)', jsonb_build_object('request', t.request(), 'scope', 'request') || more), says, says)
$$;
select pg_temp.refused(jsonb_build_object('expires_ms', governance.ms(clock_timestamp() + interval '400 days')), '%90 days at the most%');
select pg_temp.refused(jsonb_build_object('expires_ms', governance.ms(clock_timestamp() - interval '1 hour')), '%later than now%');
select pg_temp.refused(jsonb_build_object('review_ms', governance.ms(clock_timestamp() + interval '40 days')), '%review comes before its end%');
select pg_temp.refused('{"scope": "sod", "sod_set": "nope"}', '%no duties of the name ''nope''%');
select pg_temp.refused('{"scope": "source", "request": null, "source": "nope"}', '%no source of the name ''nope'': there are plain, slow%');
select t.verifying(t.request()) as proven \gset
select t.read(t.item(:'proven'), 'absent');
select throws_like(format('select pg_temp.grants(%L)', jsonb_build_object('request', :'proven')), '%there is nothing to cover%', 'nor one of what is proven');
select is((select count(*)::int from governance.exception where item_id = t.item(:'proven')), 0, 'which makes none');
select t.move(:'proven', 'verified', 'closed');
select throws_like(format('select pg_temp.grants(%L)', jsonb_build_object('request', :'proven', 'scope', scope)), '%closed on proof%', 'nor of what was closed on it: ' || scope)
  from unnest(array['item', 'request']) as scope;
select t.request() as over \gset
select t.move(:'over', 'cancelled');
select throws_like(format('select pg_temp.grants(%L)', jsonb_build_object('request', :'over', 'scope', 'request')), '%the request is cancelled%', 'nor of what nobody asks for any more');

-- who did the work excepts nothing of it
select t.fulfilling(t.request()) as f \gset
insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role, moved_by, mover_names, cycle, cycle_at)
values ('acme', '1', 'IAM-1', :'f', 'here', 'indeterminate', 'verify', 'agent@x.org', '{address=agent@x.org}', '10000/1', clock_timestamp());
select t.claim(:'f');
select throws_like(format('select pg_temp.grants(%L)', jsonb_build_object('request', :'f', 'scope', 'request', 'approved_by', 'agent@x.org')), '%who did the work%', 'nor does who did the work');

-- pages
select is((with recursive page as (
               select governance.exception_list('{"limit": 2}') as p
                union all
               select governance.exception_list(jsonb_build_object('limit', 2, 'after', p->>'next')) from page where p->>'next' is not null)
           select string_agg(x->>'id', ' ') from page, jsonb_array_elements(p->'exceptions') x),
          (select string_agg(id::text, ' ' order by expires_at, id) from governance.exception), 'page by page each once, in order');
select ok((select governance.exception_list('{"limit": 100}')->>'next') is null, 'the last page has no next');
select is((select governance.delegation_list(false, '', 9)->'next'), 'null', 'nor has one of delegations');
select * from finish();
