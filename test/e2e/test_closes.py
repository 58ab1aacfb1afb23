"""A thousand closes behind our back, in a world of their own: nothing of it is closed without proof."""
import os

import pytest

from e2e.test_agent import Agents, PERSON, ROLE, SYSTEM
from lib import wait

CLOSES = int(os.environ.get("COUNTERSIGN_CLOSES", "1000"))  # of ten kinds


@pytest.fixture(scope="module")
def site():
    made = Agents()
    with made:
        made.control("accounts", {"intruder": {"groups": ["countersign", "service-desk-team", "jira-users"]}})
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def roads(site):
    """How a ticket is closed behind our back: (project, what to do before, what to do)."""
    done = {"do": "force_fields", "fields": {"resolution": {"name": "Done"}}}
    return [("OPS", None, {"do": "transition", "actor": "agent", "name": "Close"}),
            ("OPS", None, {"do": "transition", "actor": "admin", "name": "Close"}),
            ("OPS", None, {"do": "bulk_transition", "actor": "agent", "name": "Close"}),
            ("IAM", None, {"do": "force_status", "actor": "automation", "status": "Resolved"}),
            ("IAM", None, {"do": "force_status", "actor": "admin", "status": "Resolved", "resolution": "Done"}),
            ("IAM", "Resolve", {"do": "transition", "actor": "intruder", "name": "Close verified"}),
            ("IAM", None, {"do": "move", "actor": "agent", "project": "OPS", "to": "Resolved"}),
            ("IAM", None, {"do": "move", "actor": "agent", "issuetype": "10040", "to": "Resolved"}),
            ("IAM", None, done | {"actor": "agent"}), ("OPS", None, done | {"actor": "automation"})]


def test_adversarial_closes_close_nothing(site):
    """Every one is reopened, or its resolution taken away; every one is recorded; nothing is closed without proof."""
    site.has_role("lind", "fin-ledger-admin", True)
    ways = roads(site)
    screens = site.control("screens")["OPS"]["edit"] + ["resolution"]  # where it can be set it can be taken away
    site.control("screens", {project: {"edit": screens} for project in ("IAM", "OPS")})
    plan = [ways[n % len(ways)] for n in range(CLOSES)]
    fields = {"summary": "Remove fin-ledger-admin from lind", PERSON: "lind", ROLE: "fin-ledger-admin", SYSTEM: {"value": "SAP FIN"}}
    asked = site.control("act", [{"do": "request", "actor": "customer", "requestTypeId": {"IAM": "31", "OPS": "41"}[way[0]],
                                  "fields": fields} for way in plan])
    ids = [one["issue"]["id"] for one in asked]
    listed = ", ".join(f"'{i}'" for i in ids)
    of_these = f"from governance.ticket t join governance.access_request r on r.id = t.request_id where t.issue_id in ({listed})"
    wait.until(lambda: int(site.sql(f"select count(*) {of_these} and r.phase = 'fulfilling'")) == CLOSES, 300, every=0.5)
    before = [{"do": "transition", "actor": "agent", "issue": i, "name": way[1]} for i, way in zip(ids, plan) if way[1]]
    at_once = [i for i, way in zip(ids, plan) if way[2]["do"] == "bulk_transition"]
    one_by_one = [way[2] | {"issue": i} for i, way in zip(ids, plan) if way[2]["do"] != "bulk_transition"]
    site.control("act", before + one_by_one + [next(w[2] for w in ways if w[2]["do"] == "bulk_transition") | {"issues": at_once}])
    flagged = "exists (select from governance.escalation e where e.request_id = r.id and e.kind in ('breach', 'tamper'))"

    def undone():
        found = {t["id"]: t for t in site.control("state")["issues"] if t["id"] in set(ids)}
        return all(t["category"] != "done" and not t["values"].get("resolution") for t in found.values())
    wait.until(lambda: int(site.sql(f"select count(*) {of_these} and {flagged}")) == CLOSES, 300, every=0.5,
               what="every close is recorded")
    wait.until(undone, 300, every=2, what="every close is undone")
    assert site.sql(f"select count(*) {of_these} and (r.phase in ('verified', 'exception', 'closed') or r.closed_at is not null)") == "0"
    assert site.control("oracle")["public_comments_by_connector"] == []
