"""The main job on a Data Center: the same promises over version 2, wiki markup, names and a personal access token."""
import json
import re
import time

import pytest

from lib import wait, world

BODY = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-viewer",
        "requester": "hr-system", "justification": "left the company"}
TWIN = {"summary": "Remove a role", "customfield_10010": "31", "customfield_10061": "okafor",
        "customfield_10052": "fin-viewer", "customfield_10050": {"value": "SAP FIN"}}
RULE = "    expect: { present: entitlement }\n"
REMOVAL = "    expect: { absent: entitlement }\n    sla: "


class World(world.World):
    """Grants want an approval, addresses are hidden, two people, named by user name, follow our tickets, and those of removals have an
    object of Assets."""

    def configure(self):
        super().configure()
        self.control("accounts", {name: {"hides_email": True} for name in ("customer", "approver", "agent2")})
        self.edit_file("mapping.yaml", RULE, RULE + "    approval: { from: jsm.approvals, at_least: 1, not: [reporter, subject] }\n")
        self.edit_file("mapping.yaml", REMOVAL, "    ticket: { fields: { customfield_10127: LAP-12 } }\n" + REMOVAL)
        self.edit_file("mapping.yaml", "issue_type: Service Request }", "issue_type: Service Request, participants: [customer, auditor] }")
        self.edit_file("countersign.yaml", "    poll_interval:", "    people: { auditor: agent2 }\n    automation_accounts: [AUTOMATION]\n"
                       "    evidence_url: https://evidence.example.com\n    poll_interval:")


@pytest.fixture(scope="module")
def site():
    made = World(flavour="datacenter")
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.fixture(autouse=True)
def calm(site):
    site.no_faults()
    yield
    site.no_faults()
    calls = site.control("calls")["calls"]
    ours = [c for c in calls if c["actor"] == "connector"]
    assert ours and all(c["path"].startswith(("/rest/api/2/", "/rest/servicedeskapi/")) for c in ours)
    wrong = [(c["method"], c["path"], c["status"]) for c in ours if c["status"] in (400, 404, 405, 415) and not c["fault"]]
    # a deleted ticket is not there, nor is the form of a rule whose request type is another desk's
    assert [w for w in wrong if w[2] != 404 or "/issue/" not in w[1] and "/requesttype/41/" not in w[1]] == []
    assert site.control("oracle")["crashes"] == 0


def test_removal_from_a_webhook_closes_on_proof(site):
    key = site.ask_removal("okafor")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    wait.until(lambda: "still has fin-ledger-admin" in site.said(key)[1], 10, what="the ticket says what is missing")
    assert site.ticket(key)["status"] == "Verifying access"
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Resolved")
    site.until_phase(key, "closed")
    # the last words on it come after the close; those before them set one row in bold, which is markup
    wait.until(lambda: "STILL PRESENT" not in json.dumps(site.ticket(key)["comments"]), 20, what="the last words")
    comments = site.ticket(key)["comments"]
    assert len(comments) == 1, "one comment, edited in place"
    assert comments[0]["body"]["wiki"].startswith("{panel:bgColor=#") and '"rule"' not in json.dumps(comments)
    oracle = site.control("oracle")
    assert oracle["public_comments_by_connector"] == []
    assert "connector" in str(next(t["closed"] for t in oracle["done"] if t["key"] == key))


def test_what_is_proven_is_linked(site):
    site.has_role("novak", "fin-viewer", False)
    key = site.ask_removal("novak", "fin-viewer")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    link = wait.until(lambda: (found := site.ticket(key)["links"]) and found[0]["body"]["object"], 20, what="the link to the evidence")
    assert link["url"] == f"https://evidence.example.com/r/{key}" and link["status"]["icon"]["title"].startswith("Proven")


def test_close_behind_our_back_is_reopened(site):
    key = site.ask_removal("lind", project="OPS")
    site.until_phase(key, "fulfilling")
    site.act("transition", key, name="Close")
    site.until_status(key, "In progress", timeout=10)
    assert site.sql(f"select count(*) from governance.escalation where request_id = '{site.request(key)['id']}' "
                    "and kind = 'breach'") == "1"
    site.has_role("lind", "fin-ledger-admin", False)
    site.until_phase(key, "closed")


def test_deleted_ticket_is_orphaned(site):
    key = site.ask_removal("okafor", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    site.act("delete", key, actor="admin")
    wait.until(lambda: site.sql(f"select phase from governance.access_request where id = '{request}'") == "orphaned", 15)


@pytest.mark.parametrize("kind", ["lose_reply", "half"])
def test_lost_reply_makes_no_second_ticket(site, kind):
    site.fault(kind, path="/rest/api/2/issue$")
    _, made = site.api("POST", "/v1/access-requests", BODY, f"lost-{kind}")
    wait.until(lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"), 20)
    assert len(site.marked(made["id"])) == 1


def test_what_people_write_is_no_markup(site):
    text = "h1. Big\n*bold* [~admin] {color:red}x{color} !http://evil/x.png! a\\b :) &lt; fin_ledger"
    _, made = site.api("POST", "/v1/access-requests", BODY | {"justification": text}, "markup")
    wait.until(lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"), 20)
    described = site.ticket(site.marked(made["id"])[0]["key"])["values"]["description"]
    assert '"rule"' not in json.dumps(described), described["wiki"]
    shown = "\n".join(n["text"] for block in described["content"] for n in block["content"])
    assert shown.startswith(text), shown


def test_polling_finds_what_no_webhook_tells_and_walks_all_pages(site):
    """More than a page of tickets, while others change under the walk."""
    site.control("faults", {"on": "webhook", "effect": {"kind": "drop"}})
    site.control("fill", {"project": "OPS", "count": 230, "prefix": "filled"})
    key = site.ask_removal("reyes", "fin-viewer")
    for _ in range(3):
        site.control("act", {"do": "touch", "project": "IAM"})
        time.sleep(0.3)
    site.until_phase(key, "fulfilling", timeout=30)
    known = "select count(*) from governance.ticket"
    tickets = len(site.control("state")["issues"])
    wait.until(lambda: int(site.sql(known)) >= tickets, 30, what=f"{tickets} tickets known")


def test_a_refused_token_in_the_shapes_of_a_data_center(site):
    """Answered as to a stranger, or asked for a CAPTCHA: nothing is believed of it, and it goes on when that ends."""
    key = site.ask_removal("novak", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    unfinished = f"select count(*) from governance.flow where request_id = '{request}' and state not in ('done', 'moot', 'parked')"
    wait.until(lambda: site.sql(unfinished) == "0", 20, what="our words are said")
    captcha = {"status": 403, "body": "<html>CAPTCHA</html>", "headers": {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
                                                                          "Content-Type": "text/html"}}
    for kind, more in (("anonymous", {}), ("reply", captcha)):
        # of a read: a write that is answered so may have been done, and is probed
        site.control("faults", {"actor": "connector", "method": "GET", "count": 1, "effect": {"kind": kind, **more}})
        site.act("comment", key, text="go on")
        wait.until(lambda: all(f["fired"] for f in site.control("faults")), 10, what=f"{kind} has happened")
        site.no_faults()
    def denied():  # a fault has happened before the service has read its answer
        told = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
        return int(re.search(r"countersign_jira_denied_total(?:\{.*\})? (\d+)", told)[1])
    wait.until(lambda: denied() >= 2, 10, what="both denials counted")
    assert site.sql(f"select phase from governance.access_request where id = '{request}'") == "fulfilling"
    site.has_role("novak", "fin-viewer", False)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=30)


def submit(site, name):
    _, made = site.api("POST", "/v1/access-requests", BODY, name)
    bound = f"select issue_key from governance.ticket where request_id = '{made['id']}'"
    return made["id"], wait.until(lambda: site.sql(bound), 20, what="bound")


def test_who_follows_is_named_by_user_name(site):
    """Added in one call, and seen on whichever page."""
    site.control("config", {"desk_page": 1})
    try:
        request, key = submit(site, "followed")
        who = {name: one["accountId"] for name, one in site.control("accounts").items()}
        wait.until(lambda: site.ticket(key)["properties"].get("request.participants"), 15, what="people follow it")
        assert site.ticket(key)["properties"]["request.participants"] == [who["customer"], who["agent2"]]
        flow = f"select state from governance.flow where request_id = '{request}' and kind = 'create_ticket'"
        wait.until(lambda: site.sql(flow) == "done", 15, what="all steps done")
    finally:
        site.control("config", {"desk_page": 100})
    issue = site.ticket(key)["id"]
    assert sum(c["path"].endswith("/participant") and c["issue"] == issue for c in site.control("calls?method=POST")["calls"]) == 1


def test_a_second_ticket_is_cancelled_and_no_second_request(site):
    request, first = submit(site, "twice")
    assert site.ticket(first)["values"]["customfield_10127"] == ["LAP-12"]
    site.until_phase(first, "fulfilling")
    wait.until(lambda: site.said(first)[0], 10, what="we wrote on the first ourselves")
    requests = site.sql("select count(*) from governance.access_request")
    second = site.late_twin(request, TWIN)
    site.until_status(second, "Cancelled", timeout=20)
    assert len([c for c in site.ticket(second)["comments"] if "was made twice" in c["body"]["wiki"]]) == 1
    assert [t["key"] for t in site.marked(request)] == [first]
    assert site.sql("select count(*) from governance.access_request") == requests


# a rule of automation answers by an account that is shown as a person's: who that is, the configuration says
@pytest.mark.parametrize("approver, phase", [("customer", "pending_approval"), ("automation", "pending_approval"), ("approver", "fulfilling")])
def test_nobody_approves_for_himself_where_addresses_are_hidden(site, approver, phase):
    key = site.act("request", actor="customer", requestTypeId="30", fields={
        "summary": "Give me fin-viewer", "customfield_10061": "lind", "customfield_10052": "fin-viewer",
        "customfield_10050": {"value": "SAP FIN"}, "customfield_10100": [{"accountId": site.control("accounts")[approver]["accountId"]}]})["key"]
    request = site.until_phase(key, "pending_approval")
    assert request["requester"] == "customer"
    site.act("approve", key, actor=approver)
    seen = f"select approval from governance.ticket where issue_key = '{key}'"
    wait.until(lambda: site.sql(seen) == "approved", 15, what="the approval is read")
    site.until_phase(key, phase)
    given = f"select approver || ' ' || channel from governance.approval where request_id = '{request['id']}'"
    assert site.sql(given) == {"customer": "", "automation": "automation@example.com automation", "approver": "approver jsm"}[approver]


def test_an_edit_that_is_taken_back_is_recorded(site):
    """The changelog names its fields there, and gives no ids."""
    key = site.ask_removal("lind", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    site.service.freeze()
    try:
        for role in ("fin-ledger-admin", "fin-viewer"):
            site.act("edit", key, fields={"customfield_10052": role})
    finally:
        site.service.thaw()
    told = f"select string_agg(reason, ',') from governance.escalation where request_id = '{request}' and kind = 'tamper'"
    wait.until(lambda: site.sql(told) == "MappedFieldsEditedBack", 15, what="recorded")
    assert site.request(key)["phase"] == "fulfilling"


def test_a_ticket_is_made_by_the_request_api_too(site):
    """Checked against the form first; a lost reply makes no second one."""
    site.service.stop()
    site.edit_file("mapping.yaml", "issue_type: Service Request, participants", "create: request, participants")
    site.start_service()
    site.fault("lose_reply", path="/servicedeskapi/request$")
    request, key = submit(site, "by-form")
    assert site.ticket(key)["values"]["customfield_10127"] == ["LAP-12"]
    site.until_phase(key, "fulfilling")
    assert [t["key"] for t in site.marked(request)] == [key]
    who = {name: one["accountId"] for name, one in site.control("accounts").items()}
    assert site.ticket(key)["properties"]["request.participants"] == [who["customer"], who["agent2"]]
    site.has_role("okafor", "fin-viewer", False)
    site.resolve(key)
    site.until_phase(key, "closed")
