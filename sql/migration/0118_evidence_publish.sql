-- breaking: no
-- Whoever records a checkpoint or a fork says by which turn, and a checkpoint of which last entry: the routines get other parameters.
drop function if exists governance.evidence_publish(text, bigint, text, bigint, text, text, text);
drop function if exists governance.evidence_forked(text, bigint, bigint, text);
