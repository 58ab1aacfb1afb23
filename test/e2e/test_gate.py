"""countersign gate: plan, install, prove and take out, against the stand-in's workflows; and holes that others make."""
import json
import re
import signal
import subprocess
import time

import pytest

from lib import proc, wait, world

IAM_STATUSES = "statuses: { Verifying access: verify, Resolved: done, Cancelled: cancelled }"
ORDINARY_STATUSES = "statuses: { Verifying access: verify, Done: done, Resolved: done, Cancelled: cancelled, Canceled: cancelled }"
ALONE = ["countersign", "service-desk-team", "jira-users"]


class Gated(world.World):
    """One project with an ordinary workflow, nothing of ours on the site, and an administrator's token at hand."""

    def configure(self):
        super().configure()
        self.write("admin-token", "admin-token")
        self.write("agent-token", "agent-token")
        more = f'    gate: {{ group: countersign, reprove: 1s, prove_as: {{ email: agent@example.com, token: "file:{self.folder}/agent-token" }} }}\n'
        self.edit_file("countersign.yaml", "    projects: [IAM, OPS]\n", more + "    projects: [IAM]\n")
        self.edit_file("mapping.yaml", IAM_STATUSES, ORDINARY_STATUSES)

    def gate(self, verb, *more, admin=True, check=False):
        """(exit code, standard output, standard error)."""
        done = self.countersign("gate", verb, *(self.administrator() if admin else ()), *more, check=check)
        return done.returncode, done.stdout, done.stderr

    def as_admin(self, method, path, body=None):
        """What Jira says to the administrator."""
        status, text = world.http(method, f"{self.jira_url}/rest/api/3{path}", body, {
            "Authorization": "Basic YWRtaW5AZXhhbXBsZS5jb206YWRtaW4tdG9rZW4=", "Content-Type": "application/json"})
        assert status < 300, text
        return json.loads(text) if text else None

    def started(self, verb, *more):
        """The same, not waited for."""
        words = [self.program, "gate", verb, *more, *self.administrator(), "--config", self.config]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def administrator(self):
        return "--email", "admin@example.com", "--token", f"file:{self.folder}/admin-token"

    def live(self):
        """States of the workflows that are installed, or half so."""
        return self.left("and kind = 'workflow'")

    def left(self, which=""):
        """The same of fields and screens, too."""
        return self.sql("select state from governance.gate_installation where state in ('installing','installed','removing') "
                        f"{which} order by id").split()

    def prove(self, *more, **kwargs):
        """(exit code, the one project's proof)."""
        code, out, err = self.gate("prove", "--json", *more, **kwargs)
        return code, json.loads(out)["projects"][0]

    def workflow(self, project="IAM", issue_type="10039"):
        """What is in force, without what changes by itself."""
        shown = self.control("workflows")[project][issue_type]
        return {k: v for k, v in shown.items() if k != "version"}

    def fresh(self, kind="ordinary", bare=True):
        self.no_faults()
        self.control("workflows", {"IAM": kind, "OPS": "ordinary", "bare": bare, "update_running": 0})
        self.control("accounts", {"connector": {"groups": ["service-desk-team", "jira-users"] if bare else ALONE},
                                  "agent2": {"groups": ["service-desk-team", "jira-users"]}})
        self.sql("update governance.gate_installation set state = 'given_up' where state in "
                 "('installing','installed','removing','replaced')", user="postgres")


@pytest.fixture(scope="module")
def site():
    made = Gated(poll="500ms")
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def opened(proof):
    return sorted(r["reason"] for r in proof["open_roads"])


def found(proof):
    return sorted(f["name"] for f in proof["findings"] if f["fails"])


def names(workflow):
    return {t["name"]: t["id"] for t in workflow["transitions"]}


# The first three find the site as it is born, the others strip it of all that is ours.

def test_from_plan_to_a_closed_ticket_and_back(site):
    site.fresh(bare=False)
    before = site.workflow()
    file = f"{site.folder}/plan.json"
    assert site.gate("plan", "--out", file)[0] == 2
    code, out, err = site.gate("install", "--plan", file)
    assert code == 2 and "nothing was changed: --yes" in err and site.workflow() == before
    code, out, err = site.gate("install", "--plan", file, "--yes")
    assert code == 0 and "gated: nobody but the connector closes" in out, (out, err)
    assert site.gate("plan")[0] == 0, "nothing is left to do"
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    added = names(site.workflow())
    key = site.ask_removal()
    site.act("transition", key, name="Mark done")
    site.until_phase(key, "verifying", "claimed")
    with pytest.raises(AssertionError, match="'Close verified' is not valid for this issue"):
        site.act("transition", key, id=added["Close verified"])
    code, proof = site.prove()
    assert code == 0, proof
    assert {"ticket": key, "as": "agent", "roads_into_done": 0} in proof["tries"]
    assert [t["roads_into_done"] for t in proof["tries"] if t["as"] == "connector" and t["ticket"] == key] == [1]
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Done")
    site.until_phase(key, "closed")
    site.has_role("okafor", "fin-ledger-admin", True)
    waiting = site.ask_removal()
    site.act("transition", waiting, name="Mark done")
    code, out, err = site.gate("uninstall")
    assert code == 0 and "as it was, to the byte" in out, (out, err)
    assert site.workflow() == before
    where = site.ticket(waiting)["status"]
    assert where == "Work in progress", f"{where}: tickets in the status that went are carried over"
    kinds = site.sql("select string_agg(kind || ' ' || (body::jsonb->'detail'->>'state'), ',' order by seq) from "
                     "governance.evidence_entry where kind = 'gate.changed' and body::jsonb->'detail'->>'state' <> 'given_up'")
    assert kinds.endswith("gate.changed installing,gate.changed installed,gate.changed removing,gate.changed removed")


def test_or_ed_criteria_are_found(site):
    site.fresh("open", bare=False)
    code, proof = site.prove()
    assert code == 1 and {"or_ed", "others"} <= set(opened(proof)), proof
    assert "to close without proof; countersign gate plan shows what closes roads" in site.gate("prove")[1]
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    code, out, err = site.gate("uninstall")
    assert code == 0, (out, err)


def test_of_many_who_share_it_some_are_named_and_that_there_are_more_is_said(site):
    """Of each of its workflows: which issue types our request types have could not be told, so all of them are looked at."""
    site.fresh(bare=False)
    many = [f"P{n}" for n in range(60)]
    site.control("workflows", {"IAM/10040": "open"} | {key: "shared:IAM" for key in many})
    site.control("faults", {"path": "/requesttype", "count": 9, "effect": {"kind": "reply", "status": 403, "body": {}}})
    code, out, err = site.gate("plan")
    site.control("workflows", dict.fromkeys(many, "ordinary"))
    shared = re.findall(r"! (.*) use this workflow, too", out)
    assert code == 1, (out, err)
    assert [s.split(", ") for s in shared] == [[*many[:20], "and more"]] * 2, out


PLAN = """acme IAM (company-managed)
  gate: connector_closes
  + the connector into group countersign
  ! the mapping names fields that do not exist: customfield_10080, customfield_10081
  + 2 fields: Access check (a select list), Access check reason (a text field)
  + screen Access check (Countersign): carries them, for our own transition
  + screen IAM: Screen Scheme: view (Countersign): the screen for viewing (10022) and both fields, for viewing only
  workflow IAM Service request workflow, version 0
  before:
  roads into done: 2, open 1, left alone 1
    open   Resolve (61): Open, Work in progress, Pending, Waiting for customer -> Done: anybody who may work on the ticket goes it
    left   Cancel request (71): Open, Work in progress, Pending, Waiting for customer -> Canceled: the mapping calls it cancelled: no access is claimed there
    + status Verifying access
    + transition Mark done: Open, Work in progress, Pending, Waiting for customer -> Verifying access, for everybody
    + transition Close verified: Verifying access -> Done, only for group countersign
    + transition Back to work (access): Verifying access -> Work in progress, for everybody
    + transition Check again: Verifying access -> itself, for everybody: it is checked at once
    + transition Record access check: any status -> itself, only for group countersign
    ~ transition Resolve (61): Open, Work in progress, Pending, Waiting for customer -> Done, now only for group countersign
  after:
  roads into done: 3, open 0, left alone 1
    gated  Close verified (101): Verifying access -> Done: only the connector may go it
    gated  Resolve (61): Open, Work in progress, Pending, Waiting for customer -> Done: only the connector may go it
    left   Cancel request (71): Open, Work in progress, Pending, Waiting for customer -> Canceled: the mapping calls it cancelled: no access is claimed there
  checked by Jira's own validator: ok
"""


# --- planning -------------------------------------------------------------------------------------------------------------

def test_a_plan_shows_roads_before_and_after(site):
    site.fresh()
    before = site.workflow()
    code, out, _ = site.gate("plan")
    assert code == 2, out
    assert out == PLAN
    assert site.workflow() == before, "a plan changes nothing"
    code, out, _ = site.gate("plan", "--json")
    plan = json.loads(out)["projects"][0]
    assert code == 2 and plan["differs"] and plan["mode"] == "connector_closes"
    flow = plan["workflows"][0]
    assert flow["validated"] and flow["stays_open"] == 0 and flow["complaints"] == ""
    assert {r["state"] for r in flow["roads_after"]} == {"gated", "left"} and plan["not_enforced"] == []


def test_without_the_right_the_steps_are_written_down(site):
    site.fresh()
    key = site.ask_removal()
    file = f"{site.folder}/steps.md"
    code, out, _ = site.gate("plan", "--out", file, admin=False)
    assert code == 77 and "needs the permission Administer Jira" in out and "gate: reopen" in out, out
    with open(file) as steps:
        text = steps.read()
    assert "stays in mode **reopen**" in text and "countersign gate prove" in text and "Close verified" in text
    code, out, err = site.gate("install", "--yes", admin=False)
    assert code == 77 and "nothing was installed" in err
    code, proof = site.prove(admin=False)
    assert not proof["known"] and proof["mode"] == "reopen"
    offered = [t["roads_into_done"] for t in proof["tries"] if t["as"] == "agent" and t["ticket"] == key]
    assert code == 1 and offered == [1], "what agents are offered is seen all the same"
    site.act("delete", key, actor="admin")
    refused = [c for c in site.control("calls?actor=connector")["calls"] if c["status"] == 401]
    assert not refused, "nothing is asked that would count as a dead credential"


def test_at_a_data_center_the_steps_are_said(site):
    with open(site.config) as file:
        text = file.read()
    text = text.replace("flavour: cloud", "flavour: datacenter").replace(
        "auth: { kind: basic, email: connector@example.com,", "auth: { kind: bearer,")
    config = site.write("datacenter.yaml", text)
    done = proc.run([site.program, "gate", "plan", "--config", config], check=False)
    assert done.returncode == 77, done.stdout + done.stderr
    assert "Data Center has no REST interface" in done.stdout and "gate: reopen" in done.stdout
    assert "2. Add the status **Verifying access**" in done.stdout
    done = proc.run([site.program, "gate", "prove", "--config", config], check=False)
    assert done.returncode == 77 and "is reopened: a ticket can show done for some seconds" in done.stdout


def test_a_shared_workflow_names_who_shares_it(site):
    site.fresh()
    site.control("workflows", {"OPS": "shared:IAM"})
    code, out, err = site.gate("install", "--yes")
    assert code == 1 and "! OPS uses this workflow, too" in out and "--shared goes on" in err, (out, err)
    before = site.workflow()
    code, out, err = site.gate("install", "--yes", "--shared")
    assert code == 0, (out, err)
    assert site.gate("uninstall")[0] == 0
    assert site.workflow() == before


def test_a_team_managed_project_names_the_account(site):
    site.fresh("team", bare=False)
    before = site.workflow()
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    assert "acme IAM (team-managed)" in out
    rules = json.dumps(site.workflow())
    assert "Check again" in rules and "712020:00000000-0000-4000-8000-000000000001" in rules and "groupIds\": \"703" not in rules
    code, proof = site.prove()
    assert code == 0 and proof["open"] == 0 and "no_check_button" not in str(proof), "Jira took people's loop, too"
    assert site.gate("uninstall")[0] == 0
    assert site.workflow() == before
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and site.gate("uninstall")[0] == 0, f"the status that stayed in the project is taken again: {out} {err}"


# --- installing, holding, taking out -------------------------------------------------------------------------------------

HOLES = [({"what": "global"}, ["global"], []),
         ({"what": "exit"}, ["unguarded"], []),
         ({"what": "portal"}, ["portal"], []),
         ({"what": "approval", "to": "Done"}, ["approval"], []),
         ({"what": "unguarded", "transition": "61"}, ["unguarded"], ["agent_closes"]),
         ({"what": "trigger", "transition": "61"}, ["triggered"], []),
         ({"what": "resolution"}, [], ["resolution_editable"]),
         ({"what": "member"}, [], ["others_in_group"])]


@pytest.mark.parametrize("hole,roads,findings", HOLES, ids=lambda v: v["what"] if isinstance(v, dict) else "")
def test_what_others_open_is_found_and_closed(site, hole, roads, findings):
    site.fresh()
    key = site.ask_removal()
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    assert site.prove()[0] == 0
    site.control("plant", {"project": "IAM", **hole})
    code, proof = site.prove()
    assert code == 1, proof
    assert opened(proof) == roads
    assert set(findings) <= set(found(proof)), proof["findings"]
    if hole["what"] == "member":
        assert proof["others_in_group"] == ["Bo Becker"]
        assert site.gate("install", "--yes")[0] == 1
    elif hole["what"] == "trigger":
        code, out, err = site.gate("install", "--yes")
        assert code == 1 and "take the trigger off it" in out + err, (out, err)
    elif hole["what"] == "resolution":
        site.control("screens", {"IAM": {"edit": ["summary", "description", "customfield_10080", "customfield_10081"]}})
        assert site.prove()[0] == 0
    elif hole["what"] in ("global", "portal", "unguarded"):
        code, out, err = site.gate("install", "--yes")
        assert code == 0, (out, err)
        code, out, err = site.gate("uninstall")
        assert code == 0, (out, err)
        assert "Mark done" not in names(site.workflow())
        theirs = names(site.workflow()).keys() & {"Close now", "It works"}
        assert len(theirs) == (hole["what"] != "unguarded"), "what others added stays"
    site.act("delete", key, actor="admin")


def test_an_ordinary_edit_of_a_gated_transition_stays(site):
    """What others changed of it is theirs, our rule alone goes; what the gate had added goes whatever they did to it."""
    site.fresh()
    before = site.workflow()
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    site.control("plant", {"what": "portal", "project": "IAM", "transition": "61"})
    site.control("plant", {"what": "portal", "project": "IAM", "transition": names(site.workflow())["Mark done"]})
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    code, out, err = site.gate("uninstall")
    assert code == 0 and "only our parts were taken out" in out, (out, err)
    assert "others have changed what the gate had added, it counts as ours: Mark done" in err, err
    left = site.workflow()
    theirs = next(t for t in left["transitions"] if t["id"] == "61")
    assert theirs["properties"].pop("servicedesk.customer.transition.active") == "true"
    assert left == before


def test_the_group_is_made(site):
    site.fresh()
    before, own = site.workflow(), site.config
    with open(own) as file:
        site.config = site.write("closers.yaml", file.read().replace("group: countersign", "group: closers"))
    try:
        code, out, _ = site.gate("plan")
        assert code == 2 and "+ group closers, with the connector as its only member" in out
        assert "gated  Close verified" in out and "checked by Jira's own validator: ok" in out, "but for the group, which is not there"
        code, out, err = site.gate("install", "--yes")
        assert code == 0, (out, err)
        groups = site.control("state")["groups"]
        assert groups["closers"] in json.dumps(site.workflow())
        code, _, err = site.gate("uninstall")
        assert code == 0 and "the group closers and the status Verifying access stay at the site" in err, err
    finally:
        site.config = own
    assert site.workflow() == before


def with_mapping(site, check, reason):
    site.edit_file("mapping.yaml", "access_check: customfield_10080, access_check_reason: customfield_10081",
                   f"access_check: {check}, access_check_reason: {reason}")
    site.restart_service()


def test_the_fields_are_made_written_and_taken_out(site):
    """People see them and write them nowhere; we do, by a loop of our own."""
    site.fresh()
    before, screens = site.workflow(), site.control("screens")["IAM"]
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    check, reason = re.search(r"access_check: (customfield_\d+), access_check_reason: (customfield_\d+)", err).groups()
    now = site.control("screens")["IAM"]
    assert now["view"] == screens["view"] + [check, reason]
    assert (now["edit"], now["create"]) == (screens["edit"], screens["create"]), "on no screen for editing or creating"
    kinds = site.sql("select string_agg(kind, ' ' order by id) from governance.gate_installation where state = 'installed'")
    assert kinds == "field field screen view workflow"
    assert site.gate("plan")[0] == 0, "nothing is left to do"
    with_mapping(site, check, reason)
    try:
        code, proof = site.prove()
        assert code == 0 and "no_words" not in [f["name"] for f in proof["findings"]], proof["findings"]
        key = site.ask_removal()
        shown = lambda: (f := site.as_admin("GET", f"/issue/{key}")["fields"])[check] and f[reason] and (f[check]["value"], f[reason])
        wait.until(shown, 20, what="both are written")
        assert shown()[0] == "Waiting"
        with pytest.raises(AssertionError, match="not on the appropriate screen"):
            site.act("edit", key, fields={reason: "Verified, believe me"})
        site.act("transition", key, name="Mark done")
        wait.until(lambda: shown()[0] == "Not there yet", 20, what="the sentence follows the state")
        assert "Record access check" not in json.dumps(site.prove()[1]["open_roads"])
        site.act("delete", key, actor="admin")
    finally:
        with open(site.folder + "/mapping.yaml") as file:
            text = file.read()
        site.write("mapping.yaml", text.replace(check, "customfield_10080").replace(reason, "customfield_10081"))
        site.restart_service()
    code, out, err = site.gate("uninstall")
    assert code == 0 and "the field Access check: taken out" in err, (out, err)
    assert site.workflow() == before and site.control("screens")["IAM"] == screens
    assert not {check, reason} & {f["id"] for f in site.as_admin("GET", "/field/search")["values"]}
    assert {check, reason} == {f["id"] for f in site.as_admin("GET", "/field/search/trashed")["values"]} & {check, reason}
    assert site.left() == []


def test_fields_that_others_made_or_use_stay(site):
    site.fresh()
    theirs = site.as_admin("POST", "/field", {"name": "Access check reason",
                                          "type": "com.atlassian.jira.plugin.system.customfieldtypes:textfield"})["id"]
    code, out, _ = site.gate("plan")
    assert code == 2 and "+ 1 field: Access check (a select list)" in out, out
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and theirs in err, (out, err)
    check = re.search(r"access_check: (customfield_\d+)", err).group(1)
    tab = site.as_admin("GET", "/screens/10021/tabs")[0]["id"]
    site.as_admin("POST", f"/screens/10021/tabs/{tab}/fields", {"fieldId": check})
    code, out, err = site.gate("uninstall")
    assert code == 0 and "the field Access check: it stays in Jira: a screen of somebody else shows it" in err, (out, err)
    assert {check, theirs} <= {f["id"] for f in site.as_admin("GET", "/field/search")["values"]}
    site.as_admin("DELETE", f"/screens/10021/tabs/{tab}/fields/{check}")


@pytest.mark.parametrize("path,how", [("/field$", "lose_reply"), ("/screens$", "reply"), ("/screenscheme/", "reply")],
                         ids=["field", "screen", "scheme"])
def test_cut_off_among_the_fields(site, path, how):
    """The next run goes on with what is there; nothing is made twice, and all of it goes again."""
    site.fresh()
    before, screens = site.workflow(), site.control("screens")["IAM"]
    method = "PUT" if "scheme" in path else "POST"
    if how == "reply":
        site.fault("reply", method=method, path=path, status=500, body={}, count=100)
    else:
        site.fault("lose_reply", method=method, path=path)
    code, _, err = site.gate("install", "--yes")
    assert code == 75 and "run gate install again" in err, err
    assert site.workflow() == before, "workflows come last"
    site.no_faults()
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    found = [f["name"] for f in site.as_admin("GET", "/field/search?query=access%20check")["values"]]
    assert sorted(found) == ["Access check", "Access check reason"]
    assert site.gate("uninstall")[0] == 0
    assert site.workflow() == before and site.control("screens")["IAM"] == screens and site.left() == []


def test_without_fields(site):
    site.fresh()
    screens = site.control("screens")["IAM"]
    code, out, _ = site.gate("plan", "--no-fields")
    assert code == 2 and "2 fields" not in out and "screen" not in out and "Record access check" not in out, out
    code, out, err = site.gate("install", "--no-fields", "--yes")
    assert code == 0, (out, err)
    assert site.control("screens")["IAM"] == screens and "Record access check" not in names(site.workflow())
    assert site.gate("uninstall")[0] == 0


# --- what goes wrong ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path,told", [("/projectUsages", "which projects use a workflow could not be read: run this again"),
                                       ("/workflows/update/validation", "Jira did not check the plan: run this again")],
                         ids=["users", "validation"])
def test_what_could_not_be_read_is_not_fine(site, path, told):
    site.fresh()
    before = site.workflow()
    site.fault("reply", method="GET" if "Usages" in path else "POST", path=path, count=100, status=500, body={})
    code, out, err = site.gate("install", "--yes")
    assert code == 75 and told in err, (out, err)
    assert site.workflow() == before
    if "validation" in path:
        site.no_faults()
        assert site.gate("install", "--yes")[0] == 0
        installed = site.workflow()
        site.fault("reply", path=path, count=100, status=500, body={})
        code, out, err = site.gate("uninstall")
        assert code == 75 and "Jira did not check the workflow without the gate" in err, (out, err)
        assert site.workflow() == installed
        site.no_faults()
        assert site.gate("uninstall")[0] == 0


def test_another_update_is_waited_for(site):
    site.fresh()
    site.control("workflows", {"update_running": 1})
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    updates = [c["status"] for c in site.control("calls?actor=admin&method=POST")["calls"] if c["path"].endswith("/workflows/update")]
    assert updates[-2:] == [409, 200]
    assert site.gate("uninstall")[0] == 0


@pytest.mark.parametrize("verb", ["plan", "install", "prove", "uninstall"])
def test_a_project_that_is_not_there_is_said(site, verb):
    code, out, err = site.gate(verb, "--project", "TYPO")
    assert code == 64 and "there is no project 'TYPO'" in err and err.rstrip().endswith("there is IAM"), (out, err)
    assert not out


def test_what_was_not_tried_is_said(site):
    with open(site.config) as file:
        text = re.sub(r", prove_as: \{[^}]*\}", "", file.read())
    config = site.write("nobody.yaml", text)
    done = proc.run([site.program, "gate", "prove", "--config", config], check=False)
    assert "  not tried: set gate.prove_as\n" in done.stdout, done.stdout + done.stderr
    done = proc.run([site.program, "gate", "prove", "--json", "--config", config], check=False)
    assert json.loads(done.stdout)["projects"][0]["not_tried"] == "set gate.prove_as"


def test_an_old_plan_is_refused(site):
    site.fresh()
    file = f"{site.folder}/old.json"
    assert site.gate("plan", "--out", file)[0] == 2
    site.control("plant", {"what": "exit", "project": "IAM"})
    before = site.workflow()
    code, _, err = site.gate("install", "--plan", file, "--yes")
    assert code == 75 and "plan again" in err
    assert site.workflow() == before


def test_a_failed_new_installation_leaves_the_old_one(site):
    site.fresh()
    before = site.workflow()
    assert site.gate("install", "--yes")[0] == 0
    site.control("plant", {"what": "unguarded", "project": "IAM", "transition": "61"})
    site.fault("reply", path="/workflows/update$", status=400, body={"errorMessages": ["No."], "errors": {}})
    code, _, err = site.gate("install", "--yes")
    assert code == 1 and "was not changed" in err, err
    assert site.live() == ["installed"]
    code, out, err = site.gate("uninstall")
    assert code == 0 and "as it was, to the byte" in out, (out, err)
    assert site.workflow() == before


def test_one_run_at_a_time(site):
    """What is on its way is nobody else's to replace."""
    site.fresh()
    site.control("workflows", {"update_running": 1000})
    first = site.started("install", "--yes")
    wait.until(lambda: site.live() == ["installing"], 20)
    for verb in ("install", "uninstall"):
        code, _, err = site.gate(verb, "--yes")
        assert code == 75 and "another run of countersign gate is at this site: run this one again" in err, err
    assert site.live() == ["installing"]
    site.control("workflows", {"update_running": 0})
    out, err = first.communicate(timeout=60)
    assert first.returncode == 0, (out, err)
    assert site.gate("uninstall")[0] == 0


def test_a_plan_installs_what_it_says(site):
    """Nothing but what somebody has read: a file that says less, or of a workflow that has changed while installing, is refused."""
    site.fresh()
    before = site.workflow()
    file = f"{site.folder}/plan.json"
    assert site.gate("plan", "--out", file)[0] == 2
    with open(file) as said:
        plan = json.load(said)
    plan["projects"][0]["workflows"][0]["changes"].pop()
    site.write("less.json", json.dumps(plan))
    code, _, err = site.gate("install", "--plan", f"{site.folder}/less.json", "--yes")
    assert code == 75 and "is not what" in err and "plan again" in err, err
    assert site.workflow() == before
    # the first round puts the connector into its group, the next looks again
    site.control("faults", {"method": "POST", "path": r"/group/user\?", "count": 1, "effect": {"kind": "delay", "ms": 2000}})
    run = site.started("install", "--plan", file, "--yes")
    wait.until(lambda: any(r["fired"] for r in site.control("faults")), 20)
    site.control("plant", {"what": "portal", "project": "IAM"})
    planted = site.workflow()
    out, err = run.communicate(timeout=60)
    assert run.returncode == 75 and b"plan again" in err, (out, err)
    assert site.workflow() == planted


def cut_off(site, done, made=lambda flow: "Mark done" in names(flow)):
    """An installation is killed before Jira takes the update, or before it hears of it. made: does a workflow show that update?"""
    if done:
        site.fault("lose_reply", path="/workflows/update$", how="stall")
    else:
        site.control("workflows", {"update_running": 1000})
    run = site.started("install", "--yes")
    wait.until(lambda: site.live() == ["installing"], 20)
    if done:
        wait.until(lambda: made(site.workflow()), 20)
    time.sleep(0.2)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    site.no_faults()
    site.control("workflows", {"update_running": 0})
    assert made(site.workflow()) == done


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_killed_between_two_calls(site, done):
    """The intent is there, whether the update was made or not: the next run goes on, the one after takes it all back."""
    site.fresh()
    before = site.workflow()
    cut_off(site, done)
    code, out, err = site.gate("install", "--yes")
    assert code == 0, (out, err)
    assert ("an earlier run had changed" in err) == done
    assert site.live() == ["installed"]
    assert site.gate("uninstall")[0] == 0
    assert site.workflow() == before


def test_one_taken_up_does_not_end_its_project(site):
    """Nor does what went wrong with the project before it."""
    site.fresh()
    own = site.config
    with open(own) as file:
        site.config = site.write("both.yaml", file.read().replace("projects: [IAM]", "projects: [OPS, IAM]"))
    try:
        site.fault("reply", method="GET", path="/project/OPS", count=100, status=400, body={})
        assert site.gate("install", "--yes", "--project", "IAM")[0] == 0
        site.sql("update governance.gate_installation set state = 'removing' where state = 'installed'", user="postgres")
        code, out, err = site.gate("install", "--yes")
        assert code != 0 and "the project could not be read" in err and "taken up" in err, (out, err)
        assert "gated: nobody but the connector closes" in out, out
    finally:
        site.config = own
        site.no_faults()
    assert site.gate("uninstall")[0] == 0


def test_taken_out_after_a_lost_answer(site):
    """Nobody saw what Jira made of it: not made is not said while it may be, and what was made goes without being seen."""
    site.fresh()
    before = site.workflow()
    site.fault("execute_late", path="/workflows/update$", ms=2500)
    code, _, err = site.gate("install", "--yes")
    assert code == 75 and "is not known" in err and "run gate install again" in err, err
    assert site.live() == ["installing"]
    wait.until(lambda: "Mark done" in names(site.workflow()), 20)
    code, out, err = site.gate("uninstall")
    assert code == 0 and "as it was, to the byte" in out, (out, err)
    assert site.workflow() == before and site.live() == []


def test_what_others_did_after_it_is_not_taken_for_ours(site):
    """Cut off, then changed by an administrator: which part is whose is told by nobody."""
    site.fresh()
    cut_off(site, True)
    site.control("plant", {"what": "gone", "project": "IAM", "transition": "71"})
    changed = site.workflow()
    for verb in ("install", "uninstall"):
        code, out, err = site.gate(verb, "--yes")
        assert code == 1 and "was changed by somebody else" in err and "put the version before the gate back" in err, (out, err)
    assert site.workflow() == changed


def test_an_intent_that_others_made_idle_is_let_go(site):
    """Never made, and the roads are closed all the same: it is over, and the run ends."""
    site.fresh()
    assert site.gate("install", "--yes")[0] == 0
    closed = site.workflow()
    site.forged.append(r"gate \d+ is another one")
    site.sql("update governance.gate_installation set state = 'installing', before = after, planned = after, after = '', "
             "version = version + 5 where state = 'installed'", user="postgres")
    code, out, err = site.gate("install", "--yes")
    assert code == 0 and "gated: nobody but the connector closes" in out and "taken up" not in err, (out, err)
    assert site.live() == [] and site.workflow() == closed


def test_what_others_add_meanwhile_stays_theirs(site):
    """Between the update and the look at it an administrator adds a transition: ours is what Jira answered."""
    site.fresh()
    site.control("faults", {"method": "POST", "path": r"/workflows\?", "after": 3, "count": 1, "effect": {"kind": "delay", "ms": 2000}})
    run = site.started("install", "--yes")
    wait.until(lambda: "Mark done" in names(site.workflow()) or run.poll() is not None, 20)
    assert run.poll() is None, run.communicate()
    site.control("plant", {"what": "portal", "project": "IAM"})
    out, err = run.communicate(timeout=60)
    assert run.returncode == 0, (out, err)
    code, out, err = site.gate("uninstall")
    assert code == 0, (out, err)
    assert "It works" in names(site.workflow()) and "Mark done" not in names(site.workflow())


CLOSING_RULE = {"name": "Close stale", "actor": "connector", "actions": [["jira.issue.transition", {"destinationStatus": {"type": "NAME", "value": "Done"}}]]}
# What others open one day, and how it is taken back: (control, body) each.
DRIFTS = {"workflow": (("plant", {"what": "global", "project": "IAM"}), ("accounts", {})),
          "member": (("plant", {"what": "member", "project": "IAM"}), ("accounts", {"agent2": {"groups": ["service-desk-team", "jira-users"]}})),
          "right": (("accounts", {"connector": {"denied": ["TRANSITION_ISSUES"]}}), ("accounts", {"connector": {"denied": []}})),
          "screen": (("plant", {"what": "resolution", "project": "IAM"}),
                     ("screens", {"IAM": {"edit": ["summary", "description", "customfield_10080", "customfield_10081"]}})),
          "rule": (("automation", [CLOSING_RULE]), ("automation", []))}


def test_the_timer_finds_drift(site):
    """Whatever it is, and whatever stood open before: an alarm, and an entry of evidence that says what."""
    site.fresh()
    site.control("accounts", {"connector": {"admin": True}})
    key = site.ask_removal()
    assert site.gate("install", "--yes")[0] == 0

    def told_by(page):
        return world.http("GET", f"http://127.0.0.1:{site.ops_port}/{page}")[1]
    wait.until(lambda: site.sql("select open from governance.gate_proof where known and project = 'IAM'") == "0", 30, what="it is proven")
    for what, (opens, _) in DRIFTS.items():
        seen = site.sql("select (select coalesce(max(id), 0) from governance.escalation) || ' and (select count(*) from "
                        "governance.evidence_entry where seq > ' || max(seq) from governance.evidence_entry")
        site.control(*opens)
        wait.until(lambda: site.sql("select string_agg(distinct reason, ' ') from governance.escalation where site = 'acme' and kind = 'tamper' and id > "
                                    f"{seen} and kind = 'gate.proved' and (body::jsonb->'detail'->>'open')::int > 0) > 0") == "GateDrift", 30, what=what)
    wait.until(lambda: re.search(r'countersign_gate_open_roads{site="acme"} [1-9]', told_by("metrics")), 20)
    assert re.fullmatch(r"\d+ ways to close without proof", json.loads(told_by("readyz"))["gates"]["acme"])
    for _, mends in DRIFTS.values():
        site.control(*mends)
    site.control("accounts", {"connector": {"admin": False}})
    site.act("delete", key, actor="admin")
    assert site.gate("uninstall")[0] == 0
