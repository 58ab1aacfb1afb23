#!/usr/bin/env python3
"""C files are as .clang-format has them (version 14: others format a little differently)."""
import re
import shutil
import subprocess
import sys

import lint


def main():
    lint.root()
    program = shutil.which("clang-format-14")
    if not program:
        print("no clang-format-14; deploy/setup installs it")
        sys.exit(77)
    report = lint.Report("format")
    paths = list(lint.files(["connector", "test"], (".c", ".h")))
    seen = set()
    for start in range(0, len(paths), 40):
        done = subprocess.run([program, "--dry-run", "-Werror", *paths[start:start + 40]], capture_output=True, text=True)
        for path, line in re.findall(r"^(\S+?):(\d+):\d+: error:", done.stderr, re.M):
            if path not in seen:
                seen.add(path)
                report.add(path, line, "not as .clang-format has it", f"clang-format-14 -i {path}")
    report.end(len(paths))


main()
