"""The gate that is a field: people's roads into Done demand what nobody ever fills, and only the connector has another one."""
import re

import pytest

from e2e.test_gate import Gated, found, names, opened
from lib import wait


class Proved(Gated):
    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "    gate: {", "    gate_mode: validator_field\n    gate: {")

    def name_fields(self, said):
        """What install says goes into the mapping, and the service is started with it; the field that nobody fills."""
        check, reason = re.search(r"access_check: (customfield_\d+), access_check_reason: (customfield_\d+) }", said).groups()
        self.edit_file("mapping.yaml", "access_check: customfield_10080, access_check_reason: customfield_10081",
                       f"access_check: {check}, access_check_reason: {reason}")
        self.service.stop()
        self.start_service()
        return re.search(r"made the field Access proof: (customfield_\d+)", said).group(1)

    def changed_mode(self, mode):
        with open(self.config) as file:
            self.write("countersign.yaml", re.sub(r"gate_mode: \w+", f"gate_mode: {mode}", file.read()))

    def demands(self):
        """Names of transitions that demand something."""
        return sorted(t["name"] for t in self.workflow()["transitions"] if t["validators"])


@pytest.fixture(scope="module")
def site():
    made = Proved(poll="500ms")
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


# The first finds the site as it is born, the others strip it of all that is ours.

def test_what_resolves_on_the_way_to_proof_is_said(site):
    site.fresh("governed", bare=False)
    found_there = site.as_admin("POST", "/workflows?useApprovalConfiguration=true",
                                {"projectAndIssueTypes": [{"projectId": "10002", "issueTypeId": "10039"}]})
    (resolve,) = [t for t in found_there["workflows"][0]["transitions"] if t["name"] == "Resolve"]
    assert "sets the resolution" not in site.gate("plan")[1]
    resolve["actions"].append({"ruleKey": "system:update-field", "parameters": {"field": "resolution", "value": "10000", "mode": "replace"}})
    site.as_admin("POST", "/workflows/update", {"statuses": found_there["statuses"], "workflows": found_there["workflows"]})
    assert "  ! a transition into the verifying status sets the resolution: the ticket looks resolved while it waits" in site.gate("plan")[1]
    assert "resolved_early" in [f["name"] for f in site.prove()[1]["findings"]]


def test_a_close_waits_and_says_so(site):
    site.fresh()
    before, screens = site.workflow(), site.control("screens")["IAM"]
    code, out, _ = site.gate("plan")
    assert code == 2 and "gate: validator_field" in out and "not connector_closes: gate_mode of the site chooses another one" in out, out
    assert "+ 3 fields: Access check (a select list), Access check reason (a text field), Access proof (a text field)" in out
    assert "~ transition Resolve (61): Open, Work in progress, Pending, Waiting for customer -> Done, now wants Access proof" in out
    assert site.workflow() == before
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and "gated: nobody but the connector closes" in out, (out, err)
    assert site.gate("plan")[0] == 0, "nothing is left to do"
    assert "Resolve" in site.demands() and "Close verified" not in site.demands(), "the road on which we close demands nothing"
    proof = site.name_fields(err)
    key = site.ask_removal()
    site.until_phase(key, "fulfilling")
    code, proven = site.prove()
    assert code == 0 and not opened(proven) and {"proven_only"} <= {r["reason"] for f in proven["workflows"] for r in f["roads"]}
    assert {"ticket": key, "as": "agent", "roads_into_done": 0} in proven["tries"], "what is offered, and refused when it is gone, is no road"
    with pytest.raises(AssertionError, match="Not closed yet. The access change hasn.{1,2}t been confirmed — see .* Work done. Press Mark done"):
        site.act("transition", key, name="Resolve", fields={"resolution": {"name": "Done"}})
    with pytest.raises(AssertionError, match="not on the appropriate screen"):
        site.act("edit", key, fields={proof: "proven, believe me"})
    site.act("transition", key, name="Mark done")
    site.until_phase(key, "verifying", "claimed")
    code, proven = site.prove()
    assert code == 0 and [t["roads_into_done"] for t in proven["tries"] if t["as"] == "connector" and t["ticket"] == key] == [1]
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Done")
    site.until_phase(key, "closed")
    assert site.as_admin("GET", f"/issue/{key}")["fields"][proof] is None, "nobody fills it, we neither"
    wrote = [c for c in site.control("calls?actor=connector&method=POST")["calls"] if c["path"].endswith("/transitions")]
    assert wrote and all(c["status"] == 204 for c in wrote), wrote
    site.has_role("okafor", "fin-ledger-admin", True)
    waiting = site.ask_removal()
    site.until_phase(waiting, "fulfilling")
    site.control("plant", {"what": "field", "field": proof, "project": "IAM"})
    code, proven = site.prove()
    assert code == 1 and "proof_editable" in found(proven) and set(opened(proven)) == {"proof_shown"}, proven
    site.control("screens", {"IAM": {"edit": screens["edit"]}})
    fills = {"what": "fills", "transition": next(t["id"] for t in site.workflow()["transitions"] if t["name"] == "Mark done"), "field": proof}
    site.control("plant", fills)
    code, proven = site.prove()
    assert code == 1 and set(opened(proven)) == {"proof_written"}, "nobody has to fill what the workflow fills"
    code, out, err = site.gate("install", "--yes")
    assert code == 1 and "take that off it" in out + err, (out, err)
    site.control("plant", fills | {"off": True})
    assert site.prove()[0] == 0
    site.control("plant", {"what": "field", "field": proof, "project": "IAM"})
    site.act("edit", waiting, fields={proof: "proven, believe me"})
    site.control("screens", {"IAM": {"edit": screens["edit"]}})
    code, proven = site.prove()
    assert code == 1 and found(proven) == ["proof_filled"], proven["findings"]
    site.control("fill", {"project": "IAM", "count": 21, "bytes": 100})
    assert found(site.prove()[1]) == ["proof_filled"], "behind however many newer ones"
    site.control("plant", {"what": "field", "field": proof, "project": "IAM"})
    site.act("edit", waiting, fields={proof: None})
    site.control("screens", {"IAM": {"edit": screens["edit"]}})
    site.control("plant", {"what": "exit", "project": "IAM"})
    code, proven = site.prove()
    assert code == 1 and opened(proven) == ["unguarded"], proven
    code, out, err = site.gate("install", "--yes")
    assert code == 0, ("what others open is closed in the same way", out, err)
    site.control("plant", {"what": "gone", "project": "IAM", "transition": names(site.workflow())["Done already"]})
    code, out, err = site.gate("uninstall")
    assert code == 0, (out, err)
    assert site.workflow() == before and site.control("screens")["IAM"] == screens and site.left() == []


def test_a_road_out_of_our_own_status_is_for_people(site):
    """What goes back to before the gate cannot keep it: said with the remedy, and nothing is changed."""
    site.fresh()
    before = site.workflow()
    assert site.gate("install", "--yes")[0] == 0
    made = site.control("plant", {"what": "exit", "project": "IAM", "from": "Verifying access"})["transition"]
    opened_so = site.workflow()
    code, proven = site.prove()
    assert code == 1 and opened(proven) == ["unguarded"], proven
    for verb in (("install", "--yes"), ("uninstall",)):
        code, out, err = site.gate(*verb)
        assert code == 1 and "transition 'Done already' uses the status that the gate added" in err and "by hand" in err, (out, err)
        assert site.workflow() == opened_so
    site.control("plant", {"what": "gone", "project": "IAM", "transition": made})
    assert site.gate("uninstall")[0] == 0 and site.workflow() == before and site.left() == []


def test_from_one_gate_to_the_other(site):
    site.fresh()
    before = site.workflow()
    assert site.gate("install", "--yes")[0] == 0 and site.demands()
    site.changed_mode("connector_closes")
    code, out, _ = site.gate("plan")
    assert code == 2 and "~ transition Resolve (61)" in out and "now only for group countersign" in out, out
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and site.demands() == [], (out, err)
    assert site.prove()[0] == 0 and site.gate("plan")[0] == 0
    site.changed_mode("validator_field")
    code, proven = site.prove()
    assert code == 0 and not opened(proven), "restricted roads are gated in either mode"
    code, out, err = site.gate("uninstall")
    assert code == 0 and site.workflow() == before and site.left() == [], (out, err)


def test_the_timer_finds_a_demand_that_is_gone(site):
    site.fresh()
    site.control("accounts", {"connector": {"admin": True}})
    assert site.gate("install", "--yes")[0] == 0
    site.service.stop()
    site.start_service()

    def is_open():
        return site.sql("select open from governance.gate_proof where site = 'acme' and project = 'IAM' and known")
    wait.until(lambda: is_open() == "0", 30, what="the gate is proven by the service")
    shown = site.as_admin("POST", "/workflows?useApprovalConfiguration=true",
                          {"projectAndIssueTypes": [{"projectId": "10002", "issueTypeId": "10039"}]})
    (resolve,) = [t for t in shown["workflows"][0]["transitions"] if t["name"] == "Resolve"]
    resolve["validators"] = []
    site.as_admin("POST", "/workflows/update", {"statuses": shown["statuses"], "workflows": shown["workflows"]})
    wait.until(lambda: int(is_open() or 0) > 0, 30, what="the hole is found")
    site.control("accounts", {"connector": {"admin": False}})
    assert site.gate("uninstall")[0] == 0


def test_no_workflow_is_no_gate(site):
    """What Jira does not tell of is not known to hold; and what was deleted with its gate is taken off the record."""
    site.fresh()
    assert site.gate("install", "--yes")[0] == 0
    site.fault("reply", method="POST", path=r"/rest/api/3/workflows\?", count=5000, status=200, body={"workflows": [], "statuses": []})
    code, out, _ = site.gate("prove")
    assert code != 0 and "Jira tells of no workflow" in out and "  gated:" not in out, (code, out)
    code, _, err = site.gate("uninstall")  # and goes on with the parts, of which some hang on a workflow that is only hidden here
    assert "is at the site no more" in err, (code, err)
    assert site.sql("select state || ': ' || said from governance.gate_installation where kind = 'workflow' order by id desc limit 1") \
        == "removed: the workflow was deleted"
    site.no_faults()
    site.fresh()


def goes(to="Done", **more):
    return ["jira.issue.transition", {"operations": [], "destinationStatus": {"type": "NAME", "value": to}, **more}]


def test_rules_of_automation_are_judged(site):
    """Read where the credential may: the gate holds what acts as others, and what it does not hold is open."""
    site.fresh()
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and "rules of automation: 0, about closes 0, open 0" in out, (out, err)
    proof = re.search(r"made the field Access proof: (customfield_\d+)", err).group(1)
    sets = ["jira.issue.edit", {"operations": [{"field": {"type": "ID", "value": proof}, "type": "SET", "value": "yes"}]}]
    rules = {"held": {"actions": [[goes()]]}, "cancelled": {"scope": "IAM", "actions": [goes("Canceled")]},
             "acts_as_connector": {"actor": "connector", "actions": [[goes()]]}, "acts_as_whoever": {"actor": None, "actions": [goes()]},
             "ignores_conditions": {"actions": [goes(ignoreConditions=True)]}, "writes_lock": {"actions": [sets]}}
    quiet = [{"name": "elsewhere", "scope": "OPS", "actor": "connector", "actions": [goes()]},
             {"name": "off", "state": "DISABLED", "actor": "connector", "actions": [goes()]}]
    mails = {"name": "mails", "actions": [["jira.issue.outgoing.email", {"subject": "x"}]]}
    site.control("automation", quiet * 60 + [mails] + [made | {"name": name} for name, made in rules.items()])
    code, seen = site.prove()
    assert code == 1 and {r["name"]: r["reason"] for r in seen["rules"]} == {name: name for name in rules}, seen
    assert [u["name"] for u in seen["cannot_be_seen"]] == ["customers_close", "other_issue_types"] and seen["rules_all"] == 7 and seen["open"] == 4
    out = site.gate("prove")[1]
    assert "    open   acts_as_connector: it leads into done as the connector's account: let another account be its actor" in out
    assert "    gated  held: it leads into done, and every road there is closed to its actor" in out
    site.control("automation", [rules["held"] | {"name": "held"}])
    assert site.prove()[0] == 0, "what the gate holds opens nothing"
    for path, status, why in (("/rule/summary", 401, "did not let us in (401)"), ("/rule/[0-9a-f-]+$", 403, "they were not told")):
        site.fault("reply", method="GET", path=path, status=status, body={}, count=100)
        code, seen = site.prove()
        (rule,) = [u for u in seen["cannot_be_seen"] if u["name"] == "automation_rules"]
        assert code == 0 and why in rule["why"], seen
        site.no_faults()
    out = site.gate("prove", admin=False)[1]
    assert "  cannot be seen: not all rules of Jira's automation; look through those that transition tickets" in out
    assert "why: they are told to who has the permission Administer Jira: countersign gate prove --email ADDRESS" in out
    assert "  cannot be seen: whether the desk lets customers" in out
    site.control("automation", [])
    assert site.gate("uninstall")[0] == 0


def test_a_rule_that_is_seen_no_more_is_not_mended(site):
    """An open rule, then automation's interface closes for good: the hole stays, the gate is not known any more."""
    site.fresh()
    began = site.sql("select now()")
    site.control("accounts", {"connector": {"admin": True}})
    site.control("automation", [{"name": "closes", "actor": "connector", "actions": [goes()]}])
    assert site.gate("install", "--yes")[0] in (0, 1)

    def proof(what, which=""):
        return site.sql(f"select {what} from governance.gate_proof where site = 'acme' and project = 'IAM' {which}")
    rules = """and detail @> '{"rules":[{"name":"closes","state":"open"}]}'"""
    wait.until(lambda: proof("open", f"and known {rules}") == "1", 30, what="the rule is found, and the roads are closed")
    was = proof("open, fingerprint")
    site.fault("reply", method="GET", path="/rule/summary", status=403, body={}, count=10000)
    wait.until(lambda: proof("known") == "f", 30, what="they are seen no more")
    assert "the rules of automation, seen before: they were not told" in proof("said") and proof("open, fingerprint") == was
    wait.until(lambda: site.sql(f"select 1 from governance.escalation where site = 'acme' and reason = 'GateNotKnown' and at > '{began}'"), 40, what="it is told")
    site.no_faults()
    wait.until(lambda: proof("known") == "t", 30, what="they are seen again")
    assert proof("open, fingerprint") == was
    site.control("automation", [{"name": "held", "actions": [goes()]}])
    wait.until(lambda: proof("open") == "0", 30, what="what is seen to be mended is mended")
    for links in ({"next": "cursor=100"}, {"next": {"href": "?cursor=100"}}, {"next": "?limit=100&cursor=100"}):
        site.fault("reply", method="GET", path="/rule/summary", status=200, body={"data": [], "links": links}, count=100)
        (rule,) = [u for u in site.prove()[1]["cannot_be_seen"] if u["name"] == "automation_rules"]
        assert "there may be more" in rule["why"], (links, rule)
        site.no_faults()
    site.control("automation", [])
    site.control("accounts", {"connector": {"admin": False}})
    assert site.gate("uninstall")[0] == 0


def test_what_it_needs_is_said(site):
    site.fresh()
    code, _, err = site.gate("install", "--yes", "--no-fields")
    assert code == 1 and "validator_field is a field: it cannot go with --no-fields" in err, err
    site.fresh("team", bare=False)
    code, _, err = site.gate("install", "--yes")
    assert code == 1 and "a team-managed project keeps its fields to itself" in err, err
