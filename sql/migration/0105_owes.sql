-- breaking: no
-- What a request owes before it may close is one answer now (sql/routine/owes.sql).
drop function if exists governance.emergency_owes(governance.access_request);
