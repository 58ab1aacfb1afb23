"""Somebody takes the reader's rights away while removals wait to be proven that nobody made: none is closed, and each is told to
somebody. As in test_truth.py for SQL; here at a directory and at a SCIM server."""
import contextlib
import json
import pathlib
import runpy

import pytest

from lib import slapd, wait, world

Scimmy = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "readers" / "scim_peer.py"))["Scimmy"]
MAY_READ = "dn: cn=may-read,dc=example,dc=com\nobjectClass: groupOfNames\ncn: may-read\nmember: cn=reader,dc=example,dc=com\nmember: cn=admin,dc=example,dc=com\n\n"
RIGHTS = """access to attrs=userPassword by anonymous auth
access to attrs=member by group.exact="cn=may-read,dc=example,dc=com" read by * none
access to * by dn.exact="cn=reader,dc=example,dc=com" read by anonymous auth"""
PEOPLE, GROUPS = ("okafor", "reyes"), ("finance", "audit")
SCIM = """  - name: cloud
    label: Cloud
    kind: scim
    settle: 1s
    confirmations: 2
    timeout: 5s
    secret: "file:@DIR@/scim-token"
    canary: { account: canary, entitlement: watch }
    connection: { url: "@SCIM@", insecure: "true" }
"""


class Revocable(world.World):
    """The directory shows members to whoever is in a group; Workday is a SCIM server."""

    def start_directory(self):
        groups = "".join(f"dn: cn={g},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {g}\n"
                         + "".join(f"member: uid={p},ou=people,dc=example,dc=com\n" for p in PEOPLE) + "\n" for g in GROUPS)
        self.directory = slapd.Slapd(ldif=(world.DEMO / "target.ldif").read_text() + "\n" + MAY_READ + groups, more=RIGHTS)
        self.directory.start()
        self.scimmy = Scimmy()
        ids = {name: self.scimmy.user(name) for name in ("canary", *PEOPLE)}
        self.scimmy.group("watch", ids["canary"])
        self.groups = {g: self.scimmy.group(g, *(ids[p] for p in PEOPLE)) for g in GROUPS}
        self.ids = ids

    def configure(self):
        super().configure()
        self.write("scim-token", "reader-token")
        source = SCIM.replace("@DIR@", self.folder).replace("@SCIM@", self.scimmy.url)
        self.edit_file("countersign.yaml", "  - name: directory\n", source + "  - name: directory\n")
        with open(f"{self.folder}/mapping.yaml") as file:
            text = file.read().replace('"SAP FIN": sap-fin', '"SAP FIN": sap-fin, "Workday": cloud')
        self.write("mapping.yaml", text)

    def close(self):
        self.scimmy.close()
        super().close()

    # how rights go, how they come back, and how a removal is really made

    def directory_goes(self):
        self.directory.modify("dn: cn=may-read,dc=example,dc=com\nchangetype: modify\ndelete: member\nmember: cn=reader,dc=example,dc=com\n")

    def directory_comes(self):
        self.directory.modify("dn: cn=may-read,dc=example,dc=com\nchangetype: modify\nadd: member\nmember: cn=reader,dc=example,dc=com\n")

    def directory_removes(self, person, group):
        self.directory.modify(f"dn: cn={group},ou=groups,dc=example,dc=com\nchangetype: modify\ndelete: member\n"
                              f"member: uid={person},ou=people,dc=example,dc=com\n")

    def cloud_goes(self):
        self.scimmy.mood(hidden=["watch", *GROUPS])

    def cloud_comes(self):
        self.scimmy.mood(hidden=[])

    def cloud_removes(self, person, group):
        self.scimmy.patch("Groups", self.groups[group], op="remove", path=f'members[value eq "{self.ids[person]}"]')


@pytest.fixture(scope="module")
def site():
    made = Revocable()
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.mark.parametrize("source, system", [("directory", "Directory"), ("cloud", "Workday")])
def test_none_is_closed_and_somebody_is_told(site, source, system):
    pairs = [(person, GROUPS[n]) for n, person in enumerate(PEOPLE)]  # one of each group: no group loses its last member
    keys = [site.ask_removal(person, group, system=system) for person, group in pairs]
    for key in keys:
        site.until_phase(key, "fulfilling", timeout=60)
    getattr(site, f"{source}_goes")()
    with contextlib.ExitStack() as back:
        back.callback(getattr(site, f"{source}_comes"))
        for key in keys:
            site.resolve(key)
        ours = "request_id in ('" + "', '".join(site.request(key)["id"] for key in keys) + "')"
        seen = f"from governance.observation o join governance.request_item i on i.id = o.item_id where {ours}"
        wait.until(lambda: site.sql(f"select count(distinct request_id) from governance.escalation where reason = 'SourceUnreadable' and {ours}")
                   == str(len(keys)), 60, what="each is told to somebody")
        assert site.sql(f"select count(*) {seen} and o.outcome = 'absent'") == "0"
        assert site.sql(f"select string_agg(distinct o.reason, ' ') {seen}") == "MembersNotVisible"
        assert {site.request(key)["phase"] for key in keys} <= {"claimed", "verifying"}
        shown = json.loads(site.countersign("reconcile", "show", keys[0], "--json").stdout)
        assert shown["items"][0]["why"] == "Unreadable"
    for key, pair in zip(keys, pairs):
        getattr(site, f"{source}_removes")(*pair)
    for key in keys:
        site.until_phase(key, "closed", timeout=60)
