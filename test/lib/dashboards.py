"""What the shipped dashboards and alerts ask: the SQL of every panel, and the metrics of every expression."""
import json
import pathlib
import re

HOME = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "dashboards"


def boards():
    return {path.name: json.loads(path.read_text()) for path in sorted((HOME / "grafana").glob("*.json"))}


def questions():
    """(dashboard, panel, SQL) of every panel that asks the database."""
    return [(name, panel["title"], target["rawSql"]) for name, board in boards().items() for panel in board["panels"]
            for target in panel["targets"] if "rawSql" in target]


def expanded(sql, start, end):
    """As Grafana sends it for a time range."""
    sql = re.sub(r"\$__timeFilter\((.*?)\)", rf"\1 between '{start}' and '{end}'", sql)
    assert "$" not in sql, f"a macro the tests do not know: {sql}"
    return sql


def expressions():
    """(place, PromQL) of every panel and alert."""
    import yaml
    found = [(f"{name}: {panel['title']}", target["expr"]) for name, board in boards().items() for panel in board["panels"]
             for target in panel["targets"] if "expr" in target]
    for group in yaml.safe_load((HOME / "prometheus" / "alerts.yaml").read_text())["groups"]:
        found += [(rule["alert"], rule["expr"]) for rule in group["rules"]]
    return found


def metrics(expression):
    """The names of metrics in it; of a histogram the name it is described by."""
    names = re.findall(r"\b[a-z][a-z0-9_]*_[a-z0-9_]+\b(?!\s*\()", re.sub(r"\{[^}]*\}|\[[^]]*\]", "", expression))
    return {re.sub(r"_bucket$", "", name) for name in names}
