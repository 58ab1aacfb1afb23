"""An identity platform submits; Countersign makes the ticket: one, whatever Jira does."""
import time

import pytest

from lib import wait

BODY = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-ledger-admin",
        "requester": "hr-system", "justification": "left the company"}


@pytest.fixture(autouse=True)
def calm(site):
    site.no_faults()
    yield
    site.no_faults()


def submit(site, key, **more):
    return site.api("POST", "/v1/access-requests", {**BODY, **more}, key)


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


def test_late_execution_is_found_within_grace(site):
    site.fault("execute_late", path="/rest/api/3/issue$", ms=900)
    _, made = submit(site, "late")
    until_bound(site, made["id"])
    assert len(site.marked(made["id"])) == 1


def test_retry_after_is_never_undercut(site):
    site.fault("rate_limit", path="/rest/api/3/issue$", retry_after=2)
    _, made = submit(site, "limited")
    until_bound(site, made["id"])
    assert site.control("oracle")["retry_after_violations"] == []


def test_refusal_is_parked_names_the_field_and_is_retried(site):
    site.fault("reply", path="/rest/api/3/issue$", status=400,
               body={"errorMessages": [], "errors": {"customfield_10052": "Role is required."}})
    _, made = submit(site, "refused")
    shown = wait.until(lambda: (r := site.api("GET", f"/v1/access-requests/{made['id']}")[1]).get("parked") and r, 10)
    assert "entitlement (" in shown["parked"][0]["why"] and "mapping.yaml:" in shown["parked"][0]["why"]
    assert site.api("POST", f"/v1/access-requests/{made['id']}/retry", {})[0] == 200
    until_bound(site, made["id"])
    assert len(site.marked(made["id"])) == 1


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


def test_command_line_submits_too(site):
    done = site.countersign("request", "submit", "--kind", "removal", "--for", "reyes", "--source", "sap-fin", "--entitlement",
                            "fin-viewer", "--key", "cli-1")
    assert '"id"' in done.stdout
