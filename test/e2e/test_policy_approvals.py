"""A rule file wants approvals of what the mapping asks nobody about: the request waits for them, and says for whom."""
import signal

import pytest

from lib import wait, world

RULES = """version: 1
otherwise: allow
rules:
  - name: crown jewels
    when: { entitlement: fin-ledger-admin }
    approvals: { at_least: 2, people: [ciso@example.com], who: risk office }
"""


class Ruled(world.World):
    def configure(self):
        super().configure()
        self.write("rules.yaml", RULES)
        with open(self.config, "a") as file:
            file.write("policy: { rules: rules.yaml }\n")


@pytest.fixture(scope="module")
def site():
    with Ruled(webhooks=False) as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def asked(site, role):
    status, made = site.api("POST", "/v1/access-requests", {"kind": "grant", "beneficiary": "reyes", "source": "sap-fin", "entitlement": role,
                                                            "requester": "hr-system", "justification": "month end"}, key=role)
    assert status == 201, made
    return made["id"]


def test_a_policy_wants_approvals(site):
    plain, jewel = asked(site, "fin-viewer"), asked(site, "fin-ledger-admin")
    shown = lambda request: site.api("GET", f"/v1/access-requests/{request}")[1]  # noqa: E731
    wait.until(lambda: shown(plain)["phase"] == "fulfilling", 20, what="what the rules say nothing of")
    wait.until(lambda: shown(jewel)["phase"] == "pending_approval", 20, what="it waits")
    approval = shown(jewel)["approval"]
    assert approval["people"] == 2 and approval["steps"][0] == {"who": "risk office", "people": ["ciso@example.com"], "at_least": 1, "given": 0}
    decide = f"/v1/access-requests/{jewel}/approvals"
    assert site.api("POST", decide, {"approver": "boss@example.com", "decision": "approved"})[0] == 202
    assert site.api("POST", decide, {"approver": "other@example.com", "decision": "approved"})[0] == 202
    assert shown(jewel)["phase"] == "pending_approval" and not shown(jewel)["approval"]["reached"]
    assert site.api("POST", decide, {"approver": "ciso@example.com", "decision": "approved"})[0] == 202
    wait.until(lambda: shown(jewel)["phase"] == "fulfilling", 20, what="with the one who is named it goes on")
    assert site.sql(f"select asks->'at_least' from governance.policy_decision where request_id = '{jewel}' and stage = 'intake'") == "2"
    assert site.sql(f"select count(*) from governance.policy_decision where request_id = '{jewel}' and stage <> 'intake' and asks is not null") == "0"


def test_what_the_policy_wants_no_more_is_not_waited_for(site):
    status, made = site.api("POST", "/v1/access-requests", {"kind": "grant", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-ledger-admin",
                                                            "requester": "hr-system", "justification": "month end"}, key="eased")
    assert status == 201, made
    shown = lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1]  # noqa: E731
    wait.until(lambda: shown()["phase"] == "pending_approval", 20, what="it waits")
    site.write("rules.yaml", RULES.replace("approvals: { at_least: 2, people: [ciso@example.com], who: risk office }", "allow: true"))
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: shown()["phase"] == "fulfilling", 20, what="the rule was taken away, and it goes on")
    assert "approval" not in shown() or not shown()["approval"]
