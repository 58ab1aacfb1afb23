#!/usr/bin/python3
"""Entries of every kind in the formats of others: by the public schemas, and as they were.

usage: export_test.py WRITE_EXPORT [--update]
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from lib import formats  # noqa: E402

CASES = pathlib.Path(__file__).parent / "export"
TRIGGERS = pathlib.Path(__file__).resolve().parents[2] / "sql" / "routine" / "zz_triggers.sql"
HOSTILE = "<script>\u202egnp\u0007" + "\"'\\" + "w" * 1000
WRITE = UPDATE = None


def write(form, lines):
    done = subprocess.run([WRITE, form], input="".join(json.dumps(line) + "\n" for line in lines).encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def lines():
    return [json.loads(line) for line in (CASES / "entries.jsonl").read_text().splitlines()]


def spoiled(value):
    if isinstance(value, dict):
        return {k: HOSTILE if k in ("account", "entitlement", "ticket", "why", "reason", "site") and isinstance(v, str) else spoiled(v)
                for k, v in value.items()}
    return [spoiled(v) for v in value] if isinstance(value, list) else value


class Export(unittest.TestCase):
    maxDiff = None

    def same(self, name, text):
        if UPDATE:
            (CASES / name).write_text(text)
        self.assertEqual((CASES / name).read_text(), text, f"{name}: export_test.py WRITE_EXPORT --update, then read the diff")

    def test_ocsf(self):
        text = write("ocsf", lines())
        events = [json.loads(line) for line in text.splitlines()]
        for event in events:
            formats.ocsf(event)
        self.assertEqual({2003, 3001, 3004, 3005, 3006}, {e["class_uid"] for e in events})
        self.assertEqual({1, 2, 3}, {e["compliance"]["status_id"] for e in events if e["class_uid"] == 2003})
        self.assertEqual(len(events), len({e["metadata"]["uid"] for e in events}))
        self.assertEqual({4: "alice", 3: "bob"}, {e["activity_id"]: e["user"]["name"] for e in events if e["class_uid"] == 3006})
        self.same("entries.ocsf.jsonl", text)

    def test_every_kind_of_entry_is_an_event(self):
        """Whatever becomes evidence, with or without what stands beside it."""
        kinds = set(re.findall(r"'([a-z_]+\.[a-z_]+)'\)?,?$", TRIGGERS.read_text(), re.M))
        self.assertGreater(len(kinds), 30)
        for kind in sorted(kinds):
            for facts in ({"at_ms": 1, "hash": "00"}, lines()[0]["facts"]):
                for line in write("ocsf", [{"entry": {"kind": kind, "seq": 1, "detail": {}}, "facts": facts}]).splitlines():
                    formats.ocsf(json.loads(line))

    def test_whatever_people_write_is_text(self):
        for form, check in (("ocsf", formats.ocsf), ("oscal", formats.oscal)):
            for document in write(form, spoiled(lines())).splitlines():
                check(json.loads(document))

    def test_nobody_is_named_where_names_are_withheld(self):
        bare = lines()
        for line in bare:
            for item in line["facts"].get("items", []):
                item.pop("account", None)
        text = write("ocsf", bare)
        for event in text.splitlines():
            formats.ocsf(json.loads(event))
        for text in (text, write("oscal", lines())):
            self.assertNotIn("alice", text)
            self.assertNotIn("bob", text)

    def test_oscal(self):
        text = write("oscal", lines())
        self.assertEqual(text, write("oscal", lines()), "byte by byte")
        document = json.loads(text)
        formats.oscal(document)
        result = document["assessment-results"]["results"][0]
        verdicts = [next(p["value"] for p in o["props"] if p["name"] == "verdict") for o in result["observations"]]
        self.assertIn("unknown", verdicts)
        finding, = result["findings"]
        self.assertEqual("not-satisfied", finding["target"]["status"]["state"])
        against = [o["uuid"] for o, v in zip(result["observations"], verdicts) if v in ("drifted", "over-granted", "unproven")]
        self.assertEqual(against, [r["observation-uuid"] for r in finding["related-observations"]], "what is unknown is held against nobody")
        self.same("entries.oscal.json", text)

    def test_oscal_without_a_contradiction_or_anything(self):
        def result(keep):
            document = json.loads(write("oscal", [line for line in lines() if keep(line["entry"])]))
            formats.oscal(document)
            return document["assessment-results"]["results"][0]

        proven = result(lambda e: e["kind"] == "request.moved")
        self.assertEqual("satisfied", proven["findings"][0]["target"]["status"]["state"])
        unknown = result(lambda e: e["detail"].get("outcome") == "unknown")
        self.assertEqual((1, False), (len(unknown["observations"]), "findings" in unknown), "not known is no finding")
        nothing = result(lambda e: False)
        self.assertFalse({"observations", "findings"} & set(nothing))


if __name__ == "__main__":
    WRITE, UPDATE = sys.argv[1], "--update" in sys.argv
    unittest.main(argv=sys.argv[:1])
