-- breaking: no
-- An entry is appended with the names and words it commits to.
drop function if exists governance.evidence_append(text, uuid, text);
