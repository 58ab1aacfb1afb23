"""kill -9 at random moments of what follows a create: its link, its participants, a second ticket that is thrown away. On both flavours:
one live ticket each, one link, each participant once, each second ticket cancelled with one comment."""
import json
import os
import random
import time
import urllib.error

import pytest

from lib import wait, world

REQUESTS, TWINS, KILLS = 12, 6, int(os.environ.get("COUNTERSIGN_STEP_KILLS", "10"))
TIMES = "{ call_timeout: 1500ms, lease: 3s, lateness: 200ms, index_lag: 200ms, grace: 4400ms, probe: 300ms, backoff: 200ms, " \
        "backoff_cap: 1s, recheck: 1s, return_after: 60s, sweep: 3s }"
FIELDS = {"summary": "Remove a role", "customfield_10010": "31", "customfield_10061": "okafor",
          "customfield_10052": "fin-ledger-admin", "customfield_10050": {"value": "SAP FIN"}}


class World(world.World):
    """With a link to every request, and somebody who follows its ticket: by account id, on a Data Center by user name."""

    def configure(self):
        super().configure()
        account = self.control("accounts", {})["customer"]["accountId"]
        named, self.follower = ("customer", None) if self.flavour == "datacenter" else (account, account)
        self.edit_file("countersign.yaml", "    poll_interval:", "    request_url: https://iga.example.com/requests/{id}\n    poll_interval:")
        self.edit_file("mapping.yaml", "issue_type: Service Request }", f'issue_type: Service Request, participants: ["{named}"] }}')


@pytest.fixture(scope="module", params=["cloud", "datacenter"])
def site(request):
    with World(times=TIMES, poll="500ms", fsync=True, flavour=request.param) as made:
        yield made


def submit(site, number):
    """Until it is answered: a client keeps its idempotency key."""
    body = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": f"role-{number}", "requester": "hr-system"}
    try:
        status, made = site.api("POST", "/v1/access-requests", body, key=f"step-{number}")
        return made["id"] if status in (200, 201) else None
    except (urllib.error.URLError, OSError):
        return None


def comments(ticket):
    return [c for c in ticket["comments"] if "was made twice" in json.dumps(c["body"])]


def kill_now_and_then(site, made, twins):
    rng = random.Random(20261126)
    for kill in range(KILLS):
        if len(made) < REQUESTS and (answered := submit(site, len(made))):
            made.append(answered)
        bound = [row[0] for row in site.database.rows("select request_id from governance.ticket where request_id is not null order by updated_ms")]
        if kill >= 4 and len(twins) < TWINS and (alone := [r for r in bound if r not in twins]):
            twins[alone[0]] = site.late_twin(alone[0], FIELDS)
        time.sleep(rng.random() * 0.25)
        site.service.kill()
        site.start_service()


def test_killed_between_the_steps(site):
    made, twins = [], {}
    kill_now_and_then(site, made, twins)
    while len(made) < REQUESTS:
        if answered := submit(site, len(made)):
            made.append(answered)
    unfinished = "select count(*) from governance.flow where kind in ('create_ticket', 'retire') and state not in ('done', 'moot')"
    wait.until(lambda: site.sql("select count(*) from governance.ticket where request_id is not null") == str(REQUESTS), 60, what="bound")
    while len(twins) < TWINS:  # a slow machine: none was bound in time
        request = next(r for r in made if r not in twins)
        twins[request] = site.late_twin(request, FIELDS)
    wait.until(lambda: all(len(site.marked(r)) == 1 for r in made), 60, every=0.2, what="one live ticket each")
    wait.until(lambda: site.sql(unfinished) == "0", 60, every=0.2, what="all steps done")
    markers = site.control("oracle")["markers"]
    for request in made:
        tickets = [site.ticket(t["key"]) for t in markers["gar-" + request.replace("-", "")]]
        live, = (t for t in tickets if t["live"])
        assert site.sql(f"select issue_key from governance.ticket where request_id = '{request}'") == live["key"]
        assert [link["body"]["object"]["url"] for link in live["links"]] == [f"https://iga.example.com/requests/{request}"]
        followers = live["properties"]["request.participants"]
        assert len(followers) == 1 and followers == [site.follower or followers[0]]
        seconds = [t for t in tickets if not t["live"]]
        assert len(seconds) == (request in twins), tickets
        assert all(len(comments(t)) == 1 for t in seconds) and not comments(live)
    assert site.control("oracle")["creates"]["blind"] == []
    assert site.sql("select count(*) from governance.access_request where phase in ('closed', 'cancelled', 'orphaned')") == "0"
    site.countersign("db", "verify", "--conninfo", site.database.dsn)
