"""The way of deploy/own-site.md: an engineer with a Jira, a directory and a PostgreSQL of his own. Each command is run as it stands there, and says
what stands there; "…" is whatever comes. What an editor does is done here."""
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest

from lib import pg, proc, wait, world

PAGE = world.ROOT / "deploy" / "own-site.md"


class Own(world.World):
    """A PostgreSQL without us in it, the target system, the directory and Jira."""

    def make_databases(self, cluster):
        cluster.database("target").psql(file=world.DEMO / "target.sql", user="postgres")

    def start(self):
        self.start_database()
        self.start_directory()
        self.start_jira()
        return self

    @property
    def conf(self):
        return pathlib.Path(self.folder, "conf")

    def edit(self, name, *changes):
        path = self.conf / name
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def edit_what_was_guessed(self):
        self.edit("countersign.yaml", ("port: 8470", f"port: {self.port}"), ("ops_port: 8471", f"ops_port: {self.ops_port}"),
                  ("# public_url: https://countersign.example.com", "public_url: https://countersign.example.com"),
                  ("poll_interval: 30s", "poll_interval: 1s"),
                  ("uri: ldaps://ldap.example.com", f'insecure: "true"\n      uri: {self.directory.url}'),
                  ("conninfo: host=db.example.com dbname=app user=countersign_reader sslmode=verify-full", f'conninfo: "{self.target.dsn_as("sap_reader")}"'))
        self.edit("mapping.yaml", ("{ from: customfield_10062, label: Beneficiary, then: [email, lower],", "{ from: customfield_10061, label: Person, then: [trim, lower],"))
        for name in ("directory", "sap-fin"):
            (self.conf / "secrets" / name).write_text("reader-password")


@pytest.fixture(scope="module")
def site():
    with Own(from_scratch=True) as made:
        yield made
        if serves(made):
            os.kill(pid_of(made), signal.SIGKILL)


def pid_of(site):
    return int((pathlib.Path(site.folder) / "serve.pid").read_text())


def serves(site):
    return os.path.exists(f"{site.folder}/serve.pid") and os.path.exists(f"/proc/{pid_of(site)}")


def steps():
    """[(command, expected output)]"""
    blocks = "".join(re.findall(r"(?ms)^```console\n(.*?)^```$", PAGE.read_text(encoding="utf-8")))
    return [(step.partition("\n")[0], step.partition("\n")[2]) for step in re.split(r"(?m)^\$ ", blocks)[1:]]


def fits(expected, said):
    lines = "".join(r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", r".*") + r"\n" for line in expected.splitlines())
    return re.fullmatch(lines, said)


def test_the_way_of_a_new_site(site):
    home = pathlib.Path(site.folder, "home")
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "countersign").symlink_to(os.path.abspath(site.program))
    (home / "jira-token").write_text("connector-token")
    (home / "admin-token").write_text("admin-token")
    theirs = {"https://acme.atlassian.net": site.jira_url, "access-check@acme.com": "connector@example.com", "jira-admin@acme.com": "admin@example.com",
              "--projects": f"--name acme --database 'host={site.cluster.folder} port={site.cluster.port} dbname=countersign user=countersign' --projects",
              "127.0.0.1:8471": f"127.0.0.1:{site.ops_port}"}
    env = {**os.environ, "HOME": str(home), "PATH": f"{home}/bin:{site.cluster.bin}:{os.environ['PATH']}", "PGHOST": site.cluster.folder,
           "PGPORT": str(site.cluster.port), "PGUSER": "postgres", "PGDATABASE": "postgres", "COUNTERSIGN_CONFIG": ""}
    walked = []
    for command, expected in steps():
        if command.startswith("export "):
            site.edit_what_was_guessed()
            env["COUNTERSIGN_CONFIG"] = str(site.conf / "countersign.yaml")
            continue
        if command.startswith("kill "):
            look_at_a_close(site, env)
        for word, own in theirs.items():
            command = command.replace(word, own)
        done = subprocess.run(["stdbuf", "-oL", "bash", "-c", command], cwd=site.folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=90)
        assert fits(expected, done.stdout), f"$ {command}\n{done.stdout}\ninstead of\n{expected}"
        walked.append(command.split()[0])
    assert len(walked) >= 14
    wait.until(lambda: not serves(site), 20, what="the service ends")


def look_at_a_close(site, env):
    """What the page promises of a ticket that somebody closes now: it is judged, and nothing is done to it."""
    site.database = pg.Database(site.cluster, "countersign")
    assert json.loads(world.http("GET", f"http://127.0.0.1:{site.ops_port}/readyz")[1])["desks"] == {"acme": "not looked at by this replica yet"}
    site.has_role("okafor", "fin-ledger-admin", True)
    key = site.ask_removal("okafor", "fin-ledger-admin")
    wait.until(lambda: site.request(key), 20, what="it is governed")
    site.resolve(key)
    judged = f"select count(*) from governance.close_attempt a join governance.ticket t using (request_id) where t.issue_key = '{key}'"
    wait.until(lambda: site.sql(judged) != "0", 30, what="the close is judged")
    said = proc.run([site.program, "report", "--observe", "--config", env["COUNTERSIGN_CONFIG"]]).stdout
    assert "remove-application-access (request type 31, acme) · observe" in said and not site.ticket(key)["comments"], said
