"""The same rules stand twice: in the pure core and in the database. They must never disagree."""
import json
import random
import subprocess

from conftest import CORE_SAYS, ROOT

HISTORIES = 3000
NOW = 1_800_000_000_000  # any moment will do; the view asks the clock, so the test moves the histories to it


def core(mode, text=""):
    return subprocess.run([CORE_SAYS, mode], input=text, capture_output=True, text=True, check=True).stdout


def test_tables(db):
    said = {tuple(line.split()) for line in core("tables").splitlines()}
    stored = {("phase", *row) for row in map(tuple, db.rows("select name, is_terminal::int from governance.phase"))}
    stored |= {("phase_edge", *row) for row in map(tuple, db.rows("select from_phase, to_phase from governance.phase_edge"))}
    stored |= {("flow_edge", *row) for row in map(tuple, db.rows("select from_state, to_state from governance.flow_edge"))}
    # parked is final for the claims of workers and not for operators: the core calls it not final, as the table does
    stored |= {("flow_state", name, str(int(final == "t")))
               for name, final in db.rows("select name, is_final from governance.flow_state")}
    stored |= {("refusal", *row) for row in map(tuple, db.rows("select name, weight from governance.refusal"))}
    stored |= {("event", *row) for row in map(tuple, db.rows("select name from governance.event_type"))}
    stored |= {("flow_kind", word) for word in words(db, "flow_kind_check")}
    stored |= {("lifecycle", word) for word in lifecycles(db)}
    assert said == stored


def words(db, check):
    """What a column may say, by its check: "column = any ('{one,another}')"."""
    return set(db.psql(f"select pg_get_constraintdef(oid) from pg_constraint where conname = '{check}'").split("'")[1].strip("{}").split(","))


def lifecycles(db):
    return words(db, "access_request_lifecycle_check")


def test_schemas(db):
    """What the files of schemas/ allow is what can be stored; a template breaks no glass."""
    def said(name, *path):
        at = json.loads((ROOT / "schemas" / name).read_text())
        for member in path:
            at = at[member]
        return set(at["enum"])
    stored = lifecycles(db)
    assert said("openapi.json", "components", "schemas", "Lifecycle") == stored
    assert said("config.schema.json", "properties", "sla", "items", "properties", "when", "properties", "lifecycle") == stored
    assert said("mapping.schema.json", "definitions", "template", "properties", "lifecycle") == stored - {"emergency"}


def history(rng):
    """One item and its reads, newest first, near every boundary of the rules. Times are relative to now, in ms; what the
    database stores of them has microseconds besides."""
    settle, confirmations = rng.choice([0, 60_000, 300_000]), rng.choice([1, 1, 2, 3])
    max_age = rng.choice([60_000, 900_000])
    desired = rng.choice(["present", "absent"])
    since = -rng.choice([30_000, 120_000, 400_000, 1_000_000])
    mostly = rng.choice(["present", "absent"])
    reads, at = [], -rng.choice([0, 1000, 30_000, 100_000])
    for _ in range(rng.randrange(7)):
        outcome = mostly if rng.random() < 0.8 else rng.choice(["present", "absent", "unknown"])
        account = "active" if rng.random() < 0.8 else rng.choice(["disabled", "missing", "replaced", "unknown"])
        reads.append((outcome, account, at - rng.choice([0, 0, 0, 5000, 200_000]), at, rng.choice(["", "id", "id", "id", "other"]),
                      rng.choice(["", "g", "g", "g", "g", "new"])))
        at -= rng.choice([500, 20_000, 61_000, 150_000, 301_000])
    excepted = rng.random() < 0.05
    return desired, settle, confirmations, max_age, excepted, since, rng.choice(["", "id", "id"]), rng.choice(["", "g", "g"]), reads


def test_verdicts(db):
    """Every verdict of a history by the view equals the core's; and all five verdicts occur."""
    rng = random.Random(7)
    histories = [history(rng) for _ in range(HISTORIES)]
    lines, sources, requests, items, reads, exceptions, links, groups = [], [], [], [], [], [], [], []

    def stored(ms):
        """A moment of that millisecond: the database knows it to the microsecond, the core only that it is in there."""
        return f"date_trunc('milliseconds', now()) + {ms * 1000 + rng.choice([0, 1, 500, 900, 999])} * interval '1 us'"
    for number, (desired, settle, confirmations, max_age, excepted, since, pinned, group, seen) in enumerate(histories):
        said = " ".join(f"{o}:{a}:1:1:{NOW + as_of}:{NOW + at}:{native}:{what}" for o, a, as_of, at, native, what in seen)
        lines.append(f"{desired} {settle} {confirmations} {max_age} {int(excepted)} {NOW + since} {NOW} {pinned or '-'} {group or '-'} {said}".rstrip())
        request = f"00000000-0000-0000-0000-{number:012d}"
        sources.append(f"('s{number}', 's', 'sql', {settle} * interval '1 ms', {confirmations}, {max_age} * interval '1 ms')")
        requests.append(f"('{request}', 'acme', 'm{number}', 'removal', 'enforce', true, 'verifying', 2, 'c', {stored(since)})")
        items.append(f"({number}, '{request}', 's{number}', 'a', 'e', '{desired}')")
        if pinned:
            links.append(f"('', 's{number}', 'a', '{pinned}', 'read')")
        if group:
            groups.append(f"('s{number}', 'e', '{group}', 'read')")
        for outcome, account, as_of, at, native, what in reversed(seen):
            raw = "null" if outcome == "unknown" else "'x'"
            reads.append(f"({number}, 2, {stored(at)}, {stored(as_of)}, '{outcome}', '{account}', "
                         f"'none', 'r', true, true, {raw}, '{native}', '{what}')")
        if excepted:
            exceptions.append(f"({number}, 'ann', 'bob', 'why', now(), now() + interval '1 day')")
    # as a superuser without triggers: histories of the past cannot be written otherwise, and that is the point of them
    db.psql(f"""
        set session_replication_role = replica;
        begin;
        insert into governance.source (name, label, kind, settle, confirmations, max_age) values {",".join(sources)};
        insert into governance.access_request (id, site, marker, kind, mode, from_ticket, phase, generation, claim_cycle, claimed_at)
            values {",".join(requests)};
        insert into governance.request_item (id, request_id, source, account, entitlement, desired) overriding system value
            values {",".join(items)};
        insert into governance.observation (item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete,
                                            canary_ok, raw_sha256, native_id, entitlement_id) values {",".join(reads)};
        insert into governance.account_link (person, source, account, native_id, how) values {",".join(links)};
        insert into governance.entitlement_link (source, entitlement, native_id, how) values {",".join(groups)};
        insert into governance.exception (item_id, owner, approved_by, reason, created_at, expires_at) values {",".join(exceptions)};
        commit""")
    in_core = core("verdicts", "\n".join(lines) + "\n").split()
    in_sql = [verdict for verdict, in db.rows("select verdict from governance.item_verdict order by item_id")]
    assert len(in_core) == len(in_sql) == HISTORIES
    wrong = [(c, s, line) for c, s, line in zip(in_core, in_sql, lines) if c != s]
    assert not wrong, wrong[:5]
    assert set(in_core) == {"verified", "excepted", "settling", "mismatch", "unknown"}


def test_a_read_in_the_millisecond_of_the_claim(db):
    """Reads come in whole milliseconds, begun when they were begun: in the same one as the claim nobody knows which was first,
    and neither the core nor the database may call it proof. A moment later both do."""
    said = db.psql("""
        create temp table asked (n int, line text, verdict text);
        do $$
        declare
            request uuid;
            wanted bigint;
        begin
            for n in 1..200 loop
                request := t.fulfilling(t.request(array['plain:' || case n % 2 when 0 then 'absent' else 'present' end]));
                wanted := t.item(request);
                perform t.claim(request);
                perform t.move(request, 'verifying');
                perform pg_sleep(0.003);
                -- as the service stores it, the beginning of the read, floored: in the millisecond of the claim, before and after it
                insert into governance.observation (item_id, generation, source_as_of, outcome, account, via, reason, complete, canary_ok, raw_sha256)
                select i.id, 2, to_timestamp((governance.ms(r.claimed_at) + n % 8 / 2 - 1) / 1000.0), i.desired, 'active', 'direct', 'Ok', true, true, 'x'
                  from governance.request_item i join governance.access_request r on r.id = i.request_id where i.id = wanted;
                insert into asked
                select n, concat_ws(' ', d.item->>'desired', d.item->>'settle_ms', d.item->>'confirmations', d.item->>'max_age_ms', 0,
                           d.said->>'claimed_ms', d.said->>'now_ms', '-', '-', concat_ws(':', o->>'outcome', o->>'account', 1, 1, o->>'as_of_ms', o->>'observed_ms')),
                       t.verdict(wanted)
                  from (select s as said, s->'items'->0 as item, s->'items'->0->'obs'->0 as o from governance.dossier(request) s) d;
            end loop;
        end $$;
        select verdict || '|' || line from asked order by n""").splitlines()
    in_sql, lines = zip(*(line.split("|", 1) for line in said))
    assert core("verdicts", "\n".join(lines) + "\n").split() == list(in_sql)
    assert set(in_sql) == {"unknown", "verified"}
    early = db.psql("""select count(*) from governance.access_request r
        join governance.request_item i on i.request_id = r.id join governance.item_verdict v on v.item_id = i.id
       where v.verdict = 'verified' and v.source_as_of < r.claimed_at""")
    assert early == "0"


def test_approvals(db):
    """Who a person is says the database; what follows of it both say, alike: whether it is approved, and why each does not count."""
    rng = random.Random(11)
    people = ["r@x.org", "b@x.org", "ann@x.org", "bob@x.org", "eve@x.org", "712020:dan"]
    cases = []
    for _ in range(250):
        steps = [{"who": f"s{i}", "at_least": rng.choice([1, 1, 2]), "people": rng.choice([[], people[2:4], people[2:5], [people[3]]])}
                 for i in range(rng.choice([0, 1, 1, 2]))]
        terms = {"at_least": rng.choice([1, 1, 2, 3]), "within_ms": rng.choice([0, 60000]), "remind": [], "steps": steps,
                 "channels": rng.choice([["jsm"], ["jsm", "api"], ["jsm", "automation", "api", "cli"]])}
        given = [(rng.choice(people if rng.random() < 0.4 else people[2:5]), rng.choice(["approved"] * 12 + ["declined", "withdrawn"]),
                  rng.choice(["jsm", "jsm", "api", "automation"]), rng.choice(["h1"] * 6 + ["h0", ""]), rng.choice([10, 20, 59, 61, 90]))
                 for _ in range(rng.choice([0, 1, 2, 3, 5]))]
        cases.append((terms if rng.random() < 0.9 else None, given))  # None: no template
    said = db.psql(f"""
        create temp table tried (n int, line text, said text, kept text, later text);
        -- what was decided, as it is put down and as whoever asks is told
        create function pg_temp.kept(request uuid) returns text language sql as $$
            select string_agg(coalesce(nullif(c.fault, ''), '-'), ' ' order by c.approval_id)
              from (select distinct approval_id, fault from governance.approval_counted k join governance.approval_settled s on s.id = k.settled_id
                     where s.request_id = request) c
        $$;
        create function pg_temp.told(request uuid) returns text language sql as $$
            select concat_ws(' ', governance.approval_reached(r)::int, string_agg(coalesce(nullif(v.fault, ''), '-'), ' ' order by v.id))
              from governance.access_request r left join lateral governance.approval_votes(r) v on true where r.id = request group by r.*, r.id
        $$;
        create function pg_temp.one(n int, terms jsonb, given jsonb) returns void language plpgsql as $$
        declare
            r governance.access_request;
            made uuid := t.request(more => jsonb_build_object('approval_needed', true, 'requester', 'r@x.org', 'beneficiary', 'b@x.org',
                                                            'mapped', jsonb_strip_nulls(jsonb_build_object('approval', nullif(terms, 'null')))));
            g jsonb;
            d jsonb;
        begin
            perform t.move(made, 'pending_approval');
            select * into r from governance.access_request x where x.id = made;
            for g in select * from jsonb_array_elements(given) loop
                begin
                    insert into governance.approval (request_id, approver, decision, channel, tuple_hash, given_at)
                    values (made, g->>0, g->>1, g->>2, g->>3, r.approval_asked_at + (g->>4)::int * interval '1 s');
                exception when sqlstate 'CG008' or sqlstate 'CG023' or unique_violation then null;
                end;
            end loop;
            perform governance.departure_put('bob@x.org', true, 'hr', 'left while it waited') where n % 2 = 0;
            d := governance.dossier(made)->'approvals';
            insert into tried select n,
                concat_ws(' ', d->>'asked_ms', coalesce(d->>'within_ms', '0'), coalesce(d->>'at_least', '0'),
                          (select coalesce(sum(1 << (array_position(array['jsm', 'automation', 'api', 'cli'], c.name) - 1)), 0)
                             from jsonb_array_elements_text(nullif(d->'channels', 'null')) c(name)),
                          coalesce(jsonb_array_length(nullif(d->'steps', 'null')), 0),
                          (select string_agg(s->>'wanted', ' ') from jsonb_array_elements(nullif(d->'steps', 'null')) s),
                          (select string_agg(concat_ws(':', v->>'person', v->>'channel', (v->>'declined')::boolean::int, (v->>'withdrawn')::boolean::int,
                                  (v->>'outdated')::boolean::int, v->>'at_ms', v->>'hats', v->>'maybe', v->>'steps', (v->>'left')::boolean::int), ' ' order by o)
                             from jsonb_array_elements(nullif(d->'given', 'null')) with ordinality as x(v, o))),
                concat_ws(' ', governance.approval_reached(r)::int,
                          (select string_agg(coalesce(nullif(v.fault, ''), '-'), ' ' order by v.id) from governance.approval_votes(r) v));
            if n % 2 = 1 and governance.approval_reached(r) then -- half of them: it costs most of the time
                perform t.move(made, 'approved');
                update tried x set kept = pg_temp.kept(made), later = '' where x.n = one.n;
                begin -- everybody leaves, takes it back, and turns out to be who asks; of this case alone
                    perform pg_sleep(0.001);
                    perform governance.departure_put(p, true, 'hr', 'later') from unnest(array['ann@x.org', 'bob@x.org', 'eve@x.org']) p;
                    insert into governance.account_link (person, source, account, native_id, how)
                    select p, 'plain', 'x', 'uid-x', 'read' from unnest(array['r@x.org', 'ann@x.org', 'bob@x.org', 'eve@x.org', '712020:dan']) p;
                    insert into governance.approval (request_id, approver, decision, channel, tuple_hash, given_at)
                    select distinct made, x.approver, 'withdrawn', 'api', 'h1', clock_timestamp() from governance.approval x
                     where x.request_id = made and x.decision = 'approved';
                    raise exception using errcode = 'P0042', message = pg_temp.told(made);
                exception when sqlstate 'P0042' then
                    update tried x set later = sqlerrm where x.n = one.n;
                end;
            end if;
            perform governance.departure_put('bob@x.org', false, 'hr', '');
        end $$;
        select pg_temp.one(n::int, c->0, c->1) from jsonb_array_elements($json${json.dumps(cases)}$json$) with ordinality as x(c, n);
        select said || '|' || coalesce(kept, '') || '|' || coalesce(later, '') || '|' || line from tried order by n""").splitlines()
    in_sql, kept, later, lines = zip(*(line.split("|", 3) for line in said if "|" in line))
    in_core = core("approvals", "\n".join(lines) + "\n").splitlines()
    assert len(in_core) == len(in_sql) == len(cases)
    wrong = [both for both in zip(in_core, in_sql, lines) if both[0] != both[1]]
    assert not wrong, wrong[:5]
    decided = [both for both in zip(in_core, kept, later) if both[2]]
    assert len(decided) > 15 and not any(both for both in zip(in_core, kept, later) if not both[0].startswith("1") and (both[1] or both[2]))
    changed = [both for both in decided if not both[0] == f"1 {both[1]}" == both[2]]
    assert not changed, changed[:5]
    seen = {word for line in in_sql for word in line.split()}
    assert seen >= {"0", "1", "-", "withdrawn", "unclear", "outdated", "channel", "late", "unnamed", "left"}, seen
