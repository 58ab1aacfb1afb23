-- The only way into the chain. Runs as the owner: nobody else may write evidence. The head is locked here, and this runs
-- at commit (deferred triggers), so it is the last lock a transaction takes. The head is found by its key: a commit that carries many
-- entries leaves as many dead rows of it behind, which a scan would read until they are vacuumed. (What is avoided costs the planner so
-- much that it would compile the plan.)
create or replace function governance.evidence_append(p_kind text, p_request uuid, p_detail jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
    head governance.evidence_head;
    entry_at timestamptz;
    entry_body text;
    entry_detail text := governance.canonical_json(jsonb_strip_nulls(p_detail));
    entry_hash bytea;
begin
    select * into head from governance.evidence_head h where h.one for update;
    entry_at := clock_timestamp();
    if octet_length(entry_detail) > 60000 then -- an entry of the published log has 65,535 bytes at the most
        entry_detail := '{"detail_sha256":' || to_json(encode(sha256(convert_to(entry_detail, 'UTF8')), 'hex')) || '}';
    end if;
    -- canonical as a whole: the names in their order, and no member without a value
    entry_body := '{"at":' || to_json(to_char(entry_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        || coalesce(',"detail":' || entry_detail, '') || ',"kind":' || to_json(p_kind)
        || coalesce(',"request":' || to_json(p_request), '') || ',"seq":' || (head.seq + 1) || '}';
    entry_hash := sha256(head.hash || convert_to(entry_body, 'UTF8'));
    with entry as (
        insert into governance.evidence_entry values (head.seq + 1, entry_at, p_kind, p_request, entry_body, head.hash, entry_hash))
    update governance.evidence_head h set seq = head.seq + 1, hash = entry_hash where h.one;
    return head.seq + 1;
end $$;
comment on function governance.evidence_append(text, uuid, jsonb) is 'Append one entry to the hash chain; called by triggers only';
