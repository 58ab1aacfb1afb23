#!/usr/bin/env python3
"""The stand-in's answers have the shapes of Atlassian's API descriptions and of recorded payloads.

Neither may be copied into this repository, so they are read from ../shared/jsm-api beside it (COUNTERSIGN_SHARED names
another place) and the tests are skipped where they are not.  usage: test_contract.py [-v]
"""
import functools
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import client  # noqa: E402
from cases import DOC, ISSUE, WithSite, fields  # noqa: E402

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.path.join(os.environ.get("COUNTERSIGN_SHARED") or os.path.join(ROOT, "..", "shared"), "jsm-api")
PLATFORM, DESK = "jira-platform-v3.json", "jsm-cloud.v3.json"

# Where the description and what Jira sends differ, the stand-in sends what Jira sends:
EXCUSED = {
    # its own example violates it; captures agree with the example
    "serverInfo": {"defaultLocale"},
    # an addition of the service desk to platform comments; in the captures
    "comment": {"jsdPublic"},
    # null where a text field changed, in the example and in the captures
    "changelog": {"from", "to"},
    # milliseconds in the example, a date in the schema
    "bulkfetch": {"created", "from", "to"},
    # the other way round: a date in the example, milliseconds in the schema
    "webhook": {"expirationDate"},
}


def here(*parts):
    return os.path.join(SHARED, *parts)


needs_shared = unittest.skipUnless(os.path.isdir(here("spec")), "Atlassian's API descriptions are not at hand")
needs_schema = unittest.skipUnless(jsonschema, "python3-jsonschema is not installed")


@functools.lru_cache
def description(name):
    """An OpenAPI file with `nullable` said the way JSON Schema says it."""
    with open(here("spec", name)) as file:
        text = json.load(file)

    def plain(node):
        if isinstance(node, list):
            return [plain(one) for one in node]
        if not isinstance(node, dict):
            return node
        node = {k: plain(v) for k, v in node.items() if k not in ("example", "examples")}
        if node.get("nullable") is True and isinstance(node.get("type"), str):
            node["type"] = [node["type"], "null"]
        return node
    return plain(text)


def operation(name, method, path):
    for template, methods in description(name)["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if method.lower() in methods and re.fullmatch(pattern, path) and ("{" in template) == (path not in
                                                                          description(name)["paths"]):
            return methods[method.lower()]
    raise AssertionError(f"no {method} {path} in {name}")


def faults_of(name, method, path, status, answer):
    """What the description has against an answer: [(where, what)]."""
    known = operation(name, method, path)["responses"]
    if str(status) not in known:
        return [(path, f"status {status} is not described, only {', '.join(known)}")]
    content = known[str(status)].get("content")
    schema = next(iter(content.values())).get("schema") if content else None
    if not schema:
        return []
    whole = description(name)
    resolver = jsonschema.RefResolver("", whole)
    found = jsonschema.Draft4Validator(schema, resolver=resolver).iter_errors(answer)
    return [("/".join(map(str, e.absolute_path)), e.message[:300]) for e in found]


@needs_shared
@needs_schema
class Answers(WithSite):
    """Every endpoint that answers with something, on a site where something happened."""

    def setUp(self):
        super().setUp()
        who = self.site.control("GET", "accounts")
        self.approver = who["approver"]["accountId"]
        self.key = self.create(labels=["gar-1"], description=DOC, customfield_10050={"value": "SAP FIN"},
                               customfield_10062={"accountId": self.approver}, customfield_10070={"value": "Yes"},
                               customfield_10100=[{"accountId": self.approver}], customfield_10090="r-1")
        self.site.act(do="approve", actor="approver", issue=self.key)
        self.site.act(do="transition", issue=self.key, name="Resolve")
        self.site.call("PUT", f"{ISSUE}/{self.key}/properties/gar.bind", {"request": "r-1"})
        _, self.comment = self.site.call("POST", f"{ISSUE}/{self.key}/comment", {
            "body": DOC, "properties": [{"key": "sd.public.comment", "value": {"internal": True}}]})

    def check(self, method, path, body=None, actor="connector", excused=(), status=None):
        got, answer = self.site.call(method, path, body, actor)
        if status:
            self.assertEqual(got, status, answer)
        else:
            self.assertLess(got, 300, answer)
        name = DESK if "servicedeskapi" in path else PLATFORM
        faults = [f for f in faults_of(name, method, path.split("?")[0], got, answer)
                  if not any(f[0].split("/")[-1] == word or f"'{word}' was unexpected" in f[1] for word in excused)]
        self.assertEqual(faults, [], f"{method} {path}")
        return answer

    def test_site(self):
        self.check("GET", "/rest/api/3/myself?expand=groups")
        self.check("GET", "/rest/api/3/serverInfo", excused=EXCUSED["serverInfo"])
        self.check("GET", "/rest/api/3/field")
        self.check("GET", "/rest/api/3/mypermissions?permissions=EDIT_ISSUES")
        self.check("GET", "/rest/api/3/status")
        self.check("GET", "/rest/api/3/resolution")
        self.check("GET", "/rest/api/3/project/IAM")
        self.check("GET", "/rest/api/3/project/search?maxResults=100&id=10002&id=10003")
        self.check("GET", f"/rest/api/3/user?accountId={self.approver}")
        self.check("GET", "/rest/api/3/user/search?query=a")
        self.check("GET", f"/rest/api/3/user/bulk?maxResults=100&accountId={self.approver}")
        self.check("GET", "/rest/api/3/group/member?groupId=703ff44a-7dc8-4f4b-9aa6-a65bf3574fa4")

    def test_issue(self):
        self.check("POST", ISSUE, {"fields": fields()})
        self.check("GET", f"{ISSUE}/{self.key}?expand=changelog,names&properties=gar.bind",
                   excused=EXCUSED["changelog"])
        self.check("PUT", f"{ISSUE}/{self.key}", {"fields": {"summary": "Other"}})
        self.check("PUT", f"{ISSUE}/{self.key}/assignee", {"accountId": None})
        self.check("GET", f"{ISSUE}/{self.key}/changelog", excused=EXCUSED["changelog"])
        self.check("POST", f"{ISSUE}/bulkfetch", {"issueIdsOrKeys": [self.key]}, excused={"issueErrors"})
        self.check("POST", "/rest/api/3/changelog/bulkfetch", {"issueIdsOrKeys": [self.key]},
                   excused=EXCUSED["bulkfetch"])
        self.check("DELETE", f"{ISSUE}/{self.key}", actor="admin")

    def test_transitions(self):
        self.check("GET", f"{ISSUE}/{self.key}/transitions?expand=transitions.fields")
        self.check("GET", f"{ISSUE}/{self.key}/transitions?includeUnavailableTransitions=true", actor="agent")
        self.check("POST", f"{ISSUE}/{self.key}/transitions",
                   {"transition": {"id": "51"}, "fields": {"resolution": {"name": "Done"}}})

    def test_comments(self):
        base = f"{ISSUE}/{self.key}/comment"
        excused = EXCUSED["comment"]
        self.check("GET", base + "?expand=properties", excused=excused)
        self.check("POST", base, {"body": DOC}, excused=excused)
        self.check("GET", f"{base}/{self.comment['id']}", excused=excused)
        self.check("PUT", f"{base}/{self.comment['id']}", {"body": DOC}, excused=excused)
        self.check("DELETE", f"{base}/{self.comment['id']}")

    def test_properties_and_links(self):
        base = f"{ISSUE}/{self.key}"
        self.check("GET", f"{base}/properties")
        self.check("GET", f"{base}/properties/gar.bind")
        self.check("PUT", f"{base}/properties/gar.bind", {"request": "r-2"})
        self.check("DELETE", f"{base}/properties/gar.bind")
        icon = {"url16x16": "https://example.com/open.svg", "title": "Not proven yet"}
        link = {"globalId": "g=1", "object": {"url": "https://example.com", "title": "x", "icon": icon, "status": {"icon": icon}},
                "relationship": "by"}
        self.check("POST", f"{base}/remotelink", link)
        self.assertEqual(len(self.site.call("GET", f"{base}/remotelink")[1]), 1)  # a list; described as one link
        self.check("GET", f"{base}/remotelink?globalId=g%3D1")
        self.check("DELETE", f"{base}/remotelink?globalId=g%3D1")

    def test_relations(self):
        other = self.create()
        self.check("GET", "/rest/api/3/issueLinkType")
        self.check("POST", "/rest/api/3/issueLink", {"type": {"name": "Relates"}, "inwardIssue": {"key": other},
                                                     "outwardIssue": {"key": self.key}})
        self.check("GET", f"{ISSUE}/{self.key}?fields=issuelinks")

    def test_search(self):
        path = "/rest/api/3/search/jql"
        for more in ({}, {"fields": ["*all"], "properties": ["gar.bind"], "expand": "changelog"}, {"fields": ["key"]}):
            self.check("POST", path, {"jql": "project = IAM", "maxResults": 1} | more, excused=EXCUSED["changelog"])
        self.check("GET", path + "?jql=project%20=%20IAM")
        self.check("POST", "/rest/api/3/search/approximate-count", {"jql": "project = IAM"})

    def test_webhooks(self):
        path = "/rest/api/3/webhook"
        self.check("POST", path, {"url": "https://example.com/hook", "webhooks": [
            {"events": ["jira:issue_updated", "issue_property_set", "issue_property_deleted"], "jqlFilter": "project = IAM",
             "issuePropertyKeysFilter": ["gar.bind", "countersign.state"]},
            {"events": ["jira:issue_updated"], "jqlFilter": "((("}]}, "automation")
        self.check("GET", path, actor="automation", excused=EXCUSED["webhook"])
        self.check("PUT", path + "/refresh", {"webhookIds": [1000]}, "automation",
                   excused=EXCUSED["webhook"])
        self.check("GET", path + "/failed", actor="automation")
        self.check("DELETE", path, {"webhookIds": [1000]}, "automation")

    def test_desk(self):
        base = "/rest/servicedeskapi"
        made = self.check("POST", base + "/request", {
            "serviceDeskId": "4", "requestTypeId": "30", "raiseOnBehalfOf": self.approver,
            "requestFieldValues": {"summary": "Please", "description": "text",
                                   "customfield_10050": {"value": "SAP FIN"}}})
        self.check("GET", f"{base}/request/{made['issueKey']}?expand=sla")
        self.check("GET", f"{base}/request/{self.key}/status")
        self.check("GET", f"{base}/request/{self.key}/approval?limit=1&start=1")
        approvals = self.check("GET", f"{base}/request/{self.key}/approval")
        self.check("GET", f"{base}/request/{self.key}/approval/{approvals['values'][0]['id']}")
        self.check("GET", f"{base}/request/{self.key}/sla")
        self.check("GET", f"{base}/request/{self.key}/sla/1")
        self.check("GET", f"{base}/request/{self.key}/comment")
        self.check("POST", f"{base}/request/{self.key}/comment", {"body": "x", "public": False})
        self.check("GET", f"{base}/request/{self.key}/transition")
        self.check("GET", f"{base}/request/{self.key}/participant")
        self.check("POST", f"{base}/request/{made['issueKey']}/participant", {"accountIds": [self.approver]})
        self.check("POST", f"{base}/request/{made['issueKey']}/transition", {"id": "81"})
        self.check("GET", f"{base}/servicedesk")
        self.check("GET", f"{base}/servicedesk/4")
        self.check("GET", f"{base}/servicedesk/4/requesttype")
        self.check("GET", f"{base}/servicedesk/4/requesttype/30")
        self.check("GET", f"{base}/servicedesk/4/requesttype/30/field")

    def test_answering_an_approval(self):
        key = self.create(customfield_10100=[{"accountId": self.approver}])
        path = f"/rest/servicedeskapi/request/{key}/approval"
        number = self.site.call("GET", path)[1]["values"][0]["id"]
        self.check("POST", f"{path}/{number}", {"decision": "approve"}, "approver")
        self.check("POST", f"{path}/{number}", {"decision": "approve"}, "approver", status=409)

    def test_refusals(self):
        self.check("POST", ISSUE, {"fields": {}}, status=400)
        self.check("GET", f"{ISSUE}/IAM-999", status=404)
        self.check("POST", "/rest/servicedeskapi/request", {"serviceDeskId": "4"}, status=400)
        self.check("GET", "/rest/servicedeskapi/request/IAM-999", status=404)


def shape(value, path=""):
    """{path: type}; lists are told by their first element, ids and keys by their kind only."""
    if isinstance(value, dict):
        found = {path: "object"}
        for key, inner in value.items():
            found |= shape(inner, f"{path}.{key}")
        return found
    if isinstance(value, list):
        return {path: "array"} | (shape(value[0], f"{path}[]") if value else {})
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
    return {path: kinds[type(value)]}


@needs_shared
class Recordings(WithSite):
    """Members that are on both sides have the same types; those that matter are on ours."""

    def compare(self, ours, theirs, needed, ignore=()):
        mine, real = shape(ours), shape(theirs)
        self.assertEqual([n for n in needed if n not in mine], [])
        different = {p: (mine[p], real[p]) for p in mine.keys() & real.keys()
                     if mine[p] != real[p] and "null" not in (mine[p], real[p]) and "customfield" not in p
                     and not any(p.startswith(i) for i in ignore)}
        self.assertEqual(different, {})

    def load(self, *parts):
        with open(here("samples", *parts)) as file:
            return json.load(file)

    def webhooks(self):
        """What a created, resolved and commented ticket sends, by event."""
        with client.Receiver() as receiver:
            status, hook = self.site.call("POST", "/rest/webhooks/1.0/webhook", {
                "name": "x", "url": receiver.url, "secret": "s", "events": [
                    "jira:issue_created", "jira:issue_updated", "comment_created", "comment_updated"]}, "admin")
            self.assertEqual(status, 201, hook)
            key = self.create("agent", description=DOC, labels=["x"])
            self.site.act(do="transition", issue=key, name="Cancel")
            made = self.site.act(do="comment", issue=key, text="Hello")["body"]["id"]
            self.site.call("PUT", f"{ISSUE}/{key}/comment/{made}", {"body": DOC}, "agent")
            return {m["webhookEvent"]: m for m in (json.loads(body) for _, body in receiver.wait(4))}

    def test_webhooks(self):
        told = self.webhooks()
        folder = "webhooks-cloud"
        changed = (".timestamp", ".user.accountId", ".issue.id", ".issue.key",
                   ".issue.fields.status.statusCategory.key", ".changelog.id", ".changelog.items[].fieldId",
                   ".changelog.items[].toString")
        for name in os.listdir(here("samples", folder)):
            real = self.load(folder, name)
            event = real.get("webhookEvent")
            if event in ("comment_created", "comment_updated"):
                self.compare(told[event], real, (".timestamp", ".comment.id", ".comment.self", ".comment.jsdPublic",
                                                 ".issue.fields.status.statusCategory.key"))
            elif event == "jira:issue_created":
                self.compare(told[event], real, changed)
            elif event == "jira:issue_updated" and "changelog" in real:
                self.compare(told[event], real, changed)

    def test_closed_by_an_agent(self):
        real = self.load("jsm", "ASSEMBLED_webhook_issue_updated_closed_by_agent.json")
        real = real.get("body", real)
        if "webhookEvent" in real:
            self.compare(self.webhooks()["jira:issue_updated"], real, (".changelog.items[].fieldId",))

    def test_request_and_request_type_field(self):
        _, made = self.site.call("POST", "/rest/servicedeskapi/request", {
            "serviceDeskId": "4", "requestTypeId": "30", "requestFieldValues": {"summary": "x", "description": "y"}})
        self.compare(made, self.load("jsm", "mobileflows_POST_request_201_via_api_gateway.json"),
                     (".issueId", ".issueKey", ".currentStatus.statusDate.epochMillis", "._links.self"))
        ours = self.read(made["issueKey"])["fields"]
        self.compare(ours["customfield_10010"],
                     self.load("jsm", "goatlassian_field_customer_request_type.json")["fields"]["customfield_10010"],
                     (".requestType.id", ".requestType.serviceDeskId", ".currentStatus.statusCategory"))
        self.compare(ours["customfield_10110"],
                     self.load("jsm", "dc_field_sla_ongoing.json")["fields"]["customfield_10426"],
                     (".ongoingCycle.startTime.epochMillis", ".ongoingCycle.remainingTime.millis"))

    def test_refusals(self):
        """Status and shape of the collected errors, where the stand-in can be brought to say them."""
        by_status = {}
        for one in self.load("errors", "errors.json"):
            by_status.setdefault(one["status"], []).append(one["body"])
        self.assertIn(self.site.call("GET", "/rest/api/3/myself", actor="nobody")[1], by_status[401])
        self.assertIn(self.site.call("GET", "/rest/servicedeskapi/servicedesk", actor="unlicensed")[1], by_status[403])
        self.assertIn(self.site.call("GET", f"{ISSUE}/IAM-9")[1], by_status[404])
        self.assertIn(self.site.call("GET", "/rest/servicedeskapi/request/IAM-9")[1], by_status[404])
        self.assertIn(self.site.call("GET", "/rest/api/3/search")[1], by_status[410])
        self.assertIn(self.search("project = INVALID")[1], by_status[400])
        self.assertIn(self.press(self.create(), "x", "agent")[1], by_status[400])

    def test_payloads_written_for_it_are_taken(self):
        """Bodies made for a live site, with its ids put in."""
        def body(name, *swaps):
            text = json.dumps(self.load("payloads", name))
            for old, new in swaps:
                text = text.replace(old, new)
            return json.loads(text)
        made = body("issue_create_with_external_id.json", ("customfield_10501", "customfield_10090"))
        self.assertEqual(self.site.call("POST", ISSUE, made)[0], 201)
        self.assertEqual(self.site.call("POST", f"{ISSUE}/IAM-1/remotelink", body("remotelink.json"))[0], 201)
        self.site.act(do="transition", issue="IAM-1", name="Resolve")
        loop = body("transition_record_reconciliation.json", ('"customfield_10500": "Confirmed"',
                                                              '"customfield_10080": {"value": "Verified"}'))
        self.assertEqual(self.site.call("POST", f"{ISSUE}/IAM-1/transitions", loop)[0], 204)
        self.assertEqual(self.site.call("POST", f"{ISSUE}/IAM-1/transitions",
                                        body("transition_close_verified.json"))[0], 204)
        for name in ("search_dedupe.json", "search_jql_poll.json"):
            self.assertEqual(self.site.call("POST", "/rest/api/3/search/jql", body(name, ("ITS", "IAM")))[0], 200)
        self.assertEqual(self.site.call("POST", "/rest/webhooks/1.0/webhook", body(
            "webhook_register_admin_rest_webhooks_1.0.json", ("ITS", "IAM")), "admin")[0], 201)


if __name__ == "__main__":
    unittest.main()
