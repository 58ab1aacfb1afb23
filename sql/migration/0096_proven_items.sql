-- breaking: no
-- Which items reads proved when a request was verified or closed: what became of exceptions since then proves none of the others.
alter table governance.access_request add column proven_items bigint[];
comment on column governance.access_request.proven_items is
    'Items that reads proved when it was verified or closed; the others passed by an exception. null = nothing is proven, or not any more';
-- Of before: all, where it was verified; else those that no exception covered then. What one covered and reads proved too is not told apart.
update governance.access_request r
   set proven_items = array(
           select i.id from governance.request_item i
            where i.request_id = r.id and i.replaced_at is null and (i.superseded_at is null or i.superseded_at > r.verified_at)
              and (exists (select from governance.close_attempt a
                            where a.request_id = r.id and a.proven_as = 'verified' and a.proven_at = r.verified_at)
                   or not exists (select from governance.exception x
                                   where (x.item_id = i.id or x.request_id = r.id and x.scope = 'request' or x.source = i.source)
                                     and x.created_at <= coalesce(r.closed_at, r.verified_at)
                                     and least(x.revoked_at, x.expires_at) >= r.verified_at))
            order by i.id)
 where r.phase in ('verified', 'exception', 'closed');
