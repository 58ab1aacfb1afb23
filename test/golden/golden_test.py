#!/usr/bin/python3
"""What the program says of good and bad files, word for word; and that the JSON Schemas say the same where they can tell.

usage: golden_test.py COUNTERSIGN MAP_TICKET [--update]      (--update writes what the programs say now as expected)
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCHEMAS = os.path.join(ROOT, "schemas")
SOURCES = ("connector/yaml", "connector/mapping", "connector/config", "connector/policy", "connector/lock", "connector/cli")
UPDATE = "--update" in sys.argv
TEMPLATES = {"joiner", "mover", "leaver", "privileged", "elevation", "emergency", "contractor", "service-account", "api-key", "workload-role",
             "recertification", "pre-approved"}
EXAMPLE = {"config": "countersign.yaml", "mapping": "mapping.yaml"}


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def cases(kind):
    return yaml.safe_load(read(HERE, "check", f"{kind}.yaml"))


def text_of(case, kind):
    if "file" in case:
        return case["file"]
    text = read(SCHEMAS, "example", EXAMPLE[kind])
    changes = dict(case.get("replace") or {})
    if "repeat" in case:
        old, unit, times = case["repeat"]
        changes[old] = "".join(unit.replace("{i}", str(i)) for i in range(times))
    for old, new in changes.items():
        assert text.count(old) >= 1, f"{case['name']}: {old!r} does not stand in the example"
        if not case.get("also") and text.count(old) != 1:
            raise AssertionError(f"{case['name']}: {old!r} stands {text.count(old)} times in the example")
        text = text.replace(old, new, 1)
    return text


class Faults(unittest.TestCase):
    """Each case in a folder of its own with the example files beside it."""

    def check(self, kind, case):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(os.path.join(SCHEMAS, "example"), folder, dirs_exist_ok=True)
            name = EXAMPLE[kind]
            path = os.path.join(folder, name)
            if case.get("missing"):
                os.remove(path)
            else:
                with open(path, "w", encoding=case.get("encoding", "utf-8")) as file:
                    file.write(text_of(case, kind))
            if "rules" in case:  # of the policy
                with open(os.path.join(folder, "policy.yaml"), "w", encoding="utf-8") as file:
                    file.write(case["rules"])
            for old, new in (case.get("mapping") or {}).items():  # of the mapping file beside it
                beside = os.path.join(folder, EXAMPLE["mapping"])
                text = read(beside)
                self.assertEqual(text.count(old), 1)
                with open(beside, "w", encoding="utf-8") as file:
                    file.write(text.replace(old, new))
            if "lock" in case:  # the desk as it was; or what stands there instead
                with open(os.path.join(folder, "fields.lock.json"), "w", encoding="utf-8") as file:
                    file.write(read(HERE, "lock", "fields.lock.json") if case["lock"] is True else case["lock"])
            environment = {key: value for key, value in os.environ.items() if not key.startswith("COUNTERSIGN_")}
            environment.update(case.get("environment") or {})
            if "secrets" in case:
                environment["CREDENTIALS_DIRECTORY"] = "credentials"
                os.mkdir(os.path.join(folder, "credentials"))
                for secret, value in case["secrets"].items():
                    with open(os.path.join(folder, "credentials", secret), "w", encoding="utf-8") as file:
                        file.write(value)
            if kind == "config":
                argv = [COUNTERSIGN, "check", "--config", name] + ([] if "secrets" in case else ["--without-secrets"])
                for assignment in case.get("set", []):
                    argv += ["--set", assignment]
            else:
                argv = [COUNTERSIGN, "mapping", "validate", name]
            done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
            self.assertNotIn("hunter2", done.stdout + done.stderr, "a secret is shown")
            self.golden(f"{kind}-{case['name']}", done.stdout + done.stderr)
            return done

    def golden(self, name, said):
        path = os.path.join(HERE, "check", name + ".txt")
        if UPDATE:
            with open(path, "w", encoding="utf-8") as file:
                file.write(said)
        self.assertTrue(os.path.exists(path), f"{path} is missing; golden_test.py --update writes it")
        self.maxDiff = None
        self.assertMultiLineEqual(read(path), said)

    def agree(self, kind, case, code):
        """What check accepts, the schema accepts; what the schema refuses, check refuses."""
        if case.get("missing") or case["schema"] == "silent":
            return
        schema = json.loads(read(SCHEMAS, f"{kind}.schema.json"))
        validator = jsonschema.Draft7Validator(schema)
        faults = [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(yaml.safe_load(text_of(case, kind)))]
        self.assertEqual("refuses" if faults else "accepts", case["schema"], faults[:3])
        if faults:
            self.assertEqual(code, 78, "the schema refuses what the program accepts")

    def one(self, kind, case):
        done = self.check(kind, case)
        good = case["name"].startswith("good") or case.get("accepted")
        self.assertEqual(done.returncode, 0 if good else 78, done.stderr)
        if good:
            self.assertEqual(case["schema"], "accepts")
        code = case["name"][:4]
        if re.fullmatch(r"[CM]\d\d\d", code):
            self.assertRegex(done.stderr, rf"(error|warning)\[{code}\]")
        self.agree(kind, case, done.returncode)


def add_cases():
    for kind in EXAMPLE:
        for case in cases(kind):
            name = f"test_{kind}_{case['name']}".replace("-", "_")
            assert not hasattr(Faults, name), name
            setattr(Faults, name, lambda self, kind=kind, case=case: self.one(kind, case))


class Codes(unittest.TestCase):
    def made(self):
        codes = set()
        for folder in SOURCES:
            for path in glob.glob(os.path.join(ROOT, folder, "*.c")):
                codes |= set(re.findall(r'"([CM]\d\d\d)"', read(path)))
        return codes

    def test_every_code_has_a_case(self):
        shown = set()
        for path in glob.glob(os.path.join(HERE, "check", "*.txt")):
            shown |= set(re.findall(r"(?:error|warning)\[([CM]\d\d\d)\]", read(path)))
        for path in glob.glob(os.path.join(HERE, "mapping", "*", "expected.json")):
            shown |= set(re.findall(r"M2\d\d", read(path)))
        self.assertEqual(sorted(self.made() - shown), [])

    def test_every_code_is_explained(self):
        explained = set(re.findall(r"^\| ([CM]\d\d\d) \|", read(SCHEMAS, "README.md"), re.M))
        self.assertEqual(sorted(self.made() ^ explained), [])

    def test_no_expected_text_is_left_over(self):
        wanted = {f"{kind}-{case['name']}.txt" for kind in EXAMPLE for case in cases(kind)}
        found = {os.path.basename(path) for path in glob.glob(os.path.join(HERE, "check", "*.txt"))}
        self.assertEqual(sorted(found - wanted), [])


class RuleFiles(unittest.TestCase):
    """The schema of the policy's rule files says what the program says, where it can tell."""
    TOLD = {"C170", "C171", "C172", "C173", "C175", "C176", "C177", "C178"}  # not: two of one name, a test that fails, an anchor

    def faults(self, text):
        schema = json.loads(read(SCHEMAS, "policy.schema.json"))
        return [e.message for e in jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(text))]

    def test_the_example_is_one(self):
        self.assertEqual(self.faults(read(SCHEMAS, "example", "policy.yaml")), [])

    def test_what_the_program_refuses(self):
        refused = [case for case in cases("config") if "rules" in case]
        self.assertLessEqual(self.TOLD, {case["name"] for case in refused})
        for case in refused:
            self.assertEqual(bool(self.faults(case["rules"])), case["name"] in self.TOLD, case["name"])

    def test_what_it_takes_it_takes(self):
        """Every word of the language once: the program reads it without a fault, and so does the schema."""
        schema = json.loads(read(SCHEMAS, "policy.schema.json"))["definitions"]["rule"]["properties"]
        when = {name: ["*"] for name in schema["when"]["properties"]}
        text = yaml.safe_dump({"version": 1, "otherwise": "allow", "rules": [
            {"name": "all", "when": when, "needs": schema["needs"]["items"]["enum"]}, {"name": "one", "when": {"privileged": True}, "allow": True},
            {"name": "no", "when": {"stage": ["intake", "ver*"]}, "deny": "not yet"},
            {"name": "two", "approvals": {"at_least": 2, "people": ["a@example.com", "b@example.com"], "of_them": 1, "who": "risk office"}}]})
        self.assertEqual(self.faults(text), [])
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(os.path.join(SCHEMAS, "example"), folder, dirs_exist_ok=True)
            with open(os.path.join(folder, "policy.yaml"), "w", encoding="utf-8") as file:
                file.write(text)
            with open(os.path.join(folder, "countersign.yaml"), "a", encoding="utf-8") as file:
                file.write("policy: { rules: policy.yaml }\n")
            done = subprocess.run([COUNTERSIGN, "check", "--config", "countersign.yaml", "--without-secrets"], cwd=folder, capture_output=True,
                                  text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Schemas(unittest.TestCase):
    def test_they_are_draft_07(self):
        for kind in [*EXAMPLE, "policy"]:
            jsonschema.Draft7Validator.check_schema(json.loads(read(SCHEMAS, f"{kind}.schema.json")))

    def test_every_option_is_explained(self):
        """Each property of the schemas stands in the reference."""
        reference = read(SCHEMAS, "README.md")

        def names(schema):
            for name, value in schema.get("properties", {}).items():
                yield name
                yield from names(value)
                yield from names(value.get("items", {}))
            for value in schema.get("definitions", {}).values():
                yield from names(value)

        for kind in EXAMPLE:
            missing = {n for n in names(json.loads(read(SCHEMAS, f"{kind}.schema.json"))) if f"`{n}" not in reference}
            self.assertEqual(sorted(missing), [])

    def test_the_templates_are_accepted(self):
        """Each event of the reference has one, and their own tests pass."""
        path = os.path.join(SCHEMAS, "example", "templates.yaml")
        jsonschema.Draft7Validator(json.loads(read(SCHEMAS, "mapping.schema.json"))).validate(yaml.safe_load(read(path)))
        done = subprocess.run([COUNTERSIGN, "mapping", "validate", path], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, done.stderr))
        self.assertIn("0 errors", done.stderr + done.stdout)
        text = yaml.safe_load(read(path))
        self.assertEqual(set(text["templates"]), TEMPLATES)
        proven = {test["expect"].get("template") for test in text["tests"] if test["expect"].get("outcome") == "mapped"}
        self.assertEqual(TEMPLATES - proven, set(), "a test maps a ticket to each")

    def test_the_demo_is_accepted(self):
        path = os.path.join(ROOT, "deploy", "demo.d", "mapping.yaml")
        if not os.path.exists(path):
            self.skipTest("no demo")
        jsonschema.Draft7Validator(json.loads(read(SCHEMAS, "mapping.schema.json"))).validate(yaml.safe_load(read(path)))


class Mapped(unittest.TestCase):
    """mapping/NAME: ticket.json, and mapping.yaml or the example's, give expected.json; and back, if it maps."""

    def one(self, folder):
        own = os.path.join(folder, "mapping.yaml")
        mapping = own if os.path.exists(own) else os.path.join(SCHEMAS, "example", "mapping.yaml")
        done = subprocess.run([MAP_TICKET, mapping, os.path.join(folder, "ticket.json")], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.dumps(json.loads(done.stdout), indent=2, ensure_ascii=False) + "\n"
        path = os.path.join(folder, "expected.json")
        if UPDATE:
            with open(path, "w", encoding="utf-8") as file:
                file.write(said)
        self.maxDiff = None
        self.assertMultiLineEqual(read(path), said)
        self.assertEqual(json.loads(said).get("back"), "same" if json.loads(said)["outcome"] == "mapped" else None)


def add_tickets():
    for folder in sorted(glob.glob(os.path.join(HERE, "mapping", "*", ""))):
        name = "test_" + os.path.basename(os.path.dirname(folder)).replace("-", "_")
        setattr(Mapped, name, lambda self, folder=folder: self.one(folder))


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    COUNTERSIGN, MAP_TICKET = (os.path.abspath(word) for word in words[:2])
    add_cases()
    add_tickets()
    unittest.main(argv=sys.argv[:1])
