-- breaking: no
-- An entry says what it says in canonical order from the start, and tells its event itself: functions that took or gave documents of
-- another type, and a trigger that looked for subscribers at every entry.
drop function if exists governance.evidence_append(text, uuid, jsonb);
drop function if exists governance.clock_evidence(uuid);
drop function if exists governance.people_commit(jsonb);
drop function if exists governance.people_committed(bigint, uuid, jsonb);
drop function if exists governance.documents_commit(uuid, jsonb);
drop trigger if exists event_follow on governance.evidence_entry;
drop function if exists governance.event_follow();
-- Only the owner writes these rows, by one function that makes a salt of 16 bytes, keeps no value that is empty, and counts on: to read the
-- text of a check at each entry takes longer than to hash it. That what is erased is gone as a whole is guarded where it is erased.
alter table governance.person_commitment drop constraint if exists person_commitment_salt_check,
    drop constraint if exists person_commitment_value_check, drop constraint if exists person_commitment_check;
alter table governance.request_salt drop constraint if exists request_salt_salt_check, drop constraint if exists request_salt_check;
alter table governance.evidence_head drop constraint if exists evidence_head_one_check;
drop function if exists governance.request_submit(text, text, jsonb);
