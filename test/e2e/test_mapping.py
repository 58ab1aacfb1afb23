"""A mapping changes while tickets are there, and what is told of many sites: health and metrics."""
import json
import re
import subprocess

import pytest
from lib import dashboards, ports, sites, wait, world

RULE = r"  - name: remove-app-access\n.*?(?=  - name: remove-app-access-ungated)"


class LongNames(sites.Sites):
    """As many sites as may be, all at one stand-in, their names as long as they may be; and each section that has metrics of its own."""

    def start_jira(self):
        world.World.start_jira(self)
        self.names = ["acme"] + [f"s{n}-".ljust(63, "x") for n in range(2, 17)]
        self.jiras = {name: (self.jira, self.jira_url) for name in self.names}

    def configure(self):
        super().configure()
        key = f"{self.folder}/evidence.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
        with open(self.config, "a") as file:
            file.write(f'evidence: {{ directory: log, origin: evidence.example.com/many, key: "file:{key}" }}\n'
                       f'policy: {{ url: "http://127.0.0.1:{ports.free_port()}", insecure_http: true }}\n')  # nothing is asked of it


@pytest.fixture(scope="module")
def many():
    with LongNames(16) as running:
        yield running


def test_a_metric_of_many_sites_is_described_once(many):
    status, text = world.http("GET", f"http://127.0.0.1:{many.ops_port}/metrics")
    described = re.findall(r"^# (?:HELP|TYPE) \S+", text, re.M)
    assert status == 200 and len(described) == len(set(described))
    for name in many.names:
        assert f'countersign_poll_wait_seconds{{site="{name}"}}' in text
    assert len(text) > 65536 and re.search(r"^countersign_evidence_entries \d+\n\Z", text, re.M)


def test_dashboards_and_alerts_ask_for_metrics_there_are(many):
    text = world.http("GET", f"http://127.0.0.1:{many.ops_port}/metrics")[1]
    described = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    asked = {place: dashboards.metrics(expression) for place, expression in dashboards.expressions()}
    assert all(asked.values()), "an expression in which no metric was found"
    assert {place: names - described for place, names in asked.items() if names - described} == {}


def test_health_tells_the_mapping_of_each_site(many):
    told = json.loads(world.http("GET", f"http://127.0.0.1:{many.ops_port}/readyz")[1])["mapping"]
    assert set(told) == set(many.names) and all(re.fullmatch("[0-9a-f]{64}", sha) for sha in told.values())


def test_what_another_mapping_governs_is_adopted():
    with world.World(webhooks=False, poll="500ms") as site:
        with open(f"{site.folder}/mapping.yaml") as file:
            whole = file.read()
        without = re.sub(RULE, "", whole, flags=re.S)
        site.service.stop()
        site.write("mapping.yaml", without[:without.index("tests:")])
        site.start_service()
        key = site.ask_removal("okafor")
        wait.until(lambda: site.sql(f"select 1 from governance.ticket where issue_key = '{key}' and ignored is not null and look_at is null"), 15)
        site.service.stop()
        site.write("mapping.yaml", whole.replace("\nrequests:", "\nresolutions: { \"Won't Do\": declined }\nrequests:"))
        site.start_service()
        site.until_phase(key, "awaiting_approval", "approved", "fulfilling", timeout=15)
        only_a_resolution_tells_that_it_was_declined(site, key)


def only_a_resolution_tells_that_it_was_declined(site, declined):
    """Both go into the status that means done; the one that says it won't be done is over, and nobody opens it again."""
    site.has_role("lind", "fin-ledger-admin", True)
    claimed = site.ask_removal("lind")
    site.until_phase(claimed, "fulfilling", timeout=15)
    for key, resolution in ((declined, "Won't Do"), (claimed, "Done")):
        site.act("force_status", key, actor="admin", status="Resolved", resolution=resolution)
    assert site.until_phase(declined, "denied", timeout=15)["phase"] == "denied"
    wait.until(lambda: site.ticket(claimed)["category"] != "done", 15, what="what claims to be done, unproven, is opened again")
    assert site.ticket(declined)["status"] == "Resolved" and site.request(declined)["phase"] == "denied"


def test_a_replica_with_an_older_mapping_stands_aside():
    """A rolling restart: the old configuration comes back beside the new one, and changes nothing. When nobody holds the new one
    any more, people went back to the old one."""
    with world.World(webhooks=False, poll="500ms") as site:
        with open(f"{site.folder}/mapping.yaml") as file:
            new = file.read()
        old = re.sub(RULE, "", new, flags=re.S).split("\ntests:")[0] + "\n"
        live = "select left(sha256, 8) || ' ' || number from governance.mapping_live where site = 'acme'"
        first = site.sql(live)
        site.service.stop()
        site.write("mapping.yaml", old)
        site.start_service()
        assert site.sql(live) != first
        site.service.stop()
        site.write("mapping.yaml", new)
        site.start_service()
        wait.until(lambda: site.sql(live).split()[0] == first.split()[0], 15, what="people went back")
        present = site.sql(live)
        with open(site.config) as file:
            text = file.read()
        port, ops = ports.free_ports(2)
        site.write("old.yaml", old)
        late = text.replace(f"port: {site.port},", f"port: {port},").replace(f"ops_port: {site.ops_port}", f"ops_port: {ops}")
        site.config, kept = site.write("late.yaml", late.replace("mapping: mapping.yaml", "mapping: old.yaml")), site.config
        site.start_service()

        def told():
            return json.loads(world.http("GET", f"http://127.0.0.1:{ops}/readyz")[1])
        wait.until(lambda: "newer mapping" in told()["sites"]["acme"], 15, what="it stands aside")
        assert told()["status"] == "degraded" and "other replicas hold a newer mapping" in site.service.stderr
        assert site.sql(live) == present
        keys = [site.ask_removal(person) for person in ("okafor", "lind", "novak")]
        for key in keys:
            site.until_phase(key, "awaiting_approval", "approved", "fulfilling", timeout=20)
        status, refusal = world.http("POST", f"http://127.0.0.1:{port}/v1/access-requests", {
            "kind": "grant", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-viewer"}, {
            "Authorization": "Bearer an-api-token-of-the-demo", "Idempotency-Key": "late", "Content-Type": "application/json"})
        assert status == 503 and "newer mapping" in refusal
        site.services[-2].stop()  # nobody holds the new one
        wait.until(lambda: told()["sites"]["acme"] == "ok", 20, what="its own is live")
        assert site.sql(live) != present
        site.config = kept
