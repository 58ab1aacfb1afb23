"""A world with several Jira sites: a stand-in each, one service. The first is the world's own, `acme`."""
import re
import time

from . import ports, proc, world


class Sites(world.World):
    def __init__(self, count, concurrency=None, delay_ms=0, connections=None, **more):
        """concurrency: calls at once to each site; connections: to the database; None: as configured by default."""
        super().__init__(webhooks=False, **more)
        self.names = ["acme"] + [f"site{n}" for n in range(2, count + 1)]
        self.concurrency, self.delay_ms, self.connections = concurrency, delay_ms, connections
        self.jiras = {}

    def start_jira(self):
        super().start_jira()
        self.jiras = {"acme": (self.jira, self.jira_url)}
        for name in self.names[1:]:
            port = ports.free_port()
            process = proc.Process(["/usr/bin/python3", world.ROOT / "test" / "jsm" / "jsm", "--port", port, "--time-scale",
                                    self.scale], name=f"jira stand-in {name}", ready=r"port")
            process.start()
            self.jiras[name] = (process, f"http://127.0.0.1:{port}")
            self.at(name, "accounts", {"connector": {"groups": ["countersign", "service-desk-team", "jira-users"]}})
        if self.delay_ms:
            for name in self.names:
                self.at(name, "faults", {"effect": {"kind": "delay", "ms": self.delay_ms}})

    def configure(self):
        super().configure()
        with open(self.config) as file:
            text = file.read()
        if self.concurrency:
            text = text.replace("    poll_interval:", f"    concurrency: {self.concurrency}\n    poll_interval:")
        if self.connections:
            text = text.replace("database: { ", f"database: {{ connections: {self.connections}, ")
        block = re.search(r"  - name: acme\n.*?(?=^sources:)", text, re.M | re.S).group(0)
        copies = [block.replace("name: acme", f"name: {name}").replace(self.jira_url, self.jiras[name][1])
                  for name in self.names[1:]]
        self.config = self.write("countersign.yaml", text.replace(block, block + "".join(copies)))

    def at(self, name, what, body=None, method=None):
        """control(), of that site."""
        own, self.jira_url = self.jira_url, self.jiras[name][1]
        try:
            return self.control(what, body, method)
        finally:
            self.jira_url = own

    def wish(self, key, site="acme", kind="removal", **more):
        """The identity platform asks; the id of the request."""
        body = {"kind": kind, "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-ledger-admin",
                "requester": "hr-system", "justification": "a test", "site": site, **more}
        status, made = self.api("POST", "/v1/access-requests", body, key)
        assert status == 201, made
        return made["id"]

    def created(self, site="acme"):
        """Calls of ours that made a ticket there, in their order."""
        calls = self.at(site, "calls?actor=connector&method=POST")["calls"]
        return [c for c in calls if c["route"] == "/rest/api/3/issue" and c["executed"]]

    def close(self):
        for process, _ in self.jiras.values():
            if process is not self.jira:
                process.stop()
        super().close()

    # --- work that is queued first, and let go together ---------------------------------------------------------------

    def hold(self):
        """Outbound work waits from now on."""
        self.database.psql("""create function public.hold() returns trigger language plpgsql as
            $$ begin new.run_after := 'infinity'; return new; end $$;
            create trigger zz_hold before insert on governance.flow for each row execute function public.hold()""", user="postgres")

    def let_go(self):
        """What waits is due now; returns the monotonic time."""
        self.database.psql("drop trigger zz_hold on governance.flow; drop function public.hold", user="postgres")
        self.database.psql("update governance.flow set run_after = clock_timestamp(), version = version + 1 where run_after = 'infinity'",
                           user="postgres")
        return time.monotonic()

    def queued(self):
        return int(self.sql("select count(*) from governance.flow where kind = 'create_ticket' and run_after = 'infinity'"))

    def bound(self, *names):
        listed = ", ".join(f"'{name}'" for name in names)
        return int(self.sql(f"select count(*) from governance.ticket where request_id is not null and site in ({listed})"))
