#!/usr/bin/env python3
"""Each header compiles alone.  usage: check_headers.py ROOT BUILD LLHTTP COMPILER..."""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import lint

PACKAGES = ["libuv", "libcurl", "libpq", "libcjson", "libssl", "yaml-0.1", "ldap", "libsystemd"]


def flags(build, llhttp):
    found = ["-std=gnu11", "-D_GNU_SOURCE", "-DLLHTTP_STRICT_MODE=1", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-include",
             "connector/base/banned.h", "-Iconnector", f"-I{build}/connector"]
    if os.path.exists(f"{llhttp}/llhttp.h"):
        found.append(f"-isystem{llhttp}")
    for package in PACKAGES:
        done = subprocess.run(["pkg-config", "--cflags", package], capture_output=True, text=True)
        found += [flag.replace("-I", "-isystem", 1) for flag in done.stdout.split() if flag.startswith("-I")]
    return found


def main():
    lint.root()
    build, llhttp, compiler = sys.argv[2], sys.argv[3], sys.argv[4:]
    report = lint.Report("headers")
    paths = list(lint.files(["connector"], (".h",)))
    common = flags(build, llhttp)

    def compiled(path):
        # included from a line of its own, so that "#pragma once in main file" and the like do not matter
        return subprocess.run([*compiler, *common, "-x", "c", "-"], input=f'#include "{path.split("/", 1)[1]}"\n',
                              capture_output=True, text=True)

    with ThreadPoolExecutor(2) as pool:
        for path, done in zip(paths, pool.map(compiled, paths)):
            if done.returncode:
                first = re.search(r"^(\S+?):(\d+):.*?error: (.*)$", done.stderr, re.M)
                where, line, what = first.groups() if first else (path, 1, done.stderr[:200])
                report.add(where, line, f"{path} does not compile alone: {what}", "include what it needs, nothing more")
    report.end(len(paths))


main()
