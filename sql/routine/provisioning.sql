-- Where a request stands in the words of others. Only proof is called done: what an exception covers is not.
create or replace function governance.provisioning(r governance.access_request, p_phase text default null) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    stands text := coalesce(p_phase, r.phase);
    standing_now text := 'plain';
    covered bigint;
    items bigint;
    latest governance.close_attempt;
    said governance.provisioning_state;
begin
    if stands in ('exception', 'closed') then -- what was let through is no proof when the exception ends, either
        select a.* into latest from governance.close_attempt a
         where a.request_id = r.id and a.proven_at is not null order by a.proven_at desc limit 1;
    end if;
    if latest.proven_as = 'exception' then
        select count(*), count(*) filter (where exists (
                   select from governance.exception_covers x
                    where x.item_id = i.id and x.created_at <= latest.proven_at
                      and least(x.revoked_at, x.expires_at - interval '60 s') > latest.proven_at)
               and not exists (select from governance.late_proof p where p.item_id = i.id and p.proven_at >= latest.proven_at))
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
