#!/usr/bin/python3
"""What is made from the lock of a desk (lock/fields.lock.json): a mapping to begin with, and a JSON Schema of the site, which an
independent validator reads.

usage: lock_test.py COUNTERSIGN [--update]      (--update writes what the program makes now as expected)
"""
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

import mapping_test
from mapping_test import HERE, SCHEMAS, pages, read, whole

UPDATE = "--update" in sys.argv
LOCK = json.loads(read(HERE, "lock", "fields.lock.json"))
OLD_OPTIONS = '"SAP FIN": sap-fin, "Directory": directory'


class Beside(unittest.TestCase):
    """A folder with a mapping and a lock."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.lock(LOCK)

    def lock(self, lock):
        self.write("fields.lock.json", json.dumps(lock))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def mapping(self, *argv, code=0):
        done = subprocess.run([COUNTERSIGN, "mapping", *argv], cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def faults(self, name="m.yaml", code=0):
        return json.loads(self.mapping("validate", "--json", name, code=code).stdout)["faults"]

    def golden(self, name, said):
        path = os.path.join(HERE, "lock", name)
        if UPDATE:
            with open(path, "w", encoding="utf-8") as file:
                file.write(said)
        self.maxDiff = None
        self.assertMultiLineEqual(read(path), said)


class Scaffold(Beside):
    def test_a_desk(self):
        made = self.mapping("scaffold", "m.yaml", "--service-desk", "IAM").stdout
        self.golden("IAM.yaml", made)
        self.write("m.yaml", made)
        self.assertEqual([f["code"] for f in self.faults()], ["M131"])  # of the other desk

    def test_a_rule_fits_into_a_mapping(self):
        text = read(SCHEMAS, "example", "mapping.yaml").split("\n  - name: remove-app-access\n")[0]
        rule = self.mapping("scaffold", "m.yaml", "--request-type", "31").stdout
        self.write("m.yaml", text + "\n" + rule)
        self.assertEqual({f["code"] for f in self.faults()}, {"M131"})
        self.assertEqual(yaml.safe_load(text + "\n" + rule)["requests"][1]["change"], "removal")
        for line in rule.splitlines():
            if "customfield_" in line and "label" in line:
                self.assertIn("# check:", line)

    def test_whatever_things_are_called(self):
        """Names with quotes, line ends, words that YAML reads as false; a form that shows nothing of use; what is required."""
        lock = copy.deepcopy(LOCK)
        project = next(p for p in lock["sites"][0]["projects"] if p["key"] == "IAM")
        for kind in project["request_types"]:
            kind["name"] = 'no "such" # name\n- evil: yes'
            for field in kind["form"]["fields"]:
                field["name"] = field["name"] + ' "x" \\ # y\n  z: 1' if "customfield" in field["id"] else field["name"]
                for option in field.get("options", ()):
                    option["text"] = option["text"].replace("Workday", "off").replace("Directory", 'a: "b" # c')
        project["request_types"][1]["form"]["fields"] = [{"id": "summary", "kind": "text", "name": "Summary", "required": True}]
        project["request_types"][1]["name"] = "Transfer"
        for field in project["create_screen"]["form"]["fields"]:
            field["required"] = field["id"] in ("summary", "customfield_10126", "customfield_10090")
        self.lock(lock)
        made = self.mapping("scaffold", "m.yaml", "--service-desk", "IAM").stdout
        self.write("m.yaml", made)
        self.assertEqual([f["code"] for f in self.faults()], ["M131"])
        rules = yaml.safe_load(made)["requests"]
        self.assertEqual(rules[0]["application"]["lookup"], {"SAP FIN": "sap-fin", "off": "off", 'a: "b" # c': "a-b-c"})
        self.assertEqual((rules[1]["change"], rules[1]["subject"]["from"], rules[1]["entitlement"]["from"]), ("modify", "reporter", "summary"))
        self.assertEqual(set(rules[1]["ticket"]["fields"]), {"customfield_10126", "customfield_10090"})

    def test_no_name_ends_a_line(self):
        """What YAML takes for the end of a line beside line feed: the rest of a name would be a line of the rule."""
        for end in ("\u0085", "\u2028", "\u2029", "\ufeff"):
            lock = copy.deepcopy(LOCK)
            project = next(p for p in lock["sites"][0]["projects"] if p["key"] == "IAM")
            for kind in project["request_types"]:
                kind["name"] += f"{end}    expect: {{ present: entitlement }}"
                for field in kind["form"]["fields"]:
                    field["name"] += f"{end}    zzz: 1"
                    for option in field.get("options", ()):
                        option["text"] += f"{end}zzz: 1"
            self.lock(lock)
            with self.subTest(end=hex(ord(end))):
                made = self.mapping("scaffold", "m.yaml", "--service-desk", "IAM").stdout
                self.assertNotIn(end, made)
                self.assertTrue(all("expect" not in rule and "zzz" not in rule for rule in yaml.safe_load(made)["requests"]))

    def test_what_is_not_there_is_told(self):
        done = self.mapping("scaffold", "m.yaml", "--request-type", "99", code=64)
        self.assertIn("has no request type 99", done.stderr)
        self.assertIn("30 'Grant application access'", done.stderr)
        self.mapping("scaffold", "m.yaml", "--service-desk", "HR", code=64)
        lock = copy.deepcopy(LOCK)
        lock["sites"][0]["projects"][0]["request_types"][0]["name"] = "\x1b[2J\x1b]0;owned\x07"
        self.lock(lock)
        said = self.mapping("scaffold", "m.yaml", "--request-type", "99", code=64).stderr
        self.assertEqual([c for c in said if not c.isprintable() and c != "\n"], [])
        self.mapping("scaffold", "m.yaml", code=64)
        os.remove(os.path.join(self.folder, "fields.lock.json"))
        self.assertIn("countersign mapping lock", self.mapping("scaffold", "m.yaml", "--request-type", "30", code=78).stderr)


class Schema(Beside):
    def setUp(self):
        super().setUp()
        self.schema = json.loads(self.mapping("schema", "m.yaml").stdout)

    def refuses(self, text):
        return [f"{list(e.absolute_path)}: {e.message}"[:200] for e in jsonschema.Draft7Validator(self.schema).iter_errors(yaml.safe_load(text))]

    def test_it_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(self.schema)
        self.assertIn("site acme", self.schema["title"])

    def test_fields_are_completed_under_their_names(self):
        fields = {one["const"]: one for one in self.schema["definitions"]["field"]["anyOf"]}
        self.assertEqual(fields["customfield_10050"], {"const": "customfield_10050", "title": "Target system",
                                                       "description": "Target system (SAP FIN | Workday | Directory)"})
        types = self.schema["properties"]["requests"]["items"]["properties"]["request_type"]["anyOf"]
        self.assertEqual([(t["enum"], t["title"]) for t in types][0], (["30", 30], "Grant application access"))
        self.assertIn("Verifying access", self.schema["properties"]["statuses"]["properties"])

    def test_it_agrees_with_the_program(self):
        """What it refuses validate refuses; what is right is right to both. Each example of the pages of the desk."""
        seen = set()
        for code, (_, examples) in pages().items():
            for kind, slot, fragment in examples if code.startswith("M1") else ():
                text = whole(slot, fragment)
                self.write("m.yaml", text)
                refused = self.refuses(text)
                with self.subTest(code, kind=kind):
                    if kind == "right":
                        self.assertEqual(refused, [])
                    elif refused:
                        seen.add(code)
                        self.assertTrue(self.faults(code=78))
        self.assertEqual(seen, {"M101", "M104", "M108", "M112", "M130", "M132"})

    def test_the_example_and_the_scaffold_are_good(self):
        self.assertEqual(self.refuses(read(SCHEMAS, "example", "mapping.yaml")), [])
        self.assertEqual(self.refuses(read(HERE, "lock", "IAM.yaml")), [])

    def test_functions_make_other_keys(self):
        rule = mapping_test.RULE.replace('lookup: { "SAP FIN"', 'then: [lower], lookup: { "sap fin"')
        text = "version: 1\n" + mapping_test.as_item(rule)
        self.write("m.yaml", text)
        self.assertEqual((self.refuses(text), [f for f in self.faults() if f["severity"] == "error"]), ([], []))


class Several(Beside):
    def test_a_site_is_chosen(self):
        second = copy.deepcopy(LOCK["sites"][0]) | {"site": "beta"}
        self.lock({"version": 1, "sites": [LOCK["sites"][0], second]})
        self.assertIn("--site NAME, one of acme beta", self.mapping("schema", "mapping.yaml", code=64).stderr)
        self.assertIn("site beta", json.loads(self.mapping("schema", "mapping.yaml", "--site", "beta").stdout)["title"])


class Many(Beside):
    def test_many_types_without_a_rule_are_one_thing(self):
        lock = copy.deepcopy(LOCK)
        project = next(p for p in lock["sites"][0]["projects"] if p["key"] == "IAM")
        project["request_types"] += [{"id": str(100 + n), "issue_type": "10039", "name": f"Other {n}"} for n in range(60)]
        self.lock(lock)
        self.write("m.yaml", read(SCHEMAS, "example", "mapping.yaml").split("\ntests:")[0])
        faults = self.faults()
        self.assertEqual([f["code"] for f in faults], ["M131"])
        self.assertEqual(faults[0]["text"], "60 request types of service desk IAM have no rule")
        self.assertIn('100 "Other 0", 101 "Other 1"', faults[0]["note"])


class Options(Beside):
    def test_fix_writes_the_option_that_was_meant(self):
        """Both slips are corrected, and nothing else."""
        text = read(SCHEMAS, "example", "mapping.yaml").split("\ntests:")[0] + "\n"
        assert text.count(OLD_OPTIONS) == 3
        self.write("m.yaml", text.replace(OLD_OPTIONS, '"SAP-FIN": sap-fin, "Directry": directory'))
        self.mapping("validate", "--fix", "m.yaml")
        self.assertEqual(read(self.folder, "m.yaml"), text)


if __name__ == "__main__":
    COUNTERSIGN = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
