"""The main job on a Data Center: the same promises over version 2, wiki markup, names and a personal access token."""
import json
import re
import time

import pytest

from lib import wait, world

BODY = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-viewer",
        "requester": "hr-system", "justification": "left the company"}


@pytest.fixture(scope="module")
def site():
    made = world.World(flavour="datacenter")
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
    assert [w for w in wrong if w[2] != 404 or "/issue/" not in w[1]] == []  # a deleted ticket is not there
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
    comments = site.ticket(key)["comments"]
    assert len(comments) == 1, "one comment, edited in place"
    assert comments[0]["body"]["wiki"].startswith("{panel:bgColor=#") and '"rule"' not in json.dumps(comments)
    oracle = site.control("oracle")
    assert oracle["public_comments_by_connector"] == []
    assert "connector" in str(next(t["closed"] for t in oracle["done"] if t["key"] == key))


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
    captcha = {"status": 403, "body": "<html>CAPTCHA</html>", "headers": {"X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
                                                                          "Content-Type": "text/html"}}
    for kind, more in (("anonymous", {}), ("reply", captcha)):
        site.control("faults", {"actor": "connector", "count": 1, "effect": {"kind": kind, **more}})
        site.act("comment", key, text="go on")
        wait.until(lambda: all(f["fired"] for f in site.control("faults")), 10, what=f"{kind} has happened")
        site.no_faults()
    denied = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
    assert int(re.search(r"countersign_jira_denied_total(?:\{.*\})? (\d+)", denied)[1]) >= 2
    assert site.sql(f"select phase from governance.access_request where id = '{request}'") == "fulfilling"
    site.has_role("novak", "fin-viewer", False)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=30)
