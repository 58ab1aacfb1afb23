create or replace function governance.flow_retry(p_request uuid) returns jsonb
language sql set search_path = pg_catalog as $$
    with again as (
        update governance.flow f
           set state = 'pending', version = f.version + 1, run_after = clock_timestamp(), failures = 0
         where f.state = 'parked' and (p_request is null or f.request_id = p_request)
        returning f.id, f.request_id)
    select jsonb_build_object('retried', count(*)) from again
$$;
comment on function governance.flow_retry(uuid) is 'Let parked flows try again: all, or those of one request';
