-- A `query` for the keys of service accounts: $1 is the service account, $2 the id of a key, never the key itself. That the key is
-- gone is proven by its own row, which says when it was revoked: a key that is in no row may be a misspelt one. Of a key that is
-- another account's, or whose account has no owner on record, nothing is proven (EntitlementNotFound): somebody has to answer for it.
select a.id is not null, coalesce(a.active, false),
       coalesce(k.account_id = a.id and k.revoked_at is null, false),
       a.id::text, null,
       coalesce(o.owner <> '' and (a.id is null or k.account_id = a.id), false)
  from (select $1::text as account, $2::text as key) q
  left join service_account a on a.name = q.account
  left join api_key k on k.id = q.key
  left join service_account o on o.id = k.account_id
