"""Broken glass, from the ticket on: a rule of the mapping says that it is an emergency, people approve and review it where they work, and
it closes once both are there."""
import pytest

from lib import wait, world

RULE = "    change: grant\n"


class Glass(world.World):
    def configure(self):
        super().configure()
        self.edit_file("mapping.yaml", RULE, RULE + "    emergency: 4h\n    justification: { from: summary, on_missing: hold }\n")


@pytest.fixture(scope="module")
def site():
    with Glass() as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def asks(site, key, who):
    """Jira asks somebody for an approval, in the status that is there for it."""
    site.act("edit", key, actor="admin", fields={"customfield_10100": [{"accountId": site.control("accounts")[who]["accountId"]}]})
    site.act("force_status", key, actor="admin", status="Waiting for approval")


def test_it_begins_with_a_ticket_and_is_paid_for_on_it(site):
    key = site.ask_grant("reyes", "fin-ledger-admin")
    request = site.until_phase(key, "fulfilling")["id"]  # before anybody approved it
    assert site.sql(f"select emergency, lifecycle, access_until = requested_at + interval '4 hours' from governance.access_request where id = '{request}'") == "t|emergency|t"
    asks(site, key, "approver")
    site.act("approve", key, actor="approver")
    owes = f"select approved_at is not null, reviewed_at is not null from sla.emergency_v1 where request_id = '{request}'"
    site.until(key, lambda: site.sql(owes) == "t|f", 30, "the approval of the access, and no review of it")
    site.has_role("reyes", "fin-ledger-admin", True)
    site.resolve(key)
    site.until_phase(key, "verified", timeout=40)
    wait.until(lambda: "An emergency closes once it is reviewed" in site.said(key)[1], 20)
    asks(site, key, "agent2")
    site.act("approve", key, actor="agent2")
    site.until(key, lambda: site.sql(owes) == "t|t", 30, "the review")
    assert site.sql("select outcome, note, reviewer from governance.emergency_review") == "in_order|answered on the ticket|agent2@example.com"
    site.resolve(key)
    site.until_status(key, "Resolved", timeout=40)
    site.until_phase(key, "closed")
    assert site.sql("select count(*) from governance.evidence_entry where kind = 'emergency.reviewed'") == "1"
