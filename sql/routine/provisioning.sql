-- Where a request stands in the words of others. Only proof is called done: what an exception covers is not.
create or replace function governance.provisioning(r governance.access_request, p_phase text default null) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    stands text := coalesce(p_phase, r.phase);
    standing_now text := 'plain';
    covered bigint;
    items bigint;
    said governance.provisioning_state;
begin
    if stands in ('verified', 'exception', 'closed') then
        select count(*), count(*) filter (where exists (
                   select from governance.exception x where x.item_id = i.id and x.revoked_at is null and x.expires_at > clock_timestamp()))
          into items, covered
          from governance.request_item i
         where i.request_id = r.id and i.replaced_at is null and i.superseded_by is null;
        standing_now := case when covered = 0 then 'plain' when covered < items then 'partial' else 'excepted' end;
    elsif stands = 'ticketing' and exists (select from governance.flow f where f.request_id = r.id and f.kind = 'create_ticket'
                                              and (f.failures > 0 or f.state = 'parked') and f.state not in ('done', 'moot')) then
        standing_now := 'retrying';
    end if;
    select s.* into said from governance.provisioning_state s where s.phase = stands and s.standing = standing_now;
    return jsonb_build_object('arap', said.arap, 'sailpoint', said.sailpoint, 'midpoint', said.midpoint);
end $$;
comment on function governance.provisioning(governance.access_request, text) is 'Where a request stands in the words of identity platforms; of a phase that it passed, as of that';
