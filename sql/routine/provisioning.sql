-- Proven with its close, or after all.
create or replace function governance.item_done(r governance.access_request, p_item bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return p_item = any (coalesce(r.proven_items, '{}'))
        or exists (select from governance.late_proof p where p.item_id = p_item and p.proven_at >= r.closed_at);
end $$;
comment on function governance.item_done(governance.access_request, bigint) is 'Is an item of a request proven?';

-- Where a request stands in the words of others. Only proof is called done: what an exception let pass is not, whatever its scope,
-- and whether or not it has ended, until reads prove it after all.
create or replace function governance.provisioning(r governance.access_request, p_phase text default null) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    stands text := coalesce(p_phase, r.phase);
    standing_now text := 'plain';
    proven bigint;
    items bigint;
    said governance.provisioning_state;
begin
    if stands in ('verified', 'exception', 'closed') then
        select count(*), count(*) filter (where d.is_proven)
          into items, proven
          from governance.request_item i
         cross join lateral (select governance.item_done(r, i.id) as is_proven) d
         where i.request_id = r.id and i.replaced_at is null and (i.superseded_by is null or d.is_proven); -- proven first, then superseded
        standing_now := case when proven = 0 then 'excepted' when proven < items then 'partial' else 'plain' end;
    elsif stands = 'ticketing' and exists (select from governance.flow f where f.request_id = r.id and f.kind = 'create_ticket'
                                              and (f.failures > 0 or f.state = 'parked') and f.state not in ('done', 'moot')) then
        standing_now := 'retrying';
    end if;
    select s.* into said from governance.provisioning_state s where s.phase = stands and s.standing = standing_now;
    return jsonb_build_object('arap', said.arap, 'sailpoint', said.sailpoint, 'midpoint', said.midpoint);
end $$;
comment on function governance.provisioning(governance.access_request, text) is 'Where a request stands in the words of identity platforms; of a phase that it passed, as of that';
