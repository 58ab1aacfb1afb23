"""An identity platform submits; Countersign makes the ticket: one, whatever Jira does."""
import json
import time

import pytest

from lib import contract, wait

BODY = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-ledger-admin",
        "requester": "hr-system", "justification": "left the company"}


@pytest.fixture(autouse=True)
def calm(site):
    site.no_faults()
    yield
    site.no_faults()


def submit(site, key, **more):
    return site.api("POST", "/v1/access-requests", {**BODY, **more}, key)


def until(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86400))


def until_bound(site, request_id, timeout=20):
    return wait.until(lambda: site.api("GET", f"/v1/access-requests/{request_id}")[1].get("ticket"), timeout)


def test_submit_makes_one_ticket_and_is_idempotent(site):
    status, made = submit(site, "k1")
    assert status == 201
    assert submit(site, "k1") == (200, {"id": made["id"], "phase": made["phase"], "repeated": True}) or \
        submit(site, "k1")[1]["repeated"]
    assert submit(site, "k1", entitlement="other")[0] == 409
    until_bound(site, made["id"])
    assert len(site.marked(made["id"])) == 1


@pytest.mark.parametrize("fault", [("lose_reply", {"how": "close"}), ("lose_reply", {"how": "reset"}), ("half", {}), ("close", {})])
def test_lost_reply_makes_no_second_ticket(site, fault):
    kind, more = fault
    site.fault(kind, path="/rest/api/3/issue$", **more)
    _, made = submit(site, f"lost-{fault}")
    until_bound(site, made["id"])
    assert len(site.marked(made["id"])) == 1


def test_every_creation_loses_its_reply(site):
    """Twenty at once, no reply to any of them: one ticket each, found by the first search, which waits the probe time."""
    # probe: of the world's configuration, scattered down to half; busy: what a machine with other work may add, at most
    probe_ms, busy_ms, requests = 500, 10_000, 20
    site.control("faults", [{"method": "POST", "path": "/rest/api/3/issue$", "effect": {"kind": "lose_reply"}},
                            {"on": "webhook", "effect": {"kind": "drop"}}])  # which would tell of the ticket sooner
    begun = site.control("calls?limit=1")["last"]
    made = [submit(site, f"every-{number}")[1]["id"] for number in range(requests)]
    keys = [until_bound(site, request_id)["key"] for request_id in made]
    assert len(set(keys)) == requests and all(len(site.marked(request_id)) == 1 for request_id in made)
    calls = site.control(f"calls?since={begun}&actor=connector")["calls"]
    created = [c for c in calls if c["method"] == "POST" and c["route"] == "/rest/api/3/issue"]
    assert len(created) == requests and all(c["executed"] and not c["sent"] for c in created)
    for made_at in created:
        looked = [c["at"] - made_at["at"] for c in calls if c["route"].endswith("/search/jql") and c["n"] > made_at["n"]
                  and c["marker"] == made_at["marker"]]
        # none where polling saw it first
        assert len(looked) <= 1 and all(probe_ms / 2 <= ms <= probe_ms + busy_ms for ms in looked), f"ms from making to each search: {looked}"


def test_late_execution_is_found_within_grace(site):
    site.fault("execute_late", path="/rest/api/3/issue$", ms=900)
    _, made = submit(site, "late")
    until_bound(site, made["id"])
    assert len(site.marked(made["id"])) == 1


def test_a_page_in_answer_to_a_create_makes_no_second_ticket(site):
    """A proxy's log-in page with 200: the ticket was made, and the index does not show it yet."""
    site.control("config", {"index_lag_ms": 1500})
    try:
        site.fault("html", path="/rest/api/3/issue$", done=True)
        _, made = submit(site, "html")
        until_bound(site, made["id"])
        site.control("catch-up", {})
        assert len(site.marked(made["id"])) == 1
    finally:
        site.control("config", {"index_lag_ms": 0})


def test_retry_after_is_never_undercut(site):
    site.fault("rate_limit", path="/rest/api/3/issue$", retry_after=2)
    _, made = submit(site, "limited")
    until_bound(site, made["id"])
    assert [v for v in site.control("oracle")["retry_after_violations"] if not v["excused"]] == []


def test_refusal_is_parked_names_the_field_and_is_retried(site):
    site.fault("reply", path="/rest/api/3/issue$", status=400,
               body={"errorMessages": [], "errors": {"customfield_10052": "Role is required."}})
    _, made = submit(site, "refused")
    shown = wait.until(lambda: (r := site.api("GET", f"/v1/access-requests/{made['id']}")[1]).get("parked") and r, 10)
    assert "entitlement (" in shown["parked"][0]["why"] and "mapping.yaml:" in shown["parked"][0]["why"]
    assert site.api("POST", f"/v1/access-requests/{made['id']}/retry", {})[0] == 200
    until_bound(site, made["id"])
    assert len(site.marked(made["id"])) == 1


def test_answer_without_an_id_is_looked_for(site):
    """201 and nothing in it: whether a ticket was made is found out, and the request never waits for ever."""
    site.fault("reply", path="/rest/api/3/issue$", status=201, body={})
    _, made = submit(site, "no id")
    until_bound(site, made["id"], timeout=30)
    assert len(site.marked(made["id"])) == 1
    went = site.sql(f"""select string_agg(a.to_state, ' ' order by a.id) from governance.flow_attempt a join governance.flow f
        on f.id = a.flow_id where f.request_id = '{made["id"]}' and f.kind = 'create_ticket'""")
    assert went.startswith("checking calling doubt probing") and went.endswith("calling checking done"), went  # read before it is bound


def test_parked_work_is_retried_with_another_mapping(site):
    """Refused for good, it waits for a change: a restart is none, another mapping is one, and so is going back to the first."""
    refusal = {"status": 400, "body": {"errorMessages": [], "errors": {"customfield_10052": "Role is required."}}}
    with open(f"{site.folder}/mapping.yaml") as file:
        first = file.read()

    def parked(request_id):
        return wait.until(lambda: site.api("GET", f"/v1/access-requests/{request_id}")[1].get("parked"), 10)

    def restart(mapping):
        site.service.stop()
        site.write("mapping.yaml", mapping)
        site.start_service()

    for number, mapping in enumerate((first + "# another text\n", first)):
        site.fault("reply", path="/rest/api/3/issue$", **refusal)
        _, made = submit(site, f"mapping-{number}")
        parked(made["id"])
        site.no_faults()
        site.service.stop()
        site.start_service()
        time.sleep(1)
        assert parked(made["id"]) and not site.marked(made["id"])
        restart(mapping)
        until_bound(site, made["id"])
        assert len(site.marked(made["id"])) == 1


def test_anonymous_empty_search_is_no_proof_of_absence(site):
    site.fault("lose_reply", path="/rest/api/3/issue$")
    site.fault("anonymous", path="/search/jql$", count=6)
    _, made = submit(site, "anonymous")
    until_bound(site, made["id"], timeout=30)
    assert len(site.marked(made["id"])) == 1


def test_bad_requests_say_what_to_do(site):
    assert site.api("POST", "/v1/access-requests", BODY)[0] == 400  # no Idempotency-Key
    status, problem = submit(site, "bad", source="nowhere")
    assert status == 422 and "nowhere" in problem["detail"]
    assert site.api("GET", "/v1/access-requests", token="wrong")[0] == 401


def test_the_service_describes_itself(site):
    """With the file that every answer in these tests is held to."""
    status, said = site.api("GET", "/openapi.json")
    assert (status, said) == (200, contract.document())
    assert site.api("GET", "/openapi.json", token="none of ours")[0] == 401
    assert site.api("POST", "/openapi.json", {})[0] == 405


@pytest.mark.parametrize("member, more", [
    ("acces_until", {"acces_until": "2030-01-01T00:00:00Z"}),
    ("access_until", {"access_until": 1893456000}),
    ("access_until", {"access_until": None}),
    ("access_until", {"access_until": "tomorrow"}),
    ("access_until", {"access_until": "1970-01-01T00:00:00Z"}),
    ("access_until", {"access_until": "2020-01-01T00:00:00Z"}),
    ("privileged", {"privileged": "true"}),
    ("privileged", {"privileged": 1}),
    ("approved", {"approved": "yes"}),
    ("site", {"site": "nowhere"}),
    ("kind", {"kind": "modifies"}),
    ("items", {"kind": "modify"}),
    ("kind", {"kind": ["grant"]}),
    ("beneficiary", {"beneficiary": ""}),
    ("beneficiary", {"beneficiary": " \u200b\u3164"}),
    ("requester", {"requester": 5}),
    ("requester", {"requester": " "}),
    ("requester", {"requester": "a\nb"}),
    ("entitlement", {"entitlement": "\u00e9" * 129}),
    ("entitlement", {"entitlement": "x" * 257}),
    ("justification", {"justification": {"why": "x"}}),
])
def test_bodies_are_read_strictly(site, member, more):
    """What is misspelt or of another type is not passed over: it could be the end date."""
    before = site.sql("select count(*) from governance.access_request")
    status, problem = site.api("POST", "/v1/access-requests", {**BODY, **more}, f"strict-{ascii(more)}"[:100])
    assert status == 422 and member in problem["detail"] and problem["status"] == 422, problem
    assert problem.get("member", member) == member and "constraint" not in problem["detail"]
    assert site.sql("select count(*) from governance.access_request") == before


def test_other_bodies_are_read_strictly_too(site):
    _, made = submit(site, "strict")
    path = f"/v1/access-requests/{made['id']}/approvals"
    for body, member in (({"approver": "x", "decision": "maybe"}, "decision"), ({"approver": "x"}, "decision"),
                         ({"approver": "x", "decision": "approved", "until": "2030"}, "until")):
        status, problem = site.api("POST", path, body)
        assert status == 422 and problem["member"] == member, problem
    good = {"request": made["id"], "owner": "a", "approved_by": "b", "reason": "x", "expires_at": "2030-01-01T00:00:00Z", "compensating_control": "y"}
    for more, member in (({"request": "IAM-1"}, "request"), ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"), ({"owner": 1}, "owner"),
                         ({"compensating_control": " "}, "compensating_control"), ({"renews": 0}, "renews"), ({"renews": 1}, "renews"),
                         ({"scope": "all"}, "scope"), ({"scope": "source"}, "request"), ({"scope": "sod"}, "sod_set"), ({"source": "plain"}, "source")):
        status, problem = site.api("POST", "/v1/exceptions", {**good, **more})
        assert status == 422 and problem["member"] == member, problem
    for more, member, why in (({"owner": None}, "owner", "owner"), ({"owner": ""}, "owner", "owner"), ({"approved_by": None}, "approved_by", "unnamed"),
                              ({"expires_at": None}, "expires_at", "end"), ({"expires_at": until(days=400)}, None, "end"), ({"approved_by": "a"}, None, "owner")):
        status, problem = site.api("POST", "/v1/exceptions", {name: value for name, value in {**good, "expires_at": until(days=30), **more}.items() if value is not None})
        assert status == 422 and problem.get("member") == member, problem
        kept = site.sql("select concat_ws('|', what, request_id, person, other, why, said, vouched_by) from governance.refused_decision "
                        f"where why = '{why}' order by at desc limit 1").split("|")
        assert (kept[0], kept[1], kept[4], kept[5]) == ("exception", made["id"], why, problem["detail"]), kept
    tried = site.sql(f"select count(*) from governance.refused_decision where request_id = '{made['id']}'")
    assert site.sql(f"select count(*) from governance.evidence_entry where kind = 'decision.refused' and request_id = '{made['id']}'") == tried
    for body in ([], "x", 1):
        assert site.api("POST", path, body)[0] == 422


def test_an_end_date_is_kept_and_a_late_repetition_is_the_same_request(site):
    soon = time.time() + 3
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(soon))
    status, made = submit(site, "until", kind="grant", access_until=until, privileged=True)
    assert status == 201
    shown = site.api("GET", f"/v1/access-requests/{made['id']}")[1]
    assert shown["access_until"].startswith(until[:-1])
    assert site.sql(f"select is_privileged from governance.access_request where id = '{made['id']}'") == "t"
    time.sleep(max(0, soon + 0.5 - time.time()))
    assert submit(site, "until", kind="grant", access_until=until, privileged=True)[1]["repeated"]


def test_a_request_is_shown_by_its_ticket_too(site):
    _, made = submit(site, "by-key")
    key = until_bound(site, made["id"])["key"]
    assert site.api("GET", f"/v1/access-requests/{key}")[1]["id"] == made["id"]
    assert made["id"] in site.countersign("request", "show", key).stdout
    assert site.api("GET", "/v1/access-requests/IAM-999999")[0] == 404
    assert site.api("GET", f"/v1/access-requests/{key}/evidence")[0] == 404


def test_every_operation_is_held_to_the_description(site):
    """Those above and these: each answered well at least once, and as the file says."""
    _, made = submit(site, "each", kind="grant", beneficiary="lind", entitlement="fin-viewer")
    path = f"/v1/access-requests/{made['id']}"
    until_bound(site, made["id"])
    assert site.api("GET", f"/v1/access-requests?limit=2&site=acme&phase={site.api('GET', path)[1]['phase']}")[0] == 200
    assert site.api("GET", "/v1/access-requests?limit=100&sort=-requested_at")[0] == 200  # all those above: as they stand
    assert site.api("GET", "/v1/access-requests?stuck=true&older_than_seconds=0")[0] == 200
    assert site.api("GET", f"{path}/evidence")[1]["entries"]
    status, problem = site.api("POST", f"{path}/approvals", {"approver": "auditor@example.com", "decision": "approved"})
    assert status == 422 and problem["detail"].startswith("nobody has to approve this request"), problem
    assert site.api("POST", f"{path}/pause", {"reason": "the vendor is closed", "until": until(days=1)})[0] == 202
    assert site.api("POST", f"{path}/resume", {})[0] == 202
    granted = {"request": made["id"], "owner": "a@example.com", "approved_by": "b@example.com", "reason": "x", "expires_at": until(days=30),
               "compensating_control": "watched"}
    status, made_exceptions = site.api("POST", "/v1/exceptions", granted)
    assert status == 201
    number = made_exceptions["exceptions"][0]["id"]
    renewal = {**granted, "renews": number, "expires_at": until(days=60)}
    del renewal["request"]
    assert site.api("POST", "/v1/exceptions", renewal)[1]["exceptions"][0]["renews"] == number
    assert len(site.api("GET", f"/v1/exceptions?live=true&owner=a%40example.com&request={made['id']}")[1]["exceptions"]) == 2
    assert site.api("GET", "/v1/exceptions?live=false")[0] == 400
    assert site.api("POST", f"/v1/exceptions/{number}/revoke", {"revoked_by": "b@example.com", "reason": "done"})[1]["state"] == "revoked"
    assert site.api("POST", f"/v1/exceptions/{number}/revoke", {"revoked_by": "b@example.com", "reason": "done"})[0] == 422
    assert site.api("POST", "/v1/exceptions/424242/revoke", {"revoked_by": "b@example.com", "reason": "done"})[0] == 404
    assert site.api("POST", "/v1/departures", {"person": "a@example.com", "left": True})[1]["lapsed"] == [number + 1]
    assert site.api("POST", "/v1/departures", {"person": "nobody@example.com", "left": False})[0] == 404
    glass = {"kind": "grant", "beneficiary": "reyes", "source": "sap-fin", "entitlement": "fin-ledger-admin", "requester": "asker@example.com",
             "justification": "the ledger is stuck", "access_until": until(4 / 24), "emergency": True}
    for more, member in (({"access_until": until(9 / 24)}, "access_until"), ({"justification": " "}, "justification"), ({"kind": "removal"}, "emergency")):
        status, problem = site.api("POST", "/v1/access-requests", {**glass, **more}, f"glass-{member}")
        assert status == 422 and problem["member"] == member, problem
    status, broken = site.api("POST", "/v1/access-requests", glass, "glass")
    assert status == 201
    key = until_bound(site, broken["id"])["key"]
    site.until_phase(key, "fulfilling", timeout=30)  # before anybody approved it
    review = f"/v1/access-requests/{broken['id']}/review"
    assert "afterwards" in site.api("POST", review, {"reviewer": "ciso@example.com", "outcome": "in_order", "note": "x"})[1]["detail"]
    assert site.api("POST", review, {"reviewer": "ciso@example.com", "outcome": "fine", "note": "x"})[1]["member"] == "outcome"
    site.has_role("reyes", "fin-ledger-admin", True)
    site.resolve(key)
    site.until_phase(key, "verified", timeout=40)
    wait.until(lambda: "An emergency closes once it is approved and reviewed" in site.said(key)[1], 20)
    assert site.ticket(key)["status"] == "Verifying access"
    assert site.api("POST", f"/v1/access-requests/{broken['id']}/approvals", {"approver": "boss@example.com", "decision": "approved"})[0] == 202
    assert site.api("POST", review, {"reviewer": "asker@example.com", "outcome": "in_order", "note": "mine"})[0] == 422
    assert site.api("POST", review, {"reviewer": "ciso@example.com", "outcome": "in_order", "note": "it was stuck"})[0] == 202
    again = site.countersign("request", "review", broken["id"], "--by", "ciso@example.com", "--outcome", "in_order", "--note", "x", check=False)
    assert again.returncode == 65 and "reviewed already" in again.stderr
    site.until_phase(key, "closed", timeout=40)
    assert site.sql("select count(*) from sla.emergency_v1 where review_outcome = 'in_order' and approved_at is not null and not is_overdue") == "1"
    assert site.api("POST", "/v1/delegations", {"from": "auditor@example.com", "to": "deputy@example.com", "ends_at": until(days=7)})[0] == 201
    given = site.countersign("delegation", "give", "away@example.com", "--to", "there@example.com", "--until", "14d", "--json")
    number = json.loads(given.stdout)["id"]
    circle = site.countersign("delegation", "give", "there@example.com", "--to", "Away@example.com", "--until", until(days=2), check=False)
    assert circle.returncode == 65 and "a circle" in circle.stderr
    assert site.countersign("delegation", "give", "a@example.com", "--to", "b@example.com", "--until", "91d", check=False).returncode == 65
    assert "there@example.com answers for away@example.com" in site.countersign("delegation", "list", "--live", "--person", "there@example.com").stdout
    assert site.api("POST", f"/v1/delegations/{number}/revoke", {"revoked_by": "hr@example.com"})[1]["state"] == "revoked"
    ended = site.countersign("delegation", "revoke", str(number), "--by", "hr@example.com", check=False)
    assert ended.returncode == 65 and "has ended already" in ended.stderr
    assert site.api("POST", "/v1/delegations/424242/revoke", {"revoked_by": "hr@example.com"})[0] == 404
    assert [d["state"] for d in site.api("GET", "/v1/delegations?person=away%40example.com")[1]["delegations"]] == ["revoked"]
    assert site.api("GET", "/v1/delegations?live=false")[0] == 400
    assert site.api("POST", f"{path}/cancel", {})[0] == 202
    assert site.api("GET", "/openapi.json")[0] == 200
    assert site.api("GET", "/v1/events?limit=3")[1] == {"deliveries": [], "next": None}
    assert contract.operations() - contract.seen <= {"retryEvents"}  # test_events.py


def test_words_of_the_command_line_stay_words(site):
    """An id or a phase with signs in it asks for nothing else."""
    _, made = submit(site, "words")
    for words in (("list", "--phase", "received&after=x"), ("list", "--phase", "none"), ("show", f"{made['id']}?x"),
                  ("retry", f"{made['id']}/../{made['id']}"), ("show", "../access-requests"), ("list", "--after", "x&limit=1")):
        done = site.countersign("request", *words, check=False)
        assert done.returncode == 65, (words, done)
    long = site.countersign("request", "show", "x" * 9000, check=False)
    assert long.returncode == 64, long
    assert made["id"] in site.countersign("request", "list").stdout


def test_command_line_submits_too(site):
    done = site.countersign("request", "submit", "--kind", "removal", "--for", "reyes", "--source", "sap-fin", "--entitlement",
                            "fin-viewer", "--key", "cli-1")
    assert '"id"' in done.stdout
