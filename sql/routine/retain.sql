-- Records whose time is over. They are found, written to a file by the program, and dropped: month by month, and of each month portion by portion, of so many
-- numbers, each in a transaction of its own under a lock on its requests. So memory, the time that anybody waits, and what is done again after
-- a kill are those of a portion. What is dropped is what was written, by its ids. What an open request, a live exception or a hold needs stays.

-- Holds with all requests that they are about, and all words: p is [{"name", "people", "tickets", "requests"}].
create or replace function governance.holds_known(p jsonb) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(h || jsonb_build_object(
               'requests', h->'requests' || coalesce((
                   select jsonb_agg(distinct q.request_id)
                     from jsonb_array_elements_text(h->'people') k, governance.person_requests(governance.person_keys(k)) q), '[]'),
               'words', coalesce((
                   select jsonb_agg(distinct w) from jsonb_array_elements_text(h->'people') k, unnest(governance.person_words(governance.person_keys(k), '{}')) w), '[]'))), '[]')
      from jsonb_array_elements(p) h
$$;
comment on function governance.holds_known(jsonb) is 'Holds with the requests in which the people are named that they are about, and the words that name them';

-- The records of a kind, of that time and those numbers, that nothing needs. Of a request whose evidence goes on after p_until none goes: its time begins with
-- its end. A request is judged once, however many records it has.
create or replace function governance.retain_rows(p_kind text, p_from timestamptz, p_to timestamptz, p_until timestamptz, p_holds jsonb,
                                                  p_first bigint default 0, p_last bigint default 9223372036854775807)
returns table (id bigint, at timestamptz, request_id uuid)
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off as $$
declare
    published bigint;
    held text[];
begin
    case p_kind
    when 'deliveries' then
        held := array(select distinct governance.person_folded(k) from jsonb_array_elements(p_holds) h,
                             jsonb_array_elements_text((h->'people') || (h->'tickets') || coalesce(h->'words', '[]')) k);
        return query
        select w.id, w.received_at, null::uuid from governance.webhook_delivery w
         where w.id between p_first and p_last and w.received_at >= p_from and w.received_at < p_to and w.state <> 'new' and (held = '{}' or not governance.bytes_hold(w.body, held))
         order by w.id;
    when 'observations' then -- but the one that a request was proven by, the last one, and those that something else names
        return query
        with old as materialized (
            select o.id, o.observed_at, r.id as request_id from governance.observation o
              join governance.request_item i on i.id = o.item_id join governance.access_request r on r.id = i.request_id
             where o.id between p_first and p_last and o.observed_at >= p_from and o.observed_at < p_to and governance.is_at_rest(r.phase) and r.look_at is null
               and o.id <> (select n.id from governance.observation n where n.item_id = o.item_id and n.generation = r.generation order by n.id desc limit 1)
               and o.id is distinct from (select n.id from governance.observation n
                                           where n.item_id = o.item_id and n.generation = r.generation and n.observed_at <= r.verified_at order by n.id desc limit 1)
               and not exists (select from governance.over_grant g where g.observation_id = o.id)
               and not exists (select from governance.drift d where d.observation_id = o.id)
               and not exists (select from governance.late_proof l where l.observation_id = o.id)),
        free as materialized (
            select x.request_id from (select distinct y.request_id from old y offset 0) x where governance.request_needed(x.request_id, p_holds) is null)
        select o.id, o.observed_at, o.request_id from old o join free f on f.request_id = o.request_id order by o.id;
    when 'flows' then -- but the last of each kind, and the one that made the ticket
        return query
        with old as materialized (
            select f.id, f.created_at, r.id as request_id from governance.flow f join governance.access_request r on r.id = f.request_id
             where f.id between p_first and p_last and f.created_at >= p_from and f.created_at < p_to and f.state in ('done', 'moot') and f.kind <> 'create_ticket'
               and governance.is_at_rest(r.phase) and r.look_at is null
               and exists (select from governance.flow n where n.request_id = f.request_id and n.kind = f.kind and n.id > f.id)
               and not exists (select from governance.bulk_rider b where b.flow_id = f.id)),
        free as materialized (
            select x.request_id from (select distinct y.request_id from old y offset 0) x where governance.request_needed(x.request_id, p_holds) is null)
        select o.id, o.created_at, o.request_id from old o join free f on f.request_id = o.request_id order by o.id;
    when 'decisions' then
        return query
        with old as materialized (
            select d.id, d.at, d.request_id from governance.policy_decision d where d.id between p_first and p_last and d.at >= p_from and d.at < p_to and d.asked is not null),
        free as materialized (
            select x.request_id from (select distinct y.request_id from old y offset 0) x where governance.request_needed(x.request_id, p_holds) is null)
        select o.id, o.at, o.request_id from old o join free f on f.request_id = o.request_id order by o.id;
    when 'evidence' then -- what is published has to be so in full, and the last one is what the next hangs on
        published := coalesce((select min(c.seq) from (select max(k.seq) as seq from governance.evidence_checkpoint k where k.root is not null group by k.origin
                                                       having max(k.at) > (select max(l.at) from governance.evidence_checkpoint l) - interval '30 days') c),
                              (select h.seq from governance.evidence_head h));
        return query
        with old as materialized (
            select e.seq, e.at, e.request_id from governance.evidence_entry e
             where e.seq between p_first and p_last and e.at >= p_from and e.at < p_to and e.seq < published and e.kind not in ('records.retained', 'person.erased', 'evidence.forked')),
        free as materialized (
            select x.request_id from (select distinct y.request_id from old y where y.request_id is not null offset 0) x -- judged apart, or each entry is
             where (select n.at from governance.evidence_entry n where n.request_id = x.request_id order by n.seq desc limit 1) < p_until
               and governance.request_needed(x.request_id, p_holds) is null)
        select o.seq, o.at, o.request_id from old o left join free f on f.request_id = o.request_id
         where o.request_id is null or f.request_id is not null order by o.seq;
    end case;
end $$;
comment on function governance.retain_rows(text, timestamptz, timestamptz, timestamptz, jsonb, bigint, bigint) is 'Records of a kind, a time and a range of numbers that nothing needs any more';

-- p: [{"kind", "days"}]. Whole months only, each with the first and the last number in it.
create or replace function governance.retain_plan(p jsonb, p_holds jsonb) returns table (kind text, month date, until timestamptz, records bigint, first bigint, last bigint)
language sql stable set search_path = pg_catalog, pg_temp as $$
    select k.kind, m.month, c.until, m.records, m.first, m.last
      from jsonb_to_recordset(p) as k(kind text, days int)
     cross join lateral (select date_trunc('month', (clock_timestamp() - make_interval(days => k.days)) at time zone 'utc') at time zone 'utc' as until) c
     cross join lateral (
        select date_trunc('month', r.at at time zone 'utc')::date as month, count(*) as records, min(r.id) as first, max(r.id) as last
          from governance.retain_rows(k.kind, '-infinity', c.until, c.until, p_holds) r
         group by 1) m
     order by m.month, array_position(array['deliveries', 'flows', 'observations', 'decisions', 'evidence'], k.kind)
$$;
comment on function governance.retain_plan(jsonb, jsonb) is 'Which months of what may be dropped';

-- Records as they are written, a line each. Of evidence the text of export; of the rest the row as it stands, with what goes with it.
create or replace function governance.retain_page(p_kind text, ids bigint[])
returns table (id bigint, line text, body text, prev text, hash text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    case p_kind
    when 'deliveries' then
        return query select w.id, (to_jsonb(w) - 'body' || jsonb_build_object('body', encode(w.body, 'base64')))::text, null, null, null
                       from governance.webhook_delivery w where w.id = any (ids) order by w.id;
    when 'observations' then
        return query select o.id, to_jsonb(o)::text, null, null, null from governance.observation o where o.id = any (ids) order by o.id;
    when 'flows' then
        return query select f.id, (to_jsonb(f) || jsonb_build_object('attempts', coalesce((
                                select jsonb_agg(to_jsonb(a) order by a.id) from governance.flow_attempt a where a.flow_id = f.id), '[]')))::text, null, null, null
                       from governance.flow f where f.id = any (ids) order by f.id;
    when 'decisions' then
        return query select d.id, (to_jsonb(d) || jsonb_build_object('asked', encode(d.asked, 'base64'), 'answered', encode(d.answered, 'base64')))::text, null, null, null
                       from governance.policy_decision d where d.id = any (ids) order by d.id;
    when 'evidence' then
        return query select e.seq, jsonb_build_object('body', e.body, 'hash', encode(e.hash, 'hex'), 'kind', e.kind, 'prev', encode(e.prev, 'hex'),
                                                      'request', e.request_id, 'seq', e.seq)::text, e.body, encode(e.prev, 'hex'), encode(e.hash, 'hex')
                       from governance.evidence_entry e where e.seq = any (ids) order by e.seq;
    end case;
end $$;
comment on function governance.retain_page(text, bigint[]) is 'Records as they are written before they are dropped';

create or replace function governance.entries_counted(p_ids bigint[]) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select jsonb_object_agg(k.kind, k.n) from (select e.kind, count(*) as n from governance.evidence_entry e where e.seq = any (p_ids) group by 1) k
$$;
comment on function governance.entries_counted(bigint[]) is 'How many of these entries there are of each kind';

-- p_first, p_last: the numbers of the portion. p_ids_sha256: of the ids that were written, in their order, with a comma between. p_runs: of evidence [{"first", "last", "prev", "hash",
-- "tree"}], hexadecimal. Fails when it would drop anything else than was written.
create or replace function governance.retain_drop(p_kind text, p_month date, p_until timestamptz, p_holds jsonb, p_first bigint, p_last bigint,
                                                  p_export text, p_sha256 text, p_rows bigint, p_ids_sha256 text, p_runs jsonb) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    begins timestamptz := p_month::timestamp at time zone 'utc';
    ends timestamptz := (p_month + interval '1 month') at time zone 'utc';
    ids bigint[];
    requests uuid[];
    made bigint;
begin
    perform from governance.access_request q -- nothing becomes of them meanwhile
      where q.id in (select r.request_id from governance.retain_rows(p_kind, begins, ends, p_until, p_holds, p_first, p_last) r) order by q.id for update;
    select coalesce(array_agg(r.id order by r.id), '{}'), coalesce(array_agg(distinct r.request_id) filter (where r.request_id is not null), '{}')
      into ids, requests from governance.retain_rows(p_kind, begins, ends, p_until, p_holds, p_first, p_last) r;
    if encode(sha256(convert_to(array_to_string(ids, ','), 'UTF8')), 'hex') <> p_ids_sha256 then
        raise exception 'other records would be dropped than were written: something happened to them meanwhile' using errcode = 'CG064';
    end if;
    insert into governance.retention (kind, month, export, sha256, rows, kinds)
    values (p_kind, p_month, p_export, decode(p_sha256, 'hex'), p_rows, case p_kind when 'evidence' then governance.entries_counted(ids) end)
    returning id into made;
    insert into governance.retention_request (retention_id, request_id) select made, r from unnest(requests) r;
    perform governance.retain_told(made, p_kind, ids);
    perform set_config('countersign.retains', made::text, true); -- see append_only()
    case p_kind
    when 'deliveries' then
        delete from governance.webhook_delivery w where w.id = any (ids);
    when 'observations' then
        delete from governance.observation o where o.id = any (ids);
    when 'flows' then
        delete from governance.flow_attempt a where a.flow_id = any (ids);
        delete from governance.flow f where f.id = any (ids);
    when 'decisions' then
        update governance.policy_decision d set asked = null, answered = null where d.id = any (ids);
    when 'evidence' then
        insert into governance.retention_run (first, last, retention_id, prev, hash, tree)
        select r.first, r.last, made, decode(r.prev, 'hex'), decode(r.hash, 'hex'), decode(r.tree, 'hex')
          from jsonb_to_recordset(p_runs) as r(first bigint, last bigint, prev text, hash text, tree text);
        delete from governance.person_commitment c where c.entry = any (ids);
        delete from governance.evidence_entry e where e.seq = any (ids);
    end case;
    perform set_config('countersign.retains', '', true);
    return made;
end $$;
comment on function governance.retain_drop(text, date, timestamptz, jsonb, bigint, bigint, text, text, bigint, text, jsonb) is 'Drop records that were written to a file, and put down which';

-- What stands in the evidence of entries that are gone.
create or replace function governance.retention_runs_sha256(p_retention bigint) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select encode(sha256(convert_to(string_agg(concat_ws(' ', r.first, r.last, encode(r.prev, 'hex'), encode(r.hash, 'hex'), encode(r.tree, 'hex')), E'\n'
                                               order by r.first), 'UTF8')), 'hex')
      from governance.retention_run r where r.retention_id = p_retention
$$;
comment on function governance.retention_runs_sha256(bigint) is 'Hash of what is left of the entries of a file; null: it holds none';

-- Files whose record is not what the evidence says of them.
create or replace function governance.retention_forged() returns table (retention bigint)
language sql stable set search_path = pg_catalog, pg_temp as $$
    with said as materialized ( -- each is read once, not for each file again
        select e.body::jsonb->'detail' as detail from governance.evidence_entry e where e.kind = 'records.retained')
    select r.id from governance.retention r
     where not exists (select from said s
                        where s.detail->'retention' = to_jsonb(r.id) and s.detail @> jsonb_strip_nulls(jsonb_build_object('kind', r.kind,
                            'export', r.export, 'sha256', encode(r.sha256, 'hex'), 'rows', r.rows, 'runs_sha256', governance.retention_runs_sha256(r.id))))
$$;
comment on function governance.retention_forged() is 'Retentions that the evidence does not know, or knows otherwise';
