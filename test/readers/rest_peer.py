"""Small servers that speak as the vendors' documentation has it, and no more: what a vendor does not know it refuses. All hold the
same people: ada is in finance, ben in nothing, gus in finance and disabled, canary in watch."""
import contextlib
import hashlib
import hmac
import http.server
import json
import re
import threading
import time
import urllib.parse

PEOPLE = {"canary": True, "ada": True, "ben": True, "gus": False}
MEMBERS = {"watch": ["canary"], "finance": ["canary", "ada", "gus"], "secret": ["ada"]}


class Twist(Exception):
    """Raised while answering: this goes out instead."""

    def __init__(self, status, body=b"{}", **headers):
        super().__init__(status)
        self.status, self.body, self.headers = status, body if isinstance(body, bytes) else json.dumps(body).encode(), headers


class Call:
    def __init__(self, handler, body):
        address = urllib.parse.urlsplit(handler.path)
        self.method, self.raw_path, self.headers, self.body = handler.command, address.path, handler.headers, body
        self.parts = [urllib.parse.unquote(part) for part in address.path.split("/")[1:]]
        self.params = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))

    def path(self, pattern):
        """The values of {} in the pattern; None: another path."""
        wanted = pattern.split("/")[1:]
        if len(wanted) != len(self.parts) or any(w not in ("{}", p) for w, p in zip(wanted, self.parts)):
            return None
        return [p for w, p in zip(wanted, self.parts) if w == "{}"]

    def only(self, *names):
        if set(self.params) - set(names):
            raise Twist(400, {"unknown": sorted(set(self.params) - set(names))})


class Vendor:
    """twist(call) may raise Twist before a call is answered."""

    profile, settings, secret = None, {}, "s3cret"

    def __init__(self):
        self.calls, self.twist = [], lambda call: None
        self.members = {name: list(people) for name, people in MEMBERS.items()}
        self.people = dict(PEOPLE)
        self.born = {}  # what a renamed one was called first: ids are made of that
        self.founded = {}  # of groups: the first name of each that has another now
        self.ids = list(PEOPLE)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self):
                outer.serve(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, handler):
        call = Call(handler, handler.rfile.read(int(handler.headers.get("Content-Length") or 0)))
        self.calls.append(call)
        status, headers = 200, {}
        try:
            self.twist(call)
            body = self.answer(call)
            if isinstance(body, tuple):
                body, headers = body
            body = json.dumps(body).encode()
        except Twist as twist:
            status, body, headers = twist.status, twist.body, twist.headers
        handler.send_response(status)
        for name, value in {"Content-Type": self.content_type, "Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        with contextlib.suppress(ConnectionError):
            handler.wfile.write(body)
            handler.wfile.flush()

    content_type = "application/json; charset=utf-8"
    listed = False  # whether accounts are searched for: nobody may be somebody whose letters are written otherwise
    unaskable = ""  # signs that no name may have that is asked for

    def connection(self):
        return {"profile": self.profile, "url": self.url, "insecure": "true", **self.settings}

    # what the mapping calls them
    def account(self, name):
        return name

    def entitlement(self, name):
        return name

    def id(self, name):
        """Of a person, whatever it is called now."""
        return self.born.get(name, name)

    def called(self, first):
        """Who has the id that is made of this name; None: nobody."""
        return next((name for name in self.people if self.id(name) == first), None)

    def rename(self, name, to):
        self.people[to] = self.people.pop(name)
        self.born[to] = self.born.pop(name, name)
        self.members = {g: [to if n == name else n for n in people] for g, people in self.members.items()}

    def replace(self, name, first):
        """Somebody else has the name now."""
        self.people[name], self.born[name] = True, first
        self.ids.append(first)

    def delete(self, name):
        del self.people[name]
        self.members = {g: [n for n in people if n != name] for g, people in self.members.items()}

    def group_id(self, name):
        """Of a group, whatever it is called now."""
        return self.founded.get(name, name)

    def group_called(self, first):
        return next((name for name in self.members if self.group_id(name) == first), None)

    def rename_group(self, name, to):
        self.members[to] = self.members.pop(name)
        self.founded[to] = self.founded.pop(name, name)

    def groups_of(self, name):
        return [g for g, people in self.members.items() if name in people]


class Okta(Vendor):
    """Ids are not names; lists come in pages of at most 200, here of two, with a Link header and no total."""

    profile = "okta"

    def account(self, name):
        return f"{name}@example.com"

    def entitlement(self, name):
        return f"00g{name}"

    @staticmethod
    def gone(what):
        return Twist(404, {"errorCode": "E0000007", "errorSummary": f"Not found: Resource not found: {what}"})

    def user(self, key):
        for name, active in self.people.items():
            if key in (f"00u{self.id(name)}", f"{name}@example.com", name):  # id, login, short name
                return name, {"id": f"00u{self.id(name)}", "status": "ACTIVE" if active else "DEPROVISIONED",
                              "profile": {"login": f"{name}@example.com"}}
        raise self.gone(key)

    def answer(self, call):
        if call.headers["Authorization"] != f"SSWS {self.secret}":
            raise Twist(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"})
        if got := call.path("/api/v1/groups/{}"):
            call.only()
            if got[0][3:] not in self.members:
                raise self.gone(got[0])
            return {"id": got[0], "profile": {"name": got[0][3:]}}
        if got := call.path("/api/v1/users/{}"):
            call.only()
            return self.user(got[0])[1]
        if got := call.path("/api/v1/users/{}/groups"):
            call.only("limit", "after")
            if int(call.params["limit"]) > 200:
                raise Twist(400, {"errorCode": "E0000001"})
            name, _ = self.user(got[0])
            groups = [f"00gextra{n}" for n in range(5)] + [f"00g{g}" for g in self.groups_of(name)]
            start = int(call.params.get("after", "0"))
            link = f'<{self.url}{call.raw_path}?limit=200>; rel="self"'
            if start + 2 < len(groups):
                link += f', <{self.url}{call.raw_path}?after={start + 2}&limit=200>; rel="next"'
            return [{"id": g} for g in groups[start:start + 2]], {"Link": link}
        raise Twist(405, {"errorCode": "E0000022"})


class Graph(Vendor):
    """Tokens by client credentials; ids are GUIDs; hidden groups are left out of the answer."""

    profile = "graph"

    def __init__(self):
        super().__init__()
        self.tokens, self.lives, self.hidden = {}, 3599, set()
        self.settings = {"tenant": "contoso", "client_id": "app-1", "token_url": f"{self.url}/contoso/oauth2/v2.0/token"}

    def connection(self):
        return {**super().connection(), "url": f"{self.url}/v1.0"}

    @staticmethod
    def guid(name):
        digest = hashlib.md5(name.encode()).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"

    def account(self, name):
        return f"{name.title()}@contoso.com"

    def entitlement(self, name):
        return self.guid(f"group {name}")

    @staticmethod
    def gone():
        return Twist(404, {"error": {"code": "Request_ResourceNotFound", "message": "Resource does not exist"}})

    def token(self, call):
        form = dict(urllib.parse.parse_qsl(call.body.decode()))
        wanted = {"grant_type": "client_credentials", "client_id": "app-1", "scope": "https://graph.microsoft.com/.default"}
        if {**form, "client_secret": ""} != {**wanted, "client_secret": ""} or call.method != "POST":
            raise Twist(400, {"error": "invalid_request"})
        if form["client_secret"] != self.secret:
            raise Twist(401, {"error": "invalid_client"})
        name = f"token-{len(self.tokens)}"
        self.tokens[name] = time.monotonic() + self.lives
        return {"token_type": "Bearer", "expires_in": self.lives, "access_token": name}

    def group(self, guid):
        for name in self.members:
            if self.entitlement(name) == guid.lower():
                return name
        return None

    def user(self, key):
        for name, active in self.people.items():
            if key.lower() in (self.guid(self.id(name)), f"{name}@contoso.com"):
                return name, {"id": self.guid(self.id(name)), "userPrincipalName": f"{name}@contoso.com", "accountEnabled": active}
        raise self.gone()

    def answer(self, call):
        if call.path("/contoso/oauth2/v2.0/token") is not None:
            return self.token(call)
        if self.tokens.get((call.headers["Authorization"] or "").removeprefix("Bearer "), 0) <= time.monotonic():
            raise Twist(401, {"error": {"code": "InvalidAuthenticationToken"}})
        if got := call.path("/v1.0/groups/{}"):
            call.only("$select")
            name = self.group(got[0])
            if not name:
                raise self.gone()
            return {"id": self.entitlement(name), "visibility": "HiddenMembership" if name in self.hidden else "Private"}
        if got := call.path("/v1.0/users/{}"):
            call.only("$select")
            return self.user(got[0])[1]
        if (got := call.path("/v1.0/users/{}/checkMemberGroups")) and call.method == "POST":
            ids = json.loads(call.body)["groupIds"]
            if len(ids) > 20 or any(not self.group(i) for i in ids):
                raise Twist(400, {"error": {"code": "Request_BadRequest"}})
            name, _ = self.user(got[0])
            return {"value": [i for i in ids if self.group(i) not in self.hidden and name in self.members[self.group(i)]]}
        if (got := call.path("/v1.0/users/{}/getMemberGroups")) and call.method == "POST":
            if json.loads(call.body) != {"securityEnabledOnly": False}:
                raise Twist(400, {"error": {"code": "Request_BadRequest"}})
            name, _ = self.user(got[0])
            return {"value": [self.entitlement(g) for g in self.groups_of(name) if g not in self.hidden]}
        raise Twist(400, {"error": {"code": "BadRequest"}})


class GitHub(Vendor):
    """What is not there and what is not shown are the same 404; invited is "pending"."""

    profile, settings = "github", {"org": "acme"}

    def __init__(self):
        super().__init__()
        self.pending = set()

    def number(self, name):
        return 100 + self.ids.index(self.id(name))

    def team(self, name):
        return {"id": 7000 + len(self.group_id(name)), "slug": name, "name": name.title()}

    def answer(self, call):
        wanted = {"Authorization": f"Bearer {self.secret}", "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if not call.headers["User-Agent"]:
            raise Twist(403, b"Request forbidden by administrative rules.")
        if any(call.headers[name] != value for name, value in wanted.items()):
            raise Twist(401, {"message": "Bad credentials"})
        call.only("per_page")
        if got := call.path("/orgs/acme/teams/{}"):
            if got[0].lower() in self.members:
                return self.team(got[0].lower())
        elif call.path("/orgs/acme/teams") is not None:
            return [self.team(name) for name in self.members]
        elif got := call.path("/users/{}"):
            if got[0].lower() in self.people:
                return {"login": got[0].title(), "id": self.number(got[0].lower()), "type": "User"}
        elif got := call.path("/user/{}"):
            for name in self.people:
                if str(self.number(name)) == got[0]:
                    return {"login": name.title(), "id": self.number(name), "type": "User"}
        elif got := call.path("/orgs/acme/teams/{}/memberships/{}"):
            if got[1].lower() in self.members.get(got[0].lower(), []):
                return {"state": "pending" if got[1].lower() in self.pending else "active", "role": "member"}
        raise Twist(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})


class IdentityCenter(Vendor):
    """JSON 1.1 over POST; every call signed; all of the caller's faults are status 400 with a __type."""

    profile = "aws-identity-center"
    settings = {"region": "eu-central-1", "instance": "d-9967000000", "access_key_id": "AKIDEXAMPLE"}
    content_type = "application/x-amz-json-1.1"

    @staticmethod
    def fault(kind, **more):
        return Twist(400, {"__type": kind, "Message": "as asked", **more})

    def check(self, call):
        """Signature Version 4, worked out anew."""
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d{8})/([\w-]+)/(\w+)/aws4_request, SignedHeaders=([\w;-]+), "
                             r"Signature=([0-9a-f]{64})", call.headers["Authorization"] or "")
        if not found:
            raise self.fault("MissingAuthenticationTokenException")
        key, day, region, service, names, signature = found.groups()
        if key != "AKIDEXAMPLE":
            raise self.fault("UnrecognizedClientException")
        if not {"host", "x-amz-date", "x-amz-target", "content-type"} <= set(names.split(";")) or names.split(";") != sorted(names.split(";")):
            raise self.fault("IncompleteSignatureException")
        lines = [call.method, call.raw_path, "", *(f"{n}:{call.headers[n].strip()}" for n in names.split(";")), "", names,
                 hashlib.sha256(call.body).hexdigest()]
        scope = f"{day}/{region}/{service}/aws4_request"
        to_sign = "\n".join(["AWS4-HMAC-SHA256", call.headers["x-amz-date"], scope, hashlib.sha256("\n".join(lines).encode()).hexdigest()])
        secret = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
        sent = time.mktime(time.strptime(call.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")) - time.timezone
        if hmac.new(secret, to_sign.encode(), hashlib.sha256).hexdigest() != signature or abs(sent - time.time()) > 300 or \
                (region, service) != ("eu-central-1", "identitystore"):
            raise self.fault("InvalidSignatureException")

    def answer(self, call):
        self.check(call)
        body = json.loads(call.body)
        if body.pop("IdentityStoreId") != "d-9967000000":
            raise self.fault("ResourceNotFoundException", ResourceType="IDENTITY_STORE")
        operation = call.headers["x-amz-target"].removeprefix("AWSIdentityStore.")
        if operation == "IsMemberInGroups":
            name = self.called(body["MemberId"]["UserId"].removeprefix("u-"))
            return {"Results": [{"GroupId": g, "MemberId": body["MemberId"],
                                 "MembershipExists": name in self.members.get(self.group_called(g.removeprefix("g-")), [])} for g in body["GroupIds"]]}
        if operation == "DescribeUser":
            name = self.called(body["UserId"].removeprefix("u-"))
            if not name:
                raise self.fault("com.amazonaws.identitystore#ResourceNotFoundException", ResourceType="USER")
            return {"IdentityStoreId": "d-9967000000", "UserId": body["UserId"], "UserName": name,
                    "UserStatus": "ENABLED" if self.people[name] else "DISABLED"}
        if operation == "DescribeGroup":
            if not self.group_called(body["GroupId"].removeprefix("g-")):
                raise self.fault("ResourceNotFoundException", ResourceType="GROUP")
            return {"IdentityStoreId": "d-9967000000", "GroupId": body["GroupId"]}
        kind, path, prefix, all_ = {"GetUserId": ("USER", "userName", "u-", self.people),
                                    "GetGroupId": ("GROUP", "displayName", "g-", self.members)}[operation]
        asked = body["AlternateIdentifier"]["UniqueAttribute"]
        if asked["AttributePath"] != path:
            raise self.fault("ValidationException")
        if asked["AttributeValue"] not in all_:
            raise self.fault("ResourceNotFoundException", ResourceType=kind)
        return {"IdentityStoreId": "d-9967000000", kind.title() + "Id": prefix + (self.id if kind == "USER" else self.group_id)(asked["AttributeValue"])}


class Jira(Vendor):
    """Pages of at most 50, here of two; a deactivated member is left out unless asked for."""

    profile, settings = "jira-groups", {"user": "bot@example.com"}

    def account(self, name):
        return f"5b10:{name}"

    def entitlement(self, name):
        return f"276f-{name}"

    @staticmethod
    def page(call, values, most=2):
        start = int(call.params.get("startAt", 0))
        part = values[start:start + min(most, int(call.params.get("maxResults", 50)))]
        return {"startAt": start, "maxResults": most, "total": len(values), "isLast": start + len(part) >= len(values), "values": part}

    def user(self, name):
        return {"accountId": self.account(name), "active": self.people[name], "displayName": name}

    def answer(self, call):
        if call.headers["Authorization"] != "Basic Ym90QGV4YW1wbGUuY29tOnMzY3JldA==":
            raise Twist(401, {"errorMessages": ["Client must be authenticated to access this resource."]})
        if call.path("/rest/api/3/group/bulk") is not None:
            call.only("groupId", "groupName", "startAt", "maxResults")
            return self.page(call, [{"groupId": self.entitlement(g), "name": g} for g in self.members
                                    if self.entitlement(g) == call.params["groupId"]])
        if call.path("/rest/api/3/user") is not None:
            call.only("accountId", "expand")
            name = call.params["accountId"].removeprefix("5b10:")
            if name not in self.people:
                raise Twist(404, {"errorMessages": ["Specified user does not exist or you do not have required permissions"]})
            return self.user(name)
        if call.path("/rest/api/3/user/groups") is not None:
            call.only("accountId")
            return [{"name": g, "groupId": self.entitlement(g)} for g in self.groups_of(call.params["accountId"].removeprefix("5b10:"))]
        if call.path("/rest/api/3/group/member") is not None:
            call.only("groupId", "includeInactiveUsers", "startAt", "maxResults")
            inactive = call.params.get("includeInactiveUsers") == "true"
            people = self.members[call.params["groupId"].removeprefix("276f-")]
            return self.page(call, [self.user(n) for n in people if inactive or self.people[n]])
        raise Twist(404, {"errorMessages": ["no such resource"]})


class SailPoint(Vendor):
    """Lists by offset with X-Total-Count where it is asked for, here of two; filters by an equality or two; what it knows of a
    source is as old as the last aggregation that succeeded."""

    profile, listed = "sailpoint-isc", True

    def __init__(self):
        super().__init__()
        self.planned = set()
        self.tasks = [{"completionStatus": None, "launched": "2026-11-26T15:00:00.000Z"},
                      {"completionStatus": "ERROR", "launched": "2026-11-26T14:00:00.000Z"},
                      {"completionStatus": "SUCCESS", "launched": "2026-11-26T10:00:00.000Z"},
                      {"completionStatus": "SUCCESS", "launched": "2026-11-25T10:00:00.000Z"}]
        self.settings = {"tenant": "acme", "instance": "src1", "client_id": "app-1", "token_url": f"{self.url}/oauth/token"}

    def connection(self):
        return {**super().connection(), "url": f"{self.url}/v2025"}

    def account(self, name):
        return f"CN={name},OU=people"

    def entitlement(self, name):
        return f"e{hashlib.md5(name.encode()).hexdigest()}"

    def number(self, name):
        return f"a{hashlib.md5(self.id(name).encode()).hexdigest()}"

    @staticmethod
    def gone():
        return Twist(404, {"detailCode": "404 Not found", "trackingId": "x", "messages": [{"text": "The object was not found."}]})

    @staticmethod
    def page(call, values):
        call.only("limit", "offset", "count", "filters", "sorters")
        if int(call.params.get("limit", 250)) > 250:
            raise Twist(400, {"detailCode": "400.1 Bad request content"})
        start = int(call.params.get("offset", 0))
        return values[start:start + 2], {"X-Total-Count": str(len(values))} if call.params.get("count") == "true" else {}

    @staticmethod
    def filters(call):
        """{field: value} of 'a eq "b" and c eq "d"'; all else is refused."""
        one = r'(\w+) eq "((?:[^"\\]|\\["\\])*)"'
        if not re.fullmatch(rf"{one}(?: and {one})*", call.params["filters"]):
            raise Twist(400, {"detailCode": "400.1.3 Illegal value"})
        return {name: re.sub(r"\\(.)", r"\1", value) for name, value in re.findall(one, call.params["filters"])}

    def record(self, name):
        return {"id": self.number(name), "name": name, "nativeIdentity": self.account(name), "sourceId": "src1",
                "disabled": not self.people[name], "origin": "PROVISIONED" if name in self.planned else "AGGREGATED"}

    def by_number(self, number):
        for name in self.people:
            if self.number(name) == number:
                return name
        raise self.gone()

    def answer(self, call):
        if call.path("/oauth/token") is not None:
            form = dict(urllib.parse.parse_qsl(call.body.decode()))
            if (form["grant_type"], form["client_id"], form["client_secret"]) != ("client_credentials", "app-1", self.secret):
                raise Twist(401, {"error": "invalid_client"})
            return {"access_token": "t0ken", "token_type": "bearer", "expires_in": 749}
        if call.headers["Authorization"] != "Bearer t0ken":
            raise Twist(401, {"error": "JWT validation failed"})
        if call.path("/v2025/task-status") is not None:
            if self.filters(call) != {"sourceId": "src1", "type": "CLOUD_ACCOUNT_AGGREGATION"} or call.params["sorters"] != "-created":
                raise Twist(400, {"detailCode": "400.1"})
            return self.tasks
        if got := call.path("/v2025/entitlements/{}"):
            if got[0] not in map(self.entitlement, self.members):
                raise self.gone()
            return {"id": got[0], "source": {"id": "src1"}}
        if call.path("/v2025/accounts") is not None:
            wanted = self.filters(call)
            if set(wanted) != {"sourceId", "nativeIdentity"}:
                raise Twist(400, {"detailCode": "400.1.3"})
            found = [self.record(n) for n in self.people if self.account(n).lower() == wanted["nativeIdentity"].lower()]
            return self.page(call, found if wanted["sourceId"] == "src1" else [])
        if got := call.path("/v2025/accounts/{}"):
            return self.record(self.by_number(got[0]))
        if got := call.path("/v2025/accounts/{}/entitlements"):
            held = [f"extra{n}" for n in range(3)] + self.groups_of(self.by_number(got[0]))
            return self.page(call, [{"id": self.entitlement(g)} for g in held])
        raise self.gone()


class MidPoint(Vendor):
    """A list of one without its brackets, an empty one left out; a search writes references with a prefix; roles of roles count,
    and so do relations that hold nothing."""

    profile, settings, listed = "midpoint", {"user": "bot@example.com"}, True
    RELATION = {"@metadata": {"provenance": {"assignmentPath": {"segment": {"segmentOrder": 1}}}}, "relation": "org:default"}

    def __init__(self):
        super().__init__()
        self.approvers, self.nested = set(), set()

    def entitlement(self, name):
        return Graph.guid(f"role {name}")

    def number(self, name):
        return Graph.guid(f"user {self.id(name)}")

    @staticmethod
    def listed(holder, name, values):
        if values:
            holder[name] = values[0] if len(values) == 1 else values

    def refs(self, name):
        made = []
        for g in self.groups_of(name):
            ref = {**self.RELATION, "oid": self.entitlement(g), "type": "c:RoleType"}
            if g in self.nested:
                ref["@metadata"] = {"provenance": {"assignmentPath": {"segment": [{"segmentOrder": 1}, {"segmentOrder": 2}]}}}
            made.append(ref)
        made += [{"relation": "org:approver", "oid": self.entitlement(g), "type": "c:RoleType"} for n, g in self.approvers if n == name]
        return made

    def user(self, name, refs=True):
        made = {"oid": self.number(name), "version": "1", "name": name,
                "activation": {"effectiveStatus": "enabled" if self.people[name] else "disabled"}}
        if refs:
            self.listed(made, "roleMembershipRef", self.refs(name))
        return made

    def answer(self, call):
        if call.headers["Authorization"] != "Basic Ym90QGV4YW1wbGUuY29tOnMzY3JldA==":
            raise Twist(401, b"")
        if call.headers["Accept"] != "application/json":
            raise Twist(406, b"")
        call.only()
        if got := call.path("/roles/{}"):
            for g in self.members:
                if self.entitlement(g) == got[0]:
                    return {"role": {"oid": got[0], "name": g}}
        elif call.path("/users/search") is not None and call.method == "POST":
            wanted = json.loads(call.body)["query"]["filter"]["equal"]
            if wanted["path"] != "name":
                raise Twist(400, {})
            found = {"@type": "http://midpoint.evolveum.com/xml/ns/public/common/api-types-3#ObjectListType"}
            users = [{"@type": "c:UserType", **self.user(n, refs=False), "roleMembershipRef": {"t:oid": "x"}} for n in self.people
                     if n.lower() == wanted["value"].lower()]
            if users:
                found["object"] = users
            return {"@ns": "http://prism.evolveum.com/xml/ns/public/types-3", "object": found}
        elif got := call.path("/users/{}"):
            for name in self.people:
                if self.number(name) == got[0]:
                    return {"user": self.user(name)}
        raise Twist(404, {"@ns": "http://prism.evolveum.com/xml/ns/public/types-3", "object": {"status": "fatal_error"}})


VENDORS = {made.profile: made for made in (Okta, Graph, GitHub, IdentityCenter, Jira, SailPoint, MidPoint)}
