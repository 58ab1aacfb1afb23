"""HTTP/1.1 on plain threads: small, keep-alive, and able to break off anywhere.

Python's own server spends a millisecond a request on headers; kill runs and polls of ten thousand tickets need less.
"""
import functools
import json
import queue
import re
import select
import socket
import struct
import threading
import time
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

HEAD_BYTES, BODY_BYTES = 64 * 1024, 32 * 1024 * 1024
_USUAL = re.compile(r"/(?!/)[!-\"$-~]*\Z")  # a target of a path and a query alone: urlsplit would find nothing else in it
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
REASON = {int(status): status.phrase for status in HTTPStatus}


class Gone(Exception):
    """The peer went away, or said something that is not HTTP."""


class Query(dict):
    """Parameters by name, the last one of each; `every` knows those that came before."""

    def __init__(self, pairs):
        super().__init__(pairs)
        self._pairs = pairs

    def every(self, name):
        return [value for key, value in self._pairs if key == name]


class Request:
    __slots__ = ("method", "target", "path", "query", "headers", "body", "close")

    def __init__(self, method, target, version, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        if _USUAL.match(target):
            path, _, query = target.partition("?")
        else:
            parts = urlsplit(target)
            path, query = parts.path, parts.query
        self.path = unquote(path) if "%" in path else path
        self.query = Query(_pairs(query))
        words = headers.get("connection", "").lower()
        self.close = "close" in words or (version == "HTTP/1.0" and "keep-alive" not in words)


def _pairs(query):
    """As parse_qsl, which takes its time, has them."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    return [part.partition("=")[::2] for part in query.split("&") if part]


def readable(sock, timeout_ms=None):
    """Something has come there, were it its end; waits for it."""
    descriptor = sock.fileno()
    if descriptor < 0:  # closed
        return False
    waits = select.poll()
    waits.register(descriptor, select.POLLIN)
    return waits.poll(timeout_ms)


class Connection:
    """One accepted socket: reads requests, writes answers, or breaks off."""

    def __init__(self, sock):
        self._sock, self._buffer = sock, b""
        self._turn = threading.Lock()
        self.taken, self.taking = 0, False  # calls that came in part at least; whether one is in hand
        self.when_heard = None  # called once the peer has gone on after the last answer: it has read it

    def coming(self):
        """Which of its calls is in hand, or waits to be read in part at least; 0: none. Nothing is read of a call before it is in
        hand, and that is not done meanwhile: a call is always seen in one of the two places."""
        with self._turn:
            if self.taking:
                return self.taken
            return self.taken + 1 if self._buffer or readable(self._sock, 0) else 0

    def shut(self):
        self._sock.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._sock.close()

    def _wait(self):
        """Until a call begins. What has come is either still in the socket or in hand: nobody sees it at neither place."""
        self.taking = False
        if not self._buffer:
            readable(self._sock)
        if self.when_heard:
            self.when_heard()
            self.when_heard = None
        with self._turn:
            self.taken, self.taking = self.taken + 1, True

    def read(self):
        """The next whole request; None when the peer closed between two."""
        self._wait()
        head = self._head()
        if head is None:
            return None
        try:
            lines = head.decode("latin-1").split("\r\n")
            method, target, version = lines[0].split(" ")
            headers = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
        except ValueError:
            raise Gone("not HTTP") from None
        if headers.get("expect", "").lower() == "100-continue":
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = self._chunks()
        else:
            length = headers.get("content-length", "0")
            if not length.isdigit() or int(length) > BODY_BYTES:
                raise Gone("bad length")
            body = self._exactly(int(length))
        return Request(method, target, version, headers, body)

    def _more(self):
        data = self._sock.recv(256 * 1024)
        if not data:
            raise Gone("closed")
        self._buffer += data

    def _head(self):
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > HEAD_BYTES:
                raise Gone("head too long")
            data = self._sock.recv(16 * 1024)
            if not data:
                if self._buffer:
                    raise Gone("closed inside a head")
                return None
            self._buffer += data
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        return head

    def _exactly(self, length):
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return body

    def _line(self):
        while b"\r\n" not in self._buffer:
            self._more()
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    def _chunks(self):
        body = b""
        while True:
            size = int(self._line().split(b";")[0], 16)
            if len(body) + size > BODY_BYTES:
                raise Gone("body too long")
            body += self._exactly(size)
            self._line()
            if size == 0:
                return body

    def answer(self, status, headers, body, head_only=False, close=False):
        self._sock.sendall(encode(status, headers, body, close, head_only))

    def send(self, data):
        self._sock.sendall(data)

    def reset(self):
        """Break off with RST rather than a polite end."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def encode(status, headers, body, close=False, head_only=False):
    lines = [f"HTTP/1.1 {status} {REASON.get(status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if status not in (204, 304):
        lines.append(f"Content-Length: {len(body)}")
    if close:
        lines.append("Connection: close")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head if head_only or status in (204, 304) else head + body


def dump(value):
    """A reply's body and its content type."""
    if value is None:
        return b"", None
    if isinstance(value, bytes):
        return value, "text/html; charset=utf-8"
    if isinstance(value, str):
        return value.encode(), "text/plain;charset=UTF-8"
    return _JSON.encode(value).encode(), "application/json;charset=UTF-8"


class Crew:
    """Threads that are kept for the next task: starting one costs as much as answering a call."""

    def __init__(self):
        self._tasks, self._lock, self._idle = queue.SimpleQueue(), threading.Lock(), 0

    def begin(self, task):
        """Runs it at once, beside all others."""
        with self._lock:
            free = self._idle > 0
            self._idle -= free
        if free:
            self._tasks.put(task)
        else:
            threading.Thread(target=self._work, args=(task,), daemon=True).start()

    def _work(self, task):
        while True:
            task()
            task = None  # what it holds may go
            with self._lock:
                self._idle += 1
            task = self._tasks.get()


class Server:
    """handle(connection, request) answers one request and returns False to end the connection."""

    def __init__(self, host, port, handle):
        self._listener = socket.create_server((host, port), backlog=512)
        self.host, self.port = self._listener.getsockname()[:2]
        self._listener.setblocking(False)  # who knocked may have gone when the door is opened
        self._handle, self._crew = handle, Crew()
        self._open, self._lock, self._stopped = set(), threading.Lock(), False

    def serve(self):
        """Until stop() is called."""
        while not self._stopped:
            try:
                readable(self._listener)
                with self._lock:
                    sock, _ = self._listener.accept()
                    sock.setblocking(True)
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection = Connection(sock)
                    self._open.add(connection)
            except (OSError, ValueError):
                time.sleep(0.001)
                continue
            self._crew.begin(functools.partial(self._converse, connection))

    def on_their_way(self, but):
        """Calls that have reached this machine, at least in part, on other connections: {connection: which of its calls}."""
        while True:
            with self._lock:
                if not readable(self._listener, 0):
                    others = [c for c in self._open if c is not but]
                    break
            time.sleep(0.001)  # some wait to be accepted
        coming = {c: c.coming() for c in others}
        return {c: n for c, n in coming.items() if n}

    def _converse(self, connection):
        try:
            while not self._stopped:
                request = connection.read()
                if request is None or not self._handle(connection, request) or request.close:
                    return
        except (OSError, Gone, ValueError):
            return  # the peer's business; the call record says what was executed
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def stop(self):
        self._stopped = True
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shut()
                except OSError:
                    pass
