#!/usr/bin/env python3
"""Atlassian's workflow API: what it reads, takes and refuses.  usage: test_workflows.py [-v]"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import client  # noqa: E402
from cases import WithSite  # noqa: E402

API, GROUP = "/rest/api/3", "703ff44a-7dc8-4f4b-9aa6-a65bf3574fa4"
RESTRICT = "system:restrict-issue-transition"
IAM = {"projectId": "10002", "issueTypeId": "10039"}


class WithWorkflow(WithSite):
    """IAM has the workflow that a service project is born with."""
    kind = "ordinary"

    def setUp(self):
        super().setUp()
        self.site.control("POST", "workflows", {"IAM": self.kind})

    def api(self, method, path, body=None, actor="admin"):
        return self.site.call(method, API + path, body, actor)

    def good(self, *call, **more):
        status, body = self.api(*call, **more)
        self.assertLess(status, 300, body)
        return body

    def workflow(self, query="", **pair):
        return self.good("POST", "/workflows" + query, {"projectAndIssueTypes": [IAM | pair]})

    def payload(self, query="?useApprovalConfiguration=true", **pair):
        """What changes nothing, and its transitions by name."""
        found = self.workflow(query, **pair)
        flow = found["workflows"][0]
        made = {"statuses": found["statuses"], "workflows": [flow]}
        return made, {t["name"]: t for t in flow["transitions"]}

    def problems(self, payload, **options):
        body = {"payload": payload} | ({"validationOptions": options} if options else {})
        return self.good("POST", "/workflows/update/validation", body)["errors"]

    def codes(self, payload):
        return [p["code"] for p in self.problems(payload)]

    def restricted(self, **parameters):
        return {"operation": "ALL", "conditionGroups": [], "conditions": [{"ruleKey": RESTRICT, "parameters": parameters}]}


class Reading(WithWorkflow):
    def test_by_name_by_id_and_by_project(self):
        flow = self.workflow()["workflows"][0]
        self.assertEqual(self.good("POST", "/workflows", {"workflowIds": [flow["id"]], "workflowNames": [flow["name"]]})["workflows"],
                         [flow])
        self.assertEqual(flow["scope"], {"type": "GLOBAL"})
        self.assertEqual([t["type"] for t in flow["transitions"]].count("INITIAL"), 1)

    def test_one_that_is_not_there_hides_the_others(self):
        name = self.workflow()["workflows"][0]["name"]
        self.assertEqual(self.api("POST", "/workflows", {"workflowNames": [name, "none such"]}),
                         (404, {"errorMessages": ["Not found"], "errors": {}}))
        self.assertEqual(self.api("POST", "/workflows", {"projectAndIssueTypes": [IAM | {"issueTypeId": "1"}]})[0], 404)
        self.assertEqual(self.api("POST", "/workflows", {"names": []})[0], 400)

    def test_statuses_come_in_another_order_than_in_the_workflow(self):
        found = self.workflow()
        there = [s["statusReference"] for s in found["workflows"][0]["statuses"]]
        told = [s["statusReference"] for s in found["statuses"]]
        self.assertEqual(sorted(there), sorted(told))
        self.assertNotEqual(there, told)

    def test_without_administer_jira_the_answer_is_401_with_good_credentials(self):
        for call in (("POST", "/workflows", {"projectAndIssueTypes": [IAM]}), ("GET", "/workflows/search"),
                     ("GET", "/workflows/capabilities?projectId=10002&issueTypeId=10039"), ("GET", "/statuses/search"),
                     ("POST", "/workflows/update", self.payload()[0])):
            status, headers, body = self.site.full(call[0], API + call[1], call[2] if len(call) > 2 else None, "connector")
            self.assertEqual(status, 401, call)
            self.assertNotIn("X-Seraph-LoginReason", headers)
            self.assertIn("permission", body["errorMessages"][0])
        self.assertEqual(self.api("GET", "/workflowscheme/project?projectId=10002", actor="connector")[0], 403)
        self.site.control("POST", "accounts", {"connector": {"admin": True}})
        self.assertEqual(self.api("GET", "/workflows/search", actor="connector")[0], 200)
        mine = self.api("GET", "/mypermissions?permissions=ADMINISTER", actor="connector")[1]["permissions"]
        self.assertTrue(mine["ADMINISTER"]["havePermission"])

    def test_search_leaves_transitions_out_unless_asked(self):
        self.assertNotIn("transitions", self.good("GET", "/workflows/search?queryString=iam")["values"][0])
        found = self.good("GET", "/workflows/search?expand=values.transitions&maxResults=1")
        self.assertEqual((found["isLast"], "transitions" in found["values"][0]), (False, True))

    def test_who_uses_it(self):
        self.site.control("POST", "workflows", {"OPS": "shared:IAM"})
        flow = self.workflow()["workflows"][0]["id"]
        self.assertEqual([v["id"] for v in self.good("GET", f"/workflow/{flow}/projectUsages")["projects"]["values"]], ["10002", "10003"])
        self.assertEqual(len(self.good("GET", f"/workflow/{flow}/project/10002/issueTypeUsages")["issueTypes"]["values"]), 2)
        page = self.good("GET", f"/workflow/{flow}/projectUsages?maxResults=1")["projects"]
        self.assertEqual(self.good("GET", f"/workflow/{flow}/projectUsages?nextPageToken={page['nextPageToken']}")["projects"]["values"],
                         [{"id": "10003"}])
        schemes = self.good("GET", "/workflowscheme/project?projectId=10002&projectId=10003")["values"]
        self.assertEqual(schemes[0]["projectIds"], ["10002", "10003"])

    def test_issue_types_may_follow_different_workflows(self):
        self.site.control("POST", "workflows", {"IAM/10040": "open"})
        self.assertNotEqual(self.workflow()["workflows"][0]["id"], self.workflow(issueTypeId="10040")["workflows"][0]["id"])
        scheme = self.good("GET", "/workflowscheme/project?projectId=10002")["values"][0]["workflowScheme"]
        self.assertEqual(list(scheme["issueTypeMappings"]), ["10040"])

    def test_capabilities_differ_between_company_and_team_managed(self):
        def keys(project):
            found = self.good("GET", f"/workflows/capabilities?projectId={project}&issueTypeId=10039")
            return found["editorScope"], {r["ruleKey"] for r in found["systemRules"]}
        scope, company = keys("10002")
        self.site.control("POST", "workflows", {"IAM": "team"})
        team_scope, team = keys("10002")
        self.assertEqual((scope, team_scope), ("GLOBAL", "PROJECT"))
        self.assertIn("system:block-in-progress-approval", company - team)
        self.assertIn("system:jsd-approvals-block-until-approved", team - company)
        self.assertEqual(self.api("GET", "/workflows/capabilities")[0], 400)


class Updating(WithWorkflow):
    def test_what_was_read_can_be_sent_back_and_nothing_moves_but_the_version(self):
        payload, _ = self.payload()
        before = payload["workflows"][0]
        self.assertEqual(self.problems(payload), [])
        after = self.good("POST", "/workflows/update", payload)["workflows"][0]
        self.assertEqual(after["version"]["versionNumber"], before["version"]["versionNumber"] + 1)
        self.assertEqual(after | {"version": 0}, before | {"version": 0})

    def test_the_shortest_body_is_taken(self):
        payload, by_name = self.payload()
        flow = payload["workflows"][0]
        short = {"statuses": [{k: s[k] for k in ("id", "statusReference", "name", "statusCategory")} for s in payload["statuses"]],
                 "workflows": [{"id": flow["id"], "version": flow["version"], "transitions": flow["transitions"],
                                "statuses": [{"statusReference": s["statusReference"]} for s in flow["statuses"]]}]}
        del by_name["Pend"]["description"], by_name["Pend"]["triggers"]
        self.assertEqual(self.problems(short), [])

    def test_shapes(self):
        payload, _ = self.payload()
        self.refused(self.api("POST", "/workflows/update/validation", payload), 400, "Invalid request payload")
        self.refused(self.api("POST", "/workflows/update/validation", {"payload": payload | {"statuses": []}}), 400,
                     "payload.statuses : must not be empty")
        for path, value in ((("version",), None), (("statuses",), None), (("transitions", 0, "type"), "SOMETHING"),
                            (("transitions", 0, "properties"), {"a": 1}), (("transitions", 0, "validators"), [{"ruleKey": "x", "on": 1}])):
            broken, _ = self.payload()
            inner = broken["workflows"][0]
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = value
            self.assertEqual(self.api("POST", "/workflows/update", broken)[0], 400, path)

    def test_a_version_that_is_not_the_last_conflicts(self):
        payload, _ = self.payload()
        self.good("POST", "/workflows/update", payload)
        self.assertEqual(self.problems(payload), [])  # the validation does not look at it
        self.refused(self.api("POST", "/workflows/update", payload), 409, "version token must match")

    def test_another_update_is_running(self):
        payload, _ = self.payload()
        self.site.control("POST", "workflows", {"update_running": 2})
        for _ in range(2):
            self.refused(self.api("POST", "/workflows/update", payload), 409, "ongoing")
        self.good("POST", "/workflows/update", payload)

    def test_what_is_left_out_is_deleted(self):
        payload, by_name = self.payload()
        payload["workflows"][0]["transitions"].remove(by_name["Resolve"])
        payload["workflows"][0]["statuses"] = [s for s in payload["workflows"][0]["statuses"] if s["statusReference"] != "10104"]
        by_name["Reopen"]["links"] = by_name["Reopen"]["links"][1:]
        self.good("POST", "/workflows/update", payload)
        self.assertNotIn("Resolve", [t["name"] for t in self.workflow()["workflows"][0]["transitions"]])

    def test_statuses_need_their_id_and_new_ones_a_name_of_their_own(self):
        payload, _ = self.payload()
        for status in payload["statuses"]:
            del status["id"]
        self.assertEqual(set(self.codes(payload)), {"NON_UNIQUE_STATUS_NAME"})
        payload, by_name = self.payload()
        payload["statuses"].append({"statusReference": "0b5e0a55-0000-4000-8000-000000000001", "name": "Checking access",
                                    "statusCategory": "IN_PROGRESS"})
        payload["workflows"][0]["statuses"].append({"statusReference": "0b5e0a55-0000-4000-8000-000000000001", "properties": {}})
        self.assertEqual([(p["code"], p["level"]) for p in self.problems(payload)], [("NO_INBOUND_TRANSITIONS_TO_STATUS", "WARNING")])
        self.assertEqual(self.problems(payload, levels=["ERROR"]), [])
        by_name["Pend"]["toStatusReference"] = "0b5e0a55-0000-4000-8000-000000000001"
        made = self.good("POST", "/workflows/update", payload)
        new = next(s for s in made["statuses"] if s["name"] == "Checking access")
        self.assertEqual(new["id"], new["statusReference"])  # it has an id now, and is read by it

    def test_a_status_is_renamed_for_everyone(self):
        payload, _ = self.payload()
        next(s for s in payload["statuses"] if s["name"] == "Done")["name"] = "Finished"
        self.good("POST", "/workflows/update", payload)
        self.assertIn("Finished", [s["name"] for s in self.site.call("GET", API + "/status")[1]])

    def test_a_description_stays_unless_it_is_sent_empty(self):
        def told():
            return next(s["description"] for s in self.workflow()["statuses"] if s["name"] == "Done")
        payload, _ = self.payload()
        done = next(s for s in payload["statuses"] if s["name"] == "Done")
        before = done.pop("description")
        self.good("POST", "/workflows/update", payload)
        self.assertEqual((told(), before[:9]), (before, "This was "))
        payload, _ = self.payload()
        next(s for s in payload["statuses"] if s["name"] == "Done")["description"] = ""
        self.good("POST", "/workflows/update", payload)
        self.assertEqual(told(), "")

    def test_transitions(self):
        def codes(change):
            payload, by_name = self.payload()
            change(by_name["Pend"], payload["workflows"][0])
            return self.codes(payload)
        self.assertEqual(codes(lambda t, w: t.update(toStatusReference="999999")), [
            "TRANSITION_REFERENCES_A_STATUS_THAT_IS_NOT_IN_WORKFLOW", "TRANSITION_REFERENCES_AN_UNKNOWN_STATUS_REFERENCE",
            "NO_INBOUND_TRANSITIONS_TO_STATUS"])
        self.assertEqual(codes(lambda t, w: t.pop("id")), ["TRANSITION_ID_MISSING"])
        self.assertEqual(codes(lambda t, w: t.update(id="11"))[0], "NON_UNIQUE_TRANSITION_ID")
        self.assertEqual(codes(lambda t, w: t.update(links=[])), ["DIRECTED_TRANSITION_WITHOUT_SOURCE"])
        self.assertEqual(codes(lambda t, w: w["transitions"].append(t | {"id": "99", "type": "INITIAL"})), ["INITIAL_TRANSITION_MISSING"])
        payload, by_name = self.payload()
        by_name["Pend"]["toStatusReference"] = "999999"
        self.refused(self.api("POST", "/workflows/update", payload), 400, "Transition references an unknown status.")

    def test_a_team_managed_project_may_take_no_loop(self):
        """Whether Jira does is not known: with the switch, neither a directed one nor one from any status; a company-managed one does."""
        for kind, refused in (("team", True), ("ordinary", False), ("team", True)):
            self.site.control("POST", "workflows", {"IAM": kind})
            payload, by_name = self.payload()
            to = payload["workflows"][0]["statuses"][1]["statusReference"]
            loops = [{"id": "201", "name": "Again", "type": "DIRECTED", "toStatusReference": to, "links": [{"fromStatusReference": to}]},
                     {"id": "211", "name": "Record", "type": "GLOBAL", "links": []}]
            payload["workflows"][0]["transitions"] += loops
            self.assertEqual(self.problems(payload), [])
            self.site.control("POST", "config", {"team_loops": False})
            at = [(p["code"], p["level"], p["elementReference"]["transitionId"]) for p in self.problems(payload)]
            self.assertEqual(at, [("LOOPED_TRANSITION_NOT_SUPPORTED", "ERROR", t["id"]) for t in loops if refused])
            self.assertEqual(self.api("POST", "/workflows/update", payload)[0], 400 if refused else 200)
            self.site.control("POST", "config", {"team_loops": True})

    def test_a_loop_from_any_status_writes_what_is_on_its_screen(self):
        """A global transition without a target stays where the ticket is; its properties are written, too."""
        payload, _ = self.payload()
        payload["workflows"][0]["transitions"].append({
            "id": "201", "name": "Record", "type": "GLOBAL", "links": [], "actions": [], "validators": [], "triggers": [],
            "properties": {}, "description": "", "transitionScreen": {"ruleKey": "system:transition-screen", "parameters": {
                "screenId": "10200"}}, "conditions": {"operation": "ALL", "conditions": [
                    {"ruleKey": RESTRICT, "parameters": {"groupIds": GROUP}}]}})
        self.assertEqual([p for p in self.problems(payload) if p["level"] == "ERROR"], [])
        self.good("POST", "/workflows/update", payload)
        self.site.control("POST", "screens", {"IAM": {"edit": ["summary"]}})
        key = self.create()
        path = f"/issue/{key}/transitions"
        shown = {t["id"]: t for t in self.good("GET", path + "?expand=transitions.fields", actor="connector")["transitions"]}
        self.assertTrue(shown["201"]["isLooped"])
        self.assertIn("customfield_10081", shown["201"]["fields"])
        self.assertNotIn("201", [t["id"] for t in self.good("GET", path, actor="agent")["transitions"]])
        was = self.status(key)
        self.assertEqual(self.api("POST", path, {"transition": {"id": "201"}, "fields": {"customfield_10081": "Checked"}, "properties": [
            {"key": "countersign.state", "value": {"v": 1}}]}, "connector")[0], 204)
        self.assertEqual((self.status(key), self.read(key)["fields"]["customfield_10081"]), (was, "Checked"))
        self.assertEqual(self.good("GET", f"/issue/{key}/properties/countersign.state", actor="connector")["value"], {"v": 1})
        changed = [i["field"] for h in self.read(key, "?expand=changelog")["changelog"]["histories"] for i in h["items"]]
        self.assertNotIn("status", changed)

    def test_rules_that_are_refused(self):
        def said(rule, where="conditions"):
            payload, by_name = self.payload()
            by_name["Pend"][where] = {"operation": "ALL", "conditions": [rule]} if where == "conditions" else \
                rule if where == "transitionScreen" else [rule]
            found = self.problems(payload)
            self.assertEqual([(p["type"], p["elementReference"]["transitionId"]) for p in found], [("RULE", "21")], rule)
            return found[0]["code"]

        def rule(key, **parameters):
            return {"ruleKey": key, "parameters": parameters}
        check = {"fieldId": "customfield_10080", "fieldValue": '["Verified"]', "comparator": "=", "comparisonType": "STRING"}
        self.assertEqual(said(rule("system:no-such-rule")), "RULE_KEY_INVALID")
        self.assertEqual(said(rule("system:jsd-approvals-block-until-approved", approvalConfigurationJson="{}")), "RULE_KEY_INVALID")
        self.assertEqual(said(rule(RESTRICT, groups=GROUP)), "RULE_PARAMETER_UNKNOWN")
        self.assertEqual(said(rule("system:restrict-from-all-users")), "RULE_PARAMETER_MISSING")
        for wrong in (rule(RESTRICT), rule(RESTRICT, groupIds="countersign"), rule(RESTRICT, roleIds="1"),
                      rule(RESTRICT, accountIds="712020:00000000-0000-4000-8000-000000000001"), rule(RESTRICT, permissionKeys="FLY"),
                      rule("system:restrict-from-all-users", restrictMode="api"),
                      rule("system:check-field-value", **check | {"comparator": ">"}),
                      rule("system:check-field-value", **check | {"fieldValue": "Verified"}),
                      rule("system:check-field-value", **check | {"fieldId": "customfield_99999"}),
                      rule("system:check-field-value", **check | {"comparisonType": "OPTIONID"}),
                      rule("system:separation-of-duties", toStatusId="77777")):
            self.assertEqual(said(wrong), "RULE_PARAMETER_INVALID")
        self.assertEqual(said(rule("system:validate-field-value", ruleType="fieldRequired", fieldsRequired="customfield_1"), "validators"),
                         "RULE_PARAMETER_INVALID")
        self.assertEqual(said(rule("system:validate-field-value", ruleType="fieldRequired", fieldsRequired="summary", regexp="x"),
                              "validators"), "RULE_PARAMETER_INVALID")
        self.assertEqual(said(rule(RESTRICT, groupIds=GROUP), "validators"), "RULE_KEY_INVALID")
        self.assertEqual(said(rule("system:transition-screen", screenId="1234"), "transitionScreen"), "RULE_PARAMETER_INVALID")
        payload, by_name = self.payload()
        by_name["Pend"]["conditions"] = self.restricted(groupIds=[GROUP])
        self.assertEqual(self.api("POST", "/workflows/update", payload)[0], 400)  # parameters are text, all of them
        by_name["Create"]["conditions"] = self.restricted(groupIds=GROUP)
        by_name["Pend"].pop("conditions")
        self.assertEqual(self.codes(payload), ["RULE_NOT_AVAILABLE_FOR_INITIAL_TRANSITION"])

    def test_rules_come_back_with_an_id_and_a_restriction_with_every_parameter(self):
        payload, by_name = self.payload()
        sent = {"ruleKey": "system:validate-field-value", "parameters": {"ruleType": "fieldRequired", "fieldsRequired": "summary"}}
        by_name["Resolve"] |= {"conditions": self.restricted(groupIds=GROUP), "validators": [sent]}
        self.good("POST", "/workflows/update", payload)
        _, by_name = self.payload()
        back = by_name["Resolve"]["conditions"]["conditions"][0]
        self.assertEqual(back["parameters"], {
            "accountIds": "", "roleIds": "", "permissionKeys": "", "groupIds": GROUP, "groupCustomFields": "",
            "allowUserCustomFields": "", "denyUserCustomFields": ""})
        self.assertEqual({k: v for k, v in by_name["Resolve"]["validators"][0].items() if k != "id"}, sent)
        self.assertRegex(back["id"], "^[0-9a-f-]{36}$")

    def test_references_are_the_callers_own(self):
        """Statuses may go by any reference, if links and targets use the same."""
        payload, by_name = self.payload()
        new = {s["statusReference"]: f"0b5e0a55-0000-4000-8000-0000000{s['id']}" for s in payload["statuses"]}
        for one in (*payload["statuses"], *payload["workflows"][0]["statuses"]):
            one["statusReference"] = new[one["statusReference"]]
        for transition in by_name.values():
            transition["toStatusReference"] = new[transition["toStatusReference"]]
        self.assertIn("TRANSITION_REFERENCES_A_STATUS_THAT_IS_NOT_IN_WORKFLOW", self.codes(payload))  # the links
        for transition in by_name.values():
            for link in transition["links"] if transition["type"] != "INITIAL" else ():
                link["fromStatusReference"] = new[link["fromStatusReference"]]
        before = self.workflow()["workflows"][0]
        self.good("POST", "/workflows/update", payload)
        self.assertEqual(self.workflow()["workflows"][0]["transitions"], before["transitions"])

    def test_history_and_the_audit_log(self):
        payload, by_name = self.payload()
        flow = payload["workflows"][0]["id"]
        by_name["Pend"]["name"] = "Park"
        self.good("POST", "/workflows/update", payload)
        entries = self.good("POST", "/workflow/history/list", {"workflowId": flow})["entries"]
        self.assertEqual([e["workflowVersion"] for e in entries], [0])
        was = self.good("POST", "/workflow/history", {"workflowId": flow, "version": 0})["workflows"][0]
        self.assertIn("Pend", [t["name"] for t in was["transitions"]])
        record = self.good("GET", "/auditing/record?filter=workflow")["records"][0]
        self.assertEqual((record["summary"], record["objectItem"]["id"]), ("Workflow updated", flow))


class Removing(WithWorkflow):
    """A status goes away while tickets are in it."""

    def without_pending(self):
        payload, by_name = self.payload()
        flow = payload["workflows"][0]
        flow["statuses"] = [s for s in flow["statuses"] if s["statusReference"] != "10102"]
        flow["transitions"] = [t for t in flow["transitions"] if t["name"] != "Pend"]
        for name in ("Back to work", "Resolve", "Cancel request"):
            by_name[name]["links"] = [link for link in by_name[name]["links"] if link["fromStatusReference"] != "10102"]
        return payload

    def test_tickets_need_to_know_where_to_go(self):
        self.assertEqual(self.problems(self.without_pending()), [])  # nobody is there
        key = self.create()
        self.press(key, "11", "agent")
        self.press(key, "21", "agent")
        payload = self.without_pending()
        self.assertEqual([(p["code"], p["type"], p["elementReference"]) for p in self.problems(payload)], [(
            "STATUS_MAPPING_MISSING", "STATUS_MAPPING", {"statusMappingReference": IAM})])
        self.refused(self.api("POST", "/workflows/update", payload), 400, "removed without a mapping")
        payload["workflows"][0]["statusMappings"] = [IAM | {"statusMigrations": [
            {"oldStatusReference": "10102", "newStatusReference": "10101"}]}]
        task = self.good("POST", "/workflows/update", payload)["taskId"]
        self.assertEqual([self.good("GET", f"/task/{task}")["status"] for _ in range(2)], ["RUNNING", "COMPLETE"])
        entry = self.site.control("GET", f"state?issue={key}")["history"][-1]
        self.assertEqual((entry["via"], entry["items"][0]["toString"]), ("migration", "Work in progress"))


class Approvals(WithWorkflow):
    kind = "governed"

    def layout(self, query):
        return next(s for s in self.workflow(query)["workflows"][0]["statuses"] if s["statusReference"] == "10011")

    def test_without_the_parameter_an_approval_is_properties(self):
        config = self.layout("?useApprovalConfiguration=true")["approvalConfiguration"]
        plain = self.layout("")
        self.assertNotIn("approvalConfiguration", plain)
        self.assertEqual(plain["properties"]["approval.transition.approved"], config["transitionApproved"])
        for query in ("", "?useApprovalConfiguration=true"):  # either way it survives being sent back
            self.good("POST", "/workflows/update", self.payload(query)[0])
            self.assertEqual(self.layout("?useApprovalConfiguration=true")["approvalConfiguration"], config)
        payload, _ = self.payload()
        for status in payload["workflows"][0]["statuses"]:
            status.pop("approvalConfiguration", None)
        self.good("POST", "/workflows/update", payload)
        self.assertNotIn("approvalConfiguration", self.layout("?useApprovalConfiguration=true"))

    def test_an_approval_that_cannot_work_is_refused(self):
        for change in ({"transitionApproved": "999"}, {"conditionValue": "21"}, {"fieldId": "summary"}):
            payload, _ = self.payload()
            next(s for s in payload["workflows"][0]["statuses"] if "approvalConfiguration" in s)["approvalConfiguration"] |= change
            self.assertEqual(self.codes(payload), ["APPROVAL_CONFIGURATION_INVALID"], change)


class TeamManaged(WithWorkflow):
    kind = "team"

    def test_the_workflow_belongs_to_the_project(self):
        flow = self.workflow()["workflows"][0]
        self.assertEqual(flow["scope"], {"type": "PROJECT", "project": {"id": "10002"}})
        project = self.site.call("GET", API + "/project/IAM")[1]
        self.assertEqual((project["style"], project["simplified"]), ("next-gen", True))
        self.assertEqual(self.good("GET", "/workflowscheme/project?projectId=10002"), {"values": []})
        self.assertEqual({s["name"] for s in self.good("GET", "/statuses/search?projectId=10002")["values"]},
                         {"Open", "In progress", "Done", "Canceled"})
        self.assertNotIn("IAM: Create Screen", [s["name"] for s in self.good("GET", "/screens")["values"]])

    def test_an_account_may_be_named(self):
        payload, by_name = self.payload()
        me = self.site.call("GET", API + "/myself")[1]["accountId"]
        by_name["Done"]["conditions"] = self.restricted(accountIds=me)
        self.good("POST", "/workflows/update", payload)
        key = self.create()
        self.refused(self.press(key, "31", "agent"), 400, "illegal")
        self.assertEqual(self.press(key, "31", "connector")[0], 204)
        payload, by_name = self.payload()
        by_name["Open"]["conditions"] = self.restricted(accountIds="allow-reporter,allow-assignee")
        self.good("POST", "/workflows/update", payload)
        self.assertEqual(self.press(key, "11", "agent")[0], 400)
        self.assertEqual(self.press(key, "11", "connector")[0], 204)  # who reported it

    def test_administering_the_project_is_enough(self):
        payload, _ = self.payload()
        self.site.control("POST", "accounts", {"connector": {"project_admin": True}})
        self.assertEqual(self.api("POST", "/workflows/update", payload, "connector")[0], 200)
        self.assertEqual([w["scope"]["type"] for w in self.api("GET", "/workflows/search", actor="connector")[1]["values"]], ["PROJECT"])
        self.assertEqual(self.api("POST", "/workflows", {"projectAndIssueTypes": [IAM | {"projectId": "10003"}]}, "connector")[0], 401)

    def test_statuses_of_the_site_and_rules_of_the_company_are_not_for_it(self):
        payload, by_name = self.payload()
        payload["statuses"].append({"id": "10012", "statusReference": "10012", "name": "Verifying access", "statusCategory": "IN_PROGRESS"})
        self.assertEqual(self.codes(payload), ["STATUS_NOT_FOUND"])
        payload, by_name = self.payload()
        by_name["Done"]["conditions"] = {"operation": "ALL", "conditions": [{"ruleKey": "system:block-in-progress-approval"}]}
        self.assertEqual(self.codes(payload), ["RULE_KEY_INVALID"])


class Statuses(WithWorkflow):
    def test_make_read_and_delete(self):
        body = {"scope": {"type": "GLOBAL"}, "statuses": [{"name": "Checking access", "statusCategory": "IN_PROGRESS"}]}
        made = self.good("POST", "/statuses", body)[0]
        self.refused(self.api("POST", "/statuses", body), 400, "already in use")
        self.assertEqual(self.good("GET", f"/statuses?id={made['id']}&id=10100"), [made, *self.good("GET", "/statuses?id=10100")])
        self.assertEqual(self.good("GET", "/statuses/byNames?name=Checking%20access"), [made])
        self.assertEqual(self.api("DELETE", f"/statuses?id={made['id']}")[0], 204)
        self.refused(self.api("DELETE", "/statuses?id=10100"), 400, "in use")
        self.assertEqual(self.good("GET", "/statuses/10100/workflowUsages")["workflows"]["values"], [{"id": self.workflow()["workflows"][0]["id"]}])
        self.refused(self.api("POST", "/statuses", {"scope": {"type": "GLOBAL"}, "statuses": [
            {"name": "x" * 256, "statusCategory": "DONE"}]}), 400, "too long")

    def test_rename(self):
        done = self.good("GET", "/statuses?id=10104")[0]
        change = {"id": "10104", "name": "Finished", "statusCategory": "DONE"}
        self.assertEqual(self.api("PUT", "/statuses", {"statuses": [change]})[0], 204)
        self.assertEqual(self.good("GET", "/statuses?id=10104")[0], done | {"name": "Finished", "description": ""})
        self.refused(self.api("PUT", "/statuses", {"statuses": [change | {"name": "Open"}]}), 400, "already in use")
        self.assertEqual(self.api("PUT", "/statuses", {"statuses": [change]}, "connector")[0], 401)

    def test_who_has_one(self):
        here = "/statuses/10104"
        self.assertEqual(self.good("GET", here + "/projectUsages")["projects"]["values"], [{"id": "10002"}])
        self.assertEqual(self.good("GET", here + "/project/10002/issueTypeUsages")["issueTypes"]["values"], [{"id": "10039"}, {"id": "10040"}])
        self.assertEqual(self.good("GET", here + "/project/10003/issueTypeUsages")["issueTypes"]["values"], [])
        self.assertEqual(self.api("GET", "/statuses/1/projectUsages")[0], 404)

    def test_one_in_a_project_is_for_team_managed_projects(self):
        body = {"scope": {"type": "PROJECT", "project": {"id": "10002"}}, "statuses": [{"name": "Checking", "statusCategory": "DONE"}]}
        self.assertEqual(self.api("POST", "/statuses", body)[0], 400)
        self.site.control("POST", "workflows", {"IAM": "team"})
        self.assertEqual(self.good("POST", "/statuses", body)[0]["scope"], body["scope"])

    def test_what_a_project_can_be_in(self):
        kinds = self.site.call("GET", API + "/project/IAM/statuses")[1]
        self.assertEqual([len(k["statuses"]) for k in kinds], [6, 6])

    def test_a_site_without_anything_of_the_connector(self):
        self.site.control("POST", "workflows", {"OPS": "ordinary", "bare": True})
        self.assertEqual(self.good("GET", "/statuses/byNames?name=Verifying%20access"), [])
        self.assertEqual(self.good("GET", "/field/search?query=Access%20check")["total"], 0)
        self.assertNotIn(10200, [s["id"] for s in self.good("GET", "/screens")["values"]])
        self.assertIsNotNone(self.create())


class DataCenter(unittest.TestCase):
    def test_it_has_none_of_this(self):
        with client.Site("--flavour", "datacenter") as site:
            for method, path in (("POST", "/workflows"), ("GET", "/workflows/search"), ("POST", "/workflows/update"), ("GET", "/statuses"),
                                 ("POST", "/bulk/issues/transition")):
                status = site.call(method, "/rest/api/2" + path, {} if method == "POST" else None, None,
                                   headers={"Authorization": "Bearer admin-token"})[0]
                self.assertEqual(status, 404, path)


if __name__ == "__main__":
    unittest.main()
