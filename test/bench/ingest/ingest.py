"""Durable webhook intake: Countersign, the database alone, and Fastify, in interleaved rounds of one run, fsync on."""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

from lib import proc, wait, world

HERE = pathlib.Path(__file__).resolve().parent
SECRET = "a-webhook-secret"
ROUNDS, SECONDS = int(os.environ.get("BENCH_ROUNDS", "4")), int(os.environ.get("BENCH_SECONDS", "4"))
CONNECTIONS, BYTES, BATCH = 64, 4096, 200
# the peers' rows are leased for ever, so that the service does not take them up meanwhile
SQL = ("insert into governance.webhook_delivery (site, delivery_id, retry, body, lease_until) "
       "values ($1, $2, $3::smallint, $4, 'infinity') on conflict do nothing")


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wrk(url, bodies, run_id, path):
    done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", HERE / "post.lua", url, "--", bodies, run_id, path],
                          capture_output=True, text=True, check=True)
    return json.loads(re.search(r"\{.*\}", done.stdout)[0])


class Fastify:
    """Installed once into the build folder; its own process; stopped by its pid."""

    def __init__(self, site):
        folder = world.ROOT / "build" / "bench-fastify"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", "server.mjs"):
            shutil.copy(HERE / "fastify" / name, folder)
        if not (folder / "node_modules").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, capture_output=True)
        env = {"BENCH_SECRET": SECRET, "BENCH_CONNINFO_HOST": site.cluster.folder, "BENCH_DATABASE": "countersign",
               "BENCH_USER": "postgres", "BENCH_SQL": SQL.replace("$3::smallint, $4", "0, $3")}
        node = shutil.which("node") or "/usr/local/bin/node"
        self.process = proc.Process([node, "server.mjs"], cwd=str(folder), env=env, ready=r'"port"')
        self.process.start()
        self.port = json.loads(self.process.stdout.splitlines()[0])["port"]


def rows(site):
    return int(site.sql("select count(*) from governance.webhook_delivery"))


def clean(site):
    """Everybody begins with an empty table and a database that has nothing left to write."""
    site.sql("truncate governance.webhook_delivery")
    site.sql("checkpoint")


def measure_service(site, bodies, number):
    before_rows, before_cpu = rows(site), cpu_s(site.service.pid)
    told = wrk(f"http://127.0.0.1:{site.port}", bodies, f"service-{number}", "/webhook/jira/acme")
    spent = cpu_s(site.service.pid) - before_cpu
    rss = site.service.rss_kib()
    told |= {"rate": told["requests"] / told["duration_us"] * 1e6, "cpu_us": spent / told["requests"] * 1e6, "rss_mib": rss / 1024}
    told["missing"] = told["requests"] - (rows(site) - before_rows)
    wait.until(lambda: not int(site.sql("select count(*) from governance.webhook_delivery where state = 'new'")), 60,
               what="all deliveries handled")  # what follows the 2xx is nobody else's burden
    return told


def goal(name, value, bar, good):
    print(f"goal={name} value={value:.2f} bar={bar} {'pass' if good else 'fail'}", flush=True)
    return good


def main():
    site = world.World(fsync=True, webhooks=False, poll="60s")
    site.start()
    bodies = os.path.join(site.folder, "bodies")
    with open(bodies, "w") as file:
        subprocess.run([sys.executable, HERE / "bodies.py", "2000", str(BYTES), SECRET], stdout=file, check=True)
    direct = world.ROOT / "build" / "batch_insert"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libpq"], capture_output=True, text=True, check=True).stdout.split()
    subprocess.run(["cc", "-O2", "-o", direct, HERE / "batch_insert.c", *flags], check=True)
    idle_mib = site.service.rss_kib() / 1024
    fastify = Fastify(site)
    rounds = []
    measure_service(site, bodies, "warm-up")  # a database that has run before has its write-ahead segments to reuse
    for number in range(ROUNDS):
        clean(site)
        alone = float(subprocess.run([direct, site.database.dsn, bodies, str(SECONDS), str(BATCH), SQL], capture_output=True, text=True,
                                     check=True).stdout)
        clean(site)
        ours = measure_service(site, bodies, number)
        clean(site)
        theirs = wrk(f"http://127.0.0.1:{fastify.port}", bodies, f"fastify-{number}", "/webhook/jira/bench")
        theirs_rate = theirs["requests"] / theirs["duration_us"] * 1e6
        rounds.append({"alone": ours["rate"] / alone, "fastify": ours["rate"] / theirs_rate, **ours})
        print(f"round {number + 1}: database alone {alone:.0f}/s, countersign {ours['rate']:.0f}/s (p99 {ours['p99_us'] / 1000:.1f} ms, "
              f"{ours['cpu_us']:.1f} µs CPU, {ours['rss_mib']:.1f} MiB, not 2xx {ours['not_2xx']}), fastify {theirs_rate:.0f}/s", flush=True)
    median = {k: statistics.median(r[k] for r in rounds) for k in ("alone", "fastify", "cpu_us", "p99_us", "rss_mib")}
    lost = sum(max(0, r["missing"] - r["not_2xx"] - CONNECTIONS) for r in rounds)
    good = [goal("ingest-vs-database", median["alone"], 0.7, median["alone"] >= 0.7),
            goal("ingest-vs-fastify", median["fastify"], 3, median["fastify"] >= 3),
            goal("ingest-cpu-us", median["cpu_us"], 25, median["cpu_us"] <= 25),
            goal("ingest-p99-ms", median["p99_us"] / 1000, 9, median["p99_us"] <= 9000),
            goal("ingest-lost-2xx", lost, 0, lost == 0),
            goal("rss-idle-mib", idle_mib, 12, idle_mib <= 12),
            goal("rss-load-mib", median["rss_mib"], 32, median["rss_mib"] <= 32)]
    fastify.process.stop()
    site.close()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
