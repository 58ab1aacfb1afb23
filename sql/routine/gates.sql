-- What /gate draws: what the last look at each project's gate proved. Names of people are in it: whoever shows it leaves them out for whom
-- they are not.
create or replace function governance.gates() returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('now_ms', governance.ms(clock_timestamp()), 'gates', coalesce(jsonb_agg(jsonb_build_object(
               'site', p.site, 'project', p.project, 'at_ms', governance.ms(p.at), 'since_ms', governance.ms(p.since), 'known', p.known, 'open', p.open,
               'said', p.said, 'installed_ms', governance.ms(g.installed_at), 'detail', p.detail)
               order by p.known and p.open = 0, p.site, p.project), '[]'))
      from (select * from governance.gate_proof order by known and open = 0, site, project limit 33) p
      left join sla.gate_v1 g on g.site = p.site and g.project = p.project
$$;
comment on function governance.gates() is 'What the page /gate shows: the last look at each gate, what does not hold first; 32 of them and one more where there are more';
