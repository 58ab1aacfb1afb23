"""Jira's limits and moods: never called inside a Retry-After, none of its limits passed by us, an outage that ends, several
sites of which one is slow. An hour is some seconds here: Retry-After is a second or two, and there are many of them."""
import collections
import time

import pytest

from lib import sites, wait, world

CALM_TIMES = world.TIMES.replace("sweep: 3s", "sweep: 60s")  # few looks that nobody asked for
# what still waits for its next try when Jira comes back is passed by what does not: little waits so
SHORT_WAITS = CALM_TIMES.replace("backoff_cap: 2s", "backoff_cap: 300ms")
assert SHORT_WAITS != CALM_TIMES
REASONS = {"jira-burst-based": {"path": "/rest/api/3/(issue|search)", "every": 19},
           "jira-per-issue-on-write": {"method": "PUT", "path": "/rest/api/3/issue/[0-9]+", "every": 5},
           "jira-quota-tenant-based": {"path": "/rest/api/3/(issue|search)", "every": 37}}


@pytest.fixture
def two():
    with sites.Sites(2, concurrency=4, time_scale=1, times=CALM_TIMES) as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def early(site, name="acme"):
    """Calls inside a Retry-After; but not those that had come to Jira before we had read that we should wait."""
    return [v for v in site.at(name, "oracle")["retry_after_violations"] if not v["excused"]]


def faults_of_an_hour():
    """Every way in which Jira says "later", each now and then, on reads and writes alike."""
    rules = []
    for reason, hits in REASONS.items():
        for form, case in (("seconds", "odd"), ("date", "usual")):
            rules.append({**hits, "count": 2, "effect": {"kind": "rate_limit", "reason": reason, "retry_after": 1, "form": form,
                                                         "case": case}})
    for form, case in (("seconds", "usual"), ("date", "odd")):
        rules.append({"path": "/rest/api/3/issue", "every": 41, "count": 1, "effect": {
            "kind": "unavailable", "retry_after": 1, "form": form, "case": case}})
    rules.append({"method": "GET", "every": 13, "effect": {"kind": "unavailable"}})  # no word on when
    return rules


def test_a_faulty_hour(two):
    """0 calls inside any Retry-After, 0 limits passed by us, every ticket made once, and the other site as if nothing were."""
    two.at("acme", "config", {"rate_limits": True, "close_when_told": True, "reply_headers": {
        "X-Beta-RateLimit-NearLimit": "true", "Beta-RateLimit": '"global-app-quota";r=9000;t=60',
        "Beta-RateLimit-Policy": '"global-app-quota";q=65000;w=3600'}})
    two.at("acme", "faults", faults_of_an_hour())
    asked = [two.wish(f"hour-{n}", kind="removal" if n % 2 else "grant", beneficiary=f"person{n}") for n in range(40)]
    other = [two.wish(f"calm-{n}", site="site2", beneficiary=f"calm{n}") for n in range(20)]
    bound = "select count(*) from governance.ticket where site = '{}' and request_id is not null"
    wait.until(lambda: int(two.sql(bound.format("site2"))) == len(other), 30, what="the calm site is done")
    assert int(two.sql(bound.format("acme"))) < len(asked), "the calm site waited for the faulty one"
    wait.until(lambda: int(two.sql(bound.format("acme"))) == len(asked), 40, what="all made at the faulty one")
    oracle = two.at("acme", "oracle")
    assert early(two) == []
    assert 0 < oracle["retry_after"]["told"] == oracle["retry_after"]["heard"], "each of them was read, and known to be"
    assert len([t for t in oracle["markers"].values() if len(t) == 1]) == len(asked) == len(oracle["markers"])
    fired = collections.Counter(rule["effect"]["kind"] for rule in two.at("acme", "faults") for _ in range(rule["fired"]))
    assert fired["rate_limit"] >= 8 and fired["unavailable"] >= 4, fired
    seen = collections.Counter(c["status"] for c in two.at("acme", "calls")["calls"] if not c["fault"])
    assert seen[429] == 0, "a limit of Jira's own was passed by us"


def test_an_outage_ends_in_the_order_of_deadlines():
    """Jira is away while hundreds queue. On its return removals leave first, of these the privileged, whose goal is nearest;
    no limit is passed."""
    made = sites.Sites(1, concurrency=2, delay_ms=25, time_scale=1, times=SHORT_WAITS)
    with made:
        made.jira.stop()
        kinds = {}
        for n in range(160):
            kind, privileged = ("grant", "removal")[n % 2], n % 4 >= 2
            kinds["gar-" + made.wish(f"out-{n}", kind=kind, privileged=privileged, beneficiary=f"person{n}").replace("-", "")] = \
                (kind, privileged)
        assert made.sql("select count(*) from governance.flow where kind = 'create_ticket' and state in ('done', 'parked')") == "0"
        time.sleep(2.5)  # longer than any back-off of this world: all of it was tried
        made.start_jira()
        made.at("acme", "config", {"rate_limits": True})
        wait.until(lambda: len(made.created()) >= len(kinds), 60, what="all tickets are made")
        tickets = sorted(((t[0]["created"], int(t[0]["id"]), kinds[m]) for m, t in made.at("acme", "oracle")["markers"].items()))
        order = [kind for _, _, kind in tickets]
        assert len(order) == len(kinds)
        first = collections.Counter(kind for kind, _ in order[:40])
        assert first["removal"] >= 34, first  # what a back-off still holds is passed
        last = collections.Counter(kind for kind, _ in order[-40:])
        assert last["grant"] >= 34, last

        def place(which):
            places = [n for n, kind in enumerate(order) if kind == which]
            return sum(places) / len(places)
        assert place(("removal", True)) < place(("removal", False)) < place(("grant", True)) < place(("grant", False))
        assert max(collections.Counter(c["at"] // 1000 for c in made.created()).values()) <= 100
        assert [c for c in made.at("acme", "calls")["calls"] if c["status"] == 429] == []


def test_a_site_that_hangs_slows_no_other(two):
    """It answers nothing for as long as anyone waits; the other makes its tickets as it did alone."""
    def until_made(names, prefix, count=40):
        asked = [two.wish(f"{prefix}-{name}-{n}", site=name, beneficiary=f"{prefix}{n}") for n in range(count) for name in names]
        began = time.monotonic()
        mine = [r for r, name in zip(asked, [name for _ in range(count) for name in names]) if name == "acme"]
        listed = ", ".join(f"'{r}'" for r in mine)
        wait.until(lambda: int(two.sql(f"select count(*) from governance.ticket where request_id in ({listed})")) == count, 20,
                   what="the tickets of the site that answers")
        return time.monotonic() - began
    alone = until_made(["acme"], "alone")
    two.at("site2", "faults", {"effect": {"kind": "close", "how": "stall", "ms": 60_000}})
    beside = []
    while len(beside) < 3 and min(beside, default=1e9) >= 1.2 * alone + 1:  # once more where the machine was busy just then
        beside.append(until_made(["acme", "site2"], f"beside{len(beside)}"))
    assert min(beside) < 1.2 * alone + 1, (alone, beside)
