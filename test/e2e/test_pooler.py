"""Behind PgBouncer in transaction mode, with fewer sessions than connections: nothing of ours is left in one."""
import json
import os
import subprocess

import pytest

from lib import pooler, ports, proc, wait, world

pytestmark = pytest.mark.skipif(not pooler.PROGRAM, reason="no pgbouncer: deploy/setup installs it")
SESSIONS = 3


class Pooled(world.World):
    """The database and a source, both behind it."""

    def start_database(self):
        super().start_database()
        self.pooler = pooler.Pooler(self.cluster, [world.LOGIN, "sap_reader"], size=SESSIONS).start()

    def configure(self):
        super().configure()
        for database, login, told in ((self.database, world.LOGIN, ", pooler: transaction"), (self.target, "sap_reader", "")):
            pooled = self.pooler.dsn_as(login, database.name)
            self.edit_file("countersign.yaml", f'"{database.dsn_as(login)}"', f'"{pooled}"{told}')

    def start_replica(self):
        port, ops_port = ports.free_ports(2)
        ready = f"{self.folder}/second"
        return proc.Process([self.program, "serve", "--config", self.config, "--set", f"listen.port={port}", "--set",
                             f"listen.ops_port={ops_port}", "--port-file", ready], name="second", ready=lambda: os.path.exists(ready)).start()

    def close(self):
        super().close()
        self.pooler.close()


@pytest.fixture(scope="module")
def site():
    with Pooled() as made:
        yield made


def test_without_the_option_it_does_not_start(site):
    done = site.countersign("serve", "--set", "database.pooler=none", "--set", f"listen.port={ports.free_port()}", check=False)
    assert done.returncode == 78 and "write 'pooler: transaction' under 'database'" in done.stderr, done.stderr


def test_the_main_job(site):
    """Two replicas, one of them killed in the middle; each ticket closes when it is so, and not before."""
    second = site.start_replica()
    grants = {site.ask_grant("reyes", role): role for role in ("fin-viewer", "fin-ledger-admin")}
    removal = site.ask_removal()
    wait.until(lambda: site.sql("select 1 from governance.ticket limit 1"), 20, what="work")
    site.service.kill()
    site.start_service()
    for key in (*grants, removal):
        site.until_phase(key, "fulfilling")
        site.resolve(key)
    for key in (*grants, removal):
        site.until_phase(key, "claimed", "verifying")
        assert site.ticket(key)["status"] == "Verifying access", "nothing was changed yet"
    for role in grants.values():
        site.has_role("reyes", role, True)
    site.has_role("okafor", "fin-ledger-admin", False)
    for key in (*grants, removal):
        site.until_phase(key, "closed", timeout=30)
        site.until_status(key, "Resolved")
    submitted = [site.api("POST", "/v1/access-requests", {"kind": "removal", "beneficiary": person, "source": "sap-fin", "entitlement": "fin-viewer",
                                                          "requester": "hr-system"}, key=f"pooled-{person}") for person in ("lind", "novak", "okafor")]
    assert [status for status, _ in submitted] == [201, 201, 201], submitted
    wait.until(lambda: all(len(site.marked(made["id"])) == 1 for _, made in submitted), 20, what="one ticket of each")
    second.stop()
    assert not [line for line in second.stderr.splitlines() if '"lvl":"error"' in line], second.told()


def test_nothing_stays_in_a_session(site):
    """Whoever gets one next finds it as the server gives it: asked in all at once."""
    question = "begin; select pg_backend_pid(), current_setting('role'), current_setting('statement_timeout'), " \
               "current_setting('default_transaction_read_only'), current_setting('plan_cache_mode'), " \
               "(select count(*) from pg_prepared_statements); select pg_sleep(0.5); commit"
    for login, database in ((world.LOGIN, "countersign"), ("sap_reader", "target")):
        ours = set(site.sql(f"select pid from pg_stat_activity where usename = '{login}'").split("\n"))
        asked = [subprocess.Popen([f"{site.cluster.bin}/psql", "-XAtq", "-d", site.pooler.dsn_as(login, database), "-c", question],
                                  stdout=subprocess.PIPE, text=True) for _ in range(SESSIONS)]
        found = [one.communicate(timeout=20)[0].split("\n")[0].split("|", 1) for one in asked]
        assert ours & {pid for pid, _ in found}, (ours, found)
        assert {rest for _, rest in found} == {"none|0|off|auto|0"}, found


def test_one_run_of_the_gate_at_a_time(site):
    """Its turn is a transaction's, which has a session of its own as long as it lasts."""
    other = site.database.session(world.LOGIN)
    other.send("begin; set role countersign_service; select governance.gate_hold('acme')")
    assert other.result() == "t"
    done = site.countersign("gate", "uninstall", check=False)
    assert done.returncode == 75 and "another run of countersign gate is at this site" in done.stderr, done.stderr
    other.send("rollback")
    other.result()
    assert site.countersign("gate", "uninstall", check=False).returncode == 0
    assert "nothing is installed" in site.countersign("gate", "uninstall", check=False).stderr, "and it gave it back"


def test_commands_say_what_stands_between(site):
    said = site.countersign("doctor", "database", check=False).stdout
    assert "reached      through a pooler of transactions" in said, said
    done = site.countersign("db", "verify", "--json", "--set", "database.pooler=none", check=False)
    assert done.returncode == 1 and "the service will not start behind this pooler" in done.stderr, done.stderr
    direct = site.countersign("db", "verify", "--json", "--conninfo", site.database.dsn)
    assert json.loads(direct.stdout.splitlines()[-1])["reached"] == "directly"
    with pooler.Pooler(site.cluster, [world.LOGIN], size=1, mode="session") as sessions:
        conninfo = sessions.dsn_as(world.LOGIN, site.database.name)
        done = site.countersign("db", "verify", "--conninfo", conninfo, check=False)
        assert "reached      through a pooler of sessions" in done.stdout, done.stdout + done.stderr
