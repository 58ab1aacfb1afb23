#!/usr/bin/env python3
"""Links between tickets: the traps of linking twice, of kinds nobody has, and of sites that do not link.

usage: test_relations.py [-v]"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import WithSite  # noqa: E402

LINK, TYPES = "/rest/api/3/issueLink", "/rest/api/3/issueLinkType"


class Relations(WithSite):
    def link(self, one, other, kind="Relates", actor="connector"):
        return self.site.call("POST", LINK, {"type": {"name": kind}, "inwardIssue": {"key": other},
                                             "outwardIssue": {"key": one}}, actor)

    def shown(self, key):
        return self.read(key, "?fields=issuelinks")["fields"]["issuelinks"]

    def test_both_ends_show_it_and_twice_is_one(self):
        one, other = self.create(), self.create()
        for _ in range(2):
            self.assertEqual(self.link(one, other)[0], 201)
        self.assertEqual([link["inwardIssue"]["key"] for link in self.shown(one)], [other])
        self.assertEqual([link["outwardIssue"]["key"] for link in self.shown(other)], [one])

    def test_ids_do_as_well(self):
        one, other = (self.read(self.create()) for _ in range(2))
        status, _ = self.site.call("POST", LINK, {"type": {"name": "Relates"}, "inwardIssue": {"id": other["id"]},
                                                  "outwardIssue": {"id": one["id"]}}, "connector")
        self.assertEqual((status, len(self.shown(one["key"]))), (201, 1))

    def test_nothing_is_found_where_nothing_may_be_linked(self):
        one, other = self.create(), self.create()
        self.refused(self.link(one, other, "Follows"), 404, "No issue link type")
        self.refused(self.link(one, "IAM-9999"), 404, "does not exist")
        self.site.control("POST", "config", {"issue_linking": False})
        self.refused(self.link(one, other), 404, "disabled")
        self.refused(self.site.call("GET", TYPES, actor="connector"), 404, "disabled")
        self.assertEqual(self.shown(one), [])


if __name__ == "__main__":
    unittest.main()
