#!/usr/bin/env python3
"""The stand-in's other senders: apps' dynamic webhooks, automation rules, and what a Data Center registers.  usage: test_hooks.py [-v]"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import client  # noqa: E402
from cases import ISSUE, WithSite  # noqa: E402

APP, ADMIN = "/rest/api/3/webhook", "/rest/webhooks/1.0/webhook"


def part(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Senders(WithSite):
    arguments = ("--time-scale", "1000000")

    def register(self, receiver, **more):
        status, body = self.site.call("POST", APP, {"url": receiver.url, "webhooks": [
            {"events": ["jira:issue_created"], "jqlFilter": "project = IAM"} | more]}, "automation")
        self.assertEqual(status, 200, body)
        return body["webhookRegistrationResult"][0]["createdWebhookId"]

    def test_properties_have_events_of_their_own(self):
        """Whoever writes one, and however: no `updated` moves, and of those that the app did not name nothing is told."""
        key = self.create()
        here, before = f"{ISSUE}/{key}/properties/gar.bind", self.read(key)["fields"]["updated"]
        with client.Receiver() as receiver:
            self.register(receiver, events=["jira:issue_updated", "issue_property_set", "issue_property_deleted"],
                          issuePropertyKeysFilter=["gar.bind"])
            self.site.call("PUT", f"{ISSUE}/{key}/properties/their.own", {"x": 1}, "agent")
            self.site.call("PUT", here, {"request": "r"}, "agent")
            self.site.call("DELETE", here, None, "agent")
            self.assertEqual(self.read(key)["fields"]["updated"], before)
            self.site.call("PUT", f"{ISSUE}/{key}", {"properties": [{"key": "gar.bind", "value": {"request": "s"}}]}, "agent")
            told = sorted((json.loads(body) for _, body in receiver.wait(4)), key=lambda m: (m["webhookEvent"], m["timestamp"]))
        self.assertEqual([m["webhookEvent"] for m in told],
                         ["issue_property_deleted", "issue_property_set", "issue_property_set", "jira:issue_updated"])
        for one in told[:3]:
            self.assertEqual((one["property"]["key"], one["issue"]["id"]), ("gar.bind", self.read(key)["id"]))
            self.assertEqual(one["user"]["accountId"], self.site.control("GET", "accounts")["agent"]["accountId"])

    def test_a_dynamic_webhook_carries_a_token_and_no_signature(self):
        with client.Receiver() as receiver:
            self.register(receiver)
            self.create()
            (headers, _), = receiver.wait(1)
        self.assertNotIn("X-Hub-Signature", headers)
        scheme, token = headers["Authorization"].split()
        self.assertEqual(scheme, "JWT")
        head, claims, signature = token.split(".")
        self.assertEqual(json.loads(part(head))["alg"], "HS256")
        self.assertEqual(part(signature), hmac.new(b"automation-client-secret", f"{head}.{claims}".encode(), hashlib.sha256).digest())
        claims = json.loads(part(claims))
        self.assertEqual(claims["qsh"], hashlib.sha256(b"POST&/webhook/jira/main&").hexdigest())
        self.assertGreater(claims["exp"], time.time())

    def test_it_ends_after_thirty_days_unless_refreshed(self):
        with client.Receiver() as receiver:
            hook = self.register(receiver)
            self.site.control("POST", "age-webhooks", {"days": 31})
            self.create()
            self.assertEqual(self.site.call("PUT", APP + "/refresh", {"webhookIds": [hook, 77]}, "automation")[0], 200)
            self.create()
            self.assertEqual(len(receiver.wait(1)), 1)
            time.sleep(0.1)
            self.assertEqual(len(receiver.got), 1)

    def test_the_failed_list_is_read_on_from_a_time(self):
        with client.Receiver(500) as receiver:
            self.register(receiver)
            for n in range(3):
                self.create()
                receiver.wait(6 * n + 6)
                failed = client.until(lambda: len(self.site.call("GET", APP + "/failed", actor="automation")[1]["values"]) > n)
                self.assertTrue(failed)
        _, whole = self.site.call("GET", APP + "/failed", actor="automation")
        self.assertEqual(len(whole["values"]), 3)
        self.assertEqual([v["failureTime"] for v in whole["values"]], sorted(v["failureTime"] for v in whole["values"]))
        _, first = self.site.call("GET", APP + "/failed?maxResults=1", actor="automation")
        self.assertEqual([v["id"] for v in first["values"]], [whole["values"][0]["id"]])
        _, rest = self.site.call("GET", f"{APP}/failed?after={first['values'][0]['failureTime']}", actor="automation")
        self.assertEqual([v["id"] for v in rest["values"]], [v["id"] for v in whole["values"][1:]])
        self.assertIn("failed?after=", rest["next"])
        self.assertEqual(json.loads(rest["values"][0]["body"])["webhookEvent"], "jira:issue_created")
        self.assertEqual(self.site.call("GET", APP + "/failed")[0], 403)  # not an app

    def test_an_administrator_changes_filter_and_events(self):
        with client.Receiver() as receiver:
            _, hook = self.site.call("POST", ADMIN, {"name": "n", "url": receiver.url, "events": ["jira:issue_created"],
                                                     "filters": {"issue-related-events-section": "project = OPS"}}, "admin")
            one = ADMIN + "/" + hook["self"].rsplit("/", 1)[1]
            self.create()
            status, changed = self.site.call("PUT", one, {"filters": {"issue-related-events-section": "project = IAM"},
                                                          "secret": "s"}, "admin")
            self.assertEqual((status, changed["isSigned"]), (200, True))
            self.refused(self.site.call("PUT", one, {"events": ["nonsense"]}, "admin"), 400, "nonsense")
            self.create()
            self.assertEqual(len(receiver.wait(1)), 1)
            time.sleep(0.1)
            self.assertEqual(len(receiver.got), 1)

    def test_rules_send_what_they_are_told(self):
        with client.Receiver(200, 500) as receiver:
            url = receiver.url
            self.site.control("POST", "rules", [
                {"url": url + "?issue={{issue.id}}", "format": "empty", "headers": {"X-Ours": "s"}}])
            key = self.create()
            (headers, body), = receiver.wait(1)
            self.assertEqual((headers["X-Ours"], body), ("s", b""))
            self.assertFalse({"X-Hub-Signature", "X-Atlassian-Webhook-Identifier", "Authorization"} & set(headers))
            number = int(self.read(key)["id"])
            for form, found in (("automation", lambda b: b["id"]), ("jira", lambda b: b["issue"]["id"]), ("custom", lambda b: b["n"])):
                self.site.control("POST", "rules", [{"url": url, "format": form, "body": '{"n":{{issue.id}}}'}])
                before = len(receiver.got)
                self.assertEqual(self.site.call("PUT", f"{ISSUE}/{key}", {"fields": {"summary": form}})[0], 204)
                sent = json.loads(receiver.wait(before + 1)[-1][1])
                self.assertEqual(found(sent), number)
            time.sleep(0.1)
            self.assertEqual(len(receiver.got), 4)  # no second try
            self.assertTrue(client.until(lambda: {d["state"] for d in self.site.control("GET", "webhooks")["deliveries"]} ==
                                         {"delivered", "lost"}))

    def test_a_data_center_from_10_on_has_its_own_registry(self):
        path = "/rest/jira-webhook/1.0/webhooks"
        self.assertEqual(self.site.call("GET", path, actor="admin")[0], 404)
        self.site.control("POST", "config", {"dc_webhooks": True})
        self.assertEqual(self.site.call("GET", path)[0], 403)
        self.site.call("POST", ADMIN, {"name": "n", "url": "https://x.example.com/h", "events": ["jira:issue_created"]}, "admin")
        status, (hook,) = self.site.call("GET", path, actor="admin")
        self.assertEqual((status, hook["active"], hook["configuration"]["EXCLUDE_BODY"]), (200, True, "false"))
        self.site.control("POST", "config", {"dc_webhooks": False})


if __name__ == "__main__":
    unittest.main()
