-- breaking: no
-- A month goes in portions, each in a file and a transaction of its own: there are more files, and what is asked of one is found by it.
create index retention_told_file on governance.retention_told (retention_id);
create index retention_run_file on governance.retention_run (retention_id);

-- A read that goes is looked for in what may name it: once for each of a million.
create index over_grant_observation on governance.over_grant (observation_id);
create index drift_observation on governance.drift (observation_id);
create index late_proof_observation on governance.late_proof (observation_id);

drop function if exists governance.retain_rows(text, timestamptz, timestamptz, timestamptz, jsonb);
drop function if exists governance.retain_plan(jsonb, jsonb);
drop function if exists governance.retain_drop(text, date, timestamptz, jsonb, text, text, bigint, text, jsonb);
