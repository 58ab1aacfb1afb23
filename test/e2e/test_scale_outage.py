"""An outage of 72 hours in which thousands of requests queue: 20,000 of them in `test/run scale`, fewer in the normal run. Its hours are
put into the rows: when each was asked for, how long its work has failed since. Jira is really away, comes back, and gets them in the
order of their deadlines, within its limits."""
import os
import time

import pytest

from lib import api, sites, wait, world

REQUESTS, HOURS = int(os.environ.get("COUNTERSIGN_QUEUED", "2000")), 72
JUDGED = 400         # creates after the return whose order is looked at
HELD = 150           # the first of them: until the last back-off of the outage has ended, what it holds is passed
PASSED = 60          # and what is on its way is passed by so many
FAILED = HOURS * 12  # times that each create was tried before: the back-off goes up to five minutes
TIMES = world.TIMES.replace("sweep: 3s", "sweep: 10m").replace("backoff_cap: 2s", "backoff_cap: 300ms").replace("recheck: 1s", "recheck: 1h")
KINDS = {(kind, privileged): f"{kind}-{privileged}" for kind in ("grant", "removal") for privileged in (False, True)}


@pytest.fixture(scope="module")
def site():
    with sites.Sites(1, concurrency=8, connections=8, time_scale=1, times=TIMES, poll="5s", log="warn") as made:
        yield made


def queue(site):
    """One request of each kind by the API; all others by the function that the API calls, with the very same document."""
    made = api.Api(site.port, threads=1).wish({key: {  # of two people: of opposite wishes for one the last would supersede the other
        "kind": kind, "privileged": privileged, "beneficiary": f"okafor-{kind}", "source": "sap-fin", "entitlement": "fin-ledger-admin",
        "requester": "hr-system", "justification": "a test"} for (kind, privileged), key in KINDS.items()})
    wait.until(lambda: site.sql("select count(*) from governance.flow where kind = 'create_ticket'") == str(len(made)), 20)
    each = REQUESTS // len(KINDS) - 1
    listed = ", ".join(f"('{key}', '{made[key]}'::uuid)" for key in made)
    site.database.psql(f"""do $$ declare k record; begin
        for k in select name, r.body_sha256, to_jsonb(r) || jsonb_build_object(
                            'privileged', r.is_privileged, 'sla_goal_ms', extract(epoch from c.goal)::bigint * 1000, 'hold_text', '',
                            'approved_by', '', 'items', (select jsonb_agg(to_jsonb(i)) from governance.request_item i
                                                          where i.request_id = r.id)) as document
                   from (values {listed}) as v(name, made)
                   join governance.access_request r on r.id = v.made
                   join governance.sla_clock c on c.request_id = r.id
        loop
            for n in 1..{each} loop
                perform governance.request_submit_many(array[k.name || '-' || n], array[k.body_sha256], array[(k.document || jsonb_build_object(
                    'requested_ms', governance.ms(clock_timestamp() - interval '{HOURS} h' * n / {each})))::text]);
                commit; -- as each call of the API: the chain of evidence is held until then
            end loop;
        end loop; end $$""", timeout=300)


def hours_pass(site):
    """Each create was tried every five minutes since it was asked for. What is in somebody's hands is let go first: nobody waits in a
    circle with those who hold several."""
    some = f"f.kind = 'create_ticket' and f.state = 'pending' and f.lease_owner is null and f.failures < {FAILED}"
    wait.until(lambda: site.sql(f"""
        update governance.flow x set failures = {FAILED}, attempt = greatest(x.attempt, {FAILED}), version = x.version + 1
         where x.id in (select f.id from governance.flow f where {some} order by f.id for update skip locked)
        returning 1""", user="postgres") == "" and site.sql(f"select count(*) from governance.flow f where {some}") == "0", 60, what="each has been tried")


def test_an_outage_of_72_hours(site):
    site.jira.stop()
    began = time.monotonic()
    queue(site)
    queued_s = time.monotonic() - began
    states = "select state, count(*) from governance.flow where kind = 'create_ticket' group by 1 order by 1"
    wait.until(lambda: site.sql("select count(*) from governance.flow where kind = 'create_ticket'") == str(REQUESTS), 300, every=0.3,
               what="each has its work")
    hours_pass(site)
    tried = "select count(*) from governance.flow where kind = 'create_ticket' and failures > {}"
    # a site that has been silent for long is asked once in half a minute, by whoever is most urgent
    wait.until(lambda: int(site.sql(tried.format(FAILED))) >= 3, 60, what="tried in vain, once more")
    assert {row[0] for row in site.database.rows(states)} <= {"pending", "checking"}, site.sql(states)
    order = site.database.rows("select r.marker, r.kind, f.priority, governance.ms(f.deadline) from governance.flow f join governance.access_request r "
                               "on r.id = f.request_id where f.kind = 'create_ticket' order by f.priority, f.deadline, f.id")
    assert len(order) == REQUESTS
    place = {row[0]: n for n, row in enumerate(order)}

    site.start_jira()
    site.at("acme", "config", {"rate_limits": True})
    wait.until(lambda: len(site.created()) >= JUDGED, 120, every=0.1, what="the first are made")
    created = [c["marker"] for c in site.created()]
    print(f"{REQUESTS} queued in {queued_s:.0f} s, all with their work after {time.monotonic() - began:.0f} s; {len(created)} made since; "
          f"processor: service {site.service.cpu_s():.0f} s")
    first = [place[marker] for marker in created[:JUDGED]]
    assert len(set(created)) == len(created), "none is made twice"
    late = [p for n, p in enumerate(first) if p > n + PASSED and n >= HELD]
    assert late == [] and max(first) < REQUESTS // 4, f"places in the order of deadlines: {first}"
    assert sorted(first)[:JUDGED // 2] == list(range(JUDGED // 2)), "the most urgent half, and nobody is left out"
    assert {order[p][1] for p in first} == {"removal"}

    calls = site.at("acme", "calls")["calls"]
    assert [c for c in calls if c["status"] == 429] == []
    # by when they came, which may be bunched; what one second may hold is judged by who answers 429
    came = [c["at"] for c in site.created()]
    assert len(came) <= 100 * ((max(came) - min(came)) / 1000 + 1)
    assert site.at("acme", "oracle")["creates"]["blind"] == []
    # nobody was given up, in three days and 864 tries, and all others are still there
    assert site.sql("select count(*) from governance.flow where kind = 'create_ticket' and state in ('parked', 'moot')") == "0"
    assert site.sql("select count(*) from governance.flow where kind = 'create_ticket'") == str(REQUESTS)
    # what is said on the first tickets comes after those who have none yet, but it comes while most of them still wait
    wait.until(lambda: site.sql("select count(*) from governance.access_request where phase = 'fulfilling'") != "0", 60, every=0.2,
               what="looked at again, too")
    assert {row[0] for row in site.database.rows("select distinct phase from governance.access_request")} == {"ticketing", "fulfilling"}
