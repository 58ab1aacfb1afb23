#!/usr/bin/env python3
"""io_serve from outside, byte by byte.  usage: serve_test.py PATH_OF_io_serve_peer [unittest arguments]"""
import os
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PEER = sys.argv.pop(1)
CRLF = b"\r\n"
HOST = b"Host: here\r\n"


class Server:
    def __init__(self, **options):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([PEER] + [f"{k}={v}" for k, v in options.items()], stdout=subprocess.PIPE,
                                        stderr=self.log)
        line = self.process.stdout.readline()
        if not line.startswith(b"port "):
            raise RuntimeError(f"no port: {self.process.wait()} {self.told()}")
        self.port = int(line.split()[1])

    def told(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def requests(self):
        return [line[4:] for line in self.told().splitlines() if line.startswith("REQ ")]

    def connect(self, timeout=5):
        peer = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return peer

    def talk(self, data, timeout=5, finish=True):
        """Send, then everything that comes until the peer closes (or, with finish, until we have shut our side)."""
        with self.connect(timeout) as peer:
            peer.sendall(data)
            if finish:
                peer.shutdown(socket.SHUT_WR)
            return read_all(peer)

    def rss_kb(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def end(self, sig=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            code = self.process.wait(20)
        finally:
            self.process.kill()
            self.process.stdout.close()
        told = self.told()
        self.log.close()
        if code != 0:
            raise AssertionError(f"server ended with {code}: {told[-3000:]}")


def wait_for(condition, limit=5):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not come to pass")
        time.sleep(0.01)


def read_all(peer):
    data = bytearray()  # bytes that grow are copied with each part: of a large reply that takes longer than the server waits
    while True:
        try:
            part = peer.recv(65536)
        except ConnectionResetError:
            return bytes(data) + b"<RESET>"
        if not part:
            return bytes(data)
        data += part


def replies(data):
    """Split a byte stream into (status, headers, body)."""
    found, at = [], 0
    while at < len(data):
        end = data.index(b"\r\n\r\n", at)
        lines = data[at:end].decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        status = int(lines[0].split()[1])
        length = int(headers.get("content-length", 0))
        at = end + 4 + length
        found.append((status, headers, data[end + 4:at]))
    return found


def statuses(data):
    return [reply[0] for reply in replies(data)]


def post(path=b"/echo", body=b"hello", more=b""):
    return (b"POST " + path + b" HTTP/1.1\r\n" + HOST + more + b"Content-Length: " + str(len(body)).encode() +
            b"\r\n\r\n" + body)


def chunked(parts, path=b"/echo", more=b""):
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + more + b"Transfer-Encoding: chunked\r\n\r\n" + body


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /echo HTTP/1.1\r\n"

# Each must be refused with a 4xx or 5xx and a close, and nothing of it may reach a handler. RFC 9112 unless noted.
SMUGGLING = {
    "two lengths": POST + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "two equal lengths": POST + HOST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "length list": POST + HOST + b"Content-Length: 5, 5\r\n\r\nhello",
    "length and chunked": POST + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunked and length": POST + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "signed length": POST + HOST + b"Content-Length: +5\r\n\r\nhello",
    "negative length": POST + HOST + b"Content-Length: -1\r\n\r\nhello",
    "hexadecimal length": POST + HOST + b"Content-Length: 0x5\r\n\r\nhello",
    "empty length": POST + HOST + b"Content-Length: \r\n\r\nhello",
    "length with blank inside": POST + HOST + b"Content-Length: 1 0\r\n\r\nhellohello",
    "length overflow": POST + HOST + b"Content-Length: 18446744073709551621\r\n\r\nhello",
    "unknown coding": POST + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunked not last": POST + HOST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "gzip, chunked": POST + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "identity": POST + HOST + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello",
    "two codings": POST + HOST + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n" + SMUGGLED,
    "quoted coding": POST + HOST + b"Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "coding with a vertical tab": POST + HOST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "coding in HTTP/1.0": b"POST /echo HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "blank before colon": POST + HOST + b"Content-Length : 5\r\n\r\nhello",
    "blank before coding's colon": POST + HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "folded line": POST + HOST + b"X-A: b\r\n c\r\nContent-Length: 5\r\n\r\nhello",
    "folded coding": POST + HOST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "folded first line": POST + b" Host: here\r\nContent-Length: 5\r\n\r\nhello",
    "bare LF in head": POST + b"Host: here\nContent-Length: 5\r\n\r\nhello",
    "bare LF request line": b"GET /echo HTTP/1.1\nHost: here\r\n\r\n",  # llhttp 877
    "bare LF at the end of head": b"GET /echo HTTP/1.1\r\nHost: here\r\n\n" + SMUGGLED,
    "bare CR as separator": POST + b"Host: here\rContent-Length: 5\r\n\r\nhello",
    "CR hides a field": POST + HOST + b"X-Abc: \rxTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",  # CVE-2023-30589
    "head ends CR LF CR X": b"GET /echo HTTP/1.1\r\nHost: here\r\n\rX" + SMUGGLED,  # CVE-2025-23167
    "NUL in a value": POST + HOST + b"X-A: a\0b\r\nContent-Length: 5\r\n\r\nhello",
    "NUL in a name": POST + HOST + b"X\0A: b\r\nContent-Length: 5\r\n\r\nhello",
    "NUL in the target": b"GET /ec\0ho HTTP/1.1\r\n" + HOST + CRLF,
    "no colon": POST + HOST + b"Content-Length 5\r\n\r\nhello",
    "empty name": POST + HOST + b": x\r\nContent-Length: 5\r\n\r\nhello",
    "no host": b"GET /echo HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /echo HTTP/1.1\r\nHost: here\r\nHost: there\r\n\r\n",
    "odd host": b"GET /echo HTTP/1.1\r\nHost: he re\r\n\r\n",
    "absolute target": b"GET http://there/echo HTTP/1.1\r\n" + HOST + CRLF,
    "two blanks in request line": b"GET  /echo HTTP/1.1\r\n" + HOST + CRLF,
    "tab in request line": b"GET\t/echo HTTP/1.1\r\n" + HOST + CRLF,
    "no version": b"GET /echo\r\n" + HOST + CRLF,
    "version 0.9": b"GET /echo HTTP/0.9\r\n" + HOST + CRLF,
    "version 2.0": b"GET /echo HTTP/2.0\r\n" + HOST + CRLF,
    "version 1.2": b"GET /echo HTTP/1.2\r\n" + HOST + CRLF,
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "lower-case method": b"get /echo HTTP/1.1\r\n" + HOST + CRLF,
    "connect": b"CONNECT there:443 HTTP/1.1\r\n" + HOST + CRLF,
    "empty line first": b"\r\n" + SMUGGLED,
    "LF first": b"\n" + SMUGGLED,
    "fragment": b"GET /echo#x HTTP/1.1\r\n" + HOST + CRLF,
    "eight bits in target": b"GET /\xe9 HTTP/1.1\r\n" + HOST + CRLF,
    "no length for POST": POST + HOST + CRLF,
    "chunk size with sign": POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n",
    "chunk size with 0x": POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "chunk size overflow": POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n",
    "chunk too long": POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
    "LF in chunk extension": POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n5;a\nb\r\nhello\r\n0\r\n\r\n",
    "bare LF after chunk size": POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
    "bare LF after chunk": POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n",
    "plain text on the line": b"hello there\r\n\r\n",
    "TLS hello on the plain port": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
}


class Plain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.end()

    def test_get_and_post(self):
        (status, headers, body), = replies(self.server.talk(post(body=b"a\0b" * 1000)))
        self.assertEqual((status, body), (200, b"a\0b" * 1000))
        self.assertEqual(headers["x-seen"], "/echo")
        self.assertIn("date", headers)
        self.assertNotIn("x-injected", headers)
        self.assertEqual(statuses(self.server.talk(SMUGGLED)), [200])
        self.assertEqual(statuses(self.server.talk(b"GET /echo HTTP/1.0\r\n\r\n", finish=False)), [200])

    def test_query_and_not_found(self):
        self.assertEqual(statuses(self.server.talk(b"GET /x?y=1 HTTP/1.1\r\n" + HOST + CRLF)), [404])

    def test_head_has_no_body(self):
        data = self.server.talk(b"HEAD /big?100 HTTP/1.1\r\nConnection: close\r\n" + HOST + CRLF, finish=False)
        self.assertIn(b"Content-Length: 100\r\n", data)
        self.assertTrue(data.endswith(b"\r\n\r\n"))

    def test_smuggling(self):
        for name, data in SMUGGLING.items():
            with self.subTest(name):
                before = len(self.server.requests())
                got = self.server.talk(data)
                self.assertNotIn(b"<RESET>", got)
                found = replies(got)
                self.assertEqual(len(found), 1, got)
                self.assertIn(found[0][0], (400, 411, 413, 431, 501, 505))
                self.assertEqual(found[0][1].get("connection"), "close")
                self.assertEqual(len(self.server.requests()), before, "it reached a handler")
        self.assertGreaterEqual(len(SMUGGLING), 40)

    def test_smuggling_in_single_bytes(self):
        for name in ("length and chunked", "folded coding", "bare LF in head", "CR hides a field", "folded line"):
            with self.subTest(name), self.server.connect() as peer:
                for i in range(len(SMUGGLING[name])):
                    try:
                        peer.sendall(SMUGGLING[name][i:i + 1])
                    except (BrokenPipeError, ConnectionResetError):
                        break
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual(statuses(read_all(peer).replace(b"<RESET>", b"")), [400])

    def test_after_a_good_request_too(self):
        got = self.server.talk(post() + SMUGGLING["length and chunked"] + SMUGGLED)
        self.assertEqual(statuses(got), [200, 400])

    def test_pipelining_in_any_cut(self):
        data = post(body=b"one") + post(b"/later?20", b"two") + chunked([b"thr", b"ee"]) + SMUGGLED + post(body=b"")
        want = [b"one", b"two", b"three", b"", b""]
        for cut in (1, 7, 64, 150, len(data)):
            with self.subTest(cut), self.server.connect() as peer:
                for i in range(0, len(data), cut):
                    peer.sendall(data[i:i + cut])
                peer.shutdown(socket.SHUT_WR)
                self.assertEqual([body for _, _, body in replies(read_all(peer))], want)

    def test_long_pipeline(self):
        data = post(body=b"x" * 500) * 2000
        with self.server.connect(20) as peer:
            sender = threading.Thread(target=lambda: (peer.sendall(data), peer.shutdown(socket.SHUT_WR)))
            sender.start()
            self.assertEqual(statuses(read_all(peer)), [200] * 2000)
            sender.join()

    def test_chunked(self):
        (status, _, body), = replies(self.server.talk(chunked([b"a" * 10, b"b" * 100000, b"c"])))
        self.assertEqual((status, body), (200, b"a" * 10 + b"b" * 100000 + b"c"))
        got = self.server.talk(POST + HOST + b"Transfer-Encoding: Chunked\r\n\r\n"
                               b"5;x=\"y\"\r\nhello\r\n0\r\nX-T: 1\r\n\r\n")
        self.assertEqual(replies(got)[0][2], b"hello")

    def test_limits(self):
        long_line = b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\n" + HOST + CRLF
        self.assertEqual(statuses(self.server.talk(long_line)), [431])
        self.assertEqual(statuses(self.server.talk(b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 64 + CRLF)), [431])
        self.assertEqual(statuses(self.server.talk(b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 63 + CRLF)), [200])
        got = self.server.talk(POST + HOST + b"Content-Length: 1048577\r\n\r\n" + b"x" * 300000)
        self.assertEqual(statuses(got), [413])  # and not a reset that eats it
        self.assertEqual(statuses(self.server.talk(chunked([b"x" * 65536] * 20))), [413])
        (status, _, body), = replies(self.server.talk(post(body=b"x" * 1048576)))
        self.assertEqual((status, len(body)), (200, 1048576))

    def test_endless_chunked_body_is_cut_and_costs_no_memory(self):
        before, began = self.server.rss_kb(), time.monotonic()
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        with self.server.connect() as peer:
            peer.sendall(POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
            try:
                while time.monotonic() - began < 10:
                    peer.sendall(chunk)
            except (BrokenPipeError, ConnectionResetError):
                pass
        self.assertLess(time.monotonic() - began, 3)  # thrown away for a second, so that the 413 arrives
        self.assertLess(self.server.rss_kb() - before, 20000)  # sanitizers keep freed memory for a while

    def test_endless_chunk_framing_is_cut(self):
        for filler in (b"1\r\nx\r\n", b"1;" + b"e" * 100 + b"\r\nx\r\n"):
            with self.subTest(filler), self.server.connect() as peer:
                peer.sendall(POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
                try:
                    for _ in range(2000):
                        peer.sendall(filler * 10)
                    peer.sendall(b"0\r\n\r\n")
                    peer.shutdown(socket.SHUT_WR)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                self.assertEqual(statuses(read_all(peer).replace(b"<RESET>", b"")),
                                 [200] if len(filler) < 10 else [400])
        with self.server.connect() as peer:  # trailers without end
            peer.sendall(POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n")
            try:
                for _ in range(3000):
                    peer.sendall(b"X-T: " + b"y" * 100 + b"\r\n")
            except (BrokenPipeError, ConnectionResetError):
                pass
            self.assertEqual(statuses(read_all(peer).replace(b"<RESET>", b"")), [400])

    def test_continue(self):
        with self.server.connect() as peer:
            peer.sendall(POST + HOST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            self.assertEqual(peer.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            peer.sendall(b"hello")
            self.assertTrue(peer.recv(1000).startswith(b"HTTP/1.1 200 "))
        got = self.server.talk(POST + HOST + b"Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")
        self.assertEqual(statuses(got), [413])
        got = self.server.talk(POST + HOST + b"Expect: magic\r\nContent-Length: 1\r\n\r\nx")
        self.assertEqual(statuses(got), [417])

    def test_reply_after_the_peer_left(self):
        for gone in (socket.SHUT_RDWR, None):
            peer = self.server.connect()
            peer.sendall(post(b"/later?100"))
            time.sleep(0.03)
            if gone is None:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # close sends RST
            peer.close()
        time.sleep(0.2)
        self.assertEqual(statuses(self.server.talk(post())), [200])

    def test_half_closed_peer_gets_its_reply(self):
        self.assertEqual(statuses(self.server.talk(post(b"/later?100"))), [200])

    def test_big_reply_to_a_slow_reader(self):
        with self.server.connect(20) as peer:
            peer.sendall(b"GET /big?20000000 HTTP/1.1\r\n" + HOST + CRLF + SMUGGLED)
            time.sleep(0.3)
            peer.shutdown(socket.SHUT_WR)
            found = replies(read_all(peer))
        self.assertEqual([len(found[0][2]), len(found)], [20000000, 2])

    def test_upgrade_is_ignored(self):
        got = self.server.talk(b"GET /echo HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" + HOST +
                               CRLF + SMUGGLED)
        self.assertEqual(statuses(got), [200, 200])

    def test_statuses_keep_or_close(self):
        got = self.server.talk(b"".join(b"GET /status?%d HTTP/1.1\r\n%s\r\n" % (n, HOST)
                                        for n in (401, 204, 304, 409, 503, 400, 200)))
        self.assertEqual(statuses(got), [401, 204, 304, 409, 503, 400])


class Limits(unittest.TestCase):
    def timed(self, server, steps, pause, data):
        began = time.monotonic()
        with server.connect(10) as peer:
            try:
                for i in range(steps):
                    peer.sendall(data[i:i + 1])
                    time.sleep(pause)
                    peer.setblocking(False)
                    try:
                        if peer.recv(1, socket.MSG_PEEK) is not None:
                            break
                    except BlockingIOError:
                        pass
                    peer.setblocking(True)
                    peer.settimeout(10)
                peer.setblocking(True)
                peer.settimeout(10)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return read_all(peer).replace(b"<RESET>", b""), time.monotonic() - began

    def test_deadlines_are_absolute(self):
        server = Server(header_ms=500, body_ms=600, idle_ms=400, reply_ms=500)
        alone = server.descriptors()
        try:
            got, took = self.timed(server, 100, 0.05, b"GET /" + b"x" * 200)
            self.assertEqual(statuses(got), [408])
            self.assertTrue(0.4 < took < 1.2, took)
            with server.connect() as peer:
                peer.sendall(POST + HOST + b"Content-Length: 1000\r\n\r\n")
                began = time.monotonic()
                got = b""
                peer.settimeout(0.05)
                while time.monotonic() - began < 3:
                    try:
                        part = peer.recv(1000)
                        if not part:
                            break
                        got += part
                    except TimeoutError:
                        peer.sendall(b"x")
                self.assertEqual(statuses(got), [408])
                self.assertTrue(0.5 < time.monotonic() - began < 1.4)
            with server.connect() as peer:  # says nothing at all
                began = time.monotonic()
                self.assertEqual(read_all(peer), b"")
                self.assertTrue(0.4 < time.monotonic() - began < 1.2)
            with server.connect() as peer:  # idle between requests
                peer.sendall(post())
                began = time.monotonic()
                self.assertEqual(statuses(read_all(peer)), [200])
                self.assertTrue(0.3 < time.monotonic() - began < 1.0)
            with server.connect() as peer:  # the handler does not answer in time
                peer.sendall(post(b"/later?900"))
                (status, headers, _), = replies(read_all(peer))
                self.assertEqual((status, headers["retry-after"]), (503, "5"))
            wait_for(lambda: server.descriptors() == alone)
            with server.connect() as peer:  # takes none of its reply
                peer.sendall(b"GET /big?20000000 HTTP/1.1\r\n" + HOST + CRLF)
                wait_for(lambda: server.descriptors() == alone + 1)
                began = time.monotonic()
                wait_for(lambda: server.descriptors() == alone)
                self.assertGreater(time.monotonic() - began, 0.3)
            time.sleep(0.5)
        finally:
            server.end()

    def test_connections_are_capped(self):
        server = Server(connections=10)
        try:
            peers = [server.connect() for _ in range(10)]
            for peer in peers:
                peer.sendall(post())
                self.assertTrue(peer.recv(1000).startswith(b"HTTP/1.1 200"))
            self.assertEqual(statuses(server.talk(b"", finish=False).replace(b"<RESET>", b"")), [503])
            peers[0].close()
            time.sleep(0.1)
            self.assertEqual(statuses(server.talk(post())), [200])
            for peer in peers:
                peer.close()
        finally:
            server.end()

    def test_connections_of_one_peer_are_capped(self):
        server = Server(per_peer=3)
        try:
            peers = [server.connect() for _ in range(3)]
            time.sleep(0.05)
            self.assertEqual(statuses(server.talk(b"", finish=False).replace(b"<RESET>", b"")), [503])
            other = socket.create_connection(("127.0.0.1", server.port), source_address=("127.0.0.7", 0), timeout=5)
            other.sendall(post())
            self.assertTrue(other.recv(1000).startswith(b"HTTP/1.1 200"))
            for peer in peers + [other]:
                peer.close()
        finally:
            server.end()

    def test_out_of_descriptors(self):
        server = Server(files=30)
        try:
            peers = [server.connect() for _ in range(60)]
            time.sleep(0.3)
            began = server.cpu_s()
            time.sleep(0.5)
            self.assertLess(server.cpu_s() - began, 0.2)
            for peer in peers:
                peer.close()
            time.sleep(0.3)
            self.assertEqual(statuses(server.talk(post())), [200])
            self.assertLess(server.descriptors(), 30)
        finally:
            server.end()

    def test_memory_is_limited(self):
        server = Server(body_bytes=8 << 20)
        try:
            peers = []
            for _ in range(12):
                peer = server.connect(2)
                peers.append(peer)
                try:
                    peer.sendall(POST + HOST + b"Content-Length: 8000000\r\n\r\n" + b"x" * 7000000)
                except (OSError, TimeoutError):
                    pass
            got = []
            for peer in peers:
                peer.settimeout(0.2)
                try:
                    got.append(peer.recv(100)[:12])
                except (OSError, TimeoutError):
                    got.append(b"")
            self.assertGreater(got.count(b"HTTP/1.1 503"), 0)
            for peer in peers:
                peer.close()
            time.sleep(0.2)
            self.assertEqual(statuses(server.talk(post(body=b"x" * 7000000))), [200])
        finally:
            server.end()

    def test_slow_many_do_not_hurt_the_honest(self):
        server = Server(connections=1000)
        try:
            slow = [server.connect() for _ in range(900)]
            for peer in slow:
                peer.sendall(b"GET /x HTT")
            took = []
            with server.connect() as peer:
                for _ in range(200):
                    began = time.monotonic()
                    peer.sendall(post(body=b"x" * 4096))
                    data = b""
                    while len(data) < 4200:
                        data += peer.recv(65536)
                    took.append(time.monotonic() - began)
            self.assertLess(sorted(took)[190], 0.1)
            for peer in slow:
                peer.close()
        finally:
            server.end()


class Drain(unittest.TestCase):
    def test_requests_in_progress_are_answered(self):
        server = Server()
        idle, busy, fresh = server.connect(), server.connect(), server.connect()
        idle.sendall(post())
        idle.recv(1000)
        busy.sendall(post(b"/later?300"))
        time.sleep(0.05)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.03)
        idle.sendall(post())  # was on the wire when the drain began
        (status, headers, _), = replies(read_all(idle))
        self.assertEqual((status, headers["connection"]), (200, "close"))
        (status, headers, _), = replies(read_all(busy))
        self.assertEqual((status, headers["connection"]), (200, "close"))
        self.assertEqual(read_all(fresh), b"")
        self.assertRaises(ConnectionRefusedError, server.connect)
        for peer in (idle, busy, fresh):
            peer.close()
        self.assertEqual(server.process.wait(5), 0)
        self.assertLess(time.monotonic() - began, 1.5)
        server.end()

    def test_the_drain_has_an_end(self):
        server = Server(drain_ms=300)
        busy, slow = server.connect(), server.connect()
        busy.sendall(post(b"/never"))
        slow.sendall(b"GET /x HT")
        time.sleep(0.05)
        began = time.monotonic()
        server.end()
        self.assertLess(time.monotonic() - began, 1.5)
        busy.close()
        slow.close()

    def test_an_unused_port_and_a_used_one(self):
        server = Server()
        taken = subprocess.run([PEER, "cert=/nonexistent", "key=/nonexistent"], capture_output=True)
        self.assertEqual(taken.returncode, 78)
        self.assertIn(b"certificate", taken.stderr)
        server.end()


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.cert, cls.key = (os.path.join(cls.folder.name, name) for name in ("cert.pem", "key.pem"))
        cls.make("first")
        cls.server = Server(cert=cls.cert, key=cls.key, header_ms=800)

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        cls.folder.cleanup()

    @classmethod
    def make(cls, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        cls.key, "-out", cls.cert], check=True, capture_output=True)

    def connect(self, **more):
        context = ssl.create_default_context(cafile=self.cert)
        for name, value in more.items():
            setattr(context, name, value)
        if not more:
            context.set_alpn_protocols(["h2", "http/1.1"])
        return context.wrap_socket(self.server.connect(10), server_hostname="localhost")

    def test_requests(self):
        with self.connect() as peer:
            self.assertEqual(peer.selected_alpn_protocol(), "http/1.1")
            peer.sendall(post(body=b"x" * 200000) + post(b"/later?50", b"two") + chunked([b"three"]) +
                         post(body=b"end", more=b"Connection: close\r\n"))
            found = replies(read_all(peer))
        self.assertEqual([body for _, _, body in found], [b"x" * 200000, b"two", b"three", b"end"])

    def test_versions(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.connect(maximum_version=version, minimum_version=version) as peer:
                peer.sendall(post(more=b"Connection: close\r\n"))
                self.assertEqual(statuses(read_all(peer)), [200])

    def test_big_both_ways(self):
        with self.connect() as peer:
            peer.sendall(post(body=b"y" * 1000000))
            peer.sendall(b"GET /big?5000000 HTTP/1.1\r\nConnection: close\r\n" + HOST + CRLF)
            found = replies(read_all(peer))
        self.assertEqual([len(body) for _, _, body in found], [1000000, 5000000])

    def test_long_pipeline(self):
        """Sends on while the replies come; one thread, since an SSL object does not bear two."""
        data = post(body=b"x" * 500) * 500 + post(more=b"Connection: close\r\n")
        got, sent, ended, began = b"", 0, False, time.monotonic()
        with self.connect() as peer:
            peer.setblocking(False)
            while not ended and time.monotonic() - began < 20:
                busy = False
                try:
                    part = peer.recv(65536)
                    got, ended, busy = got + part, not part, True
                except ssl.SSLWantReadError:
                    pass
                try:
                    if sent < len(data):
                        sent += peer.send(data[sent:sent + 16384])
                        busy = True
                except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                    pass
                if not busy:
                    select.select([peer], [peer] if sent < len(data) else [], [], 1)
        self.assertEqual(statuses(got), [200] * 501)

    def test_refusals(self):
        with self.connect() as peer:
            peer.sendall(SMUGGLING["length and chunked"])
            self.assertEqual(statuses(read_all(peer)), [400])

    def test_plain_text_and_silence_on_the_tls_port(self):
        got = self.server.talk(b"GET / HTTP/1.1\r\n\r\n", finish=False)
        self.assertNotIn(b"HTTP", got)
        began = time.monotonic()
        with self.server.connect() as peer:
            read_all(peer)
        self.assertLess(time.monotonic() - began, 2)

    def test_reload(self):
        with self.connect() as old:
            self.make("second")
            self.server.process.send_signal(signal.SIGHUP)
            time.sleep(0.2)
            with self.connect() as new:
                names = new.getpeercert()["subject"]
                self.assertEqual(names[0][0][1], "second")
                new.sendall(post(more=b"Connection: close\r\n"))
                self.assertEqual(statuses(read_all(new)), [200])
            old.sendall(post(more=b"Connection: close\r\n"))
            self.assertEqual(statuses(read_all(old)), [200])


if __name__ == "__main__":
    unittest.main(verbosity=1)
