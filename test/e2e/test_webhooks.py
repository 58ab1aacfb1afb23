"""Every kind of webhook: who may send, what it is about, what is registered at the site, and what gets lost.

The service's own account is an app here, so that it may register dynamic webhooks; an administrator looks after the signed
one by `countersign webhook`."""
import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import threading
import time
import uuid

import pytest

from lib import proc, samples, wait, world

APP, RULE, RULE_OLD = "connector-client-secret", "what-the-rules-send-us", "what-the-rules-sent-us"
ADMIN = {"Authorization": "Basic YWRtaW5AZXhhbXBsZS5jb206YWRtaW4tdG9rZW4=", "Content-Type": "application/json"}
CLOUD = "/rest/webhooks/1.0/webhook"


class Hooked(world.World):
    def configure(self):
        super().configure()
        self.write("app-secret", APP)
        self.write("webhook-secret-old", "the-webhook-secret-before")
        self.write("rule-secret", RULE)
        self.write("rule-secret-old", RULE_OLD)
        self.write("admin-token", "admin-token")
        with open(self.config) as file:
            text = file.read()
        more = (f'    webhook_secret_old: "file:{self.folder}/webhook-secret-old"\n    webhook: {{ app_secret: "file:{self.folder}/app-secret", automation_secret: "file:{self.folder}/rule-secret", '
                f'automation_secret_old: "file:{self.folder}/rule-secret-old", check_every: 500ms, late_after: 1s }}\n')
        self.write("signed.yaml", self.public(text))  # the signed webhook alone: for `webhook install`
        self.write("countersign.yaml", self.public(text).replace("    projects: [IAM, OPS]\n", more + "    projects: [IAM, OPS]\n"))

    def public(self, text):
        return text.replace("listen: {", f'listen: {{ public_url: "http://127.0.0.1:{self.port}/",', 1)

    def migrate(self):
        super().migrate()
        self.control("accounts", {"connector": {"kind": "app"}})


@pytest.fixture(scope="module")
def site():
    made = Hooked(webhooks=False, poll="500ms")
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def post(site, body, headers, query=""):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return world.http("POST", site.hook_url + query, body, {"Content-Type": "application/json"} | headers)[0]


def rule(secret=RULE):
    return {"X-Countersign-Secret": secret}


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(secret=APP, header=None, **claims):
    claims = {"exp": int(time.time()) + 60} | claims
    told = part(json.dumps(header or {"alg": "HS256"}).encode()) + "." + part(json.dumps(claims).encode())
    return {"Authorization": "JWT " + told + "." + part(hmac.new(secret.encode(), told.encode(), hashlib.sha256).digest())}


def signed(body, secret="a-webhook-secret", identifier=None):
    return {"X-Hub-Signature": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
            "X-Atlassian-Webhook-Identifier": identifier or str(uuid.uuid4())}


def handled(site):
    wait.until(lambda: site.sql("select count(*) from governance.webhook_delivery where state = 'new'") == "0", 10)


def hinted(site, issue):
    handled(site)
    return site.sql(f"select count(*) from governance.ticket where issue_id = '{issue}'") == "1"


def metric(site, name, where="acme"):
    text = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1]
    return float(re.search(rf'^countersign_{name}{{site="{where}"}} (\S+)$', text, re.M)[1])


def now_ms():
    return int(time.time() * 1000)


def test_every_format_of_a_rule_names_its_ticket(site):
    bodies = [({"self": "x", "id": 770001, "key": "IAM-9001", "changelog": {}, "fields": {"summary": "x"}}, ""),
              ({"issue": {"id": 770002, "key": "IAM-9002", "fields": {}}}, ""),
              ({"issueId": 770003, "text": "words of one's own"}, ""),
              (b"", "?issue=770004"), ({"issue": "770005"}, "?issue=1")]
    for n, (body, query) in enumerate(bodies):
        assert post(site, body, rule(RULE_OLD if n % 2 else RULE), query) == 200
    assert post(site, b"", rule()) == 200  # something happened somewhere: taken, and polling finds it
    for issue in range(770001, 770006):
        assert hinted(site, issue), issue
    assert site.sql("select count(*) from governance.ticket where issue_id = '1'") == "0"  # the body counts
    assert site.sql("select string_agg(state, ',') from governance.webhook_delivery where body = ''") == "handled"
    # the same words again later are a new event, in the same moment they are the same one
    time.sleep(1.1)
    first = int(time.time())
    for _ in range(5):
        assert post(site, bodies[2][0], rule()) == 200
    moments = int(time.time()) - first + 1  # of a second each, that the five may have come in
    assert 2 <= int(site.sql("select count(*) from governance.webhook_delivery where body::text like "
                             "'%' || encode('770003', 'hex') || '%'")) <= 1 + min(moments, 5)


def test_a_rule_of_jira_brings_a_ticket(site):
    """The stand-in's own automation, with webhooks and polling of no use."""
    site.control("faults", {"path": "/search/jql", "effect": {"kind": "unavailable", "retry_after": 1}})
    site.control("faults", {"on": "webhook", "event": "comment", "effect": {"kind": "drop"}})
    try:
        for form, query in (("automation", ""), ("empty", "?issue={{issue.id}}")):
            site.control("rules", [{"url": site.hook_url + query, "format": form, "headers": rule()}])
            key = site.act("create", actor="agent", project="OPS", fields={"summary": form, "customfield_10010": "41"})["key"]
            issue = site.ticket(key)["id"]
            wait.until(lambda: hinted(site, issue), 10, what=f"the ticket of a rule in format {form}")
    finally:
        site.control("rules", [])
        site.no_faults()


def test_nobody_else_is_believed(site):
    refused = metric(site, "webhooks_refused_total")
    body = b'{"issueId":779999}'
    tries = [{}, rule("what-the-rules-send-U"), rule(""), {"Authorization": "Bearer " + RULE}, token("another"),
             token(header={"alg": "none"}), token(exp=int(time.time()) - 61), token(exp="x"), token(qsh="0" * 64),
             signed(body, "another-secret"), signed(body, APP), {"X-Hub-Signature": "sha256=00"} | rule(), token("x") | rule()]
    for headers in tries:
        assert post(site, body, headers) == 401, headers
    assert site.sql("select count(*) from governance.webhook_delivery where convert_from(body, 'UTF8') like '%779999%'") == "0"
    assert metric(site, "webhooks_refused_total") == refused + len(tries)


def test_events_around_a_ticket_and_about_none(site):
    link = {"webhookEvent": "issuelink_created", "issueLink": {"id": 1, "sourceIssueId": 770011, "destinationIssueId": 770012}}
    for body in (link, {"webhookEvent": "worklog_created", "worklog": {"issueId": "770013"}},
                 {"webhookEvent": "comment_created", "comment": {"self": "https://x/rest/api/2/issue/770014/comment/1"}},
                 {"webhookEvent": "issue_property_set", "property": {"key": "gar.bind"}, "issue": {"id": "770015", "key": "IAM-1"}},
                 {"webhookEvent": "jira:issue_deleted", "issue": {"id": "770016"}},
                 {"webhookEvent": "user_created", "user": {}}, {"webhookEvent": "project_updated", "project": {"id": 10002}},
                 {"webhookEvent": "jira:version_released", "version": {"id": "10001"}}):
        assert post(site, body | {"timestamp": now_ms()}, token(path=str(uuid.uuid4()))) == 200
    for issue in range(770011, 770017):
        assert hinted(site, issue), issue
    assert site.sql("select count(*) from governance.webhook_delivery where state = 'quarantined'") == "0"


def fresh(body):
    """As if it happened now; None where it does not say when it happened."""
    try:
        event = json.loads(body)
    except ValueError:
        return None
    return json.dumps(event | {"timestamp": now_ms()}).encode() if isinstance(event, dict) and "timestamp" in event else None


def test_every_payload_ends_in_the_right_state(site):
    """Ours and, where they are at hand, the recorded ones: signed, as they were and as if they happened now."""
    expected = {}
    for name, body, verdict in samples.own() + samples.recorded():
        for kind, bytes_ in (("now", fresh(body)), ("then", body)):
            if bytes_ is None:
                continue
            assert post(site, bytes_, signed(bytes_, identifier=f"{kind}/{name}")) == 200, name
            poison = isinstance(verdict, str) or kind == "then" and fresh(body)
            expected[f"{kind}/{name}"] = "quarantined" if poison else "handled"
    handled(site)
    states = json.loads(site.sql("select json_object_agg(delivery_id, state) from governance.webhook_delivery "
                                 "where delivery_id like 'now/%' or delivery_id like 'then/%'"))
    assert states == expected
    named = {issue for _, _, verdict in samples.own() + samples.recorded() if isinstance(verdict, list) for issue in verdict}
    assert named <= set(json.loads(site.sql("select json_agg(issue_id) from governance.ticket where site = 'acme'")))
    if not samples.SHARED.is_dir():
        print("the recorded payloads are not at hand: ours alone were sent")


def test_an_old_event_is_quarantined_and_each_site_has_its_own_identifiers(site):
    for apart, state in ((0, "handled"), (-8 * 86400_000, "quarantined"), (8 * 86400_000, "quarantined"), (-6 * 86400_000, "handled")):
        body = json.dumps({"webhookEvent": "jira:issue_updated", "timestamp": now_ms() + apart, "issue": {"id": "770020"}}).encode()
        name = str(uuid.uuid4())
        assert post(site, body, signed(body, identifier=name)) == 200
        assert post(site, body, signed(body, identifier=name)) == 200  # once more, word for word
        handled(site)
        assert site.sql(f"select string_agg(state, ',') from governance.webhook_delivery where delivery_id = '{name}'") == state
    site.sql("insert into governance.webhook_delivery (site, delivery_id, body) select 'elsewhere', delivery_id, '{}' "
             "from governance.webhook_delivery where site = 'acme' limit 1")  # no complaint


def test_the_app_keeps_its_webhook_registered(site):
    def mine():
        return [h for h in site.control("webhooks")["registered"] if h["dynamic"]]
    first = wait.until(mine, 15, what="a dynamic webhook")
    assert [(h["url"], len(h["events"])) for h in first] == [(site.hook_url, 8)]
    site.control("age-webhooks", {"days": 11})  # 19 of 30 left
    wait.until(lambda: mine()[0]["expires"] > now_ms() + 29 * 86400_000, 10, what="it was refreshed")
    assert [h["id"] for h in mine()] == [h["id"] for h in first]
    status, _ = world.http("DELETE", f"{site.jira_url}/rest/api/3/webhook", {"webhookIds": [first[0]["id"]]},
                           {"Authorization": "Bearer connector-token", "Content-Type": "application/json"})
    assert status == 202
    wait.until(mine, 10, what="it was registered again")
    world.http("POST", f"{site.jira_url}/rest/api/3/webhook", {"url": site.hook_url, "webhooks": [
        {"events": ["comment_created"], "jqlFilter": "project = OPS"}]},
        {"Authorization": "Bearer connector-token", "Content-Type": "application/json"})
    wait.until(lambda: [len(h["events"]) for h in mine()] == [8], 10, what="the one too many was removed")
    # what it sends is believed, and a ticket comes with it alone
    site.control("faults", {"on": "webhook", "event": "comment", "effect": {"kind": "drop"}})
    key = site.ask_removal()
    site.until_phase(key, "fulfilling")
    tried = [d for d in site.control("webhooks")["deliveries"] if d["key"] == key]
    assert tried and {t["answer"] for d in tried for t in d["tries"]} == {200}
    site.no_faults()
    assert len(mine()) == 1


def test_what_jira_gave_up_is_taken_from_its_list(site):
    """Six tries while the service is away; the list of failures has the body, and it becomes a hint like any other."""
    site.service.stop()
    key = site.ask_removal(person="reyes", role="fin-viewer")
    wait.until(lambda: site.control("hurry", {}) and [d for d in site.control("webhooks")["deliveries"]
                                                      if d["key"] == key and d["state"] == "lost"], 15)
    site.control("faults", {"path": "/search/jql", "effect": {"kind": "unavailable", "retry_after": 1}})  # polling is of no use
    try:
        site.start_service()
        wait.until(lambda: site.sql(f"select count(*) from governance.ticket where issue_key = '{key}'") == "1", 15)
        wait.until(lambda: now_ms() - int(site.sql("select failed_after_ms from governance.webhook_watch")) < 60_000, 10,
                   what="the next look goes on from there")
        lost = [d["identifier"] for d in site.control("webhooks")["deliveries"] if d["key"] == key and d["state"] == "lost"]
        wait.until(lambda: site.sql("select count(*) from governance.webhook_delivery where delivery_id in ('" + "','".join(lost) +
                                    "')") == str(len(lost)), 10, what="all that was lost is in the inbox")
    finally:
        site.no_faults()
    site.until_phase(key, "fulfilling")


def test_loss_and_delay_are_measured(site):
    key = site.ask_removal(person="okafor", role="fin-viewer")
    site.until_phase(key, "fulfilling")
    wait.until(lambda: metric(site, "webhooks_awaited") == 0, 15, what="nothing is in question")
    before, timed = metric(site, "webhooks_lost_total"), metric(site, "webhook_delay_seconds_count")
    site.act("comment", key, text="seen by both", public=False)
    wait.until(lambda: metric(site, "webhook_delay_seconds_count") > timed, 10)
    site.control("faults", {"on": "webhook", "effect": {"kind": "drop"}})
    time.sleep(2.5)  # two changes so close together would be one
    for made in range(1, 7):  # what a look of our own saw before polling did is not held against webhooks
        site.act("comment", key, text="seen by polling alone", public=False)
        with contextlib.suppress(wait.Timeout):
            wait.until(lambda: metric(site, "webhooks_lost_total") > before, 4.3, what="the loss is counted", patience=1)
            break
    site.no_faults()
    time.sleep(1.2)  # polling finds it again and again
    # each at most once; on a slow machine more than one was made before the first was counted
    assert before + 1 <= metric(site, "webhooks_lost_total") <= before + made
    assert metric(site, "webhook_delay_max_seconds") < 60 and metric(site, "webhooks_primary_total") > 0


def test_secrets_are_replaced_under_load_and_nobody_is_refused(site):
    """Jira's side goes from one secret to the next twice, and for a while sends under both."""
    secrets, answers, over = ["a-webhook-secret"], [], threading.Event()

    def flood(n=0):
        while not over.is_set():
            n += 1
            body = json.dumps({"webhookEvent": "user_updated", "n": n, "timestamp": now_ms()}).encode()
            answers.append(post(site, body, signed(body, secrets[-1 - n % min(2, len(secrets))])))

    def more(count=25):
        """Deliveries under the secrets of now."""
        enough = len(answers) + count
        wait.until(lambda: len(answers) >= enough, 10, what="deliveries go on")

    sender = threading.Thread(target=flood)
    sender.start()
    for n in range(2):
        more()
        time.sleep(1.1)
        site.write("webhook-secret-old", secrets[-1])
        site.write("webhook-secret.new", f"webhook-secret-number-{n}")
        os.rename(f"{site.folder}/webhook-secret.new", f"{site.folder}/webhook-secret")
        secrets.append(f"webhook-secret-number-{n}")
    more()
    over.set()
    sender.join()
    assert len(answers) > 50 and set(answers) == {200}, (len(answers), set(answers))
    site.write("webhook-secret", "a-webhook-secret")


def command(site, verb, *more, config="signed.yaml", admin=True):
    who = ["--email", "admin@example.com", "--token", f"file:{site.folder}/admin-token"] if admin else []
    done = proc.run([site.program, "webhook", verb, "--json", "--config", f"{site.folder}/{config}", *who, *more], check=False)
    return done.returncode, json.loads(done.stdout)["sites"] if done.stdout.startswith("{") else done.stderr


def admin_hooks(site):
    return [h for h in site.control("webhooks")["registered"] if not h["dynamic"]]


def test_the_signed_webhook_is_checked_and_installed_once(site):
    assert command(site, "check", admin=False)[0] == 77
    code, (found,) = command(site, "check")
    assert (code, found["left"], found["url"]) == (1, ["missing"], site.hook_url)
    foreign = {"name": "theirs", "url": "https://else.example.com/hook", "events": ["jira:issue_updated"]}
    assert world.http("POST", site.jira_url + CLOUD, foreign, ADMIN)[0] == 201
    code, (made,) = command(site, "install")
    assert (code, made["right"], made["found"], made["changes"]) == (0, True, ["missing"], 1)
    assert command(site, "check")[0] == 0
    code, (again,) = command(site, "install")
    assert (code, again["changes"]) == (0, 0) and len(admin_hooks(site)) == 2
    # somebody changes it, and somebody makes another
    ours = next(h for h in admin_hooks(site) if h["url"] == site.hook_url)
    change = {"enabled": False, "events": ["jira:issue_updated"], "filters": {"issue-related-events-section": "project = OPS"}}
    assert world.http("PUT", f"{site.jira_url}{CLOUD}/{ours['id']}", change, ADMIN)[0] == 200
    assert world.http("POST", site.jira_url + CLOUD, {"name": "copy", "url": site.hook_url, "events": ["comment_created"]}, ADMIN)[0] == 201
    code, (found,) = command(site, "check")
    assert code == 1 and {"double", "events"} < set(found["left"])
    said = proc.run([site.program, "webhook", "check", "--config", f"{site.folder}/signed.yaml", "--email", "admin@example.com",
                     "--token", f"file:{site.folder}/admin-token"], check=False)
    assert said.returncode == 1 and "help: tell of jira:issue_created, " in said.stdout and "issue_property_set" in said.stdout
    code, (made,) = command(site, "install")
    assert (code, made["right"]) == (0, True), made
    left = admin_hooks(site)
    assert sorted(h["url"] for h in left) == sorted([site.hook_url, foreign["url"]])
    theirs = next(h for h in left if h["url"] == foreign["url"])
    assert theirs["events"] == foreign["events"] and theirs["name"] == "theirs"


def test_what_cannot_be_installed_is_said(site):
    done = proc.run([site.program, "webhook", "check", "--config", site.config], check=False)  # the app's, and the rules
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{site.hook_url}?issue={{{{issue.id}}}}" in done.stdout and "x-countersign-secret" in done.stdout
    done = proc.run([site.program, "webhook", "install", "--config", site.config, "--site", "nobody"], check=False)
    assert done.returncode == 64
    with open(site.config) as file:
        text = file.read()
    site.write("nowhere.yaml", re.sub(r'public_url: "[^"]*",', "", text))
    nowhere = ["--config", f"{site.folder}/nowhere.yaml"]
    done = proc.run([site.program, "webhook", "install", *nowhere], check=False)
    assert done.returncode == 78 and "public_url" in done.stderr
    done = proc.run([site.program, "webhook", "check", *nowhere], check=False)  # to poll alone is no fault
    assert done.returncode == 0 and "polling finds every change" in done.stdout
    done = proc.run([site.program, "doctor", "events", *nowhere], check=False)
    assert done.returncode == 0 and "1 looked at, 0 not well" in done.stdout
    with open(f"{site.folder}/signed.yaml") as file:
        site.write("dc.yaml", file.read().replace("flavour: cloud", "flavour: datacenter"))
    for new in (False, True):  # before 10, and from 10 on
        site.control("config", {"dc_webhooks": new})
        code, (found,) = command(site, "check", config="dc.yaml")
        assert (code, found["registry"], found["right"]) == (0, "datacenter", True), found
    site.control("config", {"dc_webhooks": False})
