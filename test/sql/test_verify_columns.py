"""Every column of every table has a line in sql/query/verify_columns.txt that says who would tell when somebody edits it past the triggers, and each
line is true: the columns are those of the catalog, entries have the members that are named, and what `db verify` says of each column, edited, is that."""
import pathlib
import re

import pytest

from test_verify_rows import ALL, CORPUS, statement

LINES = (pathlib.Path(__file__).resolve().parents[2] / "sql" / "query" / "verify_columns.txt").read_text()
# To another value, and of a key to none that is there.
OTHER = {"text": "coalesce({0}, md5(random()::text)) || '7'", "uuid": "gen_random_uuid()", "boolean": "not coalesce({0}, false)", "bytea": "sha256(coalesce({0}, '') || 'x')",
         "bigint": "coalesce({0}, 0) + 1000003", "integer": "coalesce({0}, 0) + 1003", "smallint": "coalesce({0}, 0) + 1003", "jsonb": "'{{\"tampered\": 1}}'",
         "timestamp with time zone": "coalesce({0}, now()) + interval '400 days'", "interval": "coalesce({0}, '0') + interval '1 h'", "date": "coalesce({0}, now()::date) + 400",
         "text[]": "coalesce({0}, '{{}}') || 'x'::text", "bigint[]": "coalesce({0}, '{{}}') || 7::bigint", "uuid[]": "coalesce({0}, '{{}}') || gen_random_uuid()",
         "integer[]": "coalesce({0}, '{{}}') || 7", "timestamp with time zone[]": "coalesce({0}, '{{}}') || now()"}


def read_lines():
    """(table, sign, columns, {kind: members}, words)"""
    table = None
    for line in LINES.splitlines():
        if not line or line.startswith("#"):
            continue
        sign, _, rest = line.partition(" ")
        if sign not in "=~^-":
            table = line
            continue
        columns, words = rest.split(" : ", 1)
        kinds = {part.split()[0]: part.split()[1:] for part in words.split(", ")} if sign in "=~" else {}
        yield table, sign, columns.split(), kinds, words


@pytest.fixture(scope="module")
def db(template):
    made = template.clone()
    made.psql(file=CORPUS)
    yield made
    made.drop()


@pytest.fixture(scope="module")
def columns(db):
    """Type of each column, and whether it is numbered by itself."""
    return {(table, name): (kind, bool(numbered)) for table, name, kind, numbered in (line.split("|") for line in db.psql(
        "select concat_ws('|', c.relname, a.attname, format_type(a.atttypid, null), a.attidentity::text) from pg_attribute a join pg_class c on c.oid = a.attrelid "
        "where c.relnamespace = 'governance'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped").splitlines())}


def test_every_column_has_one_line(columns):
    said = [(table, column) for table, _, names, _, _ in read_lines() for column in names]
    assert len(said) == len(set(said)), sorted(c for c in said if said.count(c) > 1)
    assert set(said) == set(columns), "a column that comes gets a line in sql/query/verify_columns.txt, and one that goes loses it"
    assert all(words.strip() for *_, words in read_lines())


def test_entries_have_the_members_that_are_named(db):
    told = {}
    for line in db.psql("select distinct e.kind || ' ' || m from governance.evidence_entry e cross join jsonb_object_keys(e.body::jsonb->'detail') m").splitlines():
        told.setdefault(line.split()[0], {"at"}).add(line.split()[1])
    for table, _, names, kinds, _ in read_lines():
        for kind, members in kinds.items():
            assert members and set(members) <= told[kind], (table, names, kind, sorted(set(members) - told[kind]))


@pytest.fixture(scope="module")
def told(db, columns, tmp_path_factory):
    """What verify_rows and verify_commitments say: of nothing, of each column that one of them is said to compare, and of all others of a table at once."""
    cases = {"nothing": []}
    for table, sign, names, _, _ in read_lines():
        if sign in "=~":
            cases.update({(table, name): [(table, name)] for name in names})
        elif sign == "-":
            cases.setdefault((table, "-"), []).extend((table, name) for name in names)
    script = "set jit = off;\n"
    for name, of in (("rows", "verify_rows"), ("names", "verify_commitments")):
        script += f"prepare {name} as select '{name} entry ' || seq || ': ' || why from (" + re.sub(r"\$[123]", lambda m: ALL[m[0]], statement(of)) + ") v;\n"
    says = {(table, name): "rows" if sign == "=" else "names" for table, sign, names, _, _ in read_lines() if sign in "=~" for name in names}
    for case, edits in cases.items():
        script += "begin; set local session_replication_role = replica;\n"
        for table, name in edits:
            kind, numbered = columns[table, name]
            if numbered:
                script += f"alter table governance.{table} alter {name} drop identity;\n"
            script += f"update governance.{table} set {name} = {OTHER[kind].format(name)};\n"
        script += "\\echo ==\n" + (f"execute {says[case]};\n" if case in says else "execute rows; execute names;\n") + "rollback;\n"
    file = tmp_path_factory.mktemp("columns") / "cases.sql"
    file.write_text(script)
    return dict(zip(cases, db.psql(file=file).split("==\n")[1:]))


def test_what_is_said_to_be_compared_is(told):
    assert "entry" not in told["nothing"]
    assert not [case for case, said in told.items() if case != "nothing" and case[1] != "-" and "entry" not in said]


def test_what_is_said_not_to_be_compared_is_not(told):
    assert not {case: said for case, said in told.items() if case[1] == "-" and "entry" in said}, "each tells by which entry it is compared"
