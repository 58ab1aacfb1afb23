#!/usr/bin/env python3
"""The stand-in searches like Jira: JQL, pages, lag.  usage: test_search.py [-v]"""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import WithSite  # noqa: E402


class Search(WithSite):
    def test_only_ids_unless_asked(self):
        self.create()
        self.assertEqual(self.search("project = IAM")[1]["issues"], [{"id": "10001"}])

    def test_clauses(self):
        first = self.create(labels=["gar-a"], customfield_10090="7f3a0c1e-0000-4000",
                            customfield_10050={"value": "Workday"})
        second = self.create(labels=["x"])
        ops = self.create(project={"key": "OPS"}, customfield_10010="40")
        self.press(second, "81", "agent")
        for jql, expected in (
                ('project in ("IAM") ORDER BY key', [first, second]), ("project = IAM AND labels = GAR-A", [first]),
                ('cf[10090] ~ "7f3a0c1e-0000-4000"', [first]), ("cf[10090] ~ \"nothing\"", []),
                ('"External request id" ~ 7f3a0c1e', [first]), ('"Target system" = Workday', [first]),
                ("status = Cancelled", [second]), ("statusCategory != Done ORDER BY id", [first, ops]),
                ("statusCategory in (Done)", [second]), (f"key in ({first}, {ops}) ORDER BY id DESC", [ops, first]),
                ("id in (10001)", [first]), ("issuetype = 'Service Request' AND project = OPS", [ops]),
                ("NOT (project = OPS OR labels is EMPTY) order by key", [first, second]),
                ("resolution is not empty", [second]), ("'Request Type' = 40", [ops]),
                ("project = IAM and labels not in (x)", [first]), ("creator = currentUser() AND project = OPS", [ops]),
                ("created >= -1h AND project = OPS", [ops]), ("created > now()", [])):
            self.assertEqual(self.keys(jql), expected, jql)

    def test_labels_find_all_that_have_them_and_nothing_else(self):
        """They are looked up in an index of their own: also with others beside, turned round, and when they come and go."""
        first, second, third = self.create(labels=["gar-a", "both"]), self.create(labels=["x", "Both"]), self.create()
        for jql, expected in (
                ("labels = x", [second]), ("labels = both ORDER BY id", [first, second]), ("labels in (x, GAR-A) ORDER BY id", [first, second]),
                ("labels = both AND labels = x", [second]), ("labels = x OR labels = gar-a ORDER BY id", [first, second]),
                (f"labels = x OR key = {third} ORDER BY id", [second, third]), ("labels != x AND labels = both", [first]),
                ("NOT labels = gar-a ORDER BY id", [second, third]), ("(labels = x OR labels is EMPTY) AND labels = both", [second]),
                ("labels = gone", []), ("labels = both ORDER BY id DESC", [second, first])):
            self.assertEqual(self.keys(jql), expected, jql)
        self.site.act(do="force_fields", actor="agent", issue=first, fields={"labels": ["x"]})
        self.assertEqual((self.keys("labels = gar-a"), self.keys("labels = x ORDER BY id")), ([], [first, second]))
        self.site.act(do="delete", actor="admin", issue=second)
        self.assertEqual(self.keys("labels = x"), [first])

    def test_refused_jql(self):
        for jql, words in (("", "Unbounded"), ("order by key", "Unbounded"), ("(((", "Expecting"),
                           ("project = NOPE", "does not exist for the field 'project'"),
                           ("bogus = 1", "does not exist"),
                           ('cf[10090] = "x"', "not supported"), ("labels ~ x", "not supported"),
                           ("project = IAM AND", "Expecting"), ("project IAM", "Expecting operator"),
                           ("project = IAM bogus", "Expecting either"), ('updated >= "yesterday"', "is invalid"),
                           ('updated >= "1777142100000"', "is invalid"), ("issue.property[a].b = 1", "does not exist"),
                           ("project = IAM & labels = x", "Expecting")):
            self.refused(self.search(jql), 400, words)

    def test_strict_body(self):
        for more in ({"startAt": 0}, {"maxResults": "5"}, {"fields": "key"}, {"expand": ["names"]},
                     {"reconcileIssues": ["IAM-1"]}, {"maxResults": 5001}, {"properties": list("abcdef")}):
            self.assertEqual(self.search("project = IAM", **more)[0], 400, more)

    def test_old_search_is_gone(self):
        for method in ("GET", "POST"):
            body = {} if method == "POST" else None
            self.refused(self.site.call(method, "/rest/api/3/search", body), 410, "CHANGE-2046")

    def test_get_and_count(self):
        self.create()
        _, body = self.site.call("GET", "/rest/api/3/search/jql?jql=project%20%3D%20IAM&fields=key,status&maxResults=1")
        self.assertEqual(body["issues"][0]["fields"]["status"]["name"], "Waiting for support")
        self.assertEqual(self.site.call("POST", "/rest/api/3/search/approximate-count", {"jql": "project = IAM"})[1],
                         {"count": 1})

    def test_dates_are_minutes_in_the_callers_zone_and_numbers_are_milliseconds(self):
        self.create()
        updated = self.site.control("GET", "state")["issues"][0]["updated"]
        self.assertEqual(len(self.keys(f"updated >= {updated}")), 1)
        self.assertEqual(self.keys(f"updated >= {updated + 1}"), [])
        for zone, east in (("America/Los_Angeles", 0), ("Asia/Kolkata", 1), ("Pacific/Kiritimati", 1)):
            self.site.control("POST", "accounts", {"connector": {"zone": zone}})
            stamp = self.read("IAM-1")["fields"]["updated"]
            self.assertEqual(len(self.keys(f'updated >= "{stamp[:10]} {stamp[11:16]}"')), 1)
            utc = time.strftime("%Y-%m-%d %H:%M", time.gmtime(updated / 1000))
            self.assertEqual(len(self.keys(f'updated >= "{utc}"')), east, zone)

    def test_index_lag_and_reconcile(self):
        self.site.control("POST", "config", {"index_lag_ms": 400})
        self.create(labels=["gar-1"])
        self.assertEqual(self.keys("labels = gar-1"), [])
        self.assertEqual(self.keys("labels = gar-1", reconcileIssues=[10001]), ["IAM-1"])
        time.sleep(0.45)
        self.assertEqual(self.keys("labels = gar-1"), ["IAM-1"])
        self.site.act(do="edit", issue="IAM-1", fields={"labels": []})
        self.assertEqual(self.keys("labels = gar-1"), ["IAM-1"])  # the index does not know yet
        self.site.control("POST", "catch-up")
        self.assertEqual(self.keys("labels = gar-1"), [])

    def test_each_change_has_a_lag_of_its_own(self):
        self.site.control("POST", "config", {"index_spread_ms": 300})
        self.site.control("POST", "fill", {"count": 40})
        first = self.keys("project = IAM")
        time.sleep(0.15)
        some = self.keys("project = IAM ORDER BY updated ASC, key ASC", maxResults=100)
        self.assertLess(len(first), 40)
        self.assertGreater(len(some), len(first))
        self.assertNotEqual(some, [f"IAM-{n}" for n in range(1, len(some) + 1)])  # later ones were there first
        self.site.act(do="edit", issue="IAM-1", fields={"labels": ["one"]})
        self.site.act(do="edit", issue="IAM-1", fields={"labels": ["two"]})
        time.sleep(0.35)
        self.assertEqual(len(self.keys("project = IAM", maxResults=100)), 40)
        self.assertEqual((self.keys("labels = one"), self.keys("labels = two")), ([], ["IAM-1"]))

    def walk(self, jql, size, between=lambda: None, **more):
        seen, token = [], None
        while True:
            status, body = self.search(jql, fields=["updated"], maxResults=size, **more,
                                       **({"nextPageToken": token} if token else {}))
            self.assertEqual(status, 200, body)
            self.assertNotIn("total", body)
            seen += [i["key"] for i in body["issues"]]
            if body["isLast"]:
                return seen
            token = body["nextPageToken"]
            between()

    def test_pages(self):
        self.site.control("POST", "fill", {"count": 25, "updated_ms": 1777142100000})
        jql = "project = IAM AND updated >= 1777142100000 ORDER BY updated ASC, key ASC"
        self.assertEqual(self.walk(jql, 10), [f"IAM-{n}" for n in range(1, 26)])
        self.assertEqual(self.walk(jql.replace("ASC", "DESC"), 7), [f"IAM-{n}" for n in range(25, 0, -1)])
        self.assertEqual(self.walk("project = IAM", 7), [f"IAM-{n}" for n in range(25, 0, -1)])

    def test_rows_that_move_during_a_walk(self):
        jql = "project = IAM ORDER BY updated ASC, key ASC"
        touch = lambda: self.site.act(do="touch", issues=["IAM-1"])  # noqa: E731
        self.site.control("POST", "fill", {"count": 20, "updated_ms": 1777142100000})
        self.assertEqual(set(self.walk(jql, 5, touch)), {f"IAM-{n}" for n in range(1, 21)})
        self.site.control("POST", "reset", {})
        self.site.control("POST", "fill", {"count": 20, "updated_ms": 1777142100000})
        self.site.control("POST", "config", {"shifting_pages": True})
        self.assertNotIn("IAM-6", self.walk(jql, 5, touch))  # pages that count rows lose one

    def test_page_tokens(self):
        self.site.control("POST", "fill", {"count": 3})
        _, body = self.search("project = IAM", maxResults=1)
        token = body["nextPageToken"]
        self.refused(self.search("project = OPS", nextPageToken=token), 400, "token")
        self.refused(self.search("project = IAM", "agent", nextPageToken=token), 400, "token")
        self.refused(self.search("project = IAM", nextPageToken="rubbish"), 400, "token")
        self.site.control("POST", "config", {"token_ttl_ms": -1})
        self.refused(self.search("project = IAM", nextPageToken=token), 400, "token")

    def test_same_millisecond(self):
        self.site.control("POST", "fill", {"count": 120})
        self.site.act(do="touch", project="IAM", at=1999999999999)
        self.assertEqual(len(set(self.walk("updated >= 1999999999999 ORDER BY updated ASC, id ASC", 50))), 120)


if __name__ == "__main__":
    unittest.main()
