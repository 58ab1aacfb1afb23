#!/usr/bin/env python3
"""The stand-in sends webhooks, limits rates and misbehaves on demand.  usage: test_faults.py [-v]"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import client  # noqa: E402
from cases import ISSUE, LOST, WithSite, fields  # noqa: E402


class Webhooks(WithSite):
    arguments = ("--time-scale", "20000")  # 5 to 15 minutes become 15 to 45 ms

    def register(self, receiver, **more):
        status, body = self.site.call("POST", "/rest/webhooks/1.0/webhook", {
            "name": "connector", "url": receiver.url, "secret": "It's a Secret to Everybody", "excludeBody": False,
            "filters": {"issue-related-events-section": "project = IAM"},
            "events": ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created",
                       "issue_property_set"]} | more, "admin")
        self.assertEqual((status, body["isSigned"], "secret" in body), (201, True, False))
        return body

    def test_signature_and_headers(self):
        with client.Receiver() as receiver:
            self.register(receiver)
            key = self.create()
            headers, body = receiver.wait(1)[0]
        digest = hmac.new(b"It's a Secret to Everybody", body, hashlib.sha256).hexdigest()
        self.assertEqual(headers["X-Hub-Signature"], f"sha256={digest}")
        self.assertEqual(headers["X-Atlassian-Webhook-Flow"], "Primary")
        self.assertNotIn("X-Atlassian-Webhook-Retry", headers)
        told = json.loads(body)
        self.assertEqual((told["webhookEvent"], told["issue"]["key"]), ("jira:issue_created", key))
        self.assertEqual(told["changelog"]["items"][0]["field"], "Status")
        self.assertNotIn("emailAddress", body.decode())

    def test_official_signature(self):
        """Atlassian's own example: secret and body of their page."""
        digest = hmac.new(b"It's a Secret to Everybody", b"Hello World!", hashlib.sha256).hexdigest()
        self.assertEqual(digest, "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")

    def test_events(self):
        with client.Receiver() as receiver:
            self.register(receiver)
            key = self.create()
            self.press(key, "81", "agent")
            self.site.act(do="comment", issue=key, text="note", public=False)
            self.site.act(do="property", issue=key, key="gar.bind", value={})
            self.site.act(do="delete", actor="admin", issue=key)
            self.create(project={"key": "OPS"}, customfield_10010="40")  # not in the filter
            told = {m["webhookEvent"]: m for m in (json.loads(b) for _, b in receiver.wait(5))}
        items = {i["fieldId"] for i in told["jira:issue_updated"]["changelog"]["items"]}
        self.assertEqual((told["jira:issue_updated"]["issue_event_type_name"], items),
                         ("issue_generic", {"resolution", "status"}))
        note = told["comment_created"]
        self.assertEqual((note["comment"]["jsdPublic"], note["comment"]["body"]), (False, "note"))
        self.assertEqual(set(note["issue"]["fields"]),
                         {"summary", "issuetype", "project", "assignee", "priority", "status"})
        self.assertIn("issue_property_set", told)
        self.assertIn("jira:issue_deleted", told)
        self.assertEqual(len(receiver.got), 5)

    def test_retries_keep_the_identifier(self):
        with client.Receiver(503, 429, 200) as receiver:
            self.register(receiver)
            self.create()
            got = receiver.wait(3)
            time.sleep(0.1)
        self.assertEqual(len(got), 3)
        self.assertEqual(len({h["X-Atlassian-Webhook-Identifier"] for h, _ in got}), 1)
        self.assertEqual([h.get("X-Atlassian-Webhook-Retry") for h, _ in got], [None, "1", "2"])

    def test_no_retry_after_a_refusal(self):
        for status in (400, 401, 404, 413):
            with client.Receiver(status) as receiver:
                self.site.control("POST", "reset", {})
                self.register(receiver)
                self.create()
                receiver.wait(1)
                time.sleep(0.1)
                self.assertEqual(len(receiver.got), 1, status)

    def test_lost_after_five_retries(self):
        with client.Receiver(500) as receiver:
            self.register(receiver)
            self.create()
            receiver.wait(6)
            time.sleep(0.1)
            self.assertEqual(len(receiver.got), 6)
            self.assertTrue(client.until(lambda: self.site.oracle()["webhooks"] == {"lost": 1}))

    def test_faults_on_the_way(self):
        with client.Receiver() as receiver:
            self.register(receiver)
            self.site.fault({"kind": "drop"}, on="webhook", count=1)
            self.create()
            self.site.fault({"kind": "duplicate", "copies": 3}, on="webhook", count=1)
            self.create()
            identifiers = {h["X-Atlassian-Webhook-Identifier"] for h, _ in receiver.wait(3)}
            self.assertEqual(len(identifiers), 1)
            self.site.fault({"kind": "corrupt_signature"}, on="webhook", event="created", count=1)
            self.create()
            headers, body = receiver.wait(4)[3]
            self.assertNotIn(hmac.new(b"It's a Secret to Everybody", body, hashlib.sha256).hexdigest(),
                             headers["X-Hub-Signature"])
            self.site.fault({"kind": "delay", "ms": 200}, on="webhook", count=1)
            late = self.create()
            soon = self.create()
            order = [json.loads(b)["issue"]["key"] for _, b in receiver.wait(6)[4:]]
            self.assertEqual(order, [soon, late])
            self.site.control("POST", "replay", {})
            receiver.wait(7)

    def test_reorder(self):
        with client.Receiver() as receiver:
            self.register(receiver)
            self.site.fault({"kind": "reorder", "ms": 300}, on="webhook")
            keys = [self.create() for _ in range(30)]
            order = [json.loads(b)["issue"]["key"] for _, b in receiver.wait(30)]
        self.assertEqual(set(order), set(keys))
        self.assertNotEqual(order, keys)

    def test_bulk_is_the_secondary_flow(self):
        with client.Receiver() as receiver:
            keys = [self.create("agent") for _ in range(3)]
            self.register(receiver)
            self.site.act(do="bulk_transition", issues=keys, name="Resolve")
            got = receiver.wait(3)
        self.assertEqual({h["X-Atlassian-Webhook-Flow"] for h, _ in got}, {"Secondary"})
        self.assertIn("bulkOperationMetaData", json.loads(got[0][1]))

    def test_dynamic(self):
        here = "/rest/api/3/webhook"
        with client.Receiver() as receiver:
            wanted = {"url": receiver.url, "webhooks": [
                {"events": ["jira:issue_updated"], "jqlFilter": "project = IAM", "fieldIdsFilter": ["status"]},
                {"events": ["jira:issue_updated"], "jqlFilter": "bogus = 1"}]}
            self.assertEqual(self.site.call("POST", here, wanted)[0], 403)  # people may not
            _, body = self.site.call("POST", here, wanted, "automation")
            good, bad = body["webhookRegistrationResult"]
            self.assertIn("errors", bad)
            key = self.create()
            self.site.act(do="edit", issue=key, fields={"summary": "Other"})
            self.press(key, "81", "agent")
            headers, _ = receiver.wait(1)[0]
            self.assertNotIn("X-Hub-Signature", headers)
            self.assertEqual(self.site.call("GET", here, actor="automation")[1]["total"], 1)
            _, until = self.site.call("PUT", here + "/refresh", {"webhookIds": [good["createdWebhookId"]]},
                                      "automation")
            self.assertIn("expirationDate", until)

    def test_administrators_only(self):
        self.assertEqual(self.site.call("POST", "/rest/webhooks/1.0/webhook", {}, "connector")[0], 403)
        self.assertEqual(self.site.call("POST", "/rest/webhooks/1.0/webhook", {
            "name": "x", "url": "http://example.com/", "events": ["jira:issue_created"]}, "admin")[0], 400)


class Faults(WithSite):
    def post(self):
        return self.site.call("POST", ISSUE, {"fields": fields(labels=["gar-1"])}, timeout=2)

    def count(self):
        return self.site.oracle()["issues"]

    def test_lose_reply(self):
        for how in ("close", "reset"):
            self.site.fault({"kind": "lose_reply", "how": how}, method="POST", path="^/rest/api/3/issue$", count=1)
            with self.assertRaises(LOST):
                self.post()
        self.assertEqual(self.count(), 2)
        self.assertEqual(self.post()[0], 201)

    def test_lose_reply_by_silence(self):
        self.site.fault({"kind": "lose_reply", "how": "stall", "ms": 3000}, method="POST", count=1)
        with self.assertRaises(TimeoutError):
            self.site.call("POST", ISSUE, {"fields": fields()}, timeout=0.3)
        self.assertEqual(self.count(), 1)

    def test_close_before_doing_it(self):
        self.site.fault({"kind": "close"}, method="POST", count=1)
        with self.assertRaises(LOST):
            self.post()
        self.assertEqual(self.count(), 0)

    def test_execute_late(self):
        self.site.fault({"kind": "execute_late", "ms": 300}, method="POST", count=1)
        with self.assertRaises(LOST):
            self.post()
        self.assertEqual(self.count(), 0)
        time.sleep(0.4)
        self.assertEqual(self.count(), 1)

    def test_half_and_truncated(self):
        self.create()
        self.site.fault({"kind": "half"}, method="GET", path="/issue/", count=1)
        with self.assertRaises(http.client.IncompleteRead):
            self.site.call("GET", f"{ISSUE}/IAM-1")
        self.site.fault({"kind": "truncate"}, method="GET", path="/issue/", count=1)
        with self.assertRaises(json.JSONDecodeError):
            self.site.call("GET", f"{ISSUE}/IAM-1")

    def test_delay_and_slow(self):
        for effect in ({"kind": "delay", "ms": 200}, {"kind": "delay", "ms": 200, "whole": True}, {"kind": "slow", "bytes": 100, "ms": 20}):
            self.site.fault(effect, path="myself", count=1)
            began = time.monotonic()
            self.assertEqual(self.site.call("GET", "/rest/api/3/myself")[0], 200)
            self.assertGreater(time.monotonic() - began, 0.1)

    def test_answers_of_other_kinds(self):
        self.create()
        self.site.fault({"kind": "html"}, path="search", count=1)
        self.assertIn("<title>Log in", self.search("project = IAM")[1])
        self.site.fault({"kind": "anonymous"}, path="search", count=1)
        status, headers, body = self.site.full("POST", "/rest/api/3/search/jql", {"jql": "project = IAM"})
        self.assertEqual((status, body["issues"], headers["X-Seraph-LoginReason"]), (200, [], "AUTHENTICATED_FAILED"))
        self.site.fault({"kind": "unauthenticated", "reason": "AUTHENTICATION_DENIED"}, count=1)
        self.assertEqual(self.search("project = IAM")[0], 401)
        self.site.fault({"kind": "unauthenticated", "reason": "scope"}, count=1)
        self.assertEqual(self.search("project = IAM"), (401, {"code": 401, "message": "Unauthorized; scope does not match"}))
        self.site.fault({"kind": "reply", "status": 409, "body": {"errorMessages": ["busy"], "errors": {}},
                         "headers": {"X-Extra": "1"}}, path="/transitions$", method="POST", count=1)
        self.refused(self.press("IAM-1", "21", "agent"), 409, "busy")
        self.assertEqual(self.status("IAM-1"), "Waiting for support")

    def test_expired_page_tokens(self):
        self.site.control("POST", "fill", {"count": 5})
        self.site.fault({"kind": "expire_tokens"}, path="search/jql")
        status, body = self.search("project = IAM", maxResults=2)
        self.assertEqual(status, 200)
        self.refused(self.search("project = IAM", nextPageToken=body["nextPageToken"]), 400, "expired")

    def test_which_call(self):
        self.site.fault({"kind": "reply", "status": 500}, path="myself", nth=2, name="second")
        self.site.fault({"kind": "reply", "status": 502}, path="serverInfo", every=3)
        self.site.fault({"kind": "reply", "status": 504}, path="/field$", actor="agent", after=1, count=1)
        get = lambda path, actor="connector": self.site.call("GET", f"/rest/api/3/{path}", actor=actor)[0]  # noqa: E731
        self.assertEqual([get("myself") for _ in range(4)], [200, 500, 200, 200])
        self.assertEqual([get("serverInfo") for _ in range(6)], [200, 200, 502, 200, 200, 502])
        self.assertEqual([get("field"), get("field", "agent"), get("field", "agent"), get("field", "agent")],
                         [200, 200, 504, 200])
        self.assertEqual([f["fired"] for f in self.site.control("GET", "faults")], [1, 2, 1])
        self.assertEqual(self.site.control("DELETE", "faults/second")["dropped"], 1)
        self.assertEqual(self.site.control("DELETE", "faults")["dropped"], 2)

    def test_body_decides(self):
        self.site.fault({"kind": "reply", "status": 500}, method="POST", body="poison")
        self.assertEqual(self.post()[0], 201)
        self.assertEqual(self.site.call("POST", ISSUE, {"fields": fields(summary="poison")})[0], 500)

    def test_nonsense_is_refused(self):
        for rule in ({"effect": {"kind": "explode"}}, {"effect": {"kind": "close"}, "pth": "x"}, {}):
            self.assertEqual(self.site.full("POST", "/_control/faults", rule, actor=None)[0], 400)
        self.assertEqual(self.site.full("POST", "/_control/act", {"do": "sing"}, actor=None)[0], 400)
        self.assertEqual(self.site.full("GET", "/_control/nothing", actor=None)[0], 404)
        self.assertEqual(self.site.full("POST", "/_control/config", {"x": 1}, actor=None)[0], 400)


class Limits(WithSite):
    def test_forced_and_watched(self):
        for reason in ("jira-burst-based", "jira-per-issue-on-write", "jira-quota-global-based"):
            self.site.fault({"kind": "rate_limit", "reason": reason, "retry_after": 7}, path="myself", count=1)
            status, headers, _ = self.site.full("GET", "/rest/api/3/myself")
            self.assertEqual((status, headers["Retry-After"], headers["RateLimit-Reason"]), (429, "7", reason))
            self.assertIn("X-RateLimit-Reset", headers)

    def test_who_does_not_wait_is_seen(self):
        self.site.fault({"kind": "rate_limit", "retry_after": 1}, path="myself", count=1)
        self.site.call("GET", "/rest/api/3/myself")
        self.site.call("GET", "/rest/api/3/field")                     # another endpoint may go on
        self.site.call("GET", "/rest/api/3/myself", actor="agent")     # and another account
        self.assertEqual(self.site.oracle()["retry_after_violations"], [])
        self.site.call("GET", "/rest/api/3/myself")
        self.assertEqual(len(self.site.oracle()["retry_after_violations"]), 1)
        time.sleep(1.05)
        self.site.call("GET", "/rest/api/3/myself")
        self.assertEqual(len(self.site.oracle()["retry_after_violations"]), 1)

    def test_what_had_come_before_the_caller_knew_is_excused(self):
        """By the order of what happens here, not by the clock: a call counts from when its caller had read that it should wait, which
        shows by the end of that connection."""
        self.site.control("POST", "config", {"close_when_told": True})
        self.site.fault({"kind": "unavailable", "retry_after": 60}, path="myself", count=1)
        name = base64.b64encode(b"agent@example.com:agent-token").decode()
        call = f"GET /rest/api/3/myself HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {name}\r\n\r\n".encode()
        told, before, half, after = (socket.create_connection((self.site.host, self.site.port)) for _ in range(4))

        def answer(connection):
            head = connection.recv(65536)
            self.assertTrue(head.startswith(b"HTTP/1.1 "))
            return head
        told.sendall(call)
        self.assertIn(b"Connection: close", answer(told))
        before.sendall(call)
        answer(before)
        half.sendall(call[:30])
        self.assertEqual(self.site.oracle()["retry_after"], {"told": 1, "heard": 0})
        told.close()
        while self.site.oracle()["retry_after"]["heard"] < 1:
            time.sleep(0.01)
        half.sendall(call[30:])
        answer(half)
        after.sendall(call)
        answer(after)
        half.sendall(call)  # its next one has no excuse
        answer(half)
        self.assertEqual([v["excused"] for v in self.site.oracle()["retry_after_violations"]], [True, True, False, False])
        for connection in (before, half, after):
            connection.close()

    def test_unavailable_stops_everything(self):
        self.site.fault({"kind": "unavailable", "retry_after": 2}, path="myself", count=1)
        self.assertEqual(self.site.call("GET", "/rest/api/3/myself")[0], 503)
        self.site.call("GET", "/rest/api/3/field")
        self.assertEqual(len(self.site.oracle()["retry_after_violations"]), 1)

    def test_retry_after_in_every_form(self):
        """A date, names in odd letters: told and watched like seconds."""
        for kind in ("rate_limit", "unavailable"):
            for form, case in (("date", "usual"), ("seconds", "odd"), ("date", "odd")):
                self.site.control("POST", "reset", {})
                self.site.fault({"kind": kind, "retry_after": 2, "form": form, "case": case}, path="myself", count=1)
                _, headers, _ = self.site.full("GET", "/rest/api/3/myself")
                self.assertEqual("GMT" in headers["Retry-After"], form == "date")  # any letter case is found
                self.assertEqual("rEtRy-aFtEr" in dict(headers.items()), case == "odd")
                self.site.call("GET", "/rest/api/3/myself")
                early, = self.site.oracle()["retry_after_violations"]
                self.assertTrue(1000 < early["early_ms"] <= 3000 and early["told_ms_ago"] < 1000, early)

    def test_headers_on_every_answer(self):
        self.site.control("POST", "config", {"reply_headers": {"X-RateLimit-NearLimit": "true"}})
        _, headers, _ = self.site.full("GET", "/rest/api/3/myself")
        self.assertEqual(headers["X-RateLimit-NearLimit"], "true")

    def test_buckets(self):
        self.site.control("POST", "config", {"rate_limits": True})
        key = self.create()
        here = f"{ISSUE}/{key}/properties/p"
        answers = [self.site.full("PUT", here, n) for n in range(21)]
        self.assertEqual([a[0] for a in answers].count(429), 1)
        self.assertEqual(answers[-1][1]["RateLimit-Reason"], "jira-per-issue-on-write")
        other = [self.site.call("GET", "/rest/api/3/serverInfo")[0] for _ in range(3)]
        self.assertEqual(other, [200] * 3)


if __name__ == "__main__":
    unittest.main()
