"""A label proves nothing: what looks like ours is governed like any other ticket, unless our own create made it."""
from lib import wait, world

GOVERNED = {"summary": "Remove a role", "customfield_10010": "31", "customfield_10061": "okafor",
            "customfield_10052": "fin-ledger-admin", "customfield_10050": {"value": "SAP FIN"}}


def told(site, key, reason="ForeignMarker"):
    return site.sql("select count(*) from governance.escalation e join governance.ticket t on t.request_id = e.request_id "
                    f"where t.issue_key = '{key}' and e.reason = '{reason}'")


def metric(site, name):
    text = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.split(" ")[0].split("{")[0] == f"countersign_{name}")


def bound(site, key):
    return site.sql(f"select request_id from governance.ticket where issue_key = '{key}'")


def test_a_label_takes_no_ticket_out_of_governance(site):
    key = site.act("create", actor="agent", project="OPS", fields={**GOVERNED, "customfield_10010": "41", "labels": ["gar-anything"]})["key"]
    site.until_phase(key, "fulfilling")
    site.act("transition", key, name="Close")  # a close behind our back
    site.until_status(key, "In progress", timeout=10)
    assert told(site, key) == "1"
    assert site.sql("select count(*) from governance.evidence_entry where body like '%ForeignMarker%'") != "0"
    assert metric(site, "foreign_markers_total") >= 1


def test_a_clone_is_governed_and_never_bound_to_what_it_was_cloned_from(site):
    _, made = site.api("POST", "/v1/access-requests", {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin",
                                                      "entitlement": "fin-ledger-admin", "requester": "hr-system"}, "clone")
    wait.until(lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"), 20)
    original = site.marked(made["id"])[0]["key"]
    assert told(site, original) == "0"
    clone = site.act("clone", original, actor="agent", properties=True)["key"]
    site.until_phase(clone, "fulfilling")
    assert told(site, clone) == "1"
    assert bound(site, clone) != bound(site, original) == made["id"]


def test_what_a_lost_create_made_is_left_to_it(site):
    site.fault("lose_reply", path="/rest/api/3/issue$")
    _, made = site.api("POST", "/v1/access-requests", {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin",
                                                      "entitlement": "lost", "requester": "hr-system"}, "lost-reply")
    wait.until(lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"), 20)
    ticket, = site.marked(made["id"])
    assert bound(site, ticket["key"]) == made["id"]
    assert told(site, ticket["key"]) == "0"


def test_the_binding_names_the_site(site):
    _, made = site.api("POST", "/v1/access-requests", {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin",
                                                      "entitlement": "bound", "requester": "hr-system"}, "binding")
    wait.until(lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"), 20)
    key = site.marked(made["id"])[0]["key"]
    assert site.ticket(key)["properties"]["gar.bind"] == {"site": "acme", "site_id": site.jira_url, "request": made["id"]}


def test_a_ticket_copied_from_another_site_is_not_ours(site):
    """A sandbox made from production: our account, our labels, our property; another place."""
    fields = {**GOVERNED, "labels": ["gar-00000000000000000000000000000000"]}
    key = site.act("create", actor="connector", fields=fields, properties=[
        {"key": "gar.bind", "value": {"site": "acme", "site_id": "https://acme.example.net", "request": "x"}}])["key"]
    site.until_phase(key, "fulfilling")
    assert told(site, key) == "1"
    wait.until(lambda: metric(site, "jira_foreign_bindings_total") >= 1, 5)
