"""Webhooks: verified before anything is parsed, stored before they are answered, harmless when wrong."""
import hashlib
import hmac
import json
import time
import uuid

from lib import wait, world

SECRET = b"a-webhook-secret"


def send(site, body: bytes, identifier=None, signature=None, headers=None):
    more = {"Content-Type": "application/json", "X-Atlassian-Webhook-Identifier": identifier or str(uuid.uuid4()),
            "X-Hub-Signature": signature or "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()}
    more.update(headers or {})
    return world.http("POST", site.hook_url, body, more)


def stored(site):
    return int(site.sql("select count(*) from governance.webhook_delivery"))


def test_wrong_signatures_store_nothing_and_say_nothing(site):
    body, before = b'{"webhookEvent":"jira:issue_updated","issue":{"id":"1"}}', stored(site)
    right = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    for signature in ("sha256=" + "0" * 64, "sha256=" + right[:-1], "sha1=" + right, right, "sha256=" + right + "00", "sha256="):
        status, text = send(site, body, signature=signature)
        assert (status, text) == (401, ""), signature
    assert stored(site) == before


def test_same_identifier_is_stored_once(site):
    before = stored(site)
    for _ in range(3):
        assert send(site, b'{"webhookEvent":"x","issue":{"id":"424242"}}', "same")[0] == 200
    assert stored(site) == before + 1


def test_unreadable_bodies_are_quarantined_and_others_go_on(site):
    poison = [b"not json", b'{"a":1,"a":2}', b'{"a":"\xff"}', b"[" * 40 + b"]" * 40, b'{"issue":{"id":"\\u0000"}}', b"{} trailing"]
    for body in poison:
        assert send(site, body)[0] == 200
    key = site.ask_removal("okafor", "fin-viewer")
    site.until_phase(key, "fulfilling")
    wait.until(lambda: int(site.sql("select count(*) from governance.webhook_delivery where state = 'quarantined'")) == len(poison), 10)
    assert f"countersign_webhook_deliveries_quarantined_total {len(poison)}" in \
        world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]


def test_who_sends_much_that_nobody_can_read_fills_no_log(site):
    """One line for each reason a minute, whatever is sent; the metric counts each."""
    def said():
        return sum("quarantined" in line for line in site.service.stderr.splitlines())

    def counted():
        text = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
        return int(text.split("countersign_webhook_deliveries_quarantined_total ")[-1].split()[0])
    lines, before = said(), counted()
    for n in range(60):
        assert send(site, b"not json either", f"much-{n}")[0] == 200
    wait.until(lambda: counted() == before + 60, 15, what="each is counted")
    assert 0 < said() - lines + 1 <= 5


def ticket(number, more=""):
    return b'{"webhookEvent":"jira:issue_updated","issue":{"id":"%d"}%s}' % (number, more.encode())


def test_heavy_bodies_take_nothing_from_the_others(site):
    """Valid bodies of 390,000 values, and ordinary ones stored with them in one commit: each becomes its ticket."""
    heavy = ticket(700000, ',"a":[' + "0," * 389_990 + "0]").decode()
    site.sql("insert into governance.webhook_delivery (site, delivery_id, body) select 'acme', 'heavy-' || n, "
             f"convert_to(replace('{heavy}', '700000', (700000 + n)::text), 'UTF8') from generate_series(1, 5) n union all "
             "select 'acme', 'light-' || n, convert_to('{\"webhookEvent\":\"x\",\"issue\":{\"id\":\"' || 710000 + n || '\"}}', 'UTF8') "
             "from generate_series(1, 200) n")
    wait.until(lambda: site.sql("select count(*) from governance.webhook_delivery where state = 'new'") == "0", 30)
    assert site.sql("select count(*) from governance.ticket where issue_id between '700001' and '700005'") == "5"
    assert site.sql("select count(*) from governance.ticket where issue_id between '710001' and '710200'") == "200"


def test_large_deliveries_are_read_in_bounded_memory(site):
    """Sixty of 4.9 MB are there at once, and some more arrive: each becomes its ticket, one after the other."""
    whole = ("convert_to('{\"webhookEvent\":\"x\",\"issue\":{\"id\":\"' || 720000 + n || '\"},\"text\":\"' || repeat('x', 4900000) || '\"}', 'UTF8')")
    site.service.kill()
    site.start_service()  # its peak is to be this test's
    site.sql("insert into governance.webhook_delivery (site, delivery_id, body) "
             f"select 'acme', 'large-' || n, {whole} from generate_series(1, 60) n")
    for number in range(3):  # 503 asks to come again
        wait.until(lambda: send(site, ticket(730000 + number, ',"text":"' + "x" * 4_900_000 + '"'), f"large-live-{number}")[0] == 200, 20)
    wait.until(lambda: site.sql("select count(*) from governance.webhook_delivery where state = 'new'") == "0", 60)
    assert site.sql("select count(*) from governance.ticket where issue_id between '720001' and '720060'") == "60"
    assert site.sql("select count(*) from governance.ticket where issue_id between '730000' and '730002'") == "3"
    peak, rest = site.service.peak_kib() / 1024, site.service.rss_kib() / 1024
    assert peak < 64 and rest < 32, f"{peak:.1f} MiB at most, {rest:.1f} MiB afterwards"


def test_oversize_is_refused(site):
    assert send(site, b'"' + b"x" * (5 * 1024 * 1024) + b'"')[0] == 413


def test_database_away_is_503_within_two_seconds_and_nothing_is_lost(site):
    site.cluster.freeze()
    try:
        took = []
        while len(took) < 3 and min(took, default=1e9) >= 2.5:  # once more where the machine was busy just then
            began = time.monotonic()
            assert send(site, b'{"webhookEvent":"x","issue":{"id":"77"}}', "while-away")[0] == 503
            took.append(time.monotonic() - began)
        assert min(took) < 2.5, took
    finally:
        site.cluster.thaw()
    wait.until(lambda: send(site, b'{"webhookEvent":"x","issue":{"id":"77"}}', "while-away")[0] == 200, 20, every=0.3)
    assert site.sql("select count(*) from governance.webhook_delivery where delivery_id = 'while-away'") == "1"


def test_polling_alone_finds_everything(site):
    site.control("faults", {"on": "webhook", "effect": {"kind": "drop"}})
    try:
        key = site.ask_removal("reyes", "fin-ledger-admin")
        site.until_phase(key, "fulfilling")
        site.resolve(key)
        site.until_phase(key, "closed")
    finally:
        site.no_faults()


def test_health_tells_the_state(site):
    assert world.http("GET", f"http://127.0.0.1:{site.ops_port}/healthz")[0] == 200
    status, text = world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")
    assert status == 200 and json.loads(text)["sites"] == {"acme": "ok"}


def test_no_secret_in_the_log(site):
    for secret in ("connector-token", "a-webhook-secret", "reader-password", "an-api-token-of-the-demo"):
        assert secret not in site.service.stderr


def test_sigterm_ends_cleanly_and_a_new_one_goes_on(site):
    old = site.service
    began = time.monotonic()
    old.stop()
    assert old.returncode == 0 and time.monotonic() - began < 12, old.told()
    site.start_service()
    key = site.ask_removal("okafor", "fin-viewer")
    site.until_phase(key, "fulfilling")


def test_lanes_of_claims_do_not_wake_each_other_for_ever(site):
    """At rest a tick asks each lane for work, four times a second. Answered one after the other on one connection, each lane was
    once kicked by the one before it while it asked, and asked again."""
    def asked():
        return int(site.sql("select xact_commit from pg_stat_database where datname = 'countersign'")), time.monotonic()

    def rate():
        (before, since), _ = asked(), time.sleep(2)  # the server counts every second
        now, until = asked()
        return (now - before) / (until - since)
    site.edit_file("countersign.yaml", "database: { ", "database: { connections: 1, ")
    site.service.kill()
    site.start_service()
    for key in [site.ask_removal() for _ in range(5)]:
        site.until_phase(key, "fulfilling")
    wait.until(lambda: rate() < 100, 20, what="rest")
