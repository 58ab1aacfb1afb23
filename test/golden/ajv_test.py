#!/usr/bin/python3
"""The schemas of the files people write, and the schema of a site (`mapping schema`), by Ajv, which editors are made of: it reads them,
and refuses what python-jsonschema refuses, document by document: the corpus of good and bad files, the examples of the pages of the desk.

usage: ajv_test.py COUNTERSIGN
"""
import fcntl
import json
import os
import shutil
import subprocess
import sys
import unittest

import jsonschema
import yaml

import golden_test
import lock_test
from mapping_test import HERE, SCHEMAS, pages, read, whole

FOLDER = os.path.join(os.path.dirname(os.path.dirname(HERE)), "build", "test-ajv")


def install():
    """Once into the build folder."""
    lock = read(HERE, "ajv", "package-lock.json")
    kept = os.path.join(FOLDER, "installed")
    for name in ("package.json", "package-lock.json", "judge.mjs"):
        shutil.copy(os.path.join(HERE, "ajv", name), FOLDER)
    if not os.path.exists(kept) or read(kept) != lock:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=FOLDER, check=True, capture_output=True)
        with open(kept, "w", encoding="utf-8") as file:
            file.write(lock)


def by_ajv(wanted):
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, "turn"), "w", encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        install()
    done = subprocess.run(["node", "judge.mjs"], cwd=FOLDER, input=json.dumps(wanted), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def readable(text):
    """As JSON, which an editor makes of YAML; None: it is none."""
    try:
        return json.loads(json.dumps(yaml.safe_load(text)))
    except (yaml.YAMLError, TypeError, ValueError):
        return None


def corpus(kind):
    texts = {case["name"]: golden_test.text_of(case, kind) for case in golden_test.cases(kind)
             if not case.get("missing") and case.get("encoding", "utf-8") == "utf-8"}
    return {name: document for name, text in texts.items() if (document := readable(text)) is not None}


class Agreement(lock_test.Beside):
    def documents(self):
        wanted = {kind: {"schema": json.loads(read(SCHEMAS, f"{kind}.schema.json")), "documents": corpus(kind)}
                  for kind in golden_test.EXAMPLE}
        examples = {f"{code} {n}": readable(whole(slot, fragment)) for code, (_, found) in pages().items()
                    for n, (_, slot, fragment) in enumerate(found)}
        good = {name: readable(read(*path)) for name, path in {
            "example": (SCHEMAS, "example", "mapping.yaml"), "templates": (SCHEMAS, "example", "templates.yaml"),
            "scaffold": (HERE, "lock", "IAM.yaml")}.items()}
        site = json.loads(self.mapping("schema", "m.yaml").stdout)
        wanted["site"] = {"schema": site, "documents": {k: v for k, v in (examples | good | corpus("mapping")).items() if v is not None}}
        return wanted

    def test_both_validators_say_the_same(self):
        wanted = self.documents()
        found, refused = by_ajv(wanted), dict.fromkeys(wanted, 0)
        for name, of in wanted.items():
            validator = jsonschema.Draft7Validator(of["schema"])
            for which, document in of["documents"].items():
                theirs = [e.message for e in validator.iter_errors(document)]
                refused[name] += bool(theirs)
                with self.subTest(name, document=which):
                    self.assertEqual(bool(found[name][which]), bool(theirs), (found[name][which][:3], theirs[:3]))
        self.assertTrue(all(count > 20 for count in refused.values()), refused)  # else nothing was compared
        self.assertEqual({k: found["site"][k] for k in ("example", "scaffold")}, {"example": [], "scaffold": []})


if __name__ == "__main__":
    lock_test.COUNTERSIGN = golden_test.COUNTERSIGN = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
