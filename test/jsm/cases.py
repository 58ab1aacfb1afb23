"""What the tests of the stand-in share: one process a class, each test from the seed."""
import http.client
import json
import unittest

import client

DOC = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hello"}]}]}
LOST = (OSError, http.client.HTTPException)
ISSUE = "/rest/api/3/issue"


def fields(**more):
    return {"project": {"key": "IAM"}, "issuetype": {"name": "Service Request"}, "summary": "Role",
            "customfield_10010": "30"} | more


class WithSite(unittest.TestCase):
    """One process for a class; each test starts from the seed."""
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.site = client.Site(*cls.arguments).__enter__()
        cls.addClassCleanup(cls.site.__exit__)

    def setUp(self):
        self.site.control("POST", "reset", {})

    def tearDown(self):
        self.assertEqual(self.site.oracle()["crashes"], 0)

    def create(self, actor="connector", **more):
        status, body = self.site.call("POST", ISSUE, {"fields": fields(**more)}, actor)
        self.assertEqual(status, 201, body)
        return body["key"]

    def read(self, key, query="", actor="connector"):
        status, body = self.site.call("GET", f"{ISSUE}/{key}{query}", actor=actor)
        self.assertEqual(status, 200, body)
        return body

    def status(self, key):
        return self.read(key)["fields"]["status"]["name"]

    def press(self, key, transition, actor, **given):
        return self.site.call("POST", f"{ISSUE}/{key}/transitions",
                              {"transition": {"id": transition}} | ({"fields": given} if given else {}), actor)

    def search(self, jql, actor="connector", **more):
        return self.site.call("POST", "/rest/api/3/search/jql", {"jql": jql} | more, actor)

    def keys(self, jql, **more):
        status, body = self.search(jql, fields=["key"], **more)
        self.assertEqual(status, 200, body)
        return [i["key"] for i in body["issues"]]

    def refused(self, status_and_body, status, words):
        self.assertEqual(status_and_body[0], status, status_and_body)
        self.assertIn(words, json.dumps(status_and_body[1]))
