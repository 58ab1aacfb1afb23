"""The workflows that a site may have at the start, as documents of the workflow API.

governed   the gate is installed: every road that says "fulfilled" goes through the connector
open       the same statuses without the gate, and a button that closes from anywhere
ordinary   what a service project is born with; no gate, nothing of the connector
team       a team-managed project: a workflow and statuses of its own, every status reached from everywhere
shared     the workflow of another project, through the same scheme (`shared:IAM`)
"""
import uuid

from . import seed
from .seed import (ADMINS, AGENTS, APPROVAL, AUTOMATION, CANCELLED, CONNECTOR, CUSTOMERS, GROUP_IDS, PROGRESS, RESOLVED,
                   VERIFYING, WAITING)
from .workflow_model import DIRECTED, GLOBAL, INITIAL, PORTAL, Scheme, Status, Workflow

RESTRICT, UPDATE = "system:restrict-issue-transition", "system:update-field"
BLOCK_APPROVAL = "system:block-in-progress-approval"
RESTRICTIONS = ("accountIds", "roleIds", "permissionKeys", "groupIds", "groupCustomFields", "allowUserCustomFields",
                "denyUserCustomFields")
OPEN, DONE = (WAITING, APPROVAL, PROGRESS, VERIFYING), (RESOLVED, CANCELLED)
EVERYBODY = ()  # no condition: anyone who may work on tickets
CHECK_SCREEN, CLOSE_SCREEN, RESOLVE_SCREEN = "10200", "10201", "3"

# id: name, category. Those of seed.STATUSES are there too.
ORDINARY = {"10100": ("Open", "TODO"), "10101": ("Work in progress", "IN_PROGRESS"), "10102": ("Pending", "IN_PROGRESS"),
            "10103": ("Waiting for customer", "IN_PROGRESS"), "10104": ("Done", "DONE"), "10105": ("Canceled", "DONE")}
_CATEGORY = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}


def _id(*words):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(words)))


def rule(key, owner="", **parameters):
    given = dict.fromkeys(RESTRICTIONS, "") | parameters if key == RESTRICT else parameters
    return {"ruleKey": key, "parameters": given, "id": _id(key, owner, str(parameters))}


def condition(*rules, operation="ALL"):
    return {"operation": operation, "conditions": list(rules), "conditionGroups": []}


def only(owner, *groups):
    return condition(rule(RESTRICT, owner, groupIds=",".join(GROUP_IDS[g] for g in groups)))


def resolves(owner, name):
    """The post function that sets the resolution; without a name it clears it."""
    found = next((i for i, one in seed.RESOLUTIONS.items() if one == name), "")
    return rule(UPDATE, owner, field="resolution", value=found, mode="replace")


def transition(number, name, sources, target, groups=EVERYBODY, screen=None, resolution=None, portal=False, conditions=None,
               kind=DIRECTED):
    """resolution: what a post function sets ("" clears, None leaves alone)."""
    made = {"id": number, "type": kind, "toStatusReference": target,
            "links": [{"fromStatusReference": s, "fromPort": 5, "toPort": 1} for s in sources], "name": name,
            "description": "", "actions": [resolves(number, resolution)] if resolution is not None else [],
            "validators": [], "triggers": [], "properties": {PORTAL: "true"} if portal else {}}
    if screen:
        made["transitionScreen"] = rule("system:transition-screen", number, screenId=screen)
    if conditions or groups:
        made["conditions"] = conditions or only(number, *groups)
    return made


def document(transitions, statuses, approval=None):
    """approval: (status, configuration)."""
    layouts = [{"statusReference": s, "layout": {"x": 200.0 * n, "y": 40.5}, "properties": {}, "deprecated": False}
               for n, s in enumerate(statuses)]
    for layout in layouts:
        if approval and layout["statusReference"] == approval[0]:
            layout["approvalConfiguration"] = approval[1]
    return {"startPointLayout": {"x": -100.00030899047852, "y": -153.00020599365234}, "statuses": layouts,
            "transitions": transitions, "loopedTransitionContainerLayout": {}}


def approval_of(approved, rejected):
    return {"active": "true", "conditionType": "number", "conditionValue": "1", "fieldId": seed.APPROVERS,
            "transitionApproved": approved, "transitionRejected": rejected, "exclude": []}


def _common():
    blocked = [condition(rule(BLOCK_APPROVAL, number)) for number in ("111", "121")]
    return [
        transition("1", "Create", (), WAITING, kind=INITIAL),
        transition("11", "Start progress", (WAITING,), PROGRESS),
        transition("21", "Resolve", (WAITING, PROGRESS), VERIFYING, (AGENTS,)),
        transition("71", "Reopen", DONE, PROGRESS, (AGENTS, CONNECTOR), CHECK_SCREEN, resolution=""),
        # The connector too: it cancels a duplicate that Jira made late.
        transition("81", "Cancel", OPEN, CANCELLED, (AGENTS, CONNECTOR, CUSTOMERS), resolution="Won't Do", portal=True),
        transition("101", "Ask for approval", (WAITING, PROGRESS), APPROVAL, (AGENTS, CONNECTOR, AUTOMATION)),
        transition("111", "Approve", (APPROVAL,), WAITING, conditions=blocked[0]),
        transition("121", "Decline", (APPROVAL,), CANCELLED, conditions=blocked[1], resolution="Declined"),
    ]


def _closing(*gate):
    return [
        transition("41", "Record reconciliation", (VERIFYING,), VERIFYING, (CONNECTOR,), CHECK_SCREEN),
        transition("51", "Close verified", (VERIFYING,), RESOLVED, gate, CLOSE_SCREEN),
        transition("61", "Back to fulfiller", (VERIFYING,), PROGRESS, gate, CHECK_SCREEN),
    ]


def _governed():
    return document(_common() + _closing(CONNECTOR), seed.STATUSES, (APPROVAL, approval_of("111", "121")))


def _open():
    close = transition("91", "Close", (), RESOLVED, (AGENTS, ADMINS), resolution="Done", kind=GLOBAL)
    return document(_common() + _closing(AGENTS, CONNECTOR) + [close], seed.STATUSES, (APPROVAL, approval_of("111", "121")))


def _ordinary():
    new, work, pending, customer, done, canceled = ORDINARY
    return document([
        transition("1", "Create", (), new, kind=INITIAL),
        transition("11", "Start work", (new,), work),
        transition("21", "Pend", (work,), pending),
        transition("31", "Back to work", (pending, customer), work),
        transition("41", "Respond to customer", (new, work), customer),
        transition("51", "Respond to support", (customer,), work, portal=True),
        transition("61", "Resolve", (new, work, pending, customer), done, screen=RESOLVE_SCREEN),
        transition("71", "Cancel request", (new, work, pending, customer), canceled, resolution="Won't Do", portal=True),
        transition("81", "Reopen", (done, canceled), work, resolution=""),
    ], ORDINARY)


def _team(ids):
    new, work, done, canceled = ids
    names = (("11", "Open", new, ""), ("21", "In progress", work, ""), ("31", "Done", done, "Done"),
             ("41", "Canceled", canceled, "Won't Do"))
    return document([transition("1", "Create", (), new, kind=INITIAL)]
                    + [transition(number, name, (), target, resolution=resolution, kind=GLOBAL)
                       for number, name, target, resolution in names], ids)


_TEAM_NAMES = (("Open", "TODO"), ("In progress", "IN_PROGRESS"), ("Done", "DONE"), ("Canceled", "DONE"))
_TITLES = {"governed": "governed access", "open": "open access", "ordinary": "Service request workflow"}


def fill(flows, projects):
    """The statuses of every site, and the workflow that each project starts with."""
    for number, (name, category) in seed.STATUSES.items():
        flows.statuses[number] = Status(number, name, _CATEGORY[category])
    for project in projects.values():
        install(flows, project, project.workflow)


def install(flows, project, kind, issue_type=None):
    """Give a project (or one issue type of it) the workflow of that kind. Tickets keep their status where they can."""
    if issue_type:
        scheme = flows.schemes[flows.scheme_of[project.key]]
        scheme.mappings[issue_type] = _make(flows, project, kind, issue_type).id
    elif kind.startswith("shared:"):
        flows.scheme_of[project.key] = flows.scheme_of[kind.partition(":")[2]]
        project.team = False
    else:
        made = _make(flows, project, kind)
        number = max([10399, *flows.schemes]) + 1
        flows.schemes[number] = Scheme(number, f"{project.key}: workflow scheme", made.id, team=kind == "team")
        flows.scheme_of[project.key] = number
        project.team = kind == "team"
    project.workflow = kind if not issue_type else project.workflow
    _forget_unused(flows)


def _forget_unused(flows):
    """Schemes of no project, and workflows of no scheme."""
    flows.schemes = {n: s for n, s in flows.schemes.items() if n in flows.scheme_of.values()}
    used = {w for s in flows.schemes.values() for w in (s.default, *s.mappings.values())}
    flows.workflows = {i: w for i, w in flows.workflows.items() if i in used}


def _make(flows, project, kind, issue_type=""):
    makers = {"governed": _governed, "open": _open, "ordinary": _ordinary}
    if kind == "team":
        ids = []
        for name, category in _TEAM_NAMES:
            ids.append(flows.next_status_id())
            flows.statuses[ids[-1]] = Status(ids[-1], name, category, project=project.id)
        name, made, owner = f"{project.id}: workflow for service management", _team(ids), project.id
    else:
        if kind not in makers:
            raise ValueError(f"workflows are governed, open, ordinary, team and shared:PROJECT, not {kind!r}")
        if kind == "ordinary":
            for number, (name, category) in ORDINARY.items():
                flows.statuses.setdefault(number, Status(number, name, category))
        name, made, owner = f"{project.key} {_TITLES[kind]}{' ' + issue_type if issue_type else ''}", makers[kind](), None
    return flows.add(Workflow(_id("workflow", project.key, kind, issue_type), name, made, project=owner))
