"""What evidence costs: an entry beside the change it is of; a log verified, an export verified; 100,000 requests exported.

--appending: the first alone."""
import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import appends
import made_log
from lib import pg, proc, world

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "build" / "countersign"
REQUESTS, ENTRIES = int(os.environ.get("BENCH_REQUESTS", "100000")), int(os.environ.get("BENCH_ENTRIES", "1000000"))
MONTH = int(os.environ.get("BENCH_MONTH", "7150"))  # requests; fourteen entries each
ROUNDS, SECONDS = int(os.environ.get("BENCH_ROUNDS", "5")), int(os.environ.get("BENCH_SECONDS", "4"))
CHAIN = """do $$ declare r record; n bigint; h bytea := decode(repeat('00', 32), 'hex'); b text; k int;
    at timestamptz := clock_timestamp(); begin
    select seq, hash into n, h from governance.evidence_head;
    for k in 1..10 loop
        for r in select id from governance.access_request order by id loop
            n := n + 1;
            b := '{"at":"' || to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","detail":{"actor":"service","cycle":"10001:20002","from":'
                || '"fulfilling","generation":1,"kind":"removal","mode":"enforce","reason":"ProofComplete","to":"verifying"},"kind":"request.moved","request":"'
                || r.id || '","seq":' || n || '}';
            insert into governance.evidence_entry values (n, at, 'request.moved', r.id, b, h, sha256(h || convert_to(b, 'UTF8')));
            h := sha256(h || convert_to(b, 'UTF8'));
        end loop;
    end loop;
    update governance.evidence_head set seq = n, hash = h; end $$;"""


def goal(name, value, bar, good):
    print(f"goal={name} value={value:.2f} bar={bar} {'pass' if good else 'fail'}", flush=True)
    return good


def run(*arguments, out=subprocess.DEVNULL):
    """(seconds by the clock, seconds of processor, most memory in MiB: as the kernel shows it while it runs)"""
    began, most = time.monotonic(), 0
    child = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=out, stderr=subprocess.PIPE)
    while not select.select([child.stderr], [], [], 0.02)[0]:
        with contextlib.suppress(OSError, StopIteration):
            status = pathlib.Path(f"/proc/{child.pid}/status").read_text().splitlines()
            most = max(most, int(next(line for line in status if line.startswith("VmHWM")).split()[1]))
    said = child.stderr.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = code = os.waitstatus_to_exitcode(status)
    # whose requests are made up has entries that tell otherwise, and is told so
    assert code == 0 or code == 1 and "are there, and the log tells of" in said, said
    return time.monotonic() - began, used.ru_utime + used.ru_stime, most / 1024


# --- verified ---------------------------------------------------------------------------------------------------------

def body(n):
    return (b'{"at":"2026-11-27T02:00:00.000000Z","detail":{"actor":"service","cycle":"10001:20002","from":"fulfilling","generation":1,"kind":"removal",'
            b'"mode":"enforce","reason":"ProofComplete","to":"closed","tuple":"06b2dcb69d0247b8"},"kind":"request.moved",'
            b'"request":"06b2dcb6-9d02-47b8-9d22-432bee6629f3","seq":%d}' % n)


def verifying(folder):
    log, export = folder / "log", folder / "export.jsonl"
    made_log.make(log, (body(n) for n in range(1, ENTRIES + 1)), ENTRIES)
    made_log.export(export, (body(n) for n in range(1, ENTRIES + 1)))
    rates = {}
    for name, arguments in (("log", ["evidence", "verify", log, "--key", log / "verifier"]),
                            ("export", ["evidence", "verify", export]),
                            ("export against the log", ["evidence", "verify", export, "--log", log, "--key", log / "verifier"])):
        rounds = [run(*arguments) for _ in range(ROUNDS)]
        rates[name] = ENTRIES / min(cpu for _, cpu, _ in rounds)
        print(f"{name}: {rates[name]:.0f} entries a second and core, {max(memory for *_, memory in rounds):.1f} MiB", flush=True)
    return [goal("evidence-verify-a-second", rates["log"], 500000, rates["log"] >= 500000),
            goal("evidence-verify-export-a-second", rates["export"], 500000, rates["export"] >= 500000)]


# --- exported ---------------------------------------------------------------------------------------------------------

def exporting(folder, cluster):
    db = cluster.database("exported")
    proc.run([str(PROGRAM), "db", "migrate", "--conninfo", db.dsn])
    began = time.monotonic()
    db.psql(file=ROOT / "test" / "bench" / "sla" / "seed.sql", variables={"requests": REQUESTS, "open": REQUESTS // 20}, timeout=3600)
    db.psql("set session_replication_role = replica; " + CHAIN + " analyze", user="postgres", timeout=3600)
    print(f"{REQUESTS} requests, {db.psql('select seq from governance.evidence_head')} entries, seeded in {time.monotonic() - began:.0f} s", flush=True)
    middle = db.psql("select governance.utc(percentile_disc(0.9) within group (order by requested_at)) from governance.access_request")
    _, _, few = run("evidence", "export", "--conninfo", db.dsn, "--from", middle, "--to", "2100-01-01", "--out", folder / "tenth")
    seconds, cpu, all_of_it = run("evidence", "export", "--conninfo", db.dsn, "--from", "2000-01-01", "--to", "2100-01-01", "--out", folder / "all")
    rows = json.loads((folder / "all" / "manifest.json").read_text())["about"]["requests"]
    assert rows == REQUESTS
    print(f"{rows} requests exported: {seconds:.1f} s by the clock, {cpu:.1f} s of our processor, {all_of_it:.1f} MiB (a tenth: {few:.1f})", flush=True)
    with open(folder / "chain.jsonl", "wb") as out:
        chain, chain_cpu, memory = run("evidence", "export", "--conninfo", db.dsn, out=out)
    print(f"the whole chain exported: {chain:.1f} s by the clock, {chain_cpu:.1f} s of our processor, {memory:.1f} MiB", flush=True)
    return [goal("evidence-export-s", seconds, 30, seconds < 30), goal("evidence-export-memory", all_of_it / few, 1.2, all_of_it / few < 1.2)]


# --- a month is over -------------------------------------------------------------------------------------------------

def backend_cpu(db):
    """Seconds of processor that sessions of a database have had which are still there: asked before they end."""
    pids = db.psql("select string_agg(pid::text, ' ') from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()").split()
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            found[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def backend_memory(db):
    """The most MiB that one session of the program has for itself now."""
    pids = db.psql("select string_agg(pid::text, ' ') from pg_stat_activity where datname = current_database() and application_name like 'countersign%'").split()
    most = 0
    for pid in pids:
        with contextlib.suppress(OSError, StopIteration):
            status = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
            most = max(most, int(next(line for line in status if line.startswith("RssAnon")).split()[1]) / 1024)
    return most


def watched(db, *arguments):
    """What a command took, its own and PostgreSQL's processor and memory; it may find something."""
    began, most, memory = time.monotonic(), {}, 0
    child = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while child.poll() is None:
        most.update(backend_cpu(db))
        memory = max(memory, backend_memory(db))
        time.sleep(0.2)
    said = child.stdout.read()
    print(f"{' '.join(map(str, arguments[:2]))}: {time.monotonic() - began:.0f} s by the clock, {sum(most.values()):.0f} s of PostgreSQL's processor, {memory:.0f} MiB of its memory, "
          f"exit {child.returncode}", flush=True)
    return child.returncode, said


def a_month(folder):
    """Requests of a month that is long over: compared with their evidence, retained away, compared again; a person of theirs erased."""
    site = world.World()
    try:
        site.start_database()
        site.start_directory()
        site.start_jira()
        site.configure()
        site.migrate()
        db = site.database
        began = time.monotonic()
        db.psql(file=ROOT / "test" / "bench" / "evidence" / "month.sql", variables={"requests": MONTH, "ago": 14, "first": 1000000}, user="postgres", timeout=3600)
        entries = int(db.psql("select seq from governance.evidence_head"))
        print(f"a month of {MONTH} requests, {entries} entries, seeded in {time.monotonic() - began:.0f} s", flush=True)
        with open(site.config, "a") as file:
            file.write(f"\nretention: {{ directory: {folder}/kept, observations: 365d, flows: 365d, evidence: 365d }}\n")
        owner = ("--config", site.config, "--conninfo", db.dsn)
        codes = [watched(db, "db", "verify", "--conninfo", db.dsn), watched(db, "evidence", "erase", "person7@example.com", "--yes", "--reason", "case 1", *owner)]
        with appends.Appends(db) as beside:
            codes.append(watched(db, "db", "retain", "--yes", *owner))
        codes.append(watched(db, "db", "verify", "--conninfo", db.dsn))
        left = int(db.psql("select count(*) from governance.evidence_entry")) - beside.count
        files = [run("evidence", "verify", file) for file in (folder / "kept").glob("evidence-*.manifest.json")]
        print(f"its {len(files)} files verified: {sum(s for s, *_ in files):.0f} s by the clock, {sum(cpu for _, cpu, _ in files):.1f} s of our processor, "
              f"{max(memory for *_, memory in files):.1f} MiB", flush=True)
        return [goal("evidence-month-left", left, 50, left < 50 and not any(code for code, _ in codes)),  # but what says that files were written
                goal("evidence-append-beside-retain-ms", beside.worst_ms, 1000, beside.count > 0 and beside.worst_ms < 1000)]
    finally:
        site.close()


# --- appended ---------------------------------------------------------------------------------------------------------

SWITCH = """do $$ declare t record; begin
    for t in select tgrelid::regclass as tab, tgname from pg_trigger where tgfoid::regproc::text like 'governance.evidence\\_write%' loop
        execute format('alter table %s {} trigger %I', t.tab, t.tgname);
    end loop; end $$"""

# The request as a decision finds it: worked on, on its ticket, leased by us.
WORKED_ON = """begin; set local session_replication_role = replica;
update governance.access_request set phase = 'fulfilling', approved_at = clock_timestamp(), approved_hash = mapped_hash, lease_owner = 'bench',
    lease_until = clock_timestamp() + interval '1 day', look_at = null where id = '{id}';
insert into governance.ticket (site, issue_id, issue_key, request_id, state, category, role, cycle, cycle_at, read_at)
values ('acme', '{issue}', 'IAM-{issue}', '{id}', 'here', 'indeterminate', 'verify', '{issue}:20002', clock_timestamp(), clock_timestamp())
on conflict (request_id) do update set role = excluded.role, cycle = excluded.cycle; commit"""

# Said done, looked at, not as asked, and again: three decisions that move a request. (A name right behind a colon would be a variable of pgbench.)
# Of one request, or of as many in one statement as the service asks for where much is to be done.
DECISION = """select governance.decision_save('bench', r.id, r.version, ('{{"release": false,"answered": false,"flows": [],"retry": [],"escalations": [],
"breach": false,"tampered": false,"edited_back": false,"rebound": false,"unmarked": false,"resolved": false,"revokes": false,"refuses": false,"respoken": false,
"grants": false,"refused": "","notice": "","look_again_ms": 0,"look_ms": 86400000,' || case r.phase
    when 'fulfilling' then '"new_claim": true,"to": "claimed","reason": "SaidDone"}}'
    when 'claimed' then '"new_claim": false,"to": "verifying","reason": "ReadsWanted"}}'
    else '"new_claim": false,"to": "fulfilling","reason": "NotAsAsked"}}' end)::jsonb)
from governance.access_request r where r.id = any ('{{{ids}}}')"""
GROUP = 16


def cost(site, script, changes_each):
    """(µs by the clock, µs of PostgreSQL's processor) a change: so many a commit, one connection."""
    server = int(site.sql("select pg_read_file('postmaster.pid')", user="postgres").split()[0])

    def of_children():  # which ended
        return sum(map(int, pathlib.Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[13:15])) / os.sysconf("SC_CLK_TCK")

    site.sql("checkpoint", user="postgres")
    before = of_children()
    done = subprocess.run([f"{pg.bin_dir()}/pgbench", "-n", "-f", script, "-T", str(SECONDS), "-c", "1", "-M", "prepared", site.database.dsn],
                          capture_output=True, text=True, check=True)
    changes = int(re.search(r"actually processed: (\d+)", done.stdout)[1]) * changes_each
    time.sleep(0.2)
    return 1e6 / float(re.search(r"tps = ([\d.]+)", done.stdout)[1]) / changes_each, (of_children() - before) * 1e6 / changes


def wished(site, number):
    """A request, as its id."""
    status, made = site.api("POST", "/v1/access-requests", {"kind": "grant", "beneficiary": f"model{number}", "source": "sap-fin", "entitlement": "fin-viewer",
                                                           "requester": "hr-system", "justification": "joins the team"}, f"model-{number}")
    assert status == 201, made
    return made["id"]


def appending():
    """What evidence adds, fsync on, its triggers on and off in turn. A change of state is a decision that moves a request (one entry), which is
    most of what the product does; beside it a wish as the service hands it over: request, item and clock (two entries, their clear text)."""
    site = world.World(fsync=True, webhooks=False, poll="60s", log="warn")
    site.start()
    ids = [wished(site, number) for number in range(GROUP)]
    document = site.sql(f"""select to_jsonb(r) || jsonb_build_object('privileged', false, 'sla_goal_ms', extract(epoch from c.goal)::bigint * 1000,
        'hold_text', '', 'approved_by', '', 'items', (select jsonb_agg(to_jsonb(i)) from governance.request_item i where i.request_id = r.id))
        - 'requested_at' from governance.access_request r join governance.sla_clock c on c.request_id = r.id where r.id = '{ids[0]}'""")
    site.service.stop()
    site.services.pop()
    for issue, request in enumerate(ids, 90001):
        site.sql(WORKED_ON.format(id=request, issue=issue), user="postgres")
    wishes = ("select count(*) from governance.request_submit_many(array['bench-' || txid_current()], array[repeat('b', 64)], "
              f"array[$doc${document}$doc$::text])")
    changes = {"decision": (" ".join(DECISION.format(ids=ids[0]).split()), 1),
               f"decision of {GROUP} in a statement": (" ".join(DECISION.format(ids=",".join(ids)).split()), GROUP),
               "submission": (wishes, 1)}
    costs, entries = {what: [] for what in changes}, "select seq from governance.evidence_head"
    scripts = {}
    for number, (what, (text, each)) in enumerate(changes.items()):
        scripts[what] = os.path.join(site.folder, f"change-{number}.sql"), each
        pathlib.Path(scripts[what][0]).write_text(text + ";\n")
        before = int(site.sql(entries))
        cost(site, *scripts[what])  # warm
        assert int(site.sql(entries)) > before
    for number in range(ROUNDS):
        for what, script in scripts.items():
            clock, cpu = cost(site, *script)
            site.sql(SWITCH.format("disable"), user="postgres")
            bare_clock, bare_cpu = cost(site, *script)
            site.sql(SWITCH.format("enable"), user="postgres")
            costs[what].append((100 * (clock / bare_clock - 1), cpu - bare_cpu))
            print(f"round {number}: a {what} {clock:.0f} µs, without evidence {bare_clock:.0f}; of PostgreSQL's processor {cpu:.0f} and {bare_cpu:.0f} µs",
                  flush=True)
    site.close()
    percent = {what: statistics.median(c for c, _ in of) for what, of in costs.items()}
    for what, of in costs.items():
        print(f"evidence adds to a {what}: {percent[what]:.0f} % by the clock, {statistics.median(c for _, c in of):.0f} µs of processor")
    alone, grouped, _ = percent.values()
    return [goal("evidence-append-percent-alone", alone, 10, alone <= 10), goal("evidence-append-percent-grouped", grouped, 10, grouped <= 10)]


def main():
    if sys.argv[1:] == ["--appending"]:
        return 0 if all(appending()) else 1
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cs-bench-"))
    try:
        good = verifying(folder)
        with pg.Cluster() as cluster:
            good += exporting(folder, cluster)
        good += a_month(folder)
        good += appending()
    finally:
        shutil.rmtree(folder)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
