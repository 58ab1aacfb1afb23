#!/usr/bin/env python3
"""Files of at most 700 lines, C functions of at most 70, and a README.md in each folder."""
import os
import shutil
import subprocess
import sys

import lint

FILE_LINES, FUNCTION_LINES = 700, 70
# Dumps and lock files, written by programs.
WRITTEN = ("sql/golden/", "package-lock.json")


def sizes(report, paths):
    for path in paths:
        lines = lint.read(path).count("\n")
        if lines > FILE_LINES and not any(word in path for word in WRITTEN):
            report.add(path, FILE_LINES + 1, f"{lines} lines, {FILE_LINES} are the most", "split it by what its parts know")


def functions(report, paths):
    if not paths:
        return
    if not shutil.which("pmccabe"):
        print("no pmccabe; deploy/setup installs it")
        sys.exit(77)
    done = subprocess.run(["pmccabe", *paths], capture_output=True, text=True)
    for line in done.stdout.split("\n"):
        fields = line.split("\t")
        if len(fields) >= 6 and int(fields[4]) > FUNCTION_LINES:
            path, _, rest = fields[5].partition("(")
            number, _, name = rest.partition("): ")
            report.add(path, number, f"{name} has {fields[4]} lines, {FUNCTION_LINES} are the most",
                       "take out a step that has a name of its own")


def readmes(report):
    folders = [f for f in ("sql", "schemas", "deploy") if os.path.isdir(f)]
    for parent in ("connector", "test"):
        if os.path.isdir(parent):
            folders += [parent] + [entry.path for entry in os.scandir(parent)
                                   if entry.is_dir() and entry.name not in lint.SKIPPED | {"doc"}]
    for folder in sorted(folders):
        names = [name for _, _, found in os.walk(folder) for name in found if not name.endswith(".pyc")]
        if names and not os.path.exists(f"{folder}/README.md"):
            report.add(f"{folder}/README.md", 1, "missing", "say what lives here, what it may include, where to start")


def main():
    lint.root()
    report = lint.Report("sizes")
    paths = list(lint.files([f for f in ("connector", "test", "sql", "deploy") if os.path.isdir(f)],
                            (".c", ".h", ".py", ".sql", ".sh", ".mjs")))
    sizes(report, paths)
    functions(report, [path for path in paths if path.endswith(".c")])
    readmes(report)
    report.end(len(paths))


main()
