"""1,000 tickets to make at a Jira that takes 50 ms for each call, ten at a time: made, read back as ours, and bound to their
requests. Twice in one run: at a Jira Cloud with its own limits for each endpoint, which allow 100 creates a second, and at a Jira
without limits (a Data Center, where we keep none). Beside each a plain client of ten threads that post and ten that read the
same tickets: what it needs, this machine and the stand-in, a program in Python, need by themselves."""
import collections
import concurrent.futures
import http.client
import json
import os
import queue
import sys
import time

from lib import ports, proc, sites, wait, world

TICKETS, DELAY_MS, CONCURRENCY, CREATES_A_SECOND = int(os.environ.get("BENCH_TICKETS", "1000")), 50, 10, 100
IDEAL_S = TICKETS * DELAY_MS / 1000 / CONCURRENCY
# As they are by default: nothing is hurried here.
TIMES = "{ call_timeout: 20s, lease: 60s, lateness: 65s, index_lag: 2m, grace: 250s, sweep: 15m }"
TAKES_50_MS = {"effect": {"kind": "delay", "ms": DELAY_MS, "whole": True}}  # what the stand-in itself needs is part of it
HEADERS = {"Content-Type": "application/json", "Authorization": "Basic YWdlbnRAZXhhbXBsZS5jb206YWdlbnQtdG9rZW4="}


class Plain:
    """The same calls and nothing else, at a stand-in of its own."""

    def __init__(self, limits):
        self.port, self.made = ports.free_port(), queue.Queue()
        self.gap_s = 1 / CREATES_A_SECOND if limits else 0

    def post(self, count):
        body = json.dumps({"fields": {
            "project": {"key": "IAM"}, "issuetype": {"name": "Service Request"}, "summary": "plain", "customfield_10010": "31",
            "customfield_10061": "okafor", "customfield_10052": "fin-ledger-admin", "customfield_10050": {"value": "SAP FIN"}}})
        for n in range(count):
            time.sleep(max(0, self.began + n * CONCURRENCY * self.gap_s - time.monotonic()))
            connection = http.client.HTTPConnection("127.0.0.1", self.port)  # a fresh one, as the service takes for creates
            connection.request("POST", "/rest/api/3/issue", body, HEADERS)
            reply = connection.getresponse()
            assert reply.status == 201, reply.read()
            self.made.put(json.loads(reply.read())["id"])
            connection.close()

    def read(self, count):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        for _ in range(count):
            connection.request("GET", f"/rest/api/3/issue/{self.made.get()}?expand=changelog&properties=gar.bind", headers=HEADERS)
            reply = connection.getresponse()
            assert reply.read() and reply.status == 200
        connection.close()

    def took_s(self):
        jira = proc.Process(["/usr/bin/python3", world.ROOT / "test" / "jsm" / "jsm", "--port", self.port], name="jira", ready=r"port")
        jira.start()
        world.http("POST", f"http://127.0.0.1:{self.port}/_control/faults", TAKES_50_MS)
        self.began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(2 * CONCURRENCY) as pool:
            list(pool.map(lambda part: part(TICKETS // CONCURRENCY), [self.post, self.read] * CONCURRENCY))
        took_s = time.monotonic() - self.began
        jira.stop()
        return took_s


class Used:
    """Seconds of processor time since then, by program."""

    def __init__(self, site):
        self.pids = {"countersign": lambda: [site.service.pid], "stand-in": lambda: [site.jira.pid],
                     "PostgreSQL": lambda: site.cluster._all_pids()}
        self.before = self.now()

    def now(self):
        return {name: sum(self.of(pid) for pid in pids()) for name, pids in self.pids.items()}

    @staticmethod
    def of(pid):
        try:
            with open(f"/proc/{pid}/stat") as file:
                words = file.read().rpartition(")")[2].split()
        except FileNotFoundError:
            return 0
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def told(self):
        now = self.now()
        return ", ".join(f"{name} {now[name] - self.before[name]:.1f} s" for name in now)


def at_once(calls):
    """The most of them that were in hand at one time."""
    edges = sorted([(c["at"], 1) for c in calls] + [(c["at"] + c["ms"], -1) for c in calls])
    most = now = 0
    for _, step in edges:
        now += step
        most = max(most, now)
    return most


def goal(name, value, bar, good):
    print(f"goal={name} value={value:.2f} bar={bar} {'pass' if good else 'fail'}", flush=True)
    return good


def measure(name, flavour, limits, ideal_s):
    site = sites.Sites(1, concurrency=CONCURRENCY, time_scale=1, poll="30s", log="warn", times=TIMES,
                       flavour=flavour)
    site.start()
    site.at("acme", "faults", TAKES_50_MS)
    floor_s = Plain(limits).took_s()
    site.at("acme", "config", {"rate_limits": limits})
    site.hold()
    for n in range(TICKETS):
        site.wish(f"bench-{n}", beneficiary=f"person{n}")
    wait.until(lambda: site.queued() == TICKETS, 120, every=0.2, what="all queued")
    used = Used(site)
    site.let_go()
    # seldom, since looking costs what is measured: when it was, the database says
    wait.until(lambda: site.bound("acme") == TICKETS, 120, every=1, what="all made, read and bound")
    spent = used.told()
    calls = site.created()
    began_ms = min(c["at"] for c in calls)
    ended_ms = int(site.sql("select governance.ms(max(ended_at)) from governance.flow where kind = 'create_ticket' and state = 'done'"))
    took_s = (ended_ms - began_ms) / 1000
    made_s = (max(c["at"] + c["ms"] for c in calls) - began_ms) / 1000
    ours = [c for c in site.at("acme", "calls?actor=connector")["calls"] if c["at"] >= began_ms]
    routes = collections.Counter(f"{c['method']} {c['route']}" for c in ours if c["at"] <= ended_ms)
    reads = routes["GET /rest/api/3/issue/{issue}"]
    limited = sum(c["status"] == 429 for c in ours)
    oracle = site.at("acme", "oracle")
    site.close()
    print(f"{name}: {len(calls)} tickets made in {made_s:.2f} s, read and bound in {took_s:.2f} s; ideal {ideal_s:.2f} s, a plain client "
          f"{floor_s:.2f} s; {took_s / ideal_s:.2f} of the ideal, {took_s / floor_s:.2f} of the plain client; at most "
          f"{at_once(calls)} at once; {reads / TICKETS:.2f} reads a ticket")
    print(f"  processor time: {spent}")
    print("  calls until then: " + ", ".join(f"{count} {route}" for route, count in routes.most_common()))
    bar_s = 1.1 * max(ideal_s, floor_s)
    return [goal(f"create-{name}-seconds", took_s, f"{bar_s:.2f}", took_s <= bar_s),
            goal(f"create-{name}-at-once", at_once(calls), CONCURRENCY, at_once(calls) <= CONCURRENCY),
            goal(f"create-{name}-limits-passed", limited, 0, limited == 0),
            goal(f"create-{name}-twice", len(calls) - len(oracle["markers"]), 0, len(calls) == len(oracle["markers"]) == TICKETS)]


def main():
    goals = []
    for name in os.environ.get("BENCH_CREATE", "limits free").split():
        if name == "limits":
            goals += measure(name, "cloud", True, max(IDEAL_S, TICKETS / CREATES_A_SECOND))
        else:
            goals += measure(name, "datacenter", False, IDEAL_S)
    return 0 if all(goals) else 1


if __name__ == "__main__":
    sys.exit(main())
