#!/usr/bin/env python3
"""Every shell script passes shellcheck."""
import json
import os
import shutil
import subprocess
import sys

import lint


def is_shell(path):
    if not os.access(path, os.X_OK) and not path.endswith(".sh"):
        return False
    with open(path, "rb") as file:
        first = file.readline(80)
    return path.endswith(".sh") or (first.startswith(b"#!") and first.split()[-1].split(b"/")[-1] in (b"sh", b"bash", b"dash"))


def main():
    lint.root()
    if not shutil.which("shellcheck"):
        print("no shellcheck; deploy/setup installs it")
        sys.exit(77)
    report = lint.Report("shell")
    scripts = [path for path in lint.files(f for f in (".ci", "connector", "deploy", "sql", "test") if os.path.isdir(f))
               if is_shell(path)]
    if scripts:
        done = subprocess.run(["shellcheck", "-x", "-f", "json", *scripts], capture_output=True, text=True)
        for found in json.loads(done.stdout or "[]"):
            report.add(found["file"], found["line"], f"SC{found['code']}: {found['message']}",
                       f"https://www.shellcheck.net/wiki/SC{found['code']}")
    report.end(len(scripts))


main()
