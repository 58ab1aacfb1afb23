"""Registering webhooks: the administrator's kind and the apps' kind."""
from urllib.parse import urlsplit

from . import clock
from .errors import Refusal, bad_payload, platform
from .hooks import EVENTS, EXPIRES_MS
from .routes import Reply, number, page, route

_ADMIN = "/rest/webhooks/1.0/webhook"


def _check_url(url):
    """Jira wants https and few ports; a plain address on this machine is allowed here."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if not parts or parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(400, {"errorMessages": ["The webhook URL is not valid."], "errors": {}})
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Refusal(400, {"errorMessages": ["The webhook URL must use https."], "errors": {}})


def _administrator(call):
    if not call.account.administers:
        raise platform(403, "You are not authorized to perform this operation. Administrator privileges are required.")


def _shown(site, hook):
    return {"name": hook["name"], "url": hook["url"], "excludeBody": hook["excludeBody"], "events": hook["events"],
            "filters": {"issue-related-events-section": hook["jql"]}, "enabled": hook["enabled"],
            "self": f"{site.base}{_ADMIN}/{hook['id']}", "lastUpdatedUser": hook["by"],
            "lastUpdatedDisplayName": site.accounts_by_id[hook["by"]].display, "lastUpdated": hook["at"],
            "isSigned": bool(hook["secret"])}


@route("POST", _ADMIN)
def register(site, call):
    _administrator(call)
    body = call.json()
    _check_url(body.get("url"))
    unknown = set(body.get("events") or ["?"]) - EVENTS
    if unknown:
        raise platform(400, f"Unknown webhook events: {', '.join(sorted(unknown))}")
    if not body.get("name"):
        raise platform(400, "The webhook name is required.")
    filters = (body.get("filters") or {}).get("issue-related-events-section") or ""
    hook = site.hooks.register(call.account, body["url"], body["events"], filters, body.get("secret"),
                               name=body["name"], exclude_body=bool(body.get("excludeBody")))
    return Reply(201, _shown(site, hook))


def _hook(site, call):
    found = site.hooks.registered.get(int(call.parts["hook"]) if call.parts["hook"].isdigit() else -1)
    if found is None or found["dynamic"]:
        raise platform(404, "The webhook does not exist.")
    return found


@route("GET", _ADMIN)
def list_admin(site, call):
    _administrator(call)
    return Reply(200, [_shown(site, h) for h in site.hooks.registered.values() if not h["dynamic"]])


@route("GET", _ADMIN + "/{hook}")
def read_admin(site, call):
    _administrator(call)
    return Reply(200, _shown(site, _hook(site, call)))


@route("PUT", _ADMIN + "/{hook}")
def change_admin(site, call):
    """The secret can be replaced and never read; leaving it out keeps it."""
    _administrator(call)
    hook, body = _hook(site, call), call.json()
    if "url" in body:
        _check_url(body["url"])
    unknown = set(body.get("events") or []) - EVENTS
    if unknown:
        raise platform(400, f"Unknown webhook events: {', '.join(sorted(unknown))}")
    if "filters" in body:
        jql = body["filters"].get("issue-related-events-section") or ""
        hook.update(jql=jql, query=site.hooks.parse(call.account, jql))
    if "excludeBody" in body:
        hook["excludeBody"] = bool(body["excludeBody"])
    hook.update({k: body[k] for k in ("url", "events", "name", "enabled", "secret") if k in body}, at=clock.now_ms())
    return Reply(200, _shown(site, hook))


@route("DELETE", _ADMIN + "/{hook}")
def delete_admin(site, call):
    _administrator(call)
    del site.hooks.registered[_hook(site, call)["id"]]
    return Reply(204)


# -- dynamic webhooks: apps only, thirty days, no secret

def _app(call):
    if call.account.kind != "app":
        raise platform(403, "Only Connect and OAuth 2.0 apps can use this operation.")


@route("POST", "/rest/api/3/webhook")
def register_dynamic(site, call):
    """A webhook that is refused is refused alone, under a 200."""
    _app(call)
    body = call.json()
    if set(body) != {"url", "webhooks"} or not isinstance(body["webhooks"], list):
        raise bad_payload()
    _check_url(body["url"])
    results = []
    for one in body["webhooks"]:
        unknown = set(one.get("events") or ["?"]) - EVENTS
        try:
            if unknown:
                raise platform(400, f"The event {sorted(unknown)[0]} is unsupported")
            if not one.get("jqlFilter"):
                raise platform(400, "The JQL filter is required.")
            hook = site.hooks.register(call.account, body["url"], one["events"], one["jqlFilter"], dynamic=True,
                                       fields=one.get("fieldIdsFilter"), properties=one.get("issuePropertyKeysFilter"))
            results.append({"createdWebhookId": hook["id"]})
        except Refusal as refusal:
            results.append({"errors": refusal.body["errorMessages"]})
    return Reply(200, {"webhookRegistrationResult": results})


def _mine(site, call):
    return [h for h in site.hooks.registered.values() if h["dynamic"] and h["by"] == call.account.id]


@route("GET", "/rest/api/3/webhook")
def list_dynamic(site, call):
    _app(call)
    start, size = page(call, limit=100)
    found = _mine(site, call)
    values = []
    for hook in found[start:start + size]:
        value = {"id": hook["id"], "url": hook["url"], "jqlFilter": hook["jql"], "events": hook["events"],
                 "expirationDate": clock.jira(hook["expires"])}
        values.append(value | ({"fieldIdsFilter": hook["fields"]} if hook["fields"] else {}))
    return Reply(200, {"startAt": start, "maxResults": size, "total": len(found),
                       "isLast": start + size >= len(found), "values": values})


@route("DELETE", "/rest/api/3/webhook")
def delete_dynamic(site, call):
    _app(call)
    for wanted in call.json().get("webhookIds", []):
        if any(h["id"] == wanted for h in _mine(site, call)):
            del site.hooks.registered[wanted]
    return Reply(202)


@route("PUT", "/rest/api/3/webhook/refresh")
def refresh_dynamic(site, call):
    _app(call)
    until = clock.now_ms() + EXPIRES_MS
    wanted = [number(i, "webhookIds") for i in call.json().get("webhookIds", [])]
    for hook in _mine(site, call):
        if hook["id"] in wanted:
            hook["expires"] = until
    return Reply(200, {"expirationDate": clock.jira(until)})


@route("GET", "/rest/api/3/webhook/failed")
def failed_dynamic(site, call):
    _app(call)
    after, size = number(call.query.get("after", 0), "after"), number(call.query.get("maxResults", 100), "maxResults", 1)
    lost = sorted((d.tries[-1]["at"], n, d) for n, d in enumerate(site.hooks.log)
                  if d.state == "lost" and d.hook["dynamic"] and d.hook["by"] == call.account.id and d.tries[-1]["at"] > after)
    shown = [d for at, _, d in lost if at <= lost[min(size, len(lost)) - 1][0]]  # those of one moment stay together
    body = {"maxResults": size, "values": [{"id": d.identifier, "url": d.hook["url"], "body": d.body.decode(),
                                            "failureTime": d.tries[-1]["at"]} for d in shown]}
    if shown:
        body["next"] = f"{site.base}/rest/api/3/webhook/failed?after={shown[-1].tries[-1]['at']}&maxResults={size}"
    return Reply(200, body)


# -- Data Center from 10 on: another address, another form, and no secret to be seen

_DC = "/rest/jira-webhook/1.0/webhooks"


@route("GET", _DC)
def list_dc(site, call):
    """Only where the site is one: on Cloud there is no such address."""
    _administrator(call)
    if not site.config.get("dc_webhooks"):
        raise platform(404, "null for uri: " + _DC)
    return Reply(200, [{"id": h["id"], "name": h["name"], "url": h["url"], "events": h["events"], "active": h["enabled"],
                        "configuration": {"FILTERS": h["jql"], "EXCLUDE_BODY": str(h["excludeBody"]).lower()}}
                       for h in site.hooks.registered.values() if not h["dynamic"]])
