"""Creation in several steps, whose answers are lost or which Jira carries out late: one live ticket for each request, the one
people work on, and never a second POST in the blind."""
import json
import time

import pytest

from lib import wait, world

TIMES = "{ call_timeout: 1500ms, lease: 3s, lateness: 200ms, index_lag: 200ms, grace: 4400ms, probe: 300ms, backoff: 200ms, " \
        "backoff_cap: 1s, recheck: 1s, return_after: 60s, sweep: 3s }"
CREATE = "/rest/api/3/issue$"
LOST, LATE = 30, 10
FIELDS = {"summary": "Remove a role", "customfield_10010": "31", "customfield_10061": "okafor",
          "customfield_10052": "fin-ledger-admin", "customfield_10050": {"value": "SAP FIN"}}


class World(world.World):
    """With a link to every request, and somebody who follows its ticket."""

    def configure(self):
        super().configure()
        self.follower = self.control("accounts", {})["customer"]["accountId"]
        self.edit_file("countersign.yaml", "    poll_interval:", "    request_url: https://iga.example.com/requests/{id}?tab=1\n    poll_interval:")
        self.edit_file("mapping.yaml", "issue_type: Service Request }", f'issue_type: Service Request, participants: ["{self.follower}"] }}')


@pytest.fixture(scope="module")
def site():
    with World(times=TIMES, poll="500ms") as made:
        yield made


@pytest.fixture(autouse=True)
def calm(site):
    site.no_faults()
    yield
    site.no_faults()
    site.control("config", {"hidden_from_creator": "", "index_lag_ms": 0})


def submit(site, name):
    status, made = site.api("POST", "/v1/access-requests", {
        "kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": name, "requester": "hr-system"}, name)
    assert status == 201, made
    return made["id"]


def shown(site, request):
    return site.api("GET", f"/v1/access-requests/{request}")[1]


def bound(site, request):
    return site.sql(f"select issue_key from governance.ticket where request_id = '{request}'")


def until_bound(site, request, timeout=20):
    return wait.until(lambda: bound(site, request), timeout, what="bound")


def marker(request):
    return "gar-" + request.replace("-", "")


def comments(ticket):
    return [c for c in ticket["comments"] if "was made twice" in json.dumps(c["body"])]


def late_twin(site, request, *deeds):
    return site.late_twin(request, FIELDS, *deeds)


def test_lost_and_late_creations_are_healed(site):
    site.control("faults", [
        {"method": "POST", "path": CREATE, "count": LATE, "effect": {"kind": "execute_late", "ms": 11_000, "how": "close"}},
        {"method": "POST", "path": CREATE, "count": LOST, "effect": {"kind": "lose_reply", "how": "close"}}])
    requests = [submit(site, f"heal-{number}") for number in range(LOST + LATE)]
    wait.until(lambda: all(bound(site, r) for r in requests), 30, every=0.2, what="all bound")

    def markers():
        told = site.control("oracle")["markers"]
        return {r: told.get(marker(r), []) for r in requests}
    wait.until(lambda: site.control("oracle")["creates"]["carried_out_late"] == LATE, 20, what="the late ones are there")
    wait.until(lambda: all(sum(t["live"] for t in tickets) == 1 for tickets in markers().values()), 20, every=0.2,
               what="one live ticket each")
    creates = site.control("oracle")["creates"]
    assert creates["faults"] == {"execute_late": LATE, "lose_reply": LOST}
    # one that a slow machine looks for when it has come is found; each other is sent again and is a second ticket
    again = creates["again"]
    assert 0 < again <= LATE and creates["blind"] == [], creates
    assert sum(len(t) for t in markers().values()) == LOST + LATE + again
    for request, tickets in markers().items():
        kept, = (t["key"] for t in tickets if t["live"])
        assert bound(site, request) == kept
        for second in (t["key"] for t in tickets if not t["live"]):
            said, = comments(site.ticket(second))
            assert not said["public"] and kept in json.dumps(said["body"]) and second in json.dumps(said["body"])
            noted = site.sql("select body from governance.evidence_entry where kind = 'ticket.second' and request_id = "
                             f"'{request}'")
            assert f'"key":"{second}"' in noted and f'"kept_key":"{kept}"' in noted, noted
    assert site.sql("select count(*) from governance.escalation where reason = 'SecondTicket'") == str(again)
    assert site.sql("select count(*) from governance.access_request where phase in ('closed', 'cancelled', 'orphaned')") == "0"
    assert site.control("oracle")["public_comments_by_connector"] == []
    text = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
    found = next(line for line in text.splitlines() if line.startswith("countersign_second_tickets_total "))
    assert int(found.split()[1]) >= again  # it is looked at again while it is being cancelled


def test_each_step_after_the_ticket_is_made_is_resumed(site):
    """The link's answer is lost, the participants are turned away once: one link, one participant, one ticket."""
    site.control("faults", [
        {"method": "POST", "path": "/remotelink$", "count": 1, "effect": {"kind": "lose_reply", "how": "close"}},
        {"method": "POST", "path": "/participant$", "count": 1, "effect": {"kind": "unavailable", "retry_after": 1}}])
    request = submit(site, "steps")
    until_bound(site, request)
    wait.until(lambda: site.sql(f"select state from governance.flow where request_id = '{request}' and kind = 'create_ticket'")
               == "done", 20, what="all steps done")
    ticket, = site.marked(request)
    state = site.ticket(ticket["key"])
    link, = state["links"]
    assert link["body"]["object"]["url"] == f"https://iga.example.com/requests/{request}?tab=1"
    assert link["body"]["globalId"] == f"countersign={request}"
    assert state["properties"]["request.participants"] == [site.follower]
    assert state["properties"]["gar.bind"]["request"] == request


def test_a_step_that_never_shows_is_done_twice_and_people_are_told(site):
    site.control("faults", [{"method": "GET", "path": "/remotelink$", "count": 100000, "effect": {
        "kind": "reply", "status": 200, "body": "[]", "headers": {"Content-Type": "application/json"}}}])
    request = submit(site, "unseen")
    flow = f"from governance.flow where request_id = '{request}' and kind = 'create_ticket'"
    wait.until(lambda: site.sql(f"select state {flow}") == "parked", 20, what="given up")
    wait.until(lambda: site.sql(f"select reason from governance.escalation where request_id = '{request}'") == "TicketUnfinished", 20, what="told")
    assert site.sql(f"select why {flow}") == "it was done and does not show"
    ticket, = site.marked(request)
    calls = site.control("calls?actor=connector&method=POST")["calls"]
    assert sum(c["path"].endswith(("/" + ticket["id"] + "/remotelink", "/" + ticket["key"] + "/remotelink")) for c in calls) == 2


def test_a_delivery_tells_of_a_lost_create_before_the_index_does(site):
    site.control("config", {"index_lag_ms": 60000})
    site.fault("lose_reply", path=CREATE, how="close")
    begun = time.monotonic()
    request = submit(site, "by-hook")
    until_bound(site, request, 15)
    assert time.monotonic() - begun < 60 and len(site.marked(request)) == 1  # no search shows it yet


def test_the_request_goes_over_to_the_ticket_people_work_on(site):
    request = submit(site, "swap")
    first = until_bound(site, request)
    second = late_twin(site, request, {"do": "comment", "text": "I am on it."})
    wait.until(lambda: bound(site, request) == second, 20, what="bound to the other one")
    site.until_status(first, "Cancelled")
    assert len(comments(site.ticket(first))) == 1 and not comments(site.ticket(second))
    assert [t["key"] for t in site.marked(request)] == [second]
    site.until_phase(second, "fulfilling")
    wait.until(lambda: site.said(second)[0], 10, what="it says what is to be done")


def test_of_three_the_one_people_work_on_is_kept(site):
    request = submit(site, "three")
    first = until_bound(site, request)
    second = late_twin(site, request)
    third = late_twin(site, request, {"do": "comment", "text": "I am on it."})
    site.act("delete", first, actor="admin")
    wait.until(lambda: bound(site, request) == third, 20, what="bound to that one")
    site.until_status(second, "Cancelled")
    assert [t["key"] for t in site.marked(request)] == [third]
    site.until_phase(third, "fulfilling")


def test_with_people_on_both_nothing_is_cancelled_and_people_are_told(site):
    request = submit(site, "both")
    first = until_bound(site, request)
    site.act("comment", first, text="I am on it.")
    second = late_twin(site, request, {"do": "comment", "text": "So am I."})
    wait.until(lambda: site.sql("select count(*) from governance.escalation where reason = 'ForeignMarker' and issue_id = "
                                f"'{site.ticket(second)['id']}'") == "1", 20)
    assert bound(site, request) == first
    assert {t["key"] for t in site.marked(request)} == {first, second}


def test_what_is_hidden_from_us_is_never_made_twice(site):
    """Issue security hides our own tickets: an answered create is not bound, a lost one not repeated; people are told."""
    # from now on: a site that hides most of what it showed would be held as a whole
    site.control("config", {"hidden_from_creator": "connector", "hidden_since_ms": int(time.time() * 1000)})
    answered = submit(site, "hidden")
    wait.until(lambda: site.marked(answered), 10, what="made")
    site.fault("lose_reply", path=CREATE, how="close")
    lost = submit(site, "hidden-lost")
    wait.until(lambda: "TicketRefused" in site.sql("select string_agg(reason, ' ') from governance.escalation where request_id = "
                                                   f"'{answered}'"), 15)
    assert "issue security" in json.dumps(shown(site, answered)["parked"])
    time.sleep(5.5)  # the grace is over: nothing found is no reason to make another
    assert not bound(site, answered) and not bound(site, lost)
    assert len(site.marked(answered)) == len(site.marked(lost)) == 1
    site.control("config", {"hidden_from_creator": ""})
    assert site.api("POST", f"/v1/access-requests/{answered}/retry", {})[0] == 200
    until_bound(site, answered)
    until_bound(site, lost)
    assert len(site.marked(answered)) == len(site.marked(lost)) == 1
    assert site.control("oracle")["creates"]["blind"] == []
