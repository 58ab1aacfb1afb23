"""Many tickets in one operation: transitions (conditions hold), moves (none is asked) and deletes. Webhooks come in the
secondary flow. Errors are a list of messages here.

A call is checked and answered; its task begins `bulk_ms` later and takes `bulk_each_ms` for each ticket. People go on working
meanwhile, so each ticket is judged when its turn comes. `bulk_dies_after` so many the task is dead, and says nothing of the rest."""
import threading
import time

from . import clock, issues, workflow_rules
from .errors import Refusal, platform
from .routes import Reply, route
from .tasks import begin
from .workflow_check import shape

BULK = "/rest/api/3/bulk"
MOST = 1000
AT_ONCE = 5  # tasks of everybody together


def _refusal(status, message):
    return Refusal(status, {"errors": [{"message": message}]})


def _tickets(site, call, keys):
    found = [site.find(str(k)) for k in keys]
    if not found or len(found) > MOST or len(set(map(id, found))) < len(found) or not all(t and site.shows(t, call.account) for t in found):
        raise _refusal(400, "Some of the issues in the issueIdsOrKeys are not valid")
    return found


def _may(call, permission):
    if not (call.account.holds("BULK_CHANGE") and call.account.holds(permission)):
        raise _refusal(403, "You do not have the permission to change issues in bulk.")


def _shaped(call, wanted):
    body = call.json()
    try:
        shape(body, wanted)
    except Refusal as refusal:
        raise _refusal(400, refusal.body["errorMessages"][0]) from None
    return body


def _run(site, account, tickets, deed):
    """One deed for each ticket; what is refused is noted, and the others go on. The task that tells."""
    if len(tickets) > MOST:
        raise _refusal(400, f"More than {MOST} issues.")
    if sum(task.status in ("ENQUEUED", "RUNNING") for task in site.tasks.values()) >= AT_ONCE:
        raise _refusal(429, f"Only {AT_ONCE} bulk operations can be under way at once.")
    result = {"processedAccessibleIssues": [], "failedAccessibleIssues": {}, "totalIssueCount": len(tickets),
              "invalidOrInaccessibleIssueCount": 0}
    task = begin(site, account, "Bulk operation", result)
    task.status = "ENQUEUED"
    threading.Thread(target=_work, args=(site, task, tickets, deed, site.call_count + 1), daemon=True).start()
    return task


def _work(site, task, tickets, deed, operation):
    time.sleep(site.config["bulk_ms"] / 1000)
    for number, ticket in enumerate(tickets):
        time.sleep(site.config["bulk_each_ms"] / 1000)
        with site.lock:
            if site.tasks.get(task.id) is not task:  # the site was reset
                return
            if number == site.config["bulk_dies_after"]:
                task.status = "DEAD"
                return
            task.status, task.progress = "RUNNING", 100 * number // len(tickets)
            _one(site, task.result, ticket, deed, operation)
    with site.lock:
        task.status, task.progress, task.polls = "COMPLETE", 100, 0


def _one(site, result, ticket, deed, operation):
    if site.find(ticket.id) is not ticket:  # deleted since
        result["invalidOrInaccessibleIssueCount"] += 1
        return
    try:
        deed(ticket, operation)
        result["processedAccessibleIssues"].append(int(ticket.id))
    except Refusal as refusal:
        body = refusal.body or {}
        result["failedAccessibleIssues"][ticket.id] = [*body.get("errorMessages", ()), *body.get("errors", {}).values()]


# -- transitions

def _without_fields(site, ticket, account, channel):
    """Those that ask for nothing to be filled in."""
    return [t for t in issues.offered(site, ticket, account, channel)
            if not issues.required_on(site.screens.fields(t.screen))]


@route("GET", BULK + "/issues/transition")
def common_transitions(site, call):
    keys = [k for k in call.query.get("issueIdsOrKeys", "").split(",") if k]
    _may(call, "TRANSITION_ISSUES")
    by_workflow = {}
    for ticket in _tickets(site, call, keys):
        by_workflow.setdefault(site.flows.of_ticket(ticket).id, []).append(ticket)
    answer = []
    for tickets in by_workflow.values():
        offered = [{t.id: (t, t.target(ticket.status)) for t in _without_fields(site, ticket, call.account, call.channel)}
                   for ticket in tickets]
        common = [i for i in offered[0] if all(i in other for other in offered)]
        answer.append({
            "issues": [t.key for t in tickets], "isTransitionsFiltered": any(len(o) > len(common) for o in offered),
            "transitions": [{"transitionId": int(i), "transitionName": offered[0][i][0].name, "to": {
                "statusId": int(offered[0][i][1]), "statusName": site.flows.status_name(offered[0][i][1])}} for i in common]})
    return Reply(200, {"availableTransitions": answer})


@route("POST", BULK + "/issues/transition")
def transition(site, call):
    body = _shaped(call, {"bulkTransitionInputs!": [{"selectedIssueIdsOrKeys!": [str], "transitionId!": str}],
                          "sendBulkNotification": bool})
    _may(call, "TRANSITION_ISSUES")
    plan, seen = [], set()
    if not body["bulkTransitionInputs"]:
        raise _refusal(400, "At least one transition input is needed.")
    for one in body["bulkTransitionInputs"]:
        tickets = _tickets(site, call, one["selectedIssueIdsOrKeys"])
        workflows = {site.flows.of_ticket(t).id for t in tickets}
        if len(workflows) > 1 or workflows & seen:
            raise _refusal(400, "Every transition input must correspond to a distinct workflow.")
        seen |= workflows
        plan += [(ticket, one["transitionId"]) for ticket in tickets]
    wanted = {ticket.id: number for ticket, number in plan}
    task = _run(site, call.account, [ticket for ticket, _ in plan], lambda ticket, operation: press(
        site, call.account, ticket, wanted[ticket.id], operation, call.channel))
    return Reply(201, {"taskId": task.id})


def press(site, account, ticket, transition_id, operation, channel="api"):
    """One ticket of a bulk change. A resolution that must be chosen has been, in the dialog."""
    chosen = issues.pressable(site, ticket, account, transition_id, channel)
    values = {"resolution": "10000"} if issues.required_on(site.screens.fields(chosen.screen)) else {}
    issues.validated(site, ticket, chosen, account, values, channel)
    site.transition(ticket, account, chosen, values, operation)


# -- moves and deletes

_FLAGS = ("inferClassificationDefaults", "inferFieldDefaults", "inferStatusDefaults", "inferSubtaskTypeDefault")


@route("POST", BULK + "/issues/move")
def move(site, call):
    """To another project, or another issue type of the same. The key of each entry is `PROJECT,ISSUE-TYPE-ID`."""
    body = _shaped(call, {"targetToSourcesMapping": {"+": True}, "sendBulkNotification": bool})
    _may(call, "MOVE_ISSUES")
    plan = []
    for target, given in (body.get("targetToSourcesMapping") or {}).items():
        name, _, issue_type = target.partition(",")
        project = next((p for p in site.projects.values() if name in (p.key, p.id)), None)
        if project is None or issue_type not in project.types:
            raise _refusal(400, f"The target '{target}' is not a project and one of its issue types.")
        if not isinstance(given, dict) or any(not isinstance(given.get(flag), bool) for flag in _FLAGS):
            raise _refusal(400, f"Each of {', '.join(_FLAGS)} must be true or false.")
        mapping = {old: new for one in given.get("targetStatus") or () for new, olds in one["statuses"].items() for old in olds}
        for ticket in _tickets(site, call, given.get("issueIdsOrKeys") or ()):
            plan.append((ticket, project, issue_type, _status(site, ticket, project, issue_type, mapping, given)))
    if not plan:
        raise _refusal(400, "Some of the issues in the issueIdsOrKeys are not valid")
    by_id = {ticket.id: rest for ticket, *rest in plan}

    def one(ticket, operation):
        if not workflow_rules.status_allows(site, ticket, call.account, "move"):
            raise platform(403, "The status of the issue does not allow it to be moved.")
        project, issue_type, status = by_id[ticket.id]
        site.move(ticket, call.account, project, status, issue_type, operation)
    return Reply(201, {"taskId": _run(site, call.account, [p[0] for p in plan], one).id})


def _status(site, ticket, project, issue_type, mapping, given):
    """Where the ticket goes: as mapped, else where it is, else the beginning if that may be inferred."""
    flow = site.flows.of(project.key, issue_type)
    chosen = mapping.get(ticket.status)
    if chosen is None and ticket.status not in flow.layouts and not given["inferStatusDefaults"]:
        raise _refusal(400, f"A status of the target is needed for '{ticket.status_name}'.")
    if chosen is not None and chosen not in flow.layouts:
        raise _refusal(400, f"The status '{chosen}' is not one of the target.")
    return chosen


@route("POST", BULK + "/issues/delete")
def delete(site, call):
    body = _shaped(call, {"selectedIssueIdsOrKeys!": [str], "sendBulkNotification": bool})
    _may(call, "DELETE_ISSUES")
    tickets = _tickets(site, call, body["selectedIssueIdsOrKeys"])
    return Reply(201, {"taskId": _run(site, call.account, tickets, lambda t, _: issues.delete(site, call.account, t)).id})


@route("GET", BULK + "/queue/{task}")
def progress(site, call):
    found = site.tasks.get(call.parts["task"])
    if found is None or found.description != "Bulk operation":
        raise Refusal(400, {"errorMessages": ["The task associated with this taskId is not a bulk operation task"], "errors": {}})
    body = {"taskId": found.id, "submittedBy": {"accountId": found.by.id}, "created": found.began, "started": found.began,
            "updated": clock.now_ms(), "progressPercent": found.progress, "status": found.status}
    if site.config["bulk_pad"]:
        body["padding"] = "x" * site.config["bulk_pad"]
    return Reply(200, body | (found.result if found.status in ("COMPLETE", "DEAD") else {}))
