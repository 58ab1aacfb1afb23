-- Which items an exception is of, also when it has ended: one row for each. One of a whole source was approved by somebody who
-- did not know of the request: it covers nothing of his own, which `counts` says. A conflict of duties is no item: sod_excepted.
create or replace view governance.exception_covers as
select x.id as exception_id, i.id as item_id, i.request_id, x.scope, x.owner, x.created_at, x.expires_at, x.revoked_at, x.plea_edit, x.lapsed_at,
       true as counts, ''::text as void
  from governance.exception x
  join governance.request_item i on i.id = x.item_id
union all
select x.id, i.id, i.request_id, x.scope, x.owner, x.created_at, x.expires_at, x.revoked_at, x.plea_edit, x.lapsed_at,
       true, ''
  from governance.exception x
  join governance.request_item i on i.request_id = x.request_id
 where x.scope = 'request'
union all
select x.id, i.id, i.request_id, x.scope, x.owner, x.created_at, x.expires_at, x.revoked_at, x.plea_edit, x.lapsed_at,
       governance.exception_counts(x, r), governance.exception_void(x, r)
  from governance.exception x
  join governance.request_item i on i.source = x.source
  join governance.access_request r on r.id = i.request_id;
comment on view governance.exception_covers is 'Which items each exception is of, live or not, and whether it covers them';
comment on column governance.exception_covers.exception_id is 'Exception';
comment on column governance.exception_covers.item_id is 'Item it covers';
comment on column governance.exception_covers.request_id is 'Its request';
comment on column governance.exception_covers.scope is 'item, request or source';
comment on column governance.exception_covers.owner is 'Person who owns the debt';
comment on column governance.exception_covers.created_at is 'Begin';
comment on column governance.exception_covers.expires_at is 'End';
comment on column governance.exception_covers.revoked_at is 'Ended early; null = not';
comment on column governance.exception_covers.plea_edit is 'Answer on the ticket that granted it; empty = none';
comment on column governance.exception_covers.lapsed_at is 'When its end was taken up, as in the table';
comment on column governance.exception_covers.counts is 'While it lives it covers the item; false: of a source, and approved by somebody who may not for this request';
comment on column governance.exception_covers.void is 'own: whoever approved it asks, or it is for him, and what it let close is owed; unclear: nobody can tell; empty = neither';
