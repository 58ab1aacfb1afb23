-- breaking: no
-- An exception is another person's word. When accounts show later that who approved it owns it, asks, or gains, it ends, and what it let close is
-- owed again.
alter table governance.exception
    drop constraint exception_ended_why_check,
    add constraint exception_ended_why_check check (ended_why in ('revoked', 'taken_back', 'owner_left', 'not_needed', 'void'));
comment on column governance.exception.ended_why is
    'revoked by somebody, taken_back on the ticket, owner_left, not_needed (reads proved first what it covers), void (its approver turned out to be its owner, who asks, or who gains); null = not ended early, or before that was kept';
