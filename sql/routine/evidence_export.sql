-- An export of a population, or of events that name people, is evidence. The entry names nobody: who exported it stands in the manifest, which its hash holds to.
create or replace function governance.evidence_export_write() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_table_schema <> 'governance' or tg_table_name <> 'evidence_export' then
        raise exception 'evidence is of our own tables' using errcode = 'CG009'; -- a table of the same name proves nothing
    end if;
    perform governance.evidence_append('evidence.exported', null, governance.canonical_json(jsonb_strip_nulls(jsonb_build_object('export', new.id, 'format', nullif(new.format, 'population'),
        'since', governance.utc(new.since), 'until', governance.utc(new.until), 'requests', new.requests,
        'manifest_sha256', encode(new.manifest_sha256, 'hex')))));
    return null;
end $$;
comment on function governance.evidence_export_write() is 'Trigger: one evidence entry for each export, at commit';

-- With its owner's rights, as the next: who may read all of it and change nothing puts on record that he took it away.
create or replace function governance.evidence_exported(p_since timestamptz, p_until timestamptz, p_requests bigint, p_manifest text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made bigint;
begin
    insert into governance.evidence_export (since, until, requests, manifest_sha256)
    values (p_since, p_until, p_requests, decode(p_manifest, 'hex'))
    returning id into made;
    return made;
end $$;
comment on function governance.evidence_exported(timestamptz, timestamptz, bigint, text) is
    'Records that a population was exported, with the hash of its manifest';

-- p_since, p_until: null for no bound.
create or replace function governance.events_exported(p_since timestamptz, p_until timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made bigint;
begin
    insert into governance.evidence_export (format, since, until) values ('ocsf', p_since, p_until) returning id into made;
    return made;
end $$;
comment on function governance.events_exported(timestamptz, timestamptz) is 'Records that events were exported with the names of accounts';

create or replace trigger append_only before update or delete on governance.evidence_export
    for each row execute function governance.append_only();
create or replace trigger no_truncate before truncate on governance.evidence_export
    for each statement execute function governance.append_only();
drop trigger if exists evidence_new on governance.evidence_export;
create constraint trigger evidence_new after insert on governance.evidence_export deferrable initially deferred
    for each row execute function governance.evidence_export_write();
