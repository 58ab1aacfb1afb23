"""A request that gives and takes: what it takes away goes ahead of the approval, on a ticket and with a proof of its own, whatever becomes
of the first one, and also where no rule of the mapping can say it."""
import os

import pytest

from lib import world

GIVES = "    change: grant\n"
TAKES_TOO = """\
    change: modify
    approval: { from: jsm.approvals }
    instead_of: { from: customfield_10120, label: Old role, then: [plain, trim], on_missing: hold }
"""
PRIVILEGED = '    privileged: { from: customfield_10070, then: [bool], default: "false" }\n'
GONE = "    expect: { absent: entitlement }\n"


SHUT = """\
version: 1
otherwise: allow
rules:
  - { name: shut, when: { entitlement: fin-viewer, stage: intake }, deny: the year is closed }
"""


class Moving(world.World):
    def configure(self):
        super().configure()
        self.write("policy.yaml", SHUT)
        with open(self.config, "a") as file:
            file.write("policy: { rules: policy.yaml }\n")
        with open(os.path.join(self.folder, "mapping.yaml")) as file:
            text = file.read()
        assert GIVES in text and PRIVILEGED + GONE in text
        # a form for removals that cannot say that what goes is privileged
        self.write("mapping.yaml", text.replace(GIVES, TAKES_TOO, 1).replace(PRIVILEGED + GONE, GONE))

    def move(self, person, new, old, privileged=False):
        fields = {"summary": f"Move {person}", "customfield_10061": person, "customfield_10052": new, "customfield_10120": old,
                  "customfield_10050": {"value": "SAP FIN"}, "customfield_10070": {"value": "Yes" if privileged else "No"},
                  "customfield_10100": [{"accountId": self.control("accounts")["approver"]["accountId"]}]}
        return self.act("request", actor="customer", requestTypeId="30", fields=fields)["key"]

    def ahead_of(self, key):
        return self.until(key, lambda: self.sql(
            "select t.issue_key from governance.access_request q join governance.ticket t on t.request_id = q.id "
            f"join governance.ticket e on e.request_id = q.follows where e.issue_key = '{key}' and q.cause = 'ahead' and t.issue_key <> ''"),
            60, f"what goes ahead of {key}")

    def told(self, key):
        return self.sql(f"select string_agg(e.reason, ' ' order by e.id) from governance.escalation e join governance.ticket t using (request_id) "
                        f"where t.issue_key = '{key}'").split()


@pytest.fixture(scope="module")
def site():
    made = Moving()
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def done(site, key, person, role, has):
    site.until_phase(key, "fulfilling", timeout=60)
    site.has_role(person, role, has)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=60)


def test_what_goes_does_not_wait_for_what_comes(site):
    site.has_role("reyes", "fin-viewer", True)
    mover = site.move("reyes", "fin-ledger-admin", "fin-viewer")
    removal = site.ahead_of(mover)
    assert f"{mover} asks to take fin-viewer from reyes" in str(site.ticket(removal)["values"])
    site.until(mover, lambda: "Taking fin-viewer from reyes does not wait for that" in str(site.ticket(mover)["comments"]), 30, "it says so")
    done(site, removal, "reyes", "fin-viewer", False)
    assert site.request(mover)["phase"] == "pending_approval"
    assert site.sql("select q.requested_at = date_trunc('milliseconds', r.requested_at) from governance.access_request q "
                    f"join governance.access_request r on r.id = q.follows where q.id = '{site.request(removal)['id']}'") == "t"
    site.act("approve", mover, actor="approver")
    done(site, mover, "reyes", "fin-ledger-admin", True)
    assert site.sql("select count(*) from governance.access_request where cause = 'ahead'") == "1"
    assert site.told(mover) == site.told(removal) == [], "nobody has to look at either"


def test_withdrawn_it_goes_on_though_no_rule_says_it(site):
    site.has_role("okafor", "fin-viewer", True)
    mover = site.move("okafor", "fin-ledger-admin", "fin-viewer", privileged=True)
    removal = site.ahead_of(mover)
    assert site.told(mover) == ["NoRuleToAsk"]
    assert site.api("POST", f"/v1/access-requests/{site.request(mover)['id']}/cancel", {})[0] < 300
    site.until_phase(mover, "cancelled")
    site.until(mover, lambda: f"goes on all the same: {removal}" in str(site.ticket(mover)["comments"]), 30, "it says so")
    assert site.told(mover) == ["NoRuleToAsk", "RemovalGoesOn"]
    row = site.request(removal)
    assert (row["is_privileged"], row["mapped_hash"]) in ((True, ""), ("t", "")), row
    done(site, removal, "okafor", "fin-viewer", False)
    assert site.told(removal) == [], "what stands in its fields is compared with nothing"


def words(text):
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}


def test_edited_before_its_approval_what_nobody_asks_for_is_withdrawn(site):
    site.has_role("lind", "fin-ledger-admin", True)
    site.has_role("lind", "fin-viewer", True)
    mover = site.move("lind", "canary-role", "fin-ledger-admin")  # meant was the other one
    typo = site.ahead_of(mover)
    site.until_phase(typo, "fulfilling")
    site.act("edit", mover, fields={"customfield_10120": words("fin-viewer")})
    site.until_phase(typo, "cancelled", timeout=30)
    site.until(typo, lambda: f"{mover} was edited and asks for it no more" in str(site.ticket(typo)["comments"]), 30, "its ticket says why")
    meant = site.until(mover, lambda: site.sql(
        "select t.issue_key from governance.access_request q join governance.ticket t on t.request_id = q.id join governance.request_item i on i.request_id = q.id "
        "where q.cause = 'ahead' and i.account = 'lind' and i.entitlement = 'fin-viewer' and t.issue_key <> ''"), 60, "what was meant goes ahead")
    site.until(mover, lambda: f"Taking fin-ledger-admin from lind is asked for no more, withdrawn: {typo}" in str(site.ticket(mover)["comments"]), 30,
               "the mover says so too")
    assert "Taking fin-viewer from lind does not wait" in str(site.ticket(mover)["comments"])
    assert site.sql("select count(*) from governance.escalation e join governance.ticket t using (request_id) "
                    f"where t.issue_key in ('{mover}', '{typo}', '{meant}')") == "0", "nobody has to look at it"


def test_a_policy_that_says_no_at_once_ends_what_is_given_only(site):
    site.has_role("okafor", "fin-ledger-admin", True)
    mover = site.move("okafor", "fin-viewer", "fin-ledger-admin")
    site.until_phase(mover, "denied", timeout=30)
    removal = site.ahead_of(mover)
    assert site.told(mover) == ["RemovalGoesOn"]
    site.until(mover, lambda: "Taking fin-ledger-admin from okafor goes on all the same" in str(site.ticket(mover)["comments"]), 30, "it says so")
    done(site, removal, "okafor", "fin-ledger-admin", False)
