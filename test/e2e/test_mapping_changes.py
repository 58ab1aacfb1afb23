"""The mapping changes while the service runs: a file and SIGHUP, a file with a fault, a plan that is applied and rolled back. A
request in flight goes on as it was understood."""
import json
import os
import re
import signal
import socket

import pytest
from lib import wait, world

EDIT = "entitlement: { from: customfield_10052, then: [trim], on_missing: hold }"
OTHER = "entitlement: { from: customfield_10052, then: [trim, { before: x- }], on_missing: hold }"


class Told(world.World):
    """Somebody stands in for systemd."""

    def start_service(self, env=None):
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(f"\0{self.folder}/notify")
        self.manager.setblocking(False)
        self.states = []
        return super().start_service({"NOTIFY_SOCKET": f"@{self.folder}/notify", **(env or {})})

    def told(self):
        """The newest status, all that was told is read."""
        while True:
            try:
                self.states.append(self.manager.recv(4096).decode())
            except BlockingIOError:
                return self.states[-1] if self.states else ""

    def metrics(self):
        return world.http("GET", f"http://127.0.0.1:{self.ops_port}/metrics")[1]

    def live(self):
        return re.search(r'countersign_mapping_info\{site="acme",sha256="(\w+)"\} 1', self.metrics())[1]

    def reload(self, old, new):
        self.edit_file("mapping.yaml", old, new)
        self.service.signal(signal.SIGHUP)

    def items(self, key):
        return self.sql("select string_agg(i.entitlement, ' ') from governance.request_item i join governance.ticket t using (request_id) "
                        f"where t.issue_key = '{key}' and i.replaced_at is null")


@pytest.fixture(scope="module")
def site():
    with Told(program=os.environ.get("COUNTERSIGN")) as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def test_a_good_edit_is_taken_up_and_what_is_in_flight_keeps_its_own(site):
    key = site.ask_removal("okafor")
    site.until_phase(key, "fulfilling")
    before = site.live()
    assert "READY=1\n" in site.told() and before[:8] in site.told()
    with open(f"{site.folder}/mapping.yaml") as file:
        site.first = file.read()
    with_tests = site.first.replace(EDIT, OTHER).replace("entitlement: fin-ledger-admin }", "entitlement: x-fin-ledger-admin }")
    site.write("mapping.yaml", with_tests)
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: site.live() != before, 10, what="the new mapping is live")
    assert "another mapping is live" in site.service.stderr and site.live()[:8] in site.told()
    assert site.sql("select act || number from governance.mapping_event order by id desc limit 1") == "file2"
    later = site.ask_removal("lind")
    site.until_phase(later, "fulfilling")
    assert site.items(later) == "x-fin-ledger-admin" and site.items(key) == "fin-ledger-admin"
    # the one in flight: its ticket is read again, and closes on what it asked for
    site.has_role("okafor", "fin-ledger-admin", False)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=25)
    assert site.sql(f"select count(*) from governance.escalation e join governance.ticket t using (request_id) where t.issue_key = '{key}'") == "0"
    assert site.request(key)["mapping_kept"].startswith(before)
    kept = json.loads(site.sql(f"select f.body from governance.ticket_fields f join governance.ticket t using (site, issue_id) where t.issue_key = '{key}'"))
    assert kept["customfield_10061"] == "okafor" and "summary" not in kept


def test_a_bad_edit_changes_nothing_and_says_where(site):
    before = site.live()
    site.reload("change: removal", "change: remowal")
    wait.until(lambda: 'countersign_mapping_last_reload_successful{site="acme"} 0.000' in site.metrics(), 10, what="it is refused")
    assert site.live() == before
    line = next(json.loads(text) for text in site.service.stderr.splitlines() if "a mapping is refused" in text)
    assert line["code"] == "M038" and line["line"] > 1 and line["file"].endswith("mapping.yaml") and line["remedy"]
    assert re.search(rf"acme runs mapping {before[:8]}, \w{{8}} refused at \d\d:\d\d UTC: M038 \S+mapping.yaml:{line['line']}:", site.told())
    wait.until(lambda: site.sql("select body from governance.evidence_entry where kind = 'mapping.refused'"), 5, what="it is on record")
    site.edit_file("mapping.yaml", "change: remowal", "change: removal")
    site.edit_file("mapping.yaml", "expect: { outcome: not_governed }", "expect: { outcome: hold }")
    site.service.signal(signal.SIGHUP)
    wait.until(lambda: '"code":"M052"' in site.service.stderr, 10, what="one whose own tests fail is refused, too")
    assert site.live() == before
    site.reload("expect: { outcome: hold }", "expect: { outcome: not_governed }")
    wait.until(lambda: 'countersign_mapping_last_reload_successful{site="acme"} 1.000' in site.metrics(), 10, what="what is live is good")
