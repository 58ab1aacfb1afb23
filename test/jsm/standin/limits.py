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


class Limits:
    def __init__(self, site):
        self._site = site
        self._buckets, self._writes = {}, {}
        self._told = []        # (until ms, actor, scope, key): promises the client has to keep
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
        until = now + int(1000 * seconds / self._site.time_scale)
        self._told.append((until, actor, scope, key, reason or str(status), now))

    def inside(self, actor, method, route, issue_id, call_number):
        """Is this call one that was asked to wait? Recorded when it is."""
        now = clock.now_ms()
        self._told = [t for t in self._told if t[0] > now]
        for until, who, scope, key, reason, told in self._told:
            hit = (scope == "site" or (scope == "endpoint" and key == (method, route))
                   or (scope == "issue" and key and key == issue_id and method != "GET"))
            if who == actor and hit:
                self.violations.append({"call": call_number, "actor": actor, "method": method, "route": route,
                                        "reason": reason, "early_ms": until - now, "at": now, "told_ms_ago": now - told})
                return True
        return False
