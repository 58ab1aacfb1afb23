"""Webhook deliveries: signed, retried with the same identifier, and lost, doubled, delayed or corrupted on request."""
import hashlib
import hmac
import http.client
import json
import random
import threading
import time
import urllib.parse
import uuid

from model import Model, now_ms, user_json

RETRIED = {408, 409, 425, 429}
TRIES = 5


class Hooks:
    def __init__(self, model: Model, time_scale: float):
        self.model, self.scale = model, time_scale
        self.targets: list[dict] = []
        self.trouble = {"drop_pct": 0, "duplicate_pct": 0, "delay_ms": 0, "corrupt_pct": 0}
        self.rng = random.Random(7)
        self.sent = self.failed = 0
        model.listeners.append(self.on_event)

    def register(self, body: dict) -> dict:
        if not str(body.get("url", "")).startswith("http") or not body.get("events"):
            raise ValueError("url and events are needed")
        target = {"id": len(self.targets) + 1, "url": body["url"], "events": body["events"], "secret": body.get("secret", "")}
        self.targets.append(target)
        return {"self": f"/rest/webhooks/1.0/webhook/{target['id']}", "name": body.get("name", ""), "enabled": True,
                "isSigned": bool(target["secret"]), "url": body["url"]}

    def envelope(self, event: str, kind: str, issue: dict, actor: str, change, comment) -> dict:
        out = {"timestamp": now_ms(), "webhookEvent": event, "user": user_json(actor)}
        if comment is not None:
            whole = self.model.issue_json(issue)
            few = {k: whole["fields"][k] for k in ("summary", "issuetype", "project", "status")}
            out["comment"] = self.model.comment_json(issue, comment)
            out["issue"] = {"id": issue["id"], "key": issue["key"], "fields": few}
            return out
        out["issue_event_type_name"] = kind
        out["issue"] = self.model.issue_json(issue)
        if change is not None:
            out["changelog"] = {"id": change["id"], "items": change["items"]}
        return out

    def on_event(self, event, kind, issue, actor, change=None, comment=None) -> None:
        if not self.targets:
            return
        body = json.dumps(self.envelope(event, kind, issue, actor, change, comment)).encode()
        for target in self.targets:
            if event not in target["events"] or self.rng.randrange(100) < self.trouble["drop_pct"]:
                continue
            copies = 2 if self.rng.randrange(100) < self.trouble["duplicate_pct"] else 1
            number = str(uuid.UUID(int=self.rng.getrandbits(128)))
            for _ in range(copies):
                threading.Thread(target=self.deliver, args=(target, number, body), daemon=True).start()

    def deliver(self, target: dict, number: str, body: bytes) -> None:
        if self.trouble["delay_ms"]:
            time.sleep(self.rng.randrange(self.trouble["delay_ms"]) / 1000)
        key = target["secret"].encode()
        if self.rng.randrange(100) < self.trouble["corrupt_pct"]:
            key = b"somebody else"
        headers = {"Content-Type": "application/json; charset=utf-8", "X-Atlassian-Webhook-Identifier": number,
                   "X-Atlassian-Webhook-Flow": "Primary", "User-Agent": "Atlassian Webhook HTTP Client"}
        if target["secret"]:
            headers["X-Hub-Signature"] = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
        for attempt in range(TRIES + 1):
            if attempt:
                time.sleep(5 / self.scale)
                headers["X-Atlassian-Webhook-Retry"] = str(attempt)
            status = self.post(target["url"], headers, body)
            if status is not None and status < 500 and status not in RETRIED:
                self.sent += status < 300
                return
        self.failed += 1

    @staticmethod
    def post(url: str, headers: dict, body: bytes) -> int | None:
        parts = urllib.parse.urlsplit(url)
        try:
            conn = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
            conn.request("POST", parts.path, body, headers)
            status = conn.getresponse().status
            conn.close()
            return status
        except OSError:
            return None
