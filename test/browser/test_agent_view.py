"""An agent's day, seen in a browser: press Resolve, read why it is not closed, mend the access, watch the ticket close."""
import pytest

import chromium
from lib import wait, world

if missing := chromium.missing():
    pytest.skip(f"{missing}; deploy/setup --with browser installs what it takes", allow_module_level=True)


class Linked(world.World):
    """Tickets link to their evidence, with pictures that the service itself shows."""

    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "    poll_interval:", f"    evidence_url: http://127.0.0.1:{self.port}\n    poll_interval:")


@pytest.fixture(scope="module")
def site():
    with Linked() as made:
        yield made


@pytest.fixture(scope="module")
def page():
    with chromium.Browser() as made:
        yield made


def until(page, css, words, timeout=60):
    """The page, which renews itself, says so."""
    return wait.until(lambda: words in page.text(css) and page.text(css), timeout, what=f"{css} says {words!r}")


def test_an_agent_presses_resolve_reads_why_mends_it_and_watches_it_close(site, page):
    key = site.ask_removal("okafor")
    site.until_phase(key, "fulfilling")
    page.open(f"{site.jira_url}/browse/{key}?as=agent&watch=1")
    task = until(page, "#access-check-reason", "Approved")
    assert task == "Approved. Remove fin-ledger-admin from okafor in SAP FIN"
    page.picture("1-what-to-do")

    page.open(f"{site.jira_url}/browse/{key}?as=agent")  # it does not renew itself under the pointer
    page.press("Resolve")
    assert page.all("[role=alert]") == [] and page.text("#status .lozenge").upper() == "VERIFYING ACCESS"
    assert "Resolve" not in page.buttons()  # only the connector leads on from here

    page.open(f"{site.jira_url}/browse/{key}?as=agent&watch=1")
    why = until(page, "#access-check-reason", "Not closed")
    assert "okafor still has fin-ledger-admin in SAP FIN (read " in why and len(why) <= 140
    panel = until(page, ".comment.internal .panel.warning", "Not closed yet: the access is still there.")
    assert "Remove fin-ledger-admin from okafor in SAP FIN. You don't need to come back while it waits; it resolves itself" in panel
    assert page.text("#access-check") == "Not there yet"
    assert page.text("#status .lozenge").upper() == "VERIFYING ACCESS" and "Unresolved" in page.text("#status")
    page.open(f"{site.jira_url}/browse/{key}?as=agent")
    page.all(".comment details summary")[0].click()
    rows = page.text(".comment details")
    assert "STILL PRESENT" in rows.upper() and "Ask IAM for an exception" in rows
    page.picture("2-why-it-is-not-closed")

    page.open(f"{site.jira_url}/browse/{key}?as=agent&watch=1")
    site.has_role("okafor", "fin-ledger-admin", False)
    until(page, "#status", "Done")
    assert page.text("#status .lozenge").upper() == "RESOLVED"
    said = until(page, "#access-check-reason", "Checked")
    assert said.endswith(": access is gone") and page.text("#access-check") == "Verified"
    assert "fin-ledger-admin is gone from SAP FIN" in until(page, ".comment.internal .panel.success", "✓ Checked")
    assert len(page.all(".comment")) == 1  # one comment, edited in place
    moved = next(line for line in page.text("#history").split("\n") if "Resolved" in line and "status" in line)
    assert "Verifying access → Resolved" in moved
    page.picture("3-closed-by-itself")


def test_a_customer_is_shown_no_word_of_ours(site, page):
    """Whatever the check says stays between agents: the portal shows a status and nothing else."""
    key = site.ask_removal("lind", "fin-ledger-admin")
    site.has_role("lind", "fin-ledger-admin", True)
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    wait.until(lambda: site.ticket(key)["comments"], 60)
    page.open(f"{site.jira_url}/browse/{key}?as=agent")
    assert len(page.all(".comment")) == 1
    page.open(f"{site.jira_url}/browse/{key}?as=customer")
    assert page.all(".comment") == [] and page.all(".panel") == []
    page.picture("4-what-a-customer-sees")


def test_what_is_proven_is_linked_with_its_picture(site, page):
    site.has_role("novak", "fin-viewer", False)
    key = site.ask_removal("novak", "fin-viewer")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    page.open(f"{site.jira_url}/browse/{key}?as=agent&watch=1")
    until(page, "#links", f"Evidence · {key}")
    page.open(f"{site.jira_url}/browse/{key}?as=agent")
    shown = [(image.get_attribute("title"), image.get_property("naturalWidth")) for image in page.all("#links img")]
    assert shown == [("Countersign", 16), ("Proven: the access was read, and is as asked", 16)]
    assert page.all("#links s") == []  # struck out it would look as if it did not count
    page.picture("5-linked-to-its-evidence")
