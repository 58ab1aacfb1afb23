#!/usr/bin/python3
"""Every recorded file, and mutations of it, as the answer to anything we ask: none is a crash.

They may not be copied into this repository: they are read from ../shared/jsm-api/samples beside it (see test/lib/samples.py).
usage: recorded_test.py REPLAY
"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import samples  # noqa: E402


def main():
    if not samples.SHARED.is_dir():
        print("no recorded payloads beside this repository")
        return 77
    folders = sorted({str(path.parent) for path in samples.SHARED.glob("**/*.json")})
    files = sum(len([name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name))]) for folder in folders)
    done = subprocess.run([sys.argv[1], *folders], capture_output=True, text=True)
    print(done.stdout + done.stderr)
    return 0 if done.returncode == 0 and files > 50 and done.stdout == f"{files} files\n" else 1


if __name__ == "__main__":
    sys.exit(main())
