"""kill -9 at random moments: nothing that was answered 2xx is lost, one live ticket each, nothing closed without proof."""
import hashlib
import hmac
import os
import random
import time
import urllib.error

import pytest

from lib import wait, world

REQUESTS, KILLS = 50, int(os.environ.get("COUNTERSIGN_KILLS", "200"))


@pytest.fixture(scope="module")
def site():
    with world.World(fsync=True) as made:
        made.target.psql(f"insert into app_role select 100 + n, 'role-' || n from generate_series(0, {REQUESTS - 1}) n")
        yield made


def submit(site, number):
    """Until it is answered: a client keeps its idempotency key."""
    body = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": f"role-{number}",
            "requester": "hr-system"}
    try:
        status, made = site.api("POST", "/v1/access-requests", body, key=f"kill-{number}")
        return made["id"] if status in (200, 201) else None
    except (urllib.error.URLError, OSError):
        return None


def deliver(site, number):
    """One webhook of our own; its identifier when it was answered 2xx."""
    body = b'{"webhookEvent":"jira:issue_updated","issue":{"id":"%d"}}' % (900000 + number)
    headers = {"Content-Type": "application/json", "X-Atlassian-Webhook-Identifier": f"kill-{number}",
               "X-Hub-Signature": "sha256=" + hmac.new(b"a-webhook-secret", body, hashlib.sha256).hexdigest()}
    try:
        return f"kill-{number}" if world.http("POST", site.hook_url, body, headers)[0] == 200 else None
    except (urllib.error.URLError, OSError):
        return None


def press_resolve(site, made):
    """The agent works whatever ticket is there."""
    for request_id in made:
        for ticket in site.marked(request_id):
            if ticket["status"] == "Waiting for support":
                site.resolve(ticket["key"])
                return


def test_random_kills(site):
    rng = random.Random(20261124)
    made, hooks = {}, set()
    for kill in range(KILLS):
        for _ in range(rng.randrange(1, 4)):
            number = len(made)
            if number < REQUESTS and (answered := submit(site, number)):
                made[number] = answered
            hooks.add(deliver(site, kill * 10 + rng.randrange(10)))
        if kill % 3 == 0:
            press_resolve(site, list(made.values()))
        time.sleep(rng.random() * 0.12)
        site.service.kill()
        site.start_service()
    while len(made) < REQUESTS:
        if answered := submit(site, len(made)):
            made[len(made)] = answered
    assert len(set(made.values())) == REQUESTS
    stored = set(site.sql("select delivery_id from governance.webhook_delivery").split("\n"))
    assert hooks - {None} <= stored, "every 2xx has its row"

    def all_bound():
        press_resolve(site, list(made.values()))
        return all(len(site.marked(r)) == 1 for r in made.values())

    wait.until(all_bound, 60, every=0.2, what="one live ticket each")

    def all_closed():
        press_resolve(site, list(made.values()))
        return site.sql("select count(*) from governance.access_request where phase <> 'closed'") == "0"

    wait.until(all_closed, 120, every=0.2, what="all proven and closed")
    oracle = site.control("oracle")
    assert all(len([t for t in oracle["markers"]["gar-" + r.replace("-", "")]]) == 1 for r in made.values()), "never a second ticket"
    closed_without_proof = site.sql("select count(*) from governance.access_request r where r.phase = 'closed' and not exists ("
                                    "select from governance.observation o join governance.request_item i on i.id = o.item_id "
                                    "where i.request_id = r.id and o.generation = r.generation and o.outcome = 'absent' "
                                    "and o.source_as_of >= r.claimed_at)")
    assert closed_without_proof == "0"
    site.countersign("db", "verify", "--conninfo", site.database.dsn)
