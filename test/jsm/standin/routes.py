"""How a call finds its handler: `@route(method, "/path/{part}")`. And what handlers get and give."""
import json
import re
from dataclasses import dataclass, field

from .errors import bad_payload, no_issue, platform
from .workflow_rules import status_allows

ROUTES, _BY_SHAPE = [], {}  # the same by method and number of parts, in their order


@dataclass
class Route:
    method: str
    template: str
    handler: object
    reads: bool       # changes nothing, though it is a POST
    anonymous: object  # the body of an anonymous 200, where Jira gives one
    access: str       # account | desk | anyone
    pattern: object = None


def route(method, template, reads=False, anonymous=None, access="account"):
    pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "/?$")

    def register(handler):
        made = Route(method, template, handler, reads or method == "GET", anonymous, access, pattern)
        ROUTES.append(made)
        _BY_SHAPE.setdefault((method, template.count("/")), []).append(made)
        return handler
    return register


def match(method, path):
    """(route, parts), or (None, methods that exist there)."""
    for found in _BY_SHAPE.get((method, path.count("/") - path.endswith("/")), ()):
        parts = found.pattern.match(path)
        if parts:
            return found, parts.groupdict()
    return None, {found.method for found in ROUTES if found.pattern.match(path)}


@dataclass
class Reply:
    status: int
    body: object = None  # JSON, or bytes with a content type of its own
    headers: dict = field(default_factory=dict)


@dataclass
class Call:
    """One request. account: who makes it, None when nobody proved to be anybody."""
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    account: object = None
    parts: dict = field(default_factory=dict)
    channel: str = "api"  # the road taken, see workflow_rules.py

    def json(self, kind=dict):
        if not self.headers.get("content-type", "").lower().startswith("application/json"):
            raise platform(415, "Content-Type must be application/json.")
        try:
            value = json.loads(self.body.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise platform(400, "There was an error parsing JSON. Check that your request body is valid.") from None
        if kind and not isinstance(value, kind):
            raise bad_payload()
        return value

    def issue(self, site):
        """The ticket in the path. One that the caller may not see does not exist."""
        found = site.find(self.parts["issue"])
        if found is None or not site.shows(found, self.account):
            raise no_issue()
        return found

    def editable_issue(self, site):
        found = self.issue(site)
        if not self.account.edits:
            raise platform(403, "You do not have permission to edit issues in this project.")
        of_status = site.flows.of_ticket(found).properties(found.status)
        if of_status.get("jira.issue.editable") == "false" or not status_allows(site, found, self.account, "edit"):
            raise platform(400, f"You do not have permission to edit issue '{found.key}': its status does not allow it.")
        return found


def _no_constant(name):
    raise ValueError(name)


def number(text, name, least=0):
    if not re.fullmatch(r"-?\d{1,18}", str(text)) or int(text) < least:
        raise platform(400, f"The value '{text}' is not valid for '{name}'.")
    return int(text)


def page(call, start_name="startAt", limit_name="maxResults", limit=50, most=100):
    start = number(call.query.get(start_name, 0), start_name)
    size = number(call.query.get(limit_name, limit), limit_name)
    return start, min(size, most)


def many(call, name):
    """Every value of a parameter that may come more than once."""
    query = call.query
    return query.every(name) if hasattr(query, "every") else [query[name]] if name in query else []


def page_of(site, call, values, limit=50, most=100):
    """A page with startAt, as most lists of the platform come."""
    start, size = page(call, limit=limit, most=most)
    here, last = f"{site.base}{call.path}", start + size >= len(values)
    body = {"self": f"{here}?startAt={start}&maxResults={size}", "maxResults": size, "startAt": start, "total": len(values),
            "isLast": last, "values": values[start:start + size]}
    return Reply(200, body if last else body | {"nextPage": f"{here}?startAt={start + size}&maxResults={size}"})
