create or replace function governance.flow_retry(p_request uuid) returns jsonb
language sql set search_path = pg_catalog as $$
    with again as (
        update governance.flow f
           set state = 'pending', version = f.version + 1, run_after = clock_timestamp(), failures = 0
         where f.state = 'parked' and (p_request is null or f.request_id = p_request) and governance.flow_has_turn(f)
        returning f.id, f.request_id),
    -- whoever names a request whose create has been in doubt for so long says that nothing came of it: made again. Jira is
    -- known to carry a call out minutes late.
    settled as (
        update governance.flow f
           set sent_at = null, version = f.version + 1, run_after = clock_timestamp(), failures = 0
         where f.request_id = p_request and f.kind in ('create_ticket', 'escalate') and f.state in ('doubt', 'pending') and f.issue_id = ''
           and f.sent_at < clock_timestamp() - interval '15 min'
           and (f.lease_until is null or f.lease_until <= clock_timestamp())
        returning f.id)
    select jsonb_build_object('retried', (select count(*) from again) + (select count(*) from settled))
$$;
comment on function governance.flow_retry(uuid) is
    'Let parked flows try again: all, or those of one request; for one request also a create that nobody can tell the fate of';
