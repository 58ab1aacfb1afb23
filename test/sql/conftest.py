"""One cluster and one migrated template for the whole suite; each test gets a copy in some 50 ms."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import pg, proc  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("COUNTERSIGN_RELEASE") or str(ROOT / "build" / "countersign")
CORE_SAYS = ROOT / "build" / "test" / "sql" / "core_says"


def countersign(*arguments, check=True):
    return proc.run([PROGRAM, *arguments], check=check)


@pytest.fixture(scope="session")
def cluster():
    with pg.Cluster() as made:
        yield made


@pytest.fixture(scope="session")
def template(cluster):
    """Migrated, with pgTAP and the fixtures of tap/fixtures.psql."""
    made = cluster.database("template_app")
    countersign("db", "migrate", "--conninfo", made.dsn)
    made.psql("create extension pgtap")
    made.psql(file=ROOT / "test" / "sql" / "tap" / "fixtures.psql")
    return made


@pytest.fixture
def db(template):
    made = template.clone()
    yield made
    made.drop()
