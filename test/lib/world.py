"""A whole small world for end-to-end tests and the demo: PostgreSQL, a target database, a directory, the stand-in for
Jira, and Countersign itself. Everything is private and goes away with it."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import tempfile
import urllib.error
import urllib.request

from . import contract, pg, ports, prism, proc, slapd, wait

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "deploy" / "demo.d"
# Short waits, in the proportions that configuration demands.
TIMES = "{ call_timeout: 3s, lease: 5s, lateness: 500ms, index_lag: 500ms, grace: 7s, probe: 500ms, backoff: 300ms, " \
        "backoff_cap: 2s, recheck: 1s, return_after: 60s, sweep: 3s }"
EVENTS = ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated", "comment_deleted"]
PROPERTY_EVENTS = ["issue_property_set", "issue_property_deleted"]  # of Cloud
LOGIN = "countersign_daemon"
FAILED = set()  # files of tests with one that has failed


def http(method, url, body=None, headers=None, timeout=20):
    """(status, text). A refusal is an answer, not an error."""
    status, _, text = ask(method, url, body, headers, timeout)
    return status, text


def ask(method, url, body=None, headers=None, timeout=20):
    """(status, type of the content, text)"""
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return reply.status, reply.headers.get_content_type(), reply.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers.get_content_type(), refused.read().decode()


def digest(*paths):
    """A word for what the files are, and those of folders."""
    files = sorted(f for path in paths for f in ([path] if path.is_file() else path.rglob("*")) if f.is_file())
    return hashlib.sha256(b"\0".join(str(f.relative_to(ROOT)).encode() + f.read_bytes() for f in files)).hexdigest()[:16]


class World:
    def __init__(self, program=None, fsync=False, poll="1s", times=TIMES, webhooks=True, log="info", index_lag_ms=0,
                 fixed_ports=False, time_scale=50, auth=None, flavour="cloud", from_scratch=False):
        self.program = program or os.environ.get("COUNTERSIGN_RELEASE") or str(ROOT / "build" / "countersign")
        self.poll, self.times, self.webhooks, self.log, self.scale = poll, times, webhooks, log, time_scale
        self.index_lag_ms = index_lag_ms
        self.auth = auth  # how to sign in, as it stands in the configuration; @JIRA@ and @DIR@ are filled in
        self.flavour = flavour
        if flavour == "datacenter" and not auth:
            self.auth = '{ kind: bearer, token: "file:@DIR@/jira-token" }'
        self.from_scratch = from_scratch  # databases are made and migrated here, as an operator does it, not copied
        kept = {} if from_scratch else {"fill": self.fill, "filled_with": digest(ROOT / "sql", DEMO / "target.sql")}
        self.cluster = pg.Cluster(fsync=fsync, **kept)
        self.port, self.ops_port = (8470, 8472) if fixed_ports else ports.free_ports(2)
        self.jira_port = 8471 if fixed_ports else ports.free_port()
        self.services, self.readers = [], {}
        self.folder = self.prism = None
        self.forged = []  # what a test did behind the back of the evidence, as patterns of what `db verify` has to find of it at the end

    # --- life --------------------------------------------------------------------------------------------------------

    def start_database(self):
        self.folder = tempfile.mkdtemp(prefix="cs-world-")
        proc.at_end(self.remove)
        self.cluster.start()
        if self.from_scratch:
            self.make_databases(self.cluster)
        self.database, self.target = pg.Database(self.cluster, "countersign"), pg.Database(self.cluster, "target")

    @staticmethod
    def make_databases(cluster):
        cluster.database("countersign")
        cluster.database("target").psql(file=DEMO / "target.sql", user="postgres")

    def fill(self, cluster):
        self.make_databases(cluster)
        self.migrate_database(pg.Database(cluster, "countersign"))

    def start_directory(self):
        self.directory = slapd.Slapd(ldif=(DEMO / "target.ldif").read_text())
        self.directory.start()

    def start_jira(self):
        argv = ["/usr/bin/python3", ROOT / "test" / "jsm" / "jsm", "--port", self.jira_port, "--time-scale", self.scale,
                "--index-lag-ms", self.index_lag_ms, "--flavour", self.flavour]
        self.jira = proc.Process(argv, name="jira stand-in", ready=r"port")
        self.jira.start()
        self.jira_url = self.seen_url = f"http://127.0.0.1:{self.jira_port}"
        if program := os.environ.get("COUNTERSIGN_PRISM"):  # test/prism: the service sees the stand-in through it
            description = os.path.join(os.environ["COUNTERSIGN_PRISM_FILES"], f"{self.flavour}.json")
            assert os.path.exists(description), f"no OpenAPI file of flavour {self.flavour}"
            self.prism = prism.Prism(program, description, self.jira_url).start()
            self.seen_url = self.prism.url
        # as on a real site: the service account is an agent, and alone in the group that may close
        self.control("accounts", {"connector": {"groups": ["countersign", "service-desk-team", "jira-users"],
                                                "project_admin": True}})  # edits in silence

    def configure(self):
        for name, secret in (("jira-token", "connector-token"), ("webhook-secret", "a-webhook-secret"),
                             ("ldap-password", "reader-password"), ("api-token", "an-api-token-of-the-demo")):
            self.write(name, secret)
        values = {"DATABASE": self.database.dsn_as(LOGIN), "TARGET": self.target.dsn_as("sap_reader"),
                  "LDAP": self.directory.url, "JIRA": self.seen_url, "DIR": self.folder, "PORT": self.port,
                  "OPS_PORT": self.ops_port, "POLL": self.poll, "TIMES": self.times, "LOG": self.log}
        text = (DEMO / "countersign.yaml").read_text()
        if self.auth:
            text, found = re.subn(r"auth: \{ kind: basic.*\}", lambda _: f"auth: {self.auth}", text)
            assert found == 1
        text = text.replace("flavour: cloud", f"flavour: {self.flavour}")
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        self.config = self.write("countersign.yaml", text)
        shutil.copy(DEMO / "mapping.yaml", self.folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def migrate_database(self, database):
        proc.run([self.program, "db", "migrate", "--conninfo", database.dsn])
        database.psql(f"create role {LOGIN} login in role countersign_service, countersign_ingest")

    def migrate(self):
        if self.from_scratch:
            self.migrate_database(self.database)

    def start(self):
        self.start_database()
        self.start_directory()
        self.start_jira()
        self.configure()
        self.migrate()
        self.start_service()
        if self.webhooks:
            self.register_webhook()
        return self

    def start_service(self, env=None):
        ready = os.path.join(self.folder, f"ready-{len(self.services)}")
        service = proc.Process([self.program, "serve", "--config", self.config, "--port-file", ready], name="countersign",
                               env=env, ready=lambda: os.path.exists(ready), timeout=20)
        service.start()
        self.services.append(service)
        return service

    def restart_service(self):
        self.service.stop()
        return self.start_service()

    @property
    def service(self):
        return self.services[-1]

    def register_webhook(self):
        if self.flavour == "datacenter":  # an administrator does it on a page
            self.control("webhooks", {"url": self.hook_url, "events": EVENTS, "secret": "a-webhook-secret"})
            return
        status, text = http("POST", f"{self.jira_url}/rest/webhooks/1.0/webhook",
                            {"name": "countersign", "url": self.hook_url, "events": EVENTS + PROPERTY_EVENTS,
                             "secret": "a-webhook-secret"},
                            {"Authorization": "Basic YWRtaW5AZXhhbXBsZS5jb206YWRtaW4tdG9rZW4=", "Content-Type": "application/json"})
        assert status == 201, text

    def close(self):
        for service in self.services:
            if service.running:
                service.stop()
        for reader in self.readers.values():
            reader.close()
        complaints = []
        if self.prism:
            complaints = self.prism.complaints()
            self.prism.stop()
        findings = self.findings() if self.is_held_to_its_evidence() else []
        self.jira.stop()
        self.directory.close()
        self.cluster.close()
        self.remove()
        assert not complaints, "against the OpenAPI files:\n" + "\n".join(complaints)
        assert not findings, "db verify, when all was over:\n" + "\n".join(findings)

    def is_held_to_its_evidence(self):
        """Where a test closes it, and none of its file has failed, which may leave anything."""
        file = os.environ.get("PYTEST_CURRENT_TEST", "").split("::")[0]
        return file and file not in FAILED

    def findings(self):
        """What `db verify` finds, by the owner's eyes, that no test has forged; and what a test has forged that it does not find."""
        told = self.countersign("db", "verify", "--json", "--conninfo", self.database.dsn, check=False)
        *lines, whole = map(json.loads, told.stdout.splitlines())
        found = [f"{x['kind']} {x['object']} {x['is']}" for x in lines if x["is"] != "retained"] or ([] if whole["ok"] else [told.stdout + told.stderr])
        return [what for what in found if not any(re.search(forged, what) for forged in self.forged)] + \
               [f"not found: {forged}" for forged in self.forged if not any(re.search(forged, what) for what in found)]

    def remove(self):
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if kind:
            FAILED.add(os.environ.get("PYTEST_CURRENT_TEST", "").split("::")[0])
        self.close()

    # --- people and machines -----------------------------------------------------------------------------------------

    @property
    def hook_url(self):
        return f"http://127.0.0.1:{self.port}/webhook/jira/acme"

    def countersign(self, *arguments, check=True):
        config = [] if "--conninfo" in arguments or not hasattr(self, "config") else ["--config", self.config]
        return proc.run([self.program, *arguments, *config], check=check)

    def control(self, what, body=None, method=None):
        method = method or ("GET" if body is None else "POST")
        status, text = http(method, f"{self.jira_url}/_control/{what}", body, {"Content-Type": "application/json"})
        assert status == 200, f"{what} {body}: {status} {text}"
        return json.loads(text)

    def act(self, do, issue=None, actor="agent", **more):
        done = self.control("act", {"do": do, "actor": actor, **({"issue": issue} if issue else {}), **more})
        assert done.get("status", 200) < 400, done
        return done.get("issue")

    def fault(self, kind, method="POST", path="", count=1, **effect):
        self.control("faults", {"method": method, "path": path, "count": count, "effect": {"kind": kind, **effect}})

    def no_faults(self):
        self.control("faults", method="DELETE")

    def ask(self, request_type, person, role, system, summary):
        fields = {"summary": summary, "customfield_10061": person, "customfield_10052": role,
                  "customfield_10050": {"value": system}}
        return self.act("request", actor="customer", requestTypeId=request_type,
                        fields={k: v for k, v in fields.items() if v})["key"]

    def ask_removal(self, person="okafor", role="fin-ledger-admin", project="IAM", system="SAP FIN"):
        return self.ask({"IAM": "31", "OPS": "41"}[project], person, role, system, f"Remove {role} from {person}")

    def ask_grant(self, person="reyes", role="fin-viewer", system="SAP FIN"):
        return self.ask("30", person, role, system, f"Give {role} to {person}")

    def late_twin(self, request, fields, *deeds):
        """What a create that Jira carries out late makes, and what people do to it at once."""
        number = self.control("state")["projects"]["IAM"]["next_number"]
        label = "gar-" + request.replace("-", "")
        bind = {"site": "acme", "site_id": self.jira_url, "request": request}
        self.control("act", [{"do": "create", "actor": "connector", "fields": {**fields, "labels": [label]},
                              "properties": [{"key": "gar.bind", "value": bind}]},
                             *({"actor": "agent", "issue": f"IAM-{number}", **deed} for deed in deeds)])
        return f"IAM-{number}"

    def edit_file(self, name, old, new):
        with open(f"{self.folder}/{name}") as file:
            text = file.read()
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def resolve(self, key):
        return self.act("transition", key, name="Resolve")

    def has_role(self, person, role, has):
        """Somebody really does it in the target system."""
        pick = f"(select id from app_user where login = '{person}'), (select id from app_role where name = '{role}')"
        self.in_target(f"insert into app_user_role values ({pick}) on conflict do nothing" if has else
                       f"delete from app_user_role where (user_id, role_id) = ({pick})")

    def in_target(self, text):
        """SQL, harmless when it is done twice, in the session that stays."""
        return self.readers.setdefault("target", self.target.reader()).ask(text)

    def sql(self, text, user=None):
        if not text.startswith("select "):
            return self.database.psql(text, user=user)
        if user not in self.readers:
            self.readers[user] = self.database.reader(user)
        return self.readers[user].ask(text)

    @property
    def api_port(self):
        return self.port

    def api(self, method, path, body=None, key=None, token="an-api-token-of-the-demo"):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        status, kind, text = ask(method, f"http://127.0.0.1:{self.api_port}{path}", body, headers)
        contract.check(method, path, body, status, kind, text)
        return status, json.loads(text)

    def request(self, key):
        """The governed request of a ticket, as a dict; None when there is none yet."""
        row = self.sql("select row_to_json(r) from governance.access_request r join governance.ticket t on t.request_id = r.id "
                       f"where t.issue_key = '{key}'")
        return json.loads(row) if row else None

    def ticket(self, key):
        return self.control(f"state?issue={key}")

    def said(self, key):
        """What the two fields say: (Access check, Access check reason)."""
        values = self.ticket(key)["values"]
        return values.get("customfield_10080"), values.get("customfield_10081") or ""

    def marked(self, request_id):
        """Live tickets that carry the request's marker."""
        found = self.control("oracle")["markers"].get("gar-" + request_id.replace("-", ""), [])
        return [t for t in found if t["live"]]

    def until_phase(self, key, *phases, timeout=20):
        def probe():
            found = self.request(key)
            return found if found and found["phase"] in phases else None
        return self.until(key, probe, timeout, f"{key} in {phases}")

    def until_status(self, key, status, timeout=20):
        return self.until(key, lambda: (t := self.ticket(key)) and t["status"] == status and t, timeout, f"{key} in '{status}'")

    def until(self, key, probe, timeout, what):
        """Waits for a ticket; when it does not come, says what an operator would look at."""
        try:
            return wait.until(probe, timeout, what=what)
        except wait.Timeout as late:
            ticket = self.ticket(key)
            work = self.sql("select f.kind, f.state, f.attempt, f.failures, f.why, f.run_after - clock_timestamp() from governance.flow f "
                            f"join governance.ticket t using (request_id) where t.issue_key = '{key}' order by f.id")
            raise wait.Timeout(f"{late}\nthe ticket is in {ticket['status']!r}; its work:\n{work}\n"
                               f"{self.countersign('request', 'show', key, check=False).stdout}") from None
