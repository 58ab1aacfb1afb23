"""Rate limits: Jira's buckets when switched on, forced answers at any time, and who called inside a Retry-After."""
import email.utils
import math
import time

from . import clock
from .errors import Refusal

BURST = {"GET": 100, "POST": 100, "PUT": 50, "DELETE": 50}   # a second, per endpoint and method
BURST_OF = {("GET", "/rest/api/3/issue/{issue}"): 150, ("GET", "/rest/api/3/issue/{issue}/changelog"): 200,
            ("POST", "/rest/api/3/search/approximate-count"): 150}  # those with a limit of their own
PER_ISSUE = ((2, 20), (30, 100))                              # writes per window of seconds
CLOCK_MS = 1  # both sides read their clocks in whole milliseconds
REASONS = ("jira-burst-based", "jira-per-issue-on-write", "jira-quota-global-based", "jira-quota-tenant-based")


def answer(reason, retry_after, limit=100):
    """A 429 as Jira writes it."""
    reset = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + retry_after))
    return Refusal(429, {"errorMessages": ["Rate limit exceeded"]}, {
        "Retry-After": str(retry_after), "X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": reset, "RateLimit-Reason": reason})


def unavailable(retry_after=None):
    """A 503, with Retry-After or without."""
    return Refusal(503, "Service Unavailable", {} if retry_after is None else {"Retry-After": str(retry_after)})


def disguised(headers, form="seconds", case="usual"):
    """The same, as it is also seen: Retry-After as a date, names in any letter case."""
    changed = dict(headers)
    if form == "date" and "Retry-After" in changed:
        at = math.ceil(time.time()) + int(changed["Retry-After"])
        changed["Retry-After"] = email.utils.formatdate(at, usegmt=True)
    if case == "odd":
        changed = {"".join(c.upper() if n % 2 else c.lower() for n, c in enumerate(name)): value for name, value in changed.items()}
    return changed


def seconds_told(headers):
    """What Retry-After asks for, None when it asks for nothing."""
    text = next((v for n, v in headers.items() if n.lower() == "retry-after"), None)
    try:
        return float(text)
    except (TypeError, ValueError):
        at = email.utils.parsedate_to_datetime(text) if text else None
        return at.timestamp() - time.time() if at else None


class Promise:
    """A Retry-After that went out."""

    def __init__(self, until, actor, scope, key, reason, at):
        self.until, self.actor, self.scope, self.key, self.reason, self.at = until, actor, scope, key, reason, at
        self.on_their_way = None  # calls that had come when the caller had read it; None: it has not

    def excuses(self, connection):
        return self.on_their_way is None or self.on_their_way.get(connection, 0) >= connection.taken


class Limits:
    def __init__(self, site):
        self._site = site
        self._buckets, self._writes = {}, {}
        self._told = []        # promises the client has to keep
        self.told_count = self.heard_count = 0
        self.violations = []

    # -- Jira's own buckets

    def check(self, method, route, issue_id):
        if not self._site.config["rate_limits"]:
            return
        now = time.monotonic()
        rate = BURST_OF.get((method, route), BURST.get(method, 100))
        tokens, last = self._buckets.get((method, route), (rate, now))
        tokens = min(rate, tokens + (now - last) * rate)
        if tokens < 1:
            self._buckets[method, route] = (tokens, now)
            raise answer("jira-burst-based", 1, rate)
        self._buckets[method, route] = (tokens - 1, now)
        if issue_id and method != "GET":
            self._check_issue(issue_id, now)

    def _check_issue(self, issue_id, now):
        times = [t for t in self._writes.get(issue_id, []) if now - t < PER_ISSUE[-1][0]]
        for seconds, most in PER_ISSUE:
            recent = [t for t in times if now - t < seconds]
            if len(recent) >= most:
                raise answer("jira-per-issue-on-write", max(1, math.ceil(seconds - (now - recent[0]))), most)
        self._writes[issue_id] = times + [now]

    # -- who keeps waiting when told to

    def told(self, actor, method, route, issue_id, status, headers):
        """Remember a Retry-After that goes out. Its reach depends on the reason."""
        seconds = seconds_told(headers)
        if seconds is None:
            return
        reason = next((v for n, v in headers.items() if n.lower() == "ratelimit-reason"), "")
        if reason == "jira-burst-based":
            scope, key = "endpoint", (method, route)
        elif reason == "jira-per-issue-on-write":
            scope, key = "issue", issue_id
        else:
            scope, key = "site", None  # quota, and 503
        now = clock.now_ms()
        until = now + int(1000 * seconds / self._site.time_scale) - CLOCK_MS
        promise = Promise(until, actor, scope, key, reason or str(status), now)
        self._told.append(promise)
        self.told_count += 1
        return promise

    def inside(self, actor, method, route, issue_id, call_number, connection):
        """Is this call one that was asked to wait? Recorded when it is: as excused when it had come before its caller had read
        that it should wait."""
        now = clock.now_ms()
        self._told = [t for t in self._told if t.until > now]
        for told in self._told:
            hit = (told.scope == "site" or (told.scope == "endpoint" and told.key == (method, route))
                   or (told.scope == "issue" and told.key and told.key == issue_id and method != "GET"))
            if told.actor == actor and hit:
                self.violations.append({
                    "call": call_number, "actor": actor, "method": method, "route": route, "reason": told.reason,
                    "early_ms": told.until - now, "at": now, "told_ms_ago": now - told.at, "excused": told.excuses(connection)})
                return True
        return False

    def heard(self, promise, on_their_way):
        """The caller has read the answer: it closed that connection, or asked the next thing there."""
        promise.on_their_way = on_their_way
        self.heard_count += 1
