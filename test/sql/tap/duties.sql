-- Which duties a grant touches, however it calls what it gives; and of two grants of one set that are approved at once, the second is asked again.
set role countersign_service;
select plan(52);

create function pg_temp.grant_of(item text, person text default 'someone') returns uuid language sql as $$
    select t.request(array[item || ':present'], jsonb_build_object('kind', 'grant', 'beneficiary', person))
$$;
create function pg_temp.gives(entitlement text, more jsonb default '{}') returns uuid language plpgsql as $$
declare
    r uuid := t.request(array['plain:present'], '{"kind": "grant"}' || more);
begin
    update governance.request_item set replaced_at = clock_timestamp() where request_id = r;
    insert into governance.request_item (request_id, source, account, entitlement, desired) values (r, 'plain', 'someone', entitlement, 'present');
    return r;
end $$;
create function pg_temp.touches(request uuid) returns text language sql as $$
    select coalesce(string_agg(s.name, ' ' order by s.name), '') from governance.sod_touched(request) s
$$;
create function pg_temp.saw(entitlement text, id text, within text default null) returns bigint language sql as $$
    select governance.entitlement_saw(jsonb_build_array(jsonb_build_object('source', 'plain', 'entitlement', entitlement, 'id', id, 'within', within::jsonb)))
$$;
create function pg_temp.answer(request uuid, asked text default '{"sets": []}') returns bigint language sql as $$
    update governance.access_request set version = version + 1, lease_owner = 'me', lease_until = clock_timestamp() + interval '1 min' where id = request;
    select governance.policy_save('me', request, (select version from governance.access_request where id = request),
        jsonb_build_object('look_ms', 30000, 'decisions', jsonb_build_array(jsonb_build_object('item', 0, 'stage', 'approval', 'pdp', 'duties', 'permitted', true,
            'asked', encode(asked::bytea, 'base64'), 'answered', encode('{}', 'base64'), 'why', 'Ok', 'reason', '', 'took_ms', 3))));
$$;
create function pg_temp.permit(request uuid) returns text language sql as $$
    select governance.permit_of(r, 'approval')->>'answer' from governance.access_request r where id = request
$$;

-- names as all their spellings have them in common: the same in test/unit/base/fold_test.c
select is(governance.name_folded(spelled), 'finance-all', 'one name: ' || spelled)
  from unnest(array['finance-all', 'Finance-All', ' FINANCE-ALL ', U&'\FB01nance-all', U&'f\00adinance\200b-all', U&'\FF46\FF49\FF4E\FF41\FF4E\FF43\FF45-all',
                    U&'\FEFFfinance-all']) as x(spelled);
select is(governance.name_folded(U&'  Gro\00dfe \00a0 STRASSE\0009x '), 'grosse strasse x', 'blanks, and letters that are two');
select is(governance.name_folded(U&'E\0301tage'), U&'\00e9tage', 'and those that are one');
select isnt(governance.name_folded('finance_all'), 'finance-all', 'another one is another one');
select is(governance.name_folded(''), '', 'none is none');

-- by its name, however that is spelled
select governance.policy_put('', '[{"name": "pay", "n": 2, "unlinked": "beneficiary", "members": [{"source": "plain", "entitlement": "finance-all"}, {"source": "plain", "entitlement": "fin-payers"}]}]');
select is(pg_temp.touches(pg_temp.gives(e)), 'pay', 'touched by ' || e) from unnest(array['finance-all', 'Finance-All', U&'\FB01nance-all', 'FIN-PAYERS ']) as x(e);
select pg_temp.gives('ops') as ops \gset
select is(pg_temp.touches(:'ops'), '', 'by nothing else');

-- which is made out first
select ok(governance.duties_concern(:'ops'), 'what is given in a source of duties concerns them');
select is(pg_temp.permit(:'ops'), 'open', 'so that somebody has to be asked');
select throws_ok(format('select t.move(%L, ''approved'')', :'ops'), 'CG016', null, 'before it is approved');
select ok(not governance.duties_concern(pg_temp.grant_of('slow')), 'what is given elsewhere does not');
select is((select string_agg((n->>'entitlement') || case when (n->>'wish')::boolean then '!' else '' end, ' ')
             from jsonb_array_elements(governance.policy_question(:'ops', 'approval')->'names') n), 'ops! fin-payers finance-all', 'what is given is made out, and the members');
select is(governance.policy_question(:'ops', 'intake')->'names', '[]'::jsonb, 'not at intake');
select pg_temp.saw('finance-all', 'id-1', '[]'), pg_temp.saw('fin-payers', 'id-2', '[]'), pg_temp.saw('ops', 'id-3', '[]');
select is(governance.policy_question(:'ops', 'approval')->'names', '[]'::jsonb, 'once');
select ok((governance.policy_question(:'ops', 'approval')->'duties')::boolean, 'then they are asked about');
select is(pg_temp.touches(:'ops'), '', 'though no set is touched');
select pg_temp.answer(:'ops');
select is(pg_temp.permit(:'ops'), 'given', 'which is an answer');

-- by its id, under any name
select pg_temp.gives('money') as money \gset
select pg_temp.saw('money', 'id-1', '[]');
select is(pg_temp.touches(:'money'), 'pay', 'another name of the same id');
select is(governance.policy_question(:'money', 'approval')->'holdings'->1->>'by', 'money', 'which is said');
select is((select string_agg(h->>'entitlement' || ':' || (h->>'wish'), ' ') from jsonb_array_elements(governance.policy_question(:'money', 'approval')->'holdings') h),
          'fin-payers: finance-all:given', 'and counts as given');
select pg_temp.saw('Finance-all', 'id-9', '[]');
select is(pg_temp.touches(pg_temp.gives('Finance-all')), '', 'of two ids the names may be alike');
select pg_temp.saw('money', '', '[]');
select is(pg_temp.touches(:'money'), 'pay', 'an id that is not shown any more is not forgotten');

-- by what it lies in
select pg_temp.saw('ops', 'id-3', '["id-7", "id-1"]');
select is(pg_temp.touches(:'ops'), 'pay', 'what lies in a member gives it');
select is((select h->>'wish' || ' by ' || (h->>'by') from jsonb_array_elements(governance.policy_question(:'ops', 'approval')->'holdings') h where h->>'entitlement' = 'finance-all'),
          'given by ops', 'which is said, too');

-- two of one person
select pg_temp.gives('fin-payers') as payer \gset
select pg_temp.gives('finance-all') as clerk \gset
select pg_temp.answer(:'payer'), pg_temp.answer(:'clerk');
select is(pg_temp.permit(:'payer') || ' ' || pg_temp.permit(:'clerk'), 'given given', 'both are asked before either is approved');
select lives_ok(format('select t.move(%L, ''approved'')', :'payer'), 'the first one is');
select is(pg_temp.permit(:'clerk'), 'open', 'what was answered about the second one did not know of it');
select throws_ok(format('select t.move(%L, ''approved'')', :'clerk'), 'CG017', null, 'so it is not, and is looked at again');
select is(pg_temp.permit(:'ops'), 'open', 'nor is what gives it by another way');
select pg_temp.answer(:'clerk', '{"sets": [{"name": "pay", "ask": [{"source": "plain", "entitlement": "fin-payers", "account": "someone", "after": "given"}]}]}');
select is(pg_temp.permit(:'clerk'), 'given', 'an answer that did know counts');
select pg_temp.gives('finance-all', jsonb_build_object('emergency', true, 'access_until_ms', governance.ms(clock_timestamp() + interval '1 hour'))) as fire \gset
select pg_temp.answer(:'fire');
select throws_ok(format('select t.move(%L, ''approved'')', :'fire'), 'CG017', null, 'an emergency that was answered is asked again, too');
select is(governance.on_its_way(r, 'plain', 'fin-payers'), '', 'on its way') from governance.access_request r where r.id = :'clerk';
select pg_temp.saw('PAYERS', 'id-2', '[]');
select pg_temp.grant_of('plain', 'other') as other \gset
select is(governance.on_its_way(r, 'plain', 'fin-payers'), null, 'to nobody else') from governance.access_request r where r.id = :'other';
select is((select string_agg(w, ' ' order by w collate "C") from governance.entitlement_ways('plain', 'fin-payers') w), 'PAYERS fin-payers', 'by all the names of its id');
select is((select string_agg(w, ' ' order by w) from governance.entitlement_ways('plain', 'finance-all') w), 'finance-all money ops', 'and what lies in it');

-- of whom nobody can tell: it counts, and says which request that is; never one that is not approved, or of somebody who is surely another
select pg_temp.gives('finance-all', '{"beneficiary": "someone@x.org"}') as unclear \gset
select is(governance.on_its_way(r, 'plain', 'fin-payers'), :'payer', 'of whom nobody can tell it may be on its way') from governance.access_request r where r.id = :'unclear';
select pg_temp.answer(:'unclear');
select is(pg_temp.permit(:'unclear'), 'open', 'an answer that did not know of it is none');
select throws_ok(format('select t.move(%L, ''approved'')', :'unclear'), 'CG017', null, 'so it is not approved');
select is((select h->>'wish' || ' ' || (h->>'maybe') from jsonb_array_elements(governance.policy_question(:'unclear', 'approval')->'holdings') h where h->>'entitlement' = 'fin-payers'),
          'given ' || :'payer', 'whoever is asked hears which');
select is((select string_agg(distinct h->>'maybe', '/') from jsonb_array_elements(governance.policy_question(:'clerk', 'approval')->'holdings') h), '', 'and of one that is surely his there is no doubt');
insert into governance.ticket (site, issue_id, issue_key, request_id) values ('acme', '10777', 'IAM-777', :'payer');
select is(governance.on_its_way(r, 'plain', 'fin-payers'), 'IAM-777', 'by its ticket') from governance.access_request r where r.id = :'unclear';
update governance.access_request set beneficiary_names = '{account=5c:1,address=someone@x.org,word=someone}', version = version + 1 where id = :'unclear';
select is(governance.on_its_way(r, 'plain', 'fin-payers'), '', 'named under people of the site it is known') from governance.access_request r where r.id = :'unclear';
update governance.access_request set beneficiary = 'somebody@x.org', beneficiary_names = '{}', version = version + 1 where id = :'unclear';
select is(governance.on_its_way(r, 'plain', 'fin-payers'), null, 'and of somebody else it is none') from governance.access_request r where r.id = :'unclear';
select * from finish();
