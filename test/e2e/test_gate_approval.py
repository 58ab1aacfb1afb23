"""The gate that is an approval: it waits in the verifying status for the connector, whose answer closes the ticket; and the ways
from one gate to another."""
import json
import re

import pytest

from e2e.test_gate import Gated, cut_off, found, names, opened
from lib import wait


class Approved(Gated):
    mode = served = "approval_step"

    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "    gate: {", f"    gate_mode: {self.mode}\n    gate: {{")

    def changed_mode(self, mode, restart=False):
        with open(self.config) as file:
            self.write("countersign.yaml", re.sub(r"gate_mode: \w+", f"gate_mode: {mode}", file.read()))
        if restart and mode != self.served:
            self.service.stop()
            self.start_service()
            self.served = mode

    def approvals(self, key):
        """Of one ticket, oldest first: (decision, who is asked)."""
        return [(a["decision"], list(a["approvers"])) for a in self.ticket(key)["approvals"]]

    def answers(self):
        """What the connector was told when it answered approvals."""
        called = self.control("calls?actor=connector&method=POST")["calls"]
        return [c["status"] for c in called if "/approval/" in c["path"]]

    def approval(self):
        """What waits in the verifying status, and on which transitions the connector is named."""
        flow = self.workflow()
        (asks,) = [s["approvalConfiguration"] for s in flow["statuses"] if s.get("approvalConfiguration")] or [None]
        naming = sorted(t["name"] for t in flow["transitions"] if asks and asks["fieldId"] in str(t["actions"]))
        return asks, naming

    def verifying(self):
        """A ticket that waits for its proof."""
        key = self.ask_removal()
        self.until_phase(key, "fulfilling")
        self.act("transition", key, name="Mark done")
        self.until_phase(key, "verifying", "claimed")
        return key


@pytest.fixture(scope="module")
def site():
    made = Approved(poll="500ms")
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.fixture
def there(site):
    """Installed, and the access is there to be removed."""
    site.changed_mode("approval_step")
    site.fresh()
    site.has_role("okafor", "fin-ledger-admin", True)
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    screens = site.control("screens")["IAM"]
    yield site
    site.no_faults()
    site.control("screens", {"IAM": {"edit": screens["edit"]}})
    assert site.gate("uninstall")[0] == 0 and site.left() == []


US = "712020:00000000-0000-4000-8000-000000000001"


def test_from_plan_to_a_closed_ticket_and_back(site):
    site.fresh()
    before, screens = site.workflow(), site.control("screens")["IAM"]
    code, out, _ = site.gate("plan")
    assert code == 2 and "gate: approval_step" in out and "Access approver (a list of users)" in out, out
    assert "~ status Verifying access: an approval waits there, in the field Access approver; the connector answers it" in out, out
    assert "~ our approval sets the resolution: it shows no screen that would ask" in out and "sets no resolution" not in out, out
    assert "only the connector answers the approval that goes it" in out and site.workflow() == before, out
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and "gated: nobody but the connector closes" in out, (out, err)
    assert site.gate("plan")[0] == 0, "nothing is left to do"
    asks, naming = site.approval()
    ids = names(site.workflow())
    assert asks["transitionApproved"] == ids["Close verified"] and asks["transitionRejected"] == ids["Back to work (access)"]
    assert naming == ["Check again", "Mark done"] and asks["exclude"] == []
    key = site.verifying()
    code, proven = site.prove()
    assert code == 0 and not opened(proven) and found(proven) == [], proven
    assert "unresolved" not in [f["name"] for f in proven["findings"]]
    assert [t["roads_into_done"] for t in proven["tries"] if t["ticket"] == key] == [0, 1], "of the agent, and of the connector"
    assert "approval_ours" in {r["reason"] for f in proven["workflows"] for r in f["roads"]}
    assert site.approvals(key) == [("pending", [US])]
    for who in ("agent", "admin"):
        with pytest.raises(AssertionError, match="not an approver"):
            site.act("approve", key, actor=who)
    with pytest.raises(AssertionError, match="not on the appropriate screen"):
        site.act("edit", key, fields={asks["fieldId"]: [{"accountId": "5b10a2844c20165700ede21g"}]})
    with pytest.raises(AssertionError, match="'Close verified' is not valid for this issue"):
        site.act("transition", key, actor="connector", name="Close verified")
    site.act("transition", key, name="Back to work (access)")
    site.until_phase(key, "fulfilling")
    site.act("transition", key, name="Mark done")
    site.until_phase(key, "verifying", "claimed")
    assert site.approvals(key) == [("canceled", [US]), ("pending", [US])]
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Done")
    site.until_phase(key, "closed")
    assert site.answers() == [200] and site.approvals(key)[-1] == ("approved", [US])
    assert site.as_admin("GET", f"/issue/{key}")["fields"]["resolution"]["name"] == "Done", "no screen was shown: a post function set it"
    code, out, err = site.gate("uninstall")
    assert code == 0 and "as it was, to the byte" in out, (out, err)
    assert site.workflow() == before and site.control("screens")["IAM"] == screens and site.left() == []


@pytest.mark.parametrize("effect,answers", [({"kind": "lose_reply"}, 1), ({"kind": "reply", "status": 409, "body": {
    "errorMessage": "The approval has been answered already"}}, 2)], ids=["lost", "409"])
def test_an_answer_is_given_once(there, effect, answers):
    """Nobody heard what Jira said, or it says that somebody was faster: the ticket tells, and nothing is sent blindly."""
    site = there
    key, asked = site.verifying(), len(site.answers())
    site.control("faults", {"method": "POST", "path": "/approval/", "actor": "connector", "count": 1, "effect": effect})
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_phase(key, "closed")
    assert site.ticket(key)["status"] == "Done" and site.approvals(key) == [("approved", [US])]
    assert len(site.answers()) - asked == answers


def test_what_others_forge_closes_nothing(there):
    """Who answers is on no screen; where somebody puts it there and answers, it is found, and the ticket comes back."""
    site = there
    asks, _ = site.approval()
    screens = site.control("screens")["IAM"]
    key = site.verifying()
    agent = site.control("accounts")["agent"]["accountId"]
    site.control("plant", {"what": "field", "field": asks["fieldId"], "project": "IAM"})
    site.act("edit", key, fields={asks["fieldId"]: [{"accountId": agent}]})
    code, proven = site.prove()
    assert code == 1 and found(proven) == ["approver_editable", "approver_forged", "connector_stuck"] and opened(proven) == ["approver_shown"], proven
    assert site.approvals(key) == [("pending", [agent])]
    site.act("transition", key, actor="agent2", name="Check again")
    assert site.approvals(key)[-1] == ("pending", [US]), "whoever has it checked again has the connector asked"
    site.act("edit", key, fields={asks["fieldId"]: [{"accountId": agent}]})
    site.act("approve", key)
    wait.until(lambda: site.ticket(key)["status"] == "Work in progress", 20, what="what was closed without proof comes back")
    assert site.request(key)["phase"] != "closed"
    site.control("screens", {"IAM": {"edit": screens["edit"]}})
    site.act("transition", key, name="Mark done")
    site.until_phase(key, "verifying", "claimed")
    assert site.approvals(key)[-1] == ("pending", [US]), "what stood in the field before counts for nothing"
    code, proven = site.prove()
    assert code == 0 and found(proven) == [], proven
    site.control("plant", {"what": "exit", "project": "IAM"})
    code, proven = site.prove()
    assert code == 1 and opened(proven) == ["unguarded"], proven
    assert site.gate("install", "--yes")[0] == 0 and site.prove()[0] == 0, "what others open is closed in the same way"
    site.control("plant", {"what": "gone", "project": "IAM", "transition": names(site.workflow())["Done already"]})


def test_one_that_waits_is_found_behind_many_newer_ones(there):
    site = there
    site.verifying()
    fields = {"summary": "Remove fin-viewer from novak", "customfield_10061": "novak", "customfield_10052": "fin-viewer",
              "customfield_10050": {"value": "SAP FIN"}}
    made = site.control("act", [{"do": "request", "actor": "customer", "requestTypeId": "31", "fields": fields}] * 25)
    code, proven = site.prove()
    assert code == 0 and [t for t in proven["tries"] if t["as"] == "connector" and t["roads_into_done"] == 1], proven["tries"]
    site.control("act", [{"do": "delete", "actor": "admin", "issue": one["issue"]["id"]} for one in made])


def test_what_customers_read_meanwhile_is_said(there):
    """A request type calls statuses as it likes, and no interface tells how: a ticket that waits shows it."""
    site = there
    key = site.verifying()
    read = lambda: [(r["name"], r["says"]) for r in site.prove()[1]["customers_read"]]
    assert read() == [("Verifying access", "plain")]
    site.control("config", {"portal_names": {"31": {"Verifying access": "Resolved"}}})
    assert read() == [("Resolved", "over")]
    code, out, _ = site.gate("prove")
    assert code == 0 and "read 'Resolved' while it waits, which says that it is done, while it is still being checked" in out, out
    assert "help: call it 'Checking that the change took effect' under Project settings, Request types" in out, out
    site.control("config", {"portal_names": {"31": {"Verifying access": "Checking that the change took effect"}}})
    assert read() == [("Checking that the change took effect", "called")] and "help: call it" not in site.gate("prove")[1]
    site.control("config", {"portal_names": {}})
    site.act("delete", key, actor="admin")


def test_a_ticket_that_waited_before_it(there):
    """No approval was asked for where the ticket stood there already: the connector goes the road itself."""
    site = there
    assert site.gate("uninstall")[0] == 0
    site.changed_mode("connector_closes")
    assert site.gate("install", "--yes")[0] == 0
    key = site.verifying()
    version = site.control("workflows")["IAM"]["10039"]["version"]["versionNumber"]
    site.changed_mode("approval_step")
    code, out, _ = site.gate("plan")
    assert code == 2 and "- gate connector_closes: what it had put there goes, in the same update" in out, out
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    assert site.control("workflows")["IAM"]["10039"]["version"]["versionNumber"] == version + 1, "one update, nothing open in between"
    assert site.ticket(key)["status"] == "Verifying access" and site.approvals(key) == []
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Done")
    site.until_phase(key, "closed")


def test_from_one_gate_to_another(site):
    """Each mode follows each of the others in one update."""
    site.fresh()
    site.has_role("okafor", "fin-ledger-admin", True)
    before, screens = site.workflow(), site.control("screens")["IAM"]
    for mode in ("connector_closes", "validator_field", "approval_step", "connector_closes"):
        site.changed_mode(mode)
        assert site.gate("plan")[0] == 2
        code, out, err = site.gate("install", "--yes")
        assert code == 0, (out, err)
        flow = site.workflow()
        assert bool(site.approval()[0]) == (mode == "approval_step")
        demands = any(t["validators"] for t in flow["transitions"])
        assert demands == (mode == "validator_field")
        restricted = [t["name"] for t in flow["transitions"] if "restrict-issue-transition" in str(t.get("conditions"))]
        assert ("Resolve" in restricted) == (mode != "validator_field"), restricted
        assert site.gate("plan")[0] == 0 and site.prove()[0] == 0, "nothing is left to do"
    code, out, err = site.gate("uninstall")
    assert code == 0 and site.workflow() == before and site.control("screens")["IAM"] == screens and site.left() == [], (out, err)


def test_a_way_that_others_have_blocked_is_said(site):
    """What they did to the old gate's parts hangs on them: the new one does not guess."""
    site.fresh()
    site.changed_mode("connector_closes")
    before = site.workflow()
    assert site.gate("install", "--yes")[0] == 0
    site.control("plant", {"what": "exit", "project": "IAM", "transition": "61"})
    flow = site.workflow()
    shown = site.as_admin("POST", "/workflows?useApprovalConfiguration=true",
                          {"projectAndIssueTypes": [{"projectId": "10002", "issueTypeId": "10039"}]})
    verify = next(t["toStatusReference"] for t in flow["transitions"] if t["name"] == "Mark done")
    work = next(t for t in shown["workflows"][0]["transitions"] if t["name"] == "Start work")
    shown["workflows"][0]["transitions"].append({**work, "id": "900", "name": "Straight to proof", "toStatusReference": verify})
    site.as_admin("POST", "/workflows/update", {"statuses": shown["statuses"], "workflows": shown["workflows"]})
    site.changed_mode("approval_step")
    changed = site.workflow()
    code, out, err = site.gate("install", "--yes")
    assert code == 1 and "Straight to proof" in out and "countersign gate uninstall, then gate install" in err, (out, err)
    assert site.workflow() == changed
    site.changed_mode("connector_closes")
    site.control("plant", {"what": "gone", "project": "IAM", "transition": "900"})
    assert site.gate("uninstall")[0] == 0 and site.left() == []
    assert before["statuses"] == site.workflow()["statuses"]


def asks(flow):
    return any(s.get("approvalConfiguration") for s in flow["statuses"])


@pytest.mark.parametrize("done,verb", [(False, "install"), (False, "uninstall"), (True, "install")], ids=["before", "taken out", "after"])
def test_killed_on_the_way_from_one_gate_to_another(site, done, verb):
    """Before the update the old gate counts again, whichever run is next; after it, the new one."""
    site.fresh()
    site.changed_mode("connector_closes")
    before = site.workflow()
    assert site.gate("install", "--yes")[0] == 0
    site.changed_mode("approval_step")
    cut_off(site, done, asks)
    if verb == "install":
        code, out, err = site.gate("install", "--yes")
        assert code == 0 and asks(site.workflow()) and site.live() == ["installed"] and site.gate("plan")[0] == 0, (out, err)
    code, out, err = site.gate("uninstall")
    assert code == 0 and site.workflow() == before and site.left() == [], (out, err)


def test_killed_on_the_way_and_changed_by_others(site):
    """The old gate holds as the new one would: all the same the change was not made, and does not count so."""
    site.fresh()
    site.changed_mode("approval_step")
    assert site.gate("install", "--yes")[0] == 0
    site.changed_mode("connector_closes")
    cut_off(site, False, lambda flow: not asks(flow))
    site.control("plant", {"what": "portal", "project": "IAM", "transition": "71"})
    changed = site.workflow()
    code, out, err = site.gate("install", "--yes")
    assert code == 1 and "taken up" not in err and "was changed by somebody else" in err, (out, err)
    assert site.live() == ["installing"] and site.workflow() == changed and asks(changed)


def test_what_it_needs_is_said(site):
    site.fresh()
    site.changed_mode("approval_step")
    code, _, err = site.gate("install", "--yes", "--no-fields")
    assert code == 1 and "approval_step asks in a field: it cannot go with --no-fields" in err, err
    site.fresh("team", bare=False)
    code, _, err = site.gate("install", "--yes")
    assert code == 1 and "a team-managed project keeps its fields to itself, and no interface reaches them" in err, err


def test_the_gate_that_is_there_is_gone_by(there):
    """The service has the new configuration, and the gate of that mode is still to be installed."""
    site = there
    site.changed_mode("connector_closes", restart=True)
    key, asked = site.verifying(), len(site.answers())
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Done")
    site.until_phase(key, "closed")
    assert site.approvals(key) == [("approved", [US])] and len(site.answers()) - asked == 1


@pytest.mark.parametrize("mode", ["connector_closes", "validator_field"])
def test_names_are_peoples_to_change(site, mode):
    """The status and the closing transition are called otherwise, and people have a road of that name there, which refuses:
    what the gate has added is known by its number."""
    site.fresh()
    site.changed_mode(mode, restart=True)
    site.has_role("okafor", "fin-ledger-admin", True)
    assert site.gate("install", "--yes")[0] == 0
    ours = names(site.workflow())["Close verified"]
    (status,) = site.as_admin("GET", "/statuses/search?searchString=Verifying")["values"]
    site.as_admin("PUT", "/statuses", {"statuses": [{"id": status["id"], "name": "Proving", "statusCategory": "IN_PROGRESS"}]})
    shown = site.as_admin("POST", "/workflows?useApprovalConfiguration=true",
                          {"projectAndIssueTypes": [{"projectId": "10002", "issueTypeId": "10039"}]})
    transitions = shown["workflows"][0]["transitions"]
    close = next(t for t in transitions if t["id"] == ours)
    wants = {"ruleKey": "system:validate-field-value", "parameters": {"ruleType": "fieldRequired", "fieldsRequired": "customfield_10123"}}
    transitions.insert(0, {**close, "id": "5", "name": "Close verified", "validators": [wants]})
    close["name"] = "Seal"
    site.as_admin("POST", "/workflows/update", {"statuses": shown["statuses"], "workflows": shown["workflows"]})
    wait.until(lambda: site.sql("select count(*) from governance.gate_proof where known is not null") != "0", 20)
    code, out, _ = site.gate("prove")
    assert "note: the status Verifying access is called Proving now: it is known by its number" in out, out
    assert "note: the transition Close verified is called Seal now" in out and code == 0, out
    assert site.prove()[1]["renamed"] == ["the status Verifying access is called Proving now",
                                          "the transition Close verified is called Seal now"]
    assert site.gate("plan")[0] == 0, "nothing is to be added a second time"
    key, before = site.verifying(), len(site.control("calls?actor=connector&method=POST")["calls"])
    assert site.ticket(key)["status"] == "Proving"
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Done")
    site.until_phase(key, "closed")
    moved = [c for c in site.control("calls?actor=connector&method=POST")["calls"][before:] if c["path"].endswith("/transitions")]
    assert moved and all(c["status"] == 204 for c in moved), moved
    site.control("plant", {"what": "gone", "project": "IAM", "transition": "5"})
    assert site.gate("uninstall")[0] == 0
    site.as_admin("PUT", "/statuses", {"statuses": [{"id": status["id"], "name": "Verifying access", "statusCategory": "IN_PROGRESS"}]})


@pytest.fixture
def patient(site):
    """Reads come seconds apart, then minutes: what comes sooner was asked for."""
    site.edit_file("countersign.yaml", "recheck: 1s", "recheck: 20m, touch: 500ms")
    site.restart_service()
    yield site
    site.no_faults()
    site.control("config", {"loop_history": False})
    site.edit_file("countersign.yaml", "recheck: 20m, touch: 500ms", "recheck: 1s")
    site.restart_service()


CLAIM = "claim_cycle", "claimed_at", "generation", "phase"


@pytest.mark.parametrize("mode,told,entry", [("connector_closes", "webhook", True), ("connector_closes", "poll", False),
                                             ("approval_step", "poll", True)])
def test_people_have_it_checked_at_once(patient, mode, told, entry):
    """By the gate's own loop, whether or not Jira's history mentions it: it is read, later than the press, and the claim stays."""
    site = patient
    site.fresh()
    site.changed_mode(mode, restart=True)
    before = site.workflow()
    assert site.gate("install", "--yes")[0] == 0
    site.control("config", {"loop_history": entry})
    site.has_role("okafor", "fin-ledger-admin", True)
    key = site.verifying()
    reads = lambda: int(site.sql(f"select count(*) from governance.observation o join governance.request_item i on i.id = o.item_id "
                                 f"join governance.ticket t using (request_id) where t.issue_key = '{key}'"))
    said = lambda: "comment, or press Check again if it is there" in str(site.ticket(key)["comments"])
    site.until(key, said, 10, "the comment says how")
    site.until(key, lambda: not site.sql("select f.id from governance.flow f join governance.ticket t using (request_id) "
                                         f"where t.issue_key = '{key}' and f.ended_at is null and f.state <> 'parked'"), 10, "nothing of ours is on its way")
    if told == "poll":
        site.control("faults", {"on": "webhook", "count": 1000, "effect": {"kind": "drop"}})
    claim, seen, approvals = {c: site.request(key)[c] for c in CLAIM}, reads(), site.approvals(key)
    assert claim["phase"] == "verifying"
    site.act("transition", key, actor="agent2", name="Check again")
    site.until(key, lambda: reads() > seen, 6, "it was read at once")
    assert {c: site.request(key)[c] for c in CLAIM} == claim and site.approvals(key) == approvals
    assert site.ticket(key)["status"] == "Verifying access"
    site.has_role("okafor", "fin-ledger-admin", False)
    site.act("transition", key, actor="agent2", name="Check again")
    site.until_status(key, "Done", timeout=8)
    assert {c: site.request(key)[c] for c in CLAIM[:3]} == {c: claim[c] for c in CLAIM[:3]}
    assert site.gate("uninstall")[0] == 0 and site.workflow() == before


def test_a_gate_without_that_button_is_whole(site):
    """As an earlier release has installed it: a note, and the next installation adds it."""
    site.changed_mode("connector_closes")
    site.fresh()
    before = site.workflow()
    assert site.gate("install", "--yes")[0] == 0
    site.control("plant", {"what": "gone", "project": "IAM", "transition": names(site.workflow())["Check again"]})
    code, proof = site.prove()
    assert code == 0 and not opened(proof) and found(proof) == [] and "no_check_button" in [f["name"] for f in proof["findings"]], proof
    code, out, _ = site.gate("plan")
    added = [line.strip() for line in out.splitlines() if line.strip()[:2] in ("+ ", "~ ")]
    assert code == 2 and added == ["+ transition Check again: Verifying access -> itself, for everybody: it is checked at once"], out
    assert site.gate("install", "--yes")[0] == 0
    code, proof = site.prove()
    assert code == 0 and "no_check_button" not in [f["name"] for f in proof["findings"]], proof
    assert site.gate("uninstall")[0] == 0 and site.workflow() == before


LOOP = "+ transition Check again: Verifying access -> itself, for everybody: it is checked at once"
REFUSED = "without the transition Check again, which Jira does not take here: a comment has it checked at once"


def planned(site):
    """(exit code, what changes in the one workflow, what Jira said against the loop, the text)"""
    code, out, _ = site.gate("plan", "--json")
    (flow,) = json.loads(out)["projects"][0]["workflows"]
    text = site.gate("plan")
    assert text[0] == code
    return code, flow["changes"], flow["no_loop"], text[1]


@pytest.fixture
def team(site):
    site.changed_mode("connector_closes")
    site.fresh("team", bare=False)
    yield site
    site.no_faults()
    site.control("config", {"team_loops": True})


@pytest.mark.parametrize("how", ["by a problem that names it", "by a plain 400"])
def test_where_jira_takes_no_loop_the_gate_goes_without(team, how):
    """It is whole, and nothing is left to do; once Jira takes it, it is added."""
    site = team
    before = site.workflow()
    if how == "by a plain 400":
        site.control("faults", {"path": "/update/validation", "body": "Check again", "effect": {
            "kind": "reply", "status": 400, "body": {"errorMessages": ["Invalid request payload."], "errors": {}}}})
        told = "Invalid request payload (Jira answered 400)"
    else:
        site.control("config", {"team_loops": False})
        told = "error LOOPED_TRANSITION_NOT_SUPPORTED at "
    code, changes, no_loop, text = planned(site)
    assert code == 2 and "+ status Verifying access" in changes and LOOP not in changes, text
    assert told in no_loop and REFUSED in text and told in text and "checked by Jira's own validator: ok" in text, text
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and "Check again" not in names(site.workflow()), (out, err)
    code, proof = site.prove()
    assert code == 0 and proof["open"] == 0 and "no_check_button" in [f["name"] for f in proof["findings"]], proof
    code, changes, no_loop, text = planned(site)
    assert (code, changes) == (0, []) and told in no_loop and "nothing to change" in text and REFUSED in text, text
    version = site.control("workflows")["IAM"]["10039"]["version"]
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and site.control("workflows")["IAM"]["10039"]["version"] == version, (out, err)
    site.no_faults()
    site.control("config", {"team_loops": True})
    code, changes, no_loop, text = planned(site)
    assert (code, changes, no_loop) == (2, [LOOP], "") and REFUSED not in text, text
    assert site.gate("install", "--yes")[0] == 0 and "Check again" in names(site.workflow())
    assert site.gate("uninstall")[0] == 0 and site.workflow() == before


@pytest.mark.parametrize("rest,code,why", [
    ({"after": 1, "effect": {"kind": "reply", "status": 200, "body": {"errors": [{"code": "OTHER", "level": "ERROR", "message": "no"}]}}}, 1,
     "Jira does not accept the plan"),
    ({"after": 1, "effect": {"kind": "unavailable"}}, 75, "Jira did not check the plan")], ids=["refused", "not checked"])
def test_what_is_not_only_the_loop_is_not_taken_for_it(team, rest, code, why):
    site = team
    site.control("config", {"team_loops": False})
    site.control("faults", {"path": "/update/validation", **rest})
    got, out, err = site.gate("plan", "--json")
    (flow,) = json.loads(out)["projects"][0]["workflows"]
    assert got == code and flow["no_loop"] == "" and LOOP in flow["changes"], (got, out, err)
    assert ("LOOPED_TRANSITION_NOT_SUPPORTED" in flow["complaints"]) == (code == 1), flow["complaints"]
    site.no_faults()
    site.control("faults", {"path": "/update/validation", **rest})
    before = site.workflow()
    got, out, err = site.gate("install", "--yes")
    assert got == code and why in err and site.workflow() == before, (got, out, err)
