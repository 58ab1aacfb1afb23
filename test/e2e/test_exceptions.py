"""What an exception let close is owed again: when its time is over, when somebody revokes it, when its owner leaves. Proven first, it
ends by itself. Granted, listed and revoked by the command line."""
import json
import time

import pytest

from lib import wait
from lib.world import World

AFTER = "after_close: { first: 1s, second: 3s, third: 6s, daily: 2s }\n"


class Excepting(World):
    def configure(self):
        super().configure()
        with open(self.config, "a") as file:
            file.write(AFTER)


@pytest.fixture(scope="module")
def site():
    with Excepting() as world:
        yield world


def until(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def closed_under_exception(site, person, role, seconds, owner="owner@example.com", *more):
    """The access stays, the ticket closes all the same: the key, and the exception."""
    site.has_role(person, role, True)
    key = site.ask_removal(person, role)
    site.until_phase(key, "fulfilling", timeout=40)
    granted = site.countersign("exception", "grant", site.request(key)["id"], "--owner", owner, "--approved-by", "ciso@example.com", "--reason",
                               "the vendor must do it", "--control", "logins are watched", "--expires", until(seconds), "--json", *more)
    site.resolve(key)
    site.until_phase(key, "closed", timeout=40)
    return key, json.loads(granted.stdout)["exceptions"][0]


def reopened(site, key):
    site.until_phase(key, "fulfilling", "claimed", "verifying", timeout=60)
    wait.until(lambda: site.ticket(key)["status"] != "Resolved", 40, what=f"{key} is reopened")
    wait.until(lambda: "under an exception, which has ended" in json.dumps(site.ticket(key)["comments"]), 40, what=f"{key} says why")
    found = site.sql("select string_agg(kind, ' ' order by seq) from governance.evidence_entry where request_id = "
                     f"'{site.request(key)['id']}' and kind in ('exception.granted', 'exception.revoked', 'exception.settled')")
    told = site.sql(f"select count(*) from governance.escalation where request_id = '{site.request(key)['id']}' and reason = 'ExceptionLapsed'")
    return f"{found} {told}"


def test_what_an_exception_let_close(site):
    short, _ = closed_under_exception(site, "okafor", "fin-ledger-admin", 75)  # covers all but its last minute
    taken, one = closed_under_exception(site, "reyes", "fin-viewer", 86400, "owner@example.com", "--scope", "request")
    left, _ = closed_under_exception(site, "lind", "fin-ledger-admin", 86400, "leaver@example.com")
    proven, kept = closed_under_exception(site, "lind", "fin-viewer", 30 * 86400)
    for key in (taken, left, proven):
        assert site.ticket(key)["status"] == "Resolved" and "Closed under an exception until" in site.said(key)[1]

    listed = json.loads(site.countersign("exception", "list", "--live", "--json").stdout)["exceptions"]
    assert {x["issue_key"] for x in listed} == {short, taken, left, proven}
    assert [x["expires_at"] for x in listed] == sorted(x["expires_at"] for x in listed), "the earliest end first"
    soon = json.loads(site.countersign("exception", "list", "--expiring", "14d", "--owner", "owner@example.com", "--json").stdout)["exceptions"]
    assert [x["issue_key"] for x in soon] == [short, taken]
    assert "no exception" in site.countersign("exception", "list", "--owner", "nobody@example.com").stdout

    refused = site.countersign("exception", "revoke", str(one["id"]), "--by", "ciso@example.com", check=False)
    assert refused.returncode == 64 and "--reason" in refused.stderr
    said = site.countersign("exception", "revoke", str(one["id"]), "--by", "ciso@example.com", "--reason", "the vendor is ready").stdout
    assert "revoked" in said and taken in said
    assert site.countersign("exception", "revoke", str(one["id"]), "--by", "x", "--reason", "again", check=False).returncode == 65
    assert reopened(site, taken) == "exception.granted exception.revoked 1"

    site.countersign("exception", "owner", "leaver@example.com", "--left", "--reason", "left the company")
    assert reopened(site, left) == "exception.granted exception.revoked 1"
    late = site.countersign("exception", "grant", site.request(left)["id"], "--owner", "leaver@example.com", "--approved-by", "ciso@example.com",
                            "--reason", "x", "--control", "y", "--expires", until(86400), check=False)
    assert late.returncode == 65 and "the owner has left" in late.stderr

    site.has_role("lind", "fin-viewer", False)  # read on all the while: it is gone now
    state = f"select ended_why from governance.exception where id = {kept['id']}"
    wait.until(lambda: site.sql(state) == "not_needed", 60, what="it is needed no more")
    assert site.request(proven)["phase"] == "closed" and site.ticket(proven)["status"] == "Resolved"
    wait.until(lambda: "Checked" in site.said(proven)[1], 40, what="the ticket says that it is proven")

    assert reopened(site, short) == "exception.granted 1", "its time is over"
    site.has_role("okafor", "fin-ledger-admin", False)
    site.resolve(short)
    site.until_phase(short, "closed", timeout=40)
    assert site.sql(f"select proven_as from governance.close_attempt where request_id = '{site.request(short)['id']}' "
                    "order by at desc limit 1") == "verified"
    checked = site.countersign("evidence", "export").stdout
    assert '"kind":"exception.settled"' in checked and '"kind":"person.left"' in checked


def test_who_did_the_work_excepts_nothing_of_it(site):
    """In whichever order: approved first, and then done by himself, it lets nothing close."""
    site.has_role("okafor", "fin-viewer", True)
    key = site.ask_removal("okafor", "fin-viewer")
    site.until_phase(key, "fulfilling", timeout=40)
    agent = "agent@example.com"
    grant = ("exception", "grant", site.request(key)["id"], "--owner", "owner@example.com", "--reason", "later", "--control", "watched", "--expires",
             until(86400), "--json", "--approved-by")
    made = json.loads(site.countersign(*grant, agent).stdout)["exceptions"][0]
    site.resolve(key)
    wait.until(lambda: "okafor still has" in site.said(key)[1], 40, what="the ticket says that it is not done")
    assert site.sql(f"select ended_why from governance.exception where id = {made['id']}") == "void" and site.request(key)["phase"] == "verifying"
    late = site.countersign(*grant, agent, check=False)
    assert late.returncode == 65 and "who did the work approves no exception of it" in late.stderr
    site.has_role("okafor", "fin-viewer", False)
    site.until_phase(key, "closed", timeout=40)
    empty = site.countersign(*grant, "ciso@example.com", check=False)
    assert empty.returncode == 65 and "there is nothing to cover" in empty.stderr
