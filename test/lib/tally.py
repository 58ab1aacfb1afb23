#!/usr/bin/env python3
"""Counts what test/run ran. One record a test in build/results/tally.jsonl; `sum` prints them and sets the exit code.

A meson test counts as the single tests its output shows: cmocka, TAP, unittest, or a line "passed N failed N skipped N".
After several suites `sum` says where the time went: what was built, each suite, and the slowest files.
"""
import collections
import json
import os
import re
import sys
import time
import xml.etree.ElementTree as xml

FILE = "build/results/tally.jsonl"
SLOWEST = 10


def note(suite, outcome, name, why="", count=1):
    with open(FILE, "a") as file:
        file.write(json.dumps({"suite": suite, "outcome": outcome, "name": name, "why": why, "count": count}) + "\n")


def took(kind, suite, name, seconds):
    """How long a build, a suite or a file of tests took."""
    with open(FILE, "a") as file:
        file.write(json.dumps({"outcome": "took", "kind": kind, "suite": suite, "name": name, "seconds": float(seconds), "count": 0}) + "\n")


def cmocka(text):
    for word, name in re.findall(r"^\[\s*(OK|FAILED|SKIPPED)\s*\] (\w+)$", text, re.M):
        yield {"OK": "passed", "FAILED": "failed", "SKIPPED": "skipped"}[word], name, ""


def tap(text):
    if not re.search(r"^(1\.\.\d+|TAP version \d+)\s*$", text, re.M):
        return
    for bad, name, word, why in re.findall(
            r"^(not )?ok\b ?(?:\d+)? ?-? ?(.*?)(?:\s*# ?(SKIP|TODO)\b ?(.*))?$", text, re.M | re.I):
        if word.upper() == "SKIP":
            yield "skipped", name, why
        else:
            yield ("failed" if bad and word.upper() != "TODO" else "passed"), name, ""


def unittest(text):
    for name, why in re.findall(r"^(\w+) \([\w.]+\) \.\.\. skipped '(.*)'$", text, re.M):
        yield "skipped", name, why
    for name in re.findall(r"^(?:FAIL|ERROR): (\w+)", text, re.M):
        yield "failed", name, ""
    ran = re.search(r"^Ran (\d+) tests? in", text, re.M)
    skipped = re.search(r"\(.*skipped=(\d+)", text)
    if ran:
        bad = len(set(re.findall(r"^(?:FAIL|ERROR): (\w+)", text, re.M)))
        for number in range(int(ran.group(1)) - bad - int(skipped.group(1) if skipped else 0)):
            yield "passed", str(number), ""


def counted(text):
    line = re.search(r"^passed (\d+),? failed (\d+),? skipped (\d+)\b ?(.*)$", text, re.M)
    if line:
        for outcome, number in zip(("passed", "failed", "skipped"), line.groups()):
            for _ in range(int(number)):
                yield outcome, "", line.group(4)


def single_tests(text):
    for reader in (cmocka, tap, unittest, counted):
        found = list(reader(text))
        if found:
            return found
    return []


def record(suite, name, text, ok, why):
    """The single tests of one program; at least one, and a failed one when the program says so."""
    found = single_tests(text)
    for outcome, inner, reason in found:
        note(suite, outcome, f"{name}: {inner}" if inner else name, reason)
    if not ok and not any(outcome == "failed" for outcome, _, _ in found):
        note(suite, "failed", name, why)
    elif not found:
        note(suite, "passed", name)
    if not ok:
        print(f"--- {suite} {name}: {why}")
        print(text[-6000:].rstrip())


def meson(suite, path):
    if not os.path.exists(path) or not os.path.getsize(path):
        note(suite, "failed", "meson", "ran nothing")
        return
    with open(path) as file:
        for line in file:
            test = json.loads(line)
            name = test["name"].split(" / ")[-1]
            text = test.get("stdout", "") + "\n" + test.get("stderr", "")
            took("file", suite, name, test.get("duration", 0))
            if test["result"] == "SKIP" and not single_tests(text):
                note(suite, "skipped", name, (text.strip().split("\n") or [""])[-1])
            else:
                record(suite, name, text, test["result"] in ("OK", "EXPECTEDFAIL", "SKIP"), test["result"].lower())


def pytest(suite, path):
    if not os.path.exists(path):
        note(suite, "failed", "pytest", "it did not get as far as a report")
        return
    seconds = collections.Counter()
    for case in xml.parse(path).getroot().iter("testcase"):
        words = case.get("classname", "").split(".")
        file = next((word for word in words if word.startswith("test_")), words[-1])  # a class's name stands behind it
        seconds[file] += float(case.get("time", 0))
        name = f"{words[-1]}: {case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            note(suite, "failed", name)
        elif skipped is not None:
            note(suite, "skipped", name, skipped.get("message", ""))
        else:
            note(suite, "passed", name)
    for file, spent in seconds.items():
        took("file", suite, file, spent)


def script(suite, path, code):
    with open(path, errors="replace") as file:
        text = file.read()
    for outcome, name, why in single_tests(text):
        note(suite, outcome, name or "run", why)
    found = single_tests(text)
    if not found:
        note(suite, "failed", "run", "it reported no result")
    elif code != "0" and not any(outcome == "failed" for outcome, _, _ in found):
        note(suite, "failed", "run", f"exit {code}")


def has(directory, suite):
    """Does this build folder know a test of the suite?"""
    with open(f"{directory}/meson-info/intro-tests.json") as file:
        return any(suite == name.split(":")[-1] for test in json.load(file) for name in test["suite"])


def read():
    with open(FILE) as file:
        return [json.loads(line) for line in file]


def count(records, suite=None):
    return [sum(r["count"] for r in records if r["outcome"] == outcome and suite in (None, r["suite"]))
            for outcome in ("passed", "failed", "skipped")]


def end(suite):
    records = read()
    passed, failed, skipped = count(records, suite)
    if passed + failed + skipped == 0:
        if any(r["outcome"] == "failed" and r["suite"] == "build" for r in records):
            note(suite, "skipped", suite, "did not build")
        else:
            note(suite, "skipped", suite, "has no tests here")
        skipped = 1
    start = max(r["at"] for r in records if r["outcome"] == "start" and r["suite"] == suite)
    words = [f"{passed} passed"] + [f"{n} {word}" for n, word in ((failed, "failed"), (skipped, "skipped")) if n]
    took("suite", suite, suite, time.time() - start)
    print(f"{suite:10} {', '.join(words)}  ({time.time() - start:.1f} s)")


def times(records):
    """Where the time went: nothing to compare after a single suite."""
    spent = [r for r in records if r["outcome"] == "took"]
    suites = [r for r in spent if r["kind"] == "suite"]
    if len(suites) < 2:
        return
    begun = max(r["at"] for r in records if r["outcome"] == "begin")
    print(f"time       {time.time() - begun:.0f} s; suites ran beside each other")
    for r in [r for r in spent if r["kind"] == "build"] + suites:
        print(f"  {r['seconds']:7.1f} s  {'building ' * (r['kind'] == 'build')}{r['name']}")
    print("slowest    files; some ran beside each other")
    files = sorted((r for r in spent if r["kind"] == "file"), key=lambda r: -r["seconds"])
    for r in files[:SLOWEST]:
        print(f"  {r['seconds']:7.1f} s  {r['suite']} {r['name']}")


def total():
    records = read()
    times(records)
    passed, failed, skipped = count(records)
    for outcome in ("skipped", "failed"):
        for r in records:
            if r["outcome"] == outcome:
                print(f"{outcome}: {r['suite']} {r['name']}" + (f": {r['why']}" if r["why"] else ""))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


def main(verb, *words):
    if verb == "begin":
        open(FILE, "w").close()
    if verb in ("begin", "start"):
        with open(FILE, "a") as file:
            file.write(json.dumps({"outcome": verb, "suite": "".join(words), "at": time.time(), "count": 0}) + "\n")
    elif verb == "built":
        took("build", "build", words[0], time.time() - float(words[1]))
    elif verb in ("pass", "fail", "skip"):
        note(words[0], {"pass": "passed", "fail": "failed", "skip": "skipped"}[verb], *words[1:])
    elif verb == "has":
        return 0 if has(*words) else 1
    elif verb == "sum":
        return total()
    else:
        {"meson": meson, "pytest": pytest, "script": script, "end": end}[verb](*words)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
