"""The agent changed something else than what was asked for: the ticket names it, and blames nobody for other people's work."""
import pytest

from lib import wait, world

HELD = """      others: >-
        select a.name from app_user u join app_user_role r on r.user_id = u.id join app_role a on a.id = r.role_id where u.login = $1
"""


class Compared(world.World):
    """Both sources tell what else an account holds."""

    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "  - name: directory\n", HELD + "  - name: directory\n")
        self.edit_file("countersign.yaml", "    label: SAP FIN\n", "    label: SAP FIN\n    over_grant: hinder\n")
        self.edit_file("countersign.yaml", 'insecure: "true" }', 'insecure: "true", others: "true" }')


@pytest.fixture(scope="module")
def site():
    made = Compared()
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def until_compared(site, key):
    """How it was before work began has been read."""
    request = site.until_phase(key, "fulfilling")["id"]
    wait.until(lambda: site.sql("select count(*) from governance.observation o join governance.request_item i on i.id = o.item_id "
                                f"where i.request_id = '{request}' and o.others is not null") != "0", 20, what="what else is held was read")
    assert site.request(key)["claimed_at"] is None


def until_said(site, key, words):
    return wait.until(lambda: words in site.said(key)[1] and site.said(key)[1], 20, what=f"{key} says {words!r}")


def test_another_role_was_removed(site):
    site.has_role("okafor", "fin-viewer", True)
    key = site.ask_removal("okafor")
    until_compared(site, key)
    site.has_role("okafor", "fin-viewer", False)
    site.resolve(key)
    said = until_said(site, key, "Not closed: fin-viewer was removed from okafor; the request says fin-ledger-admin (read ")
    assert len(said) <= 140
    assert site.ticket(key)["properties"]["countersign.state"]["state"] == "wrong_change"
    site.has_role("okafor", "fin-viewer", True)  # undone, and what was asked for is done
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Resolved")
    site.until_phase(key, "closed")
    site.has_role("okafor", "fin-viewer", False)


def test_what_another_ticket_asked_for_is_no_mistake(site):
    site.has_role("lind", "fin-viewer", True)
    first, second = site.ask_removal("lind"), site.ask_removal("lind", "fin-viewer")
    until_compared(site, first)
    site.until_phase(second, "fulfilling")
    site.has_role("lind", "fin-viewer", False)
    site.resolve(first)
    until_said(site, first, "Not closed: lind still has fin-ledger-admin")


def test_another_group_was_given(site):
    site.directory.add("dn: cn=audit-all,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: audit-all\n"
                       "member: uid=canary,ou=people,dc=example,dc=com\n")
    key = site.ask_grant("reyes", "finance-all", system="Directory")
    until_compared(site, key)
    put = "dn: cn={},ou=groups,dc=example,dc=com\nchangetype: modify\nadd: member\nmember: uid=reyes,ou=people,dc=example,dc=com\n"
    site.directory.modify(put.format("audit-all"))
    site.resolve(key)
    until_said(site, key, "Not closed: audit-all was given to reyes; the request says finance-all (read ")
    site.directory.modify(put.format("finance-all"))
    site.until_status(key, "Resolved")


def test_more_was_given_where_that_hinders(site):
    """What was asked for is there, and something else beside it: not closed until it is taken away again."""
    key = site.ask_grant("novak", "fin-viewer")
    until_compared(site, key)
    site.has_role("novak", "fin-viewer", True)
    site.has_role("novak", "fin-ledger-admin", True)
    site.resolve(key)
    until_said(site, key, "Not closed: more was given than asked for: fin-ledger-admin to novak")
    assert site.request(key)["phase"] in {"claimed", "verifying", "fulfilling"} and site.ticket(key)["status"] != "Resolved"
    assert site.sql("select g.entitlement from governance.over_grant g join governance.request_item i on i.id = g.item_id "
                    f"where i.request_id = '{site.request(key)['id']}'") == "fin-ledger-admin"
    site.has_role("novak", "fin-ledger-admin", False)
    site.until_status(key, "Resolved", timeout=60)
    site.until_phase(key, "closed")
