"""Thousands of creates whose reply is lost and hundreds that Jira carries out late, time-scaled: all of them healed, and never a second
POST in the blind. 5,000 and 500 of them in `test/run scale`, fewer in the normal run."""
import os
import time

import pytest

from lib import api, sites, wait

LOST, LATE = int(os.environ.get("COUNTERSIGN_LOST", "300")), int(os.environ.get("COUNTERSIGN_LATE", "30"))
NAMES = 2  # sites: a stand-in is one process in Python, and Jira's buckets are per site
# A call may take seconds on a busy machine: what times out is one more reply that is lost. Nothing else asks for work.
TIMES = "{ call_timeout: 5s, lease: 8s, lateness: 1s, index_lag: 1s, grace: 13s, probe: 500ms, backoff: 300ms, backoff_cap: 2s, " \
        "recheck: 1h, return_after: 1h, sweep: 10m }"
SOON_MS, LATE_MS = 4_000, 30_000  # within the grace, and long after it
CREATE = {"method": "POST", "path": "/rest/api/3/issue$"}
BUSY_S = 400
# A search as the last word before a create is sent again: of half a second ago, and up to the time a call may take, on a busy machine
FRESH_MS = 10_000


@pytest.fixture(scope="module")
def site():
    with sites.Sites(NAMES, concurrency=32, connections=12, time_scale=1, times=TIMES, poll="60s", log="warn") as made:
        yield made


def share(count):
    return count // NAMES


def misbehave(site):
    """A fifth of the late ones comes within the grace and is found by its marker, the others are second tickets."""
    soon = share(LATE) // 5
    for name in site.names:
        site.at(name, "faults", [
            {**CREATE, "count": soon, "effect": {"kind": "execute_late", "ms": SOON_MS}},
            {**CREATE, "count": share(LATE) - soon, "effect": {"kind": "execute_late", "ms": LATE_MS}},
            {**CREATE, "count": share(LOST), "effect": {"kind": "lose_reply"}}])


def oracles(site):
    return [site.at(name, f"oracle?fresh_ms={FRESH_MS}") for name in site.names]


def healed(site, total):
    """What the stand-ins know once all that was late has come and no request has two live tickets; else None."""
    told = oracles(site)
    late = sum(o["creates"]["carried_out_late"] for o in told)
    if late < share(LATE) * NAMES or any(o["not_one_live"] for o in told):
        return None
    return told if sum(len(o["markers"]) for o in told) == total else None


def test_thousands_lost_and_hundreds_late(site):
    misbehave(site)
    total, began = (share(LOST) + share(LATE)) * NAMES, time.monotonic()
    wishes = {f"scale-{n}": {"kind": "removal", "beneficiary": f"person{n}", "source": "sap-fin", "entitlement": "fin-ledger-admin",
                             "requester": "hr-system", "site": site.names[n % NAMES]} for n in range(total)}
    asked = set(api.Api(site.port).wish(wishes).values())
    assert len(asked) == total
    wait.until(lambda: site.bound(*site.names) == total, BUSY_S, every=0.3, what="all bound")
    bound_s = time.monotonic() - began
    told = wait.until(lambda: healed(site, total), BUSY_S, every=0.3, what="one live ticket each")
    creates = [o["creates"] for o in told]
    seconds = sum(len(tickets) - 1 for o in told for tickets in o["markers"].values())
    print(f"{total} requests, {share(LOST) * NAMES} replies lost, {share(LATE) * NAMES} late: bound after {bound_s:.0f} s, healed after "
          f"{time.monotonic() - began:.0f} s; {sum(c['sent'] for c in creates)} creates, {seconds} second tickets; processor: service "
          f"{site.service.cpu_s():.0f} s, stand-ins {sum(p.cpu_s() for p, _ in site.jiras.values()):.0f} s")

    assert [c["blind"] for c in creates] == [[]] * NAMES
    assert [c["faults"] for c in creates] == [{"execute_late": share(LATE), "lose_reply": share(LOST)}] * NAMES
    assert {m[4:] for o in told for m in o["markers"]} == {r.replace("-", "") for r in asked}
    assert 0 < seconds == sum(c["again"] for c in creates), "what was sent again was a second ticket, and nothing else was"
    assert sum(o["crashes"] for o in told) == 0
    wait.until(lambda: site.sql("select count(*) from governance.flow where kind in ('create_ticket', 'retire') and state <> 'done'") == "0",
               BUSY_S, every=0.3, what="nothing is left to do")
    assert site.sql("select count(*), count(distinct request_id), count(distinct (site, issue_id)) from governance.ticket "
                    "where request_id is not null") == f"{total}|{total}|{total}"
    kept = {(name, t["id"]) for name, o in zip(site.names, told) for tickets in o["markers"].values() for t in tickets if t["live"]}
    assert kept == {tuple(row) for row in site.database.rows("select site, issue_id from governance.ticket where request_id is not null")}
    assert site.sql("select reason, count(*) from governance.escalation group by 1") == f"SecondTicket|{seconds}"
