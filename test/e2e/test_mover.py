"""A request that gives and takes: what it takes away goes ahead of the approval, on a ticket and with a proof of its own, whatever becomes
of the first one, and also where no rule of the mapping can say it."""
import os
import time

import pytest

from lib import wait, world

GIVES = "    change: grant\n"
TAKES_TOO = """\
    change: modify
    approval: { from: jsm.approvals }
    instead_of: { from: customfield_10120, label: Old role, many: true, then: [plain, { split: "," }, trim], on_missing: hold }
"""
ROLE = "entitlement: { from: customfield_10052, then: [trim], on_missing: hold }"
ROLES = 'entitlement: { from: customfield_10052, label: Role, many: true, then: [{ split: "," }, trim], on_missing: hold }'
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
        self.write("mapping.yaml", text.replace(GIVES, TAKES_TOO, 1).replace(PRIVILEGED + GONE, GONE).replace(ROLE, ROLES, 1))

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


# --- a platform asks ---

def item(entitlement, desired, **more):
    return {"source": "sap-fin", "entitlement": entitlement, "desired": desired, **more}


def move(site, key, person, items, **more):
    return site.api("POST", "/v1/access-requests", {"kind": "modify", "beneficiary": person, "requester": "hr-system", "items": items, **more}, key)


def shown(site, request_id):
    """The request, and where each of its items stands: "desired entitlement verdict SailPoint's word"."""
    said = site.api("GET", f"/v1/access-requests/{request_id}")[1]
    return said, {i["entitlement"]: f"{i['desired']} {i.get('verdict', '-')} {i['provisioning']['sailpoint']}" for i in said["items"]}


def ahead_of(site, request_id):
    """The item that goes ahead, once its ticket is there."""
    return wait.until(lambda: next((i for i in shown(site, request_id)[0]["items"] if i.get("ahead", {}).get("ticket")), None), 60,
                      what="what goes ahead has a ticket")


def test_a_platform_moves_somebody_by_one_request(site):
    site.has_role("novak", "fin-viewer", True)
    wish = [item("fin-ledger-admin", "present"), item("fin-viewer", "absent"), item("canary-role", "present")]
    status, made = move(site, "move", "novak", wish)
    assert status == 201
    assert move(site, "move", "novak", wish)[0] == 200 and move(site, "move", "novak", wish[:2])[0] == 409
    removal = ahead_of(site, made["id"])["ahead"]["ticket"]  # it has one before anybody approves the rest
    said, items = shown(site, made["id"])
    assert (said["kind"], said["phase"], said["provisioning"]["sailpoint"], said.get("ticket")) == ("modify", "pending_approval", "PENDING", None)
    assert {i["entitlement"]: (i["desired"], i.get("ahead", {}).get("ticket")) for i in said["items"]} == {
        "canary-role": ("present", None), "fin-ledger-admin": ("present", None), "fin-viewer": ("absent", removal)}
    done(site, removal, "novak", "fin-viewer", False)
    said, items = shown(site, made["id"])
    assert said["phase"] == "pending_approval" and items["fin-viewer"].endswith("FINISHED") and items["canary-role"].endswith("PENDING"), items
    assert site.api("POST", f"/v1/access-requests/{made['id']}/approvals", {"approver": "boss@example.com", "decision": "approved"})[0] == 202
    key = wait.until(lambda: shown(site, made["id"])[0].get("ticket"), 30, what="one ticket for all of it")["key"]
    site.until_phase(key, "fulfilling", timeout=60)
    ticket = str(site.ticket(key)["values"])
    assert "canary-role, fin-ledger-admin" in ticket and "fin-viewer" in ticket and len(site.marked(made["id"])) == 1
    site.has_role("novak", "fin-ledger-admin", True)
    site.resolve(key)  # one of two is there
    site.until(key, lambda: "canary-role" in site.said(key)[1], 60, "what is missing is said")
    assert site.request(key)["phase"] != "closed" and site.ticket(key)["status"] != "Resolved"
    site.has_role("novak", "canary-role", True)
    site.resolve(key) if site.ticket(key)["status"] != "Verifying access" else None
    site.until_phase(key, "closed", timeout=60)
    said, items = shown(site, made["id"])
    assert items == {"canary-role": "present verified FINISHED", "fin-ledger-admin": "present verified FINISHED", "fin-viewer": "absent verified FINISHED"}
    assert said["provisioning"] == {"arap": "approved", "sailpoint": "FINISHED", "midpoint": "success"}
    assert site.told(key) == [], "its own ticket is not taken for an edited one"


def test_a_no_to_one_item_ends_the_request_and_not_what_goes(site):
    site.has_role("reyes", "canary-role", True)
    status, made = move(site, "refused", "reyes", [item("fin-viewer", "present"), item("canary-role", "absent")])
    assert status == 201
    wait.until(lambda: shown(site, made["id"])[0]["phase"] == "denied", 30, what="the policy says no to one of them")
    said, items = shown(site, made["id"])
    assert said["provisioning"]["sailpoint"] == "FAILED" and items["fin-viewer"].endswith("FAILED")
    ahead = ahead_of(site, made["id"])
    assert ahead["entitlement"] == "canary-role" and ahead["provisioning"]["sailpoint"] == "PENDING"
    done(site, ahead["ahead"]["ticket"], "reyes", "canary-role", False)
    assert shown(site, made["id"])[1]["canary-role"].endswith("FINISHED")


def test_what_a_mover_gave_for_a_time_ends_though_nobody_said_so(site):
    """The agent gives it and says nothing: it is asked to be taken away, and the mover goes on with what it takes."""
    site.has_role("okafor", "canary-role", True)
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6))
    status, made = move(site, "until", "okafor", [item("fin-ledger-admin", "present"), item("canary-role", "absent")], approved=True, access_until=until)
    assert status == 201
    site.has_role("okafor", "fin-ledger-admin", True)
    ending = wait.until(lambda: next((f for f in shown(site, made["id"])[0].get("followed_by", []) if f["cause"] == "expiry" and f.get("ticket")), None), 60,
                        what="it is to be taken away")
    said = wait.until(lambda: (lambda said: said if any(i.get("superseded_by") for i in said["items"]) else None)(shown(site, made["id"])[0]), 30, what="the mover gives no more")
    assert {i["entitlement"]: i.get("superseded_by") for i in said["items"]} == {"fin-ledger-admin": ending["ticket"], "canary-role": None}
    done(site, ending["ticket"], "okafor", "fin-ledger-admin", False)
    for key in {i["ahead"]["ticket"] for i in said["items"] if i.get("ahead")} | {said["ticket"]["key"]}:
        site.has_role("okafor", "canary-role", False)
        site.resolve(key) if site.ticket(key)["status"] != "Verifying access" else None
        site.until_phase(key, "closed", timeout=60)
    assert not site.told(said["ticket"]["key"]), "nobody has to look at it"


@pytest.mark.parametrize("items, faults", [
    ([], {"#/items": "must be at least one"}),
    ([item("a", "present")], {"#/items": "take nothing away"}),
    ([item("a", "absent"), item("b", "absent")], {"#/items": "give nothing"}),
    ([item(f"r{n}", "present") for n in range(33)], {"#/items": "must be 32 at most"}),
    ([item("a", "present"), item("a", "present"), item("b", "absent")], {"#/items/1/entitlement": "twice"}),
    ([item("a", "present"), item("a", "absent")], {"#/items/1/entitlement": "to come and to go"}),
    ([item("a", "present"), item("b", "absent", source="directory")], {"#/items/1/source": "request of its own"}),
    ([item("a", "present"), item("b", "absent", account="other")], {"#/items/1/account": "request of its own"}),
    ([item("a", "maybe"), {"source": "sap-fin", "entitlement": "b"}, 7, {"entitlement": "x" * 257, "desired": "absent", "until": 1}],
     {"#/items/0/desired": "present or absent", "#/items/1/desired": "is missing", "#/items/2": "must be an object",
      "#/items/3/entitlement": "256", "#/items/3/until": "not known", "#/items/3/source": "is missing"}),
    ([item("a\nb", "present"), item("c", "absent")], {"#/items/0/entitlement": "control characters"}),
])
def test_what_is_wrong_with_items_is_said_of_each(site, items, faults):
    before = site.sql("select count(*) from governance.access_request")
    status, problem = move(site, f"wrong {list(faults)}", "novak", items)
    assert (status, problem["member"], problem["type"]) == (422, "items", "urn:countersign:problem:invalid-body"), problem
    assert {e["pointer"] for e in problem["errors"]} == set(faults) and problem["detail"].startswith(problem["errors"][0]["pointer"]), problem
    assert all(faults[e["pointer"]] in e["detail"] for e in problem["errors"]), problem
    assert site.sql("select count(*) from governance.access_request") == before


def test_what_no_rule_can_say_is_refused(site):
    both = {"kind": "removal", "beneficiary": "novak", "items": [{"source": "sap-fin", "entitlement": "a"}, {"source": "sap-fin", "entitlement": "b"}]}
    status, problem = site.api("POST", "/v1/access-requests", both, "two removals")
    assert status == 422 and problem["type"].endswith("no-rule-fits") and "ask for each by a request of its own" in problem["detail"], problem
    for more, member in (({"source": "sap-fin"}, "source"), ({"account": "x"}, "account"), ({"entitlement": "a"}, "entitlement")):
        status, problem = site.api("POST", "/v1/access-requests", {**both, **more}, f"both {member}")
        assert status == 422 and problem["member"] == member and "each of items" in problem["detail"], problem
    status, problem = site.api("POST", "/v1/access-requests", {**both, "items": [item("a", "present")]}, "a grant in it")
    assert status == 422 and problem["errors"] == [{"pointer": "#/items/0/desired", "detail": "is present in a removal: what gives and takes is a modify"}]
    status, problem = site.api("POST", "/v1/access-requests", {"kind": "grant", "beneficiary": "novak"}, "nothing")
    assert status == 422 and problem["member"] == "source"
    status, problem = move(site, "too many", "novak", [item(f"r{n}", "present") for n in range(17)] + [item("x", "absent")])
    assert status == 422 and "16 at most" in problem["detail"], problem
