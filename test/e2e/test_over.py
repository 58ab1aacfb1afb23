"""What is over: a ticket that is opened or closed again after its request ended, on the ticket or at the platform."""
from lib import wait


def told(site, key):
    """Reasons of everything that people were told about a ticket's request."""
    return site.sql("select coalesce(string_agg(e.kind || ':' || e.reason, ',' order by e.id), '') from governance.escalation e "
                    f"join governance.ticket t on t.request_id = e.request_id where t.issue_key = '{key}'")


def cancelled(site, key):
    site.until_phase(key, "fulfilling")
    site.act("transition", key, name="Cancel")
    site.until_phase(key, "cancelled")


def withdrawn(site, key):
    request = site.until_phase(key, "fulfilling")["id"]
    assert site.api("POST", f"/v1/access-requests/{request}/cancel", {})[0] == 202
    site.until_phase(key, "cancelled")
    wait.until(lambda: site.said(key)[1].startswith("Withdrawn: the identity platform no longer asks for this"), 15,
               what="the ticket says that it was withdrawn")


def test_cancelled_then_closed_is_reopened(site):
    key = site.ask_removal("lind", project="OPS")
    cancelled(site, key)
    site.act("transition", key, name="Close")
    site.until_status(key, "In progress", timeout=15)
    assert "breach:ClosedBeforeProof" in told(site, key)
    site.has_role("lind", "fin-ledger-admin", False)
    site.until_status(key, "Resolved")
    site.until_phase(key, "closed")


def test_a_cancel_that_is_taken_back_goes_on(site):
    key = site.ask_removal("okafor", "fin-ledger-admin")
    cancelled(site, key)
    site.act("transition", key, name="Reopen")
    site.until_phase(key, "fulfilling")
    site.resolve(key)
    wait.until(lambda: "still has fin-ledger-admin" in site.said(key)[1], 15)
    assert "Checking again" in site.said(key)[1] and "UTC" in site.said(key)[1]
    site.has_role("okafor", "fin-ledger-admin", False)
    site.until_status(key, "Resolved")
    site.until_phase(key, "closed")


def test_what_the_platform_withdrew_is_no_work_any_more(site):
    key = site.ask_removal("reyes", "fin-ledger-admin")
    withdrawn(site, key)
    site.resolve(key)
    site.until_status(key, "In progress", timeout=15)
    assert site.request(key)["phase"] == "cancelled"
    site.act("transition", key, name="Cancel")
    site.act("transition", key, name="Reopen")
    assert site.until_phase(key, "cancelled")["claimed_at"] is None


def test_what_the_platform_withdrew_is_not_closed_as_done(site):
    key = site.ask_removal("novak", "fin-viewer", project="OPS")
    withdrawn(site, key)
    site.act("transition", key, name="Close")
    site.until_status(key, "In progress", timeout=15)
    assert "operator:ClosedAlthoughOver" in told(site, key) and "breach:" in told(site, key)
    assert site.request(key)["phase"] == "cancelled"


def test_a_later_wish_for_the_opposite_supersedes(site):
    """Grant and removal of the same: what was approved last counts; the older ticket says why and is cancelled, and is no way back."""
    site.has_role("lind", "fin-viewer", False)
    grant = site.ask_grant("lind", "fin-viewer")
    site.until_phase(grant, "fulfilling")
    removal = site.ask_removal("lind", "fin-viewer")
    request = site.until_phase(grant, "cancelled")["id"]
    assert site.sql(f"select phase_reason from governance.access_request where id = '{request}'") == "Superseded"
    site.until_status(grant, "Cancelled")
    assert site.said(grant)[1].startswith(f"Superseded: {removal} was approved later and asks for the opposite. Change nothing in ")
    site.has_role("lind", "fin-viewer", True)  # the agent of the older one did not read it
    site.act("transition", grant, name="Reopen")
    site.until_status(grant, "Cancelled")
    assert site.request(grant)["phase"] == "cancelled"
    site.resolve(removal)
    wait.until(lambda: "still has fin-viewer" in site.said(removal)[1], 20, what="what was given after all is noticed")
    site.has_role("lind", "fin-viewer", False)
    site.until_status(removal, "Resolved")
    site.until_phase(removal, "closed")
    shown = site.countersign("reconcile", "show", f"acme/{grant}").stdout
    assert f"shall be present no longer: {removal} asks for the opposite" in shown, shown


def test_what_came_back_is_what_its_evidence_says(site):
    """A request that was over, went on and was closed among them."""
    assert site.sql("select count(*) from governance.access_request r join governance.evidence_entry e on e.request_id = r.id and e.kind = 'request.moved' "
                    "where r.phase = 'closed' and e.body::jsonb #>> '{detail,to}' = 'cancelled'") != "0"
    told = site.countersign("db", "verify", "--conninfo", site.database.dsn, check=False)
    assert told.returncode == 0, told.stdout
