#!/usr/bin/env python3
"""Every road on which a ticket moves, and what its rules say to whom.  usage: test_roads.py [-v]"""
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import client  # noqa: E402
from cases import ISSUE, WithSite, fields  # noqa: E402
from test_workflows import GROUP, WithWorkflow as _WithWorkflow  # noqa: E402

BULK = "/rest/api/3/bulk"
AGENTS = "5b1c0f1e-3a55-4c0e-8d65-0a4d3f7f2b01"


def ended(case, submitted, actor="agent"):
    """The last word of the task of a bulk operation."""
    for _ in range(500):
        done = case.site.call("GET", f"{BULK}/queue/{submitted['taskId']}", actor=actor)[1]
        if done["status"] not in ("ENQUEUED", "RUNNING"):
            return done
        case.assertNotIn("processedAccessibleIssues", done)
        time.sleep(0.01)
    case.fail(done)


def rule(key, **parameters):
    return {"ruleKey": "system:" + key, "parameters": parameters}


def group(operation, *conditions, groups=()):
    return {"operation": operation, "conditions": list(conditions), "conditionGroups": list(groups)}


class Rules(_WithWorkflow):
    """On `Resolve` (61) of the ordinary workflow, from the first status."""

    def setUp(self):
        super().setUp()
        self.key = self.create()

    def install(self, name="Resolve", **change):
        payload, by_name = self.payload()
        by_name[name] |= change
        self.good("POST", "/workflows/update", payload)

    def may(self, actor="agent", transition="61"):
        """Whether it is offered; what is offered can be pressed, and what is not cannot (asked on a ticket of its own)."""
        shown = self.site.call("GET", f"{ISSUE}/{self.key}/transitions?includeUnavailableTransitions=true", actor=actor)[1]
        found = next(t for t in shown["transitions"] if t["id"] == transition)
        plain = self.site.call("GET", f"{ISSUE}/{self.key}/transitions", actor=actor)[1]["transitions"]
        self.assertEqual(found["isAvailable"], transition in [t["id"] for t in plain])
        self.assertTrue(found["isConditional"])
        if not found["isAvailable"]:
            self.refused(self.press(self.key, transition, actor, resolution={"name": "Done"}), 400, "illegal workflow operation")
        return found["isAvailable"]

    def test_restriction_is_true_when_any_criterion_is(self):
        self.install(conditions=group("ALL", rule("restrict-issue-transition", groupIds=GROUP)))
        self.assertEqual([self.may(a) for a in ("agent", "admin", "connector")], [False, False, True])
        self.install(conditions=group("ALL", rule("restrict-issue-transition", groupIds=GROUP, roleIds="10100")))
        self.assertEqual([self.may(a) for a in ("agent", "admin", "connector")], [True, False, True])
        self.install(conditions=group("ALL", rule("restrict-issue-transition", permissionKeys="ADMINISTER")))
        self.assertEqual([self.may(a) for a in ("agent", "admin", "connector")], [False, True, False])

    def test_restriction_by_fields_of_people_and_groups(self):
        self.install(conditions=group("ALL", rule("restrict-issue-transition", allowUserCustomFields="customfield_10062",
                                                  groupCustomFields="customfield_10123")))
        self.assertFalse(self.may())
        who = self.site.control("GET", "accounts")
        self.site.act(do="edit", issue=self.key, fields={"customfield_10062": {"accountId": who["agent"]["accountId"]}})
        self.assertEqual([self.may(), self.may("agent2")], [True, False])
        self.site.act(do="edit", issue=self.key, fields={"customfield_10123": {"name": "service-desk-team"}})
        self.assertTrue(self.may("agent2"))

    def test_conditions_are_joined_by_all_or_any_at_every_depth(self):
        mine, never = rule("restrict-issue-transition", groupIds=AGENTS), rule("restrict-issue-transition", groupIds=GROUP)
        for conditions, expected in ((group("ALL", mine, never), False), (group("ANY", mine, never), True),
                                     (group("ALL", mine, groups=[group("ANY", never)]), False),
                                     (group("ANY", never, groups=[group("ALL", mine, mine)]), True)):
            self.install(conditions=conditions)
            self.assertEqual(self.may(), expected, conditions)

    def test_a_field_is_compared(self):
        for value, comparator, kind, expected in (('["Verified"]', "=", "STRING", False), ('["Verified"]', "!=", "STRING", True),
                                                  ('["Waiting","Checking"]', "=", "STRING", True),
                                                  ('["1008002"]', "=", "OPTIONID", True), ('["1008006"]', "=", "OPTIONID", False)):
            self.site.act(do="force_fields", issue=self.key, fields={"customfield_10080": {"value": "Checking"}})
            self.install(conditions=group("ALL", rule("check-field-value", fieldId="customfield_10080", fieldValue=value,
                                                      comparator=comparator, comparisonType=kind)))
            self.assertEqual(self.may(), expected, (value, comparator, kind))
        self.site.act(do="edit", issue=self.key, fields={"customfield_10126": 5})
        for comparator, expected in ((">", True), ("<=", False), ("!=", True)):
            self.install(conditions=group("ALL", rule("check-field-value", fieldId="customfield_10126", fieldValue='["4"]',
                                                      comparator=comparator, comparisonType="NUMBER")))
            self.assertEqual(self.may(), expected, comparator)

    def test_hidden_from_users_is_open_to_their_tokens(self):
        self.install(conditions=group("ALL", rule("restrict-from-all-users", restrictMode="users")))
        self.assertTrue(self.may())
        self.assertEqual(self.site.try_act(do="transition", issue=self.key, name="Resolve")[0], 400)  # he clicks
        self.assertNotIn(">Resolve</button>", self.site.raw("GET", f"/browse/{self.key}?as=agent")[2].decode())
        self.install(conditions=group("ALL", rule("restrict-from-all-users", restrictMode="usersAndAPI")))
        self.assertEqual([self.may(), self.may("connector")], [False, False])

    def test_duties_are_separated(self):
        self.install(name="Pend", conditions=group("ALL", rule("separation-of-duties", fromStatusId="10100", toStatusId="10101")))
        self.press(self.key, "11", "agent")
        self.assertEqual([self.may("agent", "21"), self.may("agent2", "21")], [False, True])

    def test_previous_status(self):
        been = {"previousStatusIds": "10102", "mostRecentStatusOnly": "false"}
        self.install(conditions=group("ALL", rule("previous-status-condition", **been)))
        self.assertFalse(self.may())
        for step in ("11", "21"):
            self.press(self.key, step, "agent")
        self.assertFalse(self.may())  # it is in it, and was not before
        self.press(self.key, "31", "agent")
        self.assertTrue(self.may())

    def test_a_validator_says_its_own_words(self):
        words = "Access is not confirmed yet."
        required = rule("validate-field-value", ruleType="fieldRequired", fieldsRequired="customfield_10081", ignoreContext="false",
                        errorMessage=words)
        self.install(validators=[required])
        done = {"resolution": {"name": "Done"}}
        self.assertEqual(self.press(self.key, "61", "agent", **done)[1], {"errorMessages": [words], "errors": {}})
        self.assertEqual(self.site.try_act(do="bulk_transition", issues=[self.key], name="Resolve")[0], 400)
        page = self.site.raw("POST", f"/browse/{self.key}", b"as=agent&do=transition&id=61")[2].decode()
        self.assertIn(words, page)
        self.site.act(do="edit", actor="connector", issue=self.key, fields={"customfield_10081": "Confirmed."})
        self.assertEqual(self.press(self.key, "61", "agent", **done)[0], 204)

    def test_a_validator_speaks_at_the_field_that_is_on_the_screen(self):
        self.install(transitionScreen=rule("transition-screen", screenId="10200"), validators=[rule(
            "validate-field-value", ruleType="fieldRequired", fieldsRequired="customfield_10081", errorMessage="Say why.")])
        self.assertEqual(self.press(self.key, "61", "agent")[1], {"errorMessages": [], "errors": {"customfield_10081": "Say why."}})
        self.assertEqual(self.press(self.key, "61", "agent", customfield_10081="so")[0], 204)

    def test_other_validators(self):
        for given, allowed in ((rule("check-permission-validator", permissionKey="ADMINISTER"), "admin"),
                               (rule("check-permission-validator", permissionKey="CLOSE_ISSUES"), "connector")):
            self.install(validators=[given], transitionScreen=None)
            self.assertEqual(self.press(self.key, "61", "agent")[0], 400)
            self.assertEqual(self.press(self.key, "61", allowed)[0], 204)
            self.press(self.key, "81", "agent")

    def test_the_initial_transition_has_its_say_too(self):
        self.install(name="Create", actions=[rule("update-field", field="labels", value="new")], validators=[rule(
            "validate-field-value", ruleType="fieldRequired", fieldsRequired="customfield_10052", errorMessage="Which role?")])
        status, body = self.site.call("POST", ISSUE, {"fields": fields()})
        self.assertEqual((status, body["errors"]), (400, {"customfield_10052": "Which role?"}))
        self.refused(self.site.try_act(do="request", actor="customer", fields={"summary": "x"}), 400, "Which role?")
        self.assertEqual(self.read(self.create(customfield_10052="fin"))["fields"]["labels"], ["new"])

    def test_post_functions_set_and_clear(self):
        self.press(self.key, "71", "agent")
        self.assertEqual(self.read(self.key)["fields"]["resolution"]["name"], "Won't Do")
        self.press(self.key, "81", "agent")
        self.assertIsNone(self.read(self.key)["fields"]["resolution"])
        self.install(name="Pend", actions=[rule("update-field", field="labels", value="parked", mode="append"),
                                           rule("change-assignee", type="to-current-user")])
        self.press(self.key, "21", "agent")
        got = self.read(self.key)["fields"]
        self.assertEqual((got["labels"], got["assignee"]["displayName"]), (["parked"], "Alex Agent"))

    def test_what_a_transition_looks_like(self):
        shown = self.site.call("GET", f"{ISSUE}/{self.key}/transitions?expand=transitions.fields", actor="agent")[1]["transitions"]
        resolve = next(t for t in shown if t["name"] == "Resolve")
        self.assertEqual((resolve["hasScreen"], resolve["isGlobal"], resolve["isConditional"], resolve["fields"]["resolution"]["required"]),
                         (True, False, False, True))
        self.site.control("POST", "plant", {"what": "global"})
        shown = self.site.call("GET", f"{ISSUE}/{self.key}/transitions", actor="agent")[1]["transitions"]
        self.assertTrue(next(t for t in shown if t["name"] == "Close now")["isGlobal"])

    def test_a_loop_moves_no_ticket(self):
        """Directed, from a status to itself, for everybody: `updated` moves and a webhook says so; the status is the same, and whether
        the history has an entry is told differently."""
        payload, by_name = self.payload()
        start = by_name["Resolve"]["links"][0]["fromStatusReference"]
        payload["workflows"][0]["transitions"].append({
            "id": "202", "name": "Again", "type": "DIRECTED", "links": [{"fromStatusReference": start, "fromPort": 0, "toPort": 1}],
            "toStatusReference": start, "actions": [], "validators": [], "triggers": [], "properties": {}, "description": ""})
        self.assertEqual([p for p in self.problems(payload) if p["level"] == "ERROR"], [])
        self.good("POST", "/workflows/update", payload)
        was, entries = self.read(self.key)["fields"], {False: [], True: [(start, start)]}
        shown = {t["id"]: t for t in self.good("GET", f"/issue/{self.key}/transitions", actor="agent")["transitions"]}
        self.assertTrue(shown["202"]["isLooped"] and not shown["61"]["isLooped"])
        with client.Receiver() as receiver:
            self.site.control("POST", "webhooks", {"url": receiver.url, "events": ["jira:issue_updated"], "secret": "s"})
            for told in entries:
                self.site.control("POST", "config", {"loop_history": told})
                before = self.read(self.key)["fields"]["updated"]
                time.sleep(0.01)
                self.assertEqual(self.press(self.key, "202", "agent")[0], 204)
                now = self.read(self.key, "?expand=changelog")
                self.assertEqual(now["fields"]["status"]["id"], was["status"]["id"])
                self.assertGreater(now["fields"]["updated"], before)
                items = [i for h in now["changelog"]["histories"] for i in h["items"] if i["field"] == "status"]
                self.assertEqual([(i["from"], i["to"]) for i in items], entries[told])
            told = [json.loads(body) for _, body in receiver.wait(2)]
        self.assertEqual(sorted((m["issue_event_type_name"], "changelog" in m) for m in told),
                         [("issue_generic", False), ("issue_generic", True)])

    def test_properties_of_a_status_take_away(self):
        agent = self.site.control("GET", "accounts")["agent"]["accountId"]

        def properties(**given):
            payload, _ = self.payload()
            payload["workflows"][0]["statuses"][0]["properties"] = {f"jira.{k.replace('_', '.')}": v for k, v in given.items()}
            self.good("POST", "/workflows/update", payload)

        def edit(actor):
            return self.site.call("PUT", f"{ISSUE}/{self.key}", {"fields": {"customfield_10081": "x"}}, actor)[0]
        properties(issue_editable="false")
        self.assertEqual(edit("admin"), 400)
        properties(permission_edit_group=GROUP, permission_edit_user_1=agent)
        self.assertEqual([edit(a) for a in ("connector", "agent", "agent2", "admin")], [204, 204, 400, 400])
        properties(permission_transition_user=agent)
        self.assertEqual([self.press(self.key, "11", a)[0] for a in ("admin", "agent2", "agent")], [400, 400, 204])
        self.key = self.create()
        properties(permission_delete_denied="", permission_move_denied="")
        self.assertEqual(self.site.call("DELETE", f"{ISSUE}/{self.key}", actor="admin")[0], 403)
        entry = dict.fromkeys(("inferClassificationDefaults", "inferFieldDefaults", "inferStatusDefaults", "inferSubtaskTypeDefault"), True)
        task = self.site.call("POST", f"{BULK}/issues/move", {
            "targetToSourcesMapping": {"OPS,10039": entry | {"issueIdsOrKeys": [self.key]}}}, "agent")[1]["taskId"]
        self.assertEqual(ended(self, {"taskId": task}, "connector")["processedAccessibleIssues"], [])


class Governed(WithSite):
    """Ways to close a ticket without the connector, one by one. It stands in Verifying access."""

    def setUp(self):
        super().setUp()
        self.key = self.create("agent", customfield_10010="30")
        self.press(self.key, "21", "agent")

    def category(self):
        return self.read(self.key)["fields"]["status"]["statusCategory"]["key"]

    def closings(self):
        return [(c["by"], c["via"]) for c in self.site.oracle()["closings"]]

    def plant(self, what, **more):
        return self.site.control("POST", "plant", {"what": what} | more)

    def test_nobody_else_may_press_close(self):
        for actor in ("agent", "agent2", "admin", "automation"):
            self.refused(self.press(self.key, "51", actor, resolution={"name": "Done"}), 400, "illegal")

    def test_a_global_transition_and_an_extra_exit(self):
        for what, name in (("global", "Close now"), ("exit", "Done already")):
            self.plant(what, **{"from": "Verifying access"} if what == "exit" else {})
            self.assertEqual(self.site.act(do="transition", issue=self.key, name=name)["issue"]["category"], "done")
            self.press(self.key, "71", "agent")
            self.press(self.key, "21", "agent")
        self.assertEqual(self.closings(), [("agent", "transition")] * 2)

    def test_another_account_in_the_group(self):
        self.plant("member", account="agent2")
        self.assertEqual(self.press(self.key, "51", "agent2", resolution={"name": "Done"})[0], 204)
        record = self.site.call("GET", "/rest/api/3/auditing/record?filter=group", actor="admin")[1]["records"][0]
        self.assertEqual((record["summary"], record["category"], record["objectItem"]["name"], record["associatedItems"][0]["typeName"]),
                         ("User added to group", "group management", "countersign", "USER"))

    def test_a_rule_of_automation_as_the_connector(self):
        self.assertEqual(self.site.try_act(do="transition", actor="automation", issue=self.key, name="Close verified")[0], 400)
        self.site.act(do="transition", actor="connector", via="automation", issue=self.key, name="Close verified")
        self.assertEqual(self.category(), "done")

    def test_a_customer_in_the_portal(self):
        key = self.site.act(do="request", actor="customer", fields={"summary": "Mine"})["issue"]["key"]
        self.assertEqual(self.site.try_act(do="portal", actor="customer", issue=key, id="51")[0], 400)
        number = self.plant("portal")["transition"]
        self.assertEqual(self.site.act(do="portal", actor="customer", issue=key, id=number)["issue"]["category"], "done")

    def test_the_page_shows_each_what_he_may_press(self):
        key = self.site.act(do="request", actor="customer", fields={"summary": "Mine"})["issue"]["key"]

        def buttons(who):
            page = self.site.raw("GET", f"/browse/{key}?as={who}")[2].decode()
            return [name for name in ("Resolve", "Cancel", "Start progress") if f">{name}</button>" in page]
        self.assertEqual([buttons(w) for w in ("agent", "customer", "unlicensed")],
                         [["Resolve", "Cancel", "Start progress"], ["Cancel"], []])
        self.assertEqual(self.site.raw("POST", f"/browse/{key}", b"as=customer&do=portal&id=81")[0], 303)
        self.assertEqual(self.status(key), "Cancelled")
        page = self.site.raw("GET", f"/browse/{key}?as=agent")[2].decode()
        for part in ("id=access-check>", "id=access-check-reason>", "<span class='lozenge done'>Cancelled</span>"):
            self.assertIn(part, page)
        self.assertNotIn("<script", page)

    def test_a_condition_holds_for_customers_too(self):
        self.plant("portal", transition="51")
        key = self.site.act(do="request", actor="customer", fields={"summary": "Mine"})["issue"]["key"]
        self.press(key, "21", "agent")
        shown = self.site.call("GET", f"/rest/servicedeskapi/request/{key}/transition", actor="customer")[1]["values"]
        self.assertEqual([t["name"] for t in shown], ["Cancel"])

    def test_an_approval_that_closes(self):
        number = self.plant("approval")["transition"]
        approver = self.site.control("GET", "accounts")["approver"]["accountId"]
        key = self.create(customfield_10100=[{"accountId": approver}])
        self.assertEqual(self.press(key, number, "agent")[0], 400)  # while it is pending
        self.site.act(do="approve", actor="approver", issue=key)
        self.assertEqual(self.read(key)["fields"]["status"]["name"], "Resolved")

    def test_two_approvals_are_more_than_one(self):
        self.site.control("POST", "plant", {"what": "unguarded", "transition": "51"})
        who = self.site.control("GET", "accounts")
        flow = self.site.call("POST", "/rest/api/3/workflows?useApprovalConfiguration=true", {
            "projectAndIssueTypes": [{"projectId": "10002", "issueTypeId": "10039"}]}, "admin")[1]
        layout = next(s for s in flow["workflows"][0]["statuses"] if "approvalConfiguration" in s)
        layout["approvalConfiguration"] |= {"conditionValue": "2", "exclude": ["reporter"]}
        self.assertEqual(self.site.call("POST", "/rest/api/3/workflows/update", flow, "admin")[0], 200)
        key = self.create("agent", customfield_10100=[{"accountId": who[a]["accountId"]} for a in ("approver", "customer", "agent")])
        here = f"/rest/servicedeskapi/request/{key}/approval"
        self.assertEqual(len(self.site.call("GET", here)[1]["values"][0]["approvers"]), 2)  # not the reporter
        self.site.act(do="approve", actor="approver", issue=key)
        self.assertEqual(self.status(key), "Waiting for approval")
        self.site.act(do="approve", actor="customer", issue=key)
        self.assertEqual(self.status(key), "Waiting for support")

    def test_who_approves_is_what_a_post_function_wrote_last(self):
        """A check that waits in a status: the road there names who answers it; an edit while it is open names others."""
        who = {name: account["accountId"] for name, account in self.site.control("GET", "accounts").items()}
        flow = self.site.call("POST", "/rest/api/3/workflows?useApprovalConfiguration=true", {
            "projectAndIssueTypes": [{"projectId": "10002", "issueTypeId": "10039"}]}, "admin")[1]
        by_name = {t["name"]: t for t in flow["workflows"][0]["transitions"]}
        asks = {"active": "true", "conditionType": "number", "conditionValue": "1", "exclude": [], "fieldId": "customfield_10100",
                "transitionApproved": "51", "transitionRejected": "61"}
        next(s for s in flow["workflows"][0]["statuses"] if s["statusReference"] == "10012")["approvalConfiguration"] = asks
        by_name["Resolve"]["actions"] = [rule("update-field", field="customfield_10100", value="nobody", mode="replace")]
        by_name["Close verified"]["conditions"]["conditions"].append(rule("block-in-progress-approval"))
        wrong = self.site.call("POST", "/rest/api/3/workflows/update/validation", {"payload": flow}, "admin")[1]["errors"]
        self.assertEqual([e["message"] for e in wrong], ["The account 'nobody' does not exist."])
        by_name["Resolve"]["actions"][0]["parameters"]["value"] = who["connector"]
        self.assertEqual(self.site.call("POST", "/rest/api/3/workflows/update", flow, "admin")[0], 200)
        key = self.create(customfield_10100=[{"accountId": who["agent"]}])
        self.site.act(do="force_status", issue=key, status="In progress")
        self.assertEqual(self.press(key, "21", "agent")[0], 204)
        here = f"/rest/servicedeskapi/request/{key}/approval"

        def asked(actor):
            newest = self.site.call("GET", here, actor=actor)[1]["values"][-1]
            return [a["approver"]["accountId"] for a in newest["approvers"]], newest["canAnswerApproval"], f"{here}/{newest['id']}"
        self.assertEqual(asked("connector")[:2], ([who["connector"]], True))
        self.assertEqual(self.press(key, "51", "connector")[0], 400)  # while it is open
        self.assertEqual(self.site.call("POST", asked("agent")[2], {"decision": "approve"}, "agent")[0], 403)
        self.site.act(do="edit", issue=key, fields={"customfield_10100": [{"accountId": who["agent"]}]})
        self.assertEqual((asked("connector")[:2], asked("agent")[:2]), (([who["agent"]], False), ([who["agent"]], True)))
        self.site.act(do="edit", issue=key, fields={"customfield_10100": [{"accountId": who["connector"]}]})
        self.assertEqual(self.site.call("POST", asked("agent")[2], {"decision": "approve"}, "connector")[0], 200)
        self.assertEqual(self.status(key), "Resolved")
        self.assertEqual(self.site.call("POST", asked("agent")[2], {"decision": "approve"}, "connector")[0], 409)

    def test_a_resolution_without_closing(self):
        edit = {"fields": {"resolution": {"name": "Done"}}}
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{self.key}", edit, "agent")[0], 400)
        self.assertNotIn("resolution", self.site.call("GET", f"{ISSUE}/{self.key}/editmeta", actor="agent")[1]["fields"])
        self.plant("resolution")
        self.assertIn("resolution", self.site.call("GET", f"{ISSUE}/{self.key}/editmeta", actor="agent")[1]["fields"])
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{self.key}", edit, "agent")[0], 204)
        self.assertEqual((self.category(), self.read(self.key)["fields"]["resolution"]["name"]), ("indeterminate", "Done"))

    def test_a_transition_that_is_gone_or_unguarded(self):
        self.plant("unguarded", transition="51")
        self.assertEqual(self.press(self.key, "51", "agent", resolution={"name": "Done"})[0], 204)
        self.plant("gone", transition="71")
        self.assertEqual(self.press(self.key, "71", "connector")[0], 400)

    def test_unknown_holes_are_named(self):
        status, _, body = self.site.full("POST", "/_control/plant", {"what": "nothing"}, actor=None)
        self.assertEqual(status, 400)
        self.assertIn("global, exit, portal", body["error"])


class Bulk(WithSite):
    def test_conditions_hold_and_each_ticket_is_told(self):
        good, closed = self.create(), self.create()
        self.press(closed, "81", "agent")
        status, body = self.site.call("POST", f"{BULK}/issues/transition", {
            "bulkTransitionInputs": [{"selectedIssueIdsOrKeys": [good, closed], "transitionId": "81"}]}, "agent")
        self.assertEqual(status, 201, body)
        done = ended(self, body)
        self.assertEqual((done["status"], done["processedAccessibleIssues"], list(done["failedAccessibleIssues"])),
                         ("COMPLETE", [int(self.read(good)["id"])], [self.read(closed)["id"]]))

    def submit(self, *keys, number="81", actor="agent"):
        return self.site.call("POST", f"{BULK}/issues/transition", {
            "bulkTransitionInputs": [{"selectedIssueIdsOrKeys": keys, "transitionId": number}],
            "sendBulkNotification": False}, actor)

    def test_it_is_done_after_the_answer_and_people_go_on_meanwhile(self):
        self.site.control("POST", "config", {"bulk_ms": 300})
        moved, left = self.create(), self.create()
        status, body = self.submit(moved, left)
        self.assertEqual((status, self.status(moved)), (201, "Waiting for support"))
        self.press(left, "81", "agent")
        done = ended(self, body)
        self.assertEqual((self.status(moved), list(done["failedAccessibleIssues"])), ("Cancelled", [self.read(left)["id"]]))

    def test_a_task_that_dies_says_nothing_of_the_rest(self):
        self.site.control("POST", "config", {"bulk_dies_after": 1})
        first, second = self.create(), self.create()
        done = ended(self, self.submit(first, second)[1])
        self.assertEqual((done["status"], done["processedAccessibleIssues"], done["failedAccessibleIssues"]),
                         ("DEAD", [int(self.read(first)["id"])], {}))
        self.assertEqual(self.status(second), "Waiting for support")

    def test_five_at_once_and_no_more(self):
        self.site.control("POST", "config", {"bulk_ms": 2000})
        keys = [self.create() for _ in range(6)]
        self.assertEqual([self.submit(key)[0] for key in keys], [201] * 5 + [429])

    def test_what_is_deleted_meanwhile_is_counted(self):
        self.site.control("POST", "config", {"bulk_ms": 300})
        gone, key = self.create(), self.create()
        body = self.submit(gone, key)[1]
        self.site.act(do="delete", actor="admin", issue=gone)
        done = ended(self, body)
        self.assertEqual((done["invalidOrInaccessibleIssueCount"], len(done["processedAccessibleIssues"])), (1, 1))

    def test_only_what_all_share_and_nothing_to_fill_in(self):
        waiting, verifying = self.create(), self.create()
        self.press(verifying, "21", "agent")
        path = f"{BULK}/issues/transition?issueIdsOrKeys={waiting},{verifying}"
        one = self.site.call("GET", path, actor="agent")[1]["availableTransitions"][0]
        self.assertEqual(([t["transitionName"] for t in one["transitions"]], one["isTransitionsFiltered"]), (["Cancel"], True))
        alone = self.site.call("GET", f"{BULK}/issues/transition?issueIdsOrKeys={verifying}")[1]["availableTransitions"][0]
        self.assertNotIn(51, [t["transitionId"] for t in alone["transitions"]])  # it asks for a resolution

    def test_refusals(self):
        key, other = self.create(), self.create("agent", project={"key": "OPS"}, customfield_10010="40")
        def send(*inputs, actor="agent"):
            return self.site.call("POST", f"{BULK}/issues/transition", {"bulkTransitionInputs": [
                {"selectedIssueIdsOrKeys": keys, "transitionId": number} for keys, number in inputs]}, actor)
        self.refused(send(([key, other], "81")), 400, "must correspond to a distinct workflow")
        self.refused(send(([key], "81"), ([key], "21")), 400, "must correspond to a distinct workflow")
        self.refused(send((["IAM-99"], "81")), 400, "are not valid")
        self.refused(send(([key, key], "81")), 400, "are not valid")
        self.refused(send(), 400, "At least one")
        self.assertEqual(send(([key], "81"), actor="unlicensed")[0], 403)
        self.assertIsInstance(send((["IAM-99"], "81"))[1]["errors"], list)
        self.refused(self.site.call("GET", f"{BULK}/queue/1"), 400, "not a bulk operation task")

    def test_move_asks_no_condition(self):
        key = self.create()
        self.press(key, "21", "agent")
        flags = dict.fromkeys(("inferClassificationDefaults", "inferFieldDefaults", "inferStatusDefaults", "inferSubtaskTypeDefault"), True)
        entry = flags | {"issueIdsOrKeys": [key], "targetStatus": [{"statuses": {"5": ["10012"]}}]}
        body = {"targetToSourcesMapping": {"OPS,10039": entry}}
        status, task = self.site.call("POST", f"{BULK}/issues/move", body, "agent")
        self.assertEqual((status, ended(self, task)["status"]), (201, "COMPLETE"))
        moved = self.read(key)
        self.assertEqual((moved["key"], moved["fields"]["status"]["name"]), ("OPS-1", "Resolved"))
        self.assertEqual(self.site.oracle()["closings"][-1]["via"], "move")
        self.refused(self.site.call("POST", f"{BULK}/issues/move", {"targetToSourcesMapping": {"OPS,1": entry}}, "agent"), 400, "OPS,1")

    def test_another_issue_type_with_another_workflow(self):
        self.site.control("POST", "workflows", {"IAM/10040": "ordinary"})
        key = self.create()
        self.press(key, "21", "agent")
        moved = self.site.act(do="move", issue=key, issuetype="10040", to="Done")["issue"]
        self.assertEqual((moved["key"], moved["category"]), (key, "done"))
        items = self.site.control("GET", f"state?issue={key}")["history"][-1]["items"]
        self.assertEqual([i["field"] for i in items], ["status", "issuetype"])
        other = self.create()
        self.site.act(do="move", issue=other, issuetype="10040")  # its status is not there: it begins anew
        self.assertEqual(self.status(other), "Open")

    def test_delete_in_bulk(self):
        keys = [self.create(), self.create()]
        body = {"selectedIssueIdsOrKeys": keys}
        self.assertEqual(self.site.call("POST", f"{BULK}/issues/delete", body, "agent")[0], 403)
        status, task = self.site.call("POST", f"{BULK}/issues/delete", body, "admin")
        self.assertEqual((status, ended(self, task, "admin")["status"]), (201, "COMPLETE"))
        self.assertEqual([d["key"] for d in self.site.oracle()["deleted"]], keys)


if __name__ == "__main__":
    unittest.main()
