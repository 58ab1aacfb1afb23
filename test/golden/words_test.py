#!/usr/bin/python3
"""What a ticket is told, in every state: short, valid by Atlassian's schema where that is at hand, and people's own words in text
nodes only, whatever they are.

usage: words_test.py SAY_WORDS
"""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import samples  # noqa: E402

SAID = [json.loads(line) for line in subprocess.run([sys.argv.pop()], capture_output=True, text=True, check=True).stdout.splitlines()]
SCHEMA = samples.SHARED.parent / "spec" / "adf-full-v1.json"
NODES = {"doc", "panel", "paragraph", "text", "expand", "bulletList", "listItem", "status", "table", "tableRow", "tableCell", "rule"}


def nodes(node):
    """It and all below it."""
    yield node
    for inner in node.get("content", []):
        yield from nodes(inner)


def shape(node):
    """All of it but words that stand in text nodes, and how many of those follow each other."""
    inner = [shape(n) for n in node.get("content", []) if n["type"] != "text"]
    marks = sorted({m["type"] for n in node.get("content", []) for m in n.get("marks", [])})
    return [node["type"], node["type"] == "status" or node.get("attrs"), marks, inner]


class Words(unittest.TestCase):
    def documents(self):
        for said in SAID:
            for kind in ("comment", "told"):
                yield f"{said['state']} {kind} {said['names']}", said[kind]

    def test_every_state_says_something_short(self):
        self.assertGreater(len({said["state"] for said in SAID}), 20)
        for said in SAID:
            self.assertTrue(0 < len(said["line"]) <= 140 and said["line"].isprintable(), said)

    def test_by_atlassians_own_schema(self):
        if not SCHEMA.exists():
            self.skipTest("Atlassian's ADF schema is not beside the project")
        import jsonschema
        check = jsonschema.Draft4Validator(json.loads(SCHEMA.read_text()))
        for name, document in self.documents():
            self.assertEqual([e.message[:200] for e in check.iter_errors(document)], [], name)

    def test_names_are_text_and_nothing_else(self):
        for name, document in self.documents():
            for node in nodes(document):
                self.assertIn(node["type"], NODES, name)
                self.assertLessEqual({m["type"] for m in node.get("marks", [])}, {"strong", "code", "em"}, name)
                self.assertTrue(node["type"] != "text" or node["text"], f"{name}: an empty text node")
                self.assertNotIn("\u202e", node.get("text", ""), name)
                self.assertTrue(node["type"] == "text" or "script" not in json.dumps(node.get("attrs", {})), name)

    def test_hostile_names_change_no_structure(self):
        by_names = [[said for said in SAID if said["names"] == n] for n in (0, 1)]
        for plain, hostile in zip(*by_names):
            self.assertEqual(plain["state"], hostile["state"])
            for kind in ("comment", "told"):
                self.assertEqual(shape(plain[kind]), shape(hostile[kind]), f"{plain['state']} {kind}")


if __name__ == "__main__":
    unittest.main()
