"""Search: /search/jql and what is left of its elders."""
import base64
import bisect
import hashlib
import json

from . import clock, jql, render
from .errors import bad_payload, platform, Refusal
from .routes import Reply, number, route

GONE = ("The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration"
        " guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046")
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
MEMBERS = {"jql": str, "nextPageToken": str, "maxResults": int, "fields": list, "expand": str, "properties": list,
           "fieldsByKeys": bool, "reconcileIssues": list}
MOST_IDS, MOST_ISSUES = 5000, 100


def _order_key(query, document):
    return tuple(value(document) for value, _ in query.order) + (int(document.id),)


class _Down:
    """Turns an order round, for DESC beside ASC."""
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return other.value < self.value

    def __eq__(self, other):
        return other.value == self.value


def _sort(query):
    downs = [down for _, down in query.order] or [True]
    if not query.order:  # newest first, as the issue navigator
        return lambda document: (-int(document.id),)
    if not any(downs):
        return lambda document: _order_key(query, document)

    def key(document):
        values = _order_key(query, document)
        return tuple(_Down(v) if down else v for v, down in zip(values, downs + [False]))
    return key


def _digest(query, account):
    return hashlib.sha256(f"{account.id}\n{account.zone}\n{query.text}".encode()).hexdigest()[:16]


def _pack(token):
    return base64.urlsafe_b64encode(json.dumps(token, separators=(",", ":")).encode()).decode()


def _unpack(site, text, digest):
    """The token of this query, not too old; anything else is refused."""
    try:
        token = json.loads(base64.urlsafe_b64decode(text.encode()))
        fresh = token["q"] == digest and clock.now_ms() - token["t"] <= site.config["token_ttl_ms"]
    except (ValueError, KeyError, TypeError):
        fresh = False
    if not fresh:
        raise platform(400, "The provided next page token is invalid or expired.")
    return token


def _plain(key):
    """A sort key as it goes into a token."""
    return [part.value if isinstance(part, _Down) else part for part in key]


def _bound(query, after):
    """And back: JSON made lists of tuples."""
    values = [tuple(v) if isinstance(v, list) else v for v in after]
    downs = [down for _, down in query.order] + [False]
    return tuple(_Down(v) if down else v for v, down in zip(values, downs))


def search(site, account, body):
    unknown = set(body) - set(MEMBERS)
    if unknown or any(not isinstance(v, MEMBERS[k]) or (MEMBERS[k] is int and isinstance(v, bool))
                      for k, v in body.items() if v is not None):
        raise bad_payload()
    query = jql.parse(body.get("jql") or "", account, site)
    if not query.bounded:
        raise platform(400, UNBOUNDED)
    wanted = body.get("fields") or ["id"]
    reconcile = body.get("reconcileIssues") or []
    if len(reconcile) > 50 or not all(isinstance(i, int) for i in reconcile):
        raise bad_payload()
    if len(body.get("properties") or ()) > 5:
        raise platform(400, "The maximum number of issue properties that can be requested is 5.")
    limit = body["maxResults"] if body.get("maxResults") is not None else 50
    if limit < 0 or limit > MOST_IDS:
        raise platform(400, f"The value of the 'maxResults' parameter must be between 0 and {MOST_IDS}.")
    only_ids = set(wanted) <= {"id", "key"}
    limit = limit if only_ids else min(limit, MOST_ISSUES)
    found, token = _page(site, account, query, body.get("nextPageToken"), limit, reconcile)
    answer = {"issues": [show(site, account, d.id, wanted, body) for d in found], "isLast": token is None}
    if token:
        answer["nextPageToken"] = token
    return answer


def _page(site, account, query, token, limit, reconcile):
    """One page and the token of the next, None on the last."""
    digest = _digest(query, account)
    if query.walk_from is not None and limit and not reconcile and not site.config["shifting_pages"]:
        return _walk(site, account, query, digest, token, limit)
    rows, keys = _sorted_rows(site, query, digest, [str(i) for i in reconcile], account)
    start = 0
    if token:
        read = _unpack(site, token, digest)
        # Normally a token remembers the last row, so rows that moved meanwhile shift nothing.
        start = read["skip"] if "skip" in read else bisect.bisect_right(keys, _bound(query, read["after"]))
    end = start + limit
    page = [d for d in rows[start:end] if d.id in site.issues and account.sees(site.issues[d.id])]
    if end >= len(rows) or limit == 0:
        return page, None
    place = {"skip": end} if site.config["shifting_pages"] else {"after": _plain(keys[end - 1])}
    return page, _pack({"q": digest, "t": clock.now_ms()} | place)


def _walk(site, account, query, digest, token, limit):
    """The same for what a poll asks: the index by `updated` gives the rows in order, nothing is sorted as a whole."""
    after = _bound(query, _unpack(site, token, digest)["after"]) if token else None
    site.index.documents()
    dated, key, rows = site.index.by_updated, _sort(query), []
    at = bisect.bisect_left(dated, (after[0] if after else query.walk_from,))
    while at < len(dated) and len(rows) <= limit:
        moment, same = dated[at][0], []
        while at < len(dated) and dated[at][0] == moment:
            if query.match(dated[at][2]) and not _hidden(site, dated[at][2], account):
                same.append(dated[at][2])
            at += 1
        same.sort(key=key)
        rows += same[bisect.bisect_right([key(d) for d in same], after):] if after and moment == after[0] else same
    page = [d for d in rows[:limit] if d.id in site.issues and account.sees(site.issues[d.id])]
    if len(rows) <= limit:
        return page, None
    return page, _pack({"q": digest, "t": clock.now_ms(), "after": _plain(key(rows[limit - 1]))})


def _hidden(site, document, account):
    return site.config["hidden_from_creator"] and site.hides(document, account)


def _chosen(site, query, documents, account):
    return sorted((d for d in documents.values() if query.match(d) and not _hidden(site, d, account)), key=_sort(query))


def _sorted_rows(site, query, digest, reconcile, account):
    """Matching documents in order. Kept while the index stands still: a walk of a hundred pages sorts once."""
    if query.labels is not None and not reconcile:  # a search for a marker: few, found at once
        found = site.index.labelled(query.labels)
        rows = _chosen(site, query, found, account)
        return rows, [_sort(query)(d) for d in rows]
    documents, key = site.index.documents(reconcile), _sort(query)
    kept = site.index.kept.get(digest)
    if kept and kept[0] == site.index.version and not reconcile and not query.moving:
        return kept[1:]
    rows = _chosen(site, query, documents, account)
    keys = [key(d) for d in rows]
    if not reconcile:
        site.index.keep(digest, rows, keys)
    return rows, keys


def rows(site, query, account):
    """All that match, in order."""
    return _sorted_rows(site, query, _digest(query, account), [], account)[0]


def show(site, account, issue_id, wanted, body):
    issue = site.issues[issue_id]
    if wanted == ["id"] and not body.get("expand") and not body.get("properties"):
        return {"id": issue.id}
    shown = render.issue(site, issue, account, fields=wanted, expand=body.get("expand") or "",
                         properties=body.get("properties") or ())
    if set(wanted) <= {"id", "key"}:
        shown.pop("fields", None)
    return shown


@route("POST", "/rest/api/3/search/jql", reads=True, anonymous={"issues": [], "isLast": True})
def search_post(site, call):
    return Reply(200, search(site, call.account, call.json()))


@route("GET", "/rest/api/3/search/jql", anonymous={"issues": [], "isLast": True})
def search_get(site, call):
    query = call.query
    body = {k: query[k] for k in ("jql", "nextPageToken", "expand") if k in query}
    if set(query) - set(MEMBERS) - {"failFast"}:
        raise bad_payload()
    if "maxResults" in query:
        body["maxResults"] = number(query["maxResults"], "maxResults")
    for name in ("fields", "properties"):
        if name in query:
            body[name] = [part for part in query[name].split(",") if part]
    if "reconcileIssues" in query:
        body["reconcileIssues"] = [number(i, "reconcileIssues") for i in query["reconcileIssues"].split(",") if i]
    return Reply(200, search(site, call.account, body))


@route("GET", "/rest/api/3/search")
@route("POST", "/rest/api/3/search", reads=True)
def search_gone(site, call):
    raise Refusal(410, {"errorMessages": [GONE], "errors": {}})


@route("POST", "/rest/api/3/search/approximate-count", reads=True, anonymous={"count": 0})
def count(site, call):
    body = call.json()
    if set(body) - {"jql"} or not isinstance(body.get("jql", ""), str):
        raise bad_payload()
    query = jql.parse(body.get("jql", ""), call.account, site)
    if not query.bounded:
        raise platform(400, UNBOUNDED)
    return Reply(200, {"count": sum(1 for d in site.index.documents().values() if query.match(d))})
