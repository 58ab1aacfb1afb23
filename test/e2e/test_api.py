"""The API for identity platforms: who may do what, page by page, filtered, limited, and what a refusal says."""
import hashlib
import http.client
import json
import os
import pathlib
import re
import socket
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from lib import contract, prism, world

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROLES = ["submit", "read", "approve", "audit"]
BODY = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-ledger-admin", "requester": "hr-system"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"
IN_AN_HOUR = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))


def token(role):
    return f"token-of-{role}-0123456789"


class World(world.World):
    own = None  # with test/prism: a proxy before the API that knows nothing but schemas/openapi.json

    def start(self):
        super().start()
        if program := os.environ.get("COUNTERSIGN_PRISM"):
            self.own = prism.Prism(program, ROOT / "schemas" / "openapi.json", f"http://127.0.0.1:{self.port}").start()
        return self

    def configure(self):
        super().configure()
        lines = []
        for role in [*ROLES, "slow", "other"]:
            self.write(f"token-{role}", token(role))
            roles = {"slow": "read], per_minute: 60", "other": "submit, read]"}.get(role, f"{role}]")
            lines.append(f'    - {{ name: {role}, token: "file:{self.folder}/token-{role}", roles: [{roles} }}\n')
        text = pathlib.Path(self.config).read_text()
        assert text.count("  tokens:\n") == 1
        self.write("countersign.yaml", text.replace("  tokens:\n", "  tokens:\n" + "".join(lines)))
        role = "entitlement: { from: customfield_10052, then: [trim], on_missing: hold }"  # of the first rule, which grants
        mapping = pathlib.Path(self.folder, "mapping.yaml")
        mapping.write_text(mapping.read_text().replace(role, role.replace("then: [", 'many: true, then: [{ split: "," }, '), 1))

    @property
    def api_port(self):
        return self.own.port if self.own else self.port

    def raw(self, method, path, body=None, headers=None, role="read"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": f"Bearer {token(role)}", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()


@pytest.fixture(scope="module")
def site():
    made = World(webhooks=False, poll="60s")
    with made:
        yield made
        if made.own:  # what the tests ask wrong on purpose is no fault of the answers
            complaints = [line for line in made.own.complaints() if "Violation: response" in line]
            made.own.stop()
            assert not complaints, "against schemas/openapi.json:\n" + "\n".join(complaints)
    assert "Sanitizer" not in made.service.stderr, made.service.told()


@pytest.fixture(scope="module")
def made(site):
    """Some of each kind, in a known order of time."""
    ids = []
    for n in range(7):
        status, one = site.api("POST", "/v1/access-requests", {
            **BODY, "beneficiary": f"person-{n}", "entitlement": f"role-{n}", "kind": "grant" if n % 2 else "removal", "privileged": n == 3},
            f"made-{n}", token(ROLES[0]))
        assert status == 201, one
        ids.append(one["id"])
    return ids


# operation: the role it wants, how it is asked, and what it answers to who may; {id} is a request that exists
OPERATIONS = {
    "submitAccessRequest": ("submit", "POST", "/v1/access-requests", BODY, 201),
    "listAccessRequests": ("read", "GET", "/v1/access-requests?limit=1", None, 200),
    "showAccessRequest": ("read", "GET", "/v1/access-requests/{id}", None, 200),
    "evidenceOfAccessRequest": ("audit", "GET", "/v1/access-requests/{id}/evidence", None, 200),
    "retryAccessRequest": ("submit", "POST", "/v1/access-requests/{id}/retry", {}, 422),
    "decideAccessRequest": ("approve", "POST", "/v1/access-requests/{id}/approvals", {"approver": "boss@example.com", "decision": "approved"}, 422),  # needs none
    "holdClockOfAccessRequest": ("approve", "POST", "/v1/access-requests/{id}/pause", {"reason": "x", "until": IN_AN_HOUR}, 202),
    "resumeClockOfAccessRequest": ("approve", "POST", "/v1/access-requests/{id}/resume", {}, 202),
    "reviewEmergency": ("approve", "POST", "/v1/access-requests/{id}/review", {"reviewer": "a@example.com", "outcome": "in_order", "note": "x"}, 422),
    "delegateApprovals": ("approve", "POST", "/v1/delegations", {"from": "away@example.com", "to": "there@example.com", "ends_at": IN_AN_HOUR}, 201),
    "listDelegations": ("read", "GET", "/v1/delegations?live=true", None, 200),
    "revokeDelegation": ("approve", "POST", "/v1/delegations/999999/revoke", {"revoked_by": "a@example.com"}, 404),
    "cancelAccessRequest": ("submit", "POST", "/v1/access-requests/{id}/cancel", {}, 202),
    "grantException": ("approve", "POST", "/v1/exceptions", {"request": UNKNOWN, "owner": "a@example.com", "approved_by": "b@example.com",
                                                            "reason": "x", "compensating_control": "x", "expires_at": IN_AN_HOUR}, 404),
    "listExceptions": ("read", "GET", "/v1/exceptions?live=true", None, 200),
    "revokeException": ("approve", "POST", "/v1/exceptions/999999/revoke", {"revoked_by": "a@example.com", "reason": "x"}, 404),
    "tellDeparture": ("approve", "POST", "/v1/departures", {"person": "gone@example.com", "left": True}, 200),
    "listEvents": ("read", "GET", "/v1/events", None, 200),
    "retryEvents": ("submit", "POST", "/v1/events/retry", {"event": UNKNOWN}, 404),
    "describe": (None, "GET", "/openapi.json", None, 200),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_wants_its_role(site, made, operation):
    role, method, path, body, answer = OPERATIONS[operation]
    path = path.replace("{id}", made[0])
    for asker in ROLES:
        status, said = site.api(method, path, body, f"{operation}-{asker}" if method == "POST" else None, token(asker))
        assert status == (answer if role in (None, asker) else 403), (asker, status, said)
    for wrong in ("none-of-ours-0123456789", token("submit")[:-1], token("submit") + "x", token("submit").upper(), "", "x" * 5000):
        status, problem = site.api(method, path, body, "wrong", wrong)
        assert status == 401 and problem["type"] == "urn:countersign:problem:unauthorized", wrong
    status, headers, _ = site.raw(method, path, body, {"Authorization": "Basic " + token("submit")})
    assert status == 401 and headers["WWW-Authenticate"] == "Bearer"
    assert site.raw("GET", "/openapi.json", None, {"Authorization": "bearer " + token("submit")})[0] == 200, "the name of the scheme is in any case"
    described = next(methods for methods in contract.document()["paths"].values() if operation in (one["operationId"] for one in methods.values()))
    there = [verb for verb in ("GET", "HEAD", "POST") if verb.lower() in described or verb == "HEAD" and "get" in described]
    for verb in {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - set(there):  # whatever the roles of the token are
        status, headers, _ = site.raw(verb, path, body, role="audit")
        assert status == 405 and headers["Allow"] == ", ".join(there), (verb, status)
    if method == "GET":
        _, headers, told = site.raw("GET", path, role=role or "read")
        status, again, body = site.raw("HEAD", path, role=role or "read")
        assert (status, body) == (200, b"") and int(again["Content-Length"]) > 2
        if operation != "describe":
            assert site.raw("GET", path, headers={"If-None-Match": headers["ETag"]}, role=role)[0] == 304 or told != site.raw("GET", path, role=role)[2]
            contract.check("GET", path, None, 304, None, None)


def test_the_matrix_is_complete():
    described = contract.operations()
    assert set(OPERATIONS) == described, set(OPERATIONS) ^ described


def test_a_body_gives_nobody_more_than_his_token(site):
    asked = {**BODY, "entitlement": "vouched", "approved": True}
    status, problem = site.api("POST", "/v1/access-requests", asked, "vouch-1", token("submit"))
    assert status == 403 and problem["member"] == "approved"
    assert site.sql("select count(*) from governance.access_request where idempotency_key like '%vouch-1'") == "0"
    # whoever is named as approver in a body, only the role approve makes it one
    _, made = site.api("POST", "/v1/access-requests", {**BODY, "entitlement": "vouched"}, "vouch-2", token("submit"))
    assert site.api("POST", f"/v1/access-requests/{made['id']}/approvals", {"approver": "boss", "decision": "approved"}, None, token("submit"))[0] == 403
    assert site.sql(f"select count(*) from governance.approval where request_id = '{made['id']}'") == "0"
    # nor does it approve in the name of who asked, or of who it is for
    for name in ("hr-system", "okafor"):
        status, problem = site.api("POST", f"/v1/access-requests/{made['id']}/approvals", {"approver": name, "decision": "approved"}, None, token("approve"))
        assert status == 422, problem
    shown = site.api("GET", f"/v1/access-requests/{made['id']}", token=token("read"))[1]
    assert shown["submitted_by"] == "submit" and shown["requester"] == "hr-system", "the token is written down whoever is named"
    entries = site.api("GET", f"/v1/access-requests/{made['id']}/evidence", token=token("audit"))[1]["entries"]
    assert json.loads(entries[0]["body"])["detail"]["submitted_by"] == "submit"
    assert site.api("POST", f"/v1/access-requests/{made['id']}/cancel", {}, None, token("other"))[0] == 202
    assert site.api("GET", f"/v1/access-requests/{made['id']}", token=token("read"))[1]["cancelled_by"] == "other"


def test_several_entitlements_are_one_request(site):
    items = [{"source": "sap-fin", "entitlement": name} for name in ("fin-viewer", "fin-ledger-admin")]
    wish = {"kind": "grant", "beneficiary": "lind", "items": items, "access_until": IN_AN_HOUR}
    status, made = site.api("POST", "/v1/access-requests", wish, "several", token("submit"))
    assert status == 201
    assert site.api("POST", "/v1/access-requests", {**wish, "items": items[::-1]}, "several", token("submit"))[0] == 409, "another body is another body"
    shown = site.api("GET", f"/v1/access-requests/{made['id']}", token=token("read"))[1]
    assert [(i["entitlement"], i["desired"], i["provisioning"]["arap"]) for i in shown["items"]] == [
        ("fin-ledger-admin", "present", "pending"), ("fin-viewer", "present", "pending")]
    status, problem = site.api("POST", "/v1/access-requests", {**wish, "items": [*items, {**items[0], "source": "directory"}]}, "two sources", token("submit"))
    assert status == 422 and [e["pointer"] for e in problem["errors"]] == ["#/items/2/source"]
    assert site.api("POST", "/v1/access-requests", wish, "several-read", token("read"))[0] == 403
    assert site.sql("select count(*) from governance.access_request where beneficiary = 'lind'") == "1"
    assert site.api("POST", f"/v1/access-requests/{made['id']}/cancel", {}, token=token("submit"))[0] == 202


def test_keys_belong_to_their_token(site):
    first = {**BODY, "entitlement": "keyed"}
    status, one = site.api("POST", "/v1/access-requests", first, "same", token("submit"))
    assert status == 201
    status, other = site.api("POST", "/v1/access-requests", {**first, "entitlement": "keyed-2"}, "same", token("other"))
    assert status == 201 and other["id"] != one["id"], "another platform's key is another key"
    status, again = site.api("POST", "/v1/access-requests", first, "same", token("submit"))
    assert status == 200 and again["id"] == one["id"] and again["repeated"]  # it may have moved on
    status, problem = site.api("POST", "/v1/access-requests", {**first, "entitlement": "keyed-3"}, "same", token("submit"))
    assert status == 409 and problem["type"] == "urn:countersign:problem:idempotency-key-reused"
    # from before keys had an owner
    site.forged.append(f"request {one['id']} says otherwise than its entry, by its submitted_by: none")
    site.sql("set session_replication_role = replica; "
             f"update governance.access_request set idempotency_key = 'old-key', submitted_by = null where id = '{one['id']}'")
    assert site.api("POST", "/v1/access-requests", first, "old-key", token("submit"))[1]["id"] == one["id"]
    assert site.api("POST", "/v1/access-requests", first, "x" * 201, token("submit"))[0] == 400


def test_many_at_once_are_stored_once_and_one_bad_one_stops_no_other(site):
    """They share commits: of what comes together one is refused by the database, and the others are not."""
    import concurrent.futures
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 30 * 86400))  # no removals of these come between other tests
    wish = {**BODY, "kind": "grant", "entitlement": "at-once", "access_until": until}

    def ask(n):
        if n % 10 == 5:  # somebody vouches for his own access: the database says no
            return site.api("POST", "/v1/access-requests", {**BODY, "entitlement": "at-once", "approved": True, "requester": "an-api-token", "beneficiary": site.self_approving},
                            f"once-{n}")
        return site.api("POST", "/v1/access-requests", {**wish, "beneficiary": f"many-{n % 20}"}, f"once-{n % 20}", token("submit"))

    site.self_approving = re.search(r"name: ([\w-]+), token: \"?file:[^}]*api-token\b", pathlib.Path(site.config).read_text())[1]
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(ask, range(80)))
    good = [said for n, (status, said) in enumerate(answers) if n % 10 != 5 and status in (200, 201)]
    bad = [answers[n] for n in range(5, 80, 10)]
    assert len(good) == 72 and all(status == 422 for status, _ in bad), bad
    assert len({one["id"] for one in good}) == len({n % 20 for n in range(80) if n % 10 != 5})


def pages(site, query, limit=2):
    found, after = [], None
    while True:
        more = f"&after={urllib.parse.quote(after)}" if after else ""
        status, page = site.api("GET", f"/v1/access-requests?limit={limit}&{query}{more}", token=token("read"))
        assert status == 200, page
        found += [r["id"] for r in page["requests"]]
        after = page["next"]
        if not after:
            return found


def test_pages_and_filters(site, made):
    everything = site.sql("select id from governance.access_request order by requested_at, id").split("\n")
    assert pages(site, "sort=requested_at", 3) == everything
    assert pages(site, "sort=-requested_at", 4) == everything[::-1]
    assert pages(site, "sort=id", 5) == pages(site, "") == sorted(everything)
    grants = site.sql("select id from governance.access_request where kind = 'grant' order by requested_at, id").split("\n")
    assert pages(site, "kind=grant&sort=requested_at") == grants and set(made[1::2]) <= set(grants)
    assert pages(site, "lifecycle=privileged") == [made[3]]
    assert pages(site, "lifecycle=recertification") == pages(site, "lifecycle=joiner") == pages(site, "subject_kind=service") == pages(site, "application=nowhere") == []
    assert sorted(pages(site, "application=sap-fin&subject_kind=human", 50)) == sorted(everything)
    from_4 = site.sql(f"select to_char(requested_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') from governance.access_request where id = '{made[4]}'")
    late = pages(site, f"since={from_4}&sort=requested_at", 50)
    assert made[4] in late and made[3] not in late and late == [i for i in everything if i in late]
    assert pages(site, f"since={urllib.parse.quote(from_4, safe='')}&sort=requested_at", 50) == late, "encoded or not"
    site.forged.append(f"the clock of request {made[5]} is another one")
    site.sql(f"update governance.sla_clock set goal = interval '1 ms' where request_id = '{made[5]}'")
    assert pages(site, "overdue=true") == [made[5]]
    # what comes in between moves no page
    first = site.api("GET", "/v1/access-requests?limit=2&sort=-requested_at", token=token("read"))[1]
    site.api("POST", "/v1/access-requests", {**BODY, "entitlement": "between"}, "between", token("submit"))
    then = site.api("GET", f"/v1/access-requests?limit=2&sort=-requested_at&after={first['next']}", token=token("read"))[1]
    shown = [r["id"] for r in first["requests"]]
    assert shown == everything[::-1][:2], "nothing is asked by itself meanwhile"
    assert [r["id"] for r in then["requests"]] == everything[::-1][2:4]


@pytest.mark.parametrize("query, word", [
    ("phase=done", "phase"), ("kind=modifies", "kind"), ("lifecycle=", "lifecycle"), ("subject_kind=robot", "subject_kind"), ("application=", "application"),
    ("since=yesterday", "since"), ("since=1970-01-01T00:00:00Z", "since"), ("overdue=yes", "overdue"), ("sort=beneficiary", "sort"),
    ("limit=0", "limit"), ("limit=101", "limit"), ("limit=", "limit"), ("after=x", "after"), (f"after={UNKNOWN}&sort=requested_at", "after"),
    ("after=12.x&sort=requested_at", "after"), ("stuck=1", "stuck"), ("older_than_seconds=-1", "older_than_seconds"), ("sites=acme", "known"),
    (f"after=9223372036854775807.{UNKNOWN}&sort=requested_at", "after"), (f"after=-1.{UNKNOWN}&sort=-requested_at", "after"), ("kind=grant&kind=removal", "twice"), ("application=%zz", "application"), ("application=%00", "application")])
def test_a_bad_query_is_refused(site, query, word):
    if "%" in query:  # what no client library would send, nor a proxy hand on
        status, _, body = site.raw("GET", f"/v1/access-requests?{query}")
        problem = json.loads(body)
    else:
        status, problem = site.api("GET", f"/v1/access-requests?{query}", token=token("read"))
    assert status == 400 and word in problem["detail"] and problem["type"] == "urn:countersign:problem:invalid-query", problem


def test_what_a_client_has_is_not_sent_again(site, made):
    path = f"/v1/access-requests/{made[1]}"
    status, headers, body = site.raw("GET", path)
    assert status == 200 and headers["ETag"] == '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
    status, again, body = site.raw("GET", path, headers={"If-None-Match": headers["ETag"]})
    if status == 200:  # it moved on meanwhile
        status, again, body = site.raw("GET", path, headers={"If-None-Match": again["ETag"]})
    assert (status, body) == (304, b"") and again["ETag"]
    assert site.raw("GET", path, headers={"If-None-Match": f'"other", W/{again["ETag"]}'})[0] == 304, "as a proxy that compresses hands it on"
    assert site.raw("GET", path, headers={"If-None-Match": '"other"'})[0] == 200


def test_evidence_comes_in_pages(site, made):
    path = f"/v1/access-requests/{made[2]}/evidence"
    whole = site.api("GET", path, token=token("audit"))[1]
    assert whole["next"] is None and len(whole["entries"]) > 1
    found, after = [], "0"
    while after is not None:
        page = site.api("GET", f"{path}?limit=2&after={after}", token=token("audit"))[1]
        found, after = found + page["entries"], page["next"]
    assert found[:len(whole["entries"])] == whole["entries"]
    for query in ("limit=0", "limit=1001", "after=-1", "after=x", "from=1"):
        assert site.api("GET", f"{path}?{query}", token=token("audit"))[0] == 400, query


def test_whose_token_is_nobodys_is_counted_and_told(site):
    def counted():
        return int(re.search(r"^countersign_api_unauthorized_total (\d+)$", world.http("GET", f"http://127.0.0.1:{site.ops_port}/metrics")[1], re.M)[1])
    before = counted()
    for _ in range(3):
        assert site.api("GET", "/v1/events", token="guessed-0123456789-0123456789")[0] == 401
    assert counted() == before + 3
    assert '"latest":"127.0.0.1"' in site.service.stderr or "latest=127.0.0.1" in site.service.stderr, "who it was is told"
    assert "guessed" not in site.service.stderr, "and no token"


def test_a_token_that_asks_too_often_waits_and_no_other(site):
    statuses = []
    for _ in range(14):  # sixty a minute: ten at once
        status, headers, body = site.raw("GET", "/v1/events", role="slow")
        statuses.append(status)
    assert statuses[:10] == [200] * 10 and statuses[-1] == 429
    assert headers["Retry-After"] == "1" and json.loads(body)["type"] == "urn:countersign:problem:too-many-requests"
    assert site.raw("GET", "/v1/events")[0] == 200
    time.sleep(1.1)
    assert site.raw("GET", "/v1/events", role="slow")[0] == 200


def told(site, text):
    """The status and the problem of what no client library sends."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as peer:
        peer.sendall(text.replace("\n", "\r\n").encode("latin-1"))
        reply = http.client.HTTPResponse(peer)
        reply.begin()
        body = reply.read().decode()
    assert reply.headers["Content-Type"] == "application/problem+json", (reply.status, body)
    contract._told(contract._validator("components", "schemas", "Problem"), json.loads(body))
    return reply.status, json.loads(body)


def test_what_is_said_twice_or_cannot_be_read_is_refused_with_a_reason(site, made):
    wish = json.dumps({**BODY, "entitlement": "said-twice"})
    submit = f"POST /v1/access-requests HTTP/1.1\nHost: x\nConnection: close\nAuthorization: Bearer {token('submit')}\nContent-Length: {len(wish)}\n"
    for keys in ("Idempotency-Key: twice-1\nIdempotency-Key: twice-2\n", "Idempotency-Key: \xff\xfe\n"):
        status, problem = told(site, f"{submit}{keys}\n{wish}")
        assert (status, problem["title"]) == (400, "Idempotency-Key needed"), problem
    assert site.sql("select count(*) from governance.request_item where entitlement = 'said-twice'") == "0"
    read = f"GET /v1/events HTTP/1.1\nHost: x\nConnection: close\nAuthorization: Bearer {token('read')}\n"
    assert told(site, f"{read}Authorization: Bearer {token('read')}\n\n")[0] == 401
    assert told(site, f"{read}Host: y\n\n") == (400, {"type": "about:blank", "title": "Bad Request", "status": 400,
                                                     "detail": "nothing of it was read: it is no HTTP/1.1 as RFC 9112 has it"})
    status, problem = told(site, f"POST /v1/access-requests/{made[0]}/retry HTTP/1.1\nHost: x\nAuthorization: Bearer {token('submit')}\n\n")
    assert status == 411 and "Content-Length" in problem["detail"]
    assert told(site, submit.replace(f"Content-Length: {len(wish)}", "Content-Length: 6000000") + "\n")[0] == 413


def test_a_lost_answer_is_had_whatever_has_changed_since(site):
    """It was said to be approved by a token that may not say so any more: what is stored is stored."""
    vouched = {**BODY, "entitlement": "vouched-then", "approved": True}
    status, made = site.api("POST", "/v1/access-requests", vouched, "then")
    assert status == 201
    roles = "roles: [submit, read, approve, audit]"
    site.edit_file("countersign.yaml", roles, "roles: [submit, read, audit]")
    site.restart_service()
    try:
        status, again = site.api("POST", "/v1/access-requests", vouched, "then")
        assert (status, again["id"], again["repeated"]) == (200, made["id"], True)
        assert site.api("POST", "/v1/access-requests", {**vouched, "entitlement": "other"}, "then")[0] == 409
        assert site.api("POST", "/v1/access-requests", vouched, "now")[0] == 403
        assert site.api("POST", "/v1/access-requests", {**vouched, "site": "nowhere"}, "now")[1]["member"] == "site"
    finally:
        site.edit_file("countersign.yaml", "roles: [submit, read, audit]", roles)
        site.restart_service()


def test_what_is_not_there(site, made):
    for path in (f"/v1/access-requests/{UNKNOWN}", f"/v1/access-requests/{UNKNOWN}/evidence"):
        assert site.api("GET", path, token="an-api-token-of-the-demo")[0] == 404, path
    assert site.api("POST", f"/v1/access-requests/{UNKNOWN}/cancel", {}, token=token("submit"))[0] == 404
    for path in ("/v1/events/none", "/v1/events/", "/v1/access-requests/", f"/v1/access-requests/{made[0]}/", f"/v1/access-requests/{made[0]}/explode",
                 f"/v1/access-requests/{made[0].upper()}", "/v1/exceptions/0/revoke", "/v1/delegations/x/revoke", "/v1/access-requests/{id}", "/openapi.json/"):
        for verb in ("GET", "POST"):
            status, _, said = site.raw(verb, path, {}, {"Authorization": "Bearer an-api-token-of-the-demo"})  # past a proxy that knows the paths
            contract.check(verb, path, None, status, "application/problem+json", said)
            assert status == (405 if verb == "GET" and path.endswith("/revoke") or verb == "POST" and path.split("/")[-1] in (made[0].upper(), "{id}") else 404), path
    assert site.api("GET", f"/v1/events?request={UNKNOWN}", token=token("read"))[1] == {"deliveries": [], "next": None}
    for query in ("state=lost", "after=1", "after=x.y", "limit=x", "request=IAM-1", "types=x"):
        assert site.api("GET", f"/v1/events?{query}", token=token("read"))[0] == 400, query
    for query in ("live=false", "expiring_seconds=0", "request=IAM-1", "limit=101", "expired=true", "live=true&live=true"):
        assert site.api("GET", f"/v1/exceptions?{query}", token=token("read"))[0] == 400, query
    for path in ("/v1/exceptions?owner=", "/v1/exceptions?owner=%zz", "/v1/delegations?person=", "/v1/delegations?person=%ff"):
        assert site.raw("GET", path)[0] == 400, f"{path}: not all that there are"
    status, problem = site.api("POST", "/v1/exceptions/999999/revoke", {"revoked_by": "a@example.com", "reason": "x"}, token=token("approve"))
    assert status == 404 and "no such exception" in problem["detail"]
    status, problem = site.api("POST", "/v1/departures", {"person": "never-seen", "left": False}, token=token("approve"))
    assert status == 404 and "nobody of that name" in problem["detail"]
    big = {**BODY, "justification": "x" * 300_000}
    status, problem = site.api("POST", "/v1/access-requests", big, "big", token("submit"))
    assert status == 413 and problem["type"] == "urn:countersign:problem:invalid-body"


def test_every_kind_of_problem_is_documented():
    """Types are made of titles; each title in the code stands in the table, and nothing else does."""
    code = "".join(f.read_text() for f in sorted((ROOT / "connector" / "service").glob("*.c")))
    titles = set(re.findall(r'(?:problem_reply(?:_member|_later)?\(\s*[^,"]+,|refuse\(ret_why,)\s*[^,"]+,\s*"([^"]+)"', code)) | set(re.findall(r'(?:TITLE\[\]|\.title) = "([^"]+)"', code))
    made = {"urn:countersign:problem:" + re.sub("[^a-z0-9]+", "-", title.lower()) for title in titles}
    table = set(re.findall(r"^\| `(urn:countersign:problem:[a-z0-9-]+)`", (ROOT / "schemas" / "README.md").read_text(), re.M))
    assert len(made) > 8 and made == table, made ^ table


def test_the_description_is_a_valid_one():
    """Held to the schema of OpenAPI 3.1 itself where it is at hand, and to what that cannot say: no reference into the void, no
    operation without its problems, each path parameter declared."""
    document = contract.document()
    text = json.dumps(document)
    for pointer in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        node = document
        for part in pointer.split("/"):
            node = node[part]
    used = set(re.findall(r'"#/components/(?:schemas|responses)/(\w+)"', text))
    for kind in ("schemas", "responses"):
        assert set(document["components"][kind]) <= used, set(document["components"][kind]) - used
    seen = set()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["operationId"] not in seen and operation["summary"]
            seen.add(operation["operationId"])
            assert {"401", "429"} <= set(operation["responses"]), operation["operationId"]
            assert operation["operationId"] == "describe" or {"403", "503"} <= set(operation["responses"])
            declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert declared == set(re.findall(r"\{(\w+)\}", path)), path
    event = json.loads((ROOT / "schemas" / "event.schema.json").read_text())
    assert {k: v for k, v in event.items() if k not in ("$schema", "title")} == document["components"]["schemas"]["Event"]


def test_the_examples_are_as_the_description_says():
    """Each example is a body that it describes, and what it forbids beside them is none."""
    body = contract.document()["paths"]["/v1/access-requests"]["post"]["requestBody"]["content"]["application/json"]
    wish = contract._validator("components", "schemas", "Wish")
    assert {"removal", "grants", "mover"} <= set(body["examples"])
    for name, example in body["examples"].items():
        assert list(wish.iter_errors(example["value"])) == [], name
    mover = body["examples"]["mover"]["value"]
    for wrong in ({**mover, "source": "directory"}, {**mover, "items": []}, {**mover, "items": mover["items"] * 11}, {"kind": "grant", "beneficiary": "x"},
                  {**mover, "items": [{**mover["items"][0], "desired": "gone"}]}):
        assert list(wish.iter_errors(wrong)), wrong


def test_the_words_of_others_are_documented(site):
    """The table in schemas/README.md is the one of the database."""
    stored = {tuple(row.split("|")) for row in site.sql("select concat_ws('|', phase, standing, arap, sailpoint, midpoint) from governance.provisioning_state").split("\n")}
    rows = re.findall(r"^\| `(\w+)` \| (plain|retrying|partial|excepted) \| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", (ROOT / "schemas" / "README.md").read_text(), re.M)
    assert set(rows) == stored, set(rows) ^ stored


def test_without_the_database_it_says_come_again(site):
    site.cluster.stop(immediate=True)
    try:
        status, headers, body = site.raw("GET", "/v1/access-requests")
        assert status == 503 and headers["Retry-After"] == "1" and json.loads(body)["type"] == "urn:countersign:problem:database-unavailable"
        status, headers, _ = site.raw("POST", "/v1/access-requests", BODY, {"Idempotency-Key": "away"}, "submit")
        assert status == 503 and headers["Retry-After"] == "1"
    finally:
        site.cluster.start()
        for reader in site.readers.values():
            reader.close()
        site.readers.clear()
    assert world.wait.until(lambda: site.raw("POST", "/v1/access-requests", BODY, {"Idempotency-Key": "away"}, "submit")[0] in (200, 201), 20)
