"""Killed at each of its calls to PostgreSQL and Jira, from the moment a request is looked at until its ticket is bound: before a byte is
sent, and before what was received is known. One ticket each, bound, and none made in the blind."""
import os

import pytest

from lib import countdown, wait, world

# A lease outlives all the kills: what died rests until the end, so that each count sees one request only.
TIMES = "{ call_timeout: 3s, lease: 10m, lateness: 1s, index_lag: 1s, grace: 11m, probe: 300ms, backoff: 300ms, backoff_cap: 1s, " \
        "recheck: 1h, return_after: 1h, sweep: 1h }"
EVERY = int(os.environ.get("COUNTERSIGN_EVERY_CALL", "3"))  # 1: each of them, on request
COUNTED = ["counted-1", "counted-2", "counted-3", "counted-4"]
PASSES = "20 min"  # and then so much time passes


@pytest.fixture(scope="module")
def site():
    with world.World(webhooks=False, poll="60s", times=TIMES, log="warn") as made:
        made.countdown = countdown.Countdown(made.folder)
        yield made


def start(site, **more):
    """With the shim, when it is to be killed."""
    if site.service.running:
        site.service.kill()
    site.start_service(**more)


def wish(site, person):
    status, made = site.api("POST", "/v1/access-requests", {
        "kind": "removal", "beneficiary": person, "source": "sap-fin", "entitlement": "fin-ledger-admin", "requester": "hr-system"}, person)
    assert status == 201, made
    return made["id"]


def made(site, request):
    return site.sql(f"select count(*) from governance.flow where request_id = '{request}' and kind = 'create_ticket' and state = 'done'") == "1"


def bound(site):
    return int(site.sql("select count(*) from governance.ticket where request_id is not null"))


def rested(site):
    """All that was leased by who has died is free, and what was sent was sent long ago."""
    for table in ("access_request", "flow", "ticket"):
        site.database.psql(f"update governance.{table} set lease_owner = null, lease_until = null, version = version + 1 "
                           "where lease_owner is not null", user="postgres")
    site.database.psql(f"update governance.flow set sent_at = sent_at - interval '{PASSES}', run_after = clock_timestamp(), "
                       "version = version + 1 where state not in ('done', 'parked', 'moot')", user="postgres")


def test_killed_at_every_call_around_a_create(site):
    start(site, env=site.countdown.env)
    counts = []
    for person in COUNTED:  # others have their calls too: the fewest are those of one request
        site.countdown.arm(person, 0)
        wish(site, person)
        wait.until(lambda: bound(site) == len(counts) + 1, 20, what="bound")
        counts.append(site.countdown.seen)
    calls = min(counts)
    assert calls >= 30, "sends and receives from the look at the request until its ticket is bound"
    asked, died = [], 0
    for kill_at in range(1, calls + 1, EVERY):
        person = f"victim-{kill_at}."
        site.countdown.arm(person, kill_at)
        asked.append(wish(site, person))
        # it may come to its end with fewer calls than the one that was counted: then it lives
        wait.until(lambda: not site.service.running or made(site, asked[-1]), 30, what=f"killed at call {kill_at}")
        died += not site.service.running
        site.countdown.arm("", 0)
        start(site, env=site.countdown.env)
    assert died >= len(asked) * 3 // 4, f"killed {died} times at {calls} calls"
    before = site.control("oracle")["markers"]
    site.countdown.arm("", 0)
    site.service.kill()
    rested(site)
    start(site)
    print(f"{calls} calls from the look to the bound ticket; killed {died} times, with {len(before) - len(COUNTED)} tickets made by "
          f"then, {bound(site) - len(COUNTED)} of them bound")
    wait.until(lambda: bound(site) == len(asked) + len(COUNTED), 60, every=0.1, what="all bound")
    oracle = site.control("oracle")
    assert all(len(tickets) == 1 for tickets in oracle["markers"].values()) and len(oracle["markers"]) == len(asked) + len(COUNTED)
    assert oracle["creates"]["blind"] == []
    assert 0 < len(before) - len(COUNTED) < len(asked), "some died before the create had arrived, some after"
    wait.until(lambda: site.sql("select count(*) from governance.flow where kind = 'create_ticket' and state <> 'done'") == "0", 30,
               what="and nothing is left to do")
    site.countersign("db", "verify", "--conninfo", site.database.dsn)
