-- breaking: yes
-- Whoever records a checkpoint or a fork says by which turn, and a checkpoint of which last entry: the routines get other parameters. A
-- program of an earlier release cannot publish any more, and must not: it would record what it does not know. 0106 has stopped it already.
drop function if exists governance.evidence_publish(text, bigint, text, bigint, text, text, text);
drop function if exists governance.evidence_forked(text, bigint, bigint, text);
-- The only way in computes both; to look at a check's text at each entry takes longer than to hash it.
alter table governance.evidence_entry drop constraint if exists evidence_entry_prev_check, drop constraint if exists evidence_entry_hash_check;
alter table governance.evidence_head drop constraint if exists evidence_head_hash_check;
