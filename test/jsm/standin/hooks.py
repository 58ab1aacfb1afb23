"""Webhooks: who is registered, what is sent, how it is signed, and the retries.

Delivery is by threads of its own, so the order of arrival is not the order of events; Jira promises none either.
"""
import base64
import hashlib
import hmac
import heapq
import http.client
import itertools
import json
import random
import threading
import time
import uuid
from collections import deque
from urllib.parse import urlsplit

from . import clock, jql, render, rules
from .index import Document

RETRIED = {408, 409, 425, 429}
MOST_RETRIES = 5
RETRY_S = (5 * 60, 15 * 60)     # between tries, drawn at random
EXPIRES_MS = 30 * 86400_000      # dynamic ones
EVENTS = {"jira:issue_created", "jira:issue_updated", "jira:issue_deleted", "comment_created", "comment_updated",
          "comment_deleted", "issue_property_set", "issue_property_deleted"}


class Delivery:
    """One message to one address: the identifier stays the same on retries."""

    def __init__(self, hook, event, key, body, flow):
        self.hook, self.event, self.key, self.body, self.flow = hook, event, key, body, flow
        self.identifier = str(uuid.uuid4())
        self.tries, self.corrupt, self.state = [], False, "waiting"

    def record(self):
        return {"identifier": self.identifier, "event": self.event, "key": self.key, "url": self.hook["url"],
                "flow": self.flow, "state": self.state, "tries": self.tries, "bytes": len(self.body)}


class Hooks:
    def __init__(self, site):
        self._site = site
        self._wake = threading.Condition()
        self._queue, self._order, self._threads = [], itertools.count(), []
        self._stopped, self._busy = False, 0
        self.registered, self.log = {}, deque(maxlen=50_000)
        self.rules = []  # of automation
        self._ids = itertools.count(1)

    def forget(self, keep_registered=False):
        with self._wake:
            self._queue.clear()
            self.log.clear()
            if not keep_registered:
                self.registered.clear()
                self.rules.clear()

    def stop(self):
        with self._wake:
            self._stopped = True
            self._wake.notify_all()

    # -- registration

    def register(self, account, url, events, filter_jql, secret=None, dynamic=False, name="", fields=None,
                 properties=None, exclude_body=False):
        """The filter is parsed now, so that a bad one is refused now."""
        query = self.parse(account, filter_jql)
        number = next(self._ids) if not dynamic else 999 + next(self._ids)
        hook = {"id": number, "name": name, "url": url, "events": list(events), "jql": filter_jql, "secret": secret,
                "dynamic": dynamic, "by": account.id, "at": clock.now_ms(), "query": query, "enabled": True,
                "fields": fields, "properties": properties, "excludeBody": exclude_body,
                "expires": clock.now_ms() + EXPIRES_MS if dynamic else None}
        self.registered[number] = hook
        return hook

    def parse(self, account, filter_jql):
        return jql.parse(filter_jql, account, self._site) if filter_jql.strip() else None

    # -- what happened

    def issue_created(self, ticket, actor):
        """Captures show a changelog here too, with a capital S in the status field's name."""
        items = [{"field": "Status", "fieldtype": "jira", "fieldId": "status", "from": None, "fromString": None,
                  "to": ticket.status, "toString": render.status(self._site, ticket.status)["name"]},
                 {"field": "summary", "fieldtype": "jira", "fieldId": "summary", "from": None, "fromString": None,
                  "to": None, "toString": ticket.values.get("summary")}]
        self._tell("jira:issue_created", ticket, lambda: {
            "issue_event_type_name": "issue_created", "user": self._user(actor), "issue": self._issue(ticket),
            "changelog": {"id": self._site.next_id("history"), "items": items}})

    def issue_updated(self, ticket, actor, entry, bulk, moved):
        kinds = {item.get("fieldId") for item in entry["items"]} if entry else set()
        name = "issue_generic" if moved else "issue_assigned" if kinds == {"assignee"} else "issue_updated"

        def body():
            told = {"issue_event_type_name": name, "user": self._user(actor), "issue": self._issue(ticket)}
            if entry:
                told["changelog"] = {"id": entry["id"], "items": entry["items"]}
            if bulk:
                told["bulkOperationMetaData"] = {"bulkOperationId": str(bulk)}
            return told
        self._tell("jira:issue_updated", ticket, body, touched=kinds, bulk=bulk)

    def issue_deleted(self, ticket, actor):
        self._tell("jira:issue_deleted", ticket, lambda: {"user": self._user(actor), "issue": self._issue(ticket)})

    def comment(self, event, ticket, entry, actor):
        self._tell(event, ticket, lambda: {
            "comment": _no_address(render.comment(self._site, ticket, entry, None, api="2")),
            "issue": self._reduced(ticket)})

    def issue_property(self, event, ticket, key, value, actor):
        self._tell(event, ticket, lambda: {"user": self._user(actor), "issue": self._reduced(ticket),
                                           "property": {"key": key, "value": value}}, property_key=key)

    def _user(self, actor):
        return _no_address(self._site.shown_user(actor.id, "2"))

    def _issue(self, ticket):
        shown = render.issue(self._site, ticket, None, api="2")
        shown.pop("expand")
        shown["fields"].pop("comment", None)
        return _no_address(shown)

    def _reduced(self, ticket):
        """Comment events carry six fields of the ticket."""
        shown = self._issue(ticket)
        shown["fields"] = {name: shown["fields"].get(name) for name in
                           ("summary", "issuetype", "project", "assignee", "priority", "status")}
        return shown

    # -- to whom it is told

    def _tell(self, event, ticket, make_body, touched=(), property_key=None, bulk=False):
        for rule in self.rules:
            delivery = rules.delivery(rule, event, self._issue(ticket), Delivery)
            self.log.append(delivery)
            self._enqueue(delivery)
        if not self.registered:
            return
        body, now = None, clock.now_ms()
        for hook in self.registered.values():
            if not self._wants(hook, event, ticket, touched, property_key, now):
                continue
            if body is None:
                told = make_body() if not self._site.dc else self._site.dc.show(self._site, make_body())
                body = json.dumps({"timestamp": now, "webhookEvent": event} | told, ensure_ascii=False, separators=(",", ":")).encode()
            delivery = Delivery(hook, event, ticket.key, b"" if hook["excludeBody"] else body,
                                "Secondary" if bulk else "Primary")
            self.log.append(delivery)
            self._enqueue(delivery)

    @staticmethod
    def _wants(hook, event, ticket, touched, property_key, now):
        if not hook["enabled"] or event not in hook["events"] or (hook["expires"] and hook["expires"] < now):
            return False
        if hook["query"] and not hook["query"].match(Document(ticket)):
            return False
        if hook["fields"] and event == "jira:issue_updated" and not set(hook["fields"]) & set(touched):
            return False
        return not (property_key and hook["properties"] and property_key not in hook["properties"])

    def _enqueue(self, delivery):
        """Here the faults of the way to us happen."""
        wait_ms, copies = 0.0, 1
        for effect in self._site.faults_for_hook(delivery):
            kind = effect["kind"]
            if kind == "drop":
                delivery.state, copies = "dropped", 0
            elif kind == "duplicate":
                copies = effect.get("copies", 2)
            elif kind == "delay":
                wait_ms += effect.get("ms", 1000)
            elif kind == "reorder":
                wait_ms += random.uniform(0, effect.get("ms", 500))
            elif kind == "corrupt_signature":
                delivery.corrupt = True
        for copy in range(copies):
            self._push(delivery, (wait_ms + 20 * copy) / 1000)

    def _push(self, delivery, seconds):
        with self._wake:
            if self._stopped:
                return
            heapq.heappush(self._queue, (time.monotonic() + seconds, next(self._order), delivery))
            if len(self._threads) < self._site.config["hook_threads"]:
                thread = threading.Thread(target=self._deliver_all, name="webhooks", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._wake.notify()

    # -- sending

    def _deliver_all(self):
        peers = {}
        while True:
            with self._wake:
                while not self._stopped and (not self._queue or self._queue[0][0] > time.monotonic()):
                    self._wake.wait(self._queue[0][0] - time.monotonic() if self._queue else None)
                if self._stopped:
                    return
                delivery = heapq.heappop(self._queue)[2]
                self._busy += 1
            try:
                self._try(delivery, peers)
            finally:
                with self._wake:
                    self._busy -= 1

    def _try(self, delivery, peers):
        rule = delivery.hook.get("rule")
        if not rule and delivery.hook["id"] not in self.registered:
            delivery.state = "forgotten"
            return
        began = clock.now_ms()
        status = _post(peers, delivery.hook["url"], delivery.body, self._headers(delivery),
                       self._site.config["hook_timeout_ms"] / 1000)
        delivery.tries.append({"at": began, "ms": clock.now_ms() - began, "answer": status})
        if isinstance(status, int) and status not in RETRIED and status < 500:
            delivery.state = "delivered" if status < 300 else "refused"
        elif rule or len(delivery.tries) > MOST_RETRIES or self._site.dc:  # nothing is known of retries there
            delivery.state = "lost"
        else:
            delivery.state = "retrying"
            self._push(delivery, random.uniform(*RETRY_S) / self._site.time_scale)

    def _headers(self, delivery):
        if delivery.hook.get("rule"):
            return {"Content-Type": "application/json", **delivery.hook["headers"]}
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Atlassian Webhook HTTP Client"}
        if not self._site.dc:
            headers |= {"X-Atlassian-Webhook-Identifier": delivery.identifier, "X-Atlassian-Webhook-Flow": delivery.flow}
        if delivery.tries:
            headers["X-Atlassian-Webhook-Retry"] = str(len(delivery.tries))
        secret = delivery.hook["secret"]
        if secret:
            digest = hmac.new(secret.encode(), delivery.body, hashlib.sha256).hexdigest()
            if delivery.corrupt:
                digest = ("0" if digest[0] != "0" else "1") + digest[1:]
            headers["X-Hub-Signature"] = f"sha256={digest}"
        if delivery.hook["dynamic"]:
            app = self._site.accounts_by_id[delivery.hook["by"]]
            headers["Authorization"] = "JWT " + app_token(app, delivery.hook["url"], delivery.corrupt)
        return headers

    def age(self, days):
        """The dynamic ones are so much older."""
        aged = [hook for hook in self.registered.values() if hook["dynamic"]]
        for hook in aged:
            hook["expires"] -= int(days * 86400_000)
        return len(aged)

    def hurry(self):
        """Everything queued is due at once."""
        with self._wake:
            count = len(self._queue)
            self._queue = [(0.0, number, delivery) for _, number, delivery in self._queue]
            heapq.heapify(self._queue)
            self._wake.notify_all()
        return count

    def replay(self, identifiers=None):
        """The same bytes under the same identifier once more, as whoever overheard them could send."""
        chosen = [d for d in self.log if identifiers is None or d.identifier in identifiers]
        for delivery in chosen:
            self._push(delivery, 0)
        return len(chosen)

    def pending(self):
        """Messages that are still to be sent or being sent, retries included."""
        with self._wake:
            return len(self._queue) + self._busy


def app_token(app, url, corrupt=False):
    """What an app's webhooks carry: HS256 under its client secret; `qsh` names the request as Connect does."""
    now = clock.now_ms() // 1000
    request = f"POST&{urlsplit(url).path}&"
    claims = {"iss": app.id, "iat": now, "exp": now + 180, "qsh": hashlib.sha256(request.encode()).hexdigest()}
    told = ".".join(_part(json.dumps(piece).encode()) for piece in ({"typ": "JWT", "alg": "HS256"}, claims))
    key = app.client_secret + ("x" if corrupt else "")
    return told + "." + _part(hmac.new(key.encode(), told.encode(), hashlib.sha256).digest())


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _no_address(shown):
    """Webhooks carry no e-mail addresses of users. Most of a ticket is plain words, so each call is spared that can be."""
    if isinstance(shown, dict):
        return {k: _no_address(v) if isinstance(v, (dict, list)) else v for k, v in shown.items() if k != "emailAddress"}
    return [_no_address(v) if isinstance(v, (dict, list)) else v for v in shown] if isinstance(shown, list) else shown


def _post(peers, url, body, headers, timeout):
    """The status, or a word for what went wrong. Connections are kept; a kept one that turns out dead is replaced."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    address = (parts.scheme, parts.netloc)
    kept = peers.pop(address, None)
    for peer in filter(None, (kept, _connect(parts, timeout))):
        try:
            peer.request("POST", path, body=body, headers=headers)
            answer = peer.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            peer.close()
            if isinstance(error, TimeoutError):
                return "timeout"
            if peer is not kept:
                return type(error).__name__
            continue
        if not answer.will_close:
            peers[address] = peer
        return answer.status
    raise AssertionError("unreachable")


def _connect(parts, timeout):
    """Connects when it is first used."""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.netloc, timeout=timeout)
