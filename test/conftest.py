"""pytest finds `lib` (from lib import pg) whatever folder it is started in, and begins with the files that take longest."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# Where files run beside each other none of these is alone at the end. test/run names the slowest.
LONG = ["test_kill", "test_exceptions", "test_bulk_reopen", "test_auth", "test_gate", "test_tampering", "test_demo", "test_scale", "test_closes",
        "test_mapping_changes", "test_policy", "test_scale_outage", "test_gate_approval", "test_kill_steps", "test_polling", "test_after_close",
        "test_reading", "test_submit", "test_end", "test_kept_plans",  # of e2e
        "test_tap", "test_claims", "test_core_agrees", "test_migrate", "test_verify_columns", "test_races"]  # of sql


def pytest_collection_modifyitems(items):
    place = {name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


def pytest_runtest_logreport(report):
    if report.failed:
        from lib import world
        world.FAILED.add(report.nodeid.split("::")[0])
