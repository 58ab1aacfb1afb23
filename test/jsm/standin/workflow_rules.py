"""The rules of a transition: which there are, and what they say to one person about one ticket.

`channel` is the road somebody comes by: ui, api or automation, each on behalf of an account. What Jira does itself, when an
approver has answered, is asked nothing.
"""
import json
import re
from dataclasses import dataclass
from types import SimpleNamespace

from . import fields, seed

CONDITION, VALIDATOR, FUNCTION, SCREEN = "Condition", "Validator", "Function", "Screen"
BOTH, COMPANY, TEAM = ("GLOBAL", "PROJECT"), ("GLOBAL",), ("PROJECT",)
COMPARATORS = (">", ">=", "=", "<=", "<", "!=")
TYPES = ("STRING", "NUMBER", "DATE", "DATE_WITHOUT_TIME", "OPTIONID")
FLAGS = ("true", "false")
# The parameters of system:validate-field-value by ruleType: needed, others.
FIELD_RULES = {
    "fieldRequired": (("fieldsRequired",), ("ignoreContext", "errorMessage")),
    "fieldChanged": (("fieldKey",), ("groupsExemptFromValidation", "errorMessage")),
    "fieldHasSingleValue": (("fieldKey",), ("excludeSubtasks",)),
    "fieldMatchesRegularExpression": (("regexp", "fieldKey"), ()),
    "dateFieldComparison": (("date1FieldKey", "date2FieldKey", "conditionSelected"), ("includeTime",)),
    "windowDateComparison": (("date1FieldKey", "date2FieldKey", "numberOfDays"), ()),
}


@dataclass(frozen=True)
class Rule:
    """parameters: {name: whether it must be there}. scopes: where it may be used."""
    key: str
    kind: str
    name: str
    parameters: dict
    scopes: tuple = BOTH
    initial: bool = False  # also on the transition that makes a ticket


def _rule(key, kind, name, needed=(), others=(), scopes=BOTH, initial=False):
    return Rule(key, kind, name, {p: p in needed for p in (*needed, *others)}, scopes, initial)


CATALOGUE = {rule.key: rule for rule in (
    _rule("system:check-field-value", CONDITION, "Check a field's value",
          ("fieldId", "fieldValue", "comparator", "comparisonType")),
    _rule("system:restrict-issue-transition", CONDITION, "Restrict who can move an issue", (),
          ("accountIds", "roleIds", "permissionKeys", "groupIds", "groupCustomFields", "allowUserCustomFields",
           "denyUserCustomFields")),
    _rule("system:restrict-from-all-users", CONDITION, "Hide from all users", ("restrictMode",)),
    _rule("system:previous-status-condition", CONDITION, "Previous status", ("previousStatusIds",),
          ("not", "mostRecentStatusOnly", "includeCurrentStatus", "ignoreLoopTransitions")),
    _rule("system:parent-or-child-blocking-condition", CONDITION, "Parent or child blocking", ("blocker", "statusIds")),
    _rule("system:separation-of-duties", CONDITION, "Separation of duties", ("toStatusId",), ("fromStatusId",)),
    _rule("system:block-in-progress-approval", CONDITION, "Block in progress approval", scopes=COMPANY),
    _rule("system:jsd-approvals-block-until-approved", CONDITION, "Block until approved", ("approvalConfigurationJson",),
          scopes=TEAM),
    _rule("system:jsd-approvals-block-until-rejected", CONDITION, "Block until rejected", ("approvalConfigurationJson",),
          scopes=TEAM),
    _rule("system:check-permission-validator", VALIDATOR, "Check permission", ("permissionKey",), initial=True),
    _rule("system:validate-field-value", VALIDATOR, "Validate a field", ("ruleType",), tuple(dict.fromkeys(
        p for needed, others in FIELD_RULES.values() for p in needed + others)), initial=True),
    _rule("system:previous-status-validator", VALIDATOR, "Previous status", ("previousStatusIds",), ("mostRecentStatusOnly",)),
    _rule("system:parent-or-child-blocking-validator", VALIDATOR, "Parent blocking", ("blocker", "statusIds"), initial=True),
    _rule("system:proforma-forms-attached", VALIDATOR, "Forms attached"),
    _rule("system:proforma-forms-submitted", VALIDATOR, "Forms submitted"),
    _rule("system:change-assignee", FUNCTION, "Assign a request", ("type",), ("accountId",), initial=True),
    _rule("system:copy-value-from-other-field", FUNCTION, "Copy a field's value", ("sourceFieldKey", "targetFieldKey"),
          ("issueSource",), initial=True),
    _rule("system:update-field", FUNCTION, "Update a field", ("field",), ("value", "mode"), initial=True),
    _rule("system:trigger-webhook", FUNCTION, "Trigger a webhook", ("webhookId",), initial=True),
    _rule("system:transition-screen", SCREEN, "Show a screen", ("screenId",), scopes=COMPANY),
    _rule("system:remind-people-to-update-fields", SCREEN, "Remind people to update fields", ("remindingFieldIds",),
          ("remindingMessage", "remindingAlwaysAsk")),
)}


def listed(text):
    return [part.strip() for part in (text or "").split(",") if part.strip()]


@dataclass
class Asking:
    """Somebody wants to move a ticket. values: what he sends along."""
    site: object
    ticket: object
    account: object
    channel: str = "api"
    values: dict = None

    def value(self, field_id):
        """Of the ticket as it will be."""
        if self.values and field_id in self.values:
            return self.values[field_id]
        return self.ticket.values.get(field_id)

    def statuses(self):
        """Those the ticket has been in before, oldest first: (status, who left it, where he went)."""
        return [(item["from"], entry["author"], item["to"]) for entry in self.ticket.history for item in entry["items"]
                if item.get("fieldId") == "status"]


# -- conditions

def permits(transition, asking):
    """Whether all its conditions let this person through."""
    return transition.conditions is None or _group(transition.conditions, asking)


def status_allows(site, ticket, account, permission):
    """What properties of the ticket's status say of one permission (edit, transition, delete, move): they only take away, and
    from administrators too. `jira.permission.move.denied`; `jira.permission.edit.group.1` and the like name who keeps it."""
    prefix, kept = f"jira.permission.{permission}.", []
    for key, value in site.flows.of_ticket(ticket).properties(ticket.status).items():
        if key == prefix + "denied":
            return False
        if key.startswith(prefix):
            kind = key[len(prefix):].split(".")[0]
            groups = {"group": {n for n, i in site.groups.items() if value in (n, i)}, "projectrole": {seed.ROLES.get(value)}}
            kept.append(value == account.id if kind == "user" else bool(groups.get(kind, set()) & set(account.groups)))
    return not kept or any(kept)


def _group(group, asking):
    results = [CONDITIONS[one["ruleKey"]](one["parameters"], asking) for one in group["conditions"]]
    results += [_group(inner, asking) for inner in group["conditionGroups"]]
    return not results or (all(results) if group["operation"] == "ALL" else any(results))


def _restrict(given, asking):
    """True when ANY criterion matches."""
    account, ticket = asking.account, asking.ticket
    of_roles = {seed.ROLES[role] for role in listed(given.get("roleIds")) if role in seed.ROLES}
    of_groups = {name for name, number in asking.site.groups.items() if number in listed(given.get("groupIds"))}
    people = listed(given.get("accountIds"))
    if (of_roles | of_groups) & set(account.groups) or account.id in people:
        return True
    if "allow-assignee" in people and ticket.values.get("assignee") == account.id:
        return True
    if "allow-reporter" in people and ticket.values.get("reporter") == account.id:
        return True
    if any(account.holds(key) for key in listed(given.get("permissionKeys"))):
        return True
    if any(set(_several(asking.value(f))) & set(account.groups) for f in listed(given.get("groupCustomFields"))):
        return True
    if any(account.id in _several(asking.value(f)) for f in listed(given.get("allowUserCustomFields"))):
        return True
    return any(account.id not in _several(asking.value(f)) for f in listed(given.get("denyUserCustomFields")))


def _several(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def _check_field(given, asking):
    """Conditions are asked before anything is sent along: the value is the one that is there."""
    field, value = asking.site.fields.get(given["fieldId"]), asking.ticket.values.get(given["fieldId"])
    wanted, comparator, kind = json.loads(given["fieldValue"]), given["comparator"], given["comparisonType"]
    if kind == "OPTIONID":
        have = [str(v) for v in _several(value)]
    elif kind == "STRING":
        text = field.words(value, asking.site)[1] if field and value is not None else None
        have = [] if text is None else [text]
    else:
        return value is not None and any(_compares(value, one, comparator, kind) for one in wanted)
    found = bool(set(have) & {str(one) for one in wanted})
    return found if comparator == "=" else not found


def _compares(value, wanted, comparator, kind):
    try:
        left, right = (float(value), float(wanted)) if kind == "NUMBER" else (str(value), str(wanted))
    except ValueError:
        return False
    if kind == "DATE_WITHOUT_TIME":
        left, right = left[:10], right[:10]
    return {">": left > right, ">=": left >= right, "=": left == right, "<=": left <= right, "<": left < right,
            "!=": left != right}[comparator]


def _hidden(given, asking):
    """users: whoever clicks; usersAndAPI: whoever calls, too."""
    return asking.channel not in (("ui",) if given["restrictMode"] == "users" else ("ui", "api", "automation"))


def _been_in(given, asking):
    wanted, before = set(listed(given["previousStatusIds"])), [status for status, _, _ in asking.statuses()]
    if given.get("includeCurrentStatus") == "true":
        before.append(asking.ticket.status)
    found = bool(wanted & set(before[-1:] if given.get("mostRecentStatusOnly") == "true" else before))
    return not found if given.get("not") == "true" else found


def _separated(given, asking):
    """Whoever has moved it that way before may not do this too."""
    return not any(who == asking.account.id and to == given["toStatusId"] and given.get("fromStatusId", "") in ("", was)
                   for was, who, to in asking.statuses())


def _approved(decision):
    def condition(given, asking):
        return bool(asking.ticket.approvals) and asking.ticket.approvals[-1]["decision"] == decision
    return condition


CONDITIONS = {
    "system:check-field-value": _check_field,
    "system:restrict-issue-transition": _restrict,
    "system:restrict-from-all-users": _hidden,
    "system:previous-status-condition": _been_in,
    "system:parent-or-child-blocking-condition": lambda given, asking: True,  # no ticket has children here
    "system:separation-of-duties": _separated,
    "system:block-in-progress-approval": lambda given, asking: all(a["decision"] != "pending" for a in asking.ticket.approvals),
    "system:jsd-approvals-block-until-approved": _approved("approved"),
    "system:jsd-approvals-block-until-rejected": _approved("declined"),
}


# -- validators

def objections(transition, asking):
    """What its validators have against it: [(field or None, message)]."""
    found = []
    for one in transition.validators:
        found += VALIDATORS[one["ruleKey"]](one["parameters"], asking)
    return found


def objections_to_new(site, flow, account, values):
    """The same for a ticket that is not there yet: what the initial transition's validators have against it."""
    nothing = SimpleNamespace(values={}, history=[], approvals=[], status=None)
    return objections(flow.initial, Asking(site, nothing, account, values=values))


def _field_value(given, asking):
    return FIELD_VALIDATORS[given["ruleType"]](given, asking)


def _required(given, asking):
    said = given.get("errorMessage")
    missing = [f for f in listed(given["fieldsRequired"]) if asking.value(f) in (None, "", [])]
    return [(f, said or f"{asking.site.fields[f].name} is required.") for f in missing]


def _changed(given, asking):
    exempt = {name for name, number in asking.site.groups.items() if number in listed(given.get("groupsExemptFromValidation"))}
    field = given["fieldKey"]
    if exempt & set(asking.account.groups) or asking.value(field) != asking.ticket.values.get(field):
        return []
    return [(field, given.get("errorMessage") or f"Field '{asking.site.fields[field].name}' must be changed.")]


def _matches(given, asking):
    value, name = asking.value(given["fieldKey"]), asking.site.fields[given["fieldKey"]].name
    text = asking.site.fields[given["fieldKey"]].words(value, asking.site)[1] or ""
    return [] if re.fullmatch(given["regexp"], text) else [(given["fieldKey"], f"{name} does not match {given['regexp']}.")]


def _single(given, asking):
    return [(given["fieldKey"], "Exactly one value is required.")] if len(_several(asking.value(given["fieldKey"]))) != 1 else []


def _dates(given, asking):
    one, other = asking.value(given["date1FieldKey"]), asking.value(given["date2FieldKey"])
    kind = "DATE" if given.get("includeTime") == "true" else "DATE_WITHOUT_TIME"
    if one is None or other is None or _compares(one, other, given.get("conditionSelected", "<="), kind):
        return []
    return [(given["date1FieldKey"], "The dates do not go together.")]


FIELD_VALIDATORS = {"fieldRequired": _required, "fieldChanged": _changed, "fieldHasSingleValue": _single,
                    "fieldMatchesRegularExpression": _matches, "dateFieldComparison": _dates, "windowDateComparison": _dates}


def _permission(given, asking):
    return [] if asking.account.holds(given["permissionKey"]) else [
        (None, f"You do not have the permission {given['permissionKey']}.")]


def _was_in(given, asking):
    return [] if _been_in(given, asking) else [(None, "The issue has not been in the status that is required.")]


VALIDATORS = {
    "system:check-permission-validator": _permission,
    "system:validate-field-value": _field_value,
    "system:previous-status-validator": _was_in,
    "system:parent-or-child-blocking-validator": lambda given, asking: [],
    "system:proforma-forms-attached": lambda given, asking: [(None, "A form must be attached.")],
    "system:proforma-forms-submitted": lambda given, asking: [],
}


# -- post functions

def consequences(transition, asking):
    """The values that its post functions set, after what was sent along."""
    values = {}
    for one in transition.actions:
        given = one["parameters"]
        if one["ruleKey"] == "system:update-field":
            values[given["field"]] = _updated(given, asking)
        elif one["ruleKey"] == "system:change-assignee":
            values["assignee"] = {"to-selected-user": given.get("accountId"), "to-current-user": asking.account.id}.get(
                given["type"])
        elif one["ruleKey"] == "system:copy-value-from-other-field" and given.get("issueSource", "SAME") in ("", "SAME"):
            values[given["targetFieldKey"]] = asking.value(given["sourceFieldKey"])
    return values


def _updated(given, asking):
    """The text of a rule as a value of its field: an id or a name where there is a list to choose from."""
    field, text = asking.site.fields[given["field"]], given.get("value") or None
    if text is None:
        return [] if isinstance(field, fields.Labels) else None
    if isinstance(field, fields.Labels):
        before = (asking.value("labels") or []) if given.get("mode") == "append" else []
        return sorted({*before, *text.split()})
    if isinstance(field, fields.Select):
        return field.option_id(text) if text in field.options else text
    if isinstance(field, fields.User):
        people = [one for one in listed(text) if one in asking.site.accounts_by_id]
        return people or None if isinstance(field, fields.Users) else next(iter(people), None)
    if isinstance(field, fields.Choice):
        return next((i for i, name in field.values.items() if text in (i, name)), None)
    before = asking.value(field.id)
    return f"{before}{text}" if given.get("mode") == "append" and isinstance(before, str) else text
