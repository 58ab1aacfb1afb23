#!/usr/bin/env python3
"""What a created ticket may contain: every kind of field by both ways of creating, the forms that tell of them, people.

The shapes are held against Atlassian's descriptions where they are at hand.  usage: test_create.py [-v]
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import DOC, ISSUE, WithSite, fields  # noqa: E402
from test_contract import DESK, PLATFORM, faults_of, needs_schema, needs_shared  # noqa: E402

REQUEST = "/rest/servicedeskapi/request"
META = "/rest/api/3/issue/createmeta/IAM/issuetypes"
FORM = "/rest/servicedeskapi/servicedesk/4/requesttype/30/field"
WORKSPACE = "11f9c2a2-5c32-4ea2-a5c1-2a4dd1d1d001"
# field: (what Jira takes, what it gives back of that)
GOOD = {
    "customfield_10002": ([7, 8], lambda v: [o["name"] for o in v] == ["ACME", "Globex"]),
    "customfield_10120": (DOC, lambda v: v == DOC),
    "customfield_10121": ({"value": "Europe", "child": {"value": "Paris"}}, lambda v: v["child"]["value"] == "Paris"),
    "customfield_10122": ([{"value": "Test"}, {"id": "1012202"}], lambda v: [o["value"] for o in v] == ["Test", "Production"]),
    "customfield_10123": ({"name": "service-desk-team"}, lambda v: v["name"] == "service-desk-team" and v["groupId"]),
    "customfield_10124": ("2026-12-31", lambda v: v == "2026-12-31"),
    "customfield_10125": ("2026-12-31T10:00:00.000+0000", lambda v: v.startswith("2026-12-31T10")),
    "customfield_10126": (4.5, lambda v: v == 4.5),
    "customfield_10127": ([{"id": f"{WORKSPACE}:12"}], lambda v: v[0]["objectId"] == "12"),
    "customfield_10128": ([{"name": "countersign"}], lambda v: v[0]["name"] == "countersign"),
    "components": ([{"name": "HR"}, {"id": "10201"}], lambda v: [c["name"] for c in v] == ["HR", "Finance"]),
    "priority": ({"id": "2"}, lambda v: v["name"] == "High"),
}
BAD = {
    "customfield_10002": (["7"], "Organization id must be a number"), "customfield_10120": ("text", "Atlassian Document"),
    "customfield_10121": ({"value": "Europe", "child": {"value": "Boston"}}, "Option value 'Boston' is not valid"),
    "customfield_10122": ({"value": "Test"}, "data was not an array"), "customfield_10123": ({"name": "x"}, "Could not find group"),
    "customfield_10124": ("31.12.2026", "yyyy-MM-dd"), "customfield_10125": ("2026-12-31T10:00:00Z", "yyyy-MM-dd'T'HH:mm:ss.SSSZ"),
    "customfield_10126": ("4", "must be a number"), "customfield_10127": ([{"id": "12"}], "Assets object could not be found"),
    "customfield_10128": ([{"name": "x"}], "Could not find group"), "components": ([{"name": "IT"}], "Specify a valid 'id' or 'name'"),
}


class Creating(WithSite):
    def ask(self, actor="connector", more=None, **values):
        return self.site.call("POST", REQUEST, {"serviceDeskId": "4", "requestTypeId": "30", "isAdfRequest": True,
                                                "requestFieldValues": {"summary": "Role"} | values} | (more or {}), actor)

    def test_every_kind_both_ways(self):
        given = {f: value for f, (value, _) in GOOD.items()}
        status, made = self.ask(**given)
        self.assertEqual(status, 201, made)
        for key in (self.create(**given), made["issueKey"]):
            shown = self.read(key)["fields"]
            for field, (_, good) in GOOD.items():
                self.assertTrue(good(shown[field]), (field, shown[field]))

    def test_every_kind_is_refused_in_jiras_words(self):
        for field, (value, words) in BAD.items():
            self.refused(self.site.call("POST", ISSUE, {"fields": fields(**{field: value})}), 400, words)
        self.refused(self.ask(customfield_10124="31.12.2026"), 400, "customfield_10124")

    def test_rich_text_by_the_request_api(self):
        self.refused(self.ask(description="plain"), 400, "isAdfRequest")
        self.refused(self.ask(description=DOC, more={"isAdfRequest": False}), 400, "isAdfRequest")
        self.assertEqual(self.ask(description="plain", more={"isAdfRequest": False})[0], 201)

    def test_the_request_api_takes_what_is_on_the_form_and_nothing_else(self):
        self.site.control("POST", "forms", {"30": {"form": ["summary", "customfield_10052"], "required": ["summary", "customfield_10052"]}})
        self.refused(self.ask(labels=["gar-1"], customfield_10052="x"), 400, "labels")
        self.refused(self.ask(), 400, "customfield_10052: Role is required")
        self.refused(self.ask(customfield_10052="x", more={"properties": []}), 400, "could not be created")
        self.assertEqual(self.ask(customfield_10052="x")[0], 201)

    def test_on_whose_behalf(self):
        who = {n: a["accountId"] for n, a in self.site.control("GET", "accounts").items()}
        status, made = self.ask(more={"raiseOnBehalfOf": who["customer"], "requestParticipants": [who["approver"]]})
        self.assertEqual(status, 201, made)
        shown = self.read(made["issueKey"])["fields"]
        self.assertEqual((shown["reporter"]["accountId"], shown["creator"]["accountId"]), (who["customer"], who["connector"]))
        taking_part = self.site.call("GET", f"{REQUEST}/{made['issueKey']}/participant")[1]["values"]
        self.assertEqual([one["accountId"] for one in taking_part], [who["approver"]])
        self.refused(self.ask("customer", {"raiseOnBehalfOf": who["agent"]}), 403, "on behalf of others")
        self.refused(self.ask(more={"raiseOnBehalfOf": "customer@example.com"}), 400, "was not found")
        self.refused(self.ask(more={"requestParticipants": ["nobody"]}), 400, "nobody")

    def test_required_on_the_create_screen(self):
        self.site.control("POST", "screens", {"IAM": {"required": ["summary", "customfield_10124"]}})
        self.refused(self.site.call("POST", ISSUE, {"fields": fields()}), 400, "Start date is required.")
        found = {f["fieldId"]: f for f in self.site.call("GET", f"{META}/10039?maxResults=200")[1]["fields"]}
        self.assertTrue(found["customfield_10124"]["required"] and not found["customfield_10052"]["required"])

    def test_createmeta_comes_in_pages(self):
        first = self.site.call("GET", f"{META}/10039?maxResults=5")[1]
        rest = self.site.call("GET", f"{META}/10039?startAt=5&maxResults=200")[1]
        self.assertEqual((len(first["fields"]), len(rest["fields"])), (5, first["total"] - 5))
        self.refused(self.site.call("GET", f"{META}/10039?maxResults=201"), 400, "must not exceed the limit")
        self.refused(self.site.call("GET", f"{META}/10039", actor="customer"), 404, "No project")
        self.refused(self.site.call("GET", f"{META}/1"), 404, "No issue type")

    def test_people_are_found_by_the_beginning_of_an_address(self):
        def found(query, **more):
            return [u["emailAddress"] for u in self.site.call("GET", f"/rest/api/3/user/search?query={query}", **more)[1]]
        self.assertEqual(found("agent"), ["agent@example.com", "agent2@example.com"])
        self.assertEqual(found("agent@example.com"), ["agent@example.com"])
        self.assertEqual(found("xample.com"), [])
        self.site.control("POST", "accounts", {"agent": {"hides_email": True}})
        self.assertEqual(found("agent@example.com"), [""])  # found by an address that is not shown
        self.refused(self.site.call("GET", "/rest/api/3/user/search"), 400, "must be provided")

    def test_accounts_by_their_ids(self):
        who = self.site.control("GET", "accounts")
        ids = [who[name]["accountId"] for name in ("agent", "automation")]
        bulk = "/rest/api/3/user/bulk?accountId=nobody" + "".join(f"&accountId={one}" for one in ids)
        self.assertEqual([u["accountType"] for u in self.site.call("GET", bulk)[1]["values"]], ["atlassian", "app"])
        self.refused(self.site.call("GET", "/rest/api/3/user/bulk"), 400, "account ID")

    def test_a_desk_by_its_project(self):
        self.assertEqual(self.site.call("GET", "/rest/servicedeskapi/servicedesk/projectKey:OPS")[1]["id"], "5")
        self.assertEqual(self.site.call("GET", "/rest/servicedeskapi/servicedesk/projectKey:XXX")[0], 404)

    def test_organisations_of_a_desk(self):
        path = "/rest/servicedeskapi/servicedesk/projectKey:IAM/organization"
        first = self.site.call("GET", f"{path}?start=0&limit=1")[1]
        rest = self.site.call("GET", f"{path}?start=1")[1]
        self.assertEqual(([o["name"] for o in first["values"] + rest["values"]], first["isLastPage"], rest["isLastPage"]),
                         (["ACME", "Globex"], False, True))
        self.assertEqual(self.site.call("GET", path, actor="customer")[0], 403)
        self.assertEqual(self.site.call("GET", path.replace("IAM", "XXX"))[0], 404)

    def test_a_marker_is_found_in_text(self):
        marker = "gar-0123456789abcdef0123456789abcdef"
        made = self.ask(customfield_10090=marker)[1]["issueKey"]
        doc = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [
            {"type": "text", "text": f"Countersign {marker}"}]}]}
        described = self.ask(description=doc)[1]["issueKey"]
        phrase = f'"\\"{marker}\\""'
        self.assertEqual(self.keys(f"project = IAM AND (labels = {marker} OR cf[10090] ~ {phrase}) ORDER BY created ASC"), [made])
        self.assertEqual(self.keys(f"project = IAM AND (labels = {marker} OR description ~ {phrase})"), [described])


@needs_shared
@needs_schema
class Described(WithSite):
    def check(self, path):
        status, answer = self.site.call("GET", path)
        self.assertEqual(status, 200, answer)
        name = DESK if "servicedeskapi" in path else PLATFORM
        self.assertEqual(faults_of(name, "GET", path.split("?")[0], status, answer), [], path)

    def test_forms_have_the_described_shape(self):
        for path in (META, f"{META}/10039?maxResults=200", FORM, "/rest/servicedeskapi/servicedesk/projectKey:IAM",
                     "/rest/servicedeskapi/servicedesk/projectKey:IAM/organization"):
            self.check(path)

    def test_every_kind_has_the_described_shape(self):
        self.create(**{f: value for f, (value, _) in GOOD.items()})
        self.check(f"{ISSUE}/IAM-1")


if __name__ == "__main__":
    unittest.main()
