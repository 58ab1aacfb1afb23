-- Null: the claim did not hold, p_mapping, by which it is none of ours, is not the live one, or it is said to be gone while its site is held: it is looked at again when the claim runs out.
create or replace function governance.ticket_ignore(p_owner text, p_site text, p_issue text, p_version bigint, p_reason text,
                                                    p_updated_ms bigint default 0, p_mapping text default '',
                                                    p_request_type text default '')
returns bigint
language sql set search_path = pg_catalog as $$
    update governance.ticket
       set ignored = p_reason, request_type = left(nullif(p_request_type, ''), 64), lease_owner = null, lease_until = null, version = version + 1, read_at = clock_timestamp(),
           look_at = null, hinted_updated_ms = greatest(hinted_updated_ms, p_updated_ms)
     where site = p_site and issue_id = p_issue and version = p_version and lease_owner = p_owner and request_id is null
       and not (p_reason = 'gone' and governance.site_is_held(p_site))
       and (p_mapping = '' or governance.mapping_is_live(p_site, p_mapping))
    returning version
$$;
comment on function governance.ticket_ignore(text, text, text, bigint, text, bigint, text, text) is 'Remember that a ticket is none of ours, until it changes';
