#!/usr/bin/env python3
"""The stand-in as a Data Center: what differs from Cloud, each as strict as there.  usage: test_datacenter.py [-v]"""
import base64
import time
import hashlib
import hmac
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import client  # noqa: E402
from cases import DOC, WithSite, fields  # noqa: E402
from test_contract import DESK, faults_of, jsonschema, needs_schema, needs_shared  # noqa: E402

ISSUE = "/rest/api/2/issue"
SPEC = "jira-dc-10.3.v3.json"


class DataCenter(WithSite):
    arguments = ("--flavour", "datacenter")

    def dc(self, method, path, body=None, actor="connector", **headers):
        """(status, answer) with a personal access token."""
        status, got, answer = self.site.full(method, path, body, actor=None,
                                             headers={"Authorization": f"Bearer {actor}-token"} | headers)
        self.headers = got
        return status, answer

    def make(self, **more):
        status, body = self.dc("POST", ISSUE, {"fields": fields(**more)})
        self.assertEqual(status, 201, body)
        self.assertIn("/rest/api/2/issue/", body["self"])
        return body["key"]

    def get(self, key, query="?expand=changelog"):
        status, body = self.dc("GET", f"{ISSUE}/{key}{query}")
        self.assertEqual(status, 200, body)
        return body

    def find(self, **body):
        return self.dc("POST", "/rest/api/2/search", body)


class Differences(DataCenter):
    def test_paths_of_cloud_are_not_there(self):
        key = self.make()
        for method, path in (("GET", "/rest/api/3/myself"), ("GET", f"/rest/api/3/issue/{key}"),
                             ("POST", "/rest/api/2/search/jql"), ("POST", "/rest/api/2/issue/bulkfetch"),
                             ("POST", "/rest/api/2/changelog/bulkfetch"), ("GET", f"{ISSUE}/{key}/changelog"),
                             ("GET", "/rest/api/2/webhook"), ("GET", "/rest/webhooks/1.0/webhook"),
                             ("GET", "/_edge/tenant_info"), ("POST", "/oauth/token"),
                             ("POST", "/rest/api/2/search/approximate-count")):
            status, _ = self.dc(method, path, {} if method == "POST" else None)
            self.assertEqual(status, 404, path)

    def test_people_have_names_and_keys(self):
        status, me = self.dc("GET", "/rest/api/2/myself")
        self.assertEqual((status, me["name"], me["key"]), (200, "connector", "JIRAUSER10001"))
        key = self.make()
        self.assertNotIn("accountId", json.dumps(self.get(key)))
        self.assertEqual(self.get(key)["fields"]["creator"]["name"], "connector")
        status, found = self.dc("GET", "/rest/api/2/user/search?username=agent%40example.com")
        self.assertEqual([u["name"] for u in found], ["agent"])
        self.assertEqual(self.dc("GET", "/rest/api/2/user?username=agent")[1]["key"], "JIRAUSER10002")
        self.assertEqual(self.dc("GET", "/rest/api/2/user/search?query=agent")[0], 400)

    def test_people_are_written_by_name(self):
        key = self.make(customfield_10062={"name": "approver"})
        self.assertEqual(self.get(key)["fields"]["customfield_10062"]["name"], "approver")
        for wrong in ({"accountId": "712020:1"}, {"key": "JIRAUSER10005"}, {"name": "nobody"}):
            self.refused(self.dc("POST", ISSUE, {"fields": fields(customfield_10062=wrong)}), 400, "customfield_10062")

    def test_participants_are_named(self):
        key, path = self.make(), "/rest/servicedeskapi/request"
        for ids, words in (({"accountIds": ["customer"]}, "Unrecognized field"), ({"usernames": ["JIRAUSER10005"]}, "not found"),
                           ({"usernames": ["nobody"]}, "not found")):
            self.refused(self.dc("POST", f"{path}/{key}/participant", ids), 400, words)
        status, body = self.dc("POST", f"{path}/{key}/participant", {"usernames": ["customer"]})
        self.assertEqual((status, [u["name"] for u in body["values"]]), (200, ["customer"]))
        asked = {"serviceDeskId": "4", "requestTypeId": "30", "requestFieldValues": {
            "summary": "x", "customfield_10061": "okafor", "customfield_10052": "fin-viewer", "customfield_10050": {"value": "SAP FIN"}}}
        status, made = self.dc("POST", path, asked | {"requestParticipants": ["customer", "agent2"]})
        self.assertEqual(status, 201, made)
        listed = self.dc("GET", f"{path}/{made['issueKey']}/participant")[1]["values"]
        self.assertEqual([u["name"] for u in listed], ["customer", "agent2"])
        account = self.site.control("GET", "accounts")["customer"]["accountId"]
        self.refused(self.dc("POST", path, asked | {"requestParticipants": [account]}), 400, "not found")

    def test_addresses_may_be_hidden(self):
        self.site.control("POST", "accounts", {"agent2": {"hides_email": True}})
        shown = self.dc("GET", "/rest/api/2/user?username=agent2")[1]
        self.assertEqual((shown["name"], "emailAddress" in shown), ("agent2", False))
        self.assertEqual(self.dc("GET", "/rest/api/2/user?username=none-such")[0], 404)

    def test_rich_text_is_wiki_markup(self):
        key = self.make(description="*a* \\{b\\}")
        self.assertEqual(self.get(key)["fields"]["description"], "*a* \\{b\\}")
        self.refused(self.dc("POST", ISSUE, {"fields": fields(description=DOC)}), 400, "must be a string")
        self.refused(self.dc("POST", f"{ISSUE}/{key}/comment", {"body": DOC}), 400, "java.lang.String")
        status, made = self.dc("POST", f"{ISSUE}/{key}/comment", {
            "body": "{panel:bgColor=#deebff}\n*One \\* two*\nthree\n{panel}\nfour",
            "properties": [{"key": "sd.public.comment", "value": {"internal": True}}]})
        self.assertEqual(status, 201, made)
        self.assertNotIn("jsdPublic", made)
        kept = self.site.control("GET", f"state?issue={key}")["comments"][0]
        self.assertFalse(kept["public"])
        self.assertEqual([n["type"] for n in kept["body"]["content"]], ["panel", "paragraph"])
        self.assertNotIn("rule", json.dumps(kept))
        status, listed = self.dc("GET", f"{ISSUE}/{key}/comment?expand=properties")
        self.assertEqual(listed["comments"][0]["properties"][0]["value"], {"internal": True})

    def test_stray_markup_is_seen(self):
        key = self.make()
        for text in ("[~admin]", "{color:red}x{color}", "a *b* c", "h1. x", "https://x"):
            self.dc("POST", f"{ISSUE}/{key}/comment", {"body": text})
        kept = self.site.control("GET", f"state?issue={key}")["comments"]
        self.assertEqual([json.dumps(c).count('"rule"') for c in kept], [1] * 5)

    def test_the_changelog_is_whole_and_oldest_first(self):
        key = self.make()
        for i in range(110):
            self.site.act(do="edit", issue=key, fields={"customfield_10061": str(i)})
        log = self.get(key)["changelog"]
        self.assertEqual((len(log["histories"]), log["total"]), (110, 110))
        self.assertLess(int(log["histories"][0]["id"]), int(log["histories"][-1]["id"]))
        self.assertNotIn("fieldId", log["histories"][0]["items"][0])

    def test_search_by_offset(self):
        keys = [self.make(labels=["x"]) for _ in range(5)]
        jql = "labels = x ORDER BY updated ASC, key ASC"
        status, first = self.find(jql=jql, maxResults=2, fields=["updated"], startAt=0)
        self.assertEqual((status, first["total"], first["startAt"], len(first["issues"])), (200, 5, 0, 2))
        time.sleep(0.002)  # in the millisecond in which the last was made the key would decide
        self.site.act(do="edit", issue=keys[0], fields={"customfield_10061": "moved"})
        _, second = self.find(jql=jql, maxResults=2, fields=["updated"], startAt=2)
        self.assertEqual([i["key"] for i in second["issues"]], [keys[3], keys[4]])  # keys[2] was passed over
        self.assertNotIn("nextPageToken", second)
        self.assertNotIn("isLast", second)
        for member in ("nextPageToken", "properties", "reconcileIssues"):
            self.refused(self.find(jql=jql, **{member: []}), 400, "Unrecognized field")
        self.refused(self.find(jql=jql, expand="changelog"), 400, "expand")
        _, one = self.find(jql=jql, expand=["changelog"], maxResults=1, startAt=4)
        self.assertIn("histories", one["issues"][0]["changelog"])

    def test_tokens_passwords_and_captcha(self):
        def basic(pair):
            return self.site.full("GET", "/rest/api/2/myself", actor=None, headers={
                "Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})
        self.assertEqual(self.dc("GET", "/rest/api/2/myself")[0], 200)
        self.assertEqual(self.headers["X-Seraph-LoginReason"], "OK")
        self.assertEqual(self.dc("GET", "/rest/api/2/myself", actor="nobody")[0], 401)
        self.assertEqual(self.headers["X-Seraph-LoginReason"], "AUTHENTICATED_FAILED")
        self.assertEqual(basic("agent@example.com:agent-token")[0], 401)
        self.assertEqual(basic("agent:agent-password")[0], 200)
        for _ in range(3):
            self.assertEqual(basic("agent:wrong")[0], 401)
        status, got, _ = basic("agent:agent-password")
        self.assertEqual((status, got["X-Seraph-LoginReason"]), (403, "AUTHENTICATION_DENIED"))
        self.assertIn("CAPTCHA_CHALLENGE", got["X-Authentication-Denied-Reason"])

    def test_webhooks_are_signed_have_no_identifier_and_are_not_repeated(self):
        with client.Receiver(500) as receiver:
            self.site.control("POST", "webhooks", {"url": receiver.url, "secret": "a secret"})
            self.make()
            headers, body = receiver.wait(1)[0]
            self.assertEqual(headers["X-Hub-Signature"],
                             "sha256=" + hmac.new(b"a secret", body, hashlib.sha256).hexdigest())
            self.assertFalse([h for h in headers if h.lower().startswith("x-atlassian")])
            self.assertNotIn(b"accountId", body)
            self.assertEqual(json.loads(body)["user"]["name"], "connector")
            self.assertTrue(client.until(lambda: [d["state"] for d in self.site.control("GET", "webhooks")["deliveries"]] == ["lost"]))

    def test_objects_of_assets_go_by_key(self):
        key = self.make(customfield_10127=[{"key": "LAP-12"}])
        self.assertEqual(self.get(key)["fields"]["customfield_10127"], ["Laptop (LAP-12)"])
        for wrong in ([{"id": "x:12"}], [{"key": "LAP-99"}], ["LAP-12"]):
            status, body = self.dc("POST", ISSUE, {"fields": fields(customfield_10127=wrong)})
            self.assertEqual((status, "customfield_10127" in body["errors"]), (400, True), body)

    def test_what_a_form_asks_for_is_named_by_id(self):
        form = self.dc("GET", "/rest/servicedeskapi/servicedesk/4/requesttype/30/field")[1]["requestTypeFields"]
        self.assertIn("customfield_10052", [field["fieldId"] for field in form])
        request = self.dc("GET", f"/rest/servicedeskapi/request/{self.make()}")[1]
        self.assertIn("summary", [value["fieldId"] for value in request["requestFieldValues"]])

    def test_requests_are_raised_for_a_name(self):
        body = {"serviceDeskId": "4", "requestTypeId": "30", "raiseOnBehalfOf": "customer", "requestFieldValues":
                {"summary": "x", "customfield_10052": "r", "customfield_10061": "p", "description": "a *b*",
                 "customfield_10050": {"value": "SAP FIN"}}}
        status, made = self.dc("POST", "/rest/servicedeskapi/request", body)
        self.assertEqual((status, made["reporter"]["name"]), (201, "customer"), made)
        self.assertEqual(self.get(made["issueKey"])["fields"]["description"], "a *b*")
        self.assertEqual(self.dc("POST", "/rest/servicedeskapi/request", body | {"raiseOnBehalfOf": "712020:1"})[0], 400)
        self.assertEqual(self.dc("POST", "/rest/servicedeskapi/request", body | {"isAdfRequest": True})[0], 400)


@needs_shared
@needs_schema
class Contract(DataCenter):
    """Answers against the description of Data Center 10.3, where it describes them."""

    def check(self, method, path, body=None, excused=()):
        status, answer = self.dc(method, path, body)
        found = [f for f in faults_of(SPEC, method, path.removeprefix("/rest").split("?")[0], status, answer)
                 if f[0].split("/")[-1] not in excused]
        self.assertLess(status, 300, answer)
        self.assertEqual(found, [])
        return answer

    def test_answers_are_as_described(self):
        key = self.make(description="x", labels=["y"])
        self.check("GET", "/rest/api/2/myself")
        self.check("GET", "/rest/api/2/serverInfo")
        # the description says of every field that it is an object
        loose = set(self.get(key)["fields"]) | {"from", "to"}
        self.check("GET", f"{ISSUE}/{key}?expand=changelog", excused=loose)
        self.check("GET", f"{ISSUE}/{key}/transitions?expand=transitions.fields")
        self.check("POST", "/rest/api/2/search", {"jql": "labels = y", "fields": ["updated"], "startAt": 0}, excused=loose)
        self.check("POST", f"{ISSUE}/{key}/comment", {"body": "a"})
        self.check("GET", f"{ISSUE}/{key}/comment")
        self.check("GET", "/rest/api/2/project/IAM")

    def test_the_service_desk_shows_people_as_it_does_in_the_cloud(self):
        """Its links are below _links, but who it is has a name and a key."""
        key, base = self.make(customfield_10100=[{"name": "approver"}]), "/rest/servicedeskapi/request"
        self.dc("POST", f"{base}/{key}/participant", {"usernames": ["customer"]})
        for path in (f"{base}/{key}/participant", f"{base}/{key}/approval", f"{base}/{key}"):
            status, answer = self.dc("GET", path)
            self.assertEqual((status, faults_of(DESK, "GET", path, status, answer)), (200, []))
        shown = self.dc("GET", f"{base}/{key}/participant")[1]["values"][0]
        self.assertEqual((shown["name"], shown["key"], set(shown["_links"])), ("customer", "JIRAUSER10004", {"jiraRest", "avatarUrls", "self"}))

    def test_webhooks_have_the_members_of_the_captures(self):
        shared = os.path.join(os.path.dirname(os.path.dirname(client.PROGRAM)), "..", "..", "shared")
        shared = os.environ.get("COUNTERSIGN_SHARED") or shared
        with open(os.path.join(shared, "jsm-api", "samples", "webhooks-server",
                               "mattermost_webhook-server-issue-updated-resolved.json")) as file:
            captured = json.load(file)
        with client.Receiver() as receiver:
            key = self.make()
            self.site.control("POST", "webhooks", {"url": receiver.url, "events": ["jira:issue_updated"]})
            self.site.act(do="transition", issue=key, name="Resolve")
            told = json.loads(receiver.wait(1)[0][1])
        self.assertEqual(set(told), set(captured))
        self.assertEqual(set(told["user"]), set(captured["user"]))
        self.assertEqual(set(told["changelog"]["items"][0]), set(captured["changelog"]["items"][0]))


if __name__ == "__main__":
    assert jsonschema or True
    unittest.main()
