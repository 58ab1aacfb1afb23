"""What dashboards are built on: columns of schema sla keep their place, name and type. COUNTERSIGN_UPDATE=1 writes what was added."""
import os

import pytest

from conftest import ROOT

GOLDEN = ROOT / "sql" / "golden" / "sla_columns.txt"
COLUMNS = "select concat_ws(' ', view_name, position, column_name, type) from sla.dictionary_v1 order by view_name, position"


def broken(golden, now):
    """Promises of the golden file that the database does not keep."""
    return [line for line in golden if line not in now]


def test_columns_are_only_added(db):
    said = db.psql(COLUMNS).split("\n")
    if os.environ.get("COUNTERSIGN_UPDATE"):
        kept = GOLDEN.read_text().splitlines() if GOLDEN.exists() else []
        assert not broken(kept, said), "a column that dashboards read has changed: make a new version of its view"
        GOLDEN.write_text("\n".join(said) + "\n")
    golden = GOLDEN.read_text().splitlines()
    assert not broken(golden, said), "a column that dashboards read has changed: make a new version of its view"
    assert golden == said, "columns were added: COUNTERSIGN_UPDATE=1 test/run sql, and read the diff"


@pytest.mark.parametrize("change", [
    "alter view sla.clock_v1 rename column due_at to deadline",
    "drop view sla.contract",
    "drop view sla.gate_v1; create view sla.gate_v1 as select 1 as site",
])
def test_a_broken_promise_is_seen(db, change):
    db.psql(change)
    assert broken(GOLDEN.read_text().splitlines(), db.psql(COLUMNS).split("\n"))
