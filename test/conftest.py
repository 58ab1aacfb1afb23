"""pytest finds `lib` (from lib import pg) whatever folder it is started in."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def pytest_runtest_logreport(report):
    if report.failed:
        from lib import world
        world.FAILED.add(report.nodeid.split("::")[0])
