"""Why is this stuck? Each trouble is named, with whose turn it is and what happens next; and none of them holds anything else."""
import json
import re
import time

import pytest

from lib import wait

BODY = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "requester": "hr-system", "justification": "left"}
NOT_ON_SCREEN = {"errorMessages": [], "errors": {
    "customfield_10052": "Field 'customfield_10052' cannot be set. It is not on the appropriate screen, or unknown."}}
# What Jira says again each time it is asked (jsm.md; the words are those of real logs where there are some).
PERMANENT = [
    (400, NOT_ON_SCREEN), (400, {"errorMessages": ["Field 'priority' is required"], "errors": {}}), (400, {"errorMessages": [], "errors": {}}),
    (400, {"errors": [{"message": "Every transition input must correspond to a distinct workflow."}]}), (400, "<html>no</html>"),
    (400, '{"errorMessages": ["cut sh'), (403, {"errorMessages": ["You do not have permission to create issues in this project."]}),
    (404, {"errorMessage": "The request was not found", "i18nErrorMessage": {"i18nKey": "sd.request.not.found", "parameters": []}}),
    (404, {"errorMessages": ["No project could be found."], "errors": {}}), (405, ""),
    (410, {"errorMessages": ["The requested API has been removed."]}), (413, "Request entity too large"), (415, ""),
    (422, {"errors": {"customfield_10061": ["It does not go together."]}}),
]


@pytest.fixture(autouse=True)
def calm(site):
    site.no_faults()
    yield
    site.no_faults()


def submit(site, role):
    status, made = site.api("POST", "/v1/access-requests", {**BODY, "entitlement": role}, f"stuck-{role}")
    assert status == 201, made
    return made["id"]


def fault(site, **rule):
    site.control("faults", rule)


def listed(site, *filters):
    """By ticket key, or by id without one."""
    found = json.loads(site.countersign("request", "list", "--json", *filters).stdout)
    return {(r.get("ticket") or {}).get("key") or r["id"]: r["status"] for r in [*found["requests"], *found.get("tickets", [])]}


def seconds_until(site, stamp):
    return float(site.sql(f"select extract(epoch from '{stamp}'::timestamptz - clock_timestamp())"))


def closed_in(site, count):
    """Seconds until so many removals, claimed at once, are closed on proof."""
    keys = [site.ask_removal("reyes", "fin-ledger-admin") for _ in range(count)]
    for key in keys:
        site.until_phase(key, "fulfilling")
    begun = time.monotonic()
    for key in keys:
        site.resolve(key)
    for key in keys:
        site.until_phase(key, "closed", timeout=30)
    return time.monotonic() - begun


@pytest.fixture(scope="module")
def troubles(site):
    """One ticket nobody can read, one request whose ticket Jira refuses, one whose source is away; and how long others take."""
    site.no_faults()
    alone = closed_in(site, 6)
    away = site.ask_removal("okafor", "finance-all", system="Directory")
    site.until_phase(away, "fulfilling")
    site.directory.stop()
    site.resolve(away)
    unreadable = str(int(site.ticket(away)["id"]) + 1)
    fault(site, method="GET", path=rf"/rest/api/3/issue/{unreadable}\?", effect={"kind": "reply", "status": 200, "body": {"id": "1"}})
    fault(site, method="POST", path="/rest/api/3/issue/bulkfetch", body=f'"{unreadable}"',  # read with others it is no better
          effect={"kind": "reply", "status": 200, "body": {"issues": [], "issueErrors": []}})
    poisoned = site.ask_removal("okafor", "fin-viewer")
    assert site.ticket(poisoned)["id"] == unreadable
    fault(site, method="POST", path="/rest/api/3/issue$", body="stuck-role",
          effect={"kind": "reply", "status": 400, "body": NOT_ON_SCREEN})
    refused, took = submit(site, "stuck-role"), [closed_in(site, 20)]
    while min(took) > alone / 6 * 20 and len(took) < 3:  # once more where the machine was busy just then
        took.append(closed_in(site, 20))
    return {"alone": alone, "away": away, "poisoned": poisoned, "refused": refused, "took": min(took), "faults": site.control("faults")}


@pytest.fixture
def still(site, troubles):
    """The faults of the troubles, which calm() has taken away."""
    for rule in troubles["faults"]:
        site.control("faults", {k: rule[k] for k in ("method", "path", "body", "effect") if k in rule})
    return troubles


def test_the_healthy_take_no_longer(troubles):
    assert troubles["took"] <= troubles["alone"] / 6 * 20, troubles


def test_each_is_listed_with_its_reason_and_its_next_time(site, still):
    names = {still[name] for name in ("away", "poisoned", "refused")}
    found = wait.until(lambda: (f := listed(site, "--stuck")) and set(f) == names and f, 10, what="three and no more are listed")
    away, poisoned, refused = (found[still[name]] for name in ("away", "poisoned", "refused"))
    assert (away["reason"], away["state"], away["waits_for"]) == ("SourceUnreadable", "retrying", "source")
    assert away["attempts"] >= 1 and "Directory" in away["detail"] and seconds_until(site, away["next_at"]) < 2 ** away["attempts"]
    assert poisoned["reason"] in ("TicketReadFails", "TicketUnreadable") and seconds_until(site, poisoned["next_at"]) < 11
    assert (refused["reason"], refused["waits_for"], refused["attempts"]) == ("TicketRefused", "governance_owner", 1)
    assert "next_at" not in refused and re.search(r"customfield_10052 as entitlement \(.*mapping.yaml:\d+:\d+\) of rule remove-app-access "
                                                  r"is not on the screen .*: add it to the screen", refused["detail"]), refused
    shown = site.countersign("request", "show", still["poisoned"]).stdout
    assert "nobody can read" in shown and "the ticket is read again, at 20" in shown
    shown = site.countersign("request", "show", still["refused"]).stdout
    assert "waits for  governance_owner" in shown and "request retry" in shown and "add it to the screen" in shown
    assert site.api("GET", f"/v1/access-requests/{still['away']}")[1]["status"]["reason"] == "SourceUnreadable"
    assert site.sql("set role countersign_dashboard; select waits_for from sla.request_status_v1 "
                    f"where issue_key = '{still['away']}'").split()[-1] == "source"


def test_lists_are_filtered_and_paged(site, still):
    table = site.countersign("request", "list", "--phase", "ticketing").stdout.splitlines()
    assert len(table) == 2 and still["refused"] in table[1] and "governance_owner" in table[1]
    assert listed(site, "--stuck", "--older-than", "1h") == {} and len(listed(site, "--site", "acme", "--older-than", "0", "--limit", "100")) >= 26
    seen, after = set(), []
    while True:
        page = json.loads(site.countersign("request", "list", "--json", "--limit", "10", *after).stdout)
        assert len(page["requests"]) <= 10 and not seen & {r["id"] for r in page["requests"]}
        seen |= {r["id"] for r in page["requests"]}
        if not page["next"]:
            break
        after = ["--after", page["next"]]
    assert len(seen) == int(site.sql("select count(*) from governance.access_request"))
    for words, code in ((("--site", "nowhere"), 65), (("--older-than", "soon"), 64), (("--limit", "0"), 65)):
        assert site.countersign("request", "list", *words, check=False).returncode == code


def test_only_what_may_be_retried_is(site, still):
    closed = site.sql("select t.issue_key from governance.ticket t join governance.access_request r on r.id = t.request_id "
                      "where r.phase = 'closed' limit 1")
    for key, why in ((still["away"], "SourceUnreadable"), (closed, "Over")):
        refused = site.countersign("request", "retry", key, check=False)
        assert refused.returncode == 65 and "nothing of it was refused" in refused.stderr and why in refused.stderr
    assert site.api("POST", "/v1/access-requests/IAM-99999/retry", {})[0] == 404
    assert site.sql("select count(*) from governance.operator_act") == "0"


def test_mended_and_retried_they_heal(site, troubles):
    site.directory.start()
    assert "tried again: create_ticket, which was refused: customfield_10052" in site.countersign("request", "retry", troubles["refused"]).stdout
    read = site.countersign("request", "retry", troubles["poisoned"], check=False)
    assert "read again" in read.stdout or "nothing of it was refused" in read.stderr  # its own next look came first
    site.until_phase(troubles["poisoned"], "fulfilling", timeout=10)
    wait.until(lambda: site.api("GET", f"/v1/access-requests/{troubles['refused']}")[1].get("ticket"), 10)
    site.until_phase(troubles["away"], "closed")
    assert listed(site, "--stuck") == {}
    acts = site.sql("select string_agg(body, ' ') from governance.evidence_entry where kind = 'operator.acted'")
    assert acts.count('"act":"retry"') == 1 + ("read again" in read.stdout) and "create_ticket" in acts and "identity-platform" not in acts
    assert site.sql("select distinct actor from governance.operator_act") == "identity-platform"


def test_what_is_permanent_is_not_asked_again(site):
    """One call each, told to people; another mapping may change the answer, so one more then."""
    for number, (status, body) in enumerate(PERMANENT):
        fault(site, method="POST", path="/rest/api/3/issue$", body=f"shape-{number:02d}", effect={"kind": "reply", "status": status, "body": body})
    made = [submit(site, f"shape-{number:02d}") for number in range(len(PERMANENT))]

    def fired():
        return [rule["fired"] for rule in site.control("faults")]

    def parked():
        return {key: said for key, said in listed(site, "--stuck").items() if key in made}
    said = wait.until(lambda: len(p := parked()) == len(made) and p, 15, what="all are refused")
    assert all(s["reason"] == "TicketRefused" and ": " in s["detail"] for s in said.values()), said
    assert "look for a proxy" in said[made[4]]["detail"] and "update Countersign" in said[made[10]]["detail"]
    time.sleep(1)  # no second call follows
    assert fired() == [1] * len(made)
    with open(f"{site.folder}/mapping.yaml") as file:
        text = file.read()
    site.service.stop()
    site.write("mapping.yaml", text + "# another text\n")
    site.start_service()
    wait.until(lambda: fired() == [2] * len(made), 10)
    wait.until(lambda: len(parked()) == len(made), 10)
    assert fired() == [2] * len(made)
    told = site.sql("select count(distinct request_id) from governance.escalation where reason = 'TicketRefused'")
    assert int(told) >= len(made)


def test_a_refused_move_is_not_repeated_at_once(site):
    """It is tried again by itself after minutes, not whenever we look."""
    site.fault("reply", path="/transitions$", count=None, status=400, body={"errorMessages": ["It seems that you have tried to perform a "
               "workflow operation that is not valid for the current state of this issue."], "errors": {}})
    key = site.ask_removal("reyes", "fin-ledger-admin")
    site.until_phase(key, "fulfilling")
    site.act("transition", key, name="Resolve")
    status = wait.until(lambda: (s := listed(site, "--stuck").get(key)) and s["reason"] == "CloseRefused" and s, 15)
    assert status["attempts"] == 1 and 200 < seconds_until(site, status["next_at"]) <= 300
    time.sleep(1)
    assert site.control("faults")[0]["fired"] == 1
    site.no_faults()
    assert "tried again: close" in site.countersign("request", "retry", key).stdout
    site.until_phase(key, "closed", timeout=10)
