"""Somebody who is told what happens: a real HTTP server that verifies each signature by itself.

The verifier is written from the text of Standard Webhooks and CloudEvents and knows nothing of ours.
"""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

TOLERANCE_S = 300


def secret(seed):
    """A secret in the form of Standard Webhooks, the same for the same seed."""
    return "whsec_" + base64.b64encode(hashlib.sha256(seed.encode()).digest()).decode()


def verify(headers, body, secrets):
    """Which of the secrets signed it; raises when none of the signatures is right, or it is not of now."""
    uid, at, given = (headers[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature"))
    assert abs(time.time() - int(at)) < TOLERANCE_S, f"signed at {at}"
    right = []
    for one in given.split(" "):
        version, _, value = one.partition(",")
        assert version == "v1", one
        for word in secrets:
            key = base64.b64decode(word.removeprefix("whsec_"), validate=True)
            made = hmac.new(key, f"{uid}.{at}.".encode() + body, hashlib.sha256).digest()
            if hmac.compare_digest(base64.b64encode(made).decode(), value):
                right.append(word)
    assert right, "none of the signatures is right"
    return right


class Receiver:
    """Paths are subscribers. answers[path] says what becomes of the next calls: a status, (status, headers), or a function of the
    event that gives one of these; None keeps the caller waiting until the receiver ends."""

    def __init__(self, secrets):
        self.secrets = secrets
        self.got, self.faults, self.answers = [], [], {}
        self.over = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = receiver.take(self.path, self.headers, body)
                if status is None:
                    receiver.over.wait()
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {"Content-Length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def do_GET(self):  # noqa: N802
                receiver.faults.append(f"GET {self.path}: nobody reads here")
                self.send_error(405)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def take(self, path, headers, body):
        try:
            by = verify(headers, body, self.secrets)
            assert headers["Content-Type"] == "application/cloudevents+json; charset=utf-8", headers["Content-Type"]
            event = json.loads(body)
            assert event["id"] == headers["webhook-id"] and event["specversion"] == "1.0"
        except Exception as fault:  # noqa: BLE001
            self.faults.append(f"{path}: {fault!r}")
            return 400, {}
        answer = self.answers.get(path, 204)
        answer = answer(event) if callable(answer) else answer
        status, more = answer if isinstance(answer, tuple) else (answer, {})
        self.got.append({"path": path, "event": event, "by": by, "body": body, "status": status})
        return status, more

    def events(self, path, taken=True):
        """What came there, in its order; taken: only what was answered well, each once."""
        seen, found = set(), []
        for one in list(self.got):
            if one["path"] != path or taken and (not one["status"] or one["status"] >= 300 or one["event"]["id"] in seen):
                continue
            seen.add(one["event"]["id"])
            found.append(one["event"])
        return found

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
