"""The LDAP reader against a real slapd. A removal may be believed only when everything says so."""
import base64
import concurrent.futures
import socket
import subprocess
import threading
import time

import pytest

from conftest import GROUPS, PEOPLE, ask, group, person
from lib import slapd, wait

CANARY = ("canary", "watch")


def settings(directory, **more):
    return {"uri": directory.url, "base": "dc=example,dc=com", "bind_dn": "cn=reader,dc=example,dc=com", "insecure": "true", **more}


def read(directory, *pairs, canary=CANARY, secret="reader-password", timeout_ms=3000, close_after_ms=0, **more):
    return ask("ldap", settings(directory, **more), pairs, canary, secret, timeout_ms, close_after_ms)


def say(answer):
    return answer["outcome"], answer["reason"]


def test_present_and_absent(directory):
    ada, ben, nobody = read(directory, ("ada", "finance"), ("ben", "finance"), ("nobody", "finance"))
    assert say(ada) == ("present", "Ok") and ada["account"] == "active" and ada["raw"]
    assert say(ben) == ("absent", "Ok") and ben["complete"] and ben["canary"]
    assert say(nobody) == ("absent", "AccountMissing") and nobody["account"] == "missing"
    uuid = directory.search("(uid=ada)", ["entryUUID"])["uid=ada,ou=people,dc=example,dc=com"]["entryUUID"][0]
    assert ada["id"] == uuid, "the id that a rename does not change"


@pytest.mark.parametrize("what, more, reason", [
    ("a canary that is not there", {"canary": ("canary", "finance-old")}, "CanaryMissing"),
    ("a canary that is no member", {"canary": ("ben", "watch")}, "CanaryMissing"),
    ("the wrong password", {"secret": "wrong"}, "AuthFailed"),
    ("an unknown base", {"people_base": "ou=nowhere,dc=example,dc=com"}, "NotVisible"),
])
def test_absent_is_not_believed(directory, what, more, reason):
    answer, = read(directory, ("ben", "finance"), **more)
    assert answer["outcome"] == "unknown", what
    assert answer["reason"] in (reason, "Incomplete"), answer


def test_rights_lost_on_one_group(directory):
    """The reader sees the canary's group and not this one's members: ada, who is in it, seems to be gone."""
    answer, = read(directory, ("ada", "secret"))
    assert say(answer) == ("unknown", "MembersNotVisible") and answer["canary"]


def test_a_group_that_is_hidden_or_gone(directory):
    hidden, gone = read(directory, ("ada", "hidden"), ("ada", "never-was"))
    assert say(hidden) == ("unknown", "EntitlementNotFound") == say(gone)


def test_a_rule_that_the_server_does_not_know(directory):
    """Trap 1: Active Directory's rule for nested groups, asked of OpenLDAP, is success and nobody: all removals would be proven. That
    nobody is in it counts only where somebody is seen to be, in the same way, and the canary's own group shows nobody either."""
    for answer in read(directory, ("ada", "finance"), ("ben", "finance"), member="member:1.2.840.113556.1.4.1941:"):
        assert answer["outcome"] == "unknown" and answer["reason"] == "QueryRefused" and not answer["canary"], answer


def test_the_last_member_leaves(directory):
    """Trap 4: a groupOfNames keeps one member. Administrators leave a placeholder, or delete the group, which then is not found: that
    proves nothing, for hidden and misspelt look the same."""
    directory.add(person("uma") + group("alone", "uma"))
    assert say(*read(directory, ("uma", "alone"))) == ("present", "Ok")
    with pytest.raises(Exception, match="65"):
        directory.modify("dn: cn=alone,ou=groups,dc=example,dc=com\nchangetype: modify\ndelete: member\n")
    directory.modify("dn: cn=alone,ou=groups,dc=example,dc=com\nchangetype: modify\nreplace: member\nmember: cn=nobody\n")
    assert say(*read(directory, ("uma", "alone"))) == ("absent", "Ok")
    directory.delete("cn=alone,ou=groups,dc=example,dc=com")
    assert say(*read(directory, ("uma", "alone"))) == ("unknown", "EntitlementNotFound")


def holding(name, *members):
    """A group of groups."""
    return group(name, "canary").rstrip("\n") + "\n" + "".join(f"member: cn={m},ou=groups,dc=example,dc=com\n" for m in members) + "\n"


def test_through_other_groups(directory):
    """Trap 1 again: whoever is taken out of a group and is in one that is in it still holds it. Active Directory's rule would say of all
    these that they do not, here; it is not sent to a server that is none."""
    directory.add(person("nia") + group("inner", "nia") + holding("middle", "inner") + holding("outer", "middle"))
    directory.add(group("ring", "nia") + holding("ring-of-ring", "ring"))
    directory.modify("dn: cn=ring,ou=groups,dc=example,dc=com\nchangetype: modify\nadd: member\n"
                     "member: cn=ring-of-ring,ou=groups,dc=example,dc=com\n")
    nia, inner, ben, around, nobody = read(directory, ("nia", "outer"), ("nia", "inner"), ("ben", "outer"), ("nia", "ring-of-ring"),
                                           ("ben", "ring"))
    assert say(nia) == ("present", "Ok") and nia["via"] == "nested" and nia["complete"], nia
    assert inner["via"] == "direct" and say(ben) == ("absent", "Ok")
    assert (say(around), around["via"]) == (("present", "Ok"), "nested") and say(nobody) == ("absent", "Ok"), "groups in each other"
    assert say(*read(directory, ("nia", "outer"), nested="false")) == ("absent", "Ok"), "who says so is told of no other"
    directory.modify("dn: cn=middle,ou=groups,dc=example,dc=com\nchangetype: modify\ndelete: member\n"
                     "member: cn=inner,ou=groups,dc=example,dc=com\n")
    assert say(*read(directory, ("nia", "outer"))) == ("absent", "Ok")


def test_more_groups_than_anybody_follows(directory):
    directory.add(person("pia") + "".join(group(f"crowd-{n}", "pia") for n in range(513)))
    lost, direct = read(directory, ("pia", "finance"), ("pia", "crowd-7"))
    assert say(lost) in {("unknown", "GroupsTooMany"), ("unknown", "PartialResult")} and say(direct) == ("present", "Ok"), lost


def test_two_of_one_name(directory):
    directory.add("dn: ou=contractors,ou=people,dc=example,dc=com\nobjectClass: organizationalUnit\nou: contractors\n\n"
                  + person("cyd").replace("uid=cyd,ou=people", "uid=cyd,ou=contractors,ou=people"))
    answer, = read(directory, ("cyd", "finance"))
    assert say(answer) == ("unknown", "AccountAmbiguous") and answer["account"] == "ambiguous"
    directory.delete("uid=cyd,ou=contractors,ou=people,dc=example,dc=com")
    assert say(*read(directory, ("cyd", "finance"))) == ("absent", "Ok")


@pytest.mark.parametrize("name", ["*", "a*", "*)(uid=*", "ada)(cn=*", "\\2a", "ada\\", "(", " ", "x" * 5000, "\udcff"])
def test_names_that_would_steer_the_filter(directory, name):
    """None of them is anybody: what is not a person of exactly this name is missing, or refused as too long."""
    account, entitlement = read(directory, (name, "finance"), ("ada", name))
    assert account["outcome"] != "present" and entitlement["outcome"] == "unknown", (account, entitlement)


def test_names_with_signs(directory):
    directory.add("dn: uid=o\\2c \\22brien\\22 \\2b\\3b\\5c (x)*,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\n"
                  "uid: o, \"brien\" +;\\ (x)*\ncn: x\nsn: x\n\n")
    directory.add("dn: cn=žluťoučký,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: žluťoučký\n"
                  "member: uid=o\\2c \\22brien\\22 \\2b\\3b\\5c (x)*,ou=people,dc=example,dc=com\n\n")
    odd = 'o, "brien" +;\\ (x)*'
    inside, outside = read(directory, (odd, "žluťoučký"), (odd, "finance"))
    assert say(inside) == ("present", "Ok") and say(outside) == ("absent", "Ok")


def test_a_large_group(directory):
    directory.add("".join(person(f"u{n}") for n in range(1500)))
    directory.add(group("crowd", "canary", *(f"u{n}" for n in range(1500))))
    last, ben = read(directory, ("u1499", "crowd"), ("ben", "crowd"))
    assert say(last) == ("present", "Ok") and say(ben) == ("absent", "Ok")


def test_many_at_once(directory):
    answers = read(directory, *[("ada" if n % 2 else "ben", "finance") for n in range(60)])
    assert [a["outcome"] for a in answers] == ["present" if n % 2 else "absent" for n in range(60)]


def test_more_than_the_queue_takes(directory):
    answers = read(directory, *[("ada", "finance")] * 400, timeout_ms=10000)
    told = {say(a) for a in answers}
    assert len(answers) == 400 and told == {("present", "Ok"), ("unknown", "Overloaded")}


@pytest.fixture(scope="module")
def counted():
    """A directory that counts its connections."""
    with slapd.Slapd(ldif=PEOPLE + GROUPS, before="database monitor") as made:
        yield made


def connections(directory):
    found = directory.search(attributes=["monitorCounter"], base="cn=Total,cn=Connections,cn=Monitor")
    return int(found["cn=Total,cn=Connections,cn=Monitor"]["monitorCounter"][0])


def test_many_reads_share_a_connection(counted):
    before = connections(counted)
    answers = read(counted, *[("ada" if n % 2 else "ben", "finance") for n in range(200)], timeout_ms=20000)
    assert [a["outcome"] for a in answers] == ["present" if n % 2 else "absent" for n in range(200)]
    assert connections(counted) - before == 2, "one of all reads, one that counts"


def test_a_run_asks_some_by_id(counted):
    """Of those asked at once some are found by name and some by id alone: each has its own answer, with one canary for all of them."""
    ada = "uid=ada,ou=people,dc=example,dc=com"
    pin = counted.search("(uid=ada)", ["entryUUID"])[ada]["entryUUID"][0]
    before = connections(counted)
    answers = read(counted, *[(name, "finance") for name in ["ada", "ann", "ben"] * 10], timeout_ms=20000, pin=pin)
    assert [say(a) for a in answers] == [("present", "Ok"), ("present", "Ok"), ("absent", "AccountReplaced")] * 10
    assert [a["id"] == pin for a in answers] == [True, True, False] * 10
    assert connections(counted) - before == 2, "one of all reads, one that counts"


def test_a_kept_connection_that_was_closed(counted):
    """The directory is started anew between two runs: what is asked next is asked over a new connection."""
    def restart():
        counted.stop()
        counted.start()
    answers = ask("ldap", {**settings(counted), "at_once": 1}, [("ada", "finance"), ("ben", "finance")] * 3, CANARY, "reader-password",
                  10000, after=(2, restart))
    assert [say(a) for a in answers] == [("present", "Ok"), ("absent", "Ok")] * 3


def test_the_canary_of_a_run(counted):
    """The canary is asked behind each run, not once for a connection: lost in between, nothing more is believed."""
    def lose():
        counted.modify("dn: cn=watch,ou=groups,dc=example,dc=com\nchangetype: modify\nreplace: member\nmember: cn=nobody\n")
    answers = ask("ldap", {**settings(counted), "at_once": 1}, [("ben", "finance")] * 4, CANARY, "reader-password", 10000, after=(2, lose))
    assert [say(a) for a in answers] == [("absent", "Ok")] * 2 + [("unknown", "CanaryMissing")] * 2


@pytest.fixture(scope="module")
def refusing():
    """A directory that answers about some with a result code of its own, and about one when nobody waits any more."""
    codes = {"broken": 80, "busy": 51, "away": 52, "operations": 1, "limited": 3}
    odd = "".join(person(uid, f"objectClass: errAuxObject\nerrOp: search\nerrCode: {code}\n") for uid, code in codes.items())
    odd += person("slow", "objectClass: errAuxObject\nerrOp: search\nerrCode: 80\nerrSleepTime: 3\n")
    overlay = 'overlay retcode\nretcode-parent "ou=none,dc=example,dc=com"\nretcode-indir'
    with slapd.Slapd(ldif=PEOPLE + GROUPS, before="moduleload retcode", more=overlay) as made:
        made.add(odd)
        yield made


def test_one_that_is_refused_spoils_no_other(refusing):
    """A result code is said of one search: the others of the run, before and behind it, are answered."""
    odd = ["broken", "busy", "away", "operations", "limited"]
    answers = read(refusing, *[(name, "finance") for name in ["ada", "ben", *odd] * 4])
    told = [("present", "Ok"), ("absent", "Ok")] + [("unknown", "SourceDown")] * 4 + [("unknown", "Timeout")]
    assert [say(a) for a in answers] == told * 4
    assert say(*read(refusing, ("ben", "finance"), canary=("broken", "watch"))) == ("unknown", "SourceDown")


def test_one_that_is_never_answered_is_found(refusing):
    """Nothing came in time: of the run nothing is known. The next reads are asked alone, and only that one is not known."""
    run = [(name, "finance") for name in ("ben", "slow", "ada", "ben")]
    answers = ask("ldap", {**settings(refusing), "at_once": len(run)}, run * 2, CANARY, "reader-password", 1000)
    assert [say(a) for a in answers] == [("unknown", "Timeout")] * 4 + [
        ("absent", "Ok"), ("unknown", "Timeout"), ("present", "Ok"), ("absent", "Ok")]


def test_a_directory_that_hangs(directory):
    directory.freeze()
    try:
        began = time.monotonic()
        answer, = read(directory, ("ada", "finance"), timeout_ms=500)
        assert say(answer) in {("unknown", "Timeout"), ("unknown", "SourceDown")} and time.monotonic() - began < 8
        closed = read(directory, *[("ada", "finance")] * 5, timeout_ms=500, close_after_ms=100)
        assert len(closed) == 5 and {a["outcome"] for a in closed} == {"unknown"}, "each is told, closed or not"
    finally:
        directory.thaw()


def test_a_directory_that_is_not_there(directory):
    answer, = read(directory, ("ada", "finance"), uri="ldap://127.0.0.1:1")
    assert say(answer) == ("unknown", "SourceDown")


def test_changed_while_we_read(directory):
    """Members come and go: every answer is one that was true, and none is anything else."""
    stop = threading.Event()

    def churn():
        change = "dn: cn=twins,ou=groups,dc=example,dc=com\nchangetype: modify\n{}: member\nmember: uid=ben,ou=people,dc=example,dc=com\n"
        while not stop.is_set():
            directory.modify(change.format("add"))
            directory.modify(change.format("delete"))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        churning = pool.submit(churn)
        answers = read(directory, *[("ben", "twins")] * 100)
        stop.set()
        churning.result()
    assert {a["outcome"] for a in answers} <= {"present", "absent"}


def test_tls(directory, certificates):
    mine, _, other = certificates
    good, = read(directory, ("ada", "finance"), uri=directory.tls_url, insecure="false", ca_file=mine)
    assert say(good) == ("present", "Ok")
    upgraded, = read(directory, ("ada", "finance"), uri=directory.url.replace("127.0.0.1", "localhost"), insecure="false", starttls="true",
                     ca_file=mine)
    assert say(upgraded) == ("present", "Ok")
    for uri in (directory.tls_url, directory.tls_url.replace("localhost", "127.0.0.1")):  # a stranger's authority; another name
        ca = other if "localhost" in uri else mine
        answer, = read(directory, ("ben", "finance"), uri=uri, insecure="false", ca_file=ca)
        assert answer["outcome"] == "unknown", uri


CA = """[ca]
default_ca = own
[own]
database = {0}/index.txt
serial = {0}/serial
new_certs_dir = {0}
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


def certificate(folder, ends):
    """(certificate, key) for localhost, its own authority, that ends then."""
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01")
    (folder / "ca").write_text(CA.format(folder))
    names = ",".join(f"DNS:{name}" for name in {"localhost", socket.gethostname(), socket.getfqdn()})
    for words in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-addext",
                   f"subjectAltName={names}", "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", folder / "key", "-out", folder / "csr"],
                  ["ca", "-batch", "-notext", "-selfsign", "-config", folder / "ca", "-keyfile", folder / "key", "-in", folder / "csr",
                   "-out", folder / "pem", "-startdate", "20200101000000Z", "-enddate", ends]):
        subprocess.run(["openssl", *words], check=True, capture_output=True)
    return folder / "pem", folder / "key"


def test_a_certificate_whose_time_is_over(tmp_path):
    tmp_path.chmod(0o755)
    for ends, outcome in (("20400101000000Z", "absent"), ("20200201000000Z", "unknown")):
        folder = tmp_path / ends
        folder.mkdir(mode=0o755)
        pem, key = certificate(folder, ends)
        key.chmod(0o644)
        with slapd.Slapd(ldif=PEOPLE + GROUPS, tls=(pem, key, pem)) as directory:
            answer, = read(directory, ("ben", "finance"), uri=directory.tls_url, insecure="false", ca_file=pem)
        assert answer["outcome"] == outcome, answer


def test_a_password_whose_time_is_over():
    """The policy lets it be used for a second: then nothing is known."""
    policy = "dn: cn=policy,dc=example,dc=com\nobjectClass: device\nobjectClass: pwdPolicy\ncn: policy\npwdAttribute: userPassword\npwdMaxAge: 1\n\n"
    with slapd.Slapd(before="moduleload ppolicy", more='overlay ppolicy\nppolicy_default "cn=policy,dc=example,dc=com"') as directory:
        directory.add(policy + PEOPLE + GROUPS)
        wait.until(lambda: say(*read(directory, ("ben", "finance"))) == ("unknown", "AuthFailed"), 10)
        directory.modify("dn: cn=policy,dc=example,dc=com\nchangetype: modify\nreplace: pwdMaxAge\npwdMaxAge: 3600\n")
        assert say(*read(directory, ("ben", "finance"))) == ("absent", "Ok"), "it is the right one"


def test_no_password_in_the_clear(directory):
    answers = read(directory, ("ada", "finance"), insecure="false")
    assert answers.code == 78 and "in the clear" in answers.stderr and "ldaps://" in answers.stderr


@pytest.mark.parametrize("more, listed", [
    ({"others": "true"}, "finance"), ({}, None), ({"others": "true", "group_filter": "(&(objectClass=groupOfNames)(cn=%s))"}, "finance"),
    ({"others": "true", "group_filter": "(&(cn=%s)(!(cn=x)))"}, "finance"), ({"others": "true", "group_filter": "(cn:caseExactMatch:=%s)"}, None)],
    ids=["listed", "not asked", "in a filter", "before another", "no attribute"])
def test_what_else_an_account_holds(directory, more, listed):
    answer, = read(directory, ("ada", "finance"), **more)
    assert answer["outcome"] == "present" and (answer.get("others") or "").split("\n")[0:1] == ([listed] if listed else [""]), answer
    assert ("others" in answer) == (listed is not None)


def sid(rid):
    """objectSid S-1-5-21-1-2-3-rid, as LDIF has bytes."""
    parts = b"".join(part.to_bytes(4, "little") for part in (21, 1, 2, 3, rid))
    return base64.b64encode(b"\x01\x05" + (5).to_bytes(6, "big") + parts).decode()


AD_TYPES = "\n".join(f"attributetype ( 1.2.840.113556.1.4.{oid} NAME '{name}' {syntax} SINGLE-VALUE )" for oid, name, syntax in (
    (146, "objectSid", "EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40"),
    (98, "primaryGroupID", "SYNTAX 1.3.6.1.4.1.1466.115.121.1.27"), (8, "userAccountControl", "SYNTAX 1.3.6.1.4.1.1466.115.121.1.27")))


def test_a_primary_group():
    """It has no such member: the account names it by the last part of its identifier (a real domain: test/samba)."""
    known = "objectClass: extensibleObject\n"
    account = known + f"objectSid:: {sid(1105)}\nprimaryGroupID: 513\nuserAccountControl: 512"
    ldif = PEOPLE.replace("uid: ada\n", f"uid: ada\n{account}\n")
    for name, rid, member in (("watch", 1110, "canary"), ("users", 513, "canary"), ("admins", 512, "canary")):
        ldif += group(name, member).rstrip("\n") + f"\n{known}objectSid:: {sid(rid)}\n\n"
    with slapd.Slapd(ldif=ldif, before=AD_TYPES) as directory:
        users, admins, ben = ask("ldap", {"uri": directory.url, "base": "dc=example,dc=com", "bind_dn": directory.admin_dn,
                                          "insecure": "true"}, [("ada", "users"), ("ada", "admins"), ("ben", "users")],
                                 ("canary", "watch"), directory.admin_password)
    assert (users["outcome"], users["via"]) == ("present", "primary_group") and users["complete"], users
    assert (admins["outcome"], admins["reason"]) == ("absent", "Ok") == (ben["outcome"], ben["reason"])
