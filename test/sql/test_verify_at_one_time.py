"""`countersign db verify` tells of one time: what is written while it runs, rightly or not, is for the next one to find."""
import json
import subprocess

from conftest import PROGRAM
from lib import wait

HELD = "select count(*) from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database() and a.application_name like 'countersign%'"


def verifying(db):
    return subprocess.Popen([PROGRAM, "db", "verify", "--json", "--conninfo", db.dsn], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(child):
    out, err = child.communicate(timeout=60)
    return json.loads(out.splitlines()[-1]), err


def test_what_is_written_meanwhile_is_not_told(db):
    first = db.psql("select t.request() from generate_series(1, 3)").splitlines()[0]
    before = int(db.psql("select seq from governance.evidence_head"))
    holder = db.session()
    try:
        holder.run("begin; lock table governance.over_grant in access exclusive mode")  # which is read when the chain was
        child = verifying(db)
        wait.until(lambda: db.psql(HELD) == "1", 30, what="it waits in the middle")
        db.psql("select t.request()")
        db.psql(f"set session_replication_role = replica; update governance.access_request set mode = 'observe' where id = '{first}'")
        holder.run("rollback")
    finally:
        holder.close()
    said, err = told(child)
    assert (said["rows"], said["broken_at"], said["evidence"]) == (0, 0, before), (said, err)
    said, err = told(verifying(db))
    assert said["rows"] == 1 and said["evidence"] > before, (said, err)
