"""`countersign db migrate` and `db verify`: repeatable, racing safely, and telling what somebody changed."""
import concurrent.futures
import json
import os
import pathlib
import re

import pytest

from conftest import ROOT, countersign

GOLDEN = ROOT / "sql" / "golden" / "catalog.txt"


def verify(db):
    done = countersign("db", "verify", "--json", "--conninfo", db.dsn, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done, lines[-1], {(line["is"], line["kind"], line["object"]) for line in lines[:-1]}


def test_again_changes_nothing(db):
    before = db.psql("select kind, name, definition from governance.catalog() order by 1, 2")
    countersign("db", "migrate", "--conninfo", db.dsn)
    assert db.psql("select kind, name, definition from governance.catalog() order by 1, 2") == before
    done, found, changes = verify(db)
    assert (done.returncode, found["ok"], changes) == (0, True, set())


def test_dry_run_changes_nothing(cluster):
    db = cluster.database("dry")
    countersign("db", "migrate", "--dry-run", "--conninfo", db.dsn)
    assert db.psql("select to_regclass('governance.migration')") == ""


def test_racing(cluster):
    db = cluster.database("race")
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: countersign("db", "migrate", "--conninfo", db.dsn, check=False), range(3)))
    assert [d.returncode for d in done] == [0, 0, 0], [d.stderr for d in done]
    applied = [line for d in done for line in d.stdout.splitlines() if line.startswith("applied")]
    assert len(applied) == len(list((ROOT / "sql" / "migration").glob("*.sql"))), "each migration once"


CHANGES = {
    "a disabled trigger": ("alter table governance.access_request disable trigger guard",
                           ("changed", "trigger", "governance.access_request.guard")),
    "another function body": ("create or replace function governance.append_only() returns trigger language plpgsql "
                              "set search_path = pg_catalog as 'begin return new; end'",
                              ("changed", "function", "governance.append_only()")),
    "a lost trigger": ("drop trigger guard on governance.flow", ("missing", "trigger", "governance.flow.guard")),
    "one more right": ("grant update on governance.evidence_entry to countersign_service",
                       ("changed", "table", "governance.evidence_entry")),
    "a right on one column": ("grant update (outcome) on governance.observation to countersign_service",
                              ("changed", "column", "governance.observation.outcome")),
    "a lost constraint": ("alter table governance.exception drop constraint exception_check",
                          ("missing", "constraint", "governance.exception.exception_check")),
    "another view": ("create or replace view sla.freshness_v1 as select 'webhooks'::text as feed, ''::text as name, now() as last_at, "
                     "0::bigint as lag_seconds, true as is_safe_to_use", ("changed", "view", "sla.freshness_v1")),
    "one more function": ("create function governance.helper() returns int language sql as 'select 1'",
                          ("added", "function", "governance.helper()")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_verify_names(db, what):
    sql, expected = CHANGES[what]
    db.psql(sql)
    done, found, changes = verify(db)
    assert done.returncode == 1 and not found["ok"]
    assert expected in changes
    assert "find out who" in done.stderr


def test_migrate_puts_back(db):
    for sql, (_, kind, _) in CHANGES.values():
        if kind != "constraint":  # a migration's own: never repeated
            db.psql(sql)
    countersign("db", "migrate", "--conninfo", db.dsn)
    assert db.psql("select tgenabled from pg_trigger where tgrelid = 'governance.access_request'::regclass and tgname = 'guard'") == "O"
    assert db.psql("select has_table_privilege('countersign_service', 'governance.evidence_entry', 'update')") == "f"
    assert db.psql("select has_column_privilege('countersign_service', 'governance.observation', 'outcome', 'update')") == "f"


def test_edited_migration(db):
    db.psql("update governance.migration set sha256 = repeat('0', 64) where number = 3")
    done, found, _ = verify(db)
    assert done.returncode == 1 and found["changed"] == 1
    again = countersign("db", "migrate", "--conninfo", db.dsn, check=False)
    assert again.returncode != 0 and "0003_inbox.sql was changed after it was applied" in again.stderr


def test_a_newer_database_is_left_alone(db):
    db.psql("insert into governance.migration (number, name, sha256, breaking) values (9999, '9999_later.sql', repeat('0', 64), false)")
    again = countersign("db", "migrate", "--conninfo", db.dsn, check=False)
    assert again.returncode == 78 and "migration 9999_later.sql" in again.stderr and "run 'db migrate' of that release" in again.stderr
    done, found, _ = verify(db)
    assert (done.returncode, found["newer"], found["ok"]) == (0, 1, True)


def test_answers_found_again(db):
    """0038 on a database in which an exception was granted on the ticket, and two others were not, or not surely."""
    statement = re.search(r"update governance\.exception e set plea_edit.*?;", (ROOT / "sql/migration/0038_taken_back_and_forged.sql").read_text(), re.S)
    db.psql("""
        select t.fulfilling(t.request(array['plain:absent', 'slow:absent']));
        insert into governance.ticket (site, issue_id, issue_key, request_id, plea)
        select 'acme', '900', 'IAM-900', id, jsonb_build_object('reason', 'vendor', 'owner', 'lee', 'decided_by', 'reyes', 'edit', '77',
               'until_ms', governance.ms(clock_timestamp() + interval '10 days')) from governance.access_request;
        update governance.access_request set plea_done = '77';
        insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
        select i.id, 'lee', 'reyes', x.reason, 'watched', x.until from governance.request_item i, governance.ticket t cross join lateral (
               select to_timestamp((t.plea->>'until_ms')::bigint / 1000.0) as until) u cross join lateral (
               values ('vendor', until), ('by the API', until), ('vendor', until - interval '1 day')) as x(reason, until);
        alter table governance.exception disable trigger guard""")  # the one of that release lets it pass
    db.psql(statement[0])
    said = db.psql("select string_agg(concat_ws('/', reason, plea_edit), ' ' order by id) from governance.exception group by item_id order by item_id")
    assert said.split("\n") == ["vendor/77 by the API/ vendor/"] * 2
    db.psql("update governance.exception set plea_edit = ''; update governance.ticket set plea = plea || '{\"edit\": \"78\"}'")
    db.psql(statement[0])
    assert db.psql("select count(*) from governance.exception where plea_edit <> ''") == "0"


def statement(file, begins):
    return re.search(rf"^{re.escape(begins)}.*?;", (ROOT / "sql/migration" / file).read_text(), re.S | re.M)[0]


def test_proven_before(db):
    """0096 on a database of before: what was verified is proven; what an exception covered when it closed is not."""
    db.psql("""
        select t.verifying(t.request(array['plain:absent', 'slow:absent']));
        select t.read(id, 'absent') from governance.request_item where source = 'plain';
        insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
        select id, 'ann', 'bob', 'why', 'watched', clock_timestamp() + interval '1 day' from governance.request_item where source = 'slow';
        select t.move(id, 'exception', 'closed') from governance.access_request;
        update governance.exception set revoked_at = clock_timestamp();
        select t.verifying(t.request());
        select t.read(t.item(id), 'absent') from governance.access_request where phase = 'verifying';
        insert into governance.exception (item_id, owner, approved_by, reason, compensating_control, expires_at)
        select t.item(id), 'ann', 'bob', 'why', 'watched', clock_timestamp() + interval '1 day' from governance.access_request where phase = 'verifying';
        select t.move(id, 'verified') from governance.access_request where phase = 'verifying';
        select t.request()""")
    proven = "select string_agg(concat_ws('/', phase, proven_items), ' ' order by requested_at) from governance.access_request"
    now = db.psql(proven)
    assert re.fullmatch(r"closed/\{\d+\} verified/\{\d+\} received", now)
    db.psql("alter table governance.access_request disable trigger guard_proof; update governance.access_request set proven_items = null")
    db.psql(statement("0096_proven_items.sql", "update governance.access_request"))
    assert db.psql(proven) == now


def test_emergencies_before(db):
    """0085 on a database with an emergency of before: both are owed, by the times of the defaults, and late when they are over."""
    db.psql("""
        select t.request(array['plain:present'], jsonb_build_object('kind', 'grant', 'emergency', true,
            'access_until_ms', governance.ms(clock_timestamp() + interval '1 hour')));
        set session_replication_role = replica;
        update governance.access_request set requested_at = now() - interval '3 days', approved_at = now() - interval '3 days',
               access_until = now() - interval '2 days', approval_due = null, review_due = null""")
    assert db.psql("select is_overdue from sla.emergency_v1") == ""
    db.psql("set session_replication_role = replica; " + statement("0085_emergency.sql", "update governance.access_request"))
    assert db.psql("select is_overdue, approval_due_at - requested_at, review_due_at - access_until from sla.emergency_v1") == "t|04:00:00|1 day"


def test_evidence(db):
    """Change, cut and swap entries as only a superuser without triggers could."""
    db.psql("select t.fulfilling(t.request())")
    assert verify(db)[0].returncode == 0
    entries = int(db.psql("select count(*) from governance.evidence_entry"))
    for sql, at in ((f"update governance.evidence_entry set body = replace(body, 'approved', 'ignored') where seq = {entries - 2}", entries - 2),
                    (f"delete from governance.evidence_entry where seq = {entries - 1}", entries),
                    (f"delete from governance.evidence_entry where seq = {entries}", entries)):
        copy = db.clone()
        copy.psql(f"set session_replication_role = replica; {sql}")
        done, found, _ = verify(copy)
        assert done.returncode == 1 and found["broken_at"] == at, (sql, found)
        assert "call the auditor" in done.stderr
        copy.drop()


def test_evidence_that_grows_meanwhile_is_whole(db):
    with db.session() as other:
        other.send("do $$ begin loop perform t.request(), pg_sleep(0.002); commit; end loop; end $$")
        found = [verify(db)[1] for _ in range(4)]
        assert all(one["ok"] for one in found), found
        assert found[0]["evidence"] < found[-1]["evidence"], "it grew"


def test_golden(db):
    """The whole schema as text; COUNTERSIGN_UPDATE=1 writes it. A difference in review is a difference in a promise."""
    said = db.psql("select format(e'%s %s\\n%s', kind, name, regexp_replace(definition, '^', '    ', 'gn')) from governance.catalog() "
                   "where name !~ '^t\\.' order by kind collate \"C\", name collate \"C\"") + "\n"
    if os.environ.get("COUNTERSIGN_UPDATE"):
        GOLDEN.write_text(said)
    assert pathlib.Path(GOLDEN).read_text() == said, "sql/golden/catalog.txt differs: COUNTERSIGN_UPDATE=1 test/run sql, then read the diff"
