"""Drives the stand-in from Python: starts it, calls it as anyone, uses its control port, receives its webhooks.

    with client.Site() as site:
        site.act(do="request", actor="customer", fields={"summary": "Role for P. Example"})
        status, body = site.call("GET", "/rest/api/3/issue/IAM-1")
"""
import base64
import ctypes
import http.client
import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jsm")


def _end_with_us():
    """In the child: when the test is killed outright the stand-in ends too."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))


class Site:
    """One running stand-in. call() and control() may be used from several threads."""

    def __init__(self, *arguments, scenario=None):
        self._arguments, self._scenario = list(arguments), scenario
        self._process, self._local, self._peers = None, threading.local(), []

    def __enter__(self):
        arguments = [sys.executable, PROGRAM, *self._arguments]
        if self._scenario is not None:
            self._file = tempfile.NamedTemporaryFile("w", suffix=".json")
            json.dump(self._scenario, self._file)
            self._file.flush()
            arguments += ["--seed-file", self._file.name]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, preexec_fn=_end_with_us)
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the stand-in did not start: {arguments}")
        ready = json.loads(line)
        self.url, self.host, self.port = ready["url"], ready["host"], ready["port"]
        return self

    def __exit__(self, *_):
        for peer in self._peers:
            peer.close()
        self._process.send_signal(signal.SIGTERM)
        try:
            self.returncode = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            self._process.stdout.close()

    def raw(self, method, path, body=None, headers=None, timeout=10):
        """(status, headers, bytes); raises what http.client raises when the answer is lost."""
        peer = getattr(self._local, "peer", None)
        if peer is None:
            peer = self._local.peer = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
            self._peers.append(peer)
        try:
            peer.timeout = timeout
            if peer.sock:
                peer.sock.settimeout(timeout)
            peer.request(method, path, body, headers or {})
            answer = peer.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            peer.close()
            self._local.peer = None
            raise

    def full(self, method, path, body=None, actor="connector", headers=None, timeout=10):
        """(status, headers, JSON or text)."""
        given = {"Content-Type": "application/json"} if body is not None else {}
        if actor:
            pair = f"{actor}@example.com:{actor}-token".encode()
            given["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        data = json.dumps(body).encode() if body is not None and not isinstance(body, bytes) else body
        status, got, text = self.raw(method, path, data, given | (headers or {}), timeout)
        if got.get("Content-Type", "").startswith("application/json"):
            return status, got, json.loads(text)
        return status, got, text.decode()

    def call(self, method, path, body=None, actor="connector", **more):
        status, _, answer = self.full(method, path, body, actor, **more)
        return status, answer

    def control(self, method, name, body=None):
        """What /_control/NAME answers; fails when it refuses."""
        status, _, answer = self.full(method, f"/_control/{name}", body, actor=None)
        if status != 200:
            raise AssertionError(f"{method} /_control/{name}: {status} {answer}")
        return answer

    def act(self, **spec):
        """One deed: act(do="transition", actor="agent", issue="IAM-1", name="Resolve")."""
        return self.control("POST", "act", spec)

    def try_act(self, **spec):
        """(status, answer) of a deed that may be refused."""
        status, _, answer = self.full("POST", "/_control/act", spec, actor=None)
        return (answer["status"], answer) if status == 200 else (status, answer)

    def fault(self, effect, **rule):
        """fault({"kind": "lose_reply"}, method="POST", path="^/rest/api/3/issue$", count=1)."""
        return self.control("POST", "faults", {"effect": effect} | rule)["ids"][0]

    def oracle(self):
        return self.control("GET", "oracle")


def until(probe, seconds=20):
    """What probe() says, once that is true or so long has passed."""
    end = time.monotonic() + seconds
    while not (said := probe()) and time.monotonic() < end:
        time.sleep(0.01)
    return said


class Receiver:
    """An address that takes webhooks. statuses: what it answers, in turn; the last one stays."""

    def __init__(self, *statuses):
        self.got, self._statuses = [], list(statuses) or [200]
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver._statuses.pop(0) if len(receiver._statuses) > 1 else receiver._statuses[0]
                receiver.got.append((dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook/jira/main"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def wait(self, count, seconds=20):
        """The messages, once there are so many."""
        if not until(lambda: len(self.got) >= count, seconds):
            raise AssertionError(f"{len(self.got)} webhooks after {seconds} s, {count} expected")
        return self.got
