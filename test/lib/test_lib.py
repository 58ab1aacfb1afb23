"""The test library itself: servers come up, go away, and leave nothing behind."""
import os
import signal
import subprocess
import sys
import textwrap
import uuid

import pytest

from lib import pg, ports, proc, slapd, wait

TEST_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

PEOPLE = """dn: uid=ada,dc=example,dc=com
objectClass: inetOrgPerson
uid: ada
cn: Ada
sn: L

dn: cn=admins,dc=example,dc=com
objectClass: groupOfNames
cn: admins
member: uid=ada,dc=example,dc=com
"""


@pytest.fixture(scope="module")
def cluster():
    with pg.Cluster() as made:
        yield made


def alive(pid):
    return os.path.exists(f"/proc/{pid}")


def test_wait_says_what_it_saw_last():
    with pytest.raises(wait.Timeout, match="the answer: not after .* last: 0"):
        wait.until(lambda: 0, timeout=0.05, what="the answer")
    with pytest.raises(wait.Timeout, match="FileNotFoundError"):
        wait.until(lambda: open("/nonexistent"), timeout=0.05)
    assert wait.until(lambda: 42) == 42


def test_ports_are_distinct():
    assert len(set(ports.free_ports(50))) == 50


def test_process_is_ready_when_it_says_so():
    with proc.Process(["sh", "-c", "sleep 0.1; echo up; sleep 60"], ready="up") as child:
        pid = child.pid
        assert "up" in child.stdout and child.rss_kib() > 0
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            grandchild = int(file.read())
    assert not alive(pid)
    wait.until(lambda: not alive(grandchild), what="grandchild gone")


def test_process_that_ends_by_itself():
    child = proc.Process(["sh", "-c", "exit 7"]).start()
    assert child.wait() == 7 and child.stop() == 7 and child.kill() == 7
    child = proc.Process(["sleep", "60"]).start()
    with pytest.raises(wait.Timeout, match="sleep still runs"):
        child.wait(timeout=0.1)
    assert child.kill() == -signal.SIGKILL


def test_process_that_dies_early_shows_why():
    with pytest.raises(AssertionError, match="ended with 3(.|\n)*no luck"):
        proc.Process(["sh", "-c", "echo no luck >&2; exit 3"], ready="up").start()


def test_process_that_will_not_end_is_killed():
    child = proc.Process(["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"], ready="up").start()
    with pytest.raises(AssertionError, match="did not end"):
        child.stop(timeout=0.2)
    assert not alive(child.pid)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_children_end_with_their_parent(how):
    script = textwrap.dedent("""
        from lib import proc
        import time
        child = proc.Process(["sleep", "60"]).start()
        print(child.pid, flush=True)
        time.sleep(60)
    """)
    # a shell's background job hands an ignored SIGINT on to its children
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=TEST_DIR, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    pid = int(parent.stdout.readline())
    parent.send_signal(how)
    parent.wait(10)
    wait.until(lambda: not alive(pid), what="child gone")


def test_database_is_cloned(cluster):
    template = cluster.database("shape")
    template.psql("create table t(a int); insert into t values (1), (2)")
    first, second = template.clone(), template.clone()
    first.psql("insert into t values (3)")
    assert first.rows("select a from t order by a") == [["1"], ["2"], ["3"]]
    assert second.psql("select count(*) from t") == "2"
    assert first.psql("select :'who'", variables={"who": "o'me"}) == "o'me"
    first.drop()


def test_sql_errors_carry_the_statement(cluster):
    with pytest.raises(pg.SqlError, match='"nix" does not exist(.|\n)*in: select nix'):
        cluster.psql("select nix")


def test_sessions_interleave(cluster):
    db = cluster.database("race")
    db.psql("create table t(a int); insert into t values (1)")
    with db.session() as one, db.session() as two:
        one.run("begin; update t set a = 2")
        two.send("update t set a = a + 10")
        wait.stays(two.busy, 0.2, what="second waits for the first")
        one.run("commit")
        two.result()
        assert two.run("select a from t") == "12"
        with pytest.raises(pg.SqlError):
            two.run("select 1/0")
        assert two.run("select 'still here'") == "still here"


def test_server_restarts_freezes_and_leaves_nothing():
    cluster = pg.Cluster(fsync=True, port=ports.free_port()).start()
    folder, pid = cluster.folder, cluster.pid
    db = cluster.database("kept")
    db.psql("create table t(); ")
    cluster.restart(immediate=True)
    assert db.psql("select count(*) from t") == "0"
    assert cluster.psql("show fsync") == "on"
    cluster.freeze()
    with pytest.raises(subprocess.TimeoutExpired):
        cluster.psql("select 1", timeout=0.3)
    cluster.thaw()
    assert cluster.psql("select 1") == "1"
    cluster.close()
    assert not alive(pid) and not os.path.exists(folder)


def test_directory_keeps_memberof():
    with slapd.Slapd(ldif=PEOPLE) as directory:
        ada = "uid=ada,dc=example,dc=com"
        admins = "cn=admins,dc=example,dc=com"
        assert directory.search("(uid=ada)", ["memberOf"]) == {ada: {"memberOf": [admins]}}
        directory.modify(f"dn: {admins}\nchangetype: delete\n")
        assert directory.search("(uid=ada)", ["memberOf"]) == {ada: {}}
        directory.stop()
        directory.start()
        assert ada in directory.search()
        folder = directory.folder
    assert not os.path.exists(folder)


def test_settings_of_the_first_are_not_those_of_the_next():
    """What a cluster is filled with is kept and copied; how it was configured meanwhile is not."""
    word = uuid.uuid4().hex  # nobody was first before
    made = []
    for settings in ({"plan_cache_mode": "force_generic_plan"}, {}):
        with pg.Cluster(settings=settings, superuser="filler", fill=lambda cluster: made.append(cluster), filled_with=word) as cluster:
            made.append(cluster.database("filler").psql("show plan_cache_mode"))
    assert made[1:] == ["force_generic_plan", "auto"], made
