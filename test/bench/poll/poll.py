"""10,000 tickets of 10 KB, there before the service is: how soon it is ready, what it takes to page them in and map
them, whether its memory stays flat, and what its processor time goes into."""
import collections
import os
import random
import re
import subprocess
import sys
import time

from lib import wait, world

import beside

TICKETS, BYTES = int(os.environ.get("BENCH_TICKETS", "10000")), 9000  # of text; Jira's other fields make it 10 KB
LIMIT_S = 300
WORDS = "please remove access role ledger finance vendor invoice manager request ticket approved urgent".split()


def fill(site):
    rng = random.Random(1)
    text = " ".join(f"{rng.choice(WORDS)} {rng.randrange(10**6)}" for _ in range(BYTES // 10))[:BYTES]
    for number in range(TICKETS):
        site.act("request", actor="customer", requestTypeId="31",
                 fields={"summary": f"Remove {number}", "description": text, "customfield_10061": f"person{number}",
                         "customfield_10052": "fin-ledger-admin", "customfield_10050": {"value": "SAP FIN"}})


def watch(site):
    """Until every ticket is a governed request. [(requests, resident KiB)], four times a second."""
    seen = []

    def all_mapped():
        seen.append((int(site.sql("select count(*) from governance.access_request")), site.service.rss_kib()))
        return seen[-1][0] >= TICKETS
    wait.until(all_mapped, LIMIT_S, every=0.025, what=f"{TICKETS} tickets mapped")
    return seen


def consumers(data):
    """Share of the samples in each part of the program: kernel and C library serve all of them and are left out."""
    archive = world.ROOT / "build" / "connector" / "json" / "libjson.a"
    names = subprocess.run(["nm", "--defined-only", archive], capture_output=True, text=True, check=True).stdout
    json = {line.split()[2] for line in names.splitlines() if len(line.split()) == 3} | {"str_is_utf8"}
    told = subprocess.run(["perf", "report", "-i", data, "--no-children", "-g", "none", "--sort", "dso,sym"],
                          capture_output=True, text=True, check=True).stdout
    parts = collections.Counter()
    for share, library, symbol in re.findall(r"^\s*([\d.]+)%\s+(\S+)\s+\[\.\]\s+(\S+)", told, re.M):
        if library.startswith(("libc.", "[")):
            continue
        part = "json" if library.startswith("libcjson") or symbol in json else library.split(".")[0]
        parts[part] += float(share)
    return parts


def goal(name, value, bar, good):
    print(f"goal={name} value={value:.2f} bar={bar} {'pass' if good else 'fail'}", flush=True)
    return good


def pages_in_alone():
    site = world.World(webhooks=False)
    site.start_database()
    site.start_directory()
    site.start_jira()
    site.configure()
    site.migrate()
    fill(site)
    began = time.monotonic()
    site.start_service()
    ready_s = time.monotonic() - began  # from outside, looked at every 20 ms
    data = os.path.join(site.folder, "perf.data")
    perf = subprocess.Popen(["perf", "record", "-q", "-p", str(site.service.pid), "-o", data], stderr=subprocess.DEVNULL)
    seen = watch(site)
    perf.terminate()
    perf.wait()
    rate = TICKETS / (time.monotonic() - began)
    cpu_us = site.service.cpu_s() / TICKETS * 1e6
    (first, share), (second, next_share) = consumers(data).most_common(2)
    early = max(rss for requests, rss in seen if requests <= TICKETS / 4) / 1024
    late = max(rss for requests, rss in seen) / 1024
    print(f"{rate:.0f} tickets/s, {cpu_us:.0f} µs of processor time a ticket with what is written back; most of it in {first} "
          f"({share:.1f} % of the samples) and {second} ({next_share:.1f} %); {early:.1f} MiB after a quarter, at most {late:.1f}")
    good = [goal("poll-start-to-ready-s", ready_s, 0.2, ready_s <= 0.2),
            goal("poll-json-to-next-consumer", share / next_share if first == "json" else 0, 1, first == "json"),
            goal("poll-rss-growth-mib", late - early, 1, late - early <= 1),
            goal("poll-rss-mib", late, 32, late <= 32)]
    site.close()
    return good


def main():
    good = beside.compare(goal, TICKETS, BYTES) + pages_in_alone()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
