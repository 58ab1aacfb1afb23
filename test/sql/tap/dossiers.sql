-- Dossiers that are asked for together: each is what it is by itself, in the order in which they were asked for, and who is not there
-- shifts nobody.
set role countersign_service;
select plan(5);

select t.request() as a \gset
select t.request() as b \gset
select t.fulfilling(t.request()) as c \gset
create function pg_temp.alone(request uuid) returns jsonb language sql as $$ select governance.dossier_text(request)::jsonb - 'now_ms' $$;
create function pg_temp.together(variadic requests uuid[]) returns jsonb[] language sql as $$
    select array_agg(d::jsonb - 'now_ms') from governance.dossier_texts(requests) d
$$;
select is(pg_temp.together(:'c', :'a', :'b'), array[pg_temp.alone(:'c'), pg_temp.alone(:'a'), pg_temp.alone(:'b')], 'each as by itself, in their order');
select isnt(pg_temp.alone(:'a')->>'request_id', pg_temp.alone(:'b')->>'request_id', 'and each its own');
select is(pg_temp.together(:'a', gen_random_uuid(), :'b'), array[pg_temp.alone(:'a'), null, pg_temp.alone(:'b')], 'who is not there has a place');
select is(pg_temp.together(:'a', :'a'), array[pg_temp.alone(:'a'), pg_temp.alone(:'a')], 'twice is twice');
select is(array(select governance.dossier_texts('{}')), '{}', 'none of nobody');
select * from finish();
