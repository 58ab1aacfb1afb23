-- The accounts that requester and beneficiary have on the site, as whoever made the ticket found out; empty: not known. What is
-- known of a person only grows, so no fence is needed.
create or replace function governance.people_keep(p_request uuid, p_requester text, p_beneficiary text) returns uuid
language sql set search_path = pg_catalog as $$
    update governance.access_request r
       set requester_names = governance.names_joined(r.requester_names, k.requester),
           beneficiary_names = governance.names_joined(r.beneficiary_names, k.beneficiary)
      from (select case when p_requester <> '' then jsonb_build_array('account=' || p_requester) end as requester,
                   case when p_beneficiary <> '' then jsonb_build_array('account=' || p_beneficiary) end as beneficiary) k
     where r.id = p_request
    returning r.id
$$;
comment on function governance.people_keep(uuid, text, text) is 'Keep what accounts the people of a request have on its site';
