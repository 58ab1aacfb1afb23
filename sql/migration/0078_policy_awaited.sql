-- breaking: no
-- What a request can wait for that somebody has to permit.
insert into governance.status_reason values
    ('PolicyAwaited', 'retrying', 'governance_owner', 'the policy is asked again', 'see at /readyz?verbose why the policy gives no decision, or mend the source that nobody can read'),
    ('NotPermitted', 'waiting', 'governance_owner', 'the policy is asked again', 'take the access away and cancel the ticket, or have an exception approved'),
    ('DutiesInConflict', 'waiting', 'governance_owner', 'who holds what is read again', 'take one of the duties away, or have an exception of scope sod approved');
