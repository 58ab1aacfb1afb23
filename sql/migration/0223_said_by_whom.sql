-- breaking: no
-- An answer that was taken for a person's and turns out to be a program's is kept beside what it was taken for.
alter table governance.approval
    drop constraint approval_said_once,
    add constraint approval_said_once unique (request_id, approver, tuple_hash, given_at, decision, channel);
