"""After the close: access that came back gets a ticket of its own, linked to the one that proved it gone; what comes again and again is
held; access that was given for a time is asked to be taken away before that ends; and what a cancelled grant left behind is told."""
import base64
import json
import time

import pytest

from lib import wait
from lib.world import World, http

# an hour, a day and a week; tickets within a month; and the day before access ends
AFTER = "after_close: { first: 1s, second: 5s, third: 25s, daily: 2s, lead: 1h, loop_limit: 2, loop_window: 1h }\n"
SECONDS = 30  # of access that is given for a time: its removal is asked for when half of that is over
CONNECTOR = {"Authorization": "Basic " + base64.b64encode(b"connector@example.com:connector-token").decode()}


class Watched(World):
    def configure(self):
        super().configure()
        with open(self.config, "a") as file:
            file.write(AFTER)


@pytest.fixture(scope="module")
def site():
    with Watched() as world:
        yield world


def shown(site, what):
    return json.loads(site.countersign("request", "show", what, "--json").stdout)


def linked(site, key):
    """The tickets that it is linked to, as Jira shows them."""
    status, text = http("GET", f"{site.jira_url}/rest/api/3/issue/{key}?fields=issuelinks", headers=CONNECTOR)
    assert status == 200, text
    return [link.get("inwardIssue", link.get("outwardIssue"))["key"] for link in json.loads(text)["fields"]["issuelinks"]]


def opened_by(site, key, cause, timeout=90):
    """The ticket of the request that follows."""
    def probe():
        return site.sql("select t.issue_key from governance.access_request q join governance.ticket t on t.request_id = q.id "
                        "join governance.ticket e on e.request_id = q.follows "
                        f"where e.issue_key = '{key}' and q.cause = '{cause}' and t.issue_key <> ''")
    return site.until(key, probe, timeout, f"what follows {key} by {cause}")


def close(site, key, person, role, has):
    site.until_phase(key, "fulfilling", timeout=60)
    site.has_role(person, role, has)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=60)


def give_for_a_while(site):
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + SECONDS))
    status, made = site.api("POST", "/v1/access-requests", {
        "kind": "grant", "beneficiary": "reyes", "source": "sap-fin", "entitlement": "fin-viewer",
        "justification": "covers for a colleague", "access_until": until}, "for-a-while")
    assert status == 201, made
    key = wait.until(lambda: shown(site, made["id"]).get("ticket"), 30)["key"]
    close(site, key, "reyes", "fin-viewer", True)
    return key, until


def came_back(site, key, person, role):
    """Somebody puts it back, and nobody tells us."""
    site.has_role(person, role, True)
    again = opened_by(site, key, "drift")
    site.until_phase(again, "fulfilling", timeout=60)
    return again


def test_what_comes_back_and_what_ends(site):
    given, until = give_for_a_while(site)
    site.has_role("okafor", "fin-ledger-admin", True)
    first = site.ask_removal("okafor", "fin-ledger-admin")
    close(site, first, "okafor", "fin-ledger-admin", False)

    # a ticket of its own names the earlier one and its proof, and Jira links both
    second = came_back(site, first, "okafor", "fin-ledger-admin")
    proof = site.sql("select max(seq) from governance.evidence_entry e join governance.ticket t using (request_id) "
                     f"where t.issue_key = '{first}' and e.body::jsonb->'detail'->>'to' = 'verified'")
    assert f"{first} proved on " in (told := json.dumps(site.ticket(second)["values"])) and f"(evidence {proof})" in told, told
    site.until(second, lambda: linked(site, second) == [first] == [k for k in linked(site, second)], 30, "the link")
    assert linked(site, first) == [second] and site.ticket(first)["status"] == "Resolved"
    one, other = shown(site, first), shown(site, second)
    assert (other["cause"], other["follows"]["ticket"], other["kind"]) == ("drift", first, "removal")
    assert one["followed_by"][0]["ticket"] == second and one["drift"][0]["answer"] == "opened" and one["phase"] == "closed"
    text = site.countersign("request", "show", second).stdout
    assert f"follows    {first}" in text and "because it came back" in text, text
    site.until(first, lambda: f"New ticket {second}" in site.said(first)[1], 30, "what the earlier ticket says")
    evidence = site.sql("select body::jsonb->'detail'->'earlier_proof'->>'seq' from governance.evidence_entry e join governance.ticket t "
                        f"using (request_id) where t.issue_key = '{second}' and e.kind = 'request.received'")
    assert evidence == proof

    # the loop guard: so many tickets, then people are told and no ticket is made
    close(site, second, "okafor", "fin-ledger-admin", False)
    third = came_back(site, second, "okafor", "fin-ledger-admin")
    close(site, third, "okafor", "fin-ledger-admin", False)
    site.has_role("okafor", "fin-ledger-admin", True)
    held = f"select count(*) from sla.drift_v1 where issue_key = '{third}' and answer = 'held' and is_open"
    site.until(third, lambda: site.sql(held) == "1", 90, "it is held")
    assert site.sql("select count(*) from governance.escalation where reason = 'DriftKeepsComing'") == "1"
    assert site.sql("select count(*) from governance.access_request where cause = 'drift'") == "2"
    assert "countersign_drifts_held 1" in http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]

    # removal of what ends: a request, a ticket and a proof of its own, due when the access ends
    removal = opened_by(site, given, "expiry")
    row = site.sql("select change_kind, requested_at < q.until, requested_at + goal_seconds * interval '1 s' <= q.until + interval '1 s', "
                   f"sla_state from sla.request_v1, (select '{until}'::timestamptz as until) q where issue_key = '{removal}'")
    assert row.startswith("removal|t|t|"), row
    site.until(removal, lambda: linked(site, removal) == [given], 30, "the link")
    close(site, removal, "reyes", "fin-viewer", False)
    assert shown(site, removal)["follows"]["ticket"] == given
    assert site.sql("select count(*) from governance.access_request where cause = 'expiry'") == "1"
    # Jira says of a link that it made nothing but 201: that is an answer, and nobody looks whether it was done
    assert site.sql("select count(*) from governance.flow_attempt where to_state = 'doubt' and why like '%nothing where%'") == "0"


def stuck(site):
    return {r["id"]: r["status"]["reason"] for r in json.loads(site.countersign("request", "list", "--stuck", "--json").stdout)["requests"]}


def reason_is(site, made, reason):
    site.until(made["id"], lambda: shown(site, made["id"])["status"]["reason"] == reason, 60, f"it says {reason}")


def test_what_a_cancelled_grant_left_behind(site):
    """The agent gives it, nobody says so, and the request is cancelled: by API, and on its ticket."""
    grant = {"kind": "grant", "beneficiary": "novak", "source": "sap-fin", "entitlement": "fin-viewer", "justification": "moves to finance"}
    status, made = site.api("POST", "/v1/access-requests", grant, "left-behind")
    assert status == 201, made
    key = wait.until(lambda: shown(site, made["id"]).get("ticket"), 30)["key"]
    site.until_phase(key, "fulfilling", timeout=60)
    site.has_role("novak", "fin-viewer", True)
    assert site.api("POST", f"/v1/access-requests/{made['id']}/cancel")[0] in (200, 202)
    site.until_phase(key, "cancelled", timeout=60)
    reason_is(site, made, "AccessLeft")
    left = shown(site, made["id"])
    assert [(d["why"], d["answer"], "ended_at" in d) for d in left["drift"]] == [("AccessLeft", "recorded", False)], left
    assert (left["status"]["state"], left["status"]["waits_for"]) == ("stuck", "governance_owner")
    assert stuck(site).get(made["id"]) == "AccessLeft"
    assert "left" in site.countersign("request", "show", made["id"]).stdout
    told = f"select string_agg(kind || '/' || reason, ' ') from governance.escalation where request_id = '{made['id']}' and reason = 'AccessLeft'"
    evidence = f"select count(*) from governance.evidence_entry where request_id = '{made['id']}' and kind = 'drift.found'"
    assert (site.sql(told), site.sql(evidence)) == ("operator/AccessLeft", "1")
    assert "countersign_access_left 1" in http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]

    # whoever cannot look says nothing: it is on the list until a read shows that it is gone
    reads = f"select count(*) from governance.observation o join governance.request_item i on i.id = o.item_id where i.request_id = '{made['id']}'"
    before = int(site.sql(reads))
    site.until(key, lambda: int(site.sql(reads)) > before, 60, "it is read on")
    assert site.sql(told) == "operator/AccessLeft", "told once"
    site.has_role("novak", "fin-viewer", False)
    reason_is(site, made, "Over")
    assert made["id"] not in stuck(site) and "ended_at" in shown(site, made["id"])["drift"][0]


def test_who_cancels_a_grant_and_the_removal_that_ends_it_is_asked_again(site):
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 8))
    grant = {"kind": "grant", "beneficiary": "novak", "source": "sap-fin", "entitlement": "fin-ledger-admin", "access_until": until}
    status, made = site.api("POST", "/v1/access-requests", grant, "cancelled-both")
    assert status == 201, made
    key = wait.until(lambda: shown(site, made["id"]).get("ticket"), 30)["key"]
    site.until_phase(key, "fulfilling", timeout=60)
    site.has_role("novak", "fin-ledger-admin", True)  # and nobody says so
    assert site.api("POST", f"/v1/access-requests/{made['id']}/cancel")[0] == 202
    first = opened_by(site, key, "expiry")
    assert site.api("POST", f"/v1/access-requests/{site.request(first)['id']}/cancel")[0] == 202
    asked = f"select count(*) from governance.access_request where follows = '{made['id']}' and cause = 'expiry'"
    site.until(key, lambda: site.sql(asked) == "2", 60, "it is asked for again")
