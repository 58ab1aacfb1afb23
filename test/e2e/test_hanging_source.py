"""A source that takes calls and never answers holds up nothing but itself, and is read as soon as it answers again."""
import re

import pytest

from lib import wait, world

LOOKS_MAX = 16  # of one site at once: connector/service/worker.c


@pytest.fixture(scope="module")
def site():
    made = world.World()
    made.configure = lambda configure=made.configure: (configure(), made.edit_file("countersign.yaml", "timeout: 2s", "timeout: 10m"))
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def metric(site, name, source="directory"):
    _, text = world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")
    return int(re.search(rf'^countersign_{name}{{source="{source}"}} (\d+)$', text, re.M)[1])


def reads_of(site, keys):
    """How many of these tickets have been read at their source."""
    return int(site.sql("select count(distinct i.request_id) from governance.observation o join governance.request_item i on i.id = o.item_id "
                        f"join governance.ticket t on t.request_id = i.request_id where t.issue_key = any('{{{','.join(keys)}}}')"))


def test_it_delays_no_other(site):
    """More requests wait for it than there are places for looks: those of the other source are read and closed all the same."""
    hanging = [site.ask_removal("okafor", "finance-all", system="Directory") for _ in range(LOOKS_MAX + 1)]
    others = [site.ask_removal("reyes", "fin-ledger-admin") for _ in range(2)]
    for key in hanging + others:
        site.until_phase(key, "fulfilling")
    site.directory.freeze()
    try:
        for key in hanging:
            site.resolve(key)
        wait.until(lambda: metric(site, "source_reads_running") > 0, 60, what="it is asked")
        wait.until(lambda: int(site.sql("select count(*) from governance.access_request where claimed_at is not null")) == len(hanging), 60)
        for key in others:
            site.resolve(key)
        for key in others:
            site.until_phase(key, "closed", timeout=60)
        assert reads_of(site, hanging) == 0, "it still hangs"
        assert metric(site, "source_reads_running") > 0 and metric(site, "source_turned_away_total") == 0
    finally:
        site.directory.thaw()
    wait.until(lambda: reads_of(site, hanging) == len(hanging), 60, what="all of them are told")
