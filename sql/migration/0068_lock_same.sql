-- breaking: no
-- Requests about the same entitlement of an account are locked together (routine/supersede.sql).
drop function if exists governance.opposites_lock(uuid);
drop function if exists governance.supersede_older(governance.access_request, timestamptz);
