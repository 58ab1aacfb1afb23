-- breaking: no
-- It takes whose turn it is.
drop function if exists governance.exceptions_void();
