#!/usr/bin/env python3
"""site_send against a peer on real sockets: what leaves first, how many at once, how fast to one ticket, and what never leaves.
usage: site_test.py PATH_OF_io_site_peer [unittest arguments]"""
import collections
import concurrent.futures
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PEER = sys.argv.pop(1)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

sys.argv.insert(1, "-")  # http_test takes its client from there
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from http_test import Peer  # noqa: E402

Answer = collections.namedtuple("Answer", "verdict ms why")


class Jira(Peer):
    """Answers after `pause`; keeps when each request came, and how many were in hand at once. refused: (part of a path, reply)."""

    def __init__(self, pause=0.0, reply=OK, refused=None):
        self.refused = refused
        self.pause, self.reply, self.came, self.in_hand, self.most = pause, reply, [], collections.Counter(), collections.Counter()
        super().__init__(Jira.answer)

    def answer(self, connection, number):
        while (head := self.read(connection)):
            method, path = head.split(b" ")[:2]
            with self.lock:
                self.came.append((path.decode(), time.monotonic()))
                self.in_hand[method] += 1
                self.most[method] = max(self.most[method], self.in_hand[method])
            time.sleep(self.pause)
            with self.lock:
                self.in_hand[method] -= 1
            reply = self.reply(len(self.came)) if callable(self.reply) else self.reply
            if self.refused and self.refused[0] in path:
                reply = self.refused[1]
            connection.sendall(reply)

    def paths(self):
        return [path for path, _ in self.came]


def send(jira, *calls, concurrency=1, timeout_ms=20_000, environment=None):
    command = [PEER, jira.url.rstrip("/"), str(concurrency), str(timeout_ms), *calls]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, "SITE_PEER_TOKEN": "secret-token", **(environment or {})})
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stderr[-3000:]}")
    found = {}
    for line in done.stdout.splitlines():
        index, verdict, ms, why = line.split(" ", 3)
        found[int(index)] = Answer(verdict, int(ms), why)
    return found


def at_once(check, cases):
    """Each case with a peer of its own, all of them together: most of their time is waiting."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for done in [pool.submit(check, *case) for case in cases]:
            done.result()


class Slow(Peer):
    """Below TLS. The first connection's request is answered with a head that says "later" and a body that no sockets hold: when most of
    it is sent, the head was read. Then the handshake of the second, which was open by then, is made; then the body ends."""

    LONG = 16 << 20

    def serve(self, connection, number):
        connection.settimeout(20)
        with connection:
            if number == 1:
                connection = self.context.wrap_socket(connection, server_side=True)
                self.read(connection)
                self.second.wait(20)
                connection.sendall(b"HTTP/1.1 429 Later\r\nRetry-After: 5\r\nContent-Length: %d\r\n\r\n" % (self.LONG + 2))
                connection.sendall(b" " * self.LONG)
                self.told.set()
                self.shaken.wait(20)
                connection.sendall(b"{}")
                return
            self.second.set()
            self.told.wait(20)
            try:
                connection = self.context.wrap_socket(connection, server_side=True)
                self.shaken.set()
                while self.read(connection):
                    connection.sendall(OK)
            except OSError:  # it goes without a word
                pass
            self.shaken.set()

    def __init__(self, context):
        self.second, self.told, self.shaken = threading.Event(), threading.Event(), threading.Event()
        super().__init__(None, context=context)


class Send(unittest.TestCase):
    def jira(self, *arguments, **more):
        made = Jira(*arguments, **more)
        self.addCleanup(made.close)
        return made

    def test_lanes(self):
        """Asked for in the wrong order while one call is out: the gate, then creation, then words, then sweeps."""
        jira = self.jira(pause=0.1)
        send(jira, "sweep:PUT:/first", "sweep:PUT:/s1:at=20", "words:PUT:/w1:at=20", "create:PUT:/c1:once:at=20", "gate:PUT:/g1:at=20",
             "words:PUT:/w2:at=30", "gate:PUT:/g2:at=30", "create:PUT:/c2:once:at=30", "sweep:PUT:/s2:at=30")
        self.assertEqual(jira.paths(), ["/first", "/g1", "/g2", "/c1", "/c2", "/w1", "/w2", "/s1", "/s2"])

    def test_what_comes_later_overtakes_what_waits(self):
        jira = self.jira(pause=0.1)
        send(jira, *[f"sweep:PUT:/s{n}" for n in range(5)], "gate:PUT:/g:at=150")
        self.assertEqual(jira.paths(), ["/s0", "/s1", "/g", "/s2", "/s3", "/s4"])

    def test_so_many_at_once(self):
        """Reads and writes have their own places: neither keeps the other waiting."""
        jira = self.jira(pause=0.1)
        answers = send(jira, *[f"words:{method}:/{method}{n}" for n in range(12) for method in ("GET", "PUT")], concurrency=3)
        self.assertEqual({a.verdict for a in answers.values()}, {"OK"})
        self.assertEqual(dict(jira.most), {b"GET": 3, b"PUT": 3})
        took = max(a.ms for a in answers.values())
        self.assertTrue(400 <= took < 1500, took)

    def test_writes_to_one_ticket(self):
        """At most 20 in two seconds, wherever they begin; others and reads go on."""
        jira = self.jira()
        answers = send(jira, *[f"gate:PUT:/rest/{n}:issue=7" for n in range(24)], "gate:PUT:/other:issue=8", "gate:GET:/read:issue=7",
                       concurrency=8, timeout_ms=8000)
        self.assertEqual({a.verdict for a in answers.values()}, {"OK"})
        times = sorted(at for path, at in jira.came if path.startswith("/rest/"))
        self.assertEqual(len(times), 24)
        for first, later in zip(times, times[20:]):
            self.assertGreaterEqual(later - first, 1.9)
        self.assertLess(times[9] - times[0], 0.5)
        others = [at for path, at in jira.came if path in ("/other", "/read")]
        self.assertTrue(all(at - times[0] < 0.5 for at in others))

    def test_who_would_come_too_late_is_not_sent(self):
        jira = self.jira(pause=0.4)
        answers = send(jira, "gate:PUT:/long", "gate:PUT:/soon:by=100", "gate:PUT:/late:by=2000", timeout_ms=4000)
        self.assertEqual([answers[n].verdict for n in range(3)], ["OK", "UNREACHED", "OK"])
        self.assertIn("too late", answers[1].why)
        self.assertTrue(90 <= answers[1].ms < 390, answers[1])  # told in its time, not when a place is free
        self.assertEqual(jira.paths(), ["/long", "/late"])

    def test_half_the_call_timeout_is_the_longest_wait(self):
        jira = self.jira(pause=0.7)
        answers = send(jira, "gate:PUT:/long", "gate:PUT:/waits", timeout_ms=1000)
        self.assertEqual([answers[n].verdict for n in range(2)], ["OK", "UNREACHED"])
        self.assertTrue(490 <= answers[1].ms < 690, answers[1])
        self.assertEqual(jira.paths(), ["/long"])

    def test_a_full_lane_sends_away(self):
        jira = self.jira(pause=0.3)
        answers = send(jira, *["sweep:PUT:/s"] * 70, "gate:GET:/g", timeout_ms=2000)
        said = collections.Counter(a.verdict for n, a in answers.items() if n < 70)
        self.assertEqual(said["LATER"], 5)  # 1 is out, 64 wait
        self.assertEqual(answers[70].verdict, "OK")

    def test_closing(self):
        """What is out ends, what waits is answered and not sent, and nothing is sent any more."""
        jira = self.jira(pause=0.3)
        answers = send(jira, "gate:PUT:/out", "gate:PUT:/waits", "close:at=100", "gate:PUT:/after:at=150")
        self.assertEqual([answers[n].verdict for n in (0, 1, 3)], ["OK", "UNREACHED", "UNREACHED"])
        self.assertLess(answers[1].ms, 290)
        self.assertEqual(jira.paths(), ["/out"])

    def test_told_to_wait(self):
        """The ticket, the operation or the site, as the reason says; who asks meanwhile is told at once and nothing is sent."""
        reasons = {"jira-per-issue-on-write": ["LATER", "OK", "OK"], "jira-burst-based": ["LATER", "LATER", "LATER"],
                   "jira-quota-tenant-based": ["LATER", "LATER", "LATER"]}
        def one(reason, expected):
            def reply(number):
                if number > 1:
                    return OK
                return f"HTTP/1.1 429 Later\r\nreTRY-after: 1\r\nrateLIMIT-reason: {reason}\r\nContent-Length: 0\r\n\r\n".encode()
            jira = self.jira(reply=reply)
            answers = send(jira, "gate:PUT:/a:issue=7", "gate:PUT:/a:issue=7:at=300", "gate:PUT:/b:issue=8:at=300",
                           "gate:GET:/c:issue=7:at=300", "gate:PUT:/a:issue=7:at=1500")
            self.assertEqual([answers[n].verdict for n in (1, 2, 3)], expected, reason)
            self.assertEqual((answers[0].verdict, answers[4].verdict), ("LATER", "OK"))
            self.assertLess(answers[1].ms, 500)
        at_once(one, reasons.items())

    def test_told_to_wait_while_its_connection_was_made(self):
        """It had left its lane, and nothing of it had left us: it stays, before the whole of the answer that said so is there."""
        with tempfile.TemporaryDirectory() as folder:
            cert, key = f"{folder}/cert.pem", f"{folder}/key.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
                           check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert, key)
            jira = Slow(context)
            self.addCleanup(jira.close)
            answers = send(jira, "gate:GET:/a", "create:POST:/b:once:at=50", concurrency=4, environment={"SITE_PEER_CA": cert})
        self.assertEqual([a.verdict for a in answers.values()], ["LATER", "LATER"])
        self.assertEqual([head.split(b" ")[1] for head, _ in jira.requests], [b"/a"])
        self.assertEqual(jira.connections, 2)

    def test_many_are_read_one_by_one_for_a_while_where_jira_refuses_more(self):
        """What is refused once may be allowed later: a right that is given, a field that is there again."""
        for status in (b"400 Bad Request", b"404 Not Found"):
            jira = self.jira(refused=(b"/bulkfetch", OK.replace(b"200 OK", status)))
            reads = [f"read:{100 * at + n}:at={at}" for at in (1, 400, 800) for n in range(8)]
            answers = send(jira, *reads, "rested:at=700")
            self.assertEqual(len(answers), 24)
            together = [n for n, path in enumerate(jira.paths()) if "bulkfetch" in path]
            self.assertEqual(len(together), 2, jira.paths())
            self.assertEqual([sum(f"/issue/{at}" in path for path in jira.paths()) for at in (10, 40, 80)], [8, 8, 8], jira.paths())
            first, again = (jira.came[n][1] - jira.came[0][1] for n in together)
            self.assertLess(first, 0.4)
            self.assertGreater(again, 0.6)

    def test_near_a_limit(self):
        """Said in the older way, the newer way, with Beta- and in odd letters: words slow down, the gate does not."""
        def one(header):
            jira = self.jira(reply=OK.replace(b"\r\n", f"\r\n{header}\r\n".encode(), 1))
            answers = send(jira, "gate:GET:/first", *[f"gate:GET:/g{n}:at=100" for n in range(5)],
                           *[f"words:GET:/w{n}:at=100" for n in range(2)], concurrency=8)
            self.assertTrue(all(answers[n].ms < 600 for n in range(1, 6)), (header, answers))
            self.assertTrue(all(answers[n].ms >= 900 for n in (6, 7)), (header, answers))
        at_once(one, [["X-RateLimit-NearLimit: true"], ["x-beta-ratelimit-NEARlimit: TRUE"], ['Beta-RateLimit: "q";r=0;t=2']])


if __name__ == "__main__":
    unittest.main()
