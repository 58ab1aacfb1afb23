"""Every way to sign in, secrets that are replaced while we run, and a credential that is dead."""
import os
import time

import pytest

from lib import ports, wait, world

WAYS = {
    "scoped": '{ kind: scoped, email: connector@example.com, token: "file:@DIR@/jira-token", gateway: "@JIRA@" }',
    "service_account": '{ kind: service_account, client_id: connector-client, client_secret: "file:@DIR@/jira-token", '
                       'gateway: "@JIRA@", token_url: "@JIRA@/oauth/token" }',
    "bearer": '{ kind: bearer, token: "file:@DIR@/jira-token" }',
}
SECRETS = {"scoped": "connector-scoped-token", "service_account": "connector-client-secret", "bearer": "connector-token"}


def start(auth, secret, **config):
    made = world.World(auth=auth)
    made.start_database()
    made.start_directory()
    made.start_jira()
    made.control("config", config)
    made.configure()
    made.write("jira-token", secret)
    made.migrate()
    made.start_service()
    made.register_webhook()
    return made


def governs_one(site):
    key = site.ask_removal()
    site.until_phase(key, "fulfilling")
    return key


@pytest.fixture(params=list(WAYS))
def signed_in(request):
    way = request.param
    made = start(WAYS[way], SECRETS[way], access_token_s=6)  # renewed a tenth before: so long a call may be on its way
    yield way, made
    made.close()


def test_each_way_reads_and_writes(signed_in):
    way, site = signed_in
    key = governs_one(site)
    site.resolve(key)
    wait.until(lambda: site.said(key)[0], 15, what="the ticket says something")
    calls = site.control("calls?actor=anonymous")["calls"]
    assert [c for c in calls if c["status"] == 401] == []
    if way == "service_account":  # they were renewed in time, one call each
        wait.until(lambda: len(token_calls(site)) >= 2, 15, what="a second token")
        governs_one(site)
        asked = [c["at"] for c in site.control("calls")["calls"] if c["route"] == "/oauth/token"]
        assert len(asked) >= 2 and all(b - a > 1000 for a, b in zip(asked, asked[1:]))
        assert [c for c in site.control("calls")["calls"] if c["status"] == 401] == []


def token_calls(site):
    return sorted(((c["at"], c["at"] + c["ms"]) for c in site.control("calls")["calls"]
                   if c["route"] == "/oauth/token" and c["ms"] is not None))


def test_replicas_ask_for_tokens_one_after_the_other():
    """Three of them, with tokens that live three seconds: the token service never has two questions in hand, and what it told
    one of them holds for all."""
    made = start(WAYS["service_account"], SECRETS["service_account"], access_token_s=3)
    try:
        with open(made.config) as file:
            text = file.read()
        first = made.config
        for number in range(2):
            port, ops_port = ports.free_ports(2)
            made.config = made.write(f"replica-{number}.yaml", text.replace(f"port: {made.port}", f"port: {port}")
                                     .replace(f"ops_port: {made.ops_port}", f"ops_port: {ops_port}"))
            made.start_service()
        made.config = first
        made.fault("delay", path="/oauth/token", ms=600, count=1000)
        began = len(token_calls(made))
        # each of three every 2.7 seconds, when it has something to ask for
        asked = wait.until(lambda: (a := token_calls(made)[began:]) and len(a) >= 5 and a, 20, what="each has asked")
        assert all(end <= begin for (_, end), (begin, _) in zip(asked, asked[1:])), asked
        made.no_faults()
        made.fault("rate_limit", path="/oauth/token", reason="jira-quota-tenant-based", retry_after=2)
        told = wait.until(lambda: [c["at"] for c in made.control("calls")["calls"]
                                   if c["route"] == "/oauth/token" and c["status"] == 429], 5)[0]
        after = wait.until(lambda: [begin for begin, _ in token_calls(made) if begin > told], 8, what="they go on afterwards")
        assert after[0] >= told + 2000, "a replica asked inside what another was told to wait"
        governs_one(made)
    finally:
        made.close()


@pytest.fixture
def basic():
    made = start(None, "connector-token")
    yield made
    made.close()


def denied(site):
    return [c for c in site.control("calls")["calls"] if c["status"] == 401]


def test_a_dead_credential_is_tried_three_times_and_a_new_one_counts_without_a_restart(basic):
    governs_one(basic)
    basic.control("accounts", {"connector": {"token": "the-new-token"}})
    for _ in range(5):
        basic.ask_removal(person="reyes", role="fin-viewer")
        time.sleep(0.5)
    wait.until(lambda: len(denied(basic)) >= 3, 10, what="three refusals")
    time.sleep(4)
    before = len(denied(basic))
    assert before <= 3 + 16  # those that were on their way together count as one try
    time.sleep(3)
    assert len(denied(basic)) == before  # and then silence
    status, text = world.http("GET", f"http://127.0.0.1:{basic.ops_port}/readyz")
    assert status == 200 and "not signed in" in text
    basic.write("jira-token", "the-new-token")
    key = basic.ask_removal(person="okafor", role="fin-viewer")
    basic.until_phase(key, "fulfilling", timeout=30)
    assert "the-new-token" not in basic.service.stderr


def test_a_webhook_secret_is_replaced_while_deliveries_come(basic):
    """Both count while both files are there; nobody is refused."""
    basic.write("webhook-secret", "another-webhook-secret")
    status = wait.until(lambda: send(basic, "another-webhook-secret") == 200, 30, what="the new secret counts")
    assert status
    assert send(basic, "a-webhook-secret") == 401


def send(site, secret):
    import hashlib
    import hmac
    body = b'{"webhookEvent":"jira:issue_updated","issue":{"id":"1"}}'
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return world.http("POST", site.hook_url, body, {"X-Hub-Signature": signature, "Content-Type": "application/json",
                                                    "X-Atlassian-Webhook-Identifier": os.urandom(8).hex()})[0]
