-- breaking: no
comment on column governance.bulk_move.until is 'Whatever we hear, or do not, Jira works on it no longer than that: set before it leaves';
