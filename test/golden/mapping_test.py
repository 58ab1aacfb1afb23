#!/usr/bin/python3
"""The pages of schemas/explain: their examples do what they say. The forms in which faults are given: JSON, SARIF, GitHub, and as
an edit of the file (--fix). And tickets, explained function by function.

usage: mapping_test.py COUNTERSIGN [--update]      (--update writes what the program says now as expected)
"""
import glob
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMAS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "schemas")
UPDATE = "--update" in sys.argv
BATCH = 16  # files of one run
RULE = """\
name: remove-access
request_type: "31"
change: removal
subject: { from: customfield_10061, on_missing: hold }
application: { from: customfield_10050, lookup: { "SAP FIN": sap-fin }, on_missing: hold }
entitlement: { from: customfield_10052, on_missing: hold }
"""
# Nothing in a file alone shows these.
SILENT = {"M002": "too large a file would have to stand there", "M035": "needs the sources of a configuration",
          "M100": "the lock would have to be a bad one", "M202": "a value of 257 characters would have to stand there"}


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def pages():
    """{code: (title, [(wrong or right, slot, fragment)])}"""
    found = {}
    for path in sorted(glob.glob(os.path.join(SCHEMAS, "explain", "*.md"))):
        for part in re.split(r"(?m)^## ", read(path))[1:]:
            head, _, body = part.partition("\n")
            code, _, title = head.partition(": ")
            assert code not in found, f"{code} has two pages"
            found[code] = (title, re.findall(r"(?ms)^```yaml (\w+) (\w+)\n(.*?)^```$", body))
    return found


def members(text):
    """A map's members as text: a member is a line that begins with a key, and what is indented below it."""
    return [part for part in re.split(r"(?m)^(?=[^\s#])", text) if part.strip()]


def over(base, fragment):
    """The base's members, those of the fragment instead of them or behind them."""
    keys = {re.match(r"[\w-]+", part).group() for part in members(fragment) if re.match(r"[\w-]+:", part)}
    kept = [part for part in members(base) if re.match(r"[\w-]+", part).group() not in keys]
    return "".join(kept) + fragment


def as_item(rule):
    return "requests:\n" + "".join(("  - " if i == 0 else "    ") + line + "\n" for i, line in enumerate(rule.splitlines()))


def whole(slot, fragment):
    if slot == "file":
        return fragment
    if slot == "top":
        return over("version: 1\n" + as_item(RULE), fragment)
    return "version: 1\n" + as_item(over(RULE, fragment) if slot == "rule" else fragment)


def golden(case, name, said):
    path = os.path.join(HERE, "check", name)
    if UPDATE:
        with open(path, "w", encoding="utf-8") as file:
            file.write(said)
    case.maxDiff = None
    case.assertMultiLineEqual(read(path), said)


def run(*argv, cwd):
    return subprocess.run([COUNTERSIGN, "mapping", *argv], cwd=cwd, capture_output=True, text=True, timeout=120)


class Pages(unittest.TestCase):
    def test_examples_of_the_desk_do_what_they_say(self):
        """Each beside the lock; what else the desk says of an example is not its subject."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(HERE, "lock", "fields.lock.json"), folder)
            for code, (_, examples) in pages().items():
                for kind, slot, fragment in examples if code.startswith("M1") else ():
                    with open(os.path.join(folder, "m.yaml"), "w", encoding="utf-8") as file:
                        file.write(whole(slot, fragment))
                    said = {fault["code"] for fault in json.loads(run("validate", "--json", "m.yaml", cwd=folder).stdout)["faults"]}
                    with self.subTest(code, kind=kind):
                        self.assertEqual(code in said, kind == "wrong", said)
                        self.assertEqual([c for c in said if not c.startswith("M1")], [])

    def test_examples_do_what_they_say(self):
        wanted = {}
        with tempfile.TemporaryDirectory() as folder:
            for code, (_, examples) in pages().items():
                if code.startswith("M1"):
                    continue
                for n, (kind, slot, fragment) in enumerate(examples):
                    wanted[f"{code}-{n}-{kind}.yaml"] = code if kind == "wrong" else None
                    with open(os.path.join(folder, f"{code}-{n}-{kind}.yaml"), "w", encoding="utf-8") as file:
                        file.write(whole(slot, fragment))
            said = {name: set() for name in wanted}
            for at in range(0, len(wanted), BATCH):
                done = run("validate", "--json", *list(wanted)[at:at + BATCH], cwd=folder)
                for fault in json.loads(done.stdout)["faults"]:
                    said[fault["file"]].add(fault["code"])
        self.assertEqual({name: codes for name, codes in said.items() if wanted[name] is None and codes}, {})
        self.assertEqual([name for name, code in wanted.items() if code and code not in said[name]], [])

    def test_every_page_has_examples(self):
        for code, (_, examples) in pages().items():
            with self.subTest(code):
                kinds = {kind for kind, _, _ in examples}
                if code in SILENT:
                    self.assertEqual(kinds, set(), "then it need not be silent")
                else:
                    self.assertIn("right" if code.startswith("M2") else "wrong", kinds)

    def test_every_code_has_a_page_of_that_title(self):
        table = dict(re.findall(r"^\| (M\d\d\d) \| (.*) \|$", read(SCHEMAS, "README.md"), re.M))
        self.assertEqual({code: title for code, (title, _) in pages().items()}, table)

    def test_a_page_is_printed(self):
        done = run("explain", "m010", cwd=HERE)
        self.assertEqual(done.returncode, 0, done.stderr)
        golden(self, "explain/M010.txt", done.stdout)
        self.assertEqual(done.stderr, "")
        page = json.loads(run("explain", "M010", "--json", cwd=HERE).stdout)
        self.assertEqual(page, {"code": "M010", "title": pages()["M010"][0], "text": done.stdout})

    def test_an_unknown_code_is_told(self):
        done = run("explain", "M999", cwd=HERE)
        self.assertEqual((done.returncode, done.stdout), (64, ""))
        self.assertIn("there is no fault M999", done.stderr)


class Examples(unittest.TestCase):
    """One for each lifecycle event, in the reference."""

    EVENTS = ["Joiner", "Mover", "Leaver", "Privileged", "Contractor", "Service account", "Key rotation"]

    def examples(self):
        text = read(SCHEMAS, "README.md")
        return re.findall(r"(?ms)^\*\*([A-Z][a-z ]+)\*\*: [^`]*?\n\n```yaml example\n(.*?)^```$", text), text

    def test_all_events_have_one(self):
        found, text = self.examples()
        self.assertEqual([event for event, _ in found], self.EVENTS)
        self.assertEqual(text.count("```yaml example"), len(found))

    def test_they_are_good_and_their_tests_pass(self):
        schema = jsonschema.Draft7Validator(json.loads(read(SCHEMAS, "mapping.schema.json")))
        with tempfile.TemporaryDirectory() as folder:
            for event, text in self.examples()[0]:
                with open(os.path.join(folder, event + ".yaml"), "w", encoding="utf-8") as file:
                    file.write("version: 1\n" + text)
                self.assertEqual([e.message for e in schema.iter_errors(yaml.safe_load("version: 1\n" + text))], [], event)
                self.assertTrue(yaml.safe_load(text)["tests"], event)
            done = run("validate", *(event + ".yaml" for event in self.EVENTS), cwd=folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(re.findall(r"(?m): 0 errors, \d rules?, [1-9] tests? run$", done.stderr)), len(self.EVENTS), done.stderr)


class Forms(unittest.TestCase):
    """One file with three faults, in each form."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        text = read(SCHEMAS, "example", "mapping.yaml")
        for old, new in (("mode: warn", "mode: wam"), ("[trim, lower]", "[tirm, lower]"), ("  Resolved: done", "  On: done")):
            assert old in text
            text = text.replace(old, new, 1)
        self.write(text)
        shutil.copytree(os.path.join(SCHEMAS, "example", "fixtures"), os.path.join(self.folder, "fixtures"))

    def write(self, text):
        with open(os.path.join(self.folder, "m,a.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    def text(self):
        return read(self.folder, "m,a.yaml")

    def run(self, *args, **kw):  # of unittest, unless a command line is given
        return run(*args, cwd=self.folder) if args and isinstance(args[0], str) else super().run(*args, **kw)

    def test_json(self):
        done = self.run("validate", "--json", "m,a.yaml")
        self.assertEqual(done.returncode, 78)
        said = json.loads(done.stdout)
        self.assertEqual(said["errors"], 1)
        self.assertEqual({(f["code"], f["file"], f["fix"]["text"]) for f in said["faults"]}, {("M010", "m,a.yaml", '"On"')})

    def test_sarif(self):
        self.run("validate", "--fix", "m,a.yaml")
        self.write(self.text().replace("[trim, lower]", "[tirm, regex]", 1).replace("wam", "warn"))
        done = self.run("validate", "--format", "sarif", "m,a.yaml")
        self.assertEqual(done.returncode, 78)
        log = json.loads(done.stdout)
        self.assertEqual((log["version"], len(log["runs"])), ("2.1.0", 1))
        one = log["runs"][0]
        self.assertEqual(one["columnKind"], "unicodeCodePoints")
        self.assertEqual([r["id"] for r in one["tool"]["driver"]["rules"]], ["M022"])
        self.assertEqual([(r["ruleId"], r["level"]) for r in one["results"]], [("M022", "error")] * 2)
        first, second = one["results"]
        place = first["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"]["uri"], "m%2Ca.yaml")
        line = self.text().splitlines()[place["region"]["startLine"] - 1]
        self.assertEqual(line[place["region"]["startColumn"] - 1:place["region"]["endColumn"] - 1], "tirm")
        change = first["fixes"][0]["artifactChanges"][0]["replacements"][0]
        self.assertEqual((change["deletedRegion"], change["insertedContent"]), (place["region"], {"text": "trim"}))
        self.assertNotIn("fixes", second)

    def test_github(self):
        done = self.run("validate", "--format", "github", "m,a.yaml")
        self.assertRegex(done.stdout, r"\A::error file=m%2Ca\.yaml,line=\d+,col=3,endColumn=5,title=M010::YAML reads .*\n\Z")

    def test_a_configuration_with_its_mapping(self):
        """Faults of both files in one answer, each under the name of its file."""
        with open(os.path.join(self.folder, "countersign.yaml"), "w", encoding="utf-8") as file:
            text = read(SCHEMAS, "example", "countersign.yaml")
            file.write(text.replace("mapping: mapping.yaml", "mapping: m,a.yaml").replace("flavour: cloud", "flavour: clod"))
        done = subprocess.run([COUNTERSIGN, "check", "--config", "countersign.yaml", "--without-secrets", "--format", "github"],
                              cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 78)
        self.assertEqual([re.sub(r",line.*title=(\w+)::.*", r" \1", line) for line in done.stdout.splitlines()],
                         ["::error file=countersign.yaml C024", "::error file=m%2Ca.yaml M010"])

    def test_tests_are_listed(self):
        name = "another person is expected"
        self.write("version: 1\n" + as_item(RULE) + "tests:\n" + "".join(
            f'  - {{ name: "{title}", ticket: {{ request_type: "{number}" }}, expect: {{ outcome: {outcome} }} }}\n'
            for title, number, outcome in (("not ours", 99, "not_governed"), (name, 31, "mapped"), ("held", 31, "hold"))))
        done = self.run("test", "m,a.yaml")
        self.assertEqual((done.returncode, done.stdout), (78, f"ok    not ours\nFAIL  {name}\nok    held\n"))
        self.assertIn("m,a.yaml: 1 error, 1 rule, 3 tests run", done.stderr)
        self.assertEqual(self.run("validate", "m,a.yaml").stdout, "")

    def test_unknown_form(self):
        self.assertEqual(self.run("validate", "--format", "xml", "m,a.yaml").returncode, 64)

    def test_fix_corrects_one_layer_after_the_other(self):
        os.chmod(os.path.join(self.folder, "m,a.yaml"), 0o640)
        done = self.run("validate", "--fix", "m,a.yaml")
        self.assertEqual(done.returncode, 78, "mode: wam is not near to any one mode" if done.returncode else "")
        text = self.text()
        self.assertIn('  "On": done', text)
        self.assertIn("[trim, lower]", text)
        self.assertNotIn("tirm", text)
        self.assertIn("On -> \"On\" [M010]", done.stderr)
        self.assertIn("tirm -> trim [M022]", done.stderr)
        self.assertIn("mode: wam", text)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.folder, "m,a.yaml")).st_mode), 0o640)
        self.assertEqual(sorted(os.listdir(self.folder)), ["fixtures", "m,a.yaml"])
        self.write(text.replace("wam", "warn"))
        self.assertEqual(self.run("validate", "m,a.yaml").returncode, 0)

    def test_a_dry_run_writes_nothing(self):
        before = self.text()
        done = self.run("validate", "--fix", "--dry-run", "m,a.yaml")
        self.assertEqual(self.text(), before)
        self.assertIn('On -> "On" [M010], not written', done.stderr)


class Piped(unittest.TestCase):
    """Files that another program writes: `jq ... | countersign mapping validate -`, `validate <(...)`."""

    def piped(self, command, text):
        return subprocess.run(["bash", "-c", command, COUNTERSIGN], cwd=os.path.join(SCHEMAS, "example"), input=text, capture_output=True, text=True,
                              timeout=60)

    def test_standard_input_and_substitutions_are_files(self):
        text = read(SCHEMAS, "example", "mapping.yaml")
        for command in ('"$0" mapping validate -', '"$0" mapping validate /dev/stdin', '"$0" mapping validate <(cat)', 'cat | "$0" mapping test -'):
            with self.subTest(command):
                done = self.piped(command, text)
                if "<(cat)" in command or "/dev/" in command:  # tickets stand beside the file, and there is nothing beside a pipe
                    self.assertEqual([line for line in done.stderr.splitlines() if "error" in line and "M053" not in line and "errors" not in line
                                      and "1 error" not in line], [])
                else:
                    self.assertEqual(done.returncode, 0, done.stderr)
        wrong = self.piped('"$0" mapping validate -', text.replace("mode: warn", "mode: wam", 1))
        self.assertEqual(wrong.returncode, 78)
        self.assertRegex(wrong.stdout + wrong.stderr, r"--> -:\d+:\d+\n")
        ticket = read(HERE, "mapping", "removal-leaver", "ticket.json")
        tried = self.piped('"$0" mapping try mapping.yaml -', ticket)
        self.assertEqual(tried.returncode, 0, tried.stderr)
        self.assertIn("IAM-482", tried.stdout)

    def test_what_cannot_be_is_said(self):
        fixed = self.piped('"$0" mapping validate --fix -', "version: 1\n")
        self.assertEqual(fixed.returncode, 65)
        self.assertIn("'-' can be read and not corrected: put it into a file first", fixed.stderr)
        long = self.piped('head -c 5000000 /dev/zero | "$0" mapping validate -', "")
        self.assertEqual(long.returncode, 65)
        self.assertRegex(long.stderr, r"'-' is larger than \d+ bytes")
        evidence = self.piped('"$0" evidence verify <(cat)', "{}\n")
        self.assertEqual(evidence.returncode, 65)
        self.assertIn("is a pipe, and evidence is read more than once: put it into a file first", evidence.stderr)


class Try(unittest.TestCase):
    """Tickets of mapping/, explained; what is said of them is what `map_ticket` makes of them."""

    CASES = ("removal-leaver", "unknown-system", "multi-select", "empty-role", "not-governed", "every-kind", "hidden-person",
             "many-mover", "many-unknown")

    def argv(self, name):
        own = os.path.join("mapping", name, "mapping.yaml")
        mapping = own if os.path.exists(os.path.join(HERE, own)) else "../../schemas/example/mapping.yaml"
        return ["try", mapping, os.path.join("mapping", name, "ticket.json")]

    def test_each_step_is_shown(self):
        said = ""
        for name in self.CASES:
            done = run(*self.argv(name), cwd=HERE)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            said += f"# {name}\n" + re.sub(r", [0-9a-f]{12}\)", ", HASH)", done.stdout) + "\n"
        golden(self, "try/tickets.txt", said)

    def test_json(self):
        for name in ("empty-role", "removal-leaver", "not-governed"):
            with self.subTest(name):
                said = json.loads(run(*self.argv(name), "--json", cwd=HERE).stdout)
                expected = json.loads(read(HERE, "mapping", name, "expected.json"))
                self.assertEqual(said["outcome"], expected["outcome"])
                stops = [(t["target"], s["step"]) for t in said["targets"] for s in t["steps"] if s["stops"]]
                self.assertEqual(stops, [("entitlement", "on_missing")] if name == "empty-role" else [])
                self.assertEqual("request" in said, name == "removal-leaver")

    def test_what_a_ticket_says_does_nothing_to_the_terminal(self):
        ticket = json.loads(read(HERE, "mapping", "not-governed", "ticket.json"))
        ticket["key"] = "IAM\x1b[1A-482"
        ticket["fields"]["customfield_10010"]["requestType"]["id"] = "40\x1b]0;owned\x07\u009b2J\r"
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ticket.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(ticket, file)
            done = run("try", "../../schemas/example/mapping.yaml", path, cwd=HERE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("request type 40?]0;owned??2J?, ", done.stdout)
        self.assertEqual([c for c in done.stdout if not c.isprintable() and c != "\n"], [])

    def test_bad_input_is_told(self):
        ticket = os.path.join("mapping", "removal-leaver", "ticket.json")
        self.assertEqual(run("try", "../../schemas/example/mapping.yaml", "nothing.json", cwd=HERE).returncode, 65)
        self.assertEqual(run("try", "../../schemas/example/mapping.yaml", "golden.yaml", cwd=HERE).returncode, 65)
        self.assertEqual(run("try", ticket, ticket, cwd=HERE).returncode, 78)
        self.assertEqual(run("try", ticket, cwd=HERE).returncode, 64)


if __name__ == "__main__":
    COUNTERSIGN = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
