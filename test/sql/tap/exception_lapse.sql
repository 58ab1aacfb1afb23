-- What the sweep does about exceptions: those of who left, of whole sources in portions, of duties defined anew; and who hears of it.
set role countersign_service;
select plan(60);

create function pg_temp.grants(more jsonb) returns bigint language sql as $$
    select (governance.exception_grant('{"owner": "ann@example.com", "approved_by": "bob@example.com", "reason": "why", "control": "watched daily"}'
                || jsonb_build_object('expires_ms', governance.ms(clock_timestamp() + interval '30 days')) || more)->'exceptions'->0->>'id')::bigint
$$;
create function pg_temp.closed(request uuid, as_phase text) returns void language plpgsql as $$
begin
    perform t.move(request, as_phase);
    update governance.access_request set version = version + 1, phase = 'closed', closed_at = clock_timestamp(), closed_cycle = 'done/' || request where id = request;
end $$;
create function pg_temp.asked(items text[] default array['plain:absent'], more jsonb default '{}') returns uuid language sql as $$
    select t.verifying(t.request(items, '{"requester": "asker@example.com", "beneficiary": "someone@example.com"}' || more))
$$;
create function pg_temp.ended(made bigint) returns text language sql as $$
    select concat_ws(' ', ended_why, case when lapsed_at is not null then 'lapsed' end) from governance.exception where id = made
$$;
create function pg_temp.told(said text, made bigint) returns text language sql as $$
    select string_agg(coalesce(site, request_id::text), ' ') from governance.escalation where reason = said and key like 'exception/' || made || '%'
$$;

-- seen disabled, active, disabled again
select pg_temp.asked(array['plain:absent', 'slow:absent'], '{"beneficiary": "ann@example.com"}') as own \gset
select t.read(t.item(:'own'), 'absent', 'disabled');
select ok(governance.has_left('{address=ann@example.com}'), 'an account of hers was seen disabled');
select t.read(t.item(:'own', 2), 'absent');
select ok(not governance.has_left('{address=ann@example.com}'), 'another of hers is active: she has not left');
select t.read(t.item(:'own'), 'absent', 'disabled');
select ok(not governance.has_left('{address=ann@example.com}'), 'in whatever order they are read');
select t.read(t.item(:'own', 2), 'absent', 'disabled');
select ok(governance.has_left('{address=ann@example.com}'), 'the last one of hers is disabled, too');
select t.read(t.item(:'own'), 'unknown');
select ok(governance.has_left('{address=ann@example.com}'), 'a read that tells nothing says nothing');
select t.read(t.item(:'own'), 'absent');
select ok(not governance.has_left('{address=ann@example.com}'), 'one is active: she is back');
select is((select string_agg(how || account || returned_by || (returned_at is not null), '') from governance.departure), 'disabledsomeonetruedisabledsomeonetrue', 'both departures have ended');
select is((select count(*) from governance.evidence_entry where kind = 'person.returned'), 2::bigint, 'which is evidence');
select t.read(t.item(:'own', 2), 'absent', 'disabled'); -- and she has one account
select pg_temp.asked() as r \gset
select pg_temp.grants(jsonb_build_object('request', :'r')) as x \gset
select pg_temp.closed(:'r', 'exception');
update governance.access_request set look_at = null where id = :'r';
select t.read(t.item(:'own'), 'absent', 'disabled');
select t.read(t.item(:'own'), 'absent', 'disabled');
select is((select count(*) from governance.departure where returned_at is null), 1::bigint, 'disabled anew: she has left anew, once');
select is(pg_temp.ended(:x), '', 'a read ends nothing itself');
select governance.sweep('1 day');
select is(pg_temp.ended(:x), '', 'nor does the sweep of tickets');
select is(governance.exception_sweep(), 1, 'the sweep of exceptions does');
select is(pg_temp.ended(:x), 'owner_left lapsed', 'hers lapses');
select isnt((select look_at from governance.access_request where id = :'r'), null, 'what it covered is looked at');
select is(pg_temp.told('ExceptionOwnerLeft', :x), :'r', 'people hear of it');
select is(governance.exception_sweep(), 0, 'once');
select is((select count(*) from governance.departure where swept_at is null and returned_at is null), 1::bigint, 'one that is being granted meanwhile is looked for');
reset role;
set session_replication_role = replica;
update governance.departure set left_at = left_at - interval '2 minutes' where returned_at is null;
set session_replication_role = origin;
set role countersign_service;
select governance.exception_sweep();
select is((select count(*) from governance.departure where swept_at is null and returned_at is null), 0::bigint, 'for a minute');
select throws_ok('update governance.departure set account = ''other'' where returned_at is null', '42501', null, 'of whom it is stays');
select governance.departure_put('ann@example.com', false, 'carol', '');

-- a leaver is a person, and somebody said so
select pg_temp.asked(more => '{"beneficiary": "ann@example.com", "lifecycle": "leaver"}') as leaver \gset
reset role;
set session_replication_role = replica;
update governance.access_request set cause = 'expiry', follows = :'r' where id = :'leaver';
set session_replication_role = origin;
set role countersign_service;
select t.read(t.item(:'leaver'), 'absent');
select pg_temp.closed(:'leaver', 'verified');
select ok(not governance.has_left('{address=ann@example.com}'), 'her time there was over: she has not left');
select pg_temp.asked(more => '{"beneficiary": "robot@example.com", "lifecycle": "leaver"}') as leaver \gset
reset role;
set session_replication_role = replica;
update governance.access_request set subject_kind = 'service' where id = :'leaver';
set session_replication_role = origin;
set role countersign_service;
select t.read(t.item(:'leaver'), 'absent');
select t.read(t.item(:'leaver'), 'absent', 'disabled');
select ok(not governance.has_left('{address=robot@example.com}'), 'a service account that is disabled is nobody who left');
select t.read(t.item(:'leaver'), 'absent');
select pg_temp.closed(:'leaver', 'verified');
select ok(not governance.has_left('{address=robot@example.com}'), 'nor does a service account leave');

-- a source, and more of its requests than one portion
select pg_temp.asked(array['slow:absent']) as owes \gset
select pg_temp.grants('{"scope": "source", "source": "slow"}') as s \gset
select pg_temp.closed(:'owes', 'exception');
select pg_temp.asked(array['plain:absent', 'slow:absent']) as open \gset
select pg_temp.asked(array['plain:absent']) as proven \gset
select t.read(t.item(:'proven'), 'absent');
select pg_temp.closed(:'proven', 'verified');
reset role;
set session_replication_role = replica;
create temporary table more as select gen_random_uuid() as id, n from generate_series(1, 450) n;
insert into governance.access_request
select (jsonb_populate_record(r, jsonb_build_object('id', m.id, 'idempotency_key', 'more ' || m.n, 'marker', 'gar-more-' || m.n))).* from governance.access_request r, more m where r.id = :'owes';
insert into governance.request_item (request_id, source, account, entitlement, desired)
select m.id, i.source, i.account, i.entitlement, i.desired from governance.request_item i, more m where i.request_id = :'owes';
insert into governance.close_attempt
select (jsonb_populate_record(a, jsonb_build_object('request_id', m.id))).* from governance.close_attempt a, more m where a.request_id = :'owes';
update governance.access_request set look_at = null, hinted_at = null;
update governance.exception set wake_after = null;
set session_replication_role = origin;
set role countersign_service;
create function pg_temp.woken() returns bigint language sql as $$ select count(*) from governance.access_request where look_at is not null $$;
select is(governance.exception_revoke(:s, 'carol', 'reads again')->>'state', 'revoked', 'one of a source is revoked');
select is(pg_temp.woken(), 0::bigint, 'which takes no time');
select is(governance.exception_sweep(), 201, 'its end, and a portion of what it covered');
select is(pg_temp.woken(), 200::bigint, 'is looked at');
select is(governance.exception_sweep(), 200, 'another');
select is(governance.exception_sweep(), 53, 'the rest');
select is(governance.exception_sweep(), 0, 'that was all');
select is(pg_temp.woken(), 453::bigint, 'what is open, and what is owed');
select is((select look_at from governance.access_request where id = :'proven'), null, 'no other');
select is((select count(*) from governance.evidence_entry where kind = 'exception.lapsed' and body::jsonb->'detail'->>'scope' = 'source'), 1::bigint, 'its end is evidence once');

-- it has no request: its sites hear of it
select pg_temp.grants('{"scope": "source", "source": "slow"}') as s \gset
reset role;
set session_replication_role = replica;
update governance.exception set created_at = created_at - interval '20 days', review_at = clock_timestamp() - interval '1 day' where id = :s;
set session_replication_role = origin;
set role countersign_service;
select governance.exception_sweep();
select is(pg_temp.told('ExceptionReview', :s), 'acme', 'that it is to be reviewed');
select governance.departure_put('ann@example.com', true, 'carol', 'left');
select is(pg_temp.told('ExceptionOwnerLeft', :s), 'acme', 'that its owner left');
select governance.departure_put('ann@example.com', false, 'carol', '');

-- duties are what they were defined as
create function pg_temp.duties(n int) returns bigint language sql as $$
    select governance.policy_put('', jsonb_build_array(jsonb_build_object('name', 'payer', 'n', n, 'unlinked', 'unknown', 'members',
        '[{"source": "plain", "entitlement": "a"}, {"source": "plain", "entitlement": "b"}, {"source": "plain", "entitlement": "c"}]'::jsonb)))
$$;
select pg_temp.duties(3);
select pg_temp.asked() as r \gset
select pg_temp.grants(jsonb_build_object('request', :'r', 'scope', 'sod', 'sod_set', 'payer')) as d \gset
select ok(governance.sod_excepted(:'r', 'payer'), 'of the set as it is');
select throws_ok(format('update governance.exception set sod_set_id = null where id = %s', :d), 'CG002', null, 'for good');
select pg_temp.duties(2);
select ok(not governance.sod_excepted(:'r', 'payer'), 'defined anew it is another set');
select pg_temp.grants(jsonb_build_object('renews', :d)) as again \gset
select ok(governance.sod_excepted(:'r', 'payer'), 'which a renewal covers');

-- an account that is read shows that one was nobody else's word
select pg_temp.asked() as mine \gset
select pg_temp.grants(jsonb_build_object('request', :'mine', 'owner', 'otto@example.com', 'approved_by', 'olga@example.com')) as o \gset
select pg_temp.asked(more => '{"requester": "rob@example.com"}') as his \gset
select pg_temp.grants(jsonb_build_object('request', :'his', 'scope', 'request', 'approved_by', 'robert@example.com')) as p \gset
select pg_temp.closed(:'mine', 'exception');
update governance.access_request set look_at = null where id = :'mine';
select governance.exception_sweep() from generate_series(1, 9);
insert into governance.account_link (person, source, account, native_id, how) values ('otto@example.com', 'plain', 'otto', 'uid-o', 'read'), ('rob@example.com', 'plain', 'rob', 'uid-r', 'read');
select is(governance.exceptions_void(:o % 360), '{}', 'accounts of one name tell nothing');
insert into governance.account_link (person, source, account, native_id, how) values ('olga@example.com', 'slow', 'otto.2', 'uid-2', 'read'), ('otto@example.com', 'slow', 'otto.2', 'uid-2', 'read'),
    ('robert@example.com', 'plain', 'rob', 'uid-r', 'read');
select is(governance.exception_sweep(), 2, 'they are looked for');
select is(pg_temp.ended(:o) || ', ' || pg_temp.ended(:p), 'void lapsed, void lapsed', 'one approved what is his own, one what he asks for');
select is(pg_temp.told('ExceptionVoid', :o), :'mine', 'people hear of it');
select isnt((select look_at from governance.access_request where id = :'mine'), null, 'what it let close is owed again');
select is((select ended_as from sla.exception_v1 where exception_id = :o), 'void', 'dashboards, too');
select is(governance.exception_sweep(), 0, 'once');

-- found too long ago, or with too many others: each comes to its turn
select pg_temp.asked() as turn \gset
select pg_temp.grants(jsonb_build_object('request', :'turn', 'owner', 'tom@example.com', 'approved_by', 'thomas@example.com')) as u \gset
insert into governance.account_link (person, source, account, native_id, how) values ('tom@example.com', 'slow', 'tom', 'uid-t', 'read'), ('thomas@example.com', 'slow', 'tom', 'uid-t', 'read');
reset role;
set session_replication_role = replica;
update governance.account_link set established_at = established_at - interval '2 hours' where native_id = 'uid-t';
set session_replication_role = origin;
set role countersign_service;
select is(governance.exceptions_void((:u + 1) % 360), '{}', 'nobody looks at it out of its turn');
select is(governance.exceptions_void(:u % 360), array[:u]::bigint[], 'in its turn it is seen');

-- one of a source has no end of its own then: of whose request it turned out to be, what it let close was never proven, and is owed
create function pg_temp.owed(request uuid) returns text language sql as $$
    select string_agg(concat_ws('/', i->>'on_exception', i->>'lapsed_ms' is not null, i->>'excepted', i->>'proven_ms' is not null), ' ' order by i->>'id')
      from jsonb_array_elements(governance.dossier(request)->'items') i
$$;
select pg_temp.asked(array['plain:absent'], '{"beneficiary": "rita@example.com"}') as late \gset
select pg_temp.asked(array['plain:absent', 'plain:absent'], '{"requester": "margarita@example.com"}') as hers \gset
select pg_temp.grants('{"scope": "source", "source": "plain", "approved_by": "margarita@example.com"}') as v \gset
select pg_temp.grants(jsonb_build_object('scope', 'item', 'request', :'hers')) as x \gset
select governance.exception_revoke(max(id), 'carol', 'one of two') from governance.exception where scope = 'item';
select t.read(t.item(:'hers', 2), 'absent');
select pg_temp.closed(:'late', 'exception'), pg_temp.closed(:'hers', 'exception');
select is(pg_temp.owed(:'late'), 'true/f/true/f', 'it covers what is asked for there');
select is(pg_temp.owed(:'hers'), 'true/f/true/f false/f/false/t', 'of who approved it from the first on it covers nothing');
insert into governance.account_link (person, source, account, native_id, how) values ('rita@example.com', 'slow', 'rita.2', 'uid-r2', 'read'),
    ('margarita@example.com', 'slow', 'rita.2', 'uid-r2', 'read');
select is(pg_temp.owed(:'late'), 'true/t/false/f', 'approved by whom it is for, under another name: it is owed, and was never proven');
select is((select lapsed_at from governance.exception_debt(:'late', t.item(:'late'))), (select proven_at from governance.close_attempt where request_id = :'late'), 'since it was closed');
select is(pg_temp.owed(:'hers'), 'true/f/true/f false/f/false/t', 'what reads proved, and another exception covers, is not');
select ok((select jsonb_path_query_array(governance.evidence_exceptions(r), '$[*].number') @> to_jsonb(:v::bigint) from governance.access_request r where id = :'late'), 'what let it close stays on its page');
select is((select string_agg(verdict, ' ' order by item_id) from governance.item_verdict where request_id = :'late'), 'unknown', 'and lets nothing close any more');

-- where nobody can tell, it covers nothing more, and is owed when it ends
select governance.exception_revoke(:v, 'carol', 'it reads again');
select pg_temp.asked(array['plain:absent'], '{"beneficiary": "zoe@example.com"}') as doubt \gset
select pg_temp.grants('{"scope": "source", "source": "plain", "owner": "712020:own", "approved_by": "712020:zed"}') as z \gset
reset role;
update governance.access_request set version = version + 1, beneficiary_names = '{account=712020:zoe}', requester_names = '{account=712020:ask}' where id = :'doubt';
set role countersign_service;
select pg_temp.closed(:'doubt', 'exception');
reset role;
set session_replication_role = replica;
update governance.access_request set beneficiary_names = '{}' where id = :'doubt';
set session_replication_role = origin;
set role countersign_service;
select is(pg_temp.owed(:'doubt'), 'true/f/false/f', 'nobody is sent to work for a doubt');

-- who did the work excepts nothing of it, whatever came first
create function pg_temp.done_by(request uuid, who text) returns void language plpgsql as $$
begin
    insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role, moved_by, mover_names, cycle, cycle_at)
    values ('acme', (select (count(*) + 900)::text from governance.ticket), 'IAM-9', request, 'here', 'indeterminate', 'verify', who, array['address=' || who], '10000/1', clock_timestamp());
    perform t.claim(request), t.move(request, 'verifying');
end $$;
select t.fulfilling(t.request(array['slow:absent'], '{"requester": "asker@example.com", "beneficiary": "someone@example.com"}')) as self \gset
select pg_temp.grants(jsonb_build_object('request', :'self', 'approved_by', 'agent@example.com')) as i \gset
select pg_temp.grants(jsonb_build_object('request', :'self', 'scope', 'request', 'approved_by', 'agent@example.com')) as r \gset
select pg_temp.grants('{"scope": "source", "source": "slow", "approved_by": "agent@example.com"}') as s \gset
select pg_temp.done_by(:'self', 'agent@example.com');
select is(pg_temp.ended(:i) || ', ' || pg_temp.ended(:r) || ', ' || pg_temp.ended(:s), 'void, void, ', 'he who said done approved two of it; one of the source is other people''s');
select is((select string_agg(verdict, ' ') from governance.item_verdict where request_id = :'self'), 'unknown', 'which covers nothing of his work either');
select is(pg_temp.told('ExceptionVoid', :i), :'self', 'people hear of it');
select is((select count(*) from governance.evidence_entry where request_id = :'self' and kind = 'exception.revoked' and body::jsonb->'detail'->>'why' = 'void'), 2::bigint, 'it is evidence');
select t.fulfilling(t.request(array['slow:absent'], '{"requester": "asker@example.com", "beneficiary": "someone@example.com"}')) as other \gset
select pg_temp.done_by(:'other', 'else@example.com');
select is((select string_agg(verdict, ' ') from governance.item_verdict where request_id = :'other'), 'excepted', 'of another''s work it does');
select * from finish();
