"""The same 10,000 tickets of 10 KB, paged in, mapped and upserted by Countersign and by jira.js with pg, in turns of one run.

They are those of an ordinary desk: the mapping governs none of them, so that to page them in is all there is to do. (A
governed ticket is read by itself as well, at the 150 a second that Jira allows; that is the other half of this bench.)
jira.js asks for all that the mapping may read and the texts, and, told apart, for no more than Countersign asks for."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import time

from lib import wait, world

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
FULL = "summary,description,status,created,updated,reporter,labels,customfield_10010,customfield_10050,customfield_10052," \
       "customfield_10061,customfield_10070"
THIN = "updated,customfield_10010"


def install():
    """Once, into the build folder."""
    folder = world.ROOT / "build" / "bench-jirajs"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "poll.mjs"):
        shutil.copy(HERE / "jirajs" / name, folder)
    if not (folder / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, capture_output=True)
    return folder


def theirs(site, folder, fields, tickets):
    site.sql("drop table if exists bench_ticket; create table bench_ticket (issue_id text primary key, key text, "
             "updated timestamptz, mapped jsonb, ignored text)", user="postgres")
    env = os.environ | {"BENCH_JIRA": site.jira_url, "BENCH_HOST": site.cluster.folder, "BENCH_USER": "postgres",
                        "BENCH_DATABASE": "countersign", "BENCH_FIELDS": fields}
    began = time.monotonic()
    done = subprocess.run([shutil.which("node"), "poll.mjs"], cwd=folder, env=env, capture_output=True, text=True)
    took = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["count"] == int(site.sql("select count(*) from bench_ticket", user="postgres")) == tickets, told
    return took, told["cpu_s"], told["peak_kib"] / 1024


def ours(site, tickets):
    site.sql("delete from governance.ticket; delete from governance.poll_cursor", user="postgres")
    began = time.monotonic()
    service = site.start_service()
    metrics = f"http://127.0.0.1:{site.ops_port}/metrics"
    wait.until(lambda: "\ncountersign_polls_total 0\n" not in world.http("GET", metrics)[1], 120, what="one walk")
    took = time.monotonic() - began
    spent = took, service.cpu_s(), service.peak_kib() / 1024
    assert site.sql("select count(*) from governance.ticket where ignored = 'request type not governed'") == str(tickets)
    service.stop()
    return spent


def median(rounds):
    return [statistics.median(column) for column in zip(*rounds)]


def compare(goal, tickets, size):
    site = world.World(webhooks=False)
    site.start_database()
    site.start_directory()
    site.start_jira()
    site.configure()
    site.migrate()
    site.control("fill", {"project": "OPS", "count": tickets, "bytes": size})
    folder, rounds = install(), {"Countersign": [], "jira.js": [], "jira.js, two fields": []}
    theirs(site, folder, THIN, tickets)  # the stand-in renders each ticket once: before the first round, for nobody
    for _ in range(ROUNDS):
        rounds["Countersign"].append(ours(site, tickets))
        rounds["jira.js"].append(theirs(site, folder, FULL, tickets))
        rounds["jira.js, two fields"].append(theirs(site, folder, THIN, tickets))
    site.close()
    spent = {name: median(r) for name, r in rounds.items()}
    for name, (took, cpu, mib) in spent.items():
        print(f"{name}: {took:.2f} s, {cpu:.2f} s of processor time, at most {mib:.1f} MiB")
    (took, cpu, mib), (their_took, their_cpu, their_mib) = spent["Countersign"], spent["jira.js"]
    return [goal("poll-time-beside-jirajs", took / their_took, 0.5, took <= their_took / 2),
            goal("poll-cpu-beside-jirajs", cpu / their_cpu, 0.25, cpu <= their_cpu / 4),
            goal("poll-memory-beside-jirajs", mib / their_mib, 0.2, mib <= their_mib / 5)]
