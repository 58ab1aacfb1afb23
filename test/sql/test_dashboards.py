"""Every panel's SQL, run as the dashboards' role on the history of tap/history.psql, gives the rows of dashboards.golden.json."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import ROOT
from lib import dashboards

GOLDEN = pathlib.Path(__file__).parent / "dashboards.golden.json"
RANGE = "2021-03-19 00:00Z", "2021-04-05 00:00Z"
QUESTIONS = dashboards.questions()
UNITS = {"short", "s", "percentunit", "reqps", "ops"}


@pytest.fixture(scope="module")
def lived(template):
    made = template.clone()
    made.psql(file=ROOT / "test" / "sql" / "tap" / "history.psql")
    yield made
    made.drop()


def steady(name, value):
    """What depends on the moment of asking: to the minute, or as such where it grows by the day."""
    if isinstance(value, str) and "2022" < value < "3":
        return "lately"
    if value is None or not name.endswith(("seconds", "_ratio")):
        return value
    if abs(value) > (5e6 if name.endswith("seconds") else 100):
        return "for years"
    return round(value / 60) * 60 if name.endswith("seconds") else value


def answer(db, sql):
    """Rows as columns by name, in the order of the panel."""
    said = db.psql("set timezone = 'UTC'; set role countersign_dashboard; set default_transaction_read_only = on; "
                   f"select coalesce(json_agg(q), '[]') from ({dashboards.expanded(sql, *RANGE)}) q")
    return [{name: steady(name, value) for name, value in row.items()} for row in json.loads(said)]


def test_every_panel_answers_as_by_hand(lived):
    said = {f"{board}: {panel}": answer(lived, sql) for board, panel, sql in QUESTIONS}
    if os.environ.get("COUNTERSIGN_UPDATE"):
        lines = (f"  {json.dumps(key)}: [" + ",".join("\n    " + json.dumps(row) for row in rows) + "]" for key, rows in said.items())
        GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    golden = json.loads(GOLDEN.read_text())
    assert said.keys() == golden.keys()
    for key, rows in said.items():
        assert rows == golden[key], key


def test_panels_say_what_they_show():
    for name, board in dashboards.boards().items():
        assert board["uid"] and board["title"] and board["description"] and not board["editable"], name
        variables = {"${" + v["name"] + "}" for v in board["templating"]["list"]}
        assert len({p["title"] for p in board["panels"]}) == len({p["id"] for p in board["panels"]}) == len(board["panels"]), name
        for panel in board["panels"]:
            at = f"{name}: {panel['title']}"
            assert panel["description"] and panel["targets"] and panel["fieldConfig"]["defaults"]["unit"] in UNITS, at
            assert panel["datasource"]["uid"] in variables and panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24, at
    for board, panel, sql in QUESTIONS:
        assert "*" not in sql.replace("count(*)", ""), f"{board}: {panel} names no columns"
        assert re.search(r"\b(from|join) sla\.\w+_v\d", sql) and "governance" not in sql, f"{board}: {panel}"


def test_panels_do_not_lie_on_each_other():
    for name, board in dashboards.boards().items():
        taken = {}
        for panel in board["panels"]:
            g = panel["gridPos"]
            for cell in ((x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])):
                assert taken.setdefault(cell, panel["title"]) == panel["title"], f"{name}: {panel['title']} on {taken[cell]}"


def test_alerts_have_a_section_each():
    sections = set(re.findall(r"^## (\w+)$", (dashboards.HOME / "RUNBOOK.md").read_text(), re.M))
    alerts = {place for place, _ in dashboards.expressions() if ":" not in place}
    assert alerts == sections
    tested = set(re.findall(r"alertname: (\w+)", (dashboards.HOME / "prometheus" / "alerts.test.yaml").read_text()))
    assert alerts == tested


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed: deploy/setup --with alerts")
@pytest.mark.parametrize("what", [["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]], ids=" ".join)
def test_alerts(what):
    done = subprocess.run(["promtool", *what], cwd=dashboards.HOME / "prometheus", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
