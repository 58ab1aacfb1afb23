create or replace function governance.proof_of(p_request uuid) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select jsonb_agg(jsonb_build_object('item', v.item_id, 'verdict', v.verdict, 'observation', v.observation_id)
                     order by v.item_id)
      from governance.item_verdict v
     where v.request_id = p_request
$$;
comment on function governance.proof_of(uuid) is 'The verdict and the observation behind it, item by item';
