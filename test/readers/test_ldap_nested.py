"""Groups in groups where a directory does not follow them itself. What was not looked through, or not in time, is never an absent."""
import contextlib
import re
import socket
import threading
import time

import pytest

from conftest import GROUPS, PEOPLE, ask, group, person
from lib import slapd
from test_ldap import AD_TYPES, CANARY, holding, read, say, sid

BELOW = {"group_base": "ou=groups,dc=example,dc=com"}


def archive(directory, name):
    """Moves a group out of group_base; whoever has it as a member calls it by its new name."""
    if not directory.search("(ou=archive)"):
        directory.add("dn: ou=archive,dc=example,dc=com\nobjectClass: organizationalUnit\nou: archive\n\n")
    directory.modify(f"dn: cn={name},ou=groups,dc=example,dc=com\nchangetype: modrdn\nnewrdn: cn={name}\ndeleteoldrdn: 0\n"
                     "newsuperior: ou=archive,dc=example,dc=com\n")


def test_a_group_that_was_moved(directory):
    directory.add(person("mia") + group("near", "mia") + holding("far", "near"))
    answer, = read(directory, ("mia", "far"), **BELOW)
    assert (say(answer), answer["via"]) == (("present", "Ok"), "nested")
    archive(directory, "far")
    for base in (BELOW["group_base"], "OU=groups, dc=example,dc=com"):
        mia, ben = read(directory, ("mia", "far"), ("ben", "far"), entitlement_pin=answer["entitlement_id"], group_base=base)
        assert (say(mia), mia["via"]) == (("present", "Ok"), "nested"), mia
        assert say(ben) == ("absent", "Ok") and ben["canary"]


def test_a_group_in_between_that_was_moved(directory):
    directory.add(person("lea") + group("low", "lea") + holding("mid", "low") + holding("high", "mid"))
    archive(directory, "mid")
    lea, = read(directory, ("lea", "high"), **BELOW)
    assert (say(lea), lea["via"]) == (("present", "Ok"), "nested"), lea


def test_groups_beside_the_base(directory):
    """Who sets a base of people alone has its groups looked for below group_base, too."""
    directory.add(person("kim") + group("one", "kim") + holding("two", "one"))
    kim, ben = read(directory, ("kim", "two"), ("ben", "two"), base="ou=people,dc=example,dc=com", **BELOW)
    assert (say(kim), kim["via"]) == (("present", "Ok"), "nested") and say(ben) == ("absent", "Ok")


def test_what_a_group_lies_in(directory):
    """Whoever gets it gets all of that: by their ids, whatever they are called, and however far up."""
    directory.add(person("joan") + group("part", "joy") + holding("whole", "part") + holding("all", "whole"))
    directory.modify("dn: cn=part,ou=groups,dc=example,dc=com\nchangetype: modify\nadd: member\nmember: cn=all,ou=groups,dc=example,dc=com\n")
    part, whole, top, alone = read(directory, ("ada", "PART"), ("ada", "whole"), ("ada", "all"), ("ada", "finance"), within="true")
    ids = [part["entitlement_id"], whole["entitlement_id"], top["entitlement_id"]]
    assert part["within"].split("\n")[0] == ids[0] and sorted(part["within"].split("\n")) == sorted(ids), part
    assert sorted(top["within"].split("\n")) == sorted(ids), "groups in each other"
    assert alone["within"] == alone["entitlement_id"], "it lies in itself alone"
    flat, = read(directory, ("ada", "part"), within="true", nested="false")
    assert flat["within"] == ids[0], "who says so is told of no other"
    unasked, = read(directory, ("ada", "part"))
    assert "within" not in unasked


def test_more_than_anybody_lists(directory):
    directory.add(group("leaf", "ada") + "".join(holding(f"tree-{n}", "leaf") for n in range(130)))
    lost, = read(directory, ("ada", "leaf"), within="true")
    assert say(lost) == ("unknown", "GroupsTooMany") and "within" not in lost


KNOWN = "objectClass: extensibleObject\n"


def domain_like():
    """Accounts and groups as Active Directory has them, behind a root that does not say so: ada's primary group is in another."""
    ldif = PEOPLE.replace("uid: ada\n", f"uid: ada\n{KNOWN}objectSid:: {sid(1105)}\nuserAccountControl: 512\nprimaryGroupID: 513\n")
    for name, rid in (("watch", 1110), ("users", 513), ("admins", 512)):
        ldif += group(name, "canary").rstrip("\n") + f"\n{KNOWN}objectSid:: {sid(rid)}\n\n"
    return ldif + holding("outer", "users").rstrip("\n") + f"\n{KNOWN}objectSid:: {sid(1200)}\n\n"


def test_the_groups_of_a_primary_group():
    pairs = [("ada", "outer"), ("ada", "admins"), ("ben", "outer")]
    with slapd.Slapd(ldif=domain_like(), before=AD_TYPES) as directory:
        def answers():
            return ask("ldap", {"uri": directory.url, "base": "dc=example,dc=com", "bind_dn": directory.admin_dn, "insecure": "true"},
                       pairs, CANARY, directory.admin_password)
        outer, admins, ben = answers()
        assert (say(outer), outer["via"]) == (("present", "Ok"), "nested"), outer
        assert say(admins) == ("absent", "Ok") == say(ben)
        directory.modify("dn: cn=users,ou=groups,dc=example,dc=com\nchangetype: modify\ndelete: objectSid\n")
        assert [say(a) for a in answers()] == [("unknown", "PrimaryGroupHidden")] * 2 + [("absent", "Ok")], "nobody has that identifier"
        directory.modify("dn: uid=ada,ou=people,dc=example,dc=com\nchangetype: modify\ndelete: primaryGroupID\n")
        assert [say(a) for a in answers()] == [("unknown", "PrimaryGroupHidden")] * 2 + [("absent", "Ok")], "an account has one"


class Between:
    """Stands between a reader and a directory: what the reader sends, or of it what `slow` matches, waits for wait_s; a request that
    `marked` matches is answered by answer(message id) instead."""

    def __init__(self, directory, wait_s=0.0, marked=None, answer=None, slow=b""):
        self.port, self.wait_s, self.marked, self.answer = directory.port, wait_s, marked, answer
        self.slow, self.slowed = slow, 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"ldap://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                reader, _ = self.listening.accept()
                there = socket.create_connection(("127.0.0.1", self.port))
                threading.Thread(target=self.forward, args=(reader, there), daemon=True).start()
                threading.Thread(target=self.back, args=(there, reader), daemon=True).start()

    def forward(self, reader, there):
        with contextlib.suppress(OSError):
            while sent := reader.recv(65536):
                if re.search(self.slow, sent, re.DOTALL):
                    self.slowed += 1
                    time.sleep(self.wait_s)
                if self.marked and re.search(self.marked, sent, re.DOTALL):
                    reader.sendall(self.answer(sent[sent.index(2) + 2]))
                else:
                    there.sendall(sent)
            there.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def back(there, reader):
        with contextlib.suppress(OSError), there, reader:
            while came := there.recv(65536):
                reader.sendall(came)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listening.close()


def ended(code):
    """SearchResultDone (RFC 4511 section 4.5.2) with that result code."""
    return lambda message: bytes([0x30, 12, 2, 1, message, 0x65, 7, 10, 1, code, 4, 0, 4, 0])


@pytest.mark.parametrize("code, reason", [(51, "SourceDown"), (52, "SourceDown"), (50, "RightsLost"), (53, "SourceDown")])
def test_a_root_that_does_not_answer(directory, code, reason):
    """It may be Active Directory all the same, whose groups nobody would follow; who follows none does not ask."""
    with Between(directory, marked=b"supportedCapabilities", answer=ended(code)) as between:
        assert say(*read(directory, ("ben", "finance"), uri=between.url)) == ("unknown", reason)
        assert say(*read(directory, ("ben", "finance"), uri=between.url, nested="false")) == ("absent", "Ok")


def ber(tag, *parts):
    inside = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    assert len(inside) < 128
    return bytes([tag, len(inside)]) + inside


def test_a_domain_controller_that_has_not_caught_up(directory):
    """A root as Active Directory has it (MS-ADTS section 3.1.1.3.2): what others changed may not be there, so it proves nothing."""
    def says(synchronized):
        values = {"supportedCapabilities": "1.2.840.113556.1.4.800", "isSynchronized": synchronized}
        attributes = b"".join(ber(0x30, ber(4, name), ber(0x31, ber(4, value))) for name, value in values.items())
        return lambda message: ber(0x30, ber(2, bytes([message])), ber(0x64, ber(4, ""), ber(0x30, attributes))) + ended(0)(message)
    with Between(directory, marked=b"supportedCapabilities", answer=says("FALSE")) as between:
        answers = read(directory, ("ben", "finance"), ("ada", "finance"), uri=between.url)
        assert [say(a) for a in answers] == [("unknown", "NotSynchronized")] * 2
    with Between(directory, marked=b"supportedCapabilities", answer=says("TRUE")) as between:  # and slapd knows no rule of its own
        assert [say(a) for a in read(directory, ("ada", "finance"), uri=between.url)] == [("unknown", "NestedNotVisible")]


def test_a_group_without_a_name(directory):
    """One comes whose name cannot be read: perhaps that which leads on."""
    directory.add(person("joy"))
    entry = bytes([0x30, 7, 2, 1, 0, 0x64, 2, 4, 5])  # a name of five bytes, and none is there

    def broken(message):
        return entry[:4] + bytes([message]) + entry[5:] + ended(0)(message)
    with Between(directory, marked=rb"\xa1.{1,12}\x04\x06member\x04.uid=joy", answer=broken) as between:
        answer, = read(directory, ("joy", "finance"), uri=between.url)
    assert answer["outcome"] == "unknown", answer


def test_a_climb_has_one_end():
    """Each search comes back in time, all of them do not: that question is not answered, and the next one is."""
    steps = 16
    with slapd.Slapd(ldif=PEOPLE + GROUPS) as directory:
        directory.add(person("ivy") + group("step-0", "ivy") + "".join(holding(f"step-{n}", f"step-{n - 1}") for n in range(1, steps)))
        with Between(directory, wait_s=0.1) as between:
            settings = {"uri": between.url, "at_once": 1}
            began = time.monotonic()
            ivy, ben = read(directory, ("ivy", "finance"), ("ben", "finance"), timeout_ms=1000, secret=directory.admin_password,
                            bind_dn=directory.admin_dn, **settings)
            took_s = time.monotonic() - began
            assert say(ivy) == ("unknown", "Timeout") and say(ben) == ("absent", "Ok"), (ivy, ben)
        assert took_s < 0.1 * (steps + 2) + 2, "two reads, two canaries"
        answer, = read(directory, ("ivy", "finance"), secret=directory.admin_password, bind_dn=directory.admin_dn)
        assert say(answer) == ("absent", "Ok"), "in time"


def test_many_climbs_have_one_end():
    """Several that are asked about together climb one after the other: once that has taken long the canary is asked behind those that were,
    and the others come in another run. Each is answered."""
    slow, steps = 3, 4
    with slapd.Slapd(ldif=PEOPLE + GROUPS) as directory:
        for z in range(slow):
            directory.add(person(f"z{z}") + group(f"step{z}-0", f"z{z}")
                          + "".join(holding(f"step{z}-{n}", f"step{z}-{n - 1}") for n in range(1, steps)))
        with Between(directory, wait_s=0.3, slow=rb"member.{2,6}(uid=z|cn=step)") as between:
            seen = []
            answers = ask("ldap", {"uri": between.url, "base": "dc=example,dc=com", "bind_dn": directory.admin_dn, "insecure": "true"},
                          [("ben", "finance")] * 7 + [(f"z{z}", "finance") for z in range(slow)], CANARY, directory.admin_password, 2400,
                          after=(1, lambda: seen.append(between.slowed)))
        assert [say(a) for a in answers] == [("absent", "Ok")] * (7 + slow) and all(a["canary"] for a in answers), answers
        assert seen[0] <= between.slowed / 2, "the first were told long before the last was climbed for"
