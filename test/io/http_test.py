#!/usr/bin/env python3
"""io_http against scripted peers.  usage: http_test.py PATH_OF_io_http_client [unittest arguments]"""
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CLIENT = sys.argv.pop(1)
OK = b"HTTP/1.1 200 OK\r\nX-Seen: yes\r\nContent-Length: 5\r\n\r\nhello"


class Peer:
    """A listener; every connection runs `script(peer, connection, number)` in a thread of its own."""

    def __init__(self, script, context=None, backlog=200):
        self.script, self.context = script, context
        self.requests, self.connections = [], 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://localhost:{self.port}/"
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                number = self.connections
            threading.Thread(target=self.serve, args=(connection, number), daemon=True).start()

    def serve(self, connection, number):
        with connection:
            connection.settimeout(20)
            try:
                if self.context:
                    connection = self.context.wrap_socket(connection, server_side=True)
                self.script(self, connection, number)
            except OSError:
                pass

    def read(self, connection):
        """One request, noted; None when the client has closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return None
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += connection.recv(65536)
        with self.lock:
            self.requests.append((head, body))
        return head

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


def answering(reply=OK, pause=0.0):
    def script(peer, connection, number):
        while peer.read(connection):
            time.sleep(pause)
            connection.sendall(reply)
    return script


def call(*arguments, environment=None, **settings):
    """Run the client; a list of (index, outcome, status, length, seen, why)."""
    command = [CLIENT] + [f"{k}={v}" for k, v in settings.items()] + list(arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stderr[-3000:]}")
    found = []
    for line in done.stdout.splitlines()[:-1]:
        first, _, rest = line.partition(" [")
        seen, _, why = rest.partition("] ")
        index, outcome, status, length = first.split()
        found.append((int(index), outcome, int(status), int(length), seen.rstrip("]"), why))
    return found


class Http(unittest.TestCase):
    def peer(self, script, **more):
        peer = Peer(script, **more)
        self.addCleanup(peer.close)
        return peer

    def only(self, *arguments, **settings):
        found, = call(*arguments, **settings)
        return found[1:]

    def test_replies(self):
        peer = self.peer(answering())
        self.assertEqual(self.only("GET:" + peer.url), ("REPLIED", 200, 5, "yes", ""))
        head = peer.requests[0][0]
        self.assertTrue(head.startswith(b"GET / HTTP/1.1\r\n"))
        self.assertIn(b"\r\nX-One: 1", head)
        self.assertIn(b"\r\nX-Empty:", head)
        self.assertEqual(self.only("PUT:" + peer.url, body=3)[0], "REPLIED")
        self.assertTrue(peer.requests[1][0].startswith(b"PUT / HTTP/1.1"))
        self.assertEqual(peer.requests[1][1], b"bbb")
        self.assertNotIn(b"Content-Type", peer.requests[1][0])
        self.assertEqual(self.only("POST:" + peer.url)[0], "REPLIED")
        self.assertIn(b"\r\nContent-Length: 0", peer.requests[2][0])
        self.assertEqual(self.only("DELETE:" + peer.url)[0], "REPLIED")
        self.assertTrue(peer.requests[3][0].startswith(b"DELETE / HTTP/1.1"))
        self.assertEqual(self.only("POST:" + peer.url, body=2000000, reply_max=100)[0], "REPLIED")
        self.assertNotIn(b"Expect", peer.requests[4][0])

    def test_head(self):
        peer = self.peer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"))
        self.assertEqual(self.only("HEAD:" + peer.url)[:3], ("REPLIED", 200, 0))

    def test_a_100_is_not_the_reply(self):
        peer = self.peer(answering(b"HTTP/1.1 100 Continue\r\nX-Seen: no\r\n\r\n" + OK))
        self.assertEqual(self.only("POST:" + peer.url, body=5), ("REPLIED", 200, 5, "yes", ""))

    def test_redirects_are_replies(self):
        peer = self.peer(answering(b"HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n"))
        self.assertEqual(self.only("GET:" + peer.url)[:2], ("REPLIED", 302))

    def test_refused_unknown_and_forbidden(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.assertEqual(self.only(f"GET:http://127.0.0.1:{port}/")[0], "NOT_SENT")
        self.assertEqual(self.only(f"GET:http://localhost:{port}/")[0], "NOT_SENT")  # both families fail
        self.assertEqual(self.only("POST:http://no-such-name.invalid/", body=1)[0], "NOT_SENT")
        self.assertEqual(self.only("GET:http://127.0.0.1/", plain=0)[0], "NOT_SENT")
        self.assertEqual(self.only("GET:file:///etc/passwd")[0], "NOT_SENT")
        self.assertEqual(self.only("GET:http://us er@x/")[0], "NOT_SENT")
        self.assertEqual(self.only("GET:http://user@127.0.0.1/")[0], "NOT_SENT")
        self.assertEqual(self.only("G T:http://127.0.0.1/")[0], "NOT_SENT")

    def test_no_proxy_from_the_environment(self):
        peer = self.peer(answering())
        wrong = {"http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}
        found, = call("GET:" + peer.url, environment=wrong)
        self.assertEqual(found[1], "REPLIED")

    def test_connect_timeout(self):
        full = socket.create_server(("127.0.0.1", 0), backlog=0)
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:  # the backlog is full: nobody answers a SYN
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        time.sleep(0.1)
        began = time.monotonic()
        got = self.only(f"POST:http://127.0.0.1:{full.getsockname()[1]}/", body=5, connect_ms=400)
        self.assertLess(time.monotonic() - began, 1.5)
        self.assertEqual(got[0], "NOT_SENT")
        for one in crowd + [full]:
            one.close()

    def test_silence(self):
        def script(peer, connection, number):
            peer.read(connection)
            time.sleep(3)
        peer = self.peer(script)
        began = time.monotonic()
        self.assertEqual(self.only("POST:" + peer.url, body=5, timeout_ms=500)[0], "LOST")
        self.assertLess(time.monotonic() - began, 2)

    def test_half_a_body_and_half_a_head(self):
        for cut in (10, 40, len(OK) - 2):
            def script(peer, connection, number):
                peer.read(connection)
                connection.sendall(OK[:cut])
            peer = self.peer(script)
            with self.subTest(cut):
                self.assertEqual(self.only("POST:" + peer.url, body=5, once=1)[0], "LOST")

    def test_half_a_chunked_body(self):
        def script(peer, connection, number):
            peer.read(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        self.assertEqual(self.only("GET:" + self.peer(script).url)[0], "LOST")

    def test_reset_before_and_after_the_request(self):
        def reset(peer, connection, number):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.assertIn(self.only("POST:" + self.peer(reset).url, body=5, once=1)[0], ("LOST", "NOT_SENT"))

        def read_and_reset(peer, connection, number):
            peer.read(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.assertEqual(self.only("POST:" + self.peer(read_and_reset).url, body=5, once=1)[0], "LOST")

    def test_close_after_processing_is_never_sent_twice_with_once(self):
        """The peer answers the first request of a connection, processes the second and closes without a byte."""
        def script(peer, connection, number):
            if peer.read(connection):
                connection.sendall(OK)
                peer.read(connection)
        peer = self.peer(script)
        outcomes = [found[1] for found in call("POST:" + peer.url, body=5, times=4, once=1)]
        self.assertEqual(outcomes, ["REPLIED"] * 4)
        self.assertEqual((len(peer.requests), peer.connections), (4, 4))

        def greedy(peer, connection, number):
            peer.read(connection)  # does it, says nothing
        peer = self.peer(greedy)
        outcomes = [found[1] for found in call("POST:" + peer.url, body=5, times=3, once=1)]
        self.assertEqual(outcomes, ["LOST"] * 3)
        self.assertEqual(len(peer.requests), 3)

    def test_without_once_curl_does_send_again(self):
        """Why `once` exists: should this ever fail, libcurl has changed and the note in io_http.h can go."""
        def script(peer, connection, number):
            if peer.read(connection):
                connection.sendall(OK)
                peer.read(connection)
        peer = self.peer(script)
        outcomes = [found[1] for found in call("POST:" + peer.url, body=5, times=4)]
        self.assertEqual(outcomes, ["REPLIED"] * 4)
        self.assertGreater(len(peer.requests), 4)

    def test_connections_are_reused(self):
        peer = self.peer(answering())
        self.assertEqual(len(call("GET:" + peer.url, times=20)), 20)
        self.assertEqual(peer.connections, 1)

    def test_big_replies_are_cut(self):
        fixed = self.peer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2000000))
        self.assertEqual(self.only("GET:" + fixed.url, reply_max=1999999)[0], "LOST")
        self.assertEqual(self.only("GET:" + fixed.url, reply_max=2000000)[:3], ("REPLIED", 200, 2000000))
        sent = []

        def endless(peer, connection, number):
            peer.read(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent.append(65536)
        found = self.only("GET:" + self.peer(endless).url, reply_max=500000)
        self.assertEqual(found[0], "LOST")
        self.assertIn("larger", found[4])
        self.assertLess(sum(sent), 20 << 20)

        def endless_head(peer, connection, number):
            peer.read(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-A: " + b"y" * 500 + b"\r\n")
        self.assertEqual(self.only("GET:" + self.peer(endless_head).url)[0], "LOST")

    def test_a_hundred_at_once(self):
        peer = self.peer(answering(pause=0.05))
        began = time.monotonic()
        found = call(*["GET:" + peer.url] * 100, in_flight=100, per_host=50, timeout_ms=9000)
        self.assertEqual([one[1:3] for one in found], [("REPLIED", 200)] * 100)
        self.assertEqual(sorted(one[0] for one in found), list(range(100)))
        self.assertLessEqual(peer.connections, 50)
        self.assertLess(time.monotonic() - began, 5)

    def test_who_waits_too_long_was_not_sent(self):
        peer = self.peer(answering(pause=0.4))
        for limits in ({"in_flight": 1}, {"per_host": 1}):
            with self.subTest(limits):
                found = call(*["GET:" + peer.url] * 4, timeout_ms=600, **limits)
                outcomes = sorted(one[1] for one in found)
                self.assertIn("REPLIED", outcomes)
                self.assertIn("NOT_SENT", outcomes)
                self.assertEqual(len(found), 4)

    def test_closing_ends_every_call(self):
        def script(peer, connection, number):
            peer.read(connection)
            time.sleep(5)
        peer = self.peer(script)
        began = time.monotonic()
        found = call(*["POST:" + peer.url] * 10, body=10, in_flight=6, per_host=4, timeout_ms=9000, close_ms=300)
        self.assertLess(time.monotonic() - began, 3)
        outcomes = sorted(one[1] for one in found)
        self.assertEqual(outcomes, ["LOST"] * 4 + ["NOT_SENT"] * 6)

    def test_closing_with_idle_connections(self):
        peer = self.peer(answering())
        self.assertEqual(len(call(*["GET:" + peer.url] * 8, times=3)), 24)


class Https(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.cert, cls.key = (os.path.join(cls.folder.name, name) for name in ("cert.pem", "key.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        cls.key, "-out", cls.cert], check=True, capture_output=True)
        cls.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        cls.context.load_cert_chain(cls.cert, cls.key)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_checked_certificate(self):
        peer = Peer(answering(), context=self.context)
        self.addCleanup(peer.close)
        good = call("GET:" + peer.url, ca=self.cert, plain=0)
        self.assertEqual([one[1] for one in good], ["REPLIED"])
        for url, more in ((peer.url, {}), (peer.url.replace("localhost", "127.0.0.1"), {"ca": self.cert})):
            found, = call("POST:" + url, body=5, plain=0, **more)
            self.assertEqual(found[1], "NOT_SENT", found)
        self.assertEqual(len(peer.requests), 1)

    def test_handshake_that_fails(self):
        def rude(peer, connection, number):
            connection.recv(10)
            if number % 2:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer = Peer(rude)
        self.addCleanup(peer.close)
        url = peer.url.replace("http:", "https:")
        self.assertEqual({one[1] for one in call("POST:" + url, body=5, times=4, plain=0)}, {"NOT_SENT"})

        def mute(peer, connection, number):
            time.sleep(3)
        peer = Peer(mute)
        self.addCleanup(peer.close)
        url = peer.url.replace("http:", "https:")
        self.assertEqual(call("POST:" + url, body=5, connect_ms=400, plain=0)[0][1], "NOT_SENT")
        self.assertEqual(call("POST:" + url, body=5, timeout_ms=400, connect_ms=900, plain=0)[0][1], "NOT_SENT")

    def test_cut_after_the_request(self):
        def script(peer, connection, number):
            peer.read(connection)
        peer = Peer(script, context=self.context)
        self.addCleanup(peer.close)
        self.assertEqual(call("POST:" + peer.url, body=5, once=1, ca=self.cert)[0][1], "LOST")
        self.assertEqual(len(peer.requests), 1)


if __name__ == "__main__":
    unittest.main(verbosity=1)
