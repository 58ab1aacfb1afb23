"""Accounts by objectGUID, disabled ones, renames, rights taken away: as Active Directory has them."""
import collections
import contextlib
import json
import os
import pathlib
import runpy
import shutil
import socket
import subprocess
import tempfile

import pytest

from lib import proc, wait, world

READERS = pathlib.Path(__file__).resolve().parents[1] / "readers" / "conftest.py"
ask = runpy.run_path(str(READERS))["ask"]  # there are several files of that name

HOST, BASE, PASSWORD = "127.0.0.77", "DC=ad,DC=example,DC=com", "Passw0rd!x"
CANARY = ("canary", "watch")
if os.geteuid() != 0 or not shutil.which("samba-tool"):
    pytest.skip("needs root and Samba: deploy/setup --with samba", allow_module_level=True)


class Domain:
    def __init__(self, folder):
        self.folder = folder
        self.tool("domain", "provision", f"--targetdir={folder}", "--realm=AD.EXAMPLE.COM", "--domain=ADEX", "--server-role=dc",
                  "--dns-backend=NONE", f"--adminpass={PASSWORD}", "--host-name=dc1", f"--host-ip={HOST}",
                  f"--option=interfaces={HOST}/8", "--option=bind interfaces only=yes", config=False)
        config = pathlib.Path(folder, "etc", "smb.conf")
        config.write_text(config.read_text().replace("[global]", "[global]\n\tserver services = ldap\n"
                                                     "\tldap server require strong auth = no", 1))
        self.config = config
        self.server = proc.Process(["/usr/sbin/samba", "-F", "-M", "single", "-s", str(config), "--no-process-group", "--debug-stdout"],
                                   name="samba")
        self.server.start()
        wait.until(self.answers, 60, what="the domain answers")
        for name in ("reader", "canary", "ada", "ben"):
            self.tool("user", "create", name, PASSWORD)
        for name, members in (("watch", "canary"), ("finance", "canary,ada")):
            self.tool("group", "add", name)
            self.tool("group", "addmembers", name, members)

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection((HOST, 389), 1):
            return self.search("(objectClass=domain)") or None
        return None

    def tool(self, *words, config=True):
        where = ["-H", f"{self.folder}/private/sam.ldb", "-s", str(self.config)] if config else []
        done = subprocess.run(["samba-tool", *words, *where], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def search(self, what, user="Administrator"):
        done = subprocess.run(["ldapsearch", "-x", "-LLL", "-H", f"ldap://{HOST}", "-D", f"{user}@ad.example.com", "-w", PASSWORD,
                               "-b", BASE, "-s", "sub", what, "1.1"], capture_output=True, text=True, timeout=30)
        return done.stdout

    def modify(self, ldif):
        subprocess.run(["ldapmodify", "-x", "-H", f"ldap://{HOST}", "-D", "Administrator@ad.example.com", "-w", PASSWORD], input=ldif,
                       text=True, capture_output=True, check=True, timeout=30)

    def close(self):
        self.server.stop()


@pytest.fixture(scope="module")
def domain():
    with tempfile.TemporaryDirectory(prefix="cs-samba-") as folder:
        with contextlib.closing(Domain(folder)) as made:
            yield made


def read(domain, *pairs, after=None, canary=CANARY, **more):
    settings = {"uri": f"ldap://{HOST}", "base": BASE, "bind_dn": "reader@ad.example.com", "insecure": "true",
                "people_filter": "(sAMAccountName=%s)", "people_base": f"CN=Users,{BASE}", "group_base": f"CN=Users,{BASE}", **more}
    return ask("ldap", settings, pairs, canary, PASSWORD, 20000, after=after)


def say(answer):
    return answer["outcome"], answer["account"], answer["reason"]


def test_present_absent_and_disabled(domain):
    ada, ben, nobody, nothing = read(domain, ("ada", "finance"), ("ben", "finance"), ("nobody", "finance"), ("ada", "never-was"))
    assert say(ada) == ("present", "active", "Ok") and len(ada["id"]) == 32, ada
    assert say(ben) == ("absent", "active", "Ok") and ben["canary"]
    assert say(nobody) == ("absent", "missing", "AccountMissing")
    assert say(nothing)[::2] == ("unknown", "EntitlementNotFound")
    domain.tool("user", "disable", "ada")
    try:
        assert say(*read(domain, ("ada", "finance"))) == ("present", "disabled", "Ok")
    finally:
        domain.tool("user", "enable", "ada")


def test_renamed_replaced_and_gone_by_objectguid(domain):
    domain.tool("user", "create", "yan", PASSWORD)
    domain.tool("group", "addmembers", "finance", "yan")
    answer, = read(domain, ("yan", "finance"))
    pin = answer["id"]
    domain.modify(f"dn: CN=yan,CN=Users,{BASE}\nchangetype: modify\nreplace: sAMAccountName\nsAMAccountName: yannick\n-\n"
                  "replace: userPrincipalName\nuserPrincipalName: yannick@ad.example.com\n")
    assert say(*read(domain, ("yan", "finance"))) == ("absent", "missing", "AccountMissing"), "what the name alone says"
    answer, = read(domain, ("yan", "finance"), pin=pin)
    assert say(answer) == ("present", "active", "Ok") and answer["id"] == pin
    domain.modify(f"dn: CN=yan,CN=Users,{BASE}\nchangetype: modrdn\nnewrdn: CN=yannick\ndeleteoldrdn: 1\n")
    domain.tool("user", "create", "yan", PASSWORD)
    assert say(*read(domain, ("yan", "finance"), pin=pin)) == ("absent", "replaced", "AccountReplaced")
    domain.tool("user", "delete", "yan")
    domain.tool("user", "delete", "yannick")
    gone, = read(domain, ("yan", "finance"), pin=pin)
    assert say(gone) == ("absent", "missing", "AccountMissing") and gone["canary"]


def test_the_primary_group(domain):
    """In no list of members and in no memberOf: Domain Users, and whichever group an account names instead."""
    users, finance = read(domain, ("ben", "Domain Users"), ("ben", "finance"))
    assert say(users) == ("present", "active", "Ok") and users["via"] == "primary_group", users
    assert say(finance) == ("absent", "active", "Ok")
    domain.tool("group", "addmembers", "finance", "ben")
    rid = domain.tool("group", "show", "finance", "--attributes=objectSid").split("objectSid: ")[1].split()[0].rsplit("-", 1)[1]
    domain.modify(f"dn: CN=ben,CN=Users,{BASE}\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: {rid}\n")
    try:
        answer, = read(domain, ("ben", "finance"))
        assert say(answer) == ("present", "active", "Ok") and answer["via"] == "primary_group", answer
    finally:
        domain.modify(f"dn: CN=ben,CN=Users,{BASE}\nchangetype: modify\nreplace: primaryGroupID\nprimaryGroupID: 513\n")
        domain.tool("group", "removemembers", "finance", "ben")
    assert say(*read(domain, ("ben", "finance"))) == ("absent", "active", "Ok")


def test_a_primary_group_that_is_hidden(domain):
    """The reader does not see which group is the account's primary one: perhaps this."""
    sid = domain.tool("user", "show", "reader", "--attributes=objectSid").split("objectSid: ")[1].split()[0]
    domain.tool("user", "create", "hid", PASSWORD)
    domain.tool("dsacl", "set", f"--objectdn=CN=hid,CN=Users,{BASE}",
                f"--sddl=(OD;;RP;bf967a00-0de6-11d0-a285-00aa003049e2;;{sid})")  # primaryGroupID
    assert say(*read(domain, ("hid", "finance")))[::2] == ("unknown", "PrimaryGroupHidden")


def test_through_other_groups(domain):
    """By the server's own rule, which leaves out the primary group: that one's groups are asked for as well."""
    domain.tool("user", "create", "nia", PASSWORD)
    for name, members in (("inner", "nia"), ("middle", "inner"), ("outer", "middle"), ("everybody", "Domain Users")):
        domain.tool("group", "add", name)
        domain.tool("group", "addmembers", name, members)
    nia, inner, ben, primary, reader = read(domain, ("nia", "outer"), ("nia", "inner"), ("ben", "outer"), ("ben", "everybody"), ("ben", "middle"))
    assert (say(nia), nia["via"]) == (("present", "active", "Ok"), "nested"), nia
    assert inner["via"] == "direct" and say(ben) == ("absent", "active", "Ok") == say(reader)
    assert (say(primary), primary["via"]) == (("present", "active", "Ok"), "nested"), primary
    domain.tool("group", "removemembers", "inner", "nia")
    assert say(*read(domain, ("nia", "outer"))) == ("absent", "active", "Ok")


def test_what_a_group_lies_in(domain):
    """As each group itself says what it is a member of."""
    for name, members in (("part", "ben"), ("whole", "part"), ("all", "whole")):
        domain.tool("group", "add", name)
        domain.tool("group", "addmembers", name, members)
    part, whole, top = read(domain, ("ben", "part"), ("ben", "whole"), ("ben", "all"), within="true")
    ids = [part["entitlement_id"], whole["entitlement_id"], top["entitlement_id"]]
    assert part["within"].split("\n")[0] == ids[0] and sorted(part["within"].split("\n")) == sorted(ids), part
    assert sorted(whole["within"].split("\n")) == sorted(ids[1:]) and top["within"] == ids[2]


def test_a_rule_that_shows_nothing(domain):
    """The reader does not see which groups accounts are in: the rule then finds nobody in any, the canary neither."""
    sid = domain.tool("user", "show", "reader", "--attributes=objectSid").split("objectSid: ")[1].split()[0]
    domain.tool("user", "create", "dim", PASSWORD)
    domain.tool("group", "addmembers", "watch", "dim")
    assert say(*read(domain, ("ben", "finance"), canary=("dim", "watch"))) == ("absent", "active", "Ok")
    domain.tool("dsacl", "set", f"--objectdn=CN=dim,CN=Users,{BASE}", f"--sddl=(OD;;RP;bf967991-0de6-11d0-a285-00aa003049e2;;{sid})")
    assert say(*read(domain, ("ben", "finance"), canary=("dim", "watch")))[::2] == ("unknown", "NestedNotVisible")
    assert say(*read(domain, ("ben", "finance"), canary=("dim", "watch"), nested="false")) == ("absent", "active", "Ok")


def test_rights_taken_away_in_the_middle(domain):
    """The reader may no longer read members: of a thousand removals that were not made none is believed."""
    sid = domain.tool("user", "show", "reader", "--attributes=objectSid").split("objectSid: ")[1].split()[0]

    def revoke():
        for group in ("watch", "finance"):
            domain.tool("dsacl", "set", f"--objectdn=CN={group},CN=Users,{BASE}", f"--sddl=(D;;RPLCRC;;;{sid})")
    answers = read(domain, *[("ada", "finance")] * 1000, at_once=60, after=(30, revoke))
    told = collections.Counter((a["outcome"], a["reason"]) for a in answers)
    assert len(answers) == 1000 and not [a for a in answers if a["outcome"] == "absent"], told
    assert 30 <= told["present", "Ok"] < 940, told


SOURCE = f"""  - name: domain
    label: Domain
    kind: ldap
    settle: 1s
    confirmations: 2
    timeout: 10s
    secret: "file:@DIR@/domain-password"
    canary: {{ account: canary, entitlement: lodge }}
    connection: {{ uri: "ldap://{HOST}", base: "{BASE}", bind_dn: reader@ad.example.com, insecure: "true",
                  people_filter: "(sAMAccountName=%s)", people_base: "CN=Users,{BASE}", group_base: "CN=Users,{BASE}" }}
"""


class Governed(world.World):
    """The whole service, with the domain as what tickets call Workday."""

    def configure(self):
        super().configure()
        self.write("domain-password", PASSWORD)
        self.edit_file("countersign.yaml", "  - name: directory\n", SOURCE.replace("@DIR@", self.folder) + "  - name: directory\n")
        with open(f"{self.folder}/mapping.yaml") as file:
            text = file.read().replace('"SAP FIN": sap-fin', '"SAP FIN": sap-fin, "Workday": domain')
        self.write("mapping.yaml", text)


def test_rights_taken_away_are_told_and_close_nothing(domain):
    """Removals that nobody made wait to be proven when the rights go: each is told to somebody, and closes once it can be seen again."""
    domain.tool("group", "add", "shunned")  # whoever is in it sees neither of these groups
    sid = domain.tool("group", "show", "shunned", "--attributes=objectSid").split("objectSid: ")[1].split()[0]
    for group, members in (("lodge", "canary"), ("till", "ada,ben")):
        domain.tool("group", "add", group)
        domain.tool("group", "addmembers", group, members)
        domain.tool("dsacl", "set", f"--objectdn=CN={group},CN=Users,{BASE}", f"--sddl=(D;;RPLCRC;;;{sid})")
    with Governed() as site:
        tried = json.loads(site.countersign("source", "test", "domain", "--json").stdout)
        assert "CN=NTDS Settings,CN=DC1" in tried["found"]["domain controller"] and int(tried["found"]["highestCommittedUSN"]) > 0, tried
        keys = [site.ask_removal(person, "till", system="Workday") for person in ("ada", "ben")]
        for key in keys:
            site.until_phase(key, "fulfilling", timeout=60)
        domain.tool("group", "addmembers", "shunned", "reader")
        for key in keys:
            site.resolve(key)
        ours = "request_id in ('" + "', '".join(site.request(key)["id"] for key in keys) + "')"
        seen = f"from governance.observation o join governance.request_item i on i.id = o.item_id where {ours}"
        wait.until(lambda: site.sql(f"select count(distinct request_id) from governance.escalation where reason = 'SourceUnreadable' and {ours}")
                   == str(len(keys)), 60, what="each is told to somebody")
        assert site.sql(f"select count(*) {seen} and o.outcome = 'absent'") == "0"
        assert {site.request(key)["phase"] for key in keys} <= {"claimed", "verifying"}
        domain.tool("group", "removemembers", "shunned", "reader")
        domain.tool("group", "removemembers", "till", "ada,ben")
        for key in keys:
            site.until_phase(key, "closed", timeout=60)
    assert "Sanitizer" not in site.service.stderr, site.service.told()
