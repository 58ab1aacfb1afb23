"""The little JQL that Countersign and its tests speak, over an index that lags."""
import re

from model import STATUSES, Model, Refused, jira_time, now_ms

TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|(>=|<=|!=|[=<>~(),])|([^\s"=<>~(),!]+))')
ALLOWED = {"jql", "maxResults", "fields", "properties", "nextPageToken", "expand", "fieldsByKeys", "reconcileIssues"}


def tokens(jql: str) -> list[str]:
    out, at = [], 0
    while at < len(jql.rstrip()):
        m = TOKEN.match(jql, at)
        if not m:
            raise Refused(400, [f"Error in the JQL Query: unexpected character at {at}."])
        quoted, sign, word = m.groups()
        out.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else sign or word)
        at = m.end()
    return out


class Query:
    """Clauses joined by AND, and an order. Anything else is an error, as an unknown clause would be in Jira."""

    def __init__(self, jql: str):
        self.clauses, self.descending, self.order = [], False, "updated"
        self.words, self.at = tokens(jql), 0
        while self.at < len(self.words) and self.peek().upper() != "ORDER":
            self.clauses.append(self.clause())
            if self.at < len(self.words) and self.peek().upper() == "AND":
                self.at += 1
            elif self.at < len(self.words) and self.peek().upper() != "ORDER":
                raise Refused(400, [f"Error in the JQL Query: Expecting 'AND' but got '{self.peek()}'."])
        if self.at < len(self.words):
            self.order = self.words[self.at + 2].lower()
        if not self.clauses:
            raise Refused(400, ["Unbounded JQL queries are not allowed here. Please add a search restriction to your query."])

    def peek(self) -> str:
        return self.words[self.at]

    def take(self) -> str:
        if self.at >= len(self.words):
            raise Refused(400, ["Error in the JQL Query: unexpected end."])
        self.at += 1
        return self.words[self.at - 1]

    def clause(self):
        field, operator = self.take().lower(), self.take()
        if operator.lower() == "in":
            values = []
            if self.take() != "(":
                raise Refused(400, ["Error in the JQL Query: Expecting '('."])
            while (word := self.take()) != ")":
                if word != ",":
                    values.append(word)
            return field, "in", values
        return field, operator, [self.take()]


def matches(view: dict, clause) -> bool:
    field, operator, values = clause
    value = values[0]
    if field in ("project", "key", "id", "status"):
        hit = view[field] in values
    elif field == "labels":
        hit = any(v in view["labels"] for v in values)
    elif field == "statuscategory":
        hit = STATUSES[view["status"]][1] in {"done": ["done"], "\"done\"": ["done"]}.get(value.lower(), [value.lower()])
    elif field in ("updated", "created"):
        if not re.fullmatch(r"-?\d+", value):
            raise Refused(400, [f"Date value '{value}' is not supported by the stand-in: use unquoted epoch milliseconds."])
        return {">=": view[field] >= int(value), "<=": view[field] <= int(value), ">": view[field] > int(value),
                "<": view[field] < int(value)}[operator]
    else:
        raise Refused(400, [f"Field '{field}' does not exist or you do not have permission to view it."])
    return not hit if operator == "!=" else hit


class Index:
    """What search knows: every issue as it was `lag` ago."""

    def __init__(self, model: Model):
        self.model = model
        self.history: dict[str, list] = {}
        model.listeners.append(lambda _e, _k, issue, *_rest: self.note(issue))

    def note(self, issue: dict) -> None:
        gone = issue["id"] not in self.model.issues
        view = None if gone else {k: issue[k] for k in ("id", "key", "project", "status", "updated", "created")}
        if view:
            view["labels"] = list(issue["labels"])
        versions = self.history.setdefault(issue["id"], [])
        versions.append((now_ms(), view))
        visible_from = now_ms() - self.model.index_lag_ms
        while len(versions) > 1 and versions[1][0] <= visible_from:
            versions.pop(0)

    def views(self) -> list:
        limit = now_ms() - self.model.index_lag_ms
        out = []
        for versions in self.history.values():
            seen = [view for at, view in versions if at <= limit]
            if seen and seen[-1]:
                out.append(seen[-1])
        return out

    def search(self, body: dict) -> dict:
        unknown = set(body) - ALLOWED
        if unknown:
            raise Refused(400, [f"Unrecognized field \"{sorted(unknown)[0]}\""])
        query = Query(body.get("jql") or "")
        hits = [v for v in self.views() if all(matches(v, c) for c in query.clauses)]
        hits.sort(key=lambda v: (v["created" if query.order == "created" else "updated"], int(v["id"])))
        size = min(int(body.get("maxResults", 50)), 100)
        start = 0
        if body.get("nextPageToken"):
            kind, _, number = body["nextPageToken"].partition("-")
            if kind != "page" or not number.isdigit():
                raise Refused(400, ["The provided next page token is invalid or expired."])
            start = int(number)
        wanted = set(body.get("fields") or ["id"])
        issues = []
        for view in hits[start:start + size]:
            issue = self.model.issues.get(view["id"])
            if issue is None:
                continue
            full = self.model.issue_json(issue, properties=tuple(body.get("properties") or ()))
            full["fields"] = {k: v for k, v in full["fields"].items() if "*all" in wanted or k in wanted}
            if "updated" in full["fields"]:
                full["fields"]["updated"] = jira_time(view["updated"])
            if wanted == {"id"}:
                full.pop("fields")
            issues.append(full)
        out = {"issues": issues, "isLast": start + size >= len(hits)}
        if not out["isLast"]:
            out["nextPageToken"] = f"page-{start + size}"
        return out
