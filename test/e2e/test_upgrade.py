"""Another release was here: what breaks nothing lets replicas of before run on, what breaks stops them, and an older database is waited for."""
import os

import pytest

from lib import proc, wait, world

NEWER = "9999_of_tomorrow.sql"


@pytest.fixture(scope="module")
def site():
    made = world.World(webhooks=False, poll="60s")
    with made:
        made.sql(f"insert into governance.migration (number, name, sha256, breaking) values (9999, '{NEWER}', repeat('0', 64), false)")
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def test_what_breaks_nothing_lets_both_run(site):
    site.restart_service()
    status, made = site.api("POST", "/v1/access-requests", {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-viewer"}, "newer")
    assert status == 201
    wait.until(lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"), 20, what="the service works")
    assert site.countersign("mapping", "history").returncode == 0, "so do commands"
    migrate = site.countersign("db", "migrate", "--conninfo", site.database.dsn, check=False)
    assert migrate.returncode == 78 and NEWER in migrate.stderr and "of that release" in migrate.stderr, "older routines are not put over newer ones"


def test_what_breaks_ends_whoever_does_not_know_it(site):
    site.sql("update governance.migration set breaking = true where number = 9999")
    wait.until(lambda: not site.service.running, 30, what="it stops by itself")
    assert site.service.returncode == 78 and f"(migration {NEWER}): run that release, or a newer one" in site.service.stderr, site.service.told()
    with pytest.raises(AssertionError, match="ended with 78"):
        site.start_service()
    history = site.countersign("mapping", "history", check=False)
    assert history.returncode == 78 and NEWER in history.stderr, history.stderr
    told = site.countersign("db", "verify", check=False)
    assert told.returncode == 1 and "1 newer" in told.stdout and "must not run on it" in told.stderr, told.stderr


def test_an_older_database_is_waited_for(site):
    last = "(select max(number) from governance.migration)"
    site.sql("delete from governance.migration where number = 9999")
    site.sql(f"create table public.kept as select * from governance.migration where number = {last}; delete from governance.migration where number = {last}")
    history = site.countersign("mapping", "history", check=False)
    assert history.returncode == 78 and "1 migration is missing" in history.stderr and "countersign db migrate" in history.stderr, history.stderr
    ready = os.path.join(site.folder, "ready-older")
    service = proc.Process([site.program, "serve", "--config", site.config, "--port-file", ready], name="countersign").start()
    site.services.append(service)
    wait.until(lambda: "run 'countersign db migrate'" in service.stderr, 20, what="it says what to do")
    assert service.running and not os.path.exists(ready)
    site.sql("insert into governance.migration select * from public.kept; drop table public.kept")
    wait.until(lambda: os.path.exists(ready), 20, what="it goes on by itself")
