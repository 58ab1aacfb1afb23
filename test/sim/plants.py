#!/usr/bin/env python3
"""Turn each planted bug on: the simulator must name a broken invariant. `plants.py SIM [SCHEDULES]`"""
import re
import subprocess
import sys

program, schedules = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "60000"
rows = [line.split(None, 1) for line in subprocess.run([program, "--list-plants"], capture_output=True, text=True,
                                                      check=True).stdout.splitlines()]
missed = 0
print(f"1..{len(rows)}")
for number, (name, what) in enumerate(rows, 1):
    done = subprocess.run([program, "--plant", name, "--schedules", schedules, "--jobs", "2"], capture_output=True, text=True)
    broken = re.search(r"BROKEN: (.*)", done.stdout)
    count = re.match(r"(\d+) schedules", done.stdout)
    caught = done.returncode == 1 and broken is not None
    missed += not caught
    told = f"{broken.group(1)}, after {count.group(1)} schedules" if caught else f"not caught in {schedules} schedules"
    print(f"{'ok' if caught else 'not ok'} {number} - {name}: {what} -> {told}", flush=True)
sys.exit(1 if missed else 0)
