"""What a ticket we make contains, by both ways of creating: every kind of field, on whose behalf, who takes part; and what
is refused before anything is sent. One world; a test that needs another mapping restarts the service with it."""
import json

import pytest

from lib import wait
from lib.world import http

BODY = {"kind": "grant", "beneficiary": "okafor@example.com", "account": "reyes", "source": "sap-fin",
        "entitlement": "fin-viewer", "requester": "hr-system", "justification": "joins the ledger team"}
WORKSPACE = "11f9c2a2-5c32-4ea2-a5c1-2a4dd1d1d001"
FIELDS = f"""
      labels: [access, $kind]
      priority: {{ name: High }}
      components: [HR, Finance]
      customfield_10002: [7, 8]
      customfield_10120: $justification
      customfield_10121: [Europe, Berlin]
      customfield_10122: [Test, Production]
      customfield_10123: service-desk-team
      customfield_10124: $access_until
      customfield_10125: $access_until
      customfield_10126: 12.5
      customfield_10127: "{WORKSPACE}:12"
      customfield_10128: [countersign]
"""
PEOPLE = "people: { hr-system: customer@example.com }"


def mapping(ticket, fields=FIELDS, subject="{ from: customfield_10062, then: [email], on_missing: hold }"):
    return f"""version: 1
ticket: {{ project: IAM, {ticket} }}
fields: {{ request_type: customfield_10010, access_check: customfield_10080, access_check_reason: customfield_10081 }}
statuses: {{ Verifying access: verify, Resolved: done, Cancelled: cancelled }}
requests:
  - name: grant-app-access
    request_type: "30"
    change: grant
    subject: {subject}
    account: {{ from: customfield_10061, on_missing: hold }}
    application: {{ from: customfield_10050, lookup: {{ "SAP FIN": sap-fin }}, on_missing: hold }}
    entitlement: {{ from: customfield_10052, then: [trim], on_missing: hold }}
    privileged: {{ from: customfield_10070, then: [bool], default: "false" }}
    ticket:
      fields: {{}}
""".replace("      fields: {}\n", f"      fields:{fields.replace(chr(10) + '      ', chr(10) + '        ')}" if fields else "      fields: {}\n")


@pytest.fixture(scope="module")
def world(site):
    site.control("accounts", {"okafor": {"display": "M. Okafor", "groups": ["jira-users"]}})
    site.control("config", {"meta_page": 7})  # a form comes in pieces
    with open(site.config) as file:
        text = file.read()
    site.write("countersign.yaml", text.replace("    projects: [IAM, OPS]\n", f"    projects: [IAM, OPS]\n    mapping: mine.yaml\n    {PEOPLE}\n"))
    return site


def restart(site, text):
    """Returns the mark after which every call is of the new service."""
    site.service.stop()
    mark = now(site)
    site.write("mine.yaml", text)
    site.start_service()
    return mark


def readyz(site):
    return json.loads(http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1])


def looked_at(site):
    """The forms were read, as from the start on they are: nobody else has to."""
    return wait.until(lambda: readyz(site)["forms"]["acme"] != "not looked at yet", 15, what="the forms are looked at")


def submit(site, key, **more):
    status, made = site.api("POST", "/v1/access-requests", {**BODY, "access_until": "2030-06-30T12:00:00Z", **more}, key)
    assert status == 201, made
    return made["id"]


def until_bound(site, request_id):
    return wait.until(lambda: site.api("GET", f"/v1/access-requests/{request_id}")[1].get("ticket"), 20)["key"]


def until_parked(site, request_id):
    return wait.until(lambda: site.api("GET", f"/v1/access-requests/{request_id}")[1].get("parked"), 20)[0]["why"]


def creates(site, since):
    return [c for c in site.control(f"calls?since={since}&method=POST&actor=connector")["calls"]
            if c["route"] in ("/rest/api/3/issue", "/rest/servicedeskapi/request")]


def now(site):
    return site.control("calls?limit=1")["last"]


def accounts(site):
    return {name: one["accountId"] for name, one in site.control("accounts").items()}


@pytest.mark.parametrize("by, ticket", [("issue", "create: issue, behalf: requester"),
                                        ("request", "create: request, behalf: requester, participants: [beneficiary, approver@example.com]")])
def test_every_kind_of_field(world, by, ticket):
    who = accounts(world)
    before = restart(world, mapping(ticket))
    looked_at(world)
    request_id = submit(world, f"every-{by}")
    key = until_bound(world, request_id)
    call, = creates(world, before)
    assert call["route"].endswith(by) and call["status"] == 201
    pages = [c for c in world.control(f"calls?since={before}&method=GET")["calls"] if c["route"].endswith("/issuetypes/{type}")]
    assert len(pages) == {"issue": -(-len(world.control("screens")["IAM"]["create"]) // 7), "request": 0}[by]
    found = world.ticket(key)
    values = found["values"]
    marker = "gar-" + request_id.replace("-", "")
    assert values["labels"] == sorted(["access", "grant", marker])
    assert values["reporter"] == who["customer"] and values["customfield_10062"] == who["okafor"]
    assert (values["customfield_10061"], values["customfield_10052"], values["customfield_10050"]) == ("reyes", "fin-viewer", "1005001")
    assert (values["priority"], values["components"], values["customfield_10002"]) == ("2", ["10200", "10201"], ["7", "8"])
    assert "joins the ledger team" in str(values["customfield_10120"]) and values["customfield_10120"]["type"] == "doc"
    assert values["customfield_10121"] == ["1012101", "101210101"] and values["customfield_10122"] == ["1012201", "1012202"]
    assert values["customfield_10123"] == "service-desk-team" and values["customfield_10128"] == ["countersign"]
    assert (values["customfield_10124"], values["customfield_10125"]) == ("2030-06-30", "2030-06-30T12:00:00.000+0000")
    assert values["customfield_10126"] == 12.5 and values["customfield_10127"] == [f"{WORKSPACE}:12"]
    assert marker in str(values["description"])
    if by == "request":
        assert found["properties"]["request.participants"] == [who["okafor"], who["approver"]]
    else:
        assert found["properties"]["gar.bind"]["request"] == request_id
    # it maps back to what was asked: nothing is held, nothing looks edited
    world.until_phase(key, "fulfilling", "ticketing")
    assert not world.request(key)["held"]
    world.resolve(key)
    world.has_role("reyes", "fin-viewer", True)
    world.until_status(key, "Resolved", timeout=30)
    world.has_role("reyes", "fin-viewer", False)


def test_the_marker_may_stand_in_a_text_field(world):
    """A form without labels: the lost reply is found by the field all the same, and the ticket is nobody else's request."""
    form = world.control("forms")["30"]
    world.control("forms", {"30": {"form": [f for f in form["form"] if f != "labels"]}})
    try:
        restart(world, mapping("create: request, marker: labels", fields=""))
        before = now(world)
        request_id = submit(world, "marker-labels")
        why = until_parked(world, request_id)
        assert "labels, which is to carry our marker, is not on the form of request type 30" in why and "mine.yaml:2:" in why
        assert creates(world, before) == []
        world.fault("lose_reply", path="/servicedeskapi/request$")
        restart(world, mapping("create: request, marker: customfield_10090", fields=""))  # another mapping: tried again by itself
        key = until_bound(world, request_id)
        assert world.ticket(key)["values"]["customfield_10090"] == "gar-" + request_id.replace("-", "")
        assert len(creates(world, before)) == 1
        assert world.sql(f"select count(*) from governance.ticket where issue_key = '{key}'") == "1"
        assert world.sql(f"select count(*) from governance.access_request r join governance.ticket t on t.request_id = r.id "
                         f"where t.issue_key = '{key}' and r.id <> '{request_id}'") == "0"
    finally:
        world.no_faults()
        world.control("forms", {"30": form})


@pytest.mark.parametrize("by", ["issue", "request"])
def test_what_is_missing_is_said_at_once_and_nothing_is_sent(world, by):
    restart(world, mapping(f"create: {by}", fields="\n      customfield_10121: [Europe, Boston]\n      customfield_10126: dear\n"))
    required = ["summary", "customfield_10124", "customfield_10123"]
    form, screens = world.control("forms")["30"], world.control("screens")["IAM"]
    world.control("forms", {"30": {"required": required}})
    world.control("screens", {"IAM": {"required": required}})
    try:
        before = now(world)
        request_id = submit(world, f"missing-{by}")
        why = until_parked(world, request_id)
        assert "customfield_10124 'Start date' is required" in why and "customfield_10123 'Responsible group' is required" in why
        assert "ticket (" in why and "customfield_10121 'Place': 'Boston' is not offered; write one of: Berlin, Paris" in why
        assert "customfield_10126 'Cost': 'dear' is not a number" in why and "mine.yaml:" in why
        assert creates(world, before) == []
        online = world.countersign("check", "--online", check=False)
        assert online.returncode == 1 and "customfield_10124 'Start date' is required" in online.stdout, online.stdout + online.stderr
        fields = "\n      customfield_10124: 2030-01-31\n      customfield_10123: service-desk-team\n"
        restart(world, mapping(f"create: {by}", fields=fields))  # mended: tried again by itself
        key = until_bound(world, request_id)
        assert world.ticket(key)["values"]["customfield_10124"] == "2030-01-31"
        online = world.countersign("check", "--online")
        assert "grant-app-access" in online.stdout and "fits" in online.stdout
    finally:
        world.control("forms", {"30": form})
        world.control("screens", {"IAM": {"required": screens["required"]}})


def test_a_form_mended_in_jira_counts_at_the_next_try(world):
    """What is kept of a form refuses nothing: it is asked afresh first."""
    restart(world, mapping("create: request", fields=""))
    form = world.control("forms")["30"]
    world.control("forms", {"30": {"required": ["summary", "customfield_10124"]}})
    first = submit(world, "jira-1")
    until_parked(world, first)
    world.control("forms", {"30": form})
    second = submit(world, "jira-2")
    until_bound(world, second)
    assert world.api("POST", f"/v1/access-requests/{first}/retry", {})[0] == 200
    until_bound(world, first)


def test_nobody_is_guessed(world):
    restart(world, mapping("create: request, behalf: requester", fields=""))
    world.control("accounts", {"twin": {"email": "agent2@example.com", "display": "Twin"}, "shy": {"hides_email": True}})
    before = now(world)
    cases = {"agent2@example.com": "2 active people have that address", "shy@example.com": "Jira shows us nobody with exactly that address",
             "agent": "it is no e-mail address and no account id"}
    for number, (person, words) in enumerate(cases.items()):
        why = until_parked(world, submit(world, f"nobody-{number}", requester=person))
        assert f"nobody can say who '{person}' is on site acme: {words}" in why and "people" in why
    assert creates(world, before) == []


def test_people_are_asked_once(world):
    before = restart(world, mapping("create: request, behalf: requester", fields=""))
    looked_at(world)
    keys = [until_bound(world, submit(world, f"once-{number}")) for number in range(3)]
    calls = world.control(f"calls?since={before}&actor=connector")["calls"]
    asked = [c for c in calls if c["route"] == "/rest/api/3/user/search"]
    forms = [c for c in calls if c["route"].endswith("/requesttype/{type}/field")]
    assert len(set(keys)) == 3 and len(asked) == 2 and len(forms) == 1, (asked, forms)


def test_an_organisation_may_be_named(world):
    """On the form and back: by its name it is read, too."""
    fields = "\n      customfield_10002: [Globex, 7]\n"
    before = restart(world, mapping("create: request", fields=fields))
    looked_at(world)
    first, second = (until_bound(world, submit(world, f"org-{number}")) for number in range(2))
    assert world.ticket(first)["values"]["customfield_10002"] == world.ticket(second)["values"]["customfield_10002"] == ["8", "7"]
    asked = [c for c in world.control(f"calls?since={before}&actor=connector")["calls"] if c["route"].endswith("/organization")]
    assert len(asked) == 1, asked


def test_an_organisation_that_nobody_has_is_refused_with_the_remedy(world):
    fields = "\n      customfield_10002: [Initech]\n"
    before = restart(world, mapping("create: issue", fields=fields))
    why = until_parked(world, submit(world, "org-none"))
    assert "customfield_10002: Jira shows us no organisation called 'Initech' in the service desk of project IAM" in why
    assert "mine.yaml:" in why and "write its number instead" in why
    assert creates(world, before) == []


def test_what_does_not_fit_is_said_from_the_start_on(world):
    form = world.control("forms")["30"]
    world.control("forms", {"30": {"required": ["summary", "customfield_10124"]}})
    try:
        restart(world, mapping("create: request", fields=""))
        told = wait.until(lambda: (r := readyz(world)) and r["forms"]["acme"] not in ("ok", "not looked at yet") and r, 15, what="the form is looked at")
        assert told["status"] == "degraded" and "grant-app-access: " in told["forms"]["acme"]
        assert "customfield_10124 'Start date' is required" in told["forms"]["acme"]
        text = http("GET", f"http://127.0.0.1:{world.ops_port}/metrics")[1]
        assert 'countersign_mapping_unfit_rules{site="acme"} 1' in text
        assert world.service.stderr.count("the mapping does not fit the form") == 1
        assert "customfield_10124" in until_parked(world, submit(world, "unfit"))
    finally:
        world.control("forms", {"30": form})
    restart(world, mapping("create: request, marker: labels", fields=""))
    wait.until(lambda: readyz(world)["forms"]["acme"] == "ok", 15)


def test_many_who_wait_for_one_form_share_one_read(world):
    world.fault("delay", method="GET", path="/requesttype/30/field$", count=20, ms=600)
    try:
        before = restart(world, mapping("create: request", fields=""))
        keys = [until_bound(world, made) for made in [submit(world, f"share-{number}") for number in range(4)]]
    finally:
        world.no_faults()
    calls = world.control(f"calls?since={before}&actor=connector")["calls"]
    forms = [c for c in calls if c["route"].endswith("/requesttype/{type}/field")]
    # one of the look from the start on, at most one more by the creates, which go before it
    assert len(set(keys)) == 4 and len(forms) <= 2, forms
