-- What we closed under an exception is not closed on proof, and only what was proven can come back.
set role countersign_service;
select plan(12);

create function pg_temp.closes(request uuid) returns bigint language plpgsql as $$
declare
    made bigint;
    target text;
begin
    insert into governance.flow (request_id, site, kind, cycle)
    select request, 'acme', 'close', r.claim_cycle from governance.access_request r where r.id = request returning id into made;
    foreach target in array array['checking', 'calling', 'done'] loop
        update governance.flow set state = target, version = version + 1, attempt = attempt + case target when 'calling' then 1 else 0 end,
               sent_at = case when target = 'calling' then clock_timestamp() end,
               ended_at = case when target = 'done' then clock_timestamp() end
         where id = made;
    end loop;
    return made;
end $$;
create function pg_temp.excepts(request uuid) returns bigint language sql as $$
    insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
    values (t.item(request), 'ann', 'bob', 'why', 'watched', clock_timestamp() + interval '1 day') returning id
$$;
create function pg_temp.ends(made bigint) returns void language sql as $$
    update governance.exception set revoked_at = clock_timestamp() where id = made
$$;

select t.verifying(t.request()) as r \gset
select pg_temp.excepts(:'r') as x \gset
select t.move(:'r', 'exception');
select pg_temp.closes(:'r');
select is(governance.dossier(:'r')->>'close_sent', 'false', 'closed under an exception: on no proof');
update governance.access_request set version = version + 1, phase = 'closed', closed_at = clock_timestamp(), closed_cycle = 'done/0' where id = :'r';
select pg_temp.ends(:x);
select is(governance.dossier(:'r')->>'close_sent', 'false', 'nor when that has ended');
select is(governance.dossier(:'r')->'items'->0->>'proven_ms', null, 'and never proven');

select t.verifying(t.request()) as p \gset
select pg_temp.ends(pg_temp.excepts(:'p')); -- over before the close
select t.read(t.item(:'p'), 'absent');
select t.move(:'p', 'verified');
select pg_temp.closes(:'p');
select is(governance.dossier(:'p')->>'close_sent', 'true', 'closed on proof');
select pg_temp.excepts(:'p');
select is(governance.dossier(:'p')->>'close_sent', 'true', 'which an exception from then on does not change');
update governance.access_request set version = version + 1, phase = 'closed', closed_at = clock_timestamp(), closed_cycle = 'done/1' where id = :'p';
select is((governance.dossier(:'p')->'items'->0->>'proven_ms')::bigint,
          (select governance.ms(proven_at) from governance.close_attempt where request_id = :'p'), 'when it was proven is known');

-- read as asked for, and not proven by it: one read of two
select t.verifying(t.request(array['slow:absent'])) as s \gset
select t.read(t.item(:'s'), 'absent');
select pg_temp.excepts(:'s');
select t.move(:'s', 'exception');
update governance.access_request set version = version + 1, phase = 'closed', closed_at = clock_timestamp(), closed_cycle = 'done/2' where id = :'s';
select t.move(:'s', 'fulfilling');
select t.claim(:'s');
select is(governance.dossier(:'s')->'items'->0->>'proven_ms', null, 'a read is no proof: it cannot have come back');
select is(governance.dossier(:'s')->'items'->0->>'excepted', 'true', 'its exception still covers it');

-- of a bundle that an exception covers in part, the rest is proven, and watched by itself
select t.verifying(t.request(array['plain:absent', 'plain:absent'])) as b \gset
select pg_temp.excepts(:'b') as covers \gset
select t.read(t.item(:'b', 2), 'absent');
select t.move(:'b', 'exception');
update governance.access_request set version = version + 1, phase = 'closed', closed_at = clock_timestamp(), closed_cycle = 'done/3' where id = :'b';
select is((governance.dossier(:'b')->'items'->1->>'proven_ms')::bigint, (governance.dossier(:'b')->>'verified_ms')::bigint, 'what no exception covered is proven');
select is(governance.dossier(:'b')->'items'->0->>'proven_ms', null, 'what one covered is not');
select pg_temp.ends(:covers);
select is(governance.dossier(:'b')->'items'->0->>'proven_ms', null, 'nor when that has ended');
select isnt(governance.dossier(:'b')->'after'->>'proof_seq', null, 'the proof is an entry of evidence');
select * from finish();
