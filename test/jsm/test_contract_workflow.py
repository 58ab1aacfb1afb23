#!/usr/bin/env python3
"""The workflow API, what belongs to it, and Atlassian's description of it; skipped where that is not at hand.
usage: test_contract_workflow.py [-v]"""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_contract as contract  # noqa: E402
from cases import WithSite  # noqa: E402

API = "/rest/api/3"
IAM = {"projectId": "10002", "issueTypeId": "10039"}
# What recordings of live sites have though the description does not, and the other way round.
EXCUSED = {
    "scheme": {"workflowScheme", "self", "draft"}, "screens": {"screens", "issueTypeScreenScheme"}, "field": {"untranslatedName", "schema"},
    "users": {"users", "max-results", "start-index", "end-index"}, "queue": {"created", "started", "updated", "submittedBy"},
    "history": {"version", "conditions"}}


@contract.needs_shared
@contract.needs_schema
class Answers(WithSite):
    def check(self, method, path, body=None, status=None, excused=(), actor="admin"):
        return contract.Answers.check(self, method, API + path, body, actor, excused, status)

    def sent(self, method, path, body):
        """A body of ours is one that the description takes."""
        schema = contract.operation(contract.PLATFORM, method, API + path)["requestBody"]["content"]["application/json"]["schema"]
        resolver = contract.jsonschema.RefResolver("", contract.description(contract.PLATFORM))
        found = contract.jsonschema.Draft4Validator(schema, resolver=resolver).iter_errors(body)
        self.assertEqual([e.message[:200] for e in found], [])

    def read(self):
        return self.check("POST", "/workflows?useApprovalConfiguration=true", {"projectAndIssueTypes": [IAM]})

    def test_workflows(self):
        for kind in ("governed", "open", "ordinary", "team"):
            self.site.control("POST", "workflows", {"IAM": kind})
            found = self.read()
            update = {"statuses": found["statuses"], "workflows": found["workflows"]}
            self.sent("POST", "/workflows/update", update)
            self.check("POST", "/workflows/update/validation", {"payload": update})
            self.check("POST", "/workflows/update", update)
            self.check("GET", "/workflows/capabilities?projectId=10002&issueTypeId=10039")
        self.check("POST", "/workflows", {"projectAndIssueTypes": [IAM]}, 401, actor="connector")
        self.check("POST", "/workflows/update", update, 409)
        self.check("GET", "/resolution/search?maxResults=50")
        self.check("GET", "/workflows/search")
        self.check("GET", "/workflows/search?expand=values.transitions&maxResults=1")

    def test_problems(self):
        found = self.read()
        found["workflows"][0]["transitions"][1] |= {"toStatusReference": "9", "validators": [{"ruleKey": "x"}]}
        del found["workflows"][0]["transitions"][2]["id"]
        answer = self.check("POST", "/workflows/update/validation", {"payload": found})
        self.assertGreater(len(answer["errors"]), 3)
        self.check("POST", "/workflows/update", found, 400)

    def test_usages_history_and_schemes(self):
        flow = self.read()["workflows"][0]["id"]
        self.check("POST", "/workflows/update", self.read())
        for path in ("projectUsages", "project/10002/issueTypeUsages", "workflowSchemes"):
            self.check("GET", f"/workflow/{flow}/{path}")
        self.check("POST", "/workflow/history/list", {"workflowId": flow})
        self.check("POST", "/workflow/history", {"workflowId": flow, "version": 0}, excused=EXCUSED["history"])
        self.check("GET", "/workflowscheme/project?projectId=10002", excused=EXCUSED["scheme"])
        self.check("GET", "/workflowscheme/10400", excused=EXCUSED["scheme"])
        self.check("GET", "/workflowscheme/10400/projectUsages")

    def test_statuses(self):
        made = self.check("POST", "/statuses", {"scope": {"type": "GLOBAL"}, "statuses": [{"name": "x", "statusCategory": "DONE"}]})
        for path in ("/statuses?id=5", "/statuses/search", "/statuses/byNames?name=Resolved", "/statuses/5/workflowUsages",
                     "/statuses/5/projectUsages", "/statuses/5/project/10002/issueTypeUsages",
                     "/project/IAM/statuses", "/issuetype/project?projectId=10002"):
            self.check("GET", path)
        change = {"statuses": [{"id": made[0]["id"], "name": "y", "statusCategory": "DONE"}]}
        self.sent("PUT", "/statuses", change)
        self.check("PUT", "/statuses", change)
        self.check("DELETE", f"/statuses?id={made[0]['id']}")
        self.check("DELETE", "/statuses?id=5", status=400)

    def test_fields_and_screens(self):
        made = self.check("POST", "/field", {"name": "x", "type": "com.atlassian.jira.plugin.system.customfieldtypes:select"},
                          excused=EXCUSED["field"])["id"]
        context = self.check("GET", f"/field/{made}/context")["values"][0]["id"]
        self.check("POST", f"/field/{made}/context/{context}/option", {"options": [{"value": "a"}]})
        self.check("GET", f"/field/{made}/context/{context}/option")
        self.check("POST", f"/field/{made}/context", {"name": "y", "projectIds": ["10002"]})
        screen = self.check("POST", "/screens", {"name": "z"}, excused=EXCUSED["screens"])["id"]
        tab = self.check("GET", f"/screens/{screen}/tabs")[0]["id"]
        self.check("POST", f"/screens/{screen}/tabs/{tab}/fields", {"fieldId": made})
        self.check("GET", f"/screens/{screen}/tabs/{tab}/fields")
        self.check("GET", f"/screens/{screen}/availableFields")
        for path in (f"/field/{made}/screens", "/screens", "/screenscheme", "/issuetypescreenscheme/project?projectId=10002",
                     "/issuetypescreenscheme/mapping", "/field/search?expand=isLocked,screensCount,contextsCount"):
            self.check("GET", path, excused=EXCUSED["screens"])
        view = {"screens": {"view": str(screen)}}
        self.sent("PUT", "/screenscheme/10002", view)
        self.check("PUT", "/screenscheme/10002", view)
        self.check("PUT", "/screenscheme/1", view, status=404)
        self.check("GET", "/screenscheme", excused=EXCUSED["screens"])
        self.check("PUT", "/screenscheme/10002", {"screens": {"view": None}})
        self.check("DELETE", f"/screens/{screen}/tabs/{tab}/fields/{made}")
        self.check("DELETE", f"/screens/{screen}")
        self.check("POST", f"/field/{made}/trash")
        self.check("DELETE", f"/field/{made}", status=303)

    def test_groups_and_the_log(self):
        made = self.check("POST", "/group", {"name": "closers"}, excused=EXCUSED["users"])["groupId"]
        who = self.site.control("GET", "accounts")["connector"]["accountId"]
        self.check("POST", f"/group/user?groupId={made}", {"accountId": who}, excused=EXCUSED["users"])
        self.check("GET", "/group/bulk")
        self.check("GET", f"/group/member?groupId={made}")
        self.check("GET", "/auditing/record")
        self.check("GET", "/mypermissions?permissions=ADMINISTER,ADMINISTER_PROJECTS,CLOSE_ISSUES")

    def test_bulk(self):
        key = self.create()
        self.check("GET", f"/bulk/issues/transition?issueIdsOrKeys={key}", actor="agent", excused={"to"})
        body = {"bulkTransitionInputs": [{"selectedIssueIdsOrKeys": [key], "transitionId": "81"}]}
        self.sent("POST", "/bulk/issues/transition", body)
        task = self.check("POST", "/bulk/issues/transition", body, actor="agent")["taskId"]
        for _ in range(2):
            self.check("GET", f"/bulk/queue/{task}", actor="agent", excused=EXCUSED["queue"])
        self.check("GET", f"/task/{task}", actor="agent")
        self.check("POST", "/bulk/issues/transition", {"bulkTransitionInputs": []} | {"x": 1}, 400)
        self.check("GET", f"/issue/{key}/editmeta")

    def test_the_payload_written_for_a_live_site_is_taken(self):
        """Its gate, with our ids: no error is found in it, and it holds."""
        with open(contract.here("samples", "payloads", "workflows_update_validation.json")) as file:
            text = file.read()
        for old, new in (("customfield_10500", "customfield_10081"), ("customfield_10003", "customfield_10100")):
            text = text.replace(old, new)
        body = json.loads(text)
        mine, (theirs,) = self.read()["workflows"][0], body["payload"]["workflows"]
        theirs |= {"id": mine["id"], "version": mine["version"]}
        for status, number in zip(body["payload"]["statuses"], ("10010", "10011", "3", "10012", "5", "10013")):
            status["id"] = number
        self.assertEqual([p for p in self.check("POST", "/workflows/update/validation", body)["errors"] if p["level"] == "ERROR"], [])
        self.check("POST", "/workflows/update", body["payload"])
        key = self.create()
        for number, actor in (("11", "agent"), ("21", "agent")):
            self.assertEqual(self.press(key, number, actor)[0], 204 if number == "11" else 400)  # nobody was asked: pending
        self.site.act(do="force_status", actor="admin", issue=key, status="Awaiting access verification")
        self.assertEqual(self.press(key, "51", "agent")[0], 400)
        self.assertEqual(self.press(key, "51", "connector")[0], 400)  # not confirmed
        self.assertEqual(self.press(key, "41", "connector", customfield_10081="Confirmed")[0], 204)
        self.assertEqual(self.press(key, "51", "connector")[0], 204)


if __name__ == "__main__":
    unittest.main()
