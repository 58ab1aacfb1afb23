-- breaking: no
-- A person's newest word counts: a no that comes after a yes is kept beside it. And whose token vouched for whom it names.
alter table governance.approval
    drop constraint approval_request_id_approver_tuple_hash_given_at_key,
    add constraint approval_said_once unique (request_id, approver, tuple_hash, given_at, decision),
    add column vouched_by text not null default '';
comment on column governance.approval.vouched_by is 'Name of the token of the API that vouches for who said it; empty: Jira shows it';

alter table governance.exception
    add column vouched_by text not null default '',
    add column end_vouched_by text not null default '';
comment on column governance.exception.vouched_by is 'Name of the token of the API that vouches for who approved it; empty: Jira shows it, or from before this was kept';
comment on column governance.exception.end_vouched_by is 'Name of the token that vouches for who revoked it; empty: nobody did by the API';

alter table governance.emergency_review add column vouched_by text not null default '';
comment on column governance.emergency_review.vouched_by is 'Name of the token of the API that vouches for who looked; empty: answered on the ticket';

drop function if exists governance.approval_add(uuid, text, text, text); -- with whose token vouches for it
drop function if exists governance.review_add(uuid, text, text, text);
drop function if exists governance.exception_end(bigint[], text, text, text);
drop function if exists governance.exception_revoke(bigint, text, text);
