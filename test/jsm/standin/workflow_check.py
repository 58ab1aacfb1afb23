"""What Jira has against an update of workflows: first against the shape of the payload (400), then against what it says
(a list of problems). Where nobody has recorded the code or the words of a problem, they are made up after those that are.
"""
import json

from . import fields
from .errors import bad_payload, platform
from .workflow_model import DIRECTED, GLOBAL, INITIAL
from .workflow_rules import (CATALOGUE, COMPARATORS, CONDITION, FIELD_RULES, FLAGS, FUNCTION, SCREEN, TYPES, VALIDATOR, listed)
from . import seed

ERROR, WARNING = "ERROR", "WARNING"
CATEGORIES = ("TODO", "IN_PROGRESS", "DONE")

# Shapes: a type, a tuple of words, [of what], {member: shape}. A member with ! must be there; "+" lets others in.
_TEXTS = {"*": str}
_LAYOUT = {"x": float, "y": float}
_RULE = {"ruleKey!": str, "id": str, "parameters": _TEXTS}
_GROUP = {"operation!": ("ANY", "ALL"), "conditions": [_RULE]}
_GROUP["conditionGroups"] = [_GROUP]
_MIGRATION = {"newStatusReference!": str, "oldStatusReference!": str, "+": True}
_TRANSITION = {
    "id": str, "name": str, "description": str, "type": (INITIAL, GLOBAL, DIRECTED), "toStatusReference": str,
    "customIssueEventId": str, "links": [{"fromPort": int, "fromStatusReference": str, "toPort": int}], "properties": _TEXTS,
    "actions": [_RULE], "validators": [_RULE], "transitionScreen": _RULE, "conditions": _GROUP,
    "triggers": [{"id": str, "ruleKey!": str, "parameters!": _TEXTS}], "+": True}
_APPROVAL = {
    "active!": ("true", "false"), "conditionType!": ("number", "percent", "numberPerPrincipal"), "conditionValue!": str,
    "fieldId!": str, "transitionApproved!": str, "transitionRejected!": str, "prePopulatedFieldId": str,
    "exclude": [("assignee", "reporter")]}
_WORKFLOW = {
    "id!": str, "version!": {"id": str, "versionNumber": int}, "description": str, "startPointLayout": _LAYOUT,
    "loopedTransitionContainerLayout": _LAYOUT, "defaultStatusMappings": [_MIGRATION],
    "statuses!": [{"statusReference!": str, "properties": _TEXTS, "layout": _LAYOUT, "approvalConfiguration": _APPROVAL, "+": True}],
    "statusMappings": [{"issueTypeId!": str, "projectId!": str, "statusMigrations!": [_MIGRATION], "+": True}],
    "transitions!": [_TRANSITION], "+": True}
UPDATE = {"statuses": [{"name!": str, "statusCategory!": CATEGORIES, "statusReference!": str, "id": str, "description": str,
                        "+": True}], "workflows": [_WORKFLOW]}
VALIDATION = {"payload!": UPDATE, "validationOptions": {"levels": [(WARNING, ERROR)]}}


def shape(value, wanted, where=""):
    """Raises what Jira answers to a value of another shape. Absent and null are the same for what need not be there."""
    if isinstance(wanted, dict):
        if not isinstance(value, dict):
            raise bad_payload()
        known = {name.rstrip("!"): inner for name, inner in wanted.items() if name not in ("*", "+")}
        for name, inner in value.items():
            if name in known and inner is not None:
                shape(inner, known[name], f"{where}{name}.")
            elif "*" in wanted:
                shape(inner, wanted["*"], where)
            elif name not in known and "+" not in wanted:
                raise bad_payload()
        for name in wanted:
            if name.endswith("!") and value.get(name[:-1]) is None:
                raise platform(400, f"{where}{name[:-1]} : must not be null")
    elif isinstance(wanted, list):
        if not isinstance(value, list):
            raise bad_payload()
        for number, one in enumerate(value):
            shape(one, wanted[0], f"{where.rstrip('.')}[{number}].")
    elif isinstance(wanted, tuple):
        if value not in wanted:
            raise bad_payload()
    elif isinstance(value, bool) != (wanted is bool) or not isinstance(value, (int, float) if wanted is float else wanted):
        raise bad_payload()


def complete(payload, where=""):
    """An update without statuses or workflows is none."""
    for name in ("statuses", "workflows"):
        if not payload.get(name):
            raise platform(400, f"{where}{name} : must not be empty")


class Check:
    """The problems of one payload. Afterwards `references` tells the status id of each reference; None for a new one."""

    def __init__(self, site, payload):
        self.site, self.flows, self.payload = site, site.flows, payload
        self.problems, self.references = [], {}
        self._statuses()
        for one in payload["workflows"]:
            workflow = self.flows.workflows.get(one["id"])
            if workflow is None:
                self._say("WORKFLOW_NOT_FOUND", "The workflow does not exist.", "WORKFLOW")
            else:
                self._workflow(workflow, one)

    @property
    def errors(self):
        return [p for p in self.problems if p["level"] == ERROR]

    def _say(self, code, message, kind, level=ERROR, **element):
        self.problems.append({"code": code, "message": message, "type": kind, "level": level, "elementReference": element})

    # -- statuses

    @property
    def scope(self):
        """The project of the workflows' scope: None for global ones."""
        owners = {w.project for w in (self.flows.workflows.get(o["id"]) for o in self.payload["workflows"]) if w}
        return owners.pop() if len(owners) == 1 else None

    def _statuses(self):
        scope, names = self.scope, set()
        for one in self.payload["statuses"]:
            reference, number = one["statusReference"], one.get("id")
            if reference in self.references:
                self._say("NON_UNIQUE_STATUS_REFERENCE", "You must use a unique status reference.", "STATUS", statusReference=reference)
            known = self.flows.statuses.get(number) if number else None
            if number and (known is None or known.project != scope):
                self._say("STATUS_NOT_FOUND", f"The status '{number}' does not exist in this scope.", "STATUS",
                          statusReference=reference)
            taken = any(s.name == one["name"] and s.project == scope and s.id != number for s in self.flows.statuses.values())
            if taken or one["name"] in names:
                self._say("NON_UNIQUE_STATUS_NAME", f'Status name "{one["name"]}" already in use. Try a different name.', "STATUS",
                          statusReference=reference)
            if not 0 < len(one["name"].strip()) <= 60:
                self._say("STATUS_NAME_INVALID", "The status name must have between 1 and 60 characters.", "STATUS",
                          statusReference=reference)
            names.add(one["name"])
            self.references[reference] = number if known else None

    # -- one workflow

    def _workflow(self, workflow, one):
        here = [s["statusReference"] for s in one["statuses"]]
        for reference in here:
            if reference not in self.references:
                self._say("STATUS_LAYOUT_REFERENCES_AN_UNKNOWN_STATUS", "The workflow has a status that is not in the list of statuses.",
                          "STATUS_LAYOUT", statusReference=reference)
        if len(set(here)) < len(here):
            self._say("NON_UNIQUE_STATUS_LAYOUT", "A status is in the workflow twice.", "STATUS_LAYOUT")
        ids = [t.get("id") for t in one["transitions"]]
        for transition in one["transitions"]:
            self._transition(workflow, transition, set(here), ids)
        if sum(t.get("type") == INITIAL for t in one["transitions"]) != 1:
            self._say("INITIAL_TRANSITION_MISSING", "The workflow must have exactly one initial transition.", "WORKFLOW")
        reached = {t.get("toStatusReference") for t in one["transitions"]}
        for reference in here:
            if reference not in reached:
                self._say("NO_INBOUND_TRANSITIONS_TO_STATUS", "No transition leads to this status.", "STATUS_LAYOUT", WARNING,
                          statusReference=reference)
        for status in one["statuses"]:
            self._approval(workflow, one, status)
        self._mappings(workflow, one, {self.references.get(r) for r in here}, set(here))

    def _transition(self, workflow, given, here, ids):
        number = given.get("id")
        name = {"transitionId": number} if number else {}

        def say(code, message):
            self._say(code, message, "TRANSITION", **name)
        if not number:
            say("TRANSITION_ID_MISSING", "The transition must have an id.")
        elif not number.isdigit() or ids.count(number) > 1:
            say("NON_UNIQUE_TRANSITION_ID", "The id of a transition must be a number and unique in its workflow.")
        if not 0 < len((given.get("name") or "").strip()) <= 60:
            say("TRANSITION_NAME_INVALID", "The transition name must have between 1 and 60 characters.")
        kind, target, links = given.get("type"), given.get("toStatusReference"), given.get("links") or []
        if kind is None:
            say("TRANSITION_TYPE_MISSING", "The transition must have a type.")
        wanted = [link.get("fromStatusReference") for link in links if link.get("fromStatusReference")]
        if target or kind == INITIAL:
            wanted.append(target)
        for reference in wanted:
            if reference not in here:
                say("TRANSITION_REFERENCES_A_STATUS_THAT_IS_NOT_IN_WORKFLOW",
                    "Transition refers to a status that does not exist within this workflow.")
            if reference not in self.references:
                say("TRANSITION_REFERENCES_AN_UNKNOWN_STATUS_REFERENCE", "Transition references an unknown status.")
        if kind == DIRECTED and not any(link.get("fromStatusReference") for link in links):
            say("DIRECTED_TRANSITION_WITHOUT_SOURCE", "A directed transition must start from a status.")
        if kind == GLOBAL and wanted[:-1 if target else None]:
            say("GLOBAL_TRANSITION_WITH_SOURCE", "A global transition starts from every status.")
        if kind == DIRECTED and not target:
            say("TRANSITION_TARGET_MISSING", "A directed transition must lead to a status.")
        loops = target in wanted[:-1] if target else kind == GLOBAL
        if loops and workflow.project and not self.site.config["team_loops"]:
            say("LOOPED_TRANSITION_NOT_SUPPORTED", "Looped transitions are not supported in team-managed projects.")
        RuleCheck(self, workflow, given).all()

    def _approval(self, workflow, one, status):
        given = status.get("approvalConfiguration")
        if not given:
            return

        def say(message):
            self._say("APPROVAL_CONFIGURATION_INVALID", message, "STATUS_LAYOUT", statusReference=status["statusReference"])
        if workflow.project:
            say("Approval configurations are for company-managed projects.")
        leaving = {t.get("id") for t in one["transitions"] if t.get("type") == GLOBAL or any(
            link.get("fromStatusReference") == status["statusReference"] for link in t.get("links") or [])}
        for name in ("transitionApproved", "transitionRejected"):
            if given[name] not in leaving:
                say(f"{name} does not leave the status.")
        most = {"number": 20, "numberPerPrincipal": 20, "percent": 100}[given["conditionType"]]
        if not given["conditionValue"].isdigit() or not 1 <= int(given["conditionValue"]) <= most:
            say(f"conditionValue must be between 1 and {most}.")
        if not isinstance(self.site.fields.get(given["fieldId"]), fields.User):
            say("fieldId must be a field of users or groups.")

    def _mappings(self, workflow, one, kept, here):
        """A status that goes away while tickets are in it needs another for them."""
        for project, issue_type in self.flows.users(workflow.id):
            mapping = self.migration(one, project, issue_type)
            for status in {t.status for t in self.flows.tickets(project, issue_type)} - kept:
                if mapping.get(status) not in here:
                    self._say("STATUS_MAPPING_MISSING",
                              f"Issues are in the status '{self.flows.status_name(status)}', which is removed without a mapping.",
                              "STATUS_MAPPING", statusMappingReference={"projectId": project.id, "issueTypeId": issue_type})

    def migration(self, one, project, issue_type):
        """{old status id: reference of the new one} for tickets there."""
        steps = list(one.get("defaultStatusMappings") or [])
        for mapping in one.get("statusMappings") or []:
            if (mapping["projectId"], mapping["issueTypeId"]) == (project.id, issue_type):
                steps += mapping["statusMigrations"]
        return {self.references.get(s["oldStatusReference"]) or s["oldStatusReference"]: s["newStatusReference"] for s in steps}


class RuleCheck:
    """The rules of one transition."""

    def __init__(self, check, workflow, transition):
        self.check, self.site, self.workflow, self.transition = check, check.site, workflow, transition

    def say(self, code, message, rule):
        element = {"transitionId": self.transition.get("id")} | ({"ruleId": rule["id"]} if rule.get("id") else {})
        self.check._say(code, message, "RULE", **element)

    def all(self):
        given = self.transition
        for one in given.get("validators") or []:
            self.one(one, VALIDATOR)
        for one in given.get("actions") or []:
            self.one(one, FUNCTION)
        if given.get("transitionScreen"):
            self.one(given["transitionScreen"], SCREEN)
        if given.get("conditions"):
            self.group(given["conditions"])

    def group(self, group):
        for one in group.get("conditions") or []:
            self.one(one, CONDITION)
        for inner in group.get("conditionGroups") or []:
            self.group(inner)

    def one(self, rule, kind):
        known = CATALOGUE.get(rule["ruleKey"])
        scope = "PROJECT" if self.workflow.project else "GLOBAL"
        if known is None or known.kind != kind or scope not in known.scopes:
            return self.say("RULE_KEY_INVALID", f"The rule '{rule['ruleKey']}' is not available here.", rule)
        if self.transition.get("type") == INITIAL and not known.initial:
            return self.say("RULE_NOT_AVAILABLE_FOR_INITIAL_TRANSITION", "The rule is not available on the initial transition.", rule)
        given = rule.get("parameters") or {}
        for name in given:
            if name not in known.parameters:
                return self.say("RULE_PARAMETER_UNKNOWN", f"The parameter '{name}' is not one of '{known.key}'.", rule)
        for name, needed in known.parameters.items():
            if needed and not given.get(name):
                return self.say("RULE_PARAMETER_MISSING", f"The parameter '{name}' of '{known.key}' is required.", rule)
        problem = _PARAMETERS.get(known.key, lambda *_: None)(self.site, given, self.workflow)
        if problem:
            self.say("RULE_PARAMETER_INVALID", problem, rule)
        return None


def _absent(wanted, known, what):
    missing = [one for one in listed(wanted) if one not in known]
    return f"The {what} '{missing[0]}' does not exist." if missing else None


def _restrict(site, given, workflow):
    if not any(given.values()):
        return "At least one criterion is required."
    if given.get("accountIds") and not workflow.project:
        return "accountIds is only supported in team-managed projects."
    people = {*site.accounts_by_id, "allow-assignee", "allow-reporter"}
    fields_named = ",".join(given.get(n) or "" for n in ("groupCustomFields", "allowUserCustomFields", "denyUserCustomFields"))
    return (_absent(given.get("groupIds"), site.groups.values(), "group") or _absent(given.get("roleIds"), seed.ROLES, "role")
            or _absent(given.get("permissionKeys"), seed.PERMISSIONS, "permission")
            or _absent(given.get("accountIds"), people, "account") or _absent(fields_named, site.fields, "field"))


def _check_field(site, given, workflow):
    field = site.fields.get(given["fieldId"])
    if field is None:
        return f"The field '{given['fieldId']}' does not exist."
    try:
        values = json.loads(given["fieldValue"])
    except ValueError:
        values = None
    if not isinstance(values, list) or not values:
        return "fieldValue must be a list in JSON, as text."
    if given["comparator"] not in COMPARATORS or given["comparisonType"] not in TYPES:
        return "comparator or comparisonType is not one of those allowed."
    if given["comparisonType"] in ("STRING", "OPTIONID") and given["comparator"] not in ("=", "!="):
        return f"The comparator '{given['comparator']}' does not go with {given['comparisonType']}."
    if given["comparisonType"] == "OPTIONID" and not (isinstance(field, fields.Select) and {str(v) for v in values} <= {
            field.option_id(o) for o in field.options}):
        return "fieldValue must be ids of options of the field."
    return None


def _validate_field(site, given, workflow):
    if given["ruleType"] not in FIELD_RULES:
        return f"The ruleType '{given['ruleType']}' is not one of those allowed."
    needed, others = FIELD_RULES[given["ruleType"]]
    wrong = [n for n in needed if not given.get(n)] + [n for n in given if n not in (*needed, *others, "ruleType")]
    if wrong:
        return f"The parameter '{wrong[0]}' is missing or does not go with '{given['ruleType']}'."
    if given.get("ignoreContext", "true") not in FLAGS:
        return "ignoreContext must be true or false."
    named = ",".join(given.get(n, "") for n in ("fieldsRequired", "fieldKey", "date1FieldKey", "date2FieldKey"))
    return _absent(named, site.fields, "field")


def _restrict_all(site, given, workflow):
    return None if given["restrictMode"] in ("users", "usersAndAPI") else "restrictMode must be users or usersAndAPI."


def _status(name):
    def check(site, given, workflow):
        return _absent(given[name], site.flows.statuses, "status")
    return check


def _update(site, given, workflow):
    people = isinstance(site.fields.get(given["field"]), fields.User)
    resolution = given["field"] == "resolution" and given.get("value")
    return _absent(given["field"], site.fields, "field") or (
        resolution and _absent(resolution, seed.RESOLUTIONS, "resolution")) or (
        people and _absent(given.get("value"), site.accounts_by_id, "account")) or (
        None if given.get("mode", "") in ("", "append", "replace") else "mode must be append or replace.")


_PARAMETERS = {
    "system:restrict-issue-transition": _restrict,
    "system:check-field-value": _check_field,
    "system:validate-field-value": _validate_field,
    "system:restrict-from-all-users": _restrict_all,
    "system:separation-of-duties": _status("toStatusId"),
    "system:previous-status-condition": _status("previousStatusIds"),
    "system:previous-status-validator": _status("previousStatusIds"),
    "system:check-permission-validator": lambda site, given, w: _absent(given["permissionKey"], seed.PERMISSIONS, "permission"),
    "system:update-field": _update,
    "system:copy-value-from-other-field": lambda site, given, w: _absent(
        f"{given['sourceFieldKey']},{given['targetFieldKey']}", site.fields, "field"),
    "system:transition-screen": lambda site, given, w: _absent(given["screenId"], site.screens.by_id, "screen"),
}
