"""Statements of one kind gather behind the one on its way; one that waits for somebody's lock is not waited for."""
import contextlib
import subprocess

import pytest

from lib import pg, wait, world


@pytest.fixture(scope="module")
def site():
    made = world.World(webhooks=False, poll="60s")  # nothing is heard of tickets meanwhile: what is heard waits for the same lock
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def asked(site, person):
    status, made = site.api("POST", "/v1/access-requests", {"kind": "removal", "beneficiary": person, "source": "sap-fin", "entitlement": "fin-viewer",
                                                           "requester": "hr-system", "justification": "left"}, person)
    assert status == 201, made
    return made["id"]


def until_worked_on(site, request):
    wait.until(lambda: site.sql(f"select phase from governance.access_request where id = '{request}'") == "fulfilling", 30)


@contextlib.contextmanager
def ticket_locked(site, request):
    """Somebody's transaction holds it: what a look at it found waits to be saved. While inside: who waits, and since when."""
    holder = subprocess.Popen([f"{pg.bin_dir()}/psql", "-qAtX", site.database.dsn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder.stdin.write(f"begin; select request_id from governance.ticket where request_id = '{request}' for update;\n")
    holder.stdin.flush()
    assert holder.stdout.readline().strip() == request
    try:
        yield lambda: site.sql("select string_agg(pid || ' ' || query_start, ' ') from pg_stat_activity where wait_event_type = 'Lock' "
                               "and query like '%facts_save%'", user="postgres")
    finally:
        holder.stdin.close()
        holder.wait()


BUSY = """select (select count(*) from governance.flow where state not in ('done', 'moot', 'parked'))
    + (select count(*) from governance.access_request where lease_owner is not null or look_at < clock_timestamp())"""


def look_at(site, which, request):
    """Due now."""
    site.sql(f"update governance.access_request set look_at = clock_timestamp(), hinted_at = clock_timestamp() where id {which} '{request}'", user="postgres")


def test_what_waits_for_a_lock_is_not_waited_for(site):
    late = asked(site, "okafor")
    others = [asked(site, f"person-{n}") for n in range(4)]
    for request in [late, *others]:
        until_worked_on(site, request)
    wait.until(lambda: site.sql(BUSY) == "0", 30)
    site.sql("update governance.ticket set unsure_at = clock_timestamp()", user="postgres")
    with ticket_locked(site, late) as waits:
        look_at(site, "=", late)
        waiting = wait.until(waits, 5, every=0.05)
        look_at(site, "<>", late)
        wait.until(lambda: site.sql(f"select count(*) from governance.ticket where read_at > unsure_at and request_id <> '{late}'") == "4", 30)
        assert waits() == waiting, "they went on only after the one that waits had its lock"
