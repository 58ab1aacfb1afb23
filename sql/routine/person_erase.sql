-- A person is erased: no table of ours names him any more, and of the evidence nobody can tell that it was he. Nothing that is hashed,
-- signed or published changes. Whoever calls it owns the tables: not the service.

-- Who is named where, with what Jira showed of him there.
create or replace function governance.person_named() returns table (place text, key text, names text[])
language sql stable set search_path = pg_catalog, pg_temp as $$
    select 'access_request.requester', r.requester, r.requester_names from governance.access_request r
     union all select 'access_request.beneficiary', r.beneficiary, r.beneficiary_names from governance.access_request r
                where r.subject_kind in ('human', 'contractor')
     union all select 'access_request.sponsor', r.sponsor, '{}' from governance.access_request r where r.sponsor <> ''
     union all select 'approval.approver', a.approver, a.approver_names from governance.approval a
     union all select 'fulfiller.person', f.person, f.names from governance.fulfiller f
     union all select 'departure.person', d.person, d.names from governance.departure d
     union all select 'emergency_review.reviewer', v.reviewer, v.reviewer_names from governance.emergency_review v
     union all select 'exception.owner', x.owner, x.owner_names from governance.exception x
     union all select 'exception.approved_by', x.approved_by, x.approver_names from governance.exception x
     union all select 'approval_counted.named', c.named, '{}' from governance.approval_counted c where c.named <> ''
     union all select 'delegation.delegator', d.delegator, '{}' from governance.delegation d
     union all select 'delegation.delegate', d.delegate, '{}' from governance.delegation d
     union all select 'refused_decision.person', d.person, '{}' from governance.refused_decision d
     union all select 'refused_decision.other', d.other, '{}' from governance.refused_decision d where d.other <> ''
     union all select 'ticket.moved_by', t.moved_by, t.mover_names from governance.ticket t
     union all select 'ticket.filer_names', substr(n, position('=' in n) + 1), '{}' from governance.ticket t cross join lateral unnest(t.filer_names) n
$$;
comment on function governance.person_named() is 'Who is named as somebody who asks, gets, decides or does, and where';

-- An account is known by its source, too: one name in two systems is two persons' more often than one's.
create or replace function governance.account_key(p_source text, p_account text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$ select coalesce(p_source, '') || E'\n' || governance.person_folded(p_account) $$;
comment on function governance.account_key(text, text) is 'An account among the keys of a person: its source, a line feed, its name';

create or replace function governance.native_key(p_source text, p_native_id text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$ select coalesce(p_source, '') || E'\n\n' || p_native_id $$;
comment on function governance.native_key(text, text) is 'An account among the keys of a person by its immutable id: its source, two line feeds, the id';

-- Whose accounts of that name are, in any source: those that reads know, and those that requests name.
create or replace function governance.account_owners(p_accounts text[]) returns table (source text, account text, native_id text, person text)
language sql stable set search_path = pg_catalog, pg_temp as $$
    select l.source, governance.person_folded(l.account), l.native_id, governance.person_folded(l.person)
      from governance.account_link l where governance.person_folded(l.account) = any (p_accounts)
     union
    select i.source, governance.person_folded(i.account), null, governance.person_folded(r.beneficiary)
      from governance.request_item i join governance.access_request r on r.id = i.request_id where governance.person_folded(i.account) = any (p_accounts)
$$;
comment on function governance.account_owners(text[]) is 'Who has accounts of these names, in which sources';

-- All that he is known by, folded, and how each was reached: his key, what Jira shows of him, the accounts that were proven to be his by
-- a read, by source and immutable id. An account that only a ticket names may be another person's by mistake, and so may one of his
-- account's name in another source: these tell nothing.
create or replace function governance.person_known(p_person text) returns table (key text, how text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    keys text[] := array[governance.person_folded(p_person)];
    hows text[] := array['as you named it'];
    more record;
    before int := 0;
begin
    if not exists (select from governance.person_named() n where governance.person_folded(n.key) = keys[1] or governance.names_hold(n.names, keys))
       and not exists (select from governance.account_link l where governance.person_folded(l.person) = keys[1])
       and 1 = (select count(distinct o.person) from governance.account_owners(keys) o) then -- he was named by an account that is nobody else's
        for more in select distinct w.key, w.how from governance.account_owners(keys[1:1]) o
                     cross join lateral (values (governance.account_key(o.source, o.account), 'the account that you named'),
                                                (governance.native_key(o.source, o.native_id), 'its immutable id')) w(key, how)
                     where w.key is not null loop
            keys := keys || more.key;
            hows := hows || more.how;
        end loop;
    end if;
    while cardinality(keys) > before and cardinality(keys) < 200 loop
        before := cardinality(keys);
        for more in
            select k.key, min(k.how) as how
              from (select governance.person_folded(substr(x, position('=' in x) + 1)) as key, 'stands beside another name in ' || n.place as how
                      from governance.person_named() n cross join lateral unnest(governance.person_names(n.key, n.names)) x
                     where governance.person_folded(n.key) = any (keys) or governance.names_hold(n.names, keys)
                     union all
                    select w.key, w.how
                      from governance.account_link l left join governance.access_request r on r.id = l.request_id
                     cross join lateral (values (governance.account_key(l.source, l.account), 'an account of ' || governance.person_folded(l.person)),
                                                (governance.native_key(l.source, l.native_id), 'the id of account ' || l.account),
                                                (governance.person_folded(l.person), 'account ' || l.account || ' of ' || l.source || ' has the id of another of the accounts')) w(key, how)
                     where (governance.person_folded(l.person) = any (keys) or governance.native_key(l.source, l.native_id) = any (keys))
                       and coalesce(r.subject_kind, 'human') in ('human', 'contractor')) k
             where k.key <> '' and k.key <> all (keys)
             group by k.key order by k.key loop
            keys := keys || more.key;
            hows := hows || more.how;
        end loop;
    end loop;
    return query
        select u.key, u.how from unnest(keys, hows) u(key, how) -- a name that somebody else's account had before or has since is not proven
         where not exists (select from governance.account_link l
                            where governance.account_key(l.source, l.account) = u.key and governance.native_key(l.source, l.native_id) <> all (keys));
end $$;
comment on function governance.person_known(text) is 'All that is known of a person, without regard to case and blanks, and how: names, and accounts by their source';

create or replace function governance.person_keys(p_person text) returns text[]
language sql stable set search_path = pg_catalog, pg_temp as $$ select array(select k.key from governance.person_known(p_person) k order by k.key) $$;
comment on function governance.person_keys(text) is 'All that is known of a person, as keys';

-- What has the name of one of his accounts, or the word he was named by, and is not proven to be his: a human looks at it.
create or replace function governance.person_unsure(p_keys text[], p_person text) returns table (name text, source text, person text, place text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    accounts text[] := array(
        select distinct x.word
          from (select case when position(E'\n' in k) > 0 then split_part(k, E'\n', 2) else k end as word
                  from unnest(p_keys || array[governance.person_folded(p_person)]) k
                 union all -- with those that were another's, too
                select governance.person_folded(l.account) from governance.account_link l where governance.native_key(l.source, l.native_id) = any (p_keys)) x
         where x.word <> '');
begin
    return query
        select o.account, o.source, o.person, null from governance.account_owners(accounts) o
         where o.person <> all (p_keys) and governance.account_key(o.source, o.account) <> all (p_keys)
           and not (o.native_id is not null and governance.native_key(o.source, o.native_id) = any (p_keys))
         union
        select governance.person_folded(n.key), null, null, n.place from governance.person_named() n
         where governance.person_folded(n.key) = any (accounts) and governance.person_folded(n.key) <> all (p_keys);
end $$;
comment on function governance.person_unsure(text[], text) is 'What may be a person''s and may be another''s: the same word elsewhere';

-- Does one of these names stand in a list as Jira shows them ("address=...", "account=...")?
create or replace function governance.names_hold(p_names text[], p_keys text[]) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select exists (select from unnest(p_names) n where governance.person_folded(substr(n, position('=' in n) + 1)) = any (p_keys))
$$;
comment on function governance.names_hold(text[], text[]) is 'Is one of the folded names in a list of names?';

-- A text as people read it: with what JSON escapes, once and within JSON that is a string of JSON, beside it as it stands. For looking
-- for names only.
create or replace function governance.text_read(p_text text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    read text := p_text;
begin
    for round in 1..2 loop
        exit when position('\' in read) = 0;
        read := replace(regexp_replace(read, '\\[ntrbf]', ' ', 'g'), '\/', '/');
        read := replace(replace(read, '\"', '"'), '\\', '\');
        -- a backslash that begins no letter (half a pair, a zero) is one; those of a pair are hidden meanwhile
        read := regexp_replace(replace(read, E'\x01', ' '), '\\(u[dD][89abAB][0-9a-fA-F]{2})\\(u[dD][c-fC-F][0-9a-fA-F]{2})', E'\x01\\1\x01\\2', 'g');
        read := regexp_replace(read, '\\(?!u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4})', '\\\\', 'g');
        read := unistr(replace(read, E'\x01', '\'));
        p_text := p_text || E'\n' || read;
    end loop;
    return lower(p_text);
end $$;
comment on function governance.text_read(text) is 'A text in small letters, with its JSON escapes undone beside it';

-- Whole words only: "ian" does not stand in "atlassian". An address is one word, and its owner's: neither "ian" nor "jones@example.com" stands in
-- "ian.jones@example.com". What comes before the @ (or a +, which mail servers pass over) is a word of its own: in doubt it is he, as beside any
-- other sign.
create or replace function governance.text_holds(p_text text, p_words text[]) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    read text;
    plain text; -- without addresses
    word text;
    wanted text;
begin
    if cardinality(p_words) = 0 then
        return false;
    end if;
    read := governance.text_read(p_text);
    foreach word in array p_words loop
        continue when word = '' or position(word in read) = 0;
        wanted := regexp_replace(word, '([^[:alnum:]_[:space:]])', '\\\1', 'g');
        if position('@' in word) > 0 then
            if read ~ ('(^|[^[:alnum:]._%+-])[._%+-]*' || wanted || '($|[^[:alnum:]_.-]|[.-]+($|[^[:alnum:]_]))') then
                return true;
            end if;
            continue;
        end if;
        plain := coalesce(plain, regexp_replace(read, '[[:alnum:]._%+-]+@[[:alnum:]][[:alnum:].-]*', ' ', 'g'));
        if plain ~ ('(^|[^[:alnum:]_])' || wanted || '($|[^[:alnum:]_])')
           or read ~ ('(^|[^[:alnum:]._%+-])[._%-]*' || wanted || '([+][^@[:space:]]*)?@[[:alnum:]]') then
            return true;
        end if;
    end loop;
    return false;
end $$;
comment on function governance.text_holds(text, text[]) is 'Does a text name one of the folded words, as whole words, whatever its case and however JSON writes it?';

create or replace function governance.bytes_masked(p_bytes bytea) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$ select regexp_replace(encode(p_bytes, 'escape'), '\\[0-7]{3}', ' ', 'g') $$;
comment on function governance.bytes_masked(bytea) is 'Bytes that are no text, with a blank for each that is no letter';

create or replace function governance.bytes_hold(p_bytes bytea, p_words text[]) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    -- an encoding is a "name", whose collation folds but ASCII
    return governance.text_holds(convert_from(p_bytes, 'UTF8') collate "default", p_words);
exception when character_not_in_repertoire or untranslatable_character then
    return governance.text_holds(governance.bytes_masked(p_bytes), array(select btrim(governance.bytes_masked(convert_to(w, 'UTF8'))) from unnest(p_words) w));
end $$;
comment on function governance.bytes_hold(bytea, text[]) is 'Do bytes name one of the folded words? See text_holds';

-- Names of one or two letters are in every text, and so is a word that is somebody else's, too.
create or replace function governance.person_words(p_keys text[], p_unsure text[]) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select array(select distinct w.word from unnest(p_keys) k
                  cross join lateral (select case when position(E'\n' in k) > 0 then split_part(k, E'\n', 2) else k end as word) w
                  where octet_length(w.word) > 2 and w.word <> all (p_unsure))
$$;
comment on function governance.person_words(text[], text[]) is 'Words that name a person within texts';

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
            select i.request_id, true from governance.request_item i where governance.account_key(i.source, i.account) = any (p_keys)
             union all
            select a.request_id, false from governance.approval a
             where governance.person_folded(a.approver) = any (p_keys) or governance.names_hold(a.approver_names, p_keys)
             union all
            select f.request_id, false from governance.fulfiller f where governance.person_folded(f.person) = any (p_keys) or governance.names_hold(f.names, p_keys)
             union all
            select s.request_id, false from governance.approval_counted c join governance.approval_settled s on s.id = c.settled_id
             where governance.person_folded(c.named) = any (p_keys)
             union all
            select v.request_id, false from governance.emergency_review v
             where governance.person_folded(v.reviewer) = any (p_keys) or governance.names_hold(v.reviewer_names, p_keys)
             union all
            select coalesce(e.request_id, (select i.request_id from governance.request_item i where i.id = e.item_id)), false from governance.exception e
             where governance.person_folded(e.owner) = any (p_keys) or governance.person_folded(e.approved_by) = any (p_keys)
                or governance.names_hold(e.owner_names || e.approver_names, p_keys)
             union all
            select d.request_id, false from governance.refused_decision d
             where governance.person_folded(d.person) = any (p_keys) or governance.person_folded(d.other) = any (p_keys)
             union all
            select t.request_id, false from governance.ticket t
             where governance.person_folded(t.moved_by) = any (p_keys) or governance.names_hold(t.mover_names || t.filer_names, p_keys)
             union all
            select p.request_id, false from governance.sla_pause p
             where governance.person_folded(p.actor) = any (p_keys) or governance.person_folded(p.ended_by) = any (p_keys)
             union all
            select c.request_id, false from governance.person_commitment c
             where governance.person_folded(c.value) = any (p_keys) and c.member not in ('account', 'native_id')) x
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
                      where i.request_id = p_request and k.counts and k.revoked_at is null and k.expires_at > clock_timestamp()) then 'a live exception covers it'
        when r.phase = 'closed' and r.access_until > clock_timestamp() then 'its access ends ' || to_char(r.access_until at time zone 'utc', 'YYYY-MM-DD')
        when exists (select from governance.drift d where d.request_id = p_request and d.ended_at is null) then 'its access came back, or was left'
        when r.look_at is not null then 'it is still watched'
        when exists (select from governance.flow f where f.request_id = p_request and f.state not in ('done', 'moot')) then 'work of it is not done'
        when exists (select from governance.access_request q where q.follows = p_request and not governance.is_at_rest(q.phase)) then 'an open request follows it'
    end;
end $$;
comment on function governance.request_needed(uuid, jsonb) is 'Why a request is still needed as it is; null: it is history';

-- Where people stand, and how: a column that is a name, a list of names, words, a document, json, an account of who it is about, an
-- account with its immutable id, the account somebody left with, what only a read of that account says (own), bytes and their digests, a hash of any of these.
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
           (49, 'departure', 'person', 'name'), (50, 'departure', 'names', 'names'), (51, 'departure', 'account', 'departed'),
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
           (84, 'access_request', 'approved_terms', 'json'), (85, 'approval_counted', 'named', 'name'),
           (86, 'approval_settled', 'terms', 'json'), (87, 'approval_settled', 'tuple_hash', 'hash'), (88, 'policy_edition', 'actor', 'name'),
           (89, 'policy_edition', 'reason', 'text'), (90, 'ticket', 'filer_names', 'names'),
           (91, 'refused_decision', 'person', 'name'), (92, 'refused_decision', 'other', 'name'), (93, 'refused_decision', 'said', 'text')
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
                   ('approval_settled', 'x.request_id'),
                   ('approval_counted', '(select s.request_id from governance.approval_settled s where s.id = x.settled_id)'),
                   ('delegation', 'null::uuid'),
                   ('policy_edition', 'null::uuid'),
                   ('departure', 'x.request_id'),
                   ('emergency_review', 'x.request_id'),
                   ('operator_act', 'x.request_id'),
                   ('mapping_event', 'null::uuid'),
                   ('sla_pause', 'x.request_id'),
                   ('erasure', 'null::uuid'),
                   ('evidence_view', 'null::uuid'),
                   ('refused_decision', 'x.request_id'),
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

-- Where a column holds him, and what comes instead. $3: requests that are about him, $4: his keys, $5: what stands for him, $6: words
-- that name him within texts.
create or replace function governance.person_cell(p_column text, p_what text, p_of text) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $f$
    select array[replace(replace(v.found, '@', format('x.%I', p_column)), '#', p_of), replace(replace(v.instead, '@', format('x.%I', p_column)), '#', p_of)]
      from (values ('name', 'governance.person_folded(@) = any ($4)', $i$$5 || '-' || array_position($4, governance.person_folded(@))$i$),
                   ('names', 'governance.names_hold(@, $4)', 'array(select n from unnest(@) n where not governance.names_hold(array[n], $4))'),
                   ('account', $i$(governance.account_key(x.source, @) = any ($4) or # = any ($3)) and not starts_with(@, 'erased-')$i$,
                        $i$$5 || '-' || coalesce(array_position($4, governance.account_key(x.source, @))::text, 'a' || x.id)$i$),
                   ('linked', $i$(governance.person_folded(x.person) = any ($4) or governance.native_key(x.source, x.native_id) = any ($4)) and not starts_with(@, 'erased-')$i$,
                        $i$$5 || '-' || coalesce(array_position($4, governance.account_key(x.source, @))::text, 'l' || x.id)$i$),
                   ('departed', $i$@ <> '' and not starts_with(@, 'erased-') and (governance.person_folded(x.person) = any ($4)
                        or governance.account_key(x.source, @) = any ($4) or governance.native_key(x.source, @) = any ($4))$i$,
                        $i$$5 || '-' || coalesce(array_position($4, governance.account_key(x.source, @))::text, 'd' || x.id)$i$),
                   ('own', $i$@ <> '' and # = any ($3)$i$, $i$''$i$),
                   ('text', $i$@ not in ('', '[erased]') and (# = any ($3) or governance.text_holds(@, $6))$i$, $i$'[erased]'$i$),
                   ('document', $i$@ not in ('', '{}') and (# = any ($3) or governance.text_holds(@, $6))$i$, $i$'{}'$i$),
                   ('json', $i$@ <> '{}' and (# = any ($3) or governance.text_holds(@::text, $6))$i$, $i$'{}'$i$),
                   ('null', '@ is not null and (# = any ($3) or governance.text_holds(@::text, $6))', 'null'),
                   ('bytes', 'octet_length(@) > 0 and (# = any ($3) or governance.bytes_hold(@, $6))', $i$''::bytea$i$),
                   ('digest', '@ is not null and (# = any ($3) or governance.bytes_hold(x.asked, $6) or governance.bytes_hold(x.answered, $6))',
                        'null'),
                   ('hash', 'length(@) in (32, 64) and exists (select from governance.request_salt s where s.request_id = # and # = any ($1) and s.salt is not null)',
                        case p_column when 'raw_sha256' -- of bytes; the others are written out
                            then $i$decode(governance.commitment(encode(@, 'hex'), (select s.salt from governance.request_salt s where s.request_id = #)), 'hex')$i$
                            else 'governance.commitment(@, (select s.salt from governance.request_salt s where s.request_id = #))' end))
           as v(what, found, instead)
     where v.what = p_what
$f$;
comment on function governance.person_cell(text, text, text) is 'Where a column names a person, and what comes instead, as expressions';

-- The clear text beside the chain that he is in. An account counts by the source that its entry tells. Words go as person_cell() has them go
-- from their rows, or rows would say something else than what is left of them here; who tried what was refused is not whom a request is about.
create or replace function governance.person_commitments(p_free uuid[], p_his uuid[], p_loose boolean, p_keys text[], p_words text[]) returns table (entry bigint, member text)
language sql stable set search_path = pg_catalog, pg_temp as $$
    select c.entry, c.member
      from governance.person_commitment c left join governance.evidence_entry e on e.seq = c.entry and c.member in ('account', 'native_id', 'person')
     cross join lateral (select e.body::jsonb #>> '{detail,source}' as source) s
     where c.erased_at is null and (c.request_id = any (p_free) or c.request_id is null and p_loose)
       and (c.request_id = any (p_his) and c.member in ('account', 'person', 'native_id', 'reason', 'note', 'control', 'ended_reason', 'said')
                and not (c.member = 'person' and coalesce(e.kind, '') = 'decision.refused')
            or case c.member when 'account' then governance.account_key(s.source, c.value) = any (p_keys)
                             when 'native_id' then governance.native_key(s.source, c.value) = any (p_keys)
                             else governance.person_folded(c.value) = any (p_keys) -- a name is his or another's; words may name him
                                  or c.member in ('reason', 'note', 'control', 'login', 'ended_reason', 'said') and governance.text_holds(c.value, p_words) end)
$$;
comment on function governance.person_commitments(uuid[], uuid[], boolean, text[], text[]) is 'Clear texts of commitments that name a person or are about him';

-- Entries of before 0113 with plain hashes of his names, alone or with what stood beside them. Asked before the names are gone.
create or replace function governance.person_plain_hashes(p_free uuid[], p_his uuid[], p_keys text[], p_person text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    said text[] := array(select distinct encode(sha256(convert_to(w.words, 'UTF8')), 'hex')
        from (select k from unnest(p_keys || array[p_person]) k where position(E'\n' in k) = 0
               union all select n.key from governance.person_named() n where governance.person_folded(n.key) = any (p_keys)
               union all select i.account || E'\n' || i.entitlement from governance.request_item i
                          where i.request_id = any (p_his) or i.request_id = any (p_free) and governance.account_key(i.source, i.account) = any (p_keys)
               union all select unnest(array[l.account || E'\n' || l.person, l.native_id]) from governance.account_link l
                          where governance.person_folded(l.person) = any (p_keys) or governance.native_key(l.source, l.native_id) = any (p_keys)) w(words));
begin
    return (select count(*) from governance.evidence_entry e
             where e.request_id = any (p_free) and e.body like '%_sha256"%' and exists (select from unnest(said) h where position(h in e.body) > 0));
end $$;
comment on function governance.person_plain_hashes(uuid[], uuid[], text[], text) is 'Entries of requests that hold plain hashes of a person''s names';

-- Is anybody known by that name? An address or an account of Jira is one person's whoever knows it; a bare word may be any word of a text.
create or replace function governance.person_is_known(p_keys text[], p_person text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    cell record;
    found boolean := cardinality(p_keys) > 1 or governance.person_names(p_person, '{}') <> array['word=' || p_person]
        or exists (select from governance.account_owners(array[governance.person_folded(p_person)]))
        or exists (select from governance.person_commitment c where governance.person_folded(c.value) = any (p_keys));
begin
    for cell in select c.tab, governance.person_cell(c.col, c.what, 'null::uuid') as of from governance.person_cells() c where c.what in ('name', 'names') loop
        exit when found;
        execute format('select exists (select from governance.%I x where %s)', cell.tab, replace(cell.of[1], '$4', '$1')) into found using p_keys;
    end loop;
    return found;
end $$;
comment on function governance.person_is_known(text[], text) is 'Is somebody known by that name, or is it an address or account of Jira?';

-- p_do false: what would be done. p_holds: [{"name", "people", "tickets", "requests"}].
create or replace function governance.person_erase(p_person text, p_holds jsonb, p_do boolean, p_actor text, p_reason text) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp set jit = off as $$
declare
    keys text[] := governance.person_keys(p_person);
    known jsonb := (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', coalesce(nullif(split_part(k.key, E'\n', 2), ''), nullif(split_part(k.key, E'\n', 3), ''), k.key),
                        'source', case when position(E'\n' in k.key) > 0 then split_part(k.key, E'\n', 1) end, 'how', k.how)) order by k.key) from governance.person_known(p_person) k);
    alias text := 'erased-' || left(replace(gen_random_uuid()::text, '-', ''), 12);
    held text := (select h->>'name' from jsonb_array_elements(p_holds) h
                   where exists (select from jsonb_array_elements_text(h->'people') k -- in doubt it is he
                                  where governance.person_keys(k) && keys or governance.person_folded(k) = any (keys || array(select split_part(x, E'\n', 2) from unnest(keys) x)))
                   limit 1);
    free uuid[];
    his uuid[];
    unsure jsonb := (select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(u)) order by u), '[]') from governance.person_unsure(keys, p_person) u);
    words text[] := governance.person_words(keys, array(select x->>'name' from jsonb_array_elements(unsure) x));
    kept jsonb;
    loose boolean;
    found jsonb := '[]';
    counts bigint[];
    cells bigint := 0;
    said bigint := 0;
    old bigint;
    made bigint;
    t record;
begin
    if governance.person_folded(p_person) = '' then
        raise exception 'a person has a name' using errcode = 'CG063';
    end if;
    if not governance.person_is_known(keys, p_person) then -- it may be a word of anything
        return jsonb_build_object('unknown', true, 'names', to_jsonb(keys), 'kept', '[]'::jsonb, 'unsure', '[]'::jsonb);
    end if;
    p_holds := governance.holds_known(p_holds); -- a request that a held person is named in loses nobody
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
    old := governance.person_plain_hashes(free, his, keys, p_person);
    for t in select c.tab, array_agg(c.col order by c.n) as cols,
                    array_agg(governance.person_cell(c.col, c.what, governance.person_cells_of(c.tab)) order by c.n) as cell
               from governance.person_cells() c group by c.tab order by min(c.n) loop
        execute (select format('select array[%s] from governance.%I x where %s', string_agg(format('count(*) filter (where %s)', t.cell[i][1]), ', ' order by i),
                               t.tab, governance.person_cells_scope(t.tab)) from generate_subscripts(t.cols, 1) i)
           into counts using free, loose, his, keys, alias, words;
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
              using free, loose, his, keys, alias, words;
            execute format('alter table governance.%I enable trigger user', t.tab);
        end if;
    end loop;
    select count(*) into said from governance.person_commitments(free, his, loose, keys, words);
    if p_do and (cells > 0 or said > 0) then
        update governance.person_commitment c set salt = null, value = null, erased_at = clock_timestamp()
          from governance.person_commitments(free, his, loose, keys, words) w where c.entry = w.entry and c.member = w.member;
        update governance.request_salt s set salt = null, erased_at = clock_timestamp() where s.request_id = any (free) and s.erased_at is null;
        insert into governance.erasure (pseudonym, requests, commitments, cells, kept, actor, reason)
        values (alias, free, said, cells, jsonb_array_length(kept), p_actor, p_reason) returning id into made;
    end if;
    return jsonb_strip_nulls(jsonb_build_object('names', to_jsonb(array(select k from unnest(keys) k where position(E'\n' in k) = 0)), 'keys', known, 'unsure', unsure,
        'requests', cardinality(free), 'kept', kept, 'commitments', said, 'plain_hashes', old, 'found', found, 'cells', cells, 'erasure', made,
        'pseudonym', case when made is not null then alias end));
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
