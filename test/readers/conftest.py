"""Real peers: one directory, one target database; and a way to ask the real readers."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import pg, slapd  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEER = ROOT / "build" / "san" / "test" / "readers" / "read_peer"


class Answers(list):
    """What was observed, in the order of asking; and how it was said."""

    def __init__(self, lines, code, stderr):
        super().__init__(sorted((json.loads(line) for line in lines), key=lambda o: o["item"]))
        self.code, self.stderr = code, stderr


def ask(kind, settings, pairs, canary, secret="", timeout_ms=3000, close_after_ms=0, after=None):
    """after: (count, call): calls it when so many answers are there, and no further question is asked before it is done."""
    settings = {**settings, "word_at": after[0]} if after else settings
    words = [PEER, kind, str(timeout_ms), str(close_after_ms), secret, *canary, *(f"{k}={v}" for k, v in settings.items()), "--"]
    words += [word for pair in pairs for word in pair]
    lines = []
    with tempfile.TemporaryFile("w+") as errors, subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            env={**os.environ, "LDAPNOINIT": "1"}) as peer:
        hanging = threading.Timer(60, peer.kill)
        hanging.start()
        for line in peer.stdout:
            lines.append(line)
            if after and len(lines) == after[0]:
                after[1]()
                peer.stdin.write("\n")
                peer.stdin.flush()
        code = peer.wait()
        hanging.cancel()
        errors.seek(0)
        answers = Answers(lines, code, errors.read())
    assert "Sanitizer" not in answers.stderr, answers.stderr
    assert answers.code in (0, 78), answers.stderr
    return answers


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """(certificate, key, authority) for localhost; and another authority that signed nothing."""
    folder = tmp_path_factory.mktemp("tls")
    folder.chmod(0o755)
    # libldap asks for the machine's own name when it is told "localhost"
    names = ",".join(f"DNS:{name}" for name in {"localhost", socket.gethostname(), socket.getfqdn()})
    for name in ("mine", "other"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", f"subjectAltName={names}", "-keyout", folder / f"{name}.key",
                        "-out", folder / f"{name}.pem"], check=True, capture_output=True)
    return folder / "mine.pem", folder / "mine.key", folder / "other.pem"


@pytest.fixture(scope="session")
def target():
    """A target database with users and roles, and a login that may only read it."""
    with pg.Cluster() as cluster:
        made = cluster.database("target")
        made.psql((pathlib.Path(__file__).parent / "target.sql").read_text())
        yield made


def person(uid, more=""):
    return f"dn: uid={uid},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: x\n{more}\n"


def group(name, *members):
    lines = "".join(f"member: uid={m},ou=people,dc=example,dc=com\n" for m in members)
    return f"dn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {name}\n{lines}\n"


PEOPLE = """dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: cn=reader,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: reader-password

""" + "".join(person(uid) for uid in ("canary", "ada", "ben", "cyd"))
GROUPS = group("watch", "canary") + group("finance", "canary", "ada") + group("secret", "canary", "ada") + group("twins", "canary")
# the reader may not see who is in the group "secret"
RIGHTS = """access to dn.exact="cn=secret,ou=groups,dc=example,dc=com" attrs=member by dn.exact="cn=reader,dc=example,dc=com" none
access to dn.exact="cn=hidden,ou=groups,dc=example,dc=com" by dn.exact="cn=reader,dc=example,dc=com" none
access to attrs=userPassword by anonymous auth
access to * by dn.exact="cn=reader,dc=example,dc=com" read by anonymous auth"""


@pytest.fixture(scope="module")
def directory(certificates):
    with slapd.Slapd(ldif=PEOPLE + GROUPS + group("hidden", "ada"), tls=certificates[:2] + certificates[:1], more=RIGHTS) as made:
        yield made
