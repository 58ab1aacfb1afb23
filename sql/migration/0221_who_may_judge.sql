-- breaking: no
-- What bars from which deed is one table (routine/judge.sql), asked by the name of the deed.
drop function if exists governance.judge_fault(governance.access_request, text[], int, timestamptz);
