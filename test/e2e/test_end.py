"""How it ends and how it fails to start: with the sanitized program, which sees what is used after it was freed."""
import os
import re
import time

import pytest

from lib import wait, world

SANITIZED = os.environ.get("COUNTERSIGN") or str(world.ROOT / "build" / "san" / "countersign")


@pytest.fixture(scope="module")
def site():
    """Waits as they are in production: a call may take 20 s, longer than the service waits for its work."""
    with world.World(program=SANITIZED, times="{}", poll="200ms") as made:
        yield made


def end(site, timeout):
    began = time.monotonic()
    service = site.service
    service.stop(timeout=timeout)
    assert service.returncode == 0 and "Sanitizer" not in service.stderr, service.told()
    return time.monotonic() - began


@pytest.mark.parametrize("path, what", [("/rest/api/3/issue/", "a ticket is being read"), ("/search/jql", "a walk is under way")])
def test_a_call_that_outlives_the_patience(site, path, what):
    site.control("faults", {"path": path, "count": 1, "effect": {"kind": "delay", "ms": 18000}})
    key = site.ask_removal("okafor", "fin-viewer")
    wait.until(lambda: site.control("faults")[0]["fired"], 10, what=what)
    took = end(site, 17)
    assert 9 < took < 17, "it waits ten seconds for its work, then cuts it off"
    site.no_faults()
    site.start_service()
    for held in ("ticket", "access_request"):  # what was cut off is leased for a minute
        site.sql(f"update governance.{held} set lease_owner = null, lease_until = null, look_at = now(), version = version + 1 where lease_owner is not null")
    site.until_phase(key, "fulfilling", timeout=30)


def test_a_source_that_hangs(site):
    key = site.ask_grant("okafor", "finance-all", system="Directory")
    site.until_phase(key, "fulfilling")
    site.directory.freeze()
    try:
        site.resolve(key)
        site.until_phase(key, "claimed", "verifying")
        end(site, 30)
    finally:
        site.directory.thaw()
    site.start_service()


def test_a_database_that_hangs(site):
    site.cluster.freeze()
    try:
        end(site, 45)
    finally:
        site.cluster.thaw()
    site.start_service()


def test_secrets_that_cannot_be_read_are_named_before_the_start(site):
    """All of them, with their places; and no value of those that can be."""
    done = site.countersign("serve", "--set", "database.password=file:/none", check=False)
    assert done.returncode == 78 and "error[C062]: cannot open '/none'" in done.stderr, done.stderr
    os.rename(f"{site.folder}/api-token", f"{site.folder}/elsewhere")
    try:
        for command in ("serve", "check"):
            done = site.countersign(command, check=False)
            assert done.returncode == 78 and re.search(r"countersign.yaml:\d+:\d+", done.stderr) and "api-token" in done.stderr, done.stderr
        assert site.countersign("check", "--without-secrets").returncode == 0
        assert "connector-token" not in done.stdout + done.stderr
    finally:
        os.rename(f"{site.folder}/elsewhere", f"{site.folder}/api-token")


def test_a_start_that_fails_in_the_middle(site):
    """The port is taken: what was made by then is taken down again."""
    done = site.countersign("serve", check=False)
    assert done.returncode in (75, 78, 69) and "Sanitizer" not in done.stderr and str(site.port) in done.stderr, done.stderr
