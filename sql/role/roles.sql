-- The roles of the product. All are NOLOGIN: a site grants them to its own login roles
-- (countersign_service and countersign_ingest to the daemon's, countersign_dashboard to the dashboards', ...).
do $$
declare
    wanted text;
begin
    foreach wanted in array array['countersign_owner', 'countersign_migrate', 'countersign_service', 'countersign_ingest',
                                  'countersign_auditor', 'countersign_dashboard'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I nologin', wanted);
        end if;
    end loop;
end $$;
comment on role countersign_owner is 'Owns schema governance; nobody logs in as it';
comment on role countersign_migrate is 'Runs migrations: may become the owner';
comment on role countersign_service is 'The daemon: reads and changes requests; cannot change evidence, observations or approvals';
comment on role countersign_ingest is 'The webhook intake: may insert deliveries and nothing else';
comment on role countersign_auditor is 'Reads everything, changes nothing; that it did is on record';
comment on role countersign_dashboard is 'Reads schema sla, nothing else';
grant countersign_owner to countersign_migrate;
do $$
begin
    execute format('grant create on database %I to countersign_owner', current_database());
    -- objects of a session's own must not stand before ours; whose the database is not cannot say so for it
    if pg_has_role((select datdba from pg_database where datname = current_database()), 'usage') then
        execute format('revoke temporary on database %I from public, countersign_service, countersign_ingest,
                        countersign_auditor, countersign_dashboard', current_database());
    end if;
end $$;
