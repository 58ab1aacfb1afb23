#!/usr/bin/env python3
"""Turn each planted bug on: the simulator must name a broken invariant. `plants.py SIM PRODUCT [SCHEDULES]`

First without any: the same build must then be silent; and the product must have nothing of it."""
import re
import subprocess
import sys

program, product = sys.argv[1:3]
schedules = sys.argv[3] if len(sys.argv) > 3 else "60000"
missed = count = 0


def run(*args):
    return subprocess.run([program, *args], capture_output=True, text=True)


def tell(good, what):
    global missed, count
    count += 1
    missed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)


rows = [line.split(None, 1) for line in run("--list-plants").stdout.splitlines()]
print(f"1..{len(rows) + 2}")
tell(run("--plant", "NONE", "--schedules", "5000", "--jobs", "2").returncode == 0, "NONE: nothing planted, nothing broken")
symbols = subprocess.run(["nm", product], capture_output=True, text=True).stdout
tell("run_start" in symbols and "plant_on" not in symbols, "the product is compiled without planted bugs")
for name, what in rows:
    done = run("--plant", name, "--schedules", schedules, "--jobs", "2")
    broken = re.search(r"BROKEN: (.*)", done.stdout)
    needed = re.match(r"(\d+) schedules", done.stdout)
    caught = done.returncode == 1 and broken is not None
    told = f"{broken.group(1)}, after {needed.group(1)} schedules" if caught else f"not caught in {schedules} schedules"
    tell(caught, f"{name}: {what} -> {told}")
sys.exit(1 if missed else 0)
