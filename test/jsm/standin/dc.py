"""Jira Data Center: what it does otherwise than Cloud, on the same site. Chosen with --flavour datacenter.

Handlers speak Cloud's version 3; a call of version 2 is taken apart here on its way to them, strictly, and their answer is
put together anew on its way back: people by name and key, rich text as wiki markup, no member that only Cloud has.
"""
import base64
import binascii
import html
import json
import re

from . import adf, fields, jql, kinds, search
from .errors import Refusal, platform
from .routes import Reply, number, route

CAPTCHA_AFTER = 3
MOST_ISSUES = 1000
# Paths of version 3 that version 2 of a Data Center does not have.
NOT_THERE = re.compile(r"^/rest/api/3/(search|issue/bulkfetch|changelog|webhook|workflows|workflow|workflowscheme|statuses|bulk|"
                       r"screenscheme|issuetypescreenscheme|field/search|field/[^/]+|group/bulk|task|issue/[^/]+/changelog)(/|$)")
_TAKEN_APART = re.compile(r"/rest/api/3/issue/[^/]+/comment(/\d+)?|/rest/servicedeskapi/request(/[^/]+/participant)?")
ONLY_CLOUD = {"accountType", "jsdPublic", "fieldId", "hierarchyLevel", "simplified", "style", "statuscategorychangedate",
              "hasScreen", "isGlobal", "isInitial", "isAvailable", "isConditional", "isLooped", "isLast"}


# -- signing in

def authenticate(site, headers):
    """(account, why not). A personal access token as Bearer, or name and password; no e-mail addresses."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if not value:
        return None, "OUT"
    if scheme.lower() == "bearer":
        found = site.by_token.get(value.strip())
        return (found, "OK") if found and found.active else (None, "AUTHENTICATED_FAILED")
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, "AUTHENTICATED_FAILED"
    found = site.accounts.get(name)
    if found is None:
        return None, "AUTHENTICATED_FAILED"
    if site.failed_logins.get(name, 0) >= CAPTCHA_AFTER:
        return None, "AUTHENTICATION_DENIED"
    if password != f"{name}-password":
        site.failed_logins[name] = site.failed_logins.get(name, 0) + 1
        return None, "AUTHENTICATED_FAILED"
    site.failed_logins.pop(name, None)
    return found, "OK"


def denied(site, reason):
    """To somebody who is nobody."""
    if reason == "AUTHENTICATION_DENIED":
        return Refusal(403, b"<!doctype html><html><head><title>Forbidden (403)</title></head><body>Encountered a "
                            b"CAPTCHA_CHALLENGE</body></html>",
                       {"X-Seraph-LoginReason": reason,
                        "X-Authentication-Denied-Reason": f"CAPTCHA_CHALLENGE; login-url={site.base}/login.jsp"})
    return Refusal(401, b"<html><head><title>Unauthorized (401)</title></head><body></body></html>",
                   {"X-Seraph-LoginReason": reason, "WWW-Authenticate": 'OAuth realm="Jira"'})


# -- a call on its way in

def path_of(path):
    """Where the handler is; a path without one for what a Data Center does not have."""
    if path == "/rest/api/2/search":
        return "/datacenter/search"
    if path.startswith("/rest/servicedeskapi/"):
        return path
    version_3 = path.replace("/rest/api/2/", "/rest/api/3/", 1)
    return version_3 if path.startswith("/rest/api/2/") and not NOT_THERE.match(version_3) else "/no-such-path"


def take(site, path, query, body):
    """(query, body) as the handler wants them. Shapes that only Cloud knows are refused."""
    if {"accountId", "query"} & set(query):
        raise platform(400, "Unrecognized query parameter")
    if path == "/rest/api/3/user/search":
        query = query | {"query": query.get("username", "")}
    elif path == "/rest/api/3/user":
        found = next((a for a in site.accounts.values() if query.get("username") == a.name or
                      query.get("key") == key_of(a)), None)
        query = {"accountId": found.id if found else ""}
    if not body or not _TAKEN_APART.fullmatch(path):
        return query, body
    try:
        sent = json.loads(body)
    except ValueError:
        return query, body  # the handler says so
    if isinstance(sent, dict) and re.fullmatch(r"/rest/api/3/issue/[^/]+/comment(/\d+)?", path):
        if not isinstance(sent.get("body"), str):
            raise platform(400, "Can not deserialize instance of java.lang.String out of START_OBJECT token")
        body = json.dumps(sent | {"body": document(sent["body"])}).encode()
    if isinstance(sent, dict) and re.fullmatch(r"/rest/servicedeskapi/request/[^/]+/participant", path):
        if "accountIds" in sent:
            raise Refusal(400, {"errorMessage": 'Unrecognized field "accountIds"', "i18nErrorMessage": {}})
        names = sent.pop("usernames", [])
        body = json.dumps(sent | {"accountIds": [_id_of(site, n) for n in names] if isinstance(names, list) else names}).encode()
    if isinstance(sent, dict) and path == "/rest/servicedeskapi/request":
        body = json.dumps(_request(site, sent)).encode()
    return query, body


def _request(site, sent):
    if "isAdfRequest" in sent:
        raise Refusal(400, {"errorMessage": 'Unrecognized field "isAdfRequest"', "i18nErrorMessage": {}})
    sent = dict(sent)
    if "raiseOnBehalfOf" in sent:
        sent["raiseOnBehalfOf"] = _id_of(site, sent["raiseOnBehalfOf"])
    if isinstance(sent.get("requestParticipants"), list):
        sent["requestParticipants"] = [_id_of(site, name) for name in sent["requestParticipants"]]
    return sent


def _id_of(site, name):
    """People are named; an id or a key names nobody."""
    return site.accounts[name].id if name in site.accounts else "nobody"


class WikiText(fields.RichText):
    def parse(self, value, site):
        if isinstance(value, dict) and site.is_handling:
            raise fields.Bad("Operation value must be a string")
        return document(value) if isinstance(value, str) else value


class NamedUser(fields.User):
    def parse(self, value, site):
        if not isinstance(value, dict) or not site.is_handling:
            return super().parse(value, site)
        if "accountId" in value or not isinstance(value.get("name"), str):
            raise fields.Bad("expected Object with a property 'name'")
        if value["name"] not in site.accounts:
            raise fields.Bad(f"User '{value['name']}' does not exist.")
        return site.accounts[value["name"]].id


class NamedUsers(fields.Users, NamedUser):
    """`Users` asks the class behind it about each."""


class KeyedAssets(kinds.Assets):
    """Objects by {"key": "LAP-12"}. How they are shown is described nowhere; here as a text."""
    custom, schema = "com.riadalabs.jira.plugins.insight:rlabs-customfield-default-object", {"type": "any"}

    class one:
        @staticmethod
        def parse(field, value, site):
            if not isinstance(value, dict) or value.get("key") not in {f"LAP-{number}" for number in field.options}:
                raise fields.Bad("Could not find Assets object/s; specify them by 'key'")
            return value["key"]

        @staticmethod
        def show(field, value, site, api):
            return f"Laptop ({value})"


def fields_of(catalogue):
    """The same fields; those that are read otherwise are replaced."""
    other = {fields.RichText: WikiText, fields.User: NamedUser, fields.Users: NamedUsers, kinds.Assets: KeyedAssets}
    for field in catalogue.values():
        field.__class__ = other.get(type(field), type(field))
    return catalogue


# -- wiki markup

_SPECIAL = "{}[]!|*^~#_-+?\\"
_READ = re.compile(r"[\\&{}\[\]!|*^~#_+-]")  # where _plain has to look


def document(text):
    """Markup as ADF, as far as a connector writes it, with the markup beside it. Markup of any other kind is kept as a
    node `rule`, which no text is: tests find it by `markup_of`."""
    blocks, panel = [], None
    for line in text.split("\n"):
        if re.fullmatch(r"\{panel:bgColor=#[0-9a-f]{6}\}", line) and panel is None:
            panel = {"type": "panel", "attrs": {"panelType": "info"}, "content": []}
            blocks.append(panel)
        elif line == "{panel}" and panel is not None:
            panel = None
        else:
            (panel["content"] if panel else blocks).append({"type": "paragraph", "content": _line(line)})
    return {"type": "doc", "version": 1, "content": blocks, "wiki": text}


def _line(line):
    strong = re.fullmatch(r"\*((?:[^*\\]|\\.)+)\*", line)
    words, is_plain = _plain(strong[1] if strong else line)
    node = {"type": "text", "text": words} | ({"marks": [{"type": "strong"}]} if strong else {})
    return ([] if not words else [node]) + ([] if is_plain else [{"type": "rule"}])


def _plain(line):
    """(text, whether there was no markup in it)."""
    out, at, is_plain = "", 0, not re.match(r"\s*(h[1-6]|bq)\. ", line) and "://" not in line
    while found := _READ.search(line, at):
        out, at = out + line[at:found.start()], found.start()
        char = line[at]
        entity = re.match(r"&#?\w+;", line[at:])
        if char == "\\" and at + 1 < len(line) and line[at + 1] in _SPECIAL and line[at + 1] != "\\":
            out, at = out + line[at + 1], at + 2
        elif entity:
            out, at = out + html.unescape(entity[0]), at + len(entity[0])
        else:
            inside = 0 < at < len(line) - 1 and line[at - 1].isalnum() and line[at + 1].isalnum()
            if char in "{}[]!|*^~#\\" or (char in "_-+" and not inside):
                is_plain = False
            out, at = out + char, at + 1
    return out + line[at:], is_plain


# -- an answer on its way out

def key_of(account):
    return f"JIRAUSER{10000 + account.number}"


def user(site, account_id):
    account = site.accounts_by_id[account_id]
    shown = site.shown_user(account_id, "2")
    address = {} if account.hides_email else {"emailAddress": account.email}  # user email visibility: hidden
    return {"self": f"{site.base}/rest/api/2/user?username={account.name}", "name": account.name, "key": key_of(account),
            **address, "avatarUrls": shown["avatarUrls"], "displayName": account.display,
            "active": account.active, "timeZone": account.zone}


def desk_user(site, account_id):
    """As the service desk shows people: their addresses are below _links."""
    shown = user(site, account_id)
    links = {"jiraRest": shown["self"], "avatarUrls": shown.pop("avatarUrls"), "self": shown.pop("self")}
    return shown | {"_links": links}


def show(site, value):
    return _show(site, value, f"{site.base}/rest/api/3/", f"{site.base}/rest/api/2/", False)


# A page of createmeta has isLast; what is a field has its id, but for an item of a changelog. By (is a page, is an item).
_LEFT_OUT = {(page, item): frozenset(ONLY_CLOUD - ({"isLast"} if page else set()) - (set() if item else {"fieldId"}))
             for page in (False, True) for item in (False, True)}


def _show(site, value, old, new, keep):
    """old, new: where the API is, on Cloud and here. keep: everything below is somebody's own (entity properties) and stays."""
    if isinstance(value, str):
        return value.replace(old, new, 1)
    if isinstance(value, list):
        return [_show(site, one, old, new, keep) for one in value]
    if not isinstance(value, dict) or keep:
        return value
    if value.get("type") == "doc" and "content" in value:
        return value["wiki"] if "wiki" in value else adf.text(value)
    if value.get("accountId") in site.accounts_by_id:
        if "_links" in value:
            return desk_user(site, value["accountId"])
        more = {k: show(site, v) for k, v in value.items() if k in ("groups", "applicationRoles", "locale", "expand")}
        return user(site, value["accountId"]) | more
    left_out = _LEFT_OUT["values" in value, "fieldtype" in value]
    shown = {k: v if v is None or v is False or v is True else _show(site, v, old, new, k == "properties")
             for k, v in value.items() if k not in left_out}
    if value.get("deploymentType") == "Cloud":
        shown |= {"deploymentType": "Server", "version": "10.3.0", "versionNumbers": [10, 3, 0], "buildNumber": 10030000}
    if "histories" in value:
        shown["histories"].reverse()  # oldest first
    return shown


# -- search

@route("POST", "/datacenter/search", reads=True,
       anonymous={"expand": "names,schema", "startAt": 0, "maxResults": 50, "total": 0, "issues": []})
def search_post(site, call):
    body = call.json()
    kinds = {"jql": str, "startAt": int, "maxResults": int, "fields": list, "expand": list, "validateQuery": bool}
    for name, value in body.items():
        if name not in kinds:
            raise platform(400, f'Unrecognized field "{name}" (Class SearchRequestBean), not marked as ignorable')
        if not isinstance(value, kinds[name]):
            raise platform(400, f"Can not deserialize the value of {name}")
    return Reply(200, _found(site, call.account, body))


@route("GET", "/datacenter/search",
       anonymous={"expand": "names,schema", "startAt": 0, "maxResults": 50, "total": 0, "issues": []})
def search_get(site, call):
    body = {"jql": call.query.get("jql", "")}
    for name in ("startAt", "maxResults"):
        if name in call.query:
            body[name] = number(call.query[name], name)
    for name in ("fields", "expand"):
        if name in call.query:
            body[name] = call.query[name].split(",")
    return Reply(200, _found(site, call.account, body))


def _found(site, account, body):
    """By offset: what changes leaves its place, and all behind it move up."""
    query = jql.parse(body.get("jql") or "", account, site)
    start, most = body.get("startAt", 0), min(body.get("maxResults", 50), MOST_ISSUES)
    if start < 0 or most < 0:
        raise platform(400, "startAt and maxResults must not be negative")
    rows = [d for d in search.rows(site, query, account) if d.id in site.issues and account.sees(site.issues[d.id])]
    wanted, expand = body.get("fields") or ["*navigable"], ",".join(body.get("expand") or ())
    return {"expand": "names,schema", "startAt": start, "maxResults": most, "total": len(rows),
            "issues": [search.show(site, account, d.id, wanted, {"expand": expand}) for d in rows[start:start + most]]}
