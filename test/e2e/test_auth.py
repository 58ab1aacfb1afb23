"""Every way to sign in, secrets that are replaced while we run, and a credential that is dead."""
import json
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


def start(auth, secret, time_scale=50, **config):
    made = world.World(auth=auth, time_scale=time_scale)
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


def another_replica(site, name):
    """Beside the service; its port for metrics."""
    first, (port, ops_port) = site.config, ports.free_ports(2)
    with open(first) as file:
        text = file.read()
    site.config = site.write(f"{name}.yaml", text.replace(f"port: {site.port}", f"port: {port}")
                             .replace(f"ops_port: {site.ops_port}", f"ops_port: {ops_port}"))
    site.start_service()
    site.config = first
    return ops_port


def token_calls(site):
    return sorted(((c["at"], c["at"] + c["ms"]) for c in site.control("calls")["calls"]
                   if c["route"] == "/oauth/token" and c["ms"] is not None))


def test_replicas_ask_for_tokens_one_after_the_other():
    """Three of them, with tokens that live three seconds: the token service never has two questions in hand, and what it told
    one of them holds for all."""
    made = start(WAYS["service_account"], SECRETS["service_account"], access_token_s=3)
    try:
        for number in range(2):
            another_replica(made, f"replica-{number}")
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


@pytest.fixture(scope="module")
def basic():
    made = start(None, "connector-token", time_scale=1)
    yield made
    made.close()


def denied(site):
    return len([c for c in site.control("calls")["calls"] if c["status"] == 401])


def told(site):
    return int(site.sql("select count(*) from governance.escalation where reason = 'SiteRefusesUs'"))


def tries(site):
    """Refused calls, those counted as one that were under way together."""
    number, end = 0, 0
    for call in sorted((c for c in site.control("calls")["calls"] if c["status"] == 401), key=lambda c: c["at"]):
        number += call["at"] >= end
        end = max(end, call["at"] + call["ms"])
    return number


def readyz(port):
    return json.loads(world.http("GET", f"http://127.0.0.1:{port}/readyz")[1])


def refuses_us(site, port):
    return 'countersign_jira_refuses_us{site="acme"} 1' in world.http("GET", f"http://127.0.0.1:{port}/metrics")[1]


def test_what_jira_told_one_holds_after_a_restart_and_for_another(basic):
    """A process that ends takes nothing of it with it."""
    basic.fault("rate_limit", method="GET", path="/rest/api/3/", reason="jira-quota-tenant-based", retry_after=4)
    wait.until(lambda: basic.sql("select count(*) from governance.site_rest where told_until > clock_timestamp()") == "1", 10,
               every=0.02, what="it is kept")
    basic.service.kill()
    basic.start_service()
    another_replica(basic, "told")
    governs_one(basic)
    basic.sql("select governance.site_told('acme', '1 day')")  # a mistake: seen, and lifted
    wait.until(lambda: "send nothing before 20" in readyz(basic.ops_port)["sites"]["acme"], 5, what="/readyz says so")
    assert basic.sql("select governance.site_rest_lift('acme', 'kim')") == "t"
    wait.until(lambda: readyz(basic.ops_port)["sites"]["acme"] == "ok", 5, what="it is lifted")
    governs_one(basic)
    oracle = basic.control("oracle")
    assert oracle["retry_after"]["told"] == 1 and [v for v in oracle["retry_after_violations"] if not v["excused"]] == []
    basic.service.stop()
    basic.services.pop()


def test_a_dead_credential_is_tried_three_times_and_a_new_one_counts_without_a_restart(basic):
    """By all replicas together, and however often they start."""
    governs_one(basic)  # what is held afterwards
    before, heard = denied(basic), told(basic)
    beside = another_replica(basic, "beside")
    wait.until(lambda: readyz(beside)["sites"]["acme"] == "ok", 15, what="both are signed in")
    basic.control("accounts", {"connector": {"token": "the-new-token"}})
    for _ in range(5):
        basic.ask_removal(person="reyes", role="fin-viewer")
        time.sleep(0.3)
    wait.until(lambda: told(basic) == heard + 1, 10, what="people are told")
    time.sleep(1.5)
    tried = denied(basic)
    # those that were on their way together count as one try; both may find it out by themselves before they hear of each other
    refused = [c for c in basic.control("calls")["calls"] if c["status"] == 401][before:]
    heard_ms = min(c["at"] + c["ms"] for c in refused) + 1500
    assert 0 < tries(basic) <= 3, (tries(basic), refused)
    assert len([c for c in refused if c["at"] > heard_ms]) <= 2, refused
    assert refuses_us(basic, beside) and "not signed in" in readyz(beside)["sites"]["acme"]
    basic.service.stop()
    basic.services.pop()
    basic.service.stop()
    basic.start_service()
    replicas = [basic.ops_port, another_replica(basic, "late")]
    time.sleep(2)
    assert denied(basic) == tried  # neither a restart nor another process is a reason to try
    assert all(refuses_us(basic, port) for port in replicas)
    status, text = world.http("GET", f"http://127.0.0.1:{basic.ops_port}/readyz")
    assert status == 200 and "not signed in" in text
    held = json.loads(basic.countersign("request", "list", "--stuck", "--json").stdout)["requests"]
    assert held and {r["status"]["reason"] for r in held} == {"SiteRefusesUs"} and "secret file" in held[0]["status"]["remedy"]
    basic.write("jira-token", "the-new-token")
    key = basic.ask_removal(person="okafor", role="fin-viewer")
    basic.until_phase(key, "fulfilling", timeout=30)
    wait.until(lambda: not refuses_us(basic, replicas[1]), 20, what="the other one reads the new secret")
    assert "SiteRefusesUs" not in basic.countersign("request", "list").stdout
    assert told(basic) == heard + 1 and all("the-new-token" not in service.stderr for service in basic.services)
    basic.service.stop()
    basic.services.pop()


def test_a_start_with_a_dead_credential_is_three_calls(basic):
    """However much there is to do at a start, one call at a time finds out."""
    right = basic.control("accounts", {})["connector"]["token"]

    def starts_with(token):
        heard, before = told(basic), denied(basic)
        basic.service.stop()
        basic.write("jira-token", token)
        basic.start_service()
        wait.until(lambda: told(basic) == heard + 1, 10, what="people are told anew")
        time.sleep(1)
        return denied(basic) - before
    assert starts_with("nobody-knows-this-token") == 3
    for number in range(8):  # all of them are due when the next one starts
        body = {"kind": "removal", "beneficiary": f"person{number}", "source": "sap-fin", "entitlement": "fin-viewer",
                "requester": "hr-system"}
        assert basic.api("POST", "/v1/access-requests", body, f"dead-{number}")[0] == 201
    basic.fault("delay", method="GET", path="/myself$", count=1000, ms=300)
    assert starts_with("nor-this-one") == 3
    basic.no_faults()
    basic.service.stop()
    basic.write("jira-token", right)
    basic.start_service()  # another secret: tried at once
    governs_one(basic)


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
