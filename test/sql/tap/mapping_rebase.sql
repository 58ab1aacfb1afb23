-- Open requests are moved to the live mapping: what was approved never changes by it, each has its entry, and people are told.
set role countersign_service;
select plan(53);

create function pg_temp.sha(body text) returns text language sql as $$ select encode(sha256(convert_to(body, 'UTF8')), 'hex') $$;
create function pg_temp.apply(body text, was text, requests uuid[]) returns jsonb language sql as $$
    select governance.mapping_apply(jsonb_build_object('sha256', pg_temp.sha(body), 'body', body, 'act', 'applied', 'actor', 'silva@host', 'reason', 'x',
        'sites', jsonb_build_array(jsonb_build_object('site', 'acme', 'was', pg_temp.sha(was), 'number', l.number)), 'rebase', to_jsonb(requests)))->0
      from governance.mapping_live l where l.site = 'acme'
$$;
create function pg_temp.opened(issue text, needs boolean) returns uuid language plpgsql as $$
declare
    made uuid := t.request(array['plain:absent'], jsonb_build_object('approval_needed', needs));
begin
    insert into governance.ticket (site, issue_id, issue_key, request_id, edit) values ('acme', issue, 'IAM-' || issue, made, '7');
    update governance.access_request set version = version + 1, mapping_kept = pg_temp.sha('one') where id = made;
    return made;
end $$;
-- One look: what the mapping it keeps makes of its ticket, and what the live one does.
create function pg_temp.look(request uuid, kept text, live text, body text, edit text default '7') returns boolean language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = now() + interval '5 min' where id = request;
    select governance.facts_save('me', r.id, r.version, jsonb_build_object('observations', '[]'::jsonb, 'ticket', jsonb_build_object(
        'state', 'here', 'category', 'new', 'role', 'open', 'status_name', 'x', 'cycle', '1', 'cycle_at_ms', 0, 'moved_by', '', 'edit', edit,
        'moved_by_us', false, 'resolution_set', false, 'updated_ms', 7, 'marker', '', 'approval', 'none', 'approver', '', 'approved_at_ms', 0,
        'mapping', pg_temp.sha(body), 'mapped_hash', kept, 'mapped_by', coalesce(r.mapping_kept, pg_temp.sha(body)), 'hold_text', '',
        'mapped', jsonb_build_object('kind', 'removal', 'beneficiary', 'someone', 'items', jsonb_build_array(jsonb_build_object(
            'source', 'plain', 'account', 'someone', 'entitlement', kept, 'desired', 'absent'))))
        || case when r.mapping_kept <> pg_temp.sha(body) then jsonb_build_object('live_hash', live) else '{}' end)) is not null
      from governance.access_request r where r.id = request
$$;
create function pg_temp.kept(request uuid) returns text language sql as $$
    select coalesce(v.body, 'none') from governance.access_request r left join governance.mapping_version v on v.sha256 = r.mapping_kept where r.id = request
$$;
create function pg_temp.became(request uuid) returns text language sql as $$
    select string_agg(number || ' ' || outcome, ', ' order by number) from governance.mapping_rebase where request_id = request
$$;

select governance.mapping_put(pg_temp.sha('one'), 'one', 'acme');
select pg_temp.opened('1', true) as young, pg_temp.opened('2', false) as same, pg_temp.opened('3', false) as other, pg_temp.opened('4', false) as unnamed,
       pg_temp.opened('5', false) as over, pg_temp.opened('6', false) as edited \gset
select t.fulfilling(:'same'), t.fulfilling(:'other'), t.fulfilling(:'unnamed'), t.fulfilling(:'edited'), t.move(:'over', 'cancelled');
update governance.ticket set approved_edit = '7' where issue_id in ('2', '3');

select is(pg_temp.apply('two', 'one', array[:'young', :'same', :'other', :'over', :'edited']::uuid[]) - 'at',
          '{"act": "applied", "anew": 1, "asked": 3, "site": "acme", "number": 2, "open_keep": 4}', 'what is open and named is moved');
select is(pg_temp.kept(:'young'), 'none', 'what nobody approved yet is understood by the live one');
select is(pg_temp.kept(:'same'), 'one', 'what was approved is so by the one it keeps, until it is read');
select is(pg_temp.became(:'unnamed'), null, 'what the plan does not name is left alone');
select is(pg_temp.became(:'over'), null, 'and so is what is over');
select ok(look_at <= clock_timestamp() + interval '3 s', 'they are looked at soon') from governance.access_request where id = :'same';

select ok(pg_temp.look(:'young', 'h2', '', 'two'), 'the first is read');
select is(pg_temp.kept(:'young'), 'two', 'and keeps the new one');
select is((select string_agg(entitlement, ' ') from governance.request_item where request_id = :'young' and replaced_at is null), 'h2', 'with what that reads');
select ok(approval_needed, 'which needs the approval that it needed') from governance.access_request where id = :'young';

select ok(pg_temp.look(:'same', 'h1', 'h1', 'two'), 'one that was approved, and is the same');
select is(pg_temp.kept(:'same'), 'two', 'is read by the new one from now on');
select is(approved_edit, '', 'which looks for edits of its own fields') from governance.ticket where issue_id = '2';
select ok(pg_temp.look(:'same', 'h1', '', 'two', '9'), 'as its next read shows them');
select is(approved_edit, '9', 'from where later ones are seen') from governance.ticket where issue_id = '2';

select ok(pg_temp.look(:'other', 'h1', 'h2', 'two'), 'one that would be something else');
select is(pg_temp.kept(:'other'), 'one', 'keeps what was approved');
select is((select reason || ' ' || kind from governance.escalation where request_id = :'other'), 'MappingChangesApproved operator', 'and people are told');
select ok(pg_temp.look(:'edited', 'h3', 'h1', 'two'), 'one that was edited so that the new one reads what was approved');
select is(pg_temp.kept(:'edited') || ' ' || pg_temp.became(:'edited'), 'one 2 held', 'is held, too');

select ok(contested, 'it is held') from governance.access_request where id = :'edited';
select t.claim(:'edited'), t.move(:'edited', 'verifying'), pg_sleep(0.002), t.read(t.item(:'edited'), 'absent');
select is(t.verdict(t.item(:'edited')), 'verified', 'whatever reads say');
select throws_ok(format('select t.move(%L, %L)', :'edited', 'verified'), 'CG006', null, 'it is not proven');
select throws_ok(format('update governance.access_request set contested = false where id = %L', :'edited'), 'CG002', null, 'the service does not decide that');
select throws_ok(format('select governance.mapping_keep(%L, %L, %L)', :'edited', 'silva', ''), '23514', null, 'nor does anybody without a reason');
select is(governance.mapping_keep('IAM-6', 'silva', 'as approved')->>'phase', 'verifying', 'people decide');
select throws_ok(format('select governance.mapping_keep(%L, %L, %L)', :'edited', 'silva', 'x'), 'CG057', null, 'once');
select lives_ok(format('select t.move(%L, %L)', :'edited', 'verified'), 'and then it is proven');

select is(pg_temp.apply('two', 'two', array[:'other', :'unnamed']::uuid[]) - 'at', '{"act": "rebased", "anew": 0, "asked": 2, "site": "acme", "number": 2, "open_keep": 3}',
          'they may be asked again while it is live');
select is((select string_agg(act || ' ' || number, ', ' order by id) from governance.mapping_event), 'file 1, applied 2, rebased 2', 'on record');
select pg_temp.apply('three', 'two', '{}');
select ok(pg_temp.look(:'unnamed', 'h1', 'h1', 'three') and pg_temp.kept(:'unnamed') = 'one', 'once another is live, what was only asked is void');

select pg_temp.apply('four', 'three', array[:'other']::uuid[]);
select pg_temp.look(:'other', 'h1', 'h9', 'four');
select ok(contested, 'what is held') from governance.access_request where id = :'other';
select pg_temp.apply('five', 'four', array[:'other']::uuid[]);
select ok(contested, 'stays so while it is asked anew by a later plan') from governance.access_request where id = :'other';
select ok(pg_temp.look(:'other', 'h1', 'h1', 'five') and pg_temp.kept(:'other') = 'five', 'and moves where that reads what was approved');
select is(pg_temp.became(:'other'), '2 void, 3 void, 4 void, 5 moved', 'each has an end');
select ok(not contested, 'and it is held no more') from governance.access_request where id = :'other';

-- who looks after the mapping goes on without naming what is held
select pg_temp.opened('7', false) as back \gset
select t.fulfilling(:'back');
select pg_temp.apply('six', 'five', array[:'back']::uuid[]);
select pg_temp.look(:'back', 'h1', 'h9', 'six');
select ok(contested, 'one more is held') from governance.access_request where id = :'back';
select ok(governance.mapping_put(pg_temp.sha('seven'), 'seven', 'acme'), 'the file says something else');
select ok(governance.mapping_put(pg_temp.sha('eight'), 'eight', 'acme'), 'and again, before it is read');
select is(pg_temp.became(:'back'), '6 void, 7 void, 8 asked', 'it is asked about what is live');
select ok(contested, 'and held until then') from governance.access_request where id = :'back';
select throws_ok(format('update governance.access_request set contested = false where id = %L', :'back'), 'CG002', null, 'which the service does not shorten');
select pg_temp.look(:'back', 'h1', 'h9', 'eight');
select ok(contested, 'and lifts nothing while that reads something else, too') from governance.access_request where id = :'back';
select governance.mapping_put(pg_temp.sha('nine'), 'nine', 'acme'), pg_temp.look(:'back', 'h1', 'h9', 'nine');
select is(pg_temp.became(:'back') || (select ', told ' || string_agg(key, ' ' order by id) from governance.escalation where request_id = :'back'),
          '6 void, 7 void, 8 void, 9 held, told rebase/6 rebase/8', 'one mapping after the other: people are told once');
select governance.mapping_put(pg_temp.sha('ten'), 'ten', 'acme');
select pg_temp.apply('one', 'ten', '{}');
select is(pg_temp.became(:'back'), '6 void, 7 void, 8 void, 9 void, 10 void', 'the one that it keeps is live again: there is nothing to decide');
select ok(not contested and look_at <= clock_timestamp() + interval '3 s' and hinted_at is not null, 'it waits for nobody, and is looked at soon')
  from governance.access_request where id = :'back';
select is(pg_temp.kept(:'back'), 'one', 'it is what it was');
select t.claim(:'back'), t.move(:'back', 'verifying'), pg_sleep(0.002), t.read(t.item(:'back'), 'absent');
select lives_ok(format('select t.move(%L, %L)', :'back', 'verified'), 'and is proven');
select throws_ok(format('select governance.mapping_keep(%L, %L, %L)', 'IAM-7', 'silva', 'x'), 'CG057', null, 'nobody is asked any more');

set constraints all immediate;
reset role;
select is((select string_agg(concat_ws(' ', t.issue_id, body::jsonb->'detail'->>'outcome', (
                   select h from unnest(array['h1', 'h2', 'h9']) h, governance.request_salt s where s.request_id = e.request_id
                      and governance.commitment(h, s.salt) = body::jsonb->'detail'->>'tuple_commitment')), ', ' order by t.issue_id, seq)
             from governance.evidence_entry e join governance.ticket t using (request_id) where e.kind = 'request.rebased'),
          '1 anew, 2 moved h1, 3 held h2, 3 void, 3 void, 3 held h9, 3 void h9, 3 moved h1, 4 void, 6 held h1, 6 kept h1, '
              || '7 held h9, 7 void h9, 7 void, 7 held h9, 7 void h9, 7 held h9, 7 void h9, 7 void', 'each has its entry');
set role countersign_service;
select throws_ok(format('update governance.access_request set version = version + 1, mapping_kept = %L where id = %L', pg_temp.sha('two'), :'unnamed'),
                 'CG002', null, 'the service moves none by itself');
select throws_ok($$insert into governance.mapping_rebase (request_id, number, sha256, was) select id, 9, mapping_kept, mapping_kept from governance.access_request limit 1$$,
                 '42501', null, 'nor asks for it');
reset role;
select throws_ok($$update governance.mapping_rebase set was = sha256$$, 'CG002', null, 'and which one it was is never changed');
select * from finish();
