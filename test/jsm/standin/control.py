"""/_control: what tests use to set the stage, misbehave and look behind it. The README lists it with examples."""
import json

from . import acts, attached, automation, clock, faults, oracle, plants, rules, workflow_api
from .errors import Refusal
from .hooks import EVENTS
from .routes import Reply


def handle(site, request):
    path = request.path[len("/_control"):].strip("/")
    name, _, rest = path.partition("/")
    chosen = HANDLERS.get((request.method, name or "ready"))
    if chosen is None:
        listed = ", ".join(sorted(f"{m} /_control/{n}" for m, n in HANDLERS))
        raise Refusal(404, {"error": f"no {request.method} /_control/{path}; there are: {listed}"})
    try:
        body = json.loads(request.body) if request.body else {}
    except ValueError as error:
        raise Refusal(400, {"error": f"body is not JSON: {error}"}) from None
    with site.lock:
        try:
            return Reply(200, chosen(site, body, request.query, rest))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise Refusal(400, {"error": f"{type(error).__name__}: {error}"}) from None


def _ready(site, body, query, rest):
    return {"url": site.base, "issues": len(site.issues), "now": clock.now_ms()}


def _act(site, body, query, rest):
    """One deed, or a list of them done in one go."""
    return [acts.act(site, one) for one in body] if isinstance(body, list) else acts.act(site, body)


def _add_faults(site, body, query, rest):
    added = []
    for spec in body if isinstance(body, list) else [body]:
        site.fault_count += 1
        site.faults.append(faults.Rule(site.fault_count, spec))
        added.append(site.fault_count)
    return {"ids": added}


def _list_faults(site, body, query, rest):
    return [rule.shown() for rule in site.faults]


def _drop_faults(site, body, query, rest):
    """All of them, or the one in the path (by id or name)."""
    kept = [r for r in site.faults if rest and rest not in (str(r.number), r.spec.get("name"))]
    dropped, site.faults = len(site.faults) - len(kept), kept
    return {"dropped": dropped}


def _config(site, body, query, rest):
    site.configure(body)
    return site.config


def _accounts(site, body, query, rest):
    for name, changes in body.items():
        site.set_account(name, changes)
    return {a.name: {"email": a.email, "token": a.token, "accountId": a.id, "display": a.display, "groups": a.groups,
                     "desk": a.desk, "kind": a.kind, "zone": a.zone, "active": a.active}
            for a in site.accounts.values()}


def _screens(site, body, query, rest):
    for key, screens in body.items():
        site.set_screens(key, screens)
    return site.shown_screens()


def _workflows(site, body, query, rest):
    """{"IAM": "ordinary", "IAM/10040": "open", "bare": true}: which workflow is in force where, and whether anything of the
    connector is on the site; `update_running`: so many of the next changes find another one running. Answers with all of them
    as they are."""
    site.flows.update_running = body.pop("update_running", site.flows.update_running)
    site.give_workflows(body)
    return {p.key: {t: workflow_api.shown_workflow(site.flows.of(p.key, t), True) for t in p.types} for p in site.projects.values()}


def _forms(site, body, query, rest):
    """{"30": {"form": [...], "required": [...]}}: what a request type asks for."""
    for type_id, changes in body.items():
        for name in ("form", "required"):
            if name in changes:
                setattr(site.request_types[type_id], name, tuple(changes[name]))
    return {t.id: {"form": t.form, "required": t.required} for t in site.request_types.values()}


def _fields(site, body, query, rest):
    """{"customfield_10050": {"name": "System", "options": ["SAP", "Workday"]}}: what a field is called, and offers. An option keeps
    its place, and so its id, when it is renamed."""
    for field_id, changes in body.items():
        field = site.fields[field_id]
        field.name = changes.get("name", field.name)
        if "options" in changes:
            field.options = tuple(changes["options"])
    return {f.id: {"name": f.name, "options": list(getattr(f, "options", ()))} for f in site.fields.values()}


def _fill(site, body, query, rest):
    before = len(site.issues)
    site.fill(**body)
    return {"created": len(site.issues) - before}


def _state(site, body, query, rest):
    if "issue" in query:
        found = site.find(query["issue"])
        if found is None:
            raise Refusal(404, {"error": f"no ticket {query['issue']}"})
        return oracle.ticket(site, found)
    if "category" in query:
        return {"issues": [t.id for t in list(site.issues.values()) if t.category == query["category"]]}
    return {"config": site.config, "issues": [oracle.ticket(site, t) for t in site.issues.values()],
            "projects": {p.key: vars(p) | {"workflow": site.flows.of(p.key, p.types[0]).name} for p in site.projects.values()},
            "groups": site.groups,
            "faults": [r.shown() for r in site.faults],
            "webhooks": [{k: v for k, v in h.items() if k not in ("query", "secret")}
                         for h in site.hooks.registered.values()]}


def _oracle(site, body, query, rest):
    return oracle.facts(site, int(query.get("fresh_ms", oracle.FRESH_MS)))


def _calls(site, body, query, rest):
    """since: numbers greater than this. Any member of a record filters: ?actor=connector&method=POST."""
    since, limit = int(query.get("since", 0)), int(query.get("limit", 100_000))
    wanted = {k: v for k, v in query.items() if k not in ("since", "limit")}
    chosen = [c for c in site.calls if c["n"] > since and all(str(c.get(k)) == v for k, v in wanted.items())]
    return {"last": site.call_count, "calls": chosen[-limit:]}


def _forget_calls(site, body, query, rest):
    site.calls.clear()
    site.limits.violations.clear()
    return {}


def _webhooks(site, body, query, rest):
    since = int(query.get("since", 0))
    return {"pending": site.hooks.pending(), "deliveries": [d.record() for d in list(site.hooks.log)[since:]],
            "registered": _state(site, {}, {}, "")["webhooks"]}


def _add_hook(site, body, query, rest):
    """As an administrator does it on a page: {"url","secret","events","jql"}."""
    made = site.hooks.register(site.accounts["admin"], body["url"], body.get("events", sorted(EVENTS)), body.get("jql", ""),
                               body.get("secret"), name=body.get("name", "connector"))
    return {"id": made["id"]}


def _hook_now(site, body, query, rest):
    """Retries are due now instead of in minutes."""
    return {"hurried": site.hooks.hurry()}


def _rules(site, body, query, rest):
    """The automation rules, all of them anew."""
    site.hooks.rules[:] = [rules.rule(spec) for spec in body]
    return {"rules": len(site.hooks.rules)}


def _automation(site, body, query, rest):
    """What automation's own interface tells of its rules, all of them anew."""
    site.automation[:] = [automation.made(site, spec) for spec in body]
    return [rule["uuid"] for rule in site.automation]


def _age(site, body, query, rest):
    """Dynamic webhooks end so many days sooner."""
    return {"aged": site.hooks.age(float(body["days"]))}


def _replay(site, body, query, rest):
    """Send deliveries again as they were: those named, or all."""
    return {"replayed": site.hooks.replay(body.get("identifiers"))}


def _catch_up(site, body, query, rest):
    site.index.catch_up(everything=True)
    return {"waiting": site.index.waiting}


def _reset(site, body, query, rest):
    site.reset(bool(body.get("keep_webhooks")))
    site.play_scenario()
    return {}


HANDLERS = {
    ("GET", "ready"): _ready, ("POST", "act"): _act, ("POST", "reset"): _reset,
    ("POST", "faults"): _add_faults, ("GET", "faults"): _list_faults, ("DELETE", "faults"): _drop_faults,
    ("POST", "config"): _config, ("GET", "config"): _config,
    ("GET", "accounts"): _accounts, ("POST", "accounts"): _accounts, ("POST", "screens"): _screens,
    ("GET", "screens"): _screens, ("POST", "workflows"): _workflows, ("GET", "workflows"): _workflows,
    ("POST", "plant"): lambda site, body, query, rest: plants.plant(site, body),
    ("POST", "forms"): _forms, ("GET", "forms"): _forms, ("POST", "fields"): _fields, ("GET", "fields"): _fields,
    ("POST", "fill"): _fill, ("GET", "state"): _state, ("GET", "calls"): _calls, ("DELETE", "calls"): _forget_calls,
    ("GET", "oracle"): _oracle,
    ("GET", "webhooks"): _webhooks, ("POST", "webhooks"): _add_hook, ("POST", "hurry"): _hook_now, ("POST", "replay"): _replay,
    ("POST", "age-webhooks"): _age, ("POST", "rules"): _rules, ("POST", "automation"): _automation,
    ("POST", "catch-up"): _catch_up, ("POST", "attached"): lambda site, body, query, rest: attached.configure(site, body),
}
