#!/usr/bin/env python3
"""What each way of failing means for a call, over the real client and judge: site_send against peers that misbehave.

The table holds curl's errors and Jira's answers, and what each means to a create (sent once), to a write that may be repeated, and
to a read. Two rules stand above it, and are held against what the peer really received: what reached Jira is never called unreached,
and nothing is called done that nobody could read.  usage: outcome_test.py PATH_OF_io_site_peer [unittest arguments]"""
import collections
import concurrent.futures
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import unittest

PEER = sys.argv.pop(1)
sys.argv.insert(1, "-")  # http_test takes its client from there
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from http_test import Peer  # noqa: E402

TIMEOUT_MS = 3000    # of a call that nobody ends; its connection may take half of it
PATIENCE_MS = 40_000  # of one that ends by itself: on a busy machine that takes as long as it takes
AT_ONCE = 20       # cases of one table that are asked together: 60 calls
LONG = 3_000_000   # bytes of a body that no socket takes at once
CREATED = b'{"id":"10001","key":"IAM-1"}'
KINDS = {"create": "create:POST:/create:once", "repeatable": "words:PUT:/repeatable", "read": "words:GET:/read"}

# what it means: to a create, to a repeatable write, to a read
UNREACHED = ("UNREACHED", "UNREACHED", "UNREACHED")  # nothing left us: all may be tried again at once
NOBODY_KNOWS = ("UNKNOWN", "UNKNOWN", "UNREACHED")   # a read did nothing in any case
UNREADABLE = ("UNKNOWN", "UNKNOWN", "UNKNOWN")       # an answer that says nothing, to anybody
STRANGER = ("UNKNOWN", "UNKNOWN", "DENIED")          # an answer, but not to us
REFUSED, MISSING, DENIED, LATER = (("REFUSED",) * 3, ("MISSING",) * 3, ("DENIED",) * 3, ("LATER",) * 3)
DONE = ("OK", "OK", "OK")


def reply(status=200, body=CREATED, *more, length=None, version="1.1"):
    head = [f"HTTP/{version} {status} Whatever", "Content-Type: application/json", *more]
    if length is not False:
        head.append(f"Content-Length: {len(body) if length is None else length}")
    return ("\r\n".join(head) + "\r\n\r\n").encode() + body


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# --- what peers do once they have the head of a request, and some of its body: each ends the connection by returning ---

def says(data, then=None):
    """Reads the rest, answers, and closes; `then` something else."""
    def script(connection, missing):
        while missing > 0:
            part = connection.recv(min(missing, 65536))
            if not part:
                return
            missing -= len(part)
        connection.sendall(data)
        if then:
            then(connection)
    return script


def within(action):
    """The rest of the body is not read."""
    return lambda connection, missing: action(connection)


def nothing(connection):
    pass


def stall(connection):
    time.sleep(TIMEOUT_MS / 1000 + 1)


def send_and_reset(data):
    def action(connection):
        connection.sendall(data)
        reset(connection)
    return action


def drip(connection):
    """An answer that never ends, alive all the time."""
    connection.sendall(reply(length=100_000, body=b""))
    for _ in range(TIMEOUT_MS // 100 + 10):
        connection.sendall(b" ")
        time.sleep(0.1)


def flood(line):
    def action(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(4000):
            connection.sendall(line)
    return action


def forever_100(connection):
    for _ in range(TIMEOUT_MS // 100 + 10):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.1)


GOAWAY = b"\0\0\0\4\0\0\0\0\0" + b"\0\0\x08\7\0\0\0\0\0\0\0\0\0\0\0\1"  # SETTINGS and GOAWAY, as a peer that speaks HTTP/2 has them
MOVED = b"Location: http://127.0.0.1:1/elsewhere\r\n"
LOGIN = reply(200, b"<html><body>Log in</body></html>").replace(b"application/json", b"text/html")

# (name, what the peer does, what it means[, bytes of the body])
ANSWERED = [
    ("done", says(reply(201)), DONE),
    ("done, HTTP/1.0, ends with the connection", says(reply(201, version="1.0", length=False)), DONE),
    ("done, chunked", says(reply(201, b"1c\r\n" + CREATED + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked", length=False)), DONE),
    ("done, and the connection is reset behind it", says(reply(201), reset), DONE),
    ("done, after a 100 and a 103", says(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + reply(201)), DONE),
    ("done, 204", says(reply(204, b"", length=False)), DONE),
    ("done, 200 with nothing", says(reply(200, b"")), ("UNKNOWN", "UNKNOWN", "OK")),
    ("a login page with 200", says(LOGIN), STRANGER),
    ("an answer as to a stranger", says(reply(200, b"{}", "X-Seraph-LoginReason: AUTHENTICATED_FAILED")), STRANGER),
    ("half a document, whole by its length", says(reply(201, CREATED[:9])), UNREADABLE),
    ("longer than its length says", says(reply(201, CREATED, length=9)), UNREADABLE),
    ("compressed, unasked", says(reply(201, b"\x1f\x8b\x08\0\0\0\0\0\0\3", "Content-Encoding: gzip")), UNREADABLE),
    ("not UTF-8", says(reply(201, b'{"id":"\xff\xfe"}')), UNREADABLE),
    *((f"{status}", says(reply(status, b"", MOVED.decode().strip())), NOBODY_KNOWS) for status in (300, 301, 302, 303, 307, 308)),
    ("304", says(reply(304, b"", length=False)), NOBODY_KNOWS),
    *((f"{status}", says(reply(status, b'{"errorMessages":["no"],"errors":{}}')), REFUSED)
      for status in (400, 402, 403, 405, 406, 407, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 425, 426, 428, 431, 451)),
    *((f"{status}", says(reply(status, b"{}")), MISSING) for status in (404, 410)),
    ("401", says(reply(401, b"")), DENIED),
    ("403 without a word", says(reply(403, b"")), DENIED),
    ("408", says(reply(408, b"")), NOBODY_KNOWS),  # who waited for the request: we, or a proxy that had sent it on
    ("409", says(reply(409, b"{}")), LATER),
    ("429", says(reply(429, b"{}", "Retry-After: 2")), LATER),
    ("429 that does not say when", says(reply(429, b"{}")), LATER),
    *((f"{status}", says(reply(status, b"<html>")), NOBODY_KNOWS)
      for status in (500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 522, 524, 599, 600, 999)),
    ("503 that says when", says(reply(503, b"", "Retry-After: 2")), ("UNKNOWN", "LATER", "LATER")),
    ("refused before the whole body was read", within(lambda c: (c.sendall(reply(413, b"{}")), stall(c))), REFUSED, LONG),
]
BROKEN = [
    ("closed after the request", says(b""), NOBODY_KNOWS),
    ("reset after the request", says(b"", reset), NOBODY_KNOWS),
    ("closed within the body", within(nothing), NOBODY_KNOWS, LONG),
    ("reset within the body", within(reset), NOBODY_KNOWS, LONG),
    ("100 Continue, and closed", says(b"HTTP/1.1 100 Continue\r\n\r\n"), NOBODY_KNOWS),
    ("half a status line", says(b"HTTP/1.1 20"), NOBODY_KNOWS),
    ("half a head", says(reply(201)[:30]), NOBODY_KNOWS),
    ("half a head, and reset", says(b"", send_and_reset(reply(201)[:30])), NOBODY_KNOWS),
    ("a head, and no body", says(reply(201, b"", length=28)), NOBODY_KNOWS),
    ("half a body", says(reply(201, CREATED[:9], length=28)), NOBODY_KNOWS),
    ("half a body, and reset", says(b"", send_and_reset(reply(201, CREATED[:9], length=28))), NOBODY_KNOWS),
    ("chunks that end early", says(reply(201, b"1c\r\n" + CREATED[:9], "Transfer-Encoding: chunked", length=False)), NOBODY_KNOWS),
    ("no last chunk", says(reply(201, b"1c\r\n" + CREATED + b"\r\n", "Transfer-Encoding: chunked", length=False)), NOBODY_KNOWS),
    ("a chunk of no size", says(reply(201, b"zz\r\n" + CREATED, "Transfer-Encoding: chunked", length=False)), NOBODY_KNOWS),
    ("an encoding nobody knows", says(reply(201, CREATED, "Transfer-Encoding: odd", length=False)), None),
    ("a length that is no number", says(reply(201, CREATED, length="many")), None),
    ("a length below nothing", says(reply(201, CREATED, length=-5)), None),
    ("two lengths, the last is right", says(reply(201, CREATED, "Content-Length: 5")), DONE),
    ("a body larger than we take", says(reply(200, b"{}", length=1 << 40)), UNREADABLE),
    ("a head larger than we take", says(b"", flood(b"X-More: " + b"x" * 900 + b"\r\n")), UNREADABLE),
    ("a line larger than we take", says(b"", flood(b"x" * 1000)), NOBODY_KNOWS),
    ("NUL in the head", says(reply(201, CREATED, "X-Odd: a\0b")), None),
    ("no HTTP", says(b"SSH-2.0-OpenSSH_9.2\r\n"), NOBODY_KNOWS),
    ("HTTP/0.9", says(CREATED), NOBODY_KNOWS),
    ("HTTP/2, which nobody asked for", says(GOAWAY), NOBODY_KNOWS),
    ("HTTP/2 in the status line", says(reply(201, version="2")), DONE),
    ("HTTP/9", says(reply(201, version="9.9")), NOBODY_KNOWS),
    ("a status of two digits", says(reply(20)), None),
    ("a status of four digits", says(reply(2010)), None),
    ("a status of nought", says(reply("000")), None),
    ("101, another protocol", says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), NOBODY_KNOWS),
]
ENDLESS = [  # only we end it
    ("nobody takes the body", within(stall), NOBODY_KNOWS, LONG),
    ("silence after the request", says(b"", stall), NOBODY_KNOWS),
    ("an answer that drips", says(b"", drip), NOBODY_KNOWS),
    ("100 Continue for ever", says(b"", forever_100), NOBODY_KNOWS),
    ("half a body, and silence", says(reply(201, CREATED[:9], length=28), stall), NOBODY_KNOWS),
]


UNREAD = [  # nobody reads; the path cannot tell which case it is, so each has a peer of its own
    ("closed at once", nothing, None),
    ("reset at once", reset, None),
    ("silence, and not a byte was read", stall, NOBODY_KNOWS),
]


class Cases(Peer):
    """Plays many cases: the path of a request begins with the number of its case."""

    def __init__(self, cases, context=None):
        self.cases, self.came = cases, collections.Counter()  # (number, kind): how often it came, at least in part
        super().__init__(Cases.play, context=context)

    def play(self, connection, number):
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(4096)
            if not part:
                return
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        _, case, kind = head.split(b" ")[1].decode().split("/")
        with self.lock:
            self.came[int(case), kind] += 1
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        self.cases[int(case)][1](connection, length - len(body))


def ask(url, bodies, ca=None, timeout_ms=TIMEOUT_MS):
    """Three calls for each case, all at once; {(case, kind): (verdict, why)}. bodies: of each case, 0 = a short one."""
    asked = [(case, kind) for case in range(len(bodies)) for kind in KINDS]
    calls = []
    for case, kind in asked:
        lane, method, path, *once = KINDS[kind].split(":")
        long = [f"body={bodies[case]}"] if bodies[case] and kind != "read" else []
        calls.append(":".join([lane, method, f"/{case}{path}", *once, *long]))
    environment = {**os.environ, "SITE_PEER_TOKEN": "secret-token", **({"SITE_PEER_CA": ca} if ca else {})}
    done = subprocess.run([PEER, url.rstrip("/"), "60", str(timeout_ms), *calls], capture_output=True, text=True, timeout=60,
                          env=environment)
    if done.returncode != 0:
        raise AssertionError(f"ended with {done.returncode}: {done.stderr[-3000:]}")
    rows = (line.split(" ", 3) for line in done.stdout.splitlines())
    return {asked[int(index)]: (verdict, why) for index, verdict, _, why in rows}


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Outcomes(unittest.TestCase):
    def hold(self, number, case, got, came):
        name, means = case[0], case[2]
        for kind, expected in zip(KINDS, means or (None,) * 3):
            verdict, why = got[number, kind]
            with self.subTest(name, kind=kind, why=why):
                if expected:
                    self.assertEqual(verdict, expected)
                if came[number, kind] and kind != "read":
                    self.assertNotEqual(verdict, "UNREACHED", "it was received")
                if not means and kind != "read":
                    self.assertIn(verdict, ("UNKNOWN", "UNREACHED"))
                self.assertTrue(verdict == "OK" or why, "and it is said why")
        self.assertLessEqual(came[number, "create"], 1, f"{name}: a create was sent twice")

    def table(self, *cases, context=None, ca=None):
        def one(group):
            timeout_ms = TIMEOUT_MS if group[0] in ENDLESS else PATIENCE_MS
            peer = Cases(group, context)
            try:
                return group, ask(peer.url, [case[3] if len(case) > 3 else 0 for case in group], ca, timeout_ms), peer.came
            finally:
                peer.close()
        # an answer that tells to wait holds whatever of its site has not left yet: such a case goes alone
        telling = [case for case in cases if case[2] and "LATER" in case[2]]
        endless = [case for case in cases if case in ENDLESS]
        others = [case for case in cases if case not in telling + endless]
        groups = [endless] * bool(endless) + [[case] for case in telling] + \
            [others[first:first + AT_ONCE] for first in range(0, len(others), AT_ONCE)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for group, got, came in pool.map(one, groups):
                for number, case in enumerate(group):
                    self.hold(number, case, got, came)

    def alone(self, *cases):
        """(name, url, meaning, certificate): each with a peer of its own, together."""
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            for case, got in zip(cases, pool.map(lambda case: ask(case[1], [0], case[3]), cases)):
                self.hold(0, case[:3], got, collections.Counter())

    def peer(self, action, tls=False, **more):
        made = Peer(lambda peer, connection, number: action(connection), **more)
        self.addCleanup(made.close)
        return made.url.replace("http:", "https:") if tls else made.url

    def test_what_was_answered(self):
        self.table(*ANSWERED)

    def test_what_broke(self):
        self.table(*BROKEN, *ENDLESS)

    def test_what_was_never_read(self):
        self.alone(*((name, self.peer(action), means, None) for name, action, means in UNREAD))

    def test_what_was_never_reached(self):
        full = socket.create_server(("127.0.0.1", 0), backlog=0)
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:  # the backlog is full: nobody answers a SYN
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        places = {"refused": f"http://127.0.0.1:{closed_port()}", "no such name": "http://no-such-name.invalid",
                  "no way there": f"http://127.0.0.1:{full.getsockname()[1]}", "not a port": "http://127.0.0.1:99999"}
        self.alone(*((name, url, UNREACHED, None) for name, url in places.items()))
        for one in crowd + [full]:
            one.close()


class Tls(Outcomes):
    """The same below TLS, and what TLS itself can do."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.certs = {}
        for name, host in (("good", "localhost"), ("other", "elsewhere.example"), ("old", "localhost")):
            cert, key = (os.path.join(cls.folder.name, f"{name}.{end}") for end in ("pem", "key"))
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={host}",
                    "-addext", f"subjectAltName=DNS:{host}", "-keyout", key, "-out", cert)
            cls.certs[name] = cert, key
        old, key = cls.certs["old"]
        openssl("x509", "-in", old, "-signkey", key, "-days", "-1", "-out", old)  # it ended yesterday

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def context(self, name="good"):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(*self.certs[name])
        return made

    def test_what_was_answered(self):
        self.table(*(case for case in ANSWERED if case[0] in ("done", "400", "500", "429")), context=self.context(), ca=self.certs["good"][0])

    def test_what_broke(self):
        """TLS tells an end from a cut: even a body that would end with the connection is known to be whole."""
        names = ("closed after the request", "reset after the request", "half a head", "half a body", "half a body, and reset",
                 "silence after the request", "closed within the body", "no last chunk")
        self.table(*(case for case in BROKEN + ENDLESS if case[0] in names), context=self.context(), ca=self.certs["good"][0])

    def test_what_was_never_reached(self):
        old, modern = self.context(), self.context()
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        asks_who, asks_who_13 = self.context(), modern
        asks_who.maximum_version = ssl.TLSVersion.TLSv1_2
        for one in (asks_who, asks_who_13):
            one.verify_mode = ssl.CERT_REQUIRED
            one.load_verify_locations(self.certs["good"][0])
        cases = [("not trusted", self.context(), None), ("of another host", self.context("other"), "other"),
                 ("ended", self.context("old"), "old"), ("TLS 1.1 at most", old, "good"), ("asks who we are, TLS 1.2", asks_who, "good")]
        heard = []

        def answer(connection):
            if data := connection.recv(4096):  # nothing: the handshake was all
                heard.append(data)
            connection.sendall(reply(201))
        self.alone(*((name, self.peer(answer, context=context), UNREACHED, ca and self.certs[ca][0]) for name, context, ca in cases))
        self.assertEqual(heard, [])
        # in TLS 1.3 we may speak before we are refused: nobody knows
        self.alone(("asks who we are, TLS 1.3", self.peer(answer, context=asks_who_13), None, self.certs["good"][0]))

    def test_what_was_never_read(self):
        """A handshake that fails, whatever the other side does with it: what cannot be ours has not left us."""
        def hello_then(action):
            return lambda connection: (connection.recv(10), action(connection))
        actions = {"closed at once": nothing, "reset at once": reset, "closed after the hello": hello_then(nothing),
                   "reset after the hello": hello_then(reset), "silence after the hello": hello_then(stall),
                   "no TLS at all": hello_then(lambda c: c.sendall(reply(201))),
                   "an alert": hello_then(lambda c: c.sendall(b"\x15\3\3\0\2\2\x28"))}
        self.alone(*((name, self.peer(action, tls=True), UNREACHED, self.certs["good"][0]) for name, action in actions.items()))


if __name__ == "__main__":
    unittest.main(verbosity=1)
