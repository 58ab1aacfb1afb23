"""One link from a ticket to its evidence: of what is so, whatever becomes of the call, and never at the price of words."""
import json

import pytest

from lib import wait, world

LINKS = "/remotelink$"
PROVEN, OVER = "Proven: the access was read, and is as asked", "Over: it is not to be done any more"


class Linking(world.World):
    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "    poll_interval:", f"    evidence_url: {self.base}\n    poll_interval:")

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def links(self, key):
        return [link["body"] for link in self.ticket(key)["links"]]

    def until_shown(self, key, words, timeout=20):
        def shown():
            links = self.links(key)
            return links if links and links[0]["object"]["status"]["icon"]["title"] == words else None
        return wait.until(shown, timeout, what=f"{key} links to: {words}")

    def posts(self, key):
        number = self.ticket(key)["id"]
        return [c for c in self.control("calls?actor=connector&method=POST")["calls"] if c["issue"] == number and
                c["route"].endswith("/remotelink")]

    def an_hour_passes(self, request):
        """In the database: what was written before does not count any more."""
        self.database.psql("begin; set local session_replication_role = replica; update governance.flow set created_at = created_at "
                           f"- interval '61 min' where request_id = '{request}'; commit", user="postgres")

    def closed(self, person, role="fin-ledger-admin"):
        """A removal that is proven at once."""
        self.has_role(person, role, False)
        key = self.ask_removal(person, role)
        self.until_phase(key, "fulfilling")
        self.resolve(key)
        return key


@pytest.fixture(scope="module")
def site():
    with Linking() as made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def test_what_is_proven_is_linked_once(site):
    key = site.closed("okafor")
    site.until_phase(key, "closed")
    [link] = site.until_shown(key, PROVEN)
    request = site.request(key)["id"]
    assert link["globalId"] == f"countersign-evidence={request}"
    assert (link["object"]["title"], link["object"]["url"]) == (f"Evidence · {key}", f"{site.base}/r/{key}")
    assert "resolved" not in json.dumps(link)
    for icon, drawn in ((link["object"]["icon"], "#172b4d"), (link["object"]["status"]["icon"], "#22a06b")):
        status, text = world.http("GET", icon["url16x16"])
        assert status == 200 and text.startswith("<svg ") and drawn in text
    assert len(site.posts(key)) == 1  # not while it was open: words come first in the hour
    wait.until(lambda: site.sql("select string_agg(state, ' ') from governance.flow where kind = 'evidence_link' and "
                                f"request_id = '{request}'") == "done", 20, what="the one link is made")
    for path, status in (("/icon/none.svg", 404), ("/icon/.svg", 404), ("/icon/open.png", 404), ("/icon/../v1/access-requests", 404)):
        assert world.http("GET", f"{site.base}{path}")[0] == status, path
    assert world.http("POST", f"{site.base}/icon/open.svg", {})[0] == 405


def test_a_ticket_that_moved_is_linked_by_its_new_key(site):
    key = site.closed("reyes")
    site.until_phase(key, "closed")
    site.until_shown(key, PROVEN)
    number = site.ticket(key)["id"]
    site.an_hour_passes(site.request(key)["id"])  # six writes an hour, and words come first
    site.act("move", key, actor="admin", project="OPS", to="Resolved")
    moved = site.control(f"state?issue={number}")["key"]
    assert moved.startswith("OPS-")
    wait.until(lambda: [link["object"]["title"] for link in site.links(moved)] == [f"Evidence · {moved}"], 20, what="the link follows")
    assert site.links(moved)[0]["object"]["url"] == f"{site.base}/r/{moved}" and len(site.posts(moved)) == 2


def test_a_lost_answer_makes_no_second_link(site):
    site.fault("lose_reply", path=LINKS)
    key = site.closed("novak", "fin-viewer")
    assert len(site.until_shown(key, PROVEN)) == 1
    states = f"select f.state from governance.flow f join governance.ticket t using (request_id) where t.issue_key = '{key}' " \
        "and f.kind = 'evidence_link'"
    wait.until(lambda: site.sql(states) == "done", 20, what="its fate is known")
    assert len(site.links(key)) == 1


def test_a_refused_link_holds_nothing_and_somebody_is_told(site):
    site.fault("reply", path=LINKS, status=403, body={"errorMessages": ["You do not have permission to link issues."], "errors": {}})
    key = site.closed("lind")
    request = site.until_phase(key, "closed")["id"]
    wait.until(lambda: site.sql(f"select count(*) from governance.escalation where request_id = '{request}' and reason = 'CannotLink'") == "1",
               20, what="somebody is told")
    shown = json.loads(site.countersign("request", "show", key, "--json").stdout)
    assert "LinkRefused" in json.dumps(shown), shown
    assert site.links(key) == []
    assert site.countersign("request", "retry", key).returncode == 0
    site.until_shown(key, PROVEN)


def test_an_open_ticket_is_linked_in_a_quiet_hour_and_follows_to_the_end(site):
    key = site.ask_grant("lind", "fin-viewer")
    request = site.until_phase(key, "fulfilling")["id"]
    wait.until(lambda: "Approved. Give" in site.said(key)[1], 20)
    site.an_hour_passes(request)
    site.until_shown(key, "Not proven yet")
    assert site.api("POST", f"/v1/access-requests/{request}/cancel", {})[0] == 202
    [link] = site.until_shown(key, OVER)
    assert link["globalId"] == f"countersign-evidence={request}" and len(site.posts(key)) == 2


def test_what_came_back_is_said_to_have_been_gone(site):
    """Proven and closed; somebody gives it again, and the agent who looks into it takes the ticket up anew."""
    key = site.closed("okafor", "fin-viewer")
    request = site.until_phase(key, "closed")["id"]
    site.until_shown(key, PROVEN)
    site.an_hour_passes(request)
    site.has_role("okafor", "fin-viewer", True)
    site.act("transition", key, name="Reopen")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    said = wait.until(lambda: "present again" in site.said(key)[1] and site.said(key)[1], 20, what="the ticket says so")
    assert said.startswith("Not closed: fin-viewer of okafor was removed ") and len(said) <= 140, said
    site.has_role("okafor", "fin-viewer", False)
    site.until_phase(key, "closed")
