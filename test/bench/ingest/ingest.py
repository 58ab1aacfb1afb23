"""Durable webhook intake: Countersign, the database alone, and Fastify, in interleaved rounds of one run, fsync on."""
import http.client
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import threading

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


class Witnesses:
    """Clients that remember which of their deliveries were answered 200. wrk only counts, and what it had on the way at its
    end is stored without being counted: below that number it would miss a loss."""

    def __init__(self, site, bodies, count=4):
        with open(bodies) as file:
            self.signature, self.body = file.readline().rstrip("\n").split("\t")
        self.site, self.told, self.ends = site, set(), threading.Event()
        self.threads = [threading.Thread(target=self.deliver, args=(number,)) for number in range(count)]

    def deliver(self, number):
        peer, sent = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20), 0
        while not self.ends.is_set():
            sent += 1
            name = f"witness-{number}-{sent}"
            peer.request("POST", "/webhook/jira/acme", self.body, {"Content-Type": "application/json", "X-Hub-Signature": self.signature,
                                                                 "X-Atlassian-Webhook-Identifier": name})
            reply = peer.getresponse()
            reply.read()
            if reply.status == 200:
                self.told.add(name)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        for thread in self.threads:
            thread.join()

    def lost(self):
        assert len(self.told) > 100, "they saw too little"
        stored = self.site.sql("select delivery_id from governance.webhook_delivery where delivery_id like 'witness-%'")
        return len(self.told - set(stored.split("\n")))


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


def rows(site, run_id):
    return int(site.sql(f"select count(distinct delivery_id) from governance.webhook_delivery where delivery_id like '{run_id}-%'"))


def clean(site):
    """Everybody begins with an empty table and a database that has nothing left to write."""
    site.sql("truncate governance.webhook_delivery")
    site.sql("checkpoint")


def measure_service(site, bodies, number):
    before_cpu = cpu_s(site.service.pid)
    told = wrk(f"http://127.0.0.1:{site.port}", bodies, f"service-{number}", "/webhook/jira/acme")
    spent = cpu_s(site.service.pid) - before_cpu
    rss = site.service.rss_kib()
    told |= {"rate": told["requests"] / told["duration_us"] * 1e6, "cpu_us": spent / told["requests"] * 1e6, "rss_mib": rss / 1024}
    told["lost"] = max(0, told["answered_200"] - rows(site, f"service-{number}"))
    wait.until(lambda: not int(site.sql("select count(*) from governance.webhook_delivery where state = 'new'")), 60,
               what="all deliveries handled")  # what follows the 2xx is nobody else's burden
    return told


def database_alone(site, direct, bodies, batch):
    """Rows a second, and in milliseconds two 99th percentiles: of a batch, and of what a row waits that comes at any moment, for the
    batch on its way and for its own: the best that an intake over this database could give."""
    done = subprocess.run([direct, site.database.dsn, bodies, str(SECONDS), str(batch), SQL], capture_output=True, text=True, check=True)
    return (float(word) for word in done.stdout.split())


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
    with Witnesses(site, bodies) as witnesses:
        wrk(f"http://127.0.0.1:{site.port}", bodies, "load", "/webhook/jira/acme")
    lost = witnesses.lost()
    measure_service(site, bodies, "warm-up")  # a database that has run before has its write-ahead segments to reuse
    for number in range(ROUNDS):
        clean(site)
        alone, _, _ = database_alone(site, direct, bodies, BATCH)
        clean(site)
        _, commit_ms, best_ms = database_alone(site, direct, bodies, CONNECTIONS)
        clean(site)
        ours = measure_service(site, bodies, number)
        clean(site)
        theirs = wrk(f"http://127.0.0.1:{fastify.port}", bodies, f"fastify-{number}", "/webhook/jira/bench")
        theirs_rate = theirs["requests"] / theirs["duration_us"] * 1e6
        p99_ms = ours["p99_us"] / 1000
        rounds.append({"alone": ours["rate"] / alone, "fastify": ours["rate"] / theirs_rate, "wait": p99_ms / commit_ms, "best": best_ms, **ours})
        print(f"round {number + 1}: database alone {alone:.0f}/s (p99 of {CONNECTIONS} rows {commit_ms:.1f} ms, of the wait for them {best_ms:.1f}), "
              f"countersign {ours['rate']:.0f}/s (p99 {p99_ms:.1f} ms, {ours['cpu_us']:.1f} µs CPU, {ours['rss_mib']:.1f} MiB, not 2xx {ours['not_2xx']}), fastify {theirs_rate:.0f}/s", flush=True)
    median = {k: statistics.median(r[k] for r in rounds) for k in ("alone", "fastify", "wait", "best", "cpu_us", "p99_us", "rss_mib")}
    lost += sum(r["lost"] for r in rounds)
    print(f"the best that an intake over this database could give: p99 {median['best']:.1f} ms", flush=True)
    good = [goal("ingest-vs-database", median["alone"], 0.7, median["alone"] >= 0.7),
            goal("ingest-vs-fastify", median["fastify"], 3, median["fastify"] >= 3),
            goal("ingest-cpu-us", median["cpu_us"], 25, median["cpu_us"] <= 25),
            # a delivery waits for the group that is on its way, then for its own: twice what the database takes for all of them
            goal("ingest-p99-vs-database", median["wait"], 2, median["wait"] <= 2),
            goal("ingest-p99-ms", median["p99_us"] / 1000, 9, median["p99_us"] <= 9000),
            goal("ingest-lost-2xx", lost, 0, lost == 0),
            goal("rss-idle-mib", idle_mib, 12, idle_mib <= 12),
            goal("rss-load-mib", median["rss_mib"], 32, median["rss_mib"] <= 32)]
    fastify.process.stop()
    site.close()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
