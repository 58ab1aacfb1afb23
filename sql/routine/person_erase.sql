-- A person is erased: no table of ours names him any more, and of the evidence nobody can tell that it was he. Nothing that is hashed,
-- signed or published changes. Whoever calls it owns the tables: not the service.

-- All his names, folded: his key, what Jira shows of him, the accounts that were proven to be his. An account that only a ticket
-- names may be another person's by mistake, so it tells nothing.
create or replace function governance.person_keys(p_person text) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    keys text[] := array[governance.person_folded(p_person)];
    before int := 0;
begin
    while cardinality(keys) > before and cardinality(keys) < 100 loop
        before := cardinality(keys);
        keys := array(
            select distinct k.key
              from (select unnest(keys) as key
                     union all
                    select governance.person_folded(substr(n, position('=' in n) + 1))
                      from (select r.requester, r.requester_names from governance.access_request r
                             union all select r.beneficiary, r.beneficiary_names from governance.access_request r
                                        where r.subject_kind in ('human', 'contractor')
                             union all select a.approver, a.approver_names from governance.approval a
                             union all select f.person, f.names from governance.fulfiller f
                             union all select d.person, d.names from governance.departure d
                             union all select v.reviewer, v.reviewer_names from governance.emergency_review v
                             union all select x.owner, x.owner_names from governance.exception x
                             union all select x.approved_by, x.approver_names from governance.exception x) p(key, names)
                     cross join lateral unnest(governance.person_names(p.key, p.names)) n
                     where governance.person_folded(p.key) = any (keys)
                        or exists (select from unnest(p.names) m where governance.person_folded(substr(m, position('=' in m) + 1)) = any (keys))
                     union all
                    select governance.person_folded(substr(l, position('=' in l) + 1))
                      from unnest(governance.person_linked(array(select 'word=' || x from unnest(keys) x))) l) k
             where k.key <> '');
    end loop;
    return keys;
end $$;
comment on function governance.person_keys(text) is 'All names that are known of a person, without regard to case and blanks';

-- Does one of these names stand in a list as Jira shows them ("address=...", "account=...")?
create or replace function governance.names_hold(p_names text[], p_keys text[]) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select exists (select from unnest(p_names) n where governance.person_folded(substr(n, position('=' in n) + 1)) = any (p_keys))
$$;
comment on function governance.names_hold(text[], text[]) is 'Is one of the folded names in a list of names?';

create or replace function governance.text_holds(p_text text, p_keys text[]) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select exists (select from unnest(p_keys) k where length(k) > 2 and position(k in lower(p_text)) > 0)
$$;
comment on function governance.text_holds(text, text[]) is 'Does a text name one of the folded names? Names of one or two letters are in every text';

-- What somebody is to requests: his own (subject: it is about him), or one in which he is named.
create or replace function governance.person_requests(p_keys text[]) returns table (request_id uuid, is_subject boolean)
language sql stable set search_path = pg_catalog, pg_temp as $$
    select x.id, bool_or(x.subject)
      from (select r.id, governance.person_folded(r.beneficiary) = any (p_keys) or governance.names_hold(r.beneficiary_names, p_keys) as subject
              from governance.access_request r
             where governance.person_folded(r.beneficiary) = any (p_keys) or governance.person_folded(r.requester) = any (p_keys)
                or governance.person_folded(r.sponsor) = any (p_keys)
                or governance.names_hold(r.requester_names || r.beneficiary_names, p_keys)
             union all
            select i.request_id, true from governance.request_item i where governance.person_folded(i.account) = any (p_keys)
             union all
            select a.request_id, false from governance.approval a
             where governance.person_folded(a.approver) = any (p_keys) or governance.names_hold(a.approver_names, p_keys)
             union all
            select f.request_id, false from governance.fulfiller f where governance.person_folded(f.person) = any (p_keys) or governance.names_hold(f.names, p_keys)
             union all
            select v.request_id, false from governance.emergency_review v
             where governance.person_folded(v.reviewer) = any (p_keys) or governance.names_hold(v.reviewer_names, p_keys)
             union all
            select coalesce(e.request_id, (select i.request_id from governance.request_item i where i.id = e.item_id)), false from governance.exception e
             where governance.person_folded(e.owner) = any (p_keys) or governance.person_folded(e.approved_by) = any (p_keys)
                or governance.names_hold(e.owner_names || e.approver_names, p_keys)
             union all
            select t.request_id, false from governance.ticket t
             where governance.person_folded(t.moved_by) = any (p_keys) or governance.names_hold(t.mover_names, p_keys)
             union all
            select p.request_id, false from governance.sla_pause p
             where governance.person_folded(p.actor) = any (p_keys) or governance.person_folded(p.ended_by) = any (p_keys)
             union all
            select c.request_id, false from governance.person_commitment c where governance.person_folded(c.value) = any (p_keys)) x
     where x.id is not null
     group by x.id
$$;
comment on function governance.person_requests(text[]) is 'The requests in which a person is named, and whether they are about him';

-- Why a request cannot lose a person, or its history, yet; null: it can. p_holds: [{"name", "tickets", "requests"}].
create or replace function governance.request_needed(p_request uuid, p_holds jsonb) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    r governance.access_request;
    hold text;
begin
    select * into r from governance.access_request x where x.id = p_request;
    select h->>'name' into hold from jsonb_array_elements(p_holds) h
     where h->'requests' ? p_request::text
        or h->'tickets' ?| array(select t.issue_key from governance.ticket t where t.request_id = p_request or t.second_of = p_request)
     limit 1;
    return case
        when hold is not null then 'held: ' || hold
        when not governance.is_at_rest(r.phase) then 'the request is open: ' || r.phase
        when exists (select from governance.exception_covers k join governance.request_item i on i.id = k.item_id
                      where i.request_id = p_request and k.revoked_at is null and k.expires_at > clock_timestamp()) then 'a live exception covers it'
        when r.phase = 'closed' and r.access_until > clock_timestamp() then 'its access ends ' || to_char(r.access_until at time zone 'utc', 'YYYY-MM-DD')
        when exists (select from governance.drift d where d.request_id = p_request and d.ended_at is null) then 'its access came back'
        when r.look_at is not null then 'it is still watched'
        when exists (select from governance.flow f where f.request_id = p_request and f.state not in ('done', 'moot')) then 'work of it is not done'
        when exists (select from governance.access_request q where q.follows = p_request and not governance.is_at_rest(q.phase)) then 'an open request follows it'
    end;
end $$;
comment on function governance.request_needed(uuid, jsonb) is 'Why a request is still needed as it is; null: it is history';

-- Where people stand, and how: a column that is a name, a list of names, words, a document, json, an account of who it is about, an
-- account with its immutable id, what only a read of that account says (own), bytes and their digests, a hash of any of these.
create or replace function governance.person_cells() returns table (n int, tab text, col text, what text)
language sql immutable set search_path = pg_catalog, pg_temp as $$
    values (1, 'access_request', 'requester', 'name'), (2, 'access_request', 'beneficiary', 'name'),
           (3, 'access_request', 'sponsor', 'name'), (4, 'access_request', 'requester_names', 'names'),
           (5, 'access_request', 'beneficiary_names', 'names'), (6, 'access_request', 'justification', 'text'),
           (7, 'access_request', 'hold_text', 'text'), (8, 'access_request', 'mapped', 'json'),
           (9, 'access_request', 'idempotency_key', 'null'), (10, 'access_request', 'body_sha256', 'hash'),
           (11, 'access_request', 'mapped_hash', 'hash'), (12, 'access_request', 'approved_hash', 'hash'),
           (13, 'request_item', 'account', 'account'), (14, 'observation', 'native_id', 'own'), (15, 'observation', 'others', 'own'),
           (16, 'observation', 'raw_sha256', 'hash'), (17, 'approval', 'approver', 'name'), (18, 'approval', 'approver_names', 'names'),
           (19, 'approval', 'tuple_hash', 'hash'), (20, 'policy_decision', 'asked', 'bytes'), (21, 'policy_decision', 'answered', 'bytes'),
           (22, 'policy_decision', 'asked_sha256', 'digest'), (23, 'policy_decision', 'answered_sha256', 'digest'),
           (24, 'policy_decision', 'reason', 'text'), (25, 'policy_decision', 'tuple_hash', 'hash'),
           (26, 'mapping_rebase', 'actor', 'name'), (27, 'mapping_rebase', 'reason', 'text'), (28, 'mapping_rebase', 'tuple', 'hash'),
           (29, 'exception', 'owner', 'name'), (30, 'exception', 'approved_by', 'name'), (31, 'exception', 'ended_by', 'name'),
           (32, 'exception', 'owner_names', 'names'), (33, 'exception', 'approver_names', 'names'), (34, 'exception', 'reason', 'text'),
           (35, 'exception', 'ended_reason', 'text'), (36, 'exception', 'compensating_control', 'text'),
           (37, 'account_link', 'person', 'name'), (38, 'account_link', 'account', 'linked'), (39, 'account_link', 'native_id', 'linked'),
           (40, 'account_link', 'actor', 'name'), (41, 'account_link', 'reason', 'text'), (42, 'entitlement_link', 'actor', 'name'),
           (43, 'entitlement_link', 'reason', 'text'), (44, 'fulfiller', 'person', 'name'), (45, 'fulfiller', 'names', 'names'),
           (46, 'delegation', 'delegator', 'name'), (47, 'delegation', 'delegate', 'name'), (48, 'delegation', 'actor', 'name'),
           (49, 'departure', 'person', 'name'), (50, 'departure', 'names', 'names'), (51, 'departure', 'account', 'name'),
           (52, 'departure', 'actor', 'name'), (53, 'departure', 'returned_by', 'name'), (54, 'departure', 'reason', 'text'),
           (55, 'emergency_review', 'reviewer', 'name'), (56, 'emergency_review', 'reviewer_names', 'names'),
           (57, 'emergency_review', 'note', 'text'), (58, 'operator_act', 'actor', 'name'), (59, 'operator_act', 'done', 'json'),
           (60, 'mapping_event', 'actor', 'name'), (61, 'mapping_event', 'reason', 'text'), (62, 'mapping_event', 'detail', 'json'),
           (63, 'sla_pause', 'actor', 'name'), (64, 'sla_pause', 'ended_by', 'name'), (65, 'sla_pause', 'reason', 'text'),
           (66, 'erasure', 'actor', 'name'), (67, 'erasure', 'reason', 'text'), (68, 'ticket', 'moved_by', 'name'),
           (69, 'ticket', 'mover_names', 'names'), (70, 'ticket', 'awaited', 'text'), (71, 'ticket', 'plea', 'null'),
           (72, 'ticket', 'unreadable_why', 'text'), (73, 'ticket', 'mapped_hash', 'hash'), (74, 'escalation', 'key', 'hash'),
           (75, 'ticket_fields', 'body', 'document'), (76, 'flow', 'payload', 'document'), (77, 'flow', 'why', 'text'),
           (78, 'flow_attempt', 'why', 'text'), (79, 'bulk_rider', 'why', 'text'), (80, 'webhook_delivery', 'body', 'bytes'),
           (81, 'policy_decision', 'asks', 'json'), (82, 'delegation', 'revoked_by', 'name'), (83, 'evidence_view', 'viewer', 'name'),
           (84, 'access_request', 'approved_terms', 'json')
$$;
comment on function governance.person_cells() is 'Every column in which a person may be named, and how';

-- The request of a row x, as an expression.
create or replace function governance.person_cells_of(p_table text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select v.expression
      from (values ('access_request', 'x.id'),
                   ('request_item', 'x.request_id'),
                   ('observation', '(select i.request_id from governance.request_item i where i.id = x.item_id)'),
                   ('approval', 'x.request_id'),
                   ('policy_decision', 'x.request_id'),
                   ('mapping_rebase', 'x.request_id'),
                   ('exception', 'coalesce(x.request_id, (select i.request_id from governance.request_item i where i.id = x.item_id))'),
                   ('account_link', 'x.request_id'),
                   ('entitlement_link', 'x.request_id'),
                   ('fulfiller', 'x.request_id'),
                   ('delegation', 'null::uuid'),
                   ('departure', 'x.request_id'),
                   ('emergency_review', 'x.request_id'),
                   ('operator_act', 'x.request_id'),
                   ('mapping_event', 'null::uuid'),
                   ('sla_pause', 'x.request_id'),
                   ('erasure', 'null::uuid'),
                   ('evidence_view', 'null::uuid'),
                   ('ticket', 'coalesce(x.request_id, x.second_of)'),
                   ('escalation', 'x.request_id'),
                   ('ticket_fields', '(select coalesce(t.request_id, t.second_of) from governance.ticket t where t.site = x.site and t.issue_id = x.issue_id)'),
                   ('flow', 'x.request_id'),
                   ('flow_attempt', '(select f.request_id from governance.flow f where f.id = x.flow_id)'),
                   ('bulk_rider', 'x.request_id'),
                   ('webhook_delivery', 'null::uuid')) as v(tab, expression)
     where v.tab = p_table
$$;
comment on function governance.person_cells_of(text) is 'The request that a row of a table is of; null: of none';

-- $1: requests that lose him, $2: whether rows of no request do.
create or replace function governance.person_cells_scope(p_table text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $f$
    select replace(case p_table when 'webhook_delivery' then $i$$2 and x.state <> 'new'$i$ else '(# = any ($1) or # is null and $2)' end,
                   '#', governance.person_cells_of(p_table))
$f$;
comment on function governance.person_cells_scope(text) is 'Which rows of a table may lose a person';

-- Where a column holds him, and what comes instead. $3: requests that are about him, $4: his names, folded, $5: what stands for him, $6: his
-- names as bytes.
create or replace function governance.person_cell(p_column text, p_what text, p_of text) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $f$
    select array[replace(replace(v.found, '@', format('x.%I', p_column)), '#', p_of), replace(replace(v.instead, '@', format('x.%I', p_column)), '#', p_of)]
      from (values ('name', 'governance.person_folded(@) = any ($4)', $i$$5 || '-' || array_position($4, governance.person_folded(@))$i$),
                   ('names', 'governance.names_hold(@, $4)', 'array(select n from unnest(@) n where not governance.names_hold(array[n], $4))'),
                   ('account', $i$(governance.person_folded(@) = any ($4) or # = any ($3)) and not starts_with(@, 'erased-')$i$,
                        $i$$5 || '-' || coalesce(array_position($4, governance.person_folded(@))::text, 'a' || x.id)$i$),
                   ('linked', 'governance.person_folded(x.person) = any ($4) or governance.person_folded(x.account) = any ($4)',
                        $i$$5 || '-' || coalesce(array_position($4, governance.person_folded(@))::text, 'l' || x.id)$i$),
                   ('own', $i$@ <> '' and # = any ($3)$i$, $i$''$i$),
                   ('text', $i$@ not in ('', '[erased]') and (# = any ($3) or governance.text_holds(@, $4))$i$, $i$'[erased]'$i$),
                   ('document', $i$@ not in ('', '{}') and (# = any ($3) or governance.text_holds(@, $4))$i$, $i$'{}'$i$),
                   ('json', $i$@ <> '{}' and (# = any ($3) or governance.text_holds(@::text, $4))$i$, $i$'{}'$i$),
                   ('null', '@ is not null and (# = any ($3) or governance.text_holds(@::text, $4))', 'null'),
                   ('bytes', 'octet_length(@) > 0 and (# = any ($3) or exists (select from unnest($6) s where position(s in @) > 0))', $i$''::bytea$i$),
                   ('digest', '@ is not null and (# = any ($3) or exists (select from unnest($6) s where position(s in x.asked) > 0 or position(s in x.answered) > 0))',
                        'null'),
                   ('hash', 'length(@) in (32, 64) and exists (select from governance.request_salt s where s.request_id = # and # = any ($1) and s.salt is not null)',
                        case p_column when 'raw_sha256' -- of bytes; the others are written out
                            then $i$decode(governance.commitment(encode(@, 'hex'), (select s.salt from governance.request_salt s where s.request_id = #)), 'hex')$i$
                            else 'governance.commitment(@, (select s.salt from governance.request_salt s where s.request_id = #))' end))
           as v(what, found, instead)
     where v.what = p_what
$f$;
comment on function governance.person_cell(text, text, text) is 'Where a column names a person, and what comes instead, as expressions';

-- p_do false: what would be done. p_holds: [{"name", "people", "tickets", "requests"}].
create or replace function governance.person_erase(p_person text, p_holds jsonb, p_do boolean, p_actor text, p_reason text) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp set jit = off as $$
declare
    keys text[] := governance.person_keys(p_person);
    alias text := 'erased-' || left(replace(gen_random_uuid()::text, '-', ''), 12);
    held text := (select h->>'name' from jsonb_array_elements(p_holds) h
                   where exists (select from jsonb_array_elements_text(h->'people') k where governance.person_folded(k) = any (keys)) limit 1);
    free uuid[];
    his uuid[];
    bytes bytea[];
    kept jsonb;
    loose boolean;
    found jsonb := '[]';
    counts bigint[];
    cells bigint := 0;
    said bigint[];
    old bigint;
    made bigint;
    t record;
begin
    if governance.person_folded(p_person) = '' then
        raise exception 'a person has a name' using errcode = 'CG063';
    end if;
    if p_do then -- what is free stays so
        perform from governance.access_request r
          where r.id in (select q.request_id from governance.person_requests(keys) q) order by r.id for update;
    end if;
    select coalesce(array_agg(q.request_id) filter (where q.why is null), '{}'),
           coalesce(array_agg(q.request_id) filter (where q.why is null and q.is_subject), '{}'),
           coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('request', q.request_id, 'ticket', (
               select k.issue_key from governance.ticket k where k.request_id = q.request_id), 'why', q.why)) order by q.request_id)
               filter (where q.why is not null), '[]')
      into free, his, kept
      from (select p.*, coalesce('held: ' || held, governance.request_needed(p.request_id, p_holds)) as why from governance.person_requests(keys) p) q;
    kept := kept || governance.person_needed(keys, held);
    loose := kept = '[]' and held is null; -- accounts, departures and votes of others may stand on what no request names
    bytes := array(select convert_to(k, 'UTF8') from unnest(keys || array[p_person]) k where length(k) > 2);
    for t in select c.tab, array_agg(c.col order by c.n) as cols,
                    array_agg(governance.person_cell(c.col, c.what, governance.person_cells_of(c.tab)) order by c.n) as cell
               from governance.person_cells() c group by c.tab order by min(c.n) loop
        execute (select format('select array[%s] from governance.%I x where %s', string_agg(format('count(*) filter (where %s)', t.cell[i][1]), ', ' order by i),
                               t.tab, governance.person_cells_scope(t.tab)) from generate_subscripts(t.cols, 1) i)
           into counts using free, loose, his, keys, alias, bytes;
        continue when 0 = all (counts);
        found := found || (select jsonb_agg(jsonb_build_object('table', t.tab, 'column', t.cols[i], 'rows', counts[i]) order by i)
                             from generate_subscripts(t.cols, 1) i where counts[i] > 0);
        cells := cells + (select sum(c) from unnest(counts) c);
        if p_do then -- our guards hold to what the service may do, and this is none of its work
            execute format('alter table governance.%I disable trigger user', t.tab);
            execute (select format('update governance.%I x set %s where %s and (%s)', t.tab,
                                   string_agg(format('%I = case when %s then %s else x.%1$I end', t.cols[i], t.cell[i][1], t.cell[i][2]), ', ' order by i),
                                   governance.person_cells_scope(t.tab), string_agg(format('(%s)', t.cell[i][1]), ' or ' order by i))
                       from generate_subscripts(t.cols, 1) i where counts[i] > 0)
              using free, loose, his, keys, alias, bytes;
            execute format('alter table governance.%I enable trigger user', t.tab);
        end if;
    end loop;
    said := array(select c.entry from governance.person_commitment c
                   where c.erased_at is null and (c.request_id = any (free) or c.request_id is null and loose)
                     and (governance.person_folded(c.value) = any (keys) or governance.text_holds(c.value, keys)
                          or c.request_id = any (his) and c.member in ('account', 'person', 'native_id', 'reason', 'note', 'control')));
    select count(*) into old from governance.evidence_entry e
     where e.request_id = any (free)
       and exists (select from unnest(keys || array[p_person]) k where position(encode(sha256(convert_to(k, 'UTF8')), 'hex') in e.body) > 0);
    if p_do and (cells > 0 or said <> '{}') then
        update governance.person_commitment c set salt = null, value = null, erased_at = clock_timestamp()
         where c.entry = any (said) and c.erased_at is null
           and (governance.person_folded(c.value) = any (keys) or governance.text_holds(c.value, keys)
                or c.request_id = any (his) and c.member in ('account', 'person', 'native_id', 'reason', 'note', 'control'));
        update governance.request_salt s set salt = null, erased_at = clock_timestamp() where s.request_id = any (free) and s.erased_at is null;
        insert into governance.erasure (pseudonym, requests, commitments, cells, kept, actor, reason)
        values (alias, free, cardinality(said), cells, jsonb_array_length(kept), p_actor, p_reason) returning id into made;
    end if;
    return jsonb_strip_nulls(jsonb_build_object('names', to_jsonb(keys), 'requests', cardinality(free), 'kept', kept, 'commitments', cardinality(said),
        'plain_hashes', old, 'found', found, 'cells', cells, 'erasure', made, 'pseudonym', case when made is not null then alias end));
end $$;
comment on function governance.person_erase(text, jsonb, boolean, text, text) is
    'Erase a person wherever nothing needs the name any more, and tell where, and where not and why; or tell what would be';

create or replace function governance.person_needed(p_keys text[], p_held text) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(n.what || jsonb_build_object('why', coalesce('held: ' || p_held, 'it is live'))), '[]')
      from (select jsonb_build_object('exception', x.id) as what from governance.exception x
             where x.scope = 'source' and (x.revoked_at is null and x.expires_at > clock_timestamp() or p_held is not null)
               and (governance.person_folded(x.owner) = any (p_keys) or governance.person_folded(x.approved_by) = any (p_keys)
                    or governance.names_hold(x.owner_names || x.approver_names, p_keys))
             union all
            select jsonb_build_object('delegation', d.id) from governance.delegation d
             where (d.revoked_at is null and d.ends_at > clock_timestamp() or p_held is not null)
               and (governance.person_folded(d.delegator) = any (p_keys) or governance.person_folded(d.delegate) = any (p_keys))) n
$$;
comment on function governance.person_needed(text[], text) is 'Exceptions and delegations of no request that need a person';
