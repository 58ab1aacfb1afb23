"""Polling, with webhooks lost for good: every change is found, whatever pages, tokens, the index and processes do."""
import re
import time

import pytest

from lib import ports, wait, world

SEARCH = "/search/jql$"
LAG_MS = 2400  # 240 s, a hundred times as fast
MANY = 10000


@pytest.fixture(scope="module")
def site():
    with world.World(webhooks=False, poll="200ms", times=world.TIMES.replace("sweep: 3s", "sweep: 1s")) as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.fixture(autouse=True)
def calm(site):
    site.no_faults()
    yield
    site.no_faults()
    site.control("config", {"index_lag_ms": 0, "index_spread_ms": 0, "shifting_pages": False})


def metric(site, name, port=None):
    text = world.http("GET", f"http://127.0.0.1:{port or site.ops_port}/metrics")[1]
    return float(re.search(rf"^countersign_{name}(?:{{[^}}]*}})? ([\d.]+)$", text, re.M)[1])


def walked(site, walks=1):
    """So many complete walks from now on."""
    until = metric(site, "polls_total") + walks
    wait.until(lambda: metric(site, "polls_total") >= until, 10, what=f"{walks} walks")
    assert metric(site, "poll_walks_total") >= until  # what the alert of a site is made of


def watermark(site):
    return int(site.sql("select watermark_ms from governance.poll_cursor"))


def truth(site):
    """{id: `updated`} as it really is."""
    return {t["id"]: t["updated"] for t in site.control("state")["issues"]}


def found(site):
    return {line.split("|")[0]: int(line.split("|")[1]) for line in
            site.sql("select issue_id, hinted_updated_ms from governance.ticket").splitlines()}


def all_found(site, timeout=10):
    want = truth(site)

    def missing():
        got = found(site)
        return not [i for i in want if got.get(i, 0) < want[i]]
    wait.until(missing, timeout, every=0.05, what=f"{len(want)} changes found")


def searches(site, since):
    calls = site.control(f"calls?since={since}")
    return calls["last"], [c for c in calls["calls"] if c["path"].endswith("/search/jql")]


def settled(site, keys):
    """Nothing is left to be read, or to be said: our own words move a ticket, too."""
    left = "select (select count(*) from governance.ticket where request_id is null and look_at is not null) + " \
        "(select count(*) from governance.flow where state not in ('done', 'moot'))"
    wait.until(lambda: all(site.said(key)[0] for key in keys) and site.sql(left) == "0", 10, what="all tickets read, and all said")


def test_what_was_seen_costs_nothing_again(site):
    """Neither a read nor a write, though each walk shows it again; and not after a restart either."""
    keys = [site.ask_removal() for _ in range(3)]
    for key in keys:
        site.until_phase(key, "fulfilling")
    site.control("fill", {"project": "OPS", "count": 150, "bytes": 10})
    all_found(site)
    settled(site, keys)
    walked(site, 2)
    rows = "select md5(string_agg(ctid::text || xmin::text || xmax::text, ' ' order by issue_id)) from governance.ticket " \
           "where request_id is null"
    before, polled, reads = site.sql(rows), metric(site, "polled_changes_total"), site.control("calls")["last"]
    walked(site, 3)
    assert metric(site, "polled_changes_total") == polled
    site.service.stop()
    site.start_service()
    walked(site, 2)
    assert metric(site, "polled_changes_total") >= 150  # its own memory is empty: the database knows
    assert metric(site, "polled_news_total") == 0
    assert site.sql(rows) == before
    own = {t["id"] for t in site.control("state")["issues"] if t["key"] in keys}
    again = {c["issue"] for c in site.control(f"calls?since={reads}&method=GET")["calls"] if c["issue"]}
    assert again <= own, "a ticket that had not changed was read again"


def test_a_site_that_shows_less_is_held(site):
    """A right is lost: nothing is believed to be gone, the cursor stays, people hear once. It goes on by itself."""
    keys = [site.ask_removal(person) for person in ["okafor", "lind", "novak"] * 4]
    for key in keys:
        site.until_phase(key, "fulfilling", timeout=30)
    for name in ("OPS", "IAM"):
        site.act("touch", project=name)
    all_found(site)
    walked(site, 2)
    every = [t["key"] for t in site.control("state")["issues"]]
    site.act("secure", issues=every)
    site.control("accounts", {"connector": {"cleared": False}})
    wait.until(lambda: metric(site, "poll_held") == 1, 10, what="held")
    before, orphaned = watermark(site), "select count(*) from governance.access_request where phase = 'orphaned'"

    def swept():
        until = metric(site, "sweeps_total") + 1
        wait.until(lambda: metric(site, "sweeps_total") >= until, 10, what="a sweep")
    swept()  # what was on its way when it was held has come to its end
    early = int(site.sql(orphaned))
    assert early < len(keys) / 2
    swept()
    assert int(site.sql(orphaned)) == early
    assert watermark(site) == before
    told = "select count(*) from governance.escalation where reason = 'SiteShowsLess'"
    assert site.sql(told) == "1"
    assert "shows less than half" in world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1]
    site.control("accounts", {"connector": {"cleared": True}})
    wait.until(lambda: metric(site, "poll_held") == 0, 15, what="released")
    site.act("touch", issues=keys)
    all_found(site)
    wait.until(lambda: watermark(site) > before, 10)
    for key in keys:
        site.until_phase(key, "fulfilling", timeout=20)
    assert site.sql("select held_since is null from governance.poll_cursor") == "t"


@pytest.fixture(params=["cloud", "datacenter"])
def few(request):
    """Where we have fewer open tickets than a sweep can judge by: only the walks see that most of the site is gone."""
    with world.World(webhooks=False, poll="200ms", times=world.TIMES.replace("sweep: 3s", "sweep: 1s").replace(
            "call_timeout: 3s, lease: 5s", "call_timeout: 1500ms, lease: 3s"),
                     flavour=request.param) as made:
        yield made
    for service in made.services:
        assert "Sanitizer" not in service.stderr, service.told()


def another_replica(site):
    """Beside the service; its port for metrics."""
    port, ops_port = ports.free_ports(2)
    with open(site.config) as file:
        text = file.read()
    own, text = site.config, text.replace(f"ops_port: {site.ops_port}", f"ops_port: {ops_port}")
    site.config = site.write("second.yaml", text.replace(f" port: {site.port}", f" port: {port}"))
    site.start_service()
    site.config = own
    return ops_port


def test_held_is_held_after_a_restart_and_for_other_replicas(few):
    """What was there is forgotten with the process, and a sweep that knows of nothing finds nothing missing: all the same."""
    keys = [few.ask_removal(person) for person in ("okafor", "lind", "novak") * 2]
    few.control("fill", {"project": "OPS", "count": 40, "bytes": 10})
    all_found(few)
    for key in keys:
        few.until_phase(key, "fulfilling", timeout=20)
    settled(few, keys)  # whoever is about to read one finds it gone before a walk can tell
    walked(few, 2)
    before, held = watermark(few), "select held_since is not null from governance.poll_cursor"
    # in this order: a walk between the two would rightly find the tickets changed that are hidden by the second
    few.control("accounts", {"connector": {"cleared": False}})
    few.act("secure", issues=[t["key"] for t in few.control("state")["issues"]])
    wait.until(lambda: few.sql(held) == "t", 10, every=0.01, what="held")
    gone = "select count(*) from governance.ticket where state = 'gone'"
    early = few.sql(gone)
    assert int(early) < len(keys) / 2  # read before anybody could know
    few.service.stop()
    few.start_service()
    replicas = [few.ops_port, another_replica(few)]
    for replica in replicas:
        wait.until(lambda: metric(few, "poll_held", replica) == 1, 10, what="the replica knows")
        until = metric(few, "poll_failures_total", replica) + 2
        wait.until(lambda: metric(few, "poll_failures_total", replica) >= until, 10, what="walks that hold it")
    time.sleep(4)  # sweeps pass, claims run out, each ticket of ours is looked at again
    assert few.sql(gone) == early
    assert few.sql(held) == "t"
    assert watermark(few) == before
    few.control("accounts", {"connector": {"cleared": True}})
    wait.until(lambda: few.sql(held) == "f", 15, what="released")
    for replica in replicas:
        wait.until(lambda: metric(few, "poll_held", replica) == 0, 10, what="the replica knows")
    for key in keys:
        few.until_phase(key, "fulfilling", timeout=20)


def test_the_sweep_finds_what_no_search_shows(site):
    """A search that fails for good: found by id within a sweep."""
    key = site.ask_removal("okafor")
    site.until_phase(key, "fulfilling")
    walked(site, 2)
    site.fault("reply", path=SEARCH, count=100000, status=400, body={"errorMessages": ["Not today."], "errors": {}})
    before = metric(site, "sweep_found_total")
    lease = "update governance.access_request set version = version + 1, lease_owner = {}, lease_until = {}"
    # else its own next look may be sooner than the sweep
    site.sql(lease.format("'busy elsewhere'", "clock_timestamp() + interval '1 hour'"))
    site.act("touch", issues=[key])
    wait.until(lambda: metric(site, "sweep_found_total") > before, 10, what="found by the sweep")
    all_found(site)
    site.sql(lease.format("null", "null"))


def test_moved_out_and_deleted(site):
    """Neither is in any search again; by its id the one is followed, the other found to be gone."""
    moved, deleted = site.ask_removal("okafor"), site.ask_removal("lind")
    for key in (moved, deleted):
        site.until_phase(key, "fulfilling")
    issue = site.ticket(moved)["id"]
    site.act("move", moved, actor="admin", project="OPS")
    site.act("delete", deleted, actor="admin")
    site.until_phase(deleted, "orphaned", timeout=10)
    key_now = f"select issue_key from governance.ticket where issue_id = '{issue}'"
    wait.until(lambda: site.sql(key_now).startswith("OPS-"), 10, what="followed")
    assert site.request(site.sql(key_now))["phase"] == "fulfilling"
    assert metric(site, "poll_held") == 0


def test_an_edit_that_is_taken_back_before_anybody_looks(site):
    """The form says again what was approved; that it did not for a moment is in evidence."""
    key = site.ask_removal("okafor")
    request = site.until_phase(key, "fulfilling")
    role = "customfield_10052"
    site.control("act", [{"do": "edit", "actor": "agent", "issue": key, "fields": {"summary": "Urgent"}}])
    all_found(site)
    told = "select reason from governance.escalation where kind = 'tamper' and request_id = '{}'".format(request["id"])
    wait.until(lambda: int(site.sql(f"select updated_ms from governance.ticket where issue_key = '{key}'")) >=
               site.ticket(key)["updated"], 10, what="read after the edit")
    assert site.sql(told) == ""
    site.control("act", [{"do": "force_fields", "actor": "agent", "issue": key, "fields": {role: value}}
                         for value in ("fin-viewer", "fin-ledger-admin")])
    wait.until(lambda: site.sql(told) == "MappedFieldsEditedBack", 10, what="recorded")
    assert site.request(key)["phase"] == "fulfilling"


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_a_token_that_expires_on_any_page(site, page):
    """450 changes in one millisecond are walked by token; it runs out in between."""
    at = int(time.time() * 1000) + page
    restarts = metric(site, "poll_restarts_total")
    if page == 1:
        site.control("fill", {"project": "OPS", "count": 450, "bytes": 10})
    site.control("faults", {"method": "POST", "path": SEARCH, "body": "nextPageToken", "nth": page, "count": 1,
                            "effect": {"kind": "expire_tokens"}})
    site.act("touch", project="OPS", at=at)
    all_found(site)
    wait.until(lambda: watermark(site) >= at, 10)
    assert metric(site, "poll_restarts_total") == restarts + 1


# 200 and 401 alike: read by nobody, an empty list that proves nothing, a list that is none, one without its end.
NO_PAGES = [{"kind": "html"}, {"kind": "truncate"}, {"kind": "half"}, {"kind": "half", "says": 1 << 40}, {"kind": "anonymous"},
            {"kind": "unauthenticated"}, *({"kind": "reply", "status": 200, "body": body} for body in
                                           ("", [], {"issues": {}}, {"issues": [], "isLast": False}))]


def test_what_is_no_page_moves_nothing(site):
    walked(site)
    before = watermark(site)
    for effect in NO_PAGES:
        site.no_faults()
        site.control("faults", {"path": SEARCH, "effect": effect})
        if effect is NO_PAGES[0]:
            site.act("touch", project="OPS", at=int(time.time() * 1000) + 1)
        failures = metric(site, "poll_failures_total")
        wait.until(lambda: metric(site, "poll_failures_total") > failures, 10, what=f"a walk that fails: {effect}")
    assert watermark(site) == before
    site.no_faults()
    all_found(site)


def test_tokens_that_expire_for_ever_move_nothing(site):
    before = watermark(site)
    failures = metric(site, "poll_failures_total")
    site.fault("expire_tokens", path=SEARCH, count=100000)
    site.act("touch", project="OPS", at=int(time.time() * 1000) + 1)
    wait.until(lambda: metric(site, "poll_failures_total") >= failures + 2, 10)
    assert watermark(site) == before
    site.no_faults()
    all_found(site)


def test_rows_that_move_while_they_are_paged(site):
    """Old ones, that no later walk would show again. Pages that count rows lose one where one of an earlier page moves to
    the end; a walk that goes by key does not."""
    site.service.stop()
    then = int(time.time() * 1000) - 3600_000
    for n in range(40):
        site.control("fill", {"project": "OPS", "count": 10, "bytes": 10, "updated_ms": then + n})
    first = [t["id"] for t in site.control("state")["issues"] if then <= t["updated"] < then + 10]
    site.sql("delete from governance.poll_cursor")
    site.control("config", {"shifting_pages": True})
    site.fault("delay", path=SEARCH, count=1000, ms=60)
    since = site.control("calls")["last"]
    site.start_service()
    wait.until(lambda: len(searches(site, since)[1]) > 1, 10, every=0.005, what="the second page asked for")
    for issue in first[:10]:
        site.act("touch", issues=[issue])
    all_found(site)


def a_minute_later(site):
    """The lease of a walk that died has run out."""
    site.sql("update governance.poll_cursor set lease_until = clock_timestamp()")


def test_killed_in_the_middle_of_a_walk(site):
    """At each page of it: the cursor has not moved, and the next process finds everything."""
    for page in (1, 3):
        site.control("fill", {"project": "OPS", "count": 250, "bytes": 10})
        before, since = watermark(site), site.control("calls")["last"]
        site.control("faults", {"method": "POST", "path": SEARCH, "after": page, "count": 100,
                                "effect": {"kind": "delay", "ms": 700}})
        site.service.kill()
        moved = watermark(site)
        a_minute_later(site)
        site.start_service()
        wait.until(lambda: len(searches(site, since)[1]) > page, 10, what=f"page {page + 1} asked for")
        site.service.kill()
        assert watermark(site) == moved, f"moved by a walk that ended after page {page}, from {before}"
        site.no_faults()
        a_minute_later(site)
        site.start_service()
        all_found(site)


def test_the_lag_of_the_index_is_noticed(site):
    """Some thirty changes that show three seconds late, among thousands that did not: more than one in a thousand."""
    walked(site)
    site.control("config", {"index_lag_ms": 3000})
    site.control("fill", {"project": "OPS", "count": 30, "bytes": 10})
    wait.until(lambda: metric(site, "poll_index_lag_seconds") >= 1, 10, what="the lag noticed")
    assert metric(site, "poll_overlap_seconds") >= 600


def test_ten_thousand_changes_and_an_index_that_lags(site):
    """New tickets, and changes of those that are known. Each becomes searchable when it pleases, later ones before earlier ones."""
    walked(site)
    site.control("config", {"index_spread_ms": LAG_MS})
    began, changes = time.monotonic(), MANY // 2
    for _ in range(5):
        site.control("fill", {"project": "OPS", "count": MANY // 10, "bytes": 10})
    known = found(site)
    changes += site.control("act", {"do": "touch", "actor": "agent", "project": "OPS"})["touched"]
    assert changes >= MANY
    all_found(site, 60)
    took = time.monotonic() - began
    print(f"{changes} changes found {took:.1f} s after the first was made, with a lag of up to {LAG_MS} ms; {len(known)} of the tickets "
          "were known before")
    assert len(found(site)) >= MANY // 2


def test_a_date_that_has_not_come_hides_no_other_change(site):
    """A ticket that says it was changed tomorrow, after an import or a clock that was wrong: the cursor stays where Jira's time is."""
    issue = site.control("state")["issues"][0]["id"]
    site.act("touch", issues=[issue], at=int(time.time() * 1000) + 86400_000)
    all_found(site)
    walked(site, 2)
    assert watermark(site) <= int(time.time() * 1000) + 1000
    site.until_phase(site.ask_removal("okafor"), "fulfilling")
