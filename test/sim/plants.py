#!/usr/bin/env python3
"""Turn each planted bug on: the simulator must name a broken invariant. `plants.py SIM PRODUCT [SCHEDULES] [--remember]`

First without any: the same build must then be silent; and the product must have nothing of it. plants.seeds says which schedule caught
each of them last, and is only where to begin: whatever is not caught there is searched for among all, as many as are given. --remember
searches for all of them, and writes that file."""
import pathlib
import re
import subprocess
import sys

REMEMBERED = pathlib.Path(__file__).with_name("plants.seeds")
remember = "--remember" in sys.argv
program, product, *more = [word for word in sys.argv[1:] if word != "--remember"]
schedules = more[0] if more else "60000"
missed = count = 0
seeds = dict(line.split() for line in REMEMBERED.read_text().splitlines()) if REMEMBERED.exists() and not remember else {}


def run(*args):
    return subprocess.run([program, *args], capture_output=True, text=True)


def tell(good, what):
    global missed, count
    count += 1
    missed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)


def caught(name):
    """What is broken and by which seed; None: nothing."""
    for where in ([("--seed", seeds[name], "--schedules", "1")] if name in seeds else []) + [("--schedules", schedules, "--jobs", "2")]:
        done = run("--plant", name, *where)
        found = re.search(r"BROKEN: (.*)\nreplay: .* --seed (\d+) ", done.stdout)
        if done.returncode == 1 and found:
            return found[1], found[2]
    return None


rows = [line.split(None, 1) for line in run("--list-plants").stdout.splitlines()]
print(f"1..{len(rows) + 2}")
tell(run("--plant", "NONE", "--schedules", "5000", "--jobs", "2").returncode == 0, "NONE: nothing planted, nothing broken")
symbols = subprocess.run(["nm", product], capture_output=True, text=True).stdout
tell("run_start" in symbols and "plant_on" not in symbols, "the product is compiled without planted bugs")
for name, what in rows:
    found = caught(name)
    seeds.update({name: found[1]} if found else {})
    tell(found, f"{name}: {what} -> {f'{found[0]}, by seed {found[1]}' if found else f'not caught in {schedules} schedules'}")
if remember:
    REMEMBERED.write_text("".join(f"{name} {seeds[name]}\n" for name, _ in rows if name in seeds))
sys.exit(1 if missed else 0)
