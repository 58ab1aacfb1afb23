"""An act is one step: work of several steps goes on where the ticket stands, whichever of them was lost."""
import pytest

from lib import wait

AGENT = ["service-desk-team", "jira-users"]
MOVE = "/transitions$"


@pytest.fixture(autouse=True)
def calm(site):
    site.no_faults()
    yield
    site.no_faults()
    site.control("accounts", {"agent": {"groups": AGENT}})


def reopened(site, person):
    """In progress, by us: an agent who could closed it without proof. It is closed from there by way of Verifying."""
    site.has_role(person, "fin-ledger-admin", True)
    key = site.ask_removal(person)
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    site.until_phase(key, "verifying")
    site.control("accounts", {"agent": {"groups": [*AGENT, "countersign"]}})
    site.act("transition", key, name="Close verified", fields={"resolution": {"name": "Done"}})
    site.control("accounts", {"agent": {"groups": AGENT}})
    site.until_status(key, "In progress", timeout=10)
    return key


def steps(site, key):
    return site.sql("select string_agg(a.from_state || '>' || a.to_state, ' ' order by a.id) from governance.flow_attempt a "
                    "join governance.flow f on f.id = a.flow_id join governance.ticket t on t.request_id = f.request_id "
                    f"where f.kind = 'close' and t.issue_key = '{key}'")


@pytest.mark.parametrize("lost", [None, 1, 2])
def test_close_by_way_of_verifying(site, lost):
    """Each step of it answered, or one of them lost."""
    person = {None: "okafor", 1: "lind", 2: "novak"}[lost]
    key = reopened(site, person)
    if lost:
        site.control("faults", {"method": "POST", "path": MOVE, "actor": "connector", "nth": lost, "count": 1,
                                "effect": {"kind": "lose_reply", "how": "close"}})
    site.has_role(person, "fin-ledger-admin", False)
    site.until_status(key, "Resolved", timeout=30)
    site.until_phase(key, "closed")
    went = steps(site, key)
    assert ("calling>checking" in went) == (lost != 1), went
    assert ("calling>doubt" in went) == bool(lost), went


def test_whoever_takes_it_back_while_it_is_being_closed_is_heard(site):
    """The close is on its way when the agent takes the ticket back: it comes too late, nothing is closed for that claim, and the next
    one is proven by reads of its own."""
    key = site.ask_removal("reyes", "fin-viewer", project="OPS")  # which is not there
    request = site.until_phase(key, "fulfilling")["id"]
    site.control("faults", {"method": "POST", "path": MOVE, "actor": "connector", "count": 1, "effect": {"kind": "delay", "ms": 1500}})
    site.resolve(key)
    wait.until(lambda: site.sql(f"select count(*) from governance.flow where request_id = '{request}' and kind = 'close' and state = 'calling'")
               == "1", 20, every=0.02, what="the close is on its way")
    site.act("transition", key, name="Back to fulfiller")
    taken_back = site.request(key)["claim_cycle"]
    wait.until(lambda: site.sql(f"select count(*) from governance.flow where request_id = '{request}' and kind = 'close' and state = 'calling'")
               == "0", 20, what="its answer is here")
    site.until_phase(key, "fulfilling")
    assert site.ticket(key)["status"] == "In progress" and not site.request(key)["closed_at"]
    site.resolve(key)
    closed = site.until_phase(key, "closed")
    site.until_status(key, "Resolved")
    assert closed["claim_cycle"] != taken_back
    assert site.sql(f"select bool_and(o.source_as_of >= r.claimed_at) and count(*) >= 2 from governance.observation o join governance.request_item i "
                    f"on i.id = o.item_id join governance.access_request r on r.id = i.request_id where r.id = '{request}' "
                    "and o.generation = r.generation and o.outcome = 'absent'") == "t"


def test_a_look_that_is_refused_waits_for_a_person(site):
    """400 and 403 will be said again: not asked for ever."""
    site.has_role("okafor", "fin-ledger-admin", True)
    site.fault("reply", method="GET", path="/comment", status=403, count=1000,
               body={"errorMessages": ["You may not see comments."], "errors": {}})
    key = site.ask_removal("okafor")
    request = site.until_phase(key, "fulfilling")
    site.resolve(key)
    shown = wait.until(lambda: (r := site.api("GET", f"/v1/access-requests/{request['id']}")[1]).get("parked") and r, 15)
    why = "You may not see comments (Jira answered 403): give our account that permission in Jira"
    assert {"work": "comment", "why": why} in shown["parked"], shown
    site.no_faults()
    assert site.api("POST", f"/v1/access-requests/{request['id']}/retry", {})[0] == 200
    wait.until(lambda: not site.api("GET", f"/v1/access-requests/{request['id']}")[1].get("parked"), 15)
