"""What somebody does to a workflow behind our back: holes that a test of the gate must find. For POST /_control/plant."""
from . import clock, groups, seed
from .errors import Refusal
from .workflow_model import GLOBAL, PORTAL
from .workflow_seed import BLOCK_APPROVAL, approval_of, condition, rule, transition


def plant(site, spec):
    """{"what": …, "project": "IAM", "issuetype": id}. What was done, as {"transition": id, …}."""
    hole = HOLES.get(spec.get("what"))
    project = site.projects.get(spec.get("project", "IAM"))
    if hole is None or project is None:
        raise Refusal(400, {"error": f"what is one of {', '.join(HOLES)}; projects: {', '.join(site.projects)}"})
    flow = site.flows.of(project.key, str(spec.get("issuetype", project.types[0])))
    return hole(site, project, flow, spec)


def _done(site, flow, name=None):
    """The status of category Done to open a road to."""
    found = [s for s in flow.statuses if site.flows.statuses[s].category == "DONE" and name in (None, site.flows.status_name(s))]
    if not found:
        raise Refusal(400, {"error": f"no status {name or 'of category Done'} in {flow.name}"})
    return found[0]


def _free(flow):
    return str(max(int(i) for i in flow.by_id) + 10)


def _change(site, flow, document):
    flow.replace(document, None, site.accounts["admin"].id, clock.now_ms())
    groups.audit(site, site.accounts["admin"], "Workflow updated", "workflows", ("WORKFLOW", flow.id, flow.name))


def _add(site, flow, made):
    document = flow.copied()
    document["transitions"].append(made)
    _change(site, flow, document)
    return {"transition": made["id"]}


def _global(site, project, flow, spec):
    """A button that closes from everywhere."""
    return _add(site, flow, transition(_free(flow), spec.get("name", "Close now"), (), _done(site, flow, spec.get("to")),
                                       resolution="Done", kind=GLOBAL))


def _exit(site, project, flow, spec):
    """One more way out of one status, for everybody; out of the first one that a ticket is in, unless it says from where."""
    source = site.flows.find_status(spec["from"], flow).id if "from" in spec else flow.initial.goes_to
    return _add(site, flow, transition(_free(flow), spec.get("name", "Done already"), (source,), _done(site, flow, spec.get("to")),
                                       resolution="Done"))


def _portal(site, project, flow, spec):
    """Customers close it themselves: a transition of their own, or one that is there (`transition`: its id) shown to them."""
    if "transition" not in spec:
        sources = [s for s in flow.statuses if site.flows.statuses[s].category != "DONE"]
        return _add(site, flow, transition(_free(flow), spec.get("name", "It works"), sources, _done(site, flow, spec.get("to")),
                                           resolution="Done", portal=True))
    document = flow.copied()
    found = next(t for t in document["transitions"] if t["id"] == spec["transition"])
    found["properties"][PORTAL] = "true"
    _change(site, flow, document)
    return {"transition": found["id"]}


def _resolution(site, project, flow, spec):
    """The resolution can be edited."""
    edit = site.screens.on(project, "edit")
    site.screens.put(project, "edit", [f for f in edit if f != "resolution"] + ["resolution"])
    return {"screen": site.screens.of_project[project.key]["edit"]}


def _field(site, project, flow, spec):
    """A field comes onto the screen for editing (or creating: `screen`)."""
    where = spec.get("screen", "edit")
    there = site.screens.on(project, where)
    site.screens.put(project, where, [f for f in there if f != spec["field"]] + [spec["field"]])
    return {"screen": site.screens.of_project[project.key][where]}


def _approval(site, project, flow, spec):
    """An approval whose answer closes: on the status that has one, or on a new one after the beginning."""
    document, done = flow.copied(), _done(site, flow, spec.get("to"))
    layout = next((s for s in document["statuses"] if s.get("approvalConfiguration")), None)
    number = _free(flow)
    if layout is None:
        waiting = site.flows.statuses[seed.APPROVAL]
        layout = {"statusReference": waiting.id, "layout": {}, "properties": {}, "deprecated": False}
        document["statuses"].append(layout)
        document["transitions"].append(transition(number, "Ask for approval", (flow.initial.goes_to,), waiting.id))
        document["transitions"].append(transition(str(int(number) + 10), "Decline", (waiting.id,), flow.initial.goes_to,
                                                  conditions=condition(rule(BLOCK_APPROVAL, number))))
        layout["approvalConfiguration"] = approval_of("", str(int(number) + 10))
        number = str(int(number) + 20)
    document["transitions"].append(transition(number, "Approve and close", (layout["statusReference"],), done,
                                              resolution="Done", conditions=condition(rule(BLOCK_APPROVAL, number))))
    layout["approvalConfiguration"]["transitionApproved"] = number
    _change(site, flow, document)
    return {"transition": number}


def _member(site, project, flow, spec):
    """Somebody else joins a group: that of the connector, unless `group` names another."""
    account, group = site.accounts[spec.get("account", "agent2")], spec.get("group", seed.CONNECTOR)
    if group not in account.groups:
        groups.change(site, site.accounts["admin"], account, group, True)
    return {"group": site.groups[group]}


def _unguarded(site, project, flow, spec):
    """The conditions of a transition are taken away (`transition`: its id)."""
    document = flow.copied()
    next(t for t in document["transitions"] if t["id"] == spec["transition"]).pop("conditions", None)
    _change(site, flow, document)
    return {"transition": spec["transition"]}


def _trigger(site, project, flow, spec):
    """A development tool goes a transition by itself (`transition`: its id)."""
    document = flow.copied()
    found = next(t for t in document["transitions"] if t["id"] == spec["transition"])
    merged = "com.atlassian.jira.plugins.jira-development-integration-plugin:pull-request-merged-trigger"
    found["triggers"] = [{"id": "t-1", "ruleKey": "system:development-triggers", "parameters": {"enabledTriggers": merged}}]
    _change(site, flow, document)
    return {"transition": found["id"]}


def _fills(site, project, flow, spec):
    """A transition writes a field by itself (`transition`: its id, `field`: which), or no more (`off`)."""
    document = flow.copied()
    found = next(t for t in document["transitions"] if t["id"] == spec["transition"])
    others = [a for a in found.get("actions", []) if a["parameters"].get("field") != spec["field"]]
    found["actions"] = others if spec.get("off") else [*others, rule("system:update-field", field=spec["field"], value="proven", mode="replace")]
    _change(site, flow, document)
    return {"transition": found["id"]}


def _gone(site, project, flow, spec):
    """A transition is deleted (`transition`: its id)."""
    document = flow.copied()
    document["transitions"] = [t for t in document["transitions"] if t["id"] != spec["transition"]]
    _change(site, flow, document)
    return {"transition": spec["transition"]}


HOLES = {"global": _global, "exit": _exit, "portal": _portal, "resolution": _resolution, "field": _field, "approval": _approval,
         "member": _member, "unguarded": _unguarded, "trigger": _trigger, "fills": _fills, "gone": _gone}
