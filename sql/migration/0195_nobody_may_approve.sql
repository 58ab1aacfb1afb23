-- breaking: no
-- A step whose people all may not is nothing that waits for an approver: somebody has to name others.
insert into governance.status_reason values
    ('NobodyMayApprove', 'stuck', 'governance_owner', 'the ticket is read again',
     'name somebody else on the form, or have the mapping name more people: who asks, gains, does the work, checks it or has left does not count');
