"""Where the link on a ticket leads: the evidence of one request as a page. Who sees names, that looking is on record, and the same
page as a file beside its pack."""
import base64
import hashlib
import json
import os
import re
import subprocess
import time
import urllib.request

import pytest

from lib import wait, world

VIEWS = "select count(*) from governance.evidence_view"


class Site(world.World):
    def configure(self):
        super().configure()
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{self.folder}/evidence.pem"], check=True)
        self.edit_file("countersign.yaml", "    poll_interval:", f"    evidence_url: {self.console}\n    poll_interval:")
        with open(self.config, "a") as file:
            file.write(f'evidence: {{ directory: log, origin: evidence.example.com/acme, key: "file:{self.folder}/evidence.pem", every: 1s }}\n')

    @property
    def console(self):
        return f"http://127.0.0.1:{self.ops_port}"

    def page(self, path, token=None, status=200):
        request = urllib.request.Request(self.console + path, headers={"Authorization": f"Bearer {token}"} if token else {})
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                found, headers, text = reply.status, reply.headers, reply.read().decode()
        except urllib.error.HTTPError as refused:
            found, headers, text = refused.code, refused.headers, refused.read().decode()
        assert found == status, (found, text)
        if status == 200:
            assert headers["Cache-Control"] == "no-store" and "default-src 'none'" in headers["Content-Security-Policy"]
            assert "Set-Cookie" not in headers
        return text

    def auditor(self, path, status=200):
        return self.page(path, "an-api-token-of-the-demo", status)


@pytest.fixture(scope="module")
def site():
    with Site() as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.fixture(scope="module")
def closed(site):
    """Said to be done too early, then done."""
    key = site.ask_removal("okafor")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    wait.until(lambda: site.said(key)[1].startswith("Not closed"), 20, what="the close is refused")
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_phase(key, "closed")
    return key


def test_the_verdict_and_all_it_rests_on(site, closed):
    page = site.auditor(f"/r/{closed}")
    assert "Proven: okafor no longer has fin-ledger-admin in SAP FIN" in page
    assert "Close refused" in page and "agent@example.com" in page and "proves it" in page
    request = site.request(closed)["id"]
    assert "Proven: okafor" in site.auditor(f"/r/{request}") and "Proven: okafor" in site.auditor(f"/r/acme/{closed}")
    entries = re.findall(r'<td class="num">(\d+)</td>', page)
    assert set(entries) & set(site.sql(f"select string_agg(seq::text, ' ') from governance.evidence_entry where request_id = '{request}'").split())
    raw = site.sql("select encode(o.raw_sha256, 'hex') from governance.observation o join governance.request_item i on i.id = o.item_id "
                   f"where i.request_id = '{request}' and o.outcome = 'absent' order by o.id limit 1")
    assert raw in page, "the whole hash of what proves it"
    facts = re.search(r"SHA-256 of the facts <code>([0-9a-f]{64})</code>", page).group(1)
    assert facts == site.sql(f"select encode(sha256(convert_to(governance.evidence_facts('{request}')::text, 'UTF8')), 'hex')")
    for path in ("/r/NONE-1", f"/r/{request[:-1]}0", "/r/", "/r/a/b/c", "/r/%2e%2e", "/r/IAM-1%20or%201=1", f"/r/other/{closed}"):
        assert "Not here" in site.auditor(path, 404), path


def test_who_may_not_see_names_sees_none_and_a_stranger_nothing(site, closed):
    page = site.page(f"/r/{closed}")  # from this machine: a viewer
    assert "Proven: account 1 no longer has fin-ledger-admin" in page and "person 1" in page
    for name in ("okafor", "agent@example", "customer@example"):
        assert name not in page
    assert "Who is there?" in site.page(f"/r/{closed}", "a-token-that-nobody-gave-out", 401)


def test_looking_is_on_record_once_an_hour(site, closed):
    request = site.request(closed)["id"]
    site.page(f"/r/{closed}")
    site.auditor(f"/r/{closed}")
    views = json.loads(site.sql(f"select json_agg(distinct v.viewer || ' as ' || v.role) from governance.evidence_view v where request_id = '{request}'"))
    assert sorted(views) == ["this machine as viewer", "token identity-platform as auditor"]
    count, before = site.sql(VIEWS), site.auditor(f"/r/{closed}")
    for _ in range(5):
        site.auditor(f"/r/{closed}")
    assert site.sql(VIEWS) == count == "2", "loading it again is the same look"
    site.forged.append(r"view \d+ is another one")
    site.database.psql("set session_replication_role = replica; update governance.evidence_view set at = at - interval '61 min'", user="postgres")
    after = site.auditor(f"/r/{closed}")
    assert site.sql(VIEWS) == "3"
    told = site.sql("select string_agg(body, ' ') from governance.evidence_entry where kind = 'evidence.seen'")
    assert told.count('"role":"auditor"') == 2 and "identity-platform" not in told, "a hash stands for the name"
    assert site.sql("select string_agg(distinct ticket || ' ' || role, ', ' order by ticket || ' ' || role) from audit.evidence_view_v1",
                    user="postgres") == f"{closed} auditor, {closed} viewer"
    facts = [re.search(r"of the facts <code>(.{64})", page).group(1) for page in (before, after)]
    assert facts[0] == facts[1], "looking changes nothing that is shown"


def test_it_is_live_until_it_is_over_and_the_ticket_links_to_it(site):
    site.has_role("lind", "fin-viewer", False)
    key = site.ask_grant("lind", "fin-viewer")
    site.until_phase(key, "fulfilling")
    page = site.auditor(f"/r/{key}")
    assert "Not proven yet: being worked" in page and "Live:" in page
    site.has_role("lind", "fin-viewer", True)
    site.resolve(key)
    site.until_phase(key, "closed")
    [link] = wait.until(lambda: site.ticket(key)["links"], 20, what="the ticket links to its evidence")
    there = link["body"]["object"]
    assert there["url"] == f"{site.console}/r/{key}" and world.http("GET", there["icon"]["url16x16"])[0] == 200
    page = site.auditor(there["url"].removeprefix(site.console))
    assert "Proven: lind has fin-viewer in SAP FIN" in page and "Live:" not in page


def test_the_same_page_as_a_file_beside_its_pack(site, closed, tmp_path):
    log, page, pack = f"{site.folder}/log", tmp_path / "page.html", tmp_path / "pack.json"
    request = site.request(closed)["id"]
    last = f"select max(seq) from governance.evidence_entry where request_id = '{request}'"

    def size():
        return int(open(f"{log}/checkpoint").read().splitlines()[1]) if os.path.exists(f"{log}/checkpoint") else 0
    wait.until(lambda: size() >= int(site.sql(last)), 20, what="all of it is published")
    done = site.countersign("evidence", "export", "--request", closed, "--log", log, "--html", page)
    pack.write_text(done.stdout)
    text = page.read_text()
    assert "Proven: okafor no longer has fin-ledger-admin in SAP FIN" in text and "it holds every entry of this page" in text
    assert hashlib.sha256(pack.read_bytes()).hexdigest() in text
    entry = json.loads(pack.read_text())["entries"][-1]
    leaf = hashlib.sha256(b"\0" + entry["body"].encode()).hexdigest()
    assert f"entry {entry['seq']}, leaf <code>{leaf}</code>" in text
    assert entry["proof"] and all(f"<code>{h}</code>" in text for h in entry["proof"])
    root = base64.b64decode(json.loads(pack.read_text())["checkpoint"].splitlines()[2]).hex()
    assert f"root <code>{root}</code>" in text
    assert not re.search(r"<script|<link|<img|@import", text)
    assert site.countersign("evidence", "verify", pack, "--key", f"{log}/verifier").returncode == 0
    nobody = tmp_path / "nobody.html"
    site.countersign("evidence", "export", "--request", request, "--log", log, "--html", nobody, "--without-names")
    assert "okafor" not in nobody.read_text() and "account 1" in nobody.read_text()
    assert "@" in site.sql("select string_agg(viewer, ' ') from governance.evidence_view where viewer not like 'token%' and viewer <> 'this machine'",
                           user="postgres")
    refused = site.countersign("evidence", "export", "--html", page, check=False)
    assert refused.returncode == 64
    refused = site.countersign("evidence", "export", "--request", closed, "--log", log, "--html", "/nowhere/page.html", check=False)
    assert refused.returncode != 0 and "/nowhere" in refused.stderr


def test_a_table_that_says_more_than_the_log_proves_nothing(site, tmp_path):
    """Somebody who owns the database closes a request that nobody worked on, and adds the read that proves it."""
    key = site.ask_removal("novak", "fin-viewer")
    site.until_phase(key, "fulfilling")
    request = site.request(key)["id"]
    at_rest = (f"select lease_owner is null and look_at > now() + interval '1 s' from governance.access_request r where r.id = '{request}' and exists (select "
               "from governance.flow f where f.request_id = r.id) and not exists (select from governance.flow f where f.request_id = r.id and f.state <> 'done')")
    for _ in range(3):  # else a look that is under way finds it open, and takes it up again
        wait.until(lambda: site.sql(at_rest) == "t", 20, what="nobody is at it")
        time.sleep(0.2)
    site.forged += [f"request {request} ", r"observation \d+ has no entry"]
    site.database.psql(
        "set session_replication_role = replica; "
        "update governance.access_request set phase = 'closed', phase_reason = 'AllItemsVerified', claim_cycle = 'x', generation = generation + 1, look_at = null, "
        f"claimed_at = requested_at, verified_at = requested_at, closed_at = requested_at where id = '{request}'; "
        "insert into governance.observation (item_id, generation, observed_at, source_as_of, outcome, account, via, reason, complete, canary_ok, native_id, raw_sha256) "
        "select i.id, r.generation, r.requested_at, r.requested_at, 'absent', 'active', 'none', 'Ok', true, true, '4', sha256('forged') "
        f"from governance.access_request r join governance.request_item i on i.request_id = r.id where r.id = '{request}'; "
        f"update governance.sla_clock set stopped_at = started_at, ended = 'verified' where request_id = '{request}'", user="postgres")
    page = site.auditor(f"/r/{key}")
    assert "Not proven: the log does not say so" in page and "it is closed, and the log that it is fulfilling" in page and "proves it" not in page
    log, path = f"{site.folder}/log", tmp_path / "page.html"
    entries = "select seq from governance.evidence_head"
    wait.until(lambda: open(f"{log}/checkpoint").read().splitlines()[1] == site.sql(entries), 20, what="all of it is published")
    done = site.countersign("evidence", "export", "--request", key, "--log", log, "--html", path, check=False)
    assert done.returncode == 1 and "the log does not bear out what the database says" in done.stderr, done.stderr
    assert "Not proven: the log does not say so" in path.read_text()
