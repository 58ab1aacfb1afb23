-- breaking: no
-- What an exception was granted for is another wish once the form is edited: it ends with the edit.
alter table governance.exception drop constraint exception_ended_why_check,
    add constraint exception_ended_why_check check (ended_why in ('revoked', 'taken_back', 'owner_left', 'not_needed', 'void', 'edited'));
comment on column governance.exception.ended_why is
    'revoked by somebody, taken_back on the ticket, owner_left, not_needed (reads proved first what it covers), void (its approver turned out to be its owner, who asks or who gains), edited (the request asks for something else since); null = not ended early, or before that was kept';
drop function if exists governance.delegation_list(boolean, text, int); -- it takes where a page begins, too
