-- A person is erased wherever nothing needs the name any more; what is hashed stays as it is.
select plan(99);

-- Every column of every table of ours, as text, that still names somebody.
create function t.named(word text) returns setof text language plpgsql as $$
declare
    c record;
    found text[];
begin
    for c in select n.nspname, k.relname, array_agg(a.attname) as cols,
                    array_agg(format(case a.atttypid when 'bytea'::regtype then 'encode(x.%I, ''escape'')' else 'x.%I::text' end, a.attname)) as words
               from pg_class k join pg_namespace n on n.oid = k.relnamespace join pg_attribute a on a.attrelid = k.oid
              where n.nspname in ('governance', 'audit', 'sla') and k.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped group by 1, 2 loop
        execute (select format('select array_remove(array[%s], null) from %I.%I x', string_agg(format(
                     'case when bool_or(position(lower(%L) in lower(%s)) > 0) then %L end', word, c.words[i], c.relname || '.' || c.cols[i]), ', '), c.nspname, c.relname)
                   from generate_subscripts(c.cols, 1) i) into found;
        return query select unnest(found);
    end loop;
end $$;
create function t.erase(person text, holds jsonb default '[]', sure boolean default true) returns jsonb language sql as $$
    select governance.person_erase(person, holds, sure, 'dpo@example.com', 'case 12')
$$;
create function t.ask(who text, more jsonb default '{}') returns uuid language plpgsql as $$
declare
    r uuid := t.request(array['plain:present'], jsonb_build_object('kind', 'grant', 'requester', 'lead@example.com', 'beneficiary', who, 'justification', 'for ' || who,
                        'requester_names', jsonb_build_array('address=lead@example.com'), 'beneficiary_names', jsonb_build_array('account=5b10:' || left(who, 3)),
                        'mapped', jsonb_build_object('subject', who), 'mapped_hash', encode(sha256(convert_to(who, 'UTF8')), 'hex')) || more);
begin
    insert into governance.ticket (site, issue_id, issue_key, request_id, state, moved_by, awaited)
    values ('acme', (select 1000 + count(*) from governance.ticket), 'IAM-' || (select 1 + count(*) from governance.ticket), r, 'here', who, 'boss@example.com');
    insert into governance.ticket_fields (site, issue_id, body) select site, issue_id, '{"for": "' || who || '"}' from governance.ticket where request_id = r;
    insert into governance.approval (request_id, approver, decision, tuple_hash)
    select r, 'boss@example.com', 'approved', mapped_hash from governance.access_request where id = r;
    perform t.verifying(r);
    return r;
end $$;
create function t.close(r uuid) returns void language plpgsql as $$
begin
    perform t.read(t.item(r), 'present');
    perform t.move(r, 'verified');
    perform t.move(r, 'closed');
    update governance.access_request set look_at = null where id = r;
end $$;

select t.ask('Mora@example.com') as one \gset
select t.ask('mora@example.com') as two \gset
select t.ask('kim@example.com') as other \gset
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
values (t.item(:'one'), 'lead@example.com', 'boss@example.com', 'Mora is ill', 'somebody watches', clock_timestamp() + interval '1 day');
insert into governance.webhook_delivery (site, delivery_id, body, state) values ('acme', 'd1', '{"who": "mora@example.com"}', 'handled'), ('acme', 'd2', '{"who": "mora@example.com"}', 'new');
insert into governance.policy_decision (request_id, stage, permitted, asked, answered, pdp, took_ms, why)
values (:'one', 'verification', true, '{"subject": "mora@example.com"}', '{}', 'x', 1, 'Ok');
select governance.delegation_add('boss@example.com', 'deputy@example.com', null, clock_timestamp() + interval '1 day', 'boss@example.com');
-- and what was refused: the sentence that was answered may name somebody, or be about her request
select governance.delegation_add('deputy@example.com', 'third@example.com', null, clock_timestamp() + interval '1 day', 'deputy@example.com');
select ok(t.refused like '%third@example.com', 'a circle is refused by name') from governance.delegation_try('third@example.com', 'boss@example.com', null, clock_timestamp() + interval '1 day', 'hr') t;
select governance.exception_try(jsonb_build_object('request', :'one', 'scope', 'request', 'owner', 'fourth@example.com', 'approved_by', 'fourth@example.com', 'reason', 'x', 'control', 'y',
                                                   'vouched_by', 'portal', 'expires_ms', governance.ms(clock_timestamp() + interval '1 day')));
select governance.exception_try(jsonb_build_object('request', :'one', 'scope', 'request', 'owner', 'Mora@example.com', 'approved_by', 'mora@example.com', 'reason', 'x', 'control', 'y',
                                                   'vouched_by', 'portal', 'expires_ms', governance.ms(clock_timestamp() + interval '1 day')));

-- what must not go
select is(jsonb_path_query_array(t.erase('mora@example.com')->'kept', '$[*].why'), '["the request is open: verifying", "the request is open: verifying"]',
          'an open request keeps who is named in it');
select is((select count(*) from governance.erasure), 0::bigint, 'which erased nothing');
select ok('access_request.beneficiary' = any (array(select t.named('mora@'))), 'all is there');
select t.move(:'one', 'exception', 'closed');
update governance.access_request set look_at = null where id = :'one';
select ok(t.erase('mora@example.com', sure => false)->'kept' @> '[{"why": "a live exception covers it"}]', 'nor one that a live exception covers');
select governance.exception_revoke(id, 'boss@example.com', 'well again') from governance.exception;
update governance.access_request set look_at = null where id = :'one';
select is(jsonb_path_query_array(t.erase('mora@example.com', jsonb_build_array(jsonb_build_object('name', 'case 7', 'people', '[]'::jsonb, 'tickets', '["IAM-1"]'::jsonb,
              'requests', '[]'::jsonb)), false)->'kept', '$[*].why'), '["held: case 7", "the request is open: verifying"]'::jsonb, 'nor one that a hold names')
  from (select 1) x where :'one' < :'two' union all
select is(true, true, 'nor one that a hold names') where :'one' > :'two';
select is((select string_agg(distinct k->>'why', '') from jsonb_array_elements(t.erase(' MORA@example.com ', '[{"name": "case 8", "people": ["mora@EXAMPLE.com"], "tickets": [], "requests": []}]')->'kept') k),
          'held: case 8', 'a hold on the person keeps all');
update governance.access_request set look_at = clock_timestamp() + interval '1 day' where id = :'one';
select ok(t.erase('mora@example.com', sure => false)->'kept' @> '[{"why": "it is still watched"}]', 'what is read again needs its account');
update governance.access_request set look_at = null where id = :'one';

-- the one that is history loses her, the other does not
select count(*) as entries, md5(string_agg(body || encode(hash, 'hex'), '' order by seq)) as chain from governance.evidence_entry \gset
select t.erase('mora@example.com', sure => false) as plan \gset
select t.erase('mora@example.com') as done \gset
select is(:'done'::jsonb - 'erasure' - 'pseudonym', :'plan'::jsonb, 'what was said is what was done');
select is((:'done'::jsonb)->'names', '["5b10:mor", "mora@example.com"]', 'by all her names');
select is((:'done'::jsonb)->'requests', '1', 'of one request');
select is((select beneficiary || ' ' || justification from governance.access_request where id = :'two'), 'mora@example.com for mora@example.com', 'the open one is as it was');
select ok(beneficiary like 'erased-%' and justification = '[erased]' and mapped = '{}', 'of the other nothing is left') from governance.access_request where id = :'one';
select is((select md5(string_agg(body || encode(hash, 'hex'), '' order by seq)) from governance.evidence_entry where seq <= :entries), :'chain', 'no entry changed');
select is((select body::jsonb #>> '{detail,requests,0}' from governance.evidence_entry where kind = 'person.erased'), :'one', 'and there is one more, of what was done');
select ok(body not like '%mora%' and body not like '%dpo%', 'which does not say to whom') from governance.evidence_entry where kind = 'person.erased';
select is((select count(*) from governance.person_commitment where request_id = :'one' and value = 'Mora is ill'), 0::bigint, 'words about her are gone, too');
select is((select value from governance.person_commitment where request_id = :'one' and member = 'approver' order by entry limit 1), 'boss@example.com', 'others are not');
select is((select string_agg(c.value, ' ') from governance.person_commitment c join governance.evidence_entry e on e.seq = c.entry
            where e.kind = 'decision.refused' and e.request_id = :'one' and c.member = 'person'), 'fourth@example.com', 'nor is who tried what was refused, as in its row');
select is((select erased_at is not null and salt is null from governance.request_salt where request_id = :'one'), true, 'nor can anybody try her name on its documents');
select is((select a.tuple_hash from governance.approval a where request_id = :'one'), (select approved_hash from governance.access_request where id = :'one'),
          'what was approved is still what was done');
select is((select approved_hash from governance.access_request where id = :'one'),
          (select body::jsonb #>> '{detail,tuple_commitment}' from governance.evidence_entry where request_id = :'one' and kind = 'request.approval' limit 1),
          'as the evidence says');
select is(t.erase('mora@example.com')->'cells', '0', 'another time there is nothing to do');
select is((select count(*) from governance.erasure), 1::bigint, 'which leaves no trace');

-- all of her
select t.close(:'two');
select t.erase('mora@example.com') as rest \gset
select is((:'rest'::jsonb)->'kept', '[]', 'nothing keeps her');
select is_empty($$select t.named('mora') except select 'webhook_delivery.body'$$, 'no table and no view names her');
select is((select string_agg(delivery_id, ' ' order by id) from governance.webhook_delivery where octet_length(body) > 0), 'd2', 'but for what nobody has read yet');
select is((select count(distinct left(beneficiary, 19)) from governance.access_request where id in (:'one', :'two')), 2::bigint, 'two times are not seen to be one person');
select ok('access_request.beneficiary' = any (array(select t.named('kim@'))), 'others are named as before');
select lives_ok(format('select governance.request_show(%L::text)', :'one'), 'it can still be looked at');
select is((select count(*) from governance.item_verdict where request_id = :'one'), 1::bigint, 'and its items');

-- who answers for others
select ok(t.erase('boss@example.com', sure => false)->'kept' @> '[{"why": "it is live"}]', 'a live delegation needs both');
select is((select string_agg(tgname, ' ') from pg_trigger g join pg_class c on c.oid = g.tgrelid where c.relnamespace = 'governance'::regnamespace and tgenabled <> 'O'), null,
          'every guard is on again');
select throws_ok('update governance.approval set approver = ''x''', 'CG009', null, 'and holds');
select throws_ok($$select t.erase('  ')$$, 'CG063', null, 'nobody is nobody');
update governance.delegation set revoked_at = clock_timestamp();
select t.close(:'other');
select is(t.erase('boss@example.com')->>'requests', '3', 'when it has ended, another one of the same requests can go, too');
select is_empty($$select t.named('boss@')$$, 'everywhere');
select t.erase('third@example.com');
delete from governance.person_commitment where value = 'fourth@example.com'; -- as retention does with old entries
select t.erase('fourth@example.com');
select is_empty($$select t.named('fourth@')$$, 'who only tried what was refused is found where no entry tells of it any more');
select is_empty($$select t.named('third@')$$, 'nor does a sentence that was answered name anybody');
select governance.evidence_append('request.approval', :'one', '{"approver_sha256":"' || encode(sha256('lead@example.com'), 'hex') || '"}');
select is(t.erase('lead@example.com', sure => false)->>'plain_hashes', '1', 'of an entry of before, with the plain hash of a name, it is told');
insert into governance.evidence_entry (seq, at, kind, request_id, body, prev, hash)
select 9000000 + n, clock_timestamp(), 'item.wanted', :'one', '{"detail":{"subject_sha256":"' || encode(sha256(convert_to(w, 'UTF8')), 'hex') || '"}}', sha256(''), sha256('')
  from (select 1, account || e'\n' || entitlement from governance.request_item where id = t.item(:'one')) x(n, w);
select is(t.erase('lead@example.com', sure => false)->>'plain_hashes', '1', 'not where it is of another one');

-- two people whose accounts have one name, in two systems
create function t.human(who text, source text, account text, native text) returns uuid language plpgsql as $$
declare
    r uuid := t.request('{}', jsonb_build_object('kind', 'grant', 'requester', 'desk@example.com', 'beneficiary', who, 'justification', 'for ' || who, 'items', jsonb_build_array(
                        jsonb_build_object('source', source, 'account', account, 'entitlement', 'role', 'desired', 'present'))));
begin
    perform t.verifying(r);
    if native <> '' then
        insert into governance.account_link (person, source, account, native_id, how, request_id) values (who, source, account, native, 'read', r);
    end if;
    perform t.close(r);
    return r;
end $$;
select t.human('john.smith', 'plain', 'jsmith', 'n-1') as john \gset
select t.human('j.smith@example.com', 'plain', 'JSmith', 'n-1') as also \gset
select t.human('jane.smith', 'slow', 'jsmith', 'n-2') as jane \gset
insert into governance.webhook_delivery (site, delivery_id, body, state) values ('acme', 'j1', '{"account": "jsmith"}', 'handled');
insert into governance.evidence_entry (seq, at, kind, request_id, body, prev, hash)
select 9000100 + n, clock_timestamp(), 'item.wanted', :'john', '{"detail":{"subject_sha256":"' || encode(sha256(convert_to(w, 'UTF8')), 'hex') || '"}}', sha256(''), sha256('')
  from (values (1, e'jsmith\nrole'), (2, e'jsmith\njohn.smith'), (3, 'john.smith'), (4, e'jsmith\njane.smith')) x(n, w);
select t.erase('John.Smith', sure => false) as plan \gset
select is((:'plan'::jsonb)->'names', '["j.smith@example.com", "john.smith"]', 'who has the id of his account is he');
select is((select jsonb_agg(k->'how' order by k->>'name', k->>'how') from jsonb_array_elements((:'plan'::jsonb)->'keys') k where k->>'name' in ('john.smith', 'jsmith')),
          '["as you named it", "an account of john.smith"]', 'each name with how it was reached');
select is((:'plan'::jsonb)->'unsure', '[{"name": "jsmith", "source": "slow", "person": "jane.smith"}]', 'the same word in another system is for a human');
select is((:'plan'::jsonb)->>'requests', '2', 'and nothing of hers is his');
select is((:'plan'::jsonb)->>'plain_hashes', '3', 'plain hashes of an account with an entitlement or its person count');
select md5(string_agg(x::text, '' order by x)) as hers from (select to_jsonb(r)::text from governance.access_request r where id = :'jane'
    union all select to_jsonb(i)::text from governance.request_item i where request_id = :'jane' union all select to_jsonb(l)::text from governance.account_link l where request_id = :'jane'
    union all select to_jsonb(c)::text from governance.person_commitment c where request_id = :'jane') h(x) \gset
select is((t.erase('jsmith', sure => false)->>'cells')::int, 0, 'a word that two accounts have names neither');
select ok(t.erase('john.smith', jsonb_build_array(jsonb_build_object('name', 'case 4', 'people', jsonb_build_array(held), 'tickets', '[]'::jsonb, 'requests', '[]'::jsonb)))->'kept'
          @> '[{"why": "held: case 4"}]', 'he is held as ' || held) from unnest(array['J.Smith@example.com', 'jsmith']) held;
select t.erase('john.smith');
select is(md5(string_agg(x::text, '' order by x)), :'hers', 'she is as she was') from (select to_jsonb(r)::text from governance.access_request r where id = :'jane'
    union all select to_jsonb(i)::text from governance.request_item i where request_id = :'jane' union all select to_jsonb(l)::text from governance.account_link l where request_id = :'jane'
    union all select to_jsonb(c)::text from governance.person_commitment c where request_id = :'jane') h(x);
select is((select string_agg(x.account, ' ') from governance.request_item x where x.request_id in (:'john', :'also') and x.account not like 'erased-%'), null, 'he is gone, by both his names');
select is((select count(*) from governance.account_link where native_id = 'n-1' or account ilike 'jsmith' and source = 'plain'), 0::bigint, 'and his account');
select is((select octet_length(body) > 0 from governance.webhook_delivery where delivery_id = 'j1'), true, 'a text with the word of both stays');
-- a name that was another's account before
select t.human('old@example.com', 'plain', 'reused', 'n-3') as old, t.human('new@example.com', 'plain', 'reused', 'n-4') as new \gset
select is(t.erase('old@example.com', sure => false)->'unsure' @> '[{"name": "reused", "source": "plain", "person": "new@example.com"}]', true, 'nor is who has its name now');
select t.erase('old@example.com');
select is((select account from governance.request_item where request_id = :'new'), 'reused', 'erased');

select t.human('Kay Lee', 'plain', 'klee', '') as kay, t.human('Lea Kay', 'plain', 'lkay', 'n-5') as lea \gset
select is(t.erase('klee')->'names', '["klee"]', 'an account that only a ticket names tells nothing');
select ok(t.erase('desk@example.com', '[{"name": "case 5", "people": ["lea kay"], "tickets": [], "requests": []}]', false)->'kept'
          @> jsonb_build_array(jsonb_build_object('request', :'lea', 'why', 'held: case 5')), 'a hold keeps all that its person is named in');
select is(t.erase('LKAY')->'names', '["lea kay", "lkay"]', 'one that was read tells whose it is');
select ok(account like 'erased-%', 'both are gone') from governance.request_item where request_id in (:'kay', :'lea');

-- a word is nobody
insert into governance.webhook_delivery (site, delivery_id, body, state)
select 'acme', name, convert_to(body, 'UTF8') || beside, 'handled'
  from (values ('w1', '{"url": "https://x.atlassian.net", "says": "Ian"}', ''::bytea), ('w2', '{"url": "https://x.atlassian.net"}', ''),
               ('w3', '{"who": "ZoË KÖhler"}', ''), ('w4', '{"who": "Zo\u00eb K\u00D6hler"}', ''), ('w5', '{"who": "line\nZoë\u0020Köhler"}', ''),
               ('w6', '{"who": "{\"x\":\"Zo\\u00eb K\\u00f6hler\"}"}', ''), ('w7', 'zoë köhler ', '\x00ff'), ('w8', '{"who": "Zoë Köhlermann"}', '')) v(name, body, beside);
select is(t.erase('ian') - 'names', '{"unknown": true, "kept": [], "unsure": []}', 'nobody is known by a word of texts');
select t.human('Zoë Köhler', 'plain', 'ian', '') as zoe \gset
select t.erase(' zoë köhler');
select is((select string_agg(delivery_id, ' ' order by delivery_id) from governance.webhook_delivery where delivery_id like 'w_' and octet_length(body) > 0), 'w1 w2 w8',
          'a name is found in any case, as JSON writes it and beside what is no text, but not within another');
select t.human('ian', 'plain', 'x', '') as ian, t.human('ian.jones@example.com', 'plain', 'ijones', '') as jones \gset
insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
select i.id, 'ian.jones@example.com', 'boss@example.com', 'asked by ian.jones@example.com', 'watched', clock_timestamp() + interval '1 day' from governance.request_item i where i.request_id = :'ian';
update governance.exception set revoked_at = clock_timestamp(), ended_why = 'revoked' where owner = 'ian.jones@example.com';
select t.erase('ian');
select is((select beneficiary from governance.access_request where id = :'jones'), 'ian.jones@example.com', 'another person''s address is another person');
select is((select owner || ': ' || reason from governance.exception x join governance.request_item i on i.id = x.item_id where i.request_id = :'ian'),
          'ian.jones@example.com: [erased]', 'by whatever request he is named in; what is told of who is erased goes');
select is((select string_agg(distinct c.member, ' ') from governance.person_commitment c where c.request_id = :'ian' and c.value = 'ian.jones@example.com' and c.member = 'owner'),
          'owner', 'and beside the evidence');
select is((select string_agg(delivery_id, ' ' order by delivery_id) from governance.webhook_delivery where delivery_id like 'w_' and octet_length(body) > 0), 'w2 w8', 'a word is a whole one');
select is(governance.text_holds(text, array[word]), said, text || ': ' || word)
  from (values ('C:\users\ian', 'ian', true), ('\ud83d \u0000 \uZZ \Uabcd ian', 'ian', true), ('hi \ud83d\ude00ian', 'ian', true), ('a.b+c@example.com', 'a.b+c@example.com', true),
               ('axb+c@example.com', 'a.b+c@example.com', false), ('ian_2', 'ian', false), ('Ïan', 'ian', false), ('ian', '', false),
               ('to ian.jones@example.com', 'ian', false), ('jones.ian@example.com', 'ian', false), ('a-ian@x.org', 'ian', false), ('me@ian.example.com', 'ian', false),
               ('ian.jones@example.com and ian', 'ian', true), ('ask ian.', 'ian', true), ('(ian)', 'ian', true), ('ian''s', 'ian', true), ('ian,bob@x.org', 'ian', true),
               ('"ian"', 'ian', true), ('mailto:ian@example.com', 'ian', true), ('ian+jira@example.com', 'ian', true), ('-ian-', 'ian', true), ('ask ian.then', 'ian', true),
               ('a.ian@x.org', 'ian@x.org', false), ('ian@x.org.uk', 'ian@x.org', false), ('ian@x.org.', 'ian@x.org', true), ('''ian@x.org''', 'ian@x.org', true),
               ('<ian@x.org>', 'ian@x.org', true), ('- ian@x.org', 'ian@x.org', true), ('julian@x.org', 'ian@x.org', false)) v(text, word, said);
insert into governance.webhook_delivery (site, delivery_id, body, state) values ('acme', 'late', '{"who": "MORA@example.com"}', 'handled');
select is(t.erase('mora@example.com')->>'cells', '1', 'what of an address comes later can go later');

set role countersign_service;
select throws_ok($$select governance.person_erase('kim@example.com', '[]', true, 'x', 'y')$$, '42501', null, 'the service erases nobody');
select throws_ok('delete from governance.person_commitment', '42501', null, 'by no way');
reset role;

-- it knows every place: a column that holds text is one of people, or known to be none
select ok(not exists (select from governance.person_cells() c where not exists (
              select from pg_attribute a where a.attrelid = ('governance.' || c.tab)::regclass and a.attname = c.col)), 'every place is there');
select * from finish();
