#!/usr/bin/python3
"""What countersign init writes: a configuration and a mapping without faults for every kind of source and both flavours of Jira,
over nothing that is there, with no secret in it.

usage: init_test.py COUNTERSIGN
"""
import json
import os
import pty
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CLOUD = ("--url", "https://acme.atlassian.net/", "--email", "access-check@acme.com", "--projects", "IAM,OPS")
DATACENTER = ("--flavour", "datacenter", "--url", "https://jira.example.com/desk", "--projects", "IAM")
KINDS = ("ldap", "sql", "scim", "rest", "csv")


def schema(name):
    with open(os.path.join(ROOT, "schemas", name), encoding="utf-8") as file:
        return json.load(file)


class Init(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def run_it(self, *argv, code=0):
        done = subprocess.run([COUNTERSIGN, *argv], cwd=self.folder, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
                              env={**os.environ, "COUNTERSIGN_LISTEN_PORT": "none"} if argv[0] == "init" else None)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def init(self, *argv, code=0):
        return self.run_it("init", *argv, code=code)

    def read(self, *path):
        with open(os.path.join(self.folder, *path), encoding="utf-8") as file:
            return file.read()

    def write(self, text, *path):
        path = os.path.join(self.folder, *path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def files(self):
        return sorted(os.path.relpath(os.path.join(at, name), self.folder) for at, _, names in os.walk(self.folder) for name in names)

    def test_what_it_writes_is_good(self):
        """Each kind alone, and all together; the schemas agree."""
        for flavour, site in (("cloud", CLOUD), ("datacenter", DATACENTER)):
            for kinds in [(k,) for k in KINDS] + [KINDS]:
                sources = [word for k in kinds for word in ("--source", f"a-{k}={k}")]
                name = f"{flavour}-{'-'.join(kinds)}"
                self.init(name, *site, *sources)
                checked = self.run_it("check", "--without-secrets", "--config", f"{name}/countersign.yaml")
                self.assertIn("0 errors", checked.stderr)
                config, mapping = yaml.safe_load(self.read(name, "countersign.yaml")), yaml.safe_load(self.read(name, "mapping.yaml"))
                jsonschema.validate(config, schema("config.schema.json"))
                jsonschema.validate(mapping, schema("mapping.schema.json"))
                self.assertEqual([s["kind"] for s in config["sources"]], list(kinds))
                self.assertEqual(config["sites"][0]["projects"], ["IAM", "OPS"] if site is CLOUD else ["IAM"])
                self.assertEqual({r["application"]["const"] for r in mapping["requests"]}, {f"a-{kinds[0]}"})
                self.assertEqual({r["mode"] for r in mapping["requests"]} | {config["sites"][0]["mode"]}, {"observe"})
                self.assertNotIn("@", re.sub(r"\S+@\S+\.\S+", "", self.read(name, "countersign.yaml")))  # every word was filled in

    def test_the_whole_way(self):
        """What is missing is named; once it is there, check is content."""
        said = json.loads(self.init("it's here", *CLOUD, "--json").stdout)
        here = os.path.realpath(os.path.join(self.folder, "it's here"))
        self.assertEqual([os.path.relpath(f, here) for f in said["written"]],
                         ["countersign.yaml", "mapping.yaml", "secrets/webhook-secret", "secrets/api-token"])
        self.assertEqual({os.path.relpath(m["file"], here): m["what"] for m in said["missing"]},
                         {"secrets/jira-token": "the API token of access-check@acme.com", "secrets/directory": "what its source is read with"})
        self.assertFalse(said["mapping_of_the_desk"])
        self.assertIn("no token yet", said["why_not"])
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(here, "secrets")).st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(here, "secrets", "api-token")).st_mode), 0o600)
        self.assertNotEqual(self.read("it's here", "secrets", "api-token"), self.read("it's here", "secrets", "webhook-secret"))
        for name in ("api-token", "webhook-secret"):
            self.assertNotIn(self.read("it's here", "secrets", name).strip(), self.read("it's here", "countersign.yaml"))
        following = shlex.split(said["next"])
        self.assertEqual(following[0], "countersign")
        self.assertIn("C062", self.run_it(*following[1:], code=78).stderr)
        for missing in said["missing"]:
            self.write("given", missing["file"])
        self.assertIn("0 errors", self.run_it(*following[1:]).stderr)

    def test_nothing_is_overwritten(self):
        self.write("mine", "there", "mapping.yaml")
        self.assertIn("is there already", self.init("there", *CLOUD, code=73).stderr)
        self.assertEqual(self.files(), ["there/mapping.yaml"])
        self.write("from before", "other", "secrets", "api-token")
        said = self.init("other", *CLOUD).stdout
        self.assertEqual(self.read("other", "secrets", "api-token"), "from before")
        self.assertNotIn("api-token", said)
        kept = self.read("other", "countersign.yaml")
        self.init("other", *DATACENTER, code=73)
        self.assertEqual(self.read("other", "countersign.yaml"), kept)

    def test_wrong_answers_leave_nothing(self):
        for argv, wanted in ((("x",), "--url"), (("x", *CLOUD[:2]), "--email"), (("x", *CLOUD[:4]), "--projects"),
                             (("x", *CLOUD, "--source", "a=b"), "--source is NAME=KIND"), (("x", *CLOUD, "--flavour", "server"), "--flavour is"),
                             ((*CLOUD,), "usage"), (("x", "y", *CLOUD), "usage"), ((), "usage"),
                             (("x", "--url", "http://acme.example.com", *CLOUD[2:]), "C021"),
                             (("x", *CLOUD, "--name", "two words"), "C027"), (("x", *CLOUD[:4], "--projects", "i am"), "C022"),
                             (("x", *CLOUD, "--token", "hunter2-hunter2"), "C016"), (("x", *CLOUD, "--source", "a=csv", "--source", "a=sql"), "C035")):
            said = self.init(*argv, code=64)
            self.assertIn(wanted, said.stderr)
            self.assertEqual((said.stdout, self.files()), ("", []), argv)
            self.assertNotIn("hunter2", said.stderr)

    def test_a_terminal_is_asked(self):
        """Only for what no option says; Enter takes what is offered."""
        ours, theirs = pty.openpty()
        os.write(ours, b"https://acme.atlassian.net\naccess-check@acme.com\nIAM, OPS\n\n")
        done = subprocess.run([COUNTERSIGN, "init", "x"], cwd=self.folder, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, timeout=60, text=True)
        asked = os.read(ours, 4096).decode()
        os.close(ours), os.close(theirs)
        self.assertEqual(done.returncode, 0, asked)
        self.assertEqual(asked.count("? "), 4, asked)
        config = yaml.safe_load(self.read("x", "countersign.yaml"))
        self.assertEqual((config["sites"][0]["name"], config["sites"][0]["projects"], config["sources"][0]["kind"]), ("acme", ["IAM", "OPS"], "ldap"))

    def test_words_with_quotes_are_words(self):
        database = "host=/run/pg dbname='it''s \"here\"' user=u # no comment"
        self.init("x", *CLOUD, "--database", database)
        self.assertEqual(yaml.safe_load(self.read("x", "countersign.yaml"))["database"]["conninfo"], database)


if __name__ == "__main__":
    COUNTERSIGN = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
