#!/usr/bin/env python3
"""What an administrator makes and looks at: fields, screens, groups, the audit log.  usage: test_admin.py [-v]"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import ISSUE, WithSite  # noqa: E402

API = "/rest/api/3"
SELECT = "com.atlassian.jira.plugin.system.customfieldtypes:select"
TEXT = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"
EDIT, CREATE = "10022", "10021"  # the screens of IAM


class WithAdmin(WithSite):
    def api(self, method, path, body=None, actor="admin"):
        return self.site.call(method, API + path, body, actor)

    def good(self, *call, **more):
        status, body = self.api(*call, **more)
        self.assertLess(status, 300, body)
        return body

    def field(self, kind=SELECT, name="Gate state"):
        return self.good("POST", "/field", {"name": name, "type": kind})["id"]

    def tab(self, screen):
        return f"/screens/{screen}/tabs/{self.good('GET', f'/screens/{screen}/tabs')[0]['id']}/fields"


class Fields(WithAdmin):
    def test_a_field_is_on_no_screen_and_so_not_in_the_list(self):
        made = self.field()
        self.assertNotIn(made, [f["id"] for f in self.good("GET", "/field")])
        self.assertEqual(self.good("GET", "/field/search?query=gate&expand=screensCount,isLocked")["values"][0],
                         {"id": made, "key": made, "name": "Gate state", "description": "", "isLocked": False, "screensCount": 0,
                          "schema": {"type": "option", "custom": SELECT, "customId": int(made[12:])}})
        self.good("POST", self.tab(EDIT), {"fieldId": made})
        self.assertIn(made, [f["id"] for f in self.good("GET", "/field")])
        self.assertEqual(self.good("GET", f"/field/{made}/screens")["values"][0]["id"], int(EDIT))

    def test_options_of_the_context_that_comes_with_it(self):
        made = self.field()
        context = self.good("GET", f"/field/{made}/context")["values"]
        self.assertEqual([(c["isGlobalContext"], c["isAnyIssueType"]) for c in context], [(True, True)])
        here = f"/field/{made}/context/{context[0]['id']}/option"
        options = self.good("POST", here, {"options": [{"value": "Confirmed"}, {"value": "Open"}]})["options"]
        self.refused(self.api("POST", here, {"options": [{"value": "Open"}]}), 400, "exists already")
        self.assertEqual(self.good("GET", here)["values"], options)
        key = self.create()
        edit = {"fields": {made: {"value": "Confirmed"}}}
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}", edit)[0], 400)  # on no screen
        self.good("POST", self.tab(EDIT), {"fieldId": made})
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}", edit)[0], 204)
        self.assertEqual(self.read(key)["fields"][made]["id"], options[0]["id"])
        self.refused(self.api("GET", f"/field/{self.field(TEXT, 'Words')}/context/1/option"), 404, "context")

    def test_a_second_global_context_is_one_too_many(self):
        made = self.field()
        self.assertEqual(self.api("POST", f"/field/{made}/context", {"name": "All"})[0], 400)
        self.assertEqual(self.api("POST", f"/field/{made}/context", {"name": "IAM", "projectIds": ["10002"]})[0], 201)
        self.assertEqual(self.api("POST", f"/field/{made}/context", {"name": "IAM", "projectIds": ["1"]})[0], 404)

    def test_what_is_there_when_nobody_fills_it_in(self):
        made = self.field("com.atlassian.jira.plugin.system.customfieldtypes:multiuserpicker", "Checkers")
        context = self.good("GET", f"/field/{made}/context")["values"][0]["id"]
        who = self.site.control("GET", "accounts")["connector"]["accountId"]
        here, value = f"/field/{made}/context/defaultValue", {"type": "multi.user.select", "contextId": context, "accountIds": [who]}
        for wrong in (value | {"type": "option.single"}, value | {"accountIds": ["nobody"]}, value | {"accountIds": who}):
            self.assertEqual(self.api("PUT", here, {"defaultValues": [wrong]})[0], 400, wrong)
        self.assertEqual(self.api("PUT", here, {"defaultValues": [value]})[0], 204)
        self.assertEqual(self.good("GET", here)["values"], [value])
        self.assertEqual(self.read(self.create())["fields"][made][0]["accountId"], who)

    def test_trash_and_delete(self):
        made = self.field()
        self.good("POST", self.tab(EDIT), {"fieldId": made})
        self.good("POST", f"/field/{made}/trash")
        self.assertEqual(self.good("GET", "/field/search?query=gate")["total"], 0)
        self.assertEqual(self.good("GET", "/field/search/trashed")["values"][0]["id"], made)
        self.assertNotIn(made, [f["id"] for f in self.good("GET", self.tab(EDIT))])
        self.good("POST", f"/field/{made}/restore")
        self.assertIn(made, [f["id"] for f in self.good("GET", self.tab(EDIT))])
        status, headers, _ = self.site.full("DELETE", f"{API}/field/{made}", actor="admin")
        self.assertEqual(status, 303)
        task = headers["Location"].rpartition("/")[2]
        self.assertEqual(self.good("GET", f"/task/{task}")["status"], "RUNNING")
        self.assertEqual(self.api("GET", f"/task/{task}", actor="connector")[0], 403)
        self.assertEqual(self.api("POST", f"/field/{made}/restore")[0], 404)
        self.assertEqual(self.api("DELETE", "/field/customfield_10010")[0], 400)  # the service desk's own
        self.assertEqual(self.api("DELETE", "/field/summary")[0], 404)

    def test_refusals(self):
        for body in ({"name": "x", "type": "select"}, {"type": SELECT}, {"name": "x" * 256, "type": SELECT},
                     {"name": "x", "type": SELECT, "searcherKey": TEXT}, {"name": "x", "type": SELECT, "options": []}):
            self.assertEqual(self.api("POST", "/field", body)[0], 400, body)
        self.assertEqual(self.api("POST", "/field", {"name": "x", "type": SELECT}, "connector")[0], 400)
        self.refused(self.api("GET", "/field/search", actor="connector"), 403, "Only Jira administrators")


class Screens(WithAdmin):
    def test_from_a_project_to_the_fields_of_its_screens(self):
        scheme = self.good("GET", "/issuetypescreenscheme/project?projectId=10002")["values"][0]["issueTypeScreenScheme"]["id"]
        mapping = self.good("GET", f"/issuetypescreenscheme/mapping?issueTypeScreenSchemeId={scheme}")["values"][0]
        screens = self.good("GET", f"/screenscheme?id={mapping['screenSchemeId']}")["values"][0]["screens"]
        self.assertEqual(screens, {"default": int(EDIT), "create": int(CREATE), "edit": int(EDIT)})
        names = {f["id"] for f in self.good("GET", self.tab(EDIT))} - {f["id"] for f in self.good("GET", self.tab(CREATE))}
        self.assertEqual(names, {"customfield_10080", "customfield_10081"})

    def test_the_resolution_on_it_can_be_edited(self):
        key = self.create()
        edit = {"fields": {"resolution": {"name": "Done"}}}
        self.refused(self.site.call("PUT", f"{ISSUE}/{key}", edit, "agent"), 400, "not on the appropriate screen")
        here = self.tab(EDIT)
        self.assertEqual(self.good("POST", here, {"fieldId": "resolution"}), {"id": "resolution", "name": "Resolution"})
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}", edit, "agent")[0], 204)
        self.refused(self.api("POST", here, {"fieldId": "resolution"}), 400, "already exists")
        self.assertEqual(self.api("POST", here, {"fieldId": "customfield_1"})[0], 404)
        self.assertEqual(self.api("DELETE", here + "/resolution")[0], 204)
        self.assertEqual(self.api("DELETE", here + "/resolution")[0], 404)
        self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}", edit, "agent")[0], 400)

    def test_one_of_its_own(self):
        made = str(self.good("POST", "/screens", {"name": "Checked"})["id"])
        self.refused(self.api("POST", "/screens", {"name": "Checked"}), 400, "used by another screen")
        self.good("POST", self.tab(made), {"fieldId": "summary"})
        self.assertNotIn("summary", [f["id"] for f in self.good("GET", f"/screens/{made}/availableFields")])
        second = self.good("POST", f"/screens/{made}/tabs", {"name": "More"})
        self.refused(self.api("POST", f"/screens/{made}/tabs/{second['id']}/fields", {"fieldId": "summary"}), 400, "already exists")
        self.assertEqual(self.api("DELETE", f"/screens/{made}")[0], 204)
        self.refused(self.api("DELETE", f"/screens/{EDIT}"), 400, "used in a screen scheme")
        self.refused(self.api("DELETE", "/screens/10200"), 400, "used in a workflow")
        self.assertEqual(self.api("GET", f"/screens/{made}/tabs")[0], 404)

    def test_a_screen_for_viewing_only(self):
        made, screen = self.field(TEXT, "Words"), str(self.good("POST", "/screens", {"name": "Looked at"})["id"])
        self.good("POST", self.tab(screen), {"fieldId": made})
        self.refused(self.api("PUT", "/screenscheme/10002", {"screens": {"view": "99"}}), 404, "The screen was not found")
        self.refused(self.api("PUT", "/screenscheme/10002", {"screens": {"view": 5}}), 400, "Invalid request payload")
        self.refused(self.api("PUT", "/screenscheme/10002", {"screens": {"view": screen}}, "connector"), 403, "Only Jira administrators")
        self.assertEqual(self.api("PUT", "/screenscheme/10002", {"screens": {"view": screen}})[0], 204)
        self.assertEqual(self.good("GET", "/screenscheme?id=10002")["values"][0]["screens"]["view"], int(screen))
        self.assertIn(made, self.site.control("GET", "screens")["IAM"]["view"])
        key = self.create()
        self.refused(self.site.call("PUT", f"{ISSUE}/{key}", {"fields": {made: "a"}}, "agent"), 400, "not on the appropriate screen")
        self.refused(self.api("DELETE", f"/screens/{screen}"), 400, "used in a screen scheme")
        self.assertEqual(self.api("PUT", "/screenscheme/10002", {"screens": {"view": None}})[0], 204)
        self.assertEqual(self.api("DELETE", f"/screens/{screen}")[0], 204)
        self.assertNotIn("view", self.good("GET", "/screenscheme?id=10002")["values"][0]["screens"])

    def test_whoever_administers_the_project_may_look(self):
        self.refused(self.api("GET", f"/screens/{EDIT}/tabs", actor="connector"), 403, "Only Jira administrators")
        self.site.control("POST", "accounts", {"connector": {"project_admin": True}})
        self.assertEqual(self.api("GET", f"/screens/{EDIT}/tabs?projectKey=IAM", actor="connector")[0], 200)
        self.assertEqual(self.api("GET", f"/screens/{EDIT}/tabs?projectKey=OPS", actor="connector")[0], 403)
        self.assertEqual(self.api("GET", "/screens", actor="connector")[0], 403)


class Groups(WithAdmin):
    def test_made_joined_left_and_deleted(self):
        made = self.good("POST", "/group", {"name": "closers"})["groupId"]
        who = self.site.control("GET", "accounts")["connector"]["accountId"]
        self.assertEqual(self.good("GET", f"/group/member?groupId={made}")["total"], 0)
        self.assertEqual(self.api("POST", f"/group/user?groupId={made}", {"accountId": who})[0], 201)
        self.refused(self.api("POST", f"/group/user?groupId={made}", {"accountId": who}), 400, "already a member")
        self.assertEqual([m["accountId"] for m in self.good("GET", "/group/member?groupname=closers")["values"]], [who])
        self.assertEqual(self.good("GET", "/group/bulk?groupName=closers&groupName=none")["values"], [{"name": "closers", "groupId": made}])
        self.assertEqual(self.api("DELETE", f"/group/user?groupId={made}&accountId={who}")[0], 200)
        self.assertEqual(self.api("DELETE", f"/group?groupId={made}")[0], 200)
        self.assertEqual(self.api("GET", f"/group/member?groupId={made}")[0], 404)
        log = self.good("GET", "/auditing/record?filter=closers")
        self.assertEqual([r["summary"] for r in log["records"]], [
            "Group deleted", "User removed from group", "User added to group", "Group created"])
        self.assertEqual(log["records"][2]["associatedItems"][0]["id"], who)

    def test_who_left_is_no_member_unless_asked_for(self):
        self.site.control("POST", "accounts", {"agent2": {"active": False}})
        here = "/group/member?groupname=service-desk-team"
        self.assertEqual((self.good("GET", here)["total"], self.good("GET", here + "&includeInactiveUsers=true")["total"]), (1, 2))

    def test_a_group_that_is_gone_lets_nobody_through(self):
        key = self.create()
        self.press(key, "21", "agent")
        self.good("DELETE", "/group?groupname=countersign")
        self.assertEqual(self.press(key, "51", "connector", resolution={"name": "Done"})[0], 400)

    def test_refusals(self):
        for method, path, body in (("POST", "/group", {"name": "x"}), ("DELETE", "/group?groupname=countersign", None),
                                   ("POST", "/group/user?groupname=countersign", {"accountId": "x"}), ("GET", "/auditing/record", None)):
            self.assertEqual(self.api(method, path, body, "connector")[0], 403, path)
        self.assertEqual(self.api("POST", "/group", {"name": "countersign"})[0], 400)
        self.assertEqual(self.api("GET", "/group/member")[0], 400)
        self.assertEqual(self.api("GET", "/group/member?groupname=a&groupId=b")[0], 400)
        self.assertEqual(self.api("GET", "/group/member?groupname=countersign", actor="customer")[0], 403)
        self.assertEqual(self.api("POST", "/group/user?groupname=countersign", {"accountId": "nobody"})[0], 404)

    def test_the_log_between_two_moments(self):
        self.site.control("POST", "plant", {"what": "member"})
        when = self.good("GET", "/auditing/record?limit=1")["records"][0]["created"]
        self.assertEqual(self.good("GET", f"/auditing/record?from={when.replace('+', '%2B')}&filter=added%20countersign")["total"], 1)
        self.assertEqual(self.good("GET", "/auditing/record?to=2020-01-01")["total"], 0)
        self.assertEqual(self.good("GET", "/auditing/record?filter=added%20closers")["total"], 0)  # every word must match
        self.assertEqual(self.api("GET", "/auditing/record?from=yesterday")[0], 400)


class Automation(WithAdmin):
    """What its own interface tells of rules, at the site's address by cloud id."""

    def test_pages_and_one_rule(self):
        cloud = self.site.call("GET", "/_edge/tenant_info", actor=None)[1]["cloudId"]
        rules = f"/gateway/api/automation/public/jira/{cloud}/rest/v1/rule/"
        go = ["jira.issue.transition", {"destinationStatus": {"type": "NAME", "value": "Resolved"}}]
        ids = self.site.control("POST", "automation", [{"name": f"rule {n}", "scope": "IAM", "actor": None, "actions": [[go], go]}
                                                       for n in range(3)])
        status, first = self.site.call("GET", rules + "summary?limit=2", actor="admin")
        self.assertEqual((status, [r["uuid"] for r in first["data"]]), (200, ids[:2]))
        self.assertTrue(first["data"][0]["ruleScopeARIs"][0].endswith(":project/10002"))
        last = self.site.call("GET", rules + "summary" + first["links"]["next"], actor="admin")[1]
        self.assertEqual(([r["uuid"] for r in last["data"]], last["links"]["next"]), (ids[2:], None))
        rule = self.site.call("GET", rules + ids[0], actor="admin")[1]["rule"]
        self.assertEqual(rule["components"][0]["children"][0]["children"][0], rule["components"][1])
        self.assertEqual((rule["components"][1]["type"], rule["actor"]), (go[0], {"type": "EVENT_INITIATOR"}))
        for path, actor, said in ((rules + "summary", "agent", 403), (rules + "0-0", "admin", 404), (rules + "summary", None, 401),
                                  (rules.replace(cloud, "other") + "summary", "admin", 404)):
            self.assertEqual(self.site.call("GET", path, actor=actor)[0], said, path)


if __name__ == "__main__":
    unittest.main()
