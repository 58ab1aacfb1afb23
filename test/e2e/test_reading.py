"""Tickets that are hard to read: deep ones, hidden ones, and those nobody can make sense of."""
import pytest

from lib import wait, world


@pytest.fixture(autouse=True)
def calm(site):
    site.no_faults()
    yield
    site.no_faults()
    site.control("accounts", {"connector": {"groups": ["countersign", "service-desk-team", "jira-users"]}})


def nested(levels):
    """Bullet lists inside bullet lists."""
    content = [{"type": "paragraph", "content": [{"type": "text", "text": "deep"}]}]
    for _ in range(levels):
        content = [{"type": "bulletList", "content": [{"type": "listItem", "content": content}]}]
    return {"type": "doc", "version": 1, "content": content}


def metrics(site):
    return world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]


def reasons(site, issue):
    return site.sql(f"select string_agg(reason, ',') from governance.escalation where issue_id = '{issue}'")


def test_a_deep_description_hides_no_ticket(site):
    fields = {"summary": "Remove", "customfield_10010": "31", "customfield_10061": "reyes", "customfield_10052": "fin-viewer",
              "customfield_10050": {"value": "SAP FIN"}, "description": nested(8)}
    key = site.act("create", actor="agent", fields=fields)["key"]
    site.until_phase(key, "fulfilling")
    asked = [c["query"] for c in site.control("calls?actor=connector&method=GET")["calls"] if c["query"].get("expand") == "changelog"]
    assert asked and all("customfield_10052" in q["fields"] and "description" not in q["fields"] for q in asked), "only what we need is asked for"


def test_a_ticket_that_stays_unreadable_is_counted_and_escalated(site):
    site.fault("reply", method="GET", path=r"/rest/api/3/issue/\d+\?", count=None, status=200, body={"id": "1"})
    made = site.act("request", actor="customer", requestTypeId="31",
                    fields={"summary": "x", "customfield_10061": "okafor", "customfield_10052": "fin-viewer",
                            "customfield_10050": {"value": "SAP FIN"}})
    wait.until(lambda: reasons(site, made["id"]) == "TicketUnreadable", 60)
    assert "a ticket we cannot read" in site.service.stderr
    assert "countersign_tickets_unreadable 1" in metrics(site)
    site.no_faults()
    site.until_phase(made["key"], "fulfilling", timeout=30)
    assert "countersign_tickets_unreadable 0" in metrics(site)


def test_a_ticket_that_is_too_long_to_read_is_said_to_be(site):
    """Jira answers, with more than anybody takes in: neither a silence of the site nor a reason to ask without end."""
    site.fault("half", method="GET", path=r"/rest/api/3/issue/\d+\?", count=None, says=1 << 40)
    made = site.act("request", actor="customer", requestTypeId="31", fields={
        "summary": "x", "customfield_10061": "okafor", "customfield_10052": "fin-viewer", "customfield_10050": {"value": "SAP FIN"}})
    counted = "select unreadable_why from governance.ticket where issue_id = '{}' and unreadable > 0"
    wait.until(lambda: "larger than allowed" in site.sql(counted.format(made["id"])), 20)
    site.no_faults()
    site.until_phase(made["key"], "fulfilling", timeout=30)


def test_a_404_to_somebody_who_may_not_look_is_no_proof(site):
    key = site.ask_removal("okafor", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    site.control("accounts", {"connector": {"groups": []}})  # the permission shrinks
    wait.until(lambda: "is not shown to us" in site.service.stderr, 20)
    assert site.sql(f"select phase from governance.access_request where id = '{request}'") == "fulfilling"
    wait.until(lambda: "give our account the right to browse it" in site.countersign("request", "show", request).stdout, 20,
               what="and it is said, and escalated when it stays so")
    site.act("delete", key, actor="admin")
    site.control("accounts", {"connector": {"groups": ["countersign", "service-desk-team", "jira-users"]}})
    wait.until(lambda: site.sql(f"select phase from governance.access_request where id = '{request}'") == "orphaned", 20)


def test_a_404_to_a_stranger_is_no_proof(site):
    key = site.ask_removal("okafor", "fin-viewer")
    site.until_phase(key, "fulfilling")
    before = site.service.stderr.count("is not shown to us")
    site.fault("reply", method="GET", path=r"/rest/api/3/issue/\d+\?", count=4, status=404, body={"errorMessages": ["no"]})
    site.fault("anonymous", method="GET", path="/rest/api/3/project/", count=1000)  # whoever else looks
    site.act("comment", key, text="look")
    wait.until(lambda: site.service.stderr.count("is not shown to us") > before, 20)
    assert site.request(key)["phase"] == "fulfilling"
    site.no_faults()


def test_a_wait_for_one_ticket_holds_no_other(site):
    key, other = site.ask_removal("okafor", "fin-viewer"), site.ask_removal("reyes", "fin-ledger-admin")
    site.until_phase(key, "fulfilling")
    site.until_phase(other, "fulfilling")
    issue = site.ticket(key)["id"]
    site.fault("rate_limit", path=f"/issue/{issue}/transitions", retry_after=8, reason="jira-per-issue-on-write")
    site.resolve(key)
    wait.until(lambda: site.control("faults")[0]["fired"] == 1, 20)
    site.resolve(other)
    ended = {ticket: site.until_phase(ticket, "closed")["closed_at"] for ticket in (other, key)}
    assert ended[other] < ended[key]
    # the words of the same ticket may be on their way while its transition is turned away: only what left later is early
    told_ms = 8000 / site.scale
    assert [v for v in site.control("oracle")["retry_after_violations"] if v["early_ms"] < told_ms - 20] == []


def test_a_claim_behind_many_edits_is_found(site):
    """The part inside the issue is the newest hundred changes: the claim lies before them. Our comment lies behind a page of
    other people's, and stays one."""
    site.has_role("novak", "fin-viewer", True)
    key = site.ask_removal("novak", "fin-viewer")
    site.until_phase(key, "fulfilling")
    site.service.freeze()
    try:
        before = site.control("calls?limit=1")["last"]
        site.control("act", [{"do": "comment", "actor": "agent", "issue": key, "text": f"Take {n}", "public": False} for n in range(120)])
        site.resolve(key)
        claim = site.ticket(key)["history"][-1]["id"]
        site.control("act", [{"do": "edit", "actor": "agent", "issue": key, "fields": {"summary": f"Take {n}"}} for n in range(130)])
    finally:
        site.service.thaw()
    request = site.until_phase(key, "verifying", "claimed")
    assert request["claim_cycle"] == claim
    calls = [c["route"] for c in site.control(f"calls?since={before}&actor=connector")["calls"]]
    assert "/rest/api/3/changelog/bulkfetch" in calls and "/rest/api/3/issue/{issue}/changelog" not in calls
    since = site.control("calls?limit=1")["last"]

    def read_otherwise(times):
        site.act("comment", key, text="look again")
        wait.until(lambda: len([c for c in site.control(f"calls?since={since}&actor=connector")["calls"]
                                if c["route"].endswith("{issue}/changelog") and c["query"].get("startAt") == "0"]) >= times, 15)
    # a right, and a scope, that only this call wants: of the first somebody else's word, of the other the gateway's
    site.fault("reply", path="/changelog/bulkfetch$", count=1, status=403, body="{}")
    site.fault("unauthenticated", path="/changelog/bulkfetch$", count=50, reason="scope")
    read_otherwise(1)
    read_otherwise(2)
    assert site.request(key)["claim_cycle"] == claim
    site.no_faults()
    ours = site.control("accounts")["connector"]["accountId"]

    def until_told(words):
        wait.until(lambda: words in str([c["body"] for c in site.ticket(key)["comments"] if c["author"] == ours]), 20, what=words)
    until_told("still has fin-viewer")
    site.has_role("novak", "fin-viewer", False)
    site.until_phase(key, "closed", timeout=30)
    until_told("is gone from SAP FIN")
    marks = [c["properties"].get("countersign.role", {}).get("role") for c in site.ticket(key)["comments"] if c["author"] == ours]
    assert marks.count("status") == 1, marks
