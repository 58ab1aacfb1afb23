"""1,000 tickets to make at a Jira that takes 50 ms for each call, ten at a time: 5 s are ideal. The stand-in is a program in
Python and may need longer by itself: a plain client that only posts the same tickets, ten at a time, shows its floor in the
same run."""
import concurrent.futures
import http.client
import json
import os
import sys
import time

from lib import ports, proc, sites, wait, world

TICKETS, DELAY_MS, CONCURRENCY = int(os.environ.get("BENCH_TICKETS", "1000")), 50, 10
IDEAL_S = TICKETS * DELAY_MS / 1000 / CONCURRENCY


def plain_client():
    """Seconds that ten threads take which do nothing else, at a stand-in of their own."""
    port = ports.free_port()
    jira = proc.Process(["/usr/bin/python3", world.ROOT / "test" / "jsm" / "jsm", "--port", port], name="jira", ready=r"port")
    jira.start()
    world.http("POST", f"http://127.0.0.1:{port}/_control/faults", {"effect": {"kind": "delay", "ms": DELAY_MS}})
    body = json.dumps({"fields": {"project": {"key": "IAM"}, "issuetype": {"name": "Service Request"}, "summary": "plain",
                                  "customfield_10010": "31", "customfield_10061": "okafor", "customfield_10052": "fin-ledger-admin",
                                  "customfield_10050": {"value": "SAP FIN"}}})
    headers = {"Authorization": "Basic YWdlbnRAZXhhbXBsZS5jb206YWdlbnQtdG9rZW4=", "Content-Type": "application/json"}

    def post(count):
        for _ in range(count):
            connection = http.client.HTTPConnection("127.0.0.1", port)  # a fresh one, as the service takes for creates
            connection.request("POST", "/rest/api/3/issue", body, headers)
            reply = connection.getresponse()
            assert reply.status == 201, reply.read()
            connection.close()
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(post, [TICKETS // CONCURRENCY] * CONCURRENCY))
    took_s = time.monotonic() - began
    jira.stop()
    return took_s


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


def main():
    site = sites.Sites(1, concurrency=CONCURRENCY, delay_ms=DELAY_MS, time_scale=1, poll="30s", log="warn",
                       times=world.TIMES.replace("sweep: 3s", "sweep: 60s"))
    site.start()
    floor_s = plain_client()
    site.at("acme", "config", {"rate_limits": True})
    site.hold()
    for n in range(TICKETS):
        site.wish(f"bench-{n}", beneficiary=f"person{n}")
    wait.until(lambda: site.queued() == TICKETS, 120, what="all queued")
    site.let_go()
    wait.until(lambda: site.bound("acme") == TICKETS, 120, what="all made")
    calls = site.created()
    took_s = (max(c["at"] + c["ms"] for c in calls) - min(c["at"] for c in calls)) / 1000
    limited = sum(c["status"] == 429 for c in site.at("acme", "calls?actor=connector")["calls"])
    oracle = site.at("acme", "oracle")
    print(f"{len(calls)} tickets in {took_s:.2f} s; ideal {IDEAL_S:.2f} s, a plain client {floor_s:.2f} s; "
          f"{took_s / IDEAL_S:.2f} of the ideal, {took_s / floor_s:.2f} of the plain client; at most {at_once(calls)} at once")
    bar_s = 1.1 * max(IDEAL_S, floor_s)
    good = [goal("create-seconds", took_s, f"{bar_s:.2f}", took_s <= bar_s),
            goal("create-at-once", at_once(calls), CONCURRENCY, at_once(calls) <= CONCURRENCY),
            goal("create-limits-passed", limited, 0, limited == 0),
            goal("create-twice", len(calls) - len(oracle["markers"]), 0, len(calls) == len(oracle["markers"]) == TICKETS)]
    site.close()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
