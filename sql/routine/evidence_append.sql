-- The only way into the chain, for triggers that run as the owner: nobody else may write evidence. It inherits the path they pin, which would cost
-- as much again as what it asks first. The head is locked here, and this runs
-- at commit (deferred triggers), so it is the last lock a transaction takes. The head is found by its key, and then by its place: a commit
-- that carries many entries leaves as many dead rows of it behind, which a scan would read until they are vacuumed. (What is avoided costs
-- the planner so much that it would compile the plan.) p_detail: canonical JSON. p_members, p_clear, p_salts: whose names and words it commits
-- to, and by what; what is null or empty is not kept.
create or replace function governance.evidence_append(p_kind text, p_request uuid, p_detail text, p_members text[] default null, p_clear text[] default null,
                                                      p_salts bytea[] default null) returns bigint
language plpgsql set enable_seqscan = off set jit = off as $$
declare
    place tid;
    number bigint; -- of the entry, and what else it will be
    before bytea;
    at timestamptz;
    body text;
    linked bytea;
    told boolean; -- does anybody want to be?
begin
    select h.ctid, h.seq + 1, h.hash, exists (select from governance.event_subscriber s where s.ended_at is null)
      into place, number, before, told from governance.evidence_head h where h.one for update of h;
    if octet_length(p_detail) > 60000 then -- an entry of the published log has 65,535 bytes at the most
        p_detail := '{"detail_sha256":"' || encode(sha256(convert_to(p_detail, 'UTF8')), 'hex') || '"}';
    end if;
    at := clock_timestamp();
    -- canonical as a whole: the names in their order, and no member without a value
    body := concat('{"at":"', to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '"', ',"detail":' || p_detail,
                   ',"kind":', to_json(p_kind), ',"request":"' || p_request || '"', ',"seq":', number, '}');
    linked := sha256(before || convert_to(body, 'UTF8'));
    insert into governance.evidence_entry values (number, at, p_kind, p_request, body, before, linked);
    update governance.evidence_head h set seq = number, hash = linked where h.ctid = place;
    if told then
        perform governance.event_follow(row(number, at, p_kind, p_request, body, before, linked)::governance.evidence_entry);
    end if;
    if p_members is not null then
        for n in 1..cardinality(p_members) loop
            if p_clear[n] <> '' then
                insert into governance.person_commitment (entry, member, request_id, salt, value)
                values (number, p_members[n], p_request, p_salts[n], p_clear[n]);
            end if;
        end loop;
    end if;
    return number;
end $$;
comment on function governance.evidence_append(text, uuid, text, text[], text[], bytea[]) is 'Append one entry to the hash chain; called by triggers only';
